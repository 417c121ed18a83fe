"""
Far sides that lose answers, and count what they really did by its meaning.

A fault stands for one call: ``before`` (lost on the way there), ``after`` (its answer
lost), ``not-sent``, ``rejected``, ``applied``, ``taken`` (will be told later), or a
class of error.
"""

from __future__ import annotations

import collections
import datetime as dt

from pmkit.core.certainty import Certainty
from pmkit.core.lookups import Absent, Found, Pending
from pmkit.core.money import Money
from pmkit.core.payment import RefundState
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginCallError,
    ProviderUnavailableError,
    SlotUnavailableError,
)
from pmkit.core.ports import (
    Availability,
    BookingReply,
    PaymentNews,
    PaymentObservation,
    RefundObservation,
)
from pmkit.hooks.capabilities import (
    FULL,
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)
from pmkit.hooks.panel import Panel
from pmkit.sandbox import SandboxAgency


class Crash(BaseException):
    """The process ends at this point."""


def can(*, idempotency="none", window=None, look_up="none"):
    """Declare calls and a look-up."""
    one = Capability(
        support=Support.FULL,
        idempotency=Idempotency(idempotency),
        window=window,
        look_up=LookUp(look_up),
    )
    names = ("book", "move", "cancel", "charge", "refund")
    find = FULL if look_up != "none" else Capability(support=Support.IMPOSSIBLE)
    return Capabilities(operations={**dict.fromkeys(names, one), "find": find})


#: The three kinds of far side: one that can be asked, one that knows keys, neither.
ASKED = can(look_up="authoritative-absence")
KEYED = can(idempotency="native", window=dt.timedelta(hours=24))
NEITHER = can()


class Far:
    """What the far sides have in common."""

    def __init__(self, clock, capabilities=None):
        self.clock = clock
        self.faults = collections.deque()
        self.effects = collections.Counter()
        self.asked = []
        self.replies = {}
        self.on_find = None
        self.keyed = True
        if capabilities is not None:
            self.capabilities = capabilities
            declared = capabilities["book"].idempotency
            self.keyed = declared is not Idempotency.NONE

    def call(self, request, meaning, act):
        """Do it, once per key where keys are known, and lose what is to be lost."""
        fault = self.faults.popleft() if self.faults else ""
        self.asked.append((meaning, request.operation_id))
        if fault in {"before", "not-sent", "rejected"} or isinstance(fault, Exception):
            raise _fault(fault)
        if fault is Crash:
            raise Crash
        known = self.keyed and request.operation_id in self.replies
        if not known:
            self.effects[meaning] += 1
            self.replies[request.operation_id] = act()
        if fault == "taken":
            return Pending(reference="P-1")
        if fault:
            raise Crash if fault == "crash-after" else _fault(fault)
        return self.replies[request.operation_id]

    def find(self, request):
        """Say what became of a call."""
        self.asked.append(("find", request.operation_id))
        if self.on_find is not None:
            return self.on_find(request)
        if request.operation_id not in self.replies:
            return Absent()
        reply = self.replies[request.operation_id]
        return Found(news=reply if isinstance(reply, tuple) else (reply,))


def _fault(name):
    if isinstance(name, Exception):
        return name
    return {
        "before": OutcomeUnknownError("Lost."),
        "after": OutcomeUnknownError("Lost."),
        "not-sent": ProviderUnavailableError("Down."),
        "rejected": SlotUnavailableError("Nobody is free."),
        "applied": PluginCallError("Unreadable.", certainty=Certainty.APPLIED),
    }[name]


class FarAgency(Far):
    """An agency."""

    name = "far-agency"
    title = "Far Agency"

    def quote(self, request):
        """Name a price."""
        return SandboxAgency(clock=self.clock).quote(request)

    def book(self, request):
        """Take a task."""
        meaning = f"book {request.service_id}"
        return self.call(
            request,
            meaning,
            lambda: BookingReply(reference=f"FAR-{self.effects[meaning]}"),
        )

    def move(self, request):
        """Hear of another time."""
        assert request.reference
        self.call(request, f"move {request.service_id}", lambda: None)

    def cancel(self, request):
        """Hear of the end."""
        assert request.reference
        self.call(request, f"cancel {request.service_id}", lambda: None)

    def observations(self, service_id):
        """Say nothing."""
        del service_id
        return ()


class FarCard(Far):
    """A payment method."""

    name = "far-card"
    title = "Far Card"

    def __init__(self, clock, capabilities=None):
        super().__init__(clock, capabilities)
        self.journal = []
        self.silent = False
        self.excess = Money.of("0", "USD")

    def availability(self, query):
        """Be there."""
        del query
        return Availability(available=True)

    def beneficiary(self, request):
        """Name none."""
        del request

    def charge(self, request):
        """Take the money at once."""

        def act():
            news = PaymentObservation(
                id=f"charged-{request.payment_id}-{len(self.journal)}",
                order_id=request.order_id,
                payment_id=request.payment_id,
                news=PaymentNews.RECEIVED,
                at=self.clock(),
                amount=request.amount + self.excess,
            )
            self.journal.append((request.payment_id, news))
            return (news,)

        return self.call(request, f"charge {request.payment_id}", act)

    def refund(self, order):
        """Send it back."""

        def act():
            news = RefundObservation(
                id=f"refunded-{order.refund_id}-{len(self.journal)}",
                order_id=order.order_id,
                refund_id=order.refund_id,
                state=RefundState.INITIATED,
                at=self.clock(),
            )
            self.journal.append((order.payment_id, news))
            return (news,)

        return self.call(order, f"refund {order.refund_id}", act)

    def observations(self, payment_id):
        """Say what happened, unless it is silent."""
        if self.silent:
            return ()
        return [news for about, news in self.journal if about == payment_id]


def panel_of(world, agency, card):
    """Attach far sides beside the notifier of a world."""
    return Panel.of(agencies=[agency], methods=[card], notifiers=[world.notifier])
