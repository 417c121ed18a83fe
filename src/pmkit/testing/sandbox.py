"""
The sandbox as the far side of the conformance kit, and the harnesses of its plugins.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeGuard

import attrs

from pmkit.core.ports import (
    BookingRequest,
    ChargeRequest,
    PaymentNews,
    PaymentObservation,
    QuoteRequest,
)
from pmkit.effects.webhooks import Delivery, StandardWebhooks
from pmkit.hooks.secrets import Secret
from pmkit.sandbox.agency import SandboxAgency
from pmkit.sandbox.card import NEEDS_STEP, SandboxCard
from pmkit.sandbox.far.app import SandboxApp
from pmkit.sandbox.far.transport import InProcess
from pmkit.sandbox.notifier import MemoryNotifier
from pmkit.sandbox.plugins import manifests
from pmkit.sandbox.prices import PriceList
from pmkit.sandbox.transfer import SandboxTransfer
from pmkit.sandbox.world import World
from pmkit.testing.conformance.harness import Harness, canary
from pmkit.testing.conformance.simulator import START, SimulatedEffect

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    import httpx

    from pmkit.core.money import Money
    from pmkit.testing.conformance.simulator import Simulator

#: What the sandbox sells.
_KIND = "PM"
_ADDRESS = "http://127.0.0.1:9/webhooks"
_IN_PROCESS = f"https://{manifests.IN_PROCESS}"
#: What the companies note, and what pmkit calls it.
_KINDS = {
    "book": "book",
    "move": "move",
    "cancel": "cancel",
    "expect": "charge",
    "refund": "refund",
}

_Payments = SandboxCard | SandboxTransfer


class SandboxFar:
    """
    The companies of a world, as the kit asks them and looks at what they did.

    Args:
        api_key: What they know their customer by.

        secret: What they sign their messages with.

        company: Whose messages are signed; nobody's, if empty.
    """

    def __init__(self, *, api_key: str, secret: str, company: str = "") -> None:
        self.world = World(START)
        self.effects: list[SimulatedEffect] = []
        self.signer = StandardWebhooks(secrets=secret)
        self.app = SandboxApp(self.world, api_key=api_key)
        if company:
            self.app.sender.subscribe(company, _ADDRESS, secret)
        self._transport = InProcess(self.app)
        self._seen: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    @property
    def now(self) -> dt.datetime:
        """The present instant at the far side, UTC."""
        return self.world.now()

    @now.setter
    def now(self, at: dt.datetime) -> None:
        self.world.clock.set(at)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, and take down what it did."""
        with self._lock:
            if request.url.path.endswith("/refunds"):
                self._let_money_come()
            response = self._transport.handle_request(request)
            key = request.headers.get("idempotency-key", "")
            done = self._done()
            for kind, subject in (done - self._seen).elements():
                amount = self._amounts().get((kind, subject))
                self.effects.append(
                    SimulatedEffect(kind=kind, subject=subject, amount=amount, key=key)
                )
            self._seen = done
        return response

    def lend(self) -> None:
        """Have the lender lend: it then is like a bank that expects money."""
        world = self.world
        world.transfer = SandboxTransfer(clock=world.now, name="sandbox-pay-later")
        # The world says that nothing can be paid later; its far side asks only here.
        world.pay_later = world.transfer  # type: ignore[assignment]

    def go_on(self, subject: str) -> bool:
        """
        Let the next thing happen to a service or a payment.

        Args:
            subject: The service or payment.
        """
        steps = self._steps(subject)
        told = len(self.world.agency.observations(subject))
        for processor in self._processors():
            told += sum(not _asks(news) for news in processor.observations(subject))
        if told >= len(steps):
            return False
        steps[told]()
        return True

    def _steps(self, subject: str) -> list[Callable[[], object]]:
        agency, transfer, card = self.world.agency, self.world.transfer, self.world.card
        if any(task.request.service_id == subject for task in agency.tasks):
            return [
                lambda: agency.accept_appointment(subject, 1),
                lambda: agency.name_inspector(subject, 1, "Wang Fang"),
                lambda: agency.arrive(subject, 1),
                lambda: agency.finish_check(subject, 1),
                lambda: agency.deliver_report(subject, 1, summary="On schedule."),
            ]
        if any(charge.payment_id == subject for charge in transfer.charges):
            return [
                lambda: transfer.sends(subject),
                lambda: transfer.processes(subject),
                lambda: transfer.arrives(subject),
            ]
        if any(charge.payment_id == subject for charge in card.charges):
            return [lambda: card.confirm(subject)]
        return []

    def _let_money_come(self) -> None:
        """Have payers pay what is expected, so that there is something to send back."""
        for processor in self._processors():
            for charge in processor.charges:
                if not any(_came(x) for x in processor.observations(charge.payment_id)):
                    if isinstance(processor, SandboxCard):
                        processor.confirm(charge.payment_id)
                    else:
                        processor.arrives(charge.payment_id)

    def _processors(self) -> tuple[_Payments, ...]:
        return self.world.card, self.world.transfer

    def _done(self) -> Counter[tuple[str, str]]:
        """Count what the companies really did, by what pmkit calls it."""
        done: Counter[tuple[str, str]] = Counter()
        for company in (self.world.agency, *self._processors()):
            for name, count in company.ledger.effects.items():
                word, subject = name.split(" ")[:2]
                if word in _KINDS:
                    done[_KINDS[word], subject] += count
        # A card that wants a step notes no capture before the payer took it.
        asked = [news for news in self.world.card.journal if _asks(news)]
        done.update(("charge", news.payment_id) for news in asked)
        notifier = self.world.notifier
        if isinstance(notifier, MemoryNotifier):
            done.update(("send", notice.id) for notice in notifier.notices)
        return done

    def _amounts(self) -> dict[tuple[str, str], Money]:
        found: dict[tuple[str, str], Money] = {}
        for processor in self._processors():
            found |= {("charge", x.payment_id): x.amount for x in processor.charges}
            found |= {("refund", x.refund_id): x.amount for x in processor.refunds}
        return found


