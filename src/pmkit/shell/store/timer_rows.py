"""
The statements that write due moments.

They are made once for each store: that costs more than to execute them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pmkit.shell.store.leasing import FREE

if TYPE_CHECKING:
    from pmkit.shell.store.schema import Tables


@functools.cache
def setting(names: Tables, dialect: str) -> sa.Insert:
    """
    Set due moments, those that are there anew.

    Args:
        names: The tables.

        dialect: The name of the kind of database.
    """
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    made = insert(names.timers)
    return made.on_conflict_do_update(
        index_elements=["order_id", "kind", "subject"],
        set_={"due_at": made.excluded.due_at, "attempts": 0, "error": "", **FREE},
    )


@functools.cache
def unsetting(names: Tables) -> sa.Delete:
    """
    Take away the due moments of an order, ``here``, with some ``keys``.

    Args:
        names: The tables.
    """
    timers = names.timers
    both = sa.tuple_(timers.c.kind, timers.c.subject).in_(
        sa.bindparam("keys", expanding=True)
    )
    return sa.delete(timers).where(timers.c.order_id == sa.bindparam("here"), both)
