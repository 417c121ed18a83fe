"""
What a transaction says of who has to come back to what.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.shell.store.schema import Tables


class Waking:
    """The part of a transaction that engines are told."""

    connection: sa.Connection
    tables: Tables
    #: When somebody has to come back to each order; empty for no order.
    wakes: dict[str, dt.datetime]

    def wake(self, order_id: str, not_before: dt.datetime) -> None:
        """
        Have an engine come back to an order.

        The store tells its `pmkit.shell.engine.port.Waker` when the transaction is
        about to be committed, in the same transaction.

        Args:
            order_id: The order; empty for messages and notices, which belong to none.

            not_before: When, UTC; the earliest of several counts.
        """
        earliest = min(not_before, self.wakes.get(order_id, not_before))
        self.wakes[order_id] = earliest

    def look_soon(self, order_id: str, by: dt.datetime) -> None:
        """
        Have an order that is looked at anyway looked at sooner.

        Args:
            order_id: The order.

            by: When at the latest, UTC.
        """
        given = {"whose": order_id, "by": by, "due_at": by}
        if self.connection.execute(_sooner(self.tables), given).rowcount:
            self.wake(order_id, by)


@functools.cache
def _sooner(names: Tables) -> sa.Update:
    timers = names.timers
    look = (timers.c.order_id == sa.bindparam("whose")) & (timers.c.kind == "look")
    by = sa.bindparam("by", type_=timers.c.due_at.type)
    return sa.update(timers).where(look, timers.c.due_at > by)


def inserting(connection: sa.Connection) -> Any:
    """
    Give the INSERT of the database that knows ON CONFLICT.

    Args:
        connection: To the database.
    """
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
