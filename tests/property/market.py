"""
A marketplace on a real file: parties, plugins that fail when told to, and its books.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import sqlite3
import tempfile
from typing import TYPE_CHECKING, Any

from tests.property.attempts import INSPECTORS, PROVIDERS

from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, OrderLine
from pmkit.core.parties import SYSTEM, Actor, Role
from pmkit.core.service import ServiceStage as S
from pmkit.hooks.panel import Panel
from pmkit.sandbox import (
    MemoryNotifier,
    PayLater,
    SandboxAgency,
    SandboxCard,
    SandboxTransfer,
)
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds

if TYPE_CHECKING:
    from collections.abc import Callable


BUYER = Actor(role=Role.BUYER, party="Nordlicht", name="Ada")
APPROVER = Actor(role=Role.APPROVER, party="Nordlicht", name="Grace")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Dongguan Lamps", name="Li")
AGENCY = Actor(role=Role.AGENCY, party=PROVIDERS[0], name="Wang")
SECOND = Actor(role=Role.AGENCY, party=PROVIDERS[1], name="Sun")
INSPECTOR = Actor(role=Role.INSPECTOR, party=PROVIDERS[0], name=INSPECTORS[0])
OPERATOR = Actor(role=Role.OPERATOR, party="Market", name="Kim")
#: Everybody who may have to do with the first order.
PEOPLE = (BUYER, APPROVER, SUPPLIER, AGENCY, SECOND, INSPECTOR, OPERATOR, SYSTEM)
#: The same roles at companies that have nothing to do with it.
STRANGERS = tuple(
    Actor(role=role, party="Somebody Else", name="Eve")
    for role in (Role.BUYER, Role.APPROVER, Role.SUPPLIER, Role.AGENCY, Role.INSPECTOR)
)

BEGINNING = dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC)
INITIAL = Money.of("1000.00", "USD")
#: Small enough that two refunds do not both fit into it.
BALANCE = Money.of("600.00", "USD")
LAMPS = OrderLine(product="desk lamp", quantity=500)

DELAYS = [
    dt.timedelta(minutes=10),
    dt.timedelta(hours=5),
    dt.timedelta(days=1),
    dt.timedelta(days=4),
    dt.timedelta(days=23),
]
SHIPS = [
    dt.date(2026, 3, 20),
    dt.date(2026, 2, 27),
    DaysAfterPayment(days=40),
    dt.date(2027, 1, 15),
]

#: What the road asks for at each stage: who, and which step.
NEXT: dict[S, tuple[Actor, str]] = {
    S.PROPOSED: (BUYER, "approve_service"),
    S.AWAITING_CONSENT: (SUPPLIER, "consent"),
    S.ON_SITE: (AGENCY, "complete_visit"),
    S.AWAITING_REPORT: (AGENCY, "upload_report"),
    S.REPORTED: (BUYER, "decide_report"),
    S.CLOSED: (BUYER, "review"),
    S.REVIEWED: (AGENCY, "reply_review"),
    S.CANCELLING: (OPERATOR, "answer_cancellation"),
}


#: Steps beside the road, by those whose they are.
ASIDE = [
    ("request_cancellation", BUYER),
    ("request_cancellation", APPROVER),
    ("answer_cancellation", OPERATOR),
    ("deselect_service", BUYER),
    ("edit_service", BUYER),
    ("consent", SUPPLIER),
    ("ship_goods", SUPPLIER),
    ("move_ship_date", SUPPLIER),
    ("refuse_visit", SUPPLIER),
    ("move_visit", BUYER),
    ("fail_visit", AGENCY),
    ("assign_inspector", AGENCY),
    ("upload_report", AGENCY),
    ("release_report", BUYER),
    ("request_change", BUYER),
    ("answer_change", AGENCY),
    ("add_service", SUPPLIER),
    ("add_service", BUYER),
    ("pay", APPROVER),
    ("open_case", BUYER),
]


class Fault(Exception):  # noqa: N818 - it is what the plugins of somebody else raise
    """What a broken plugin raises; its words must never be seen."""


class Shaky:
    """A plugin whose next calls fail, before or after they did their work."""

    faults: list[str]

    def shaken(self, act: Callable[[], Any]) -> Any:
        fault = self.faults.pop() if self.faults else ""
        if fault == "before":
            msg = "secret-before"
            raise Fault(msg)
        done = act()
        if fault == "after":
            msg = "secret-after"
            raise Fault(msg)
        return done


class ShakyAgency(Shaky, SandboxAgency):
    """An agency that may lose its answer."""

    def book(self, request: Any) -> Any:
        return self.shaken(lambda: SandboxAgency.book(self, request))

    def move(self, request: Any) -> Any:
        return self.shaken(lambda: SandboxAgency.move(self, request))

    def cancel(self, request: Any) -> Any:
        return self.shaken(lambda: SandboxAgency.cancel(self, request))

    def observations(self, service_id: str) -> Any:
        return self.shaken(lambda: SandboxAgency.observations(self, service_id))


class ShakyCard(Shaky, SandboxCard):
    """A card company that may lose its answer."""

    def charge(self, request: Any) -> Any:
        return self.shaken(lambda: SandboxCard.charge(self, request))

    def refund(self, order: Any) -> Any:
        return self.shaken(lambda: SandboxCard.refund(self, order))


class ShakyTransfer(Shaky, SandboxTransfer):
    """A bank that may lose its answer."""

    def charge(self, request: Any) -> Any:
        return self.shaken(lambda: SandboxTransfer.charge(self, request))

    def refund(self, order: Any) -> Any:
        return self.shaken(lambda: SandboxTransfer.refund(self, order))


class Market:
    """Two desks on one file, and all simulated companies."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self._folder.name) / "market.db"
        self.clock = SetClock(BEGINNING)
        now = self.clock.now
        self.agencies = {
            name: ShakyAgency(clock=now, name=name, title=name) for name in PROVIDERS
        }
        self.card = ShakyCard(clock=now)
        self.transfer = ShakyTransfer(clock=now)
        self.methods = {"sandbox-card": self.card, "sandbox-transfer": self.transfer}
        for shaky in (*self.agencies.values(), *self.methods.values()):
            shaky.faults = []
        self.notifier = MemoryNotifier()
        self.panel = Panel.of(
            agencies=self.agencies.values(),
            methods=[self.card, self.transfer, PayLater()],
            notifiers=[self.notifier],
        )
        self.ids = CountedIds()
        self.desks = [self.open_desk(), self.open_desk()]
        self._raw = sqlite3.connect(self.path)

    def open_desk(self) -> Desk:
        return Desk.open(self.path, panel=self.panel, clock=self.clock, ids=self.ids)

    def open_order(self, order_id: str, ship: dt.date | DaysAfterPayment) -> None:
        ours = order_id == "TA-1"
        self.desks[0].open_order(
            order_id,
            actor=OPERATOR,
            buyer=BUYER.party if ours else "Other Buyer",
            supplier=SUPPLIER.party if ours else "Other Supplier",
            lines=(LAMPS,),
            initial=INITIAL,
            balance=BALANCE,
            ship=ship,
        )

    def reopen(self, which: int) -> None:
        self.desks[which].close()
        self.desks[which] = self.open_desk()

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read every row of every table, past all of pmkit."""
        names = self._raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
        return {
            name: self._raw.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2').fetchall()  # noqa: S608
            if name != "alembic_version"
            else []
            for (name,) in names.fetchall()
        }

    def close(self) -> None:
        self._raw.close()
        for desk in self.desks:
            desk.close()
        self._folder.cleanup()
