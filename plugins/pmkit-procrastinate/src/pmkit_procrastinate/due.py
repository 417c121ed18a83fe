"""
What the rows say is due, whatever became of the jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from pmkit.core.rules.timers import TimerKind
from pmkit.shell.store.leasing import LONGEST, free
from pmkit.shell.store.schema import OPEN_EFFECT, Instant

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection
    from typing import Any

    from pmkit.shell.store import Transaction
    from pmkit.shell.store.schema import Tables

#: The receivers of what is due: what time does, what asks plugins for news, and the
#: calls to each plugin.
TIMERS = "timers"
LOOKS = "looks"
CALL = "call:"


def due_orders(
    tx: Transaction, at: dt.datetime, until: dt.datetime, *, limit: int
) -> dict[str, dt.datetime]:
    """
    List the orders that somebody has to come back to, and when.

    What another worker holds at this moment is left out: it is found when its lease
    has run out.

    Args:
        tx: A transaction of the store.

        at: The present instant, UTC.

        until: How far to look ahead, UTC.

        limit: At most so many of each kind, the longest due first.
    """
    found: dict[str, dt.datetime] = {}
    for asked in (_by_timer(tx, at, until), _by_effect(tx, at, until)):
        for row in tx.connection.execute(asked.limit(limit)):
            found[row.order_id] = min(row.due_at, found.get(row.order_id, row.due_at))
    return found


def due_among(
    tx: Transaction, ids: Collection[str], at: dt.datetime, *, but: Collection[str]
) -> set[str]:
    """
    Tell on which orders something may be done now that nobody holds.

    Args:
        tx: A transaction of the store.

        ids: The orders.

        at: The present instant, UTC.

        but: Calls that are left to a sweep.
    """
    effects, timers = tx.tables.effects, tx.tables.timers
    calls = sa.select(effects.c.order_id).where(
        effects.c.order_id.in_(ids),
        effects.c.operation_id.not_in(but),
        *_callable(tx, at, at),
    )
    moments = sa.select(timers.c.order_id).where(
        timers.c.order_id.in_(ids), timers.c.due_at <= at, free(timers, at)
    )
    return set(tx.connection.execute(sa.union(calls, moments)).scalars())


class Moments:
    """
    The moments of an order by their receiver: one question, which is put once.

    Args:
        tables: The tables of the store.
    """

    def __init__(self, tables: Tables) -> None:
        effects, timers = tables.effects, tables.timers
        due = sa.func.coalesce(effects.c.next_at, effects.c.created_at, type_=Instant)
        order_id = sa.bindparam("order_id", type_=sa.String)
        plugin = sa.literal_column(f"'{CALL}'", sa.String) + effects.c.plugin
        calls = sa.select(plugin, _unless_held(effects, due)).where(
            effects.c.order_id == order_id, *_open(effects)
        )
        kind = sa.case((timers.c.kind == TimerKind.LOOK.value, LOOKS), else_=TIMERS)
        moments = sa.select(kind, _unless_held(timers, timers.c.due_at)).where(
            timers.c.order_id == order_id
        )
        self._asked = sa.union_all(calls, moments)

    def of(
        self, connection: sa.Connection, order_id: str, at: dt.datetime
    ) -> list[tuple[str, dt.datetime]]:
        """
        List the moments of an order.

        Args:
            connection: To the database of the store.

            order_id: The order.

            at: The present instant, UTC.

        Returns:
            The receiver, and when something may be done: not before whoever is at it
            now would have to be dead.
        """
        given = {"order_id": order_id, "at": at, "far": at + LONGEST}
        rows = connection.execute(self._asked, given)
        return [(receiver, moment) for receiver, moment in rows.all()]


def _unless_held(table: sa.Table, due: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Say when something may be done about a row; see `pmkit.shell.store.leasing`."""
    until = table.c.lease_until
    now, far = (sa.bindparam(name, type_=Instant) for name in ("at", "far"))
    held = (until > now) & (until <= far) & (until > due)
    return sa.case((held, until), else_=due)


def _by_timer(tx: Transaction, at: dt.datetime, until: dt.datetime) -> sa.Select[Any]:
    timers = tx.tables.timers
    first = sa.func.min(timers.c.due_at, type_=Instant)
    return (
        sa.select(timers.c.order_id, first.label("due_at"))
        .where(timers.c.due_at <= until, free(timers, at))
        .group_by(timers.c.order_id)
        .order_by(first, timers.c.order_id)
    )


def _by_effect(tx: Transaction, at: dt.datetime, until: dt.datetime) -> sa.Select[Any]:
    effects = tx.tables.effects
    due = sa.func.coalesce(effects.c.next_at, effects.c.created_at, type_=Instant)
    first = sa.func.min(due, type_=Instant)
    return (
        sa.select(effects.c.order_id, first.label("due_at"))
        .where(*_callable(tx, at, until))
        .group_by(effects.c.order_id)
        .order_by(first, effects.c.order_id)
    )


def _callable(
    tx: Transaction, at: dt.datetime, until: dt.datetime
) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which calls are due by a moment, and nobody is at."""
    effects = tx.tables.effects
    due = effects.c.next_at.is_(None) | (effects.c.next_at <= until)
    return (due, free(effects, at), *_open(effects))


def _open(effects: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """Say which calls something can be done about, now or later."""
    before = effects.alias("before")
    waits = sa.exists().where(
        before.c.order_id == effects.c.order_id,
        before.c.subject == effects.c.subject,
        before.c.number < effects.c.number,
        before.c.state.not_in(["succeeded", "rejected"]),
    )
    return sa.literal_column(OPEN_EFFECT, sa.Boolean), effects.c.parked == "", ~waits
