"""
A real desk, with its store, that works through what goes wrong.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pmkit.core.errors import PluginError, RefusedError
from pmkit.core.money import Money
from pmkit.core.parties import Actor, Role
from pmkit.core.payment import PaymentState
from pmkit.hooks.manifest import PluginKind
from pmkit.testing.conformance.checks.mapping import stable_ids
from pmkit.testing.conformance.faults import Fault
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.samples import LINES
from pmkit.testing.conformance.verdicts import Failed, Inapplicable, require

if TYPE_CHECKING:
    from pmkit.shell.desk import Desk
    from pmkit.testing.conformance.case import Station
    from pmkit.testing.conformance.rig import Rig

#: A Tuesday morning in China: orders need calendars, which have an end.
MORNING = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)
_SHIP = dt.date(2026, 2, 27)
_BUYER = Actor(role=Role.BUYER, party="Northwind")
_SUPPLIER = Actor(role=Role.SUPPLIER, party="Hengda")
_OPERATOR = Actor(role=Role.OPERATOR, party="platform")
#: What marketplaces meet most, so no run goes without: a reply lost, a request lost.
_ALWAYS = (Fault.REPLY_TIMEOUT, Fault.LOST_REQUEST)
#: One more order meets one of these.
_OTHERS = (
    Fault.REPLY_CUT,
    Fault.REPLY_BROKEN,
    Fault.ERROR_AFTER,
    Fault.NO_CONNECTION,
    Fault.HTML_AFTER,
)
_ROUNDS = 4
_NOTHING = (PaymentState.CREATED, PaymentState.DECLINED, PaymentState.EXPIRED)


class Counter:
    """
    A desk whose one agency or payment method is the plugin.

    Args:
        rig: The rig.
    """

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.station: Station = rig.station(at=MORNING)
        self.is_agency = rig.manifest.kind is PluginKind.AGENCY
        self.desk = self._desk()

    def _desk(self) -> Desk:
        from pmkit.hooks.panel import Panel
        from pmkit.sandbox.card import SandboxCard
        from pmkit.shell.desk import Desk

        own: Any = self.station.attached
        clock = self.station.clock
        card = SandboxCard(clock=clock.now)
        panel = Panel.of(
            agencies=[own] if self.is_agency else [],
            methods=[card] if self.is_agency else [own],
        )
        return Desk.open(panel=panel, clock=clock)

    def buy(self, order: str) -> str:
        """
        Order one thing that the plugin has to do; give its subject.

        Args:
            order: The name of the order.

        Raises:
            Inapplicable: If the plugin does not offer it here.
        """
        desk = self.desk
        desk.open_order(
            order,
            actor=_SUPPLIER,
            buyer=_BUYER.party,
            supplier=_SUPPLIER.party,
            lines=list(LINES),
            initial=Money.of("3600.00", "USD"),
            balance=Money.of("8400.00", "USD"),
            ship=_SHIP,
        )
        try:
            return self._bought(order)
        except (PluginError, RefusedError) as error:
            reason = f"The desk cannot order it: {error.message}"
            raise Inapplicable(reason) from error

    def _bought(self, order: str) -> str:
        desk, name = self.desk, self.station.attached.name
        service = ""
        if self.is_agency:
            added = desk.add_service(order, actor=_BUYER, provider=name)
            service = added.services[-1].id
        desk.place_order(order, actor=_SUPPLIER)
        method = "sandbox-card" if self.is_agency else name
        chosen = "tok-captures" if self.is_agency else self._instrument()
        paid = desk.pay(order, actor=_BUYER, method=method, instrument=chosen)
        return service or paid.payments[-1].id

    def _instrument(self) -> str:
        sample = self.rig.harness.request("charge", 1, {})
        return f"{sample.instrument}"

    def work(self, order: str, subject: str) -> str:
        """
        Let the desk work until nothing happens any more, and compare.

        Args:
            order: The order.

            subject: The service or payment.

        Returns:
            The difference; empty if there is none.
        """
        for number in range(_ROUNDS):
            self.desk.work()
            self.station.clock.advance(120.0 * 2**number)
            self.rig.harness.progress(self.station.simulator, subject)
        self.desk.work()
        kind = "book" if self.is_agency else "charge"
        done = self.station.count(kind, subject)
        if done > 1:
            return f"the far side did the {kind} {done} times"
        open_ones = self.desk.unresolved(actor=_OPERATOR)
        if any(found.order_id == order for found in open_ones):
            return ""
        believed = self._believed(order, subject)
        if believed != bool(done):
            word = "is" if believed else "is not"
            return f"the far side did it {done} times, the order says that it {word}"
        return ""

    def _believed(self, order: str, subject: str) -> bool:
        found = self.desk.order(order)
        if self.is_agency:
            return found.service(subject).booking is not None
        return found.payment(subject).state not in _NOTHING


def _changes(rig: Rig, operation: str) -> int:
    """Count the requests of an operation that are no GET."""
    case = rig.case(operation)
    before = len(case.station.wire.sent)
    case.call()
    sent = case.station.wire.sent[before:]
    return max(1, sum(request.method not in {"GET", "HEAD"} for request in sent))


@check(
    "PLG-LEDG-002",
    Level.GOLD,
    "An order at a real desk, worked on through faults, says what the far side did.",
    "Look at PLG-ERR, PLG-IDEM and PLG-LOOK first: they say which claim lies.",
    kinds=(PluginKind.AGENCY, PluginKind.PAYMENT),
)
def desk_agrees(rig: Rig) -> None:
    """Order one thing for each fault at a desk in memory, and compare the ledgers."""
    operation = "book" if rig.manifest.kind is PluginKind.AGENCY else "charge"
    if operation not in rig.sound(mutates=True):
        reason = f"{operation} does not work: PLG-CAP-003 comes first."
        raise Inapplicable(reason)
    try:
        stable_ids(rig)
    except Failed as unstable:
        # A desk that hears news under ever new ids hears it for ever.
        reason = "News has no stable ids: PLG-MAP-004 comes first."
        raise Inapplicable(reason) from unstable
    last = _changes(rig, operation) - 1
    counter = Counter(rig)
    with counter.desk:
        faults = (*_ALWAYS, rig.random.choice(_OTHERS))
        for number, fault in enumerate(faults):
            order = f"TA-{number + 1}"
            counter.station.wire.arm()
            subject = counter.buy(order)
            index = last if fault in _ALWAYS else rig.random.randint(0, last)
            counter.station.wire.arm({index: fault}, reads=False)
            wrong = counter.work(order, subject)
            if wrong:
                evidence = f"{operation}, request {index + 1}, {fault}: {wrong}"
                raise Failed(evidence)
    require(counter.station.simulator.effects, "nothing was done at all")
