"""
Who can go on with these tables: the oldest pmkit that knows what they need of it.

A row is added, nothing else.

Revision ID: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from pmkit.shell.store.schema import READABLE, READABLE_FROM

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Write the row; a later migration that asks for more writes another value."""
    meta = context.config.attributes["tables"].meta
    op.get_bind().execute(
        sa.insert(meta), {"name": READABLE, "value": READABLE_FROM["0004"]}
    )
