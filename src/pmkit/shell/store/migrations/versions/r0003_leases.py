"""
Who works on what at this moment, and when each order has to be looked at again.

Columns, indexes and tables are added, nothing else.  Every order gets one timer that is
due at once: whoever works first finds all other moments of the order by it.

Revision ID: 0003
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import context, op

from pmkit.shell.store.schema import TEXT

revision = "0003"
down_revision = "0002"

_OPEN = sa.text("state NOT IN ('succeeded', 'rejected')")


def upgrade() -> None:
    """Add the columns and tables, and fill what can be known."""
    names = context.config.attributes["tables"]
    _add_columns(names.prefix)
    _make_timers(names.prefix)
    _make_deliveries(names.prefix)
    _make_workers(names.prefix)
    _fill_subjects(names.effects)
    _look_at_all(names.orders, names.timers)


def _text(name: str, **more: object) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False, **more)  # type: ignore[arg-type]  # as it comes


def _added(name: str) -> sa.Column[str]:
    return _text(name, server_default=sa.text("''"))


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=sa.text("0"))


def _instant(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _lease() -> tuple[sa.Column[str], sa.Column[int], sa.Column[int]]:
    return _added("lease_owner"), _instant("lease_until"), _whole("fence")


def _add_columns(prefix: str) -> None:
    effects, orders = f"{prefix}effects", f"{prefix}orders"
    for column in (_added("subject"), *_lease()):
        op.add_column(effects, column)
    op.create_index(f"{effects}_by_subject", effects, ["plugin", "subject"])
    op.create_index(
        f"{effects}_open",
        effects,
        ["plugin", "number"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.add_column(orders, _whole("settled"))
    op.create_index(f"{orders}_by_settled", orders, ["settled", "id"])
    op.add_column(f"{prefix}inbox", _instant("next_at"))


def _make_timers(prefix: str) -> None:
    timers = f"{prefix}timers"
    op.create_table(
        timers,
        _text("order_id", primary_key=True),
        _text("kind", primary_key=True),
        _text("subject", primary_key=True),
        _instant("due_at", nullable=False),
        _whole("attempts"),
        _added("error"),
        *_lease(),
    )
    op.create_index(f"{timers}_by_due", timers, ["due_at"])


def _make_deliveries(prefix: str) -> None:
    deliveries = f"{prefix}deliveries"
    op.create_table(
        deliveries,
        _text("notice_id", primary_key=True),
        _text("notifier", primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        _text("state"),
        _whole("attempts"),
        _instant("next_at"),
        _added("error"),
        *_lease(),
    )
    columns = ["notifier", "state", "number"]
    op.create_index(f"{deliveries}_by_notifier", deliveries, columns)


def _make_workers(prefix: str) -> None:
    op.create_table(
        f"{prefix}workers",
        _text("name", primary_key=True),
        _instant("started_at", nullable=False),
        _instant("seen_at", nullable=False),
        _whole("leases_lost"),
    )


def _fill_subjects(effects: sa.Table) -> None:
    """Copy the subject out of what each call is made with, in the database itself."""
    connection = op.get_bind()
    found: sa.ColumnElement[str]
    if connection.dialect.name == "postgresql":
        found = sa.cast(effects.c.params, sa.JSON).op("->>")("subject")
    else:
        found = sa.func.json_extract(effects.c.params, "$.subject")
    subject = sa.func.coalesce(sa.cast(found, sa.Text), "")
    try:
        with connection.begin_nested():
            connection.execute(sa.update(effects).values(subject=subject))
    except sa.exc.DBAPIError:
        _fill_one_by_one(connection, effects)


def _fill_one_by_one(connection: sa.Connection, effects: sa.Table) -> None:
    """Do the same where the database cannot read one of them."""
    asked = sa.select(effects.c.number, effects.c.params)
    here = effects.c.number == sa.bindparam("_number")
    change = sa.update(effects).where(here)
    change = change.values(subject=sa.bindparam("_subject"))
    rows = [
        {"_number": row.number, "_subject": _subject(row.params)}
        for row in connection.execute(asked)
    ]
    if rows:
        connection.execute(change, rows)


def _subject(params: str) -> str:
    try:
        found = json.loads(params)
        return str(found["subject"])
    except (ValueError, KeyError, TypeError):
        return ""  # verify tells of the row; a migration does not stop at it


def _look_at_all(orders: sa.Table, timers: sa.Table) -> None:
    """Have each order looked at: in the past means at once."""
    rows = sa.select(
        orders.c.id, sa.literal("look"), sa.literal(""), orders.c.updated_at
    )
    columns = ["order_id", "kind", "subject", "due_at"]
    op.get_bind().execute(sa.insert(timers).from_select(columns, rows))
