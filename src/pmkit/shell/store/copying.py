"""
A copy of everything, as it was at one moment: a backup, or a move to another database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from pmkit.core.errors import NewerStoreError, StoreError
from pmkit.shell.store.opening import remake, revision_of
from pmkit.shell.store.schema import HEAD, REVISIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmkit.shell.store.schema import Tables
    from pmkit.shell.store.store import Store
    from pmkit.shell.store.transaction import Transaction

#: How many rows are held in memory at a time.
_BATCH = 500


def copy(source: Store, target: Store) -> Mapping[str, int]:
    """
    Copy all rows from one database to an empty one, of either kind.

    The copy has tables of the same revision, also where that is an earlier one, and is
    brought up to date when it is opened.  Writers go on meanwhile: the copy is the
    state at its beginning, and either the whole of it is there afterwards or nothing.

    Args:
        source: What to copy.

        target: Where to; without orders.

    Returns:
        How many rows each table has, by its name without a prefix.

    Raises:
        pmkit.NewerStoreError: If a newer pmkit made the tables of *source*.

        pmkit.StoreError: If there are orders in *target*, or one of the two fails.
    """
    counts: dict[str, int] = {}
    with source.snapshot() as read, target.transaction() as write:
        found = revision_of(read.connection, source.tables)
        if found not in REVISIONS:
            msg = "The database was written by a newer pmkit, which alone can copy it."
            raise NewerStoreError(msg, remedy="Install that version, or a later one.")
        if write.list_orders(limit=1):
            msg = "There are orders in the database already."
            raise StoreError(msg, field="to", remedy="Copy to an empty one.")
        ours, theirs = source.tables, target.tables
        if found != HEAD:
            remake(write.connection, theirs, found)
        present = _present(write.connection, theirs)
        for table in ours.metadata.sorted_tables:
            name = table.name.removeprefix(ours.prefix)
            if name in present and table.name != ours.revision.name:
                there = theirs.metadata.tables[_key(theirs, name)]
                counts[name] = _copy_table(read, table, write, there, present[name])
    return counts


def _key(names: Tables, name: str) -> str:
    schema = f"{names.metadata.schema}." if names.metadata.schema else ""
    return f"{schema}{names.prefix}{name}"


def _present(connection: sa.Connection, names: Tables) -> dict[str, list[str]]:
    """List the columns that are there, by the name of each table without a prefix."""
    looked, schema = sa.inspect(connection), names.metadata.schema
    there = set(looked.get_table_names(schema=schema))
    return {
        table.name.removeprefix(names.prefix): [
            column["name"] for column in looked.get_columns(table.name, schema=schema)
        ]
        for table in names.metadata.sorted_tables
        if table.name in there
    }


def _copy_table(
    read: Transaction,
    table: sa.Table,
    write: Transaction,
    there: sa.Table,
    columns: list[str],
) -> int:
    write.connection.execute(sa.delete(there))
    rows = read.connection.execute(
        sa.select(*(table.c[name] for name in columns)).order_by(
            *table.primary_key.columns
        )
    ).yield_per(_BATCH)
    count = 0
    for batch in rows.mappings().partitions():
        write.connection.execute(sa.insert(there), [dict(row) for row in batch])
        count += len(batch)
    if count:
        _go_on_counting(write.connection, there)
    return count


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """Let a server number new rows behind those that were copied with their numbers."""
    number = table.columns.get("number")
    if number is None or connection.dialect.name != "postgresql":
        return
    name = connection.dialect.identifier_preparer.format_table(table)
    sequence = sa.func.pg_get_serial_sequence(name, "number")
    latest = sa.select(sa.func.max(number)).scalar_subquery()
    connection.execute(sa.select(sa.func.setval(sequence, latest)))
