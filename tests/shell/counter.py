"""
A desk on a file, with an order that can be walked to any point of the road.

The order: 500 lamps that ship on Friday 20 March 2026; the world begins on Tuesday
20 January at 09:00 in China.  BOOK-1 ends with 11 March there.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any

import attrs

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.core.report import Verdict
from pmkit.core.service import ServiceStage
from pmkit.core.terms import TERMS_2026_01, Terms
from pmkit.core.visit import Appointment, Check, CheckResult, Progress
from pmkit.sandbox import World
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds

ORDER = "TA-1"
BUYER = Actor(role=Role.BUYER, party="Nordlicht", name="Ada")
APPROVER = Actor(role=Role.APPROVER, party="Nordlicht", name="Grace")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Dongguan Lamps", name="Li")
AGENCY = Actor(role=Role.AGENCY, party="sandbox-agency", name="Wang")
INSPECTOR = Actor(role=Role.INSPECTOR, party="sandbox-agency", name="Chen")
OPERATOR = Actor(role=Role.OPERATOR, party="Market", name="Kim")
ACTORS = (BUYER, APPROVER, SUPPLIER, AGENCY, INSPECTOR, OPERATOR)

#: What `open_order` needs.
OPEN: dict[str, Any] = {
    "actor": BUYER,
    "buyer": BUYER.party,
    "supplier": SUPPLIER.party,
    "lines": (OrderLine(product="desk lamp", quantity=500),),
    "initial": Money.of("1000.00", "USD"),
    "balance": Money.of("4000.00", "USD"),
    "ship": dt.date(2026, 3, 20),
}


def at(text: str) -> dt.datetime:
    """Read a moment of 2026 by the clocks of China: ``"02-11T09:30"``."""
    return dt.datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(dt.UTC)


def appointment(day: str) -> Appointment:
    """Give a visit of a day of 2026 from nine to five."""
    return Appointment(
        starts_at=at(f"{day}T09:00"), ends_at=at(f"{day}T17:00"), place="Shijie"
    )


def found(kind: str = "PM") -> dict[str, Any]:
    """Say that all is made and conforms."""
    lamps = Progress(product="desk lamp", ordered=500, finished=500, packed=500)
    return {
        "progress": (lamps,),
        "checks": tuple(
            Check(checkpoint=point, result=CheckResult.CONFORMS)
            for point in CATALOGUE[kind].checks
        ),
    }


class Counter:
    """A desk, its world and its file."""

    def __init__(self, folder: Any, *, terms: Terms = TERMS_2026_01, **plugins: Any):
        self.path = folder / "desk.db"
        self.world = World()
        self.panel = attrs.evolve(self.world.companies, **plugins) if plugins else None
        self.terms = terms
        self.ids = CountedIds()
        self.desk = self.again()

    def again(self) -> Desk:
        """Open one more desk on the same file."""
        return Desk.open(
            self.path,
            panel=self.panel or self.world.companies,
            clock=self.world.clock,
            ids=self.ids,
            terms=self.terms,
        )

    def dump(self) -> dict[str, list[Any]]:
        """Read every row of every table, past all of pmkit."""
        raw = sqlite3.connect(self.path)
        try:
            names = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: raw.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()  # noqa: S608
                for (name,) in names.fetchall()
            }
        finally:
            raw.close()

    @property
    def order(self):
        """The order as it is."""
        return self.desk.order(ORDER)

    @property
    def service(self):
        """The latest service."""
        return self.order.services[-1]

    @property
    def on(self) -> tuple[str, str]:
        """The names of the order and of its latest service."""
        return ORDER, self.service.id

    def open(self, **changes: Any):
        """Open the order."""
        return self.desk.open_order(ORDER, **{**OPEN, **changes})

    def add(self, **changes: Any):
        """Add a service, production monitoring by the buyer if not said otherwise."""
        given = {"actor": BUYER, "provider": "sandbox-agency", **changes}
        return self.desk.add_service(ORDER, **given)

    def in_production(self, **changes: Any) -> None:
        """Open and place the order, and pay the initial payment by card."""
        self.open(**changes)
        self.desk.place_order(ORDER, actor=SUPPLIER)
        self.card()

    def card(self, actor: Actor = BUYER, **given: Any) -> None:
        """Pay by a card that pays at once, and let the desk work."""
        self.desk.pay(
            ORDER,
            actor=actor,
            method="sandbox-card",
            instrument="tok-captures",
            **given,
        )
        self.desk.work()

    def booked(self, **changes: Any) -> None:
        """Pay a service that was added on the draft, with the initial payment."""
        self.open()
        self.add(**changes)
        self.desk.place_order(ORDER, actor=SUPPLIER)
        self.card()
        assert self.service.stage is ServiceStage.BOOKED

    def scheduled(self, day: str = "02-05", number: int = 1) -> None:
        """Agree on a visit of a booked service, and name the inspector."""
        on = {"visit_number": number}
        self.desk.propose_appointment(
            *self.on, actor=SUPPLIER, appointment=appointment(day), **on
        )
        self.desk.confirm_appointment(*self.on, actor=AGENCY, **on)
        self.desk.assign_inspector(
            *self.on, actor=AGENCY, inspector=INSPECTOR.name, **on
        )

    def visited(self, day: str = "02-05", number: int = 1) -> None:
        """Hold the visit of that day."""
        self.world.set(at(f"{day}T09:05"))
        on = {"visit_number": number, "actor": INSPECTOR}
        self.desk.arrive(*self.on, **on)
        self.world.set(at(f"{day}T17:30"))
        self.desk.complete_visit(
            *self.on, ended_at=at(f"{day}T17:00"), **found(self.service.kind), **on
        )

    def reported(self, summary: str = "On schedule.", number: int = 1) -> None:
        """Upload a report that passes."""
        self.desk.upload_report(
            *self.on,
            actor=AGENCY,
            verdict=Verdict.PASS,
            summary=summary,
            visit_number=number,
        )
