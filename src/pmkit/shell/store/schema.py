"""
The tables.

Instants are whole microseconds since 1970 in UTC: one type, on every database the
same, that compares and sorts as time does.  Texts would have several forms of one
instant, and the datetimes of SQLite lose their zone.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect

#: The revisions of the tables, oldest first; the last one is that of this pmkit.
REVISIONS = ("0001", "0002", "0003", "0004")
HEAD = REVISIONS[-1]
#: The row of `Tables.meta` with the oldest revision that a pmkit has to know to work on
#: newer tables: 0003 brought leases, which all who work have to keep.
READABLE = "readable-from"
READABLE_FROM = {"0004": "0003"}

#: "pmkt" in the header of a SQLite file.
APPLICATION_ID = 0x706D6B74

#: Which calls something can still happen to; word for word that of their index.
OPEN_EFFECT = "state NOT IN ('succeeded', 'rejected')"

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Instant(sa.types.TypeDecorator[dt.datetime]):
    """An instant, as whole microseconds since 1970 in UTC."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Count the microseconds; refuse a datetime without a zone."""
        del dialect
        return None if value is None else (to_utc(value) - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """Give the instant in UTC."""
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


@attrs.frozen(kw_only=True, eq=False)
class Tables:
    """The tables of one store; each prefix and schema has one of it."""

    metadata: sa.MetaData
    prefix: str
    orders: sa.Table
    events: sa.Table
    commands: sa.Table
    effects: sa.Table
    outbox: sa.Table
    inbox: sa.Table
    timers: sa.Table
    deliveries: sa.Table
    workers: sa.Table
    files: sa.Table
    meta: sa.Table
    revision: sa.Table


@functools.cache
def tables(prefix: str = "", schema: str | None = None) -> Tables:
    """
    Give the tables.

    Args:
        prefix: What the name of each begins with, for a database shared with others.

        schema: The schema that they are in, on PostgreSQL; the connection's first
            one, if left out.
    """
    metadata = sa.MetaData(schema=schema)
    return Tables(
        metadata=metadata,
        prefix=prefix,
        orders=_orders(metadata, prefix),
        events=_events(metadata, prefix),
        commands=_commands(metadata, prefix),
        effects=_effects(metadata, prefix),
        outbox=_outbox(metadata, prefix),
        inbox=_inbox(metadata, prefix),
        timers=_timers(metadata, prefix),
        deliveries=_deliveries(metadata, prefix),
        workers=_workers(metadata, prefix),
        files=_files(metadata, prefix),
        meta=_meta(metadata, prefix),
        revision=sa.Table(
            f"{prefix}alembic_version",
            metadata,
            sa.Column("version_num", sa.String(32), nullable=False),
            # Named as alembic names it.
            sa.PrimaryKeyConstraint("version_num", name=f"{prefix}alembic_version_pkc"),
        ),
    )


@functools.cache
def inserting_into(table: sa.Table) -> sa.Insert:
    """
    Give the INSERT of whole rows; the same one each time, which is less work.

    Args:
        table: Of the store.
    """
    return sa.insert(table)


#: Texts sort by their code points on every database, whatever its language.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=more.pop("nullable", False), **more)


def _added(name: str) -> sa.Column[str]:
    """Give a text that rows of an earlier revision have empty."""
    return _text(name, server_default=sa.text("''"))


def _whole(name: str, **more: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, **more)


def _lease() -> tuple[sa.Column[Any], ...]:
    """Who works on a row at this moment, until when, and how often one did."""
    return (
        _added("lease_owner"),
        _instant("lease_until", nullable=True),
        _whole("fence", server_default=sa.text("0")),
    )


def _instant(name: str, *, nullable: bool = False) -> sa.Column[dt.datetime]:
    return sa.Column(name, Instant, nullable=nullable)


def _running() -> sa.Column[int]:
    """Number the rows as they come; SQLite numbers only an INTEGER by itself."""
    kind = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    return sa.Column("number", kind, primary_key=True)


def _orders(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}orders",
        metadata,
        _text("id", primary_key=True),
        _whole("version"),
        _text("head_hash"),
        _text("stage"),
        _text("buyer"),
        _text("supplier"),
        _text("state"),
        _instant("updated_at"),
        # 1 if nothing can happen any more by time or by news.
        _whole("settled", server_default=sa.text("0")),
        sa.Index(f"{prefix}orders_by_settled", "settled", "id"),
    )