def _asks(news: object) -> TypeGuard[PaymentObservation]:
    asked = PaymentNews.ACTION_REQUIRED
    return isinstance(news, PaymentObservation) and news.news is asked


def _came(news: object) -> bool:
    came = PaymentNews.RECEIVED
    return isinstance(news, PaymentObservation) and news.news is came


class _SandboxHarness(Harness):
    """What the harnesses have in common."""

    #: Whose messages are heard; nobody's, if empty.
    company = ""

    def settings(self, account: str = "first") -> Mapping[str, object]:
        """Give the settings of one account."""
        return {
            "base_url": _IN_PROCESS,
            "api_key": Secret(canary("api_key", account)),
            "webhook_secret": Secret(_secret(account)),
        }

    def simulator(self, account: str = "first") -> SandboxFar:
        """Give a new far side."""
        return SandboxFar(
            api_key=canary("api_key", account),
            secret=_secret(account),
            company=self.company,
        )

    def request(
        self, operation: str, number: int = 1, given: Mapping[str, Any] | None = None
    ) -> Any:
        """Give a sample request, for what is sold here and a card that wants a step."""
        usual = super().request(operation, number, given)
        if isinstance(usual, QuoteRequest | BookingRequest):
            return attrs.evolve(usual, kind=_KIND)
        if isinstance(usual, ChargeRequest):
            return attrs.evolve(usual, instrument=NEEDS_STEP)
        return usual

    def progress(self, simulator: Simulator, subject: str) -> bool:
        """Let the far side go on."""
        return _ours(simulator).go_on(subject)

    def webhook(self, simulator: Simulator, body: bytes | None = None) -> Delivery:
        """Let the far side sign a message."""
        far = _ours(simulator)
        if body is None:
            newest = far.app.sender.waiting()[-1]
            body, headers = newest.body, newest.headers
        else:
            headers = far.signer.sign(body, event_id="msg_made_up", at=far.now)
        return Delivery(body=body, headers=headers, received_at=far.now)


class AgencyHarness(_SandboxHarness):
    """The harness of ``sandbox-agency``."""

    manifest = manifests.AGENCY
    target = "pmkit.sandbox.plugins.manifests:AGENCY"
    company = "agency"

    def price(self, simulator: Simulator, amount: Money) -> bool:
        """Let the agency quote a given price."""
        world = _ours(simulator).world
        prices = PriceList(man_day={_KIND: amount}, travel=0 * amount)
        world.agency = SandboxAgency(clock=world.now, prices=[prices])
        return True


class CardHarness(_SandboxHarness):
    """The harness of ``sandbox-card``."""

    manifest = manifests.CARD
    target = "pmkit.sandbox.plugins.manifests:CARD"
    company = "card"


class TransferHarness(_SandboxHarness):
    """The harness of ``sandbox-transfer``."""

    manifest = manifests.TRANSFER
    target = "pmkit.sandbox.plugins.manifests:TRANSFER"
    company = "transfer"


class PayLaterHarness(_SandboxHarness):
    """The harness of ``sandbox-pay-later``, before a lender that lends."""

    manifest = manifests.PAY_LATER
    target = "pmkit.sandbox.plugins.manifests:PAY_LATER"

    def simulator(self, account: str = "first") -> SandboxFar:
        """Give a new far side whose lender has not paused."""
        far = super().simulator(account)
        far.lend()
        return far


class MessagesHarness(_SandboxHarness):
    """The harness of ``sandbox-messages``."""

    manifest = manifests.MESSAGES
    target = "pmkit.sandbox.plugins.manifests:MESSAGES"


def _secret(account: str) -> str:
    return f"whsec_{canary('webhook_secret', account)}"


def _ours(simulator: Simulator) -> SandboxFar:
    assert isinstance(simulator, SandboxFar)  # noqa: S101 - it is our own
    return simulator
