"""
Orders for the benchmark of the store: one is walked there, then copied in any number.

A copy has the rows that it would have if it had been walked there itself, its chain of
hashes included; only its name is another, of the same length.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.sandbox import World
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds
from pmkit.shell.store import Store
from pmkit.shell.store.chain import GENESIS, event_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

BUYER = Actor(role=Role.BUYER, party="Nordwind GmbH", name="Ada")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Ningbo Hexing Lighting", name="Li")
OPERATOR = Actor(role=Role.OPERATOR, party="platform", name="Kim")
SERVICE = "srv_1"
AT = "2026-01-20T09:00+08:00"
CHUNK = 1_000

#: Tables whose rows an order has, those that are pointed at first.
TABLES = ("orders", "events", "commands", "effects", "outbox", "timers")


def order_id(number: int) -> str:
    """Name an order; all names are of one length."""
    return f"TA-{number:08}"


def desk_on(store: Store) -> Desk:
    """Open a desk with the sandbox's plugins, whose clock stands still."""
    world = World(AT)
    return Desk(store, panel=world.panel, clock=world.clock, ids=CountedIds())


def draft(desk: Desk) -> None:
    """Open the order that is copied: a draft with three lines."""
    desk.open_order(
        order_id(0),
        actor=OPERATOR,
        buyer=BUYER.party,
        supplier=SUPPLIER.party,
        lines=[OrderLine(product=f"LED desk lamp {n}", quantity=500) for n in range(3)],
        initial=Money.of("3600.00", "USD"),
        balance=Money.of("8400.00", "USD"),
        ship=dt.date(2026, 6, 19),
        key=f"open/{order_id(0)}",
    )


def cancelling(desk: Desk) -> None:
    """Bring the order to where a paid service is about to be cancelled."""
    draft(desk)
    name = order_id(0)
    desk.add_service(name, actor=BUYER, provider="sandbox-agency")
    desk.place_order(name, actor=BUYER)
    desk.pay(name, actor=BUYER, method="sandbox-card", instrument="tok-captures")
    desk.work()
    desk.request_cancellation(name, SERVICE, actor=BUYER, cause="Not needed now.")


#: What is measured -> (how an order gets there, the command with its key).
COMMANDS: dict[str, tuple[Callable[[Desk], None], Callable[[Desk, str], Any]]] = {
    "place_order": (
        draft,
        lambda desk, name: desk.place_order(name, actor=BUYER, key=f"place/{name}"),
    ),
    "answer_cancellation": (
        cancelling,
        lambda desk, name: desk.answer_cancellation(
            name, SERVICE, actor=OPERATOR, granted=True, key=f"answer/{name}"
        ),
    ),
}


class Pattern:
    """
    The rows of one order, and any number of copies.

    Args:
        walk: Brings the order to where it is copied.
    """

    def __init__(self, walk: Callable[[Desk], None]) -> None:
        with Store.memory() as store:
            walk(desk_on(store))
            with store.engine.connect() as connection:
                self._rows = {
                    name: _rows(connection, getattr(store.tables, name))
                    for name in TABLES
                }

    def copies(self, numbers: Iterable[int]) -> dict[str, list[dict[str, Any]]]:
        """Give the rows of so many orders, by table."""
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        for number in numbers:
            heads = []
            for name, rows in self._rows.items():
                copied = [_renamed(row, order_id(number)) for row in rows]
                if name == "events":
                    heads.append(_chain(copied))
                found[name] += copied
            found["orders"][-1]["head_hash"] = heads[-1]
        return found

    def fill(self, store: Store, numbers: Sequence[int]) -> None:
        """Write copies into a store."""
        for start in range(0, len(numbers), CHUNK):
            rows = self.copies(numbers[start : start + CHUNK])
            with store.engine.begin() as connection:
                write(connection, store, rows)


def write(
    connection: sa.Connection, store: Store, rows: dict[str, list[dict[str, Any]]]
) -> None:
    """Insert rows, a statement for each table."""
    for name in TABLES:
        if rows.get(name):
            connection.execute(sa.insert(getattr(store.tables, name)), rows[name])


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Give all rows of all tables, to compare two databases."""
    with store.engine.connect() as connection:
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(sa.select(table))), key=repr
            )
            for name, table in store.tables.metadata.tables.items()
        }


def _rows(connection: sa.Connection, table: sa.Table) -> list[dict[str, Any]]:
    # The database numbers the rows by itself.
    columns = [column for column in table.c if column.name != "number"]
    asked = sa.select(*columns).order_by(*table.primary_key)
    return [dict(row._mapping) for row in connection.execute(asked)]  # noqa: SLF001 - its public name


def _renamed(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        column: value.replace(order_id(0), name) if isinstance(value, str) else value
        for column, value in row.items()
    }


def _chain(events: list[dict[str, Any]]) -> str:
    """Tie the events of an order anew, under its name; tell the last hash."""
    prev = GENESIS
    for row in events:
        row["prev_hash"] = prev
        prev = row["hash"] = event_hash(
            order_id=row["order_id"], seq=row["seq"], body=row["body"], prev=prev
        )
    return prev
