"""
Run migrations on the connection and in the transaction of who asks.
"""

from __future__ import annotations

from alembic import context

# The tables are made in the first schema of the connection: see prepare().
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes["tables"].metadata,
    version_table=context.config.attributes["tables"].revision.name,
    transactional_ddl=True,
)
context.run_migrations()
