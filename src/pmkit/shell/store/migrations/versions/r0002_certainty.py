"""
What is certain of a call, and messages of the outside that wait to be applied.

Columns and indexes are added, nothing else: rows of before keep their meaning.

Revision ID: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from pmkit.shell.store.schema import TEXT

revision = "0002"
down_revision = "0001"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=False, server_default=sa.text("''"))


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=True)


def upgrade() -> None:
    """Add the columns."""
    prefix = context.config.attributes["tables"].prefix
    for column in (
        _text("digest"),
        _text("certainty"),
        _instant("first_sent_at"),
        _instant("next_at"),
        _text("reference"),
        _text("parked"),
        _text("resolution"),
        _text("resolved_by"),
        _text("evidence"),
        _instant("resolved_at"),
    ):
        op.add_column(f"{prefix}effects", column)
    effects = f"{prefix}effects"
    op.create_index(f"{effects}_by_parked", effects, ["parked", "number"])
    for table_column in (
        sa.Column("body", sa.LargeBinary, nullable=True),
        _text("headers"),
        _text("scheme"),
        sa.Column(
            "attempts", sa.BigInteger, nullable=False, server_default=sa.text("0")
        ),
        _text("error"),
    ):
        op.add_column(f"{prefix}inbox", table_column)
    inbox = f"{prefix}inbox"
    op.create_index(f"{inbox}_by_applied", inbox, ["applied_at", "attempts"])