def _events(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}events",
        metadata,
        sa.Column(
            "order_id", TEXT, sa.ForeignKey(f"{prefix}orders.id"), primary_key=True
        ),
        _whole("seq", primary_key=True, autoincrement=False),
        _instant("at"),
        _text("name"),
        _text("by_role"),
        _text("by_party"),
        _text("body"),
        _text("prev_hash"),
        _text("hash"),
    )


def _commands(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}commands",
        metadata,
        _text("scope", primary_key=True),
        _text("key", primary_key=True),
        _text("digest"),
        _text("order_id", nullable=True),
        _text("answer"),
        _instant("at"),
    )


def _effects(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}effects",
        metadata,
        _running(),
        _text("operation_id", unique=True),
        _text("order_id"),
        _whole("seq"),
        _text("kind"),
        _text("plugin"),
        _text("params"),
        _text("state"),
        _whole("attempts"),
        _text("result"),
        _instant("created_at"),
        _instant("updated_at"),
        _added("digest"),
        _added("certainty"),
        _instant("first_sent_at", nullable=True),
        _instant("next_at", nullable=True),
        _added("reference"),
        _added("parked"),
        _added("resolution"),
        _added("resolved_by"),
        _added("evidence"),
        _instant("resolved_at", nullable=True),
        _added("subject"),
        *_lease(),
        sa.Index(f"{prefix}effects_by_subject", "plugin", "subject"),
        sa.Index(
            f"{prefix}effects_open",
            "plugin",
            "number",
            sqlite_where=sa.text(OPEN_EFFECT),
            postgresql_where=sa.text(OPEN_EFFECT),
        ),
        sa.Index(f"{prefix}effects_by_state", "state", "number"),
        sa.Index(f"{prefix}effects_by_order", "order_id", "number"),
        sa.Index(f"{prefix}effects_by_parked", "parked", "number"),
    )


def _outbox(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}outbox",
        metadata,
        _running(),
        _text("id", unique=True),
        _text("order_id"),
        _text("notice"),
        _instant("created_at"),
        _instant("sent_at", nullable=True),
        _whole("attempts"),
        _text("error"),
        sa.Index(f"{prefix}outbox_by_sent", "sent_at", "number"),
    )


def _inbox(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}inbox",
        metadata,
        _text("provider", primary_key=True),
        _text("account", primary_key=True),
        _text("event_id", primary_key=True),
        _text("digest"),
        _text("order_id", nullable=True),
        _instant("received_at"),
        _instant("applied_at", nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        _added("headers"),
        _added("scheme"),
        _whole("attempts", server_default=sa.text("0")),
        _added("error"),
        _instant("next_at", nullable=True),
        sa.Index(f"{prefix}inbox_by_applied", "applied_at", "attempts"),
    )


def _timers(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}timers",
        metadata,
        _text("order_id", primary_key=True),
        _text("kind", primary_key=True),
        _text("subject", primary_key=True),
        _instant("due_at"),
        _whole("attempts", server_default=sa.text("0")),
        _added("error"),
        *_lease(),
        sa.Index(f"{prefix}timers_by_due", "due_at"),
    )


def _deliveries(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}deliveries",
        metadata,
        _text("notice_id", primary_key=True),
        _text("notifier", primary_key=True),
        _whole("number"),
        _text("state"),
        _whole("attempts", server_default=sa.text("0")),
        _instant("next_at", nullable=True),
        _added("error"),
        *_lease(),
        sa.Index(f"{prefix}deliveries_by_notifier", "notifier", "state", "number"),
    )


def _workers(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}workers",
        metadata,
        _text("name", primary_key=True),
        _instant("started_at"),
        _instant("seen_at"),
        _whole("leases_lost", server_default=sa.text("0")),
    )


def _files(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}files",
        metadata,
        _text("sha256", primary_key=True),
        _text("media_type"),
        _whole("size"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _instant("created_at"),
    )


def _meta(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}meta", metadata, _text("name", primary_key=True), _text("value")
    )
