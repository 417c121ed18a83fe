"""
What the tests of engines work with: a database, a world outside, and engines on them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds, random_ids
from pmkit.testing.engines.child import QUICK
from pmkit.testing.engines.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pmkit.shell.clock import Clock
    from pmkit.shell.engine.port import Engine
    from pmkit.shell.engine.settings import WorkerSettings

    Maker = Callable[[Desk, WorkerSettings], Engine]
    Outage = Callable[[], AbstractContextManager[object]]

_BUYER = Actor(role=Role.BUYER, party="Nordlicht", name="Ada")
_SUPPLIER = Actor(role=Role.SUPPLIER, party="Dongguan Lamps", name="Li")
BEGIN = dt.datetime(2026, 1, 20, 1, tzinfo=dt.UTC)
_SHIP = dt.date(2026, 3, 20)


class Bench:
    """
    A database, a world outside, and engines on them.

    Args:
        make_engine: Makes an engine.

        database: A path or URL.

        folder: Where the world outside keeps its journal.

        find_outage: Finds what has the database away, and back again; `None` if nobody
            said how.
    """

    def __init__(
        self,
        make_engine: Maker,
        database: str,
        folder: Path,
        find_outage: Callable[[], Outage] | None = None,
    ) -> None:
        self.make_engine = make_engine
        self.database = database
        self._find_outage = find_outage
        self.clock = SetClock(BEGIN)
        self.outside = Outside(folder, self.clock.now)
        self._open: list[Desk] = []

    def desk(self, clock: Clock | None = None) -> Desk:
        """
        Open a desk.

        Args:
            clock: The one that can be set, if left out.
        """
        given = self.clock if clock is None else clock
        outside = Outside(self.outside.folder, given.now)
        desk = Desk.open(
            self.database,
            panel=outside.panel,
            clock=given,
            ids=CountedIds() if isinstance(given, SetClock) else random_ids,
        )
        self._open.append(desk)
        return desk

    def engine(self, desk: Desk) -> Engine:
        """
        Make an engine with short times.

        Args:
            desk: On which.
        """
        return self.make_engine(desk, QUICK)

    def settle(self, desk: Desk) -> None:
        """
        Do everything that is due.

        Args:
            desk: On which.
        """
        self.engine(desk).run(once=True)

    def outage(self, desk: Desk) -> Outage:
        """
        Give what has the database away while it is entered; skip the test without it.

        Args:
            desk: On the database.
        """
        import pytest

        if desk.store.engine.dialect.name == "sqlite":
            pytest.skip("A file has no server that could be restarted.")
        if self._find_outage is None:
            pytest.skip(
                "Nobody said how to restart the server: give engine_suite outage=."
            )
        return self._find_outage()

    def close(self) -> None:
        """Let go of everything."""
        for desk in self._open:
            desk.close()


def paid(desk: Desk, order_id: str, *, ship: dt.date = _SHIP) -> None:
    """
    Have an order with a service whose payment is about to be charged.

    Args:
        desk: Where.

        order_id: The name of the order.

        ship: When the goods leave.
    """
    ordered(desk, order_id, ship)
    desk.pay(order_id, actor=_BUYER, method="outside-card", instrument="tok")


def ordered(desk: Desk, order_id: str, ship: dt.date = _SHIP) -> None:
    """
    Have an order with a service that nobody pays for.

    Args:
        desk: Where.

        order_id: The name of the order.

        ship: When the goods leave.
    """
    desk.open_order(
        order_id,
        actor=_SUPPLIER,
        buyer=_BUYER.party,
        supplier=_SUPPLIER.party,
        lines=[OrderLine(product="desk lamp", quantity=500)],
        initial=Money.of("1000.00", "USD"),
        balance=Money.of("4000.00", "USD"),
        ship=ship,
    )
    desk.add_service(order_id, actor=_BUYER, provider="outside-agency")
    desk.place_order(order_id, actor=_SUPPLIER)


def history(desk: Desk, order_id: str) -> list[tuple[str, str]]:
    """
    Read what happened on an order: each event, and who did it.

    Args:
        desk: Where.

        order_id: The order.
    """
    with desk.store.snapshot() as tx:
        found = tx.history(order_id)
    return [(each.event.name, each.event.by.party) for each in found]
