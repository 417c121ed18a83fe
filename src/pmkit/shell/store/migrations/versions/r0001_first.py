"""
The first tables.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from pmkit.shell.store.schema import TEXT

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=nullable)


def _whole(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    prefix = context.config.attributes["tables"].prefix
    _orders_and_events(prefix)
    _commands_and_inbox(prefix)
    _effects(prefix)
    _outbox(prefix)
    op.create_table(
        f"{prefix}files",
        _text("sha256"),
        _text("media_type"),
        _whole("size"),
        sa.Column("content", sa.LargeBinary, nullable=False),
        _whole("created_at"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        f"{prefix}meta",
        _text("name"),
        _text("value"),
        sa.PrimaryKeyConstraint("name"),
    )


def _orders_and_events(prefix: str) -> None:
    op.create_table(
        f"{prefix}orders",
        _text("id"),
        _whole("version"),
        _text("head_hash"),
        _text("stage"),
        _text("buyer"),
        _text("supplier"),
        _text("state"),
        _whole("updated_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        f"{prefix}events",
        _text("order_id"),
        _whole("seq"),
        _whole("at"),
        _text("name"),
        _text("by_role"),
        _text("by_party"),
        _text("body"),
        _text("prev_hash"),
        _text("hash"),
        sa.PrimaryKeyConstraint("order_id", "seq"),
        sa.ForeignKeyConstraint(["order_id"], [f"{prefix}orders.id"]),
    )


def _commands_and_inbox(prefix: str) -> None:
    op.create_table(
        f"{prefix}commands",
        _text("scope"),
        _text("key"),
        _text("digest"),
        _text("order_id", nullable=True),
        _text("answer"),
        _whole("at"),
        sa.PrimaryKeyConstraint("scope", "key"),
    )
    op.create_table(
        f"{prefix}inbox",
        _text("provider"),
        _text("account"),
        _text("event_id"),
        _text("digest"),
        _text("order_id", nullable=True),
        _whole("received_at"),
        _whole("applied_at", nullable=True),
        sa.PrimaryKeyConstraint("provider", "account", "event_id"),
    )


def _effects(prefix: str) -> None:
    op.create_table(
        f"{prefix}effects",
        sa.Column("number", _NUMBER, nullable=False),
        _text("operation_id"),
        _text("order_id"),
        _whole("seq"),
        _text("kind"),
        _text("plugin"),
        _text("params"),
        _text("state"),
        _whole("attempts"),
        _text("result"),
        _whole("created_at"),
        _whole("updated_at"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("operation_id"),
    )
    table = f"{prefix}effects"
    op.create_index(f"{table}_by_state", table, ["state", "number"])
    op.create_index(f"{table}_by_order", table, ["order_id", "number"])


def _outbox(prefix: str) -> None:
    table = f"{prefix}outbox"
    op.create_table(
        table,
        sa.Column("number", _NUMBER, nullable=False),
        _text("id"),
        _text("order_id"),
        _text("notice"),
        _whole("created_at"),
        _whole("sent_at", nullable=True),
        _whole("attempts"),
        _text("error"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(f"{table}_by_sent", table, ["sent_at", "number"])
