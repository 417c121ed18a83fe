"""
What the rows say is due, whatever became of the jobs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from pmkit.shell.store.leasing import free
from pmkit.shell.store.schema import OPEN_EFFECT, Instant

if TYPE_CHECKING:
    import datetime as dt
    from typing import Any

    from pmkit.shell.store import Transaction


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


def due_plugins(tx: Transaction, at: dt.datetime, order_id: str) -> list[str]:
    """
    List the plugins that calls of an order wait for which may be made now, sorted.

    Args:
        tx: A transaction of the store.

        at: The present instant, UTC.

        order_id: The order.
    """
    effects = tx.tables.effects
    here = effects.c.order_id == order_id
    asked = sa.select(effects.c.plugin).where(here, *_callable(tx, at, at))
    return sorted(set(tx.connection.execute(asked).scalars()))


def timers_due(tx: Transaction, at: dt.datetime, order_id: str) -> bool:
    """
    Tell whether a moment of an order has come that nobody is at.

    Args:
        tx: A transaction of the store.

        at: The present instant, UTC.

        order_id: The order.
    """
    timers = tx.tables.timers
    here = (timers.c.order_id == order_id) & (timers.c.due_at <= at)
    asked = sa.select(sa.literal(1)).where(here, free(timers, at)).limit(1)
    return tx.connection.execute(asked).first() is not None


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
    before = effects.alias("before")
    waits = sa.exists().where(
        before.c.order_id == effects.c.order_id,
        before.c.subject == effects.c.subject,
        before.c.number < effects.c.number,
        before.c.state.not_in(["succeeded", "rejected"]),
    )
    return (
        sa.literal_column(OPEN_EFFECT, sa.Boolean),
        effects.c.parked == "",
        effects.c.next_at.is_(None) | (effects.c.next_at <= until),
        free(effects, at),
        ~waits,
    )
