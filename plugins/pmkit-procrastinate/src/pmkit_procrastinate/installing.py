"""
The tables of procrastinate: made and brought up to date in a schema of their own.

Its functions name its tables without a schema; each is told here where to look, so that
jobs can be noted from any connection, whatever its search path is.
"""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from pmkit.core.errors import ForeignStoreError, NewerStoreError, StoreError
from pmkit.shell.store.faults import understood
from pmkit.shell.store.schema import APPLICATION_ID
from procrastinate.schema import SchemaManager

if TYPE_CHECKING:
    from pmkit.shell.store import Store

#: The schema of procrastinate's tables, unless another one is given.
SCHEMA = "procrastinate"

#: What was applied, in the same schema; procrastinate itself keeps no such list.
_APPLIED = "pmkit_applied"
#: Its own queries for a lock look through every job that waits.
_BY_LOCK = """
CREATE INDEX IF NOT EXISTS pmkit_jobs_by_lock ON procrastinate_jobs (lock)
WHERE status IN ('todo', 'doing')
"""
_TELL_FUNCTIONS = """
DO $$
DECLARE found regprocedure;
BEGIN
    FOR found IN
        SELECT pg_proc.oid::regprocedure FROM pg_proc
        JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE nspname = current_schema()
    LOOP
        EXECUTE format(
            'ALTER FUNCTION %s SET search_path TO %I', found, current_schema()
        );
    END LOOP;
END $$
"""


def install(store: Store, *, schema: str = SCHEMA) -> tuple[str, ...]:
    """
    Make procrastinate's tables, or bring them up to date.

    May be called at every start, by many processes at once: one does it, the others
    wait for it and find nothing left to do.

    Args:
        store: A store on PostgreSQL.

        schema: The schema of the tables; it is made if it is not there.  Several
            stores in one database may share it.

    Returns:
        The names of what was applied; empty if everything was there.

    Raises:
        pmkit.StoreError: If the store is not on PostgreSQL, or cannot be reached.

        pmkit.ForeignStoreError: If tables of procrastinate are in the schema that
            were made in another way.

        pmkit.NewerStoreError: If a newer version of this package was there before.
    """
    if store.engine.dialect.name != "postgresql":
        msg = "procrastinate works on PostgreSQL only."
        raise StoreError(msg, field="path", remedy="Use the local engine.")
    applied: list[str] = []
    while names := _apply_next(store.engine, schema):
        applied += names
    return tuple(applied)


def is_installed(connection: sa.Connection, *, schema: str = SCHEMA) -> bool:
    """
    Tell whether `install` has been called.

    Args:
        connection: To the database.

        schema: The schema of the tables.
    """
    name = f"{_quoted(connection, schema)}.{_APPLIED}"
    asked = sa.select(sa.func.to_regclass(name).is_not(None))
    return bool(connection.execute(asked).scalar_one())


def _apply_next(engine: sa.Engine, schema: str) -> list[str]:
    """Apply one thing in a transaction of its own; each may be the last for a while."""
    with understood(), engine.begin() as connection:
        # Whoever may only work, and make nothing, is asked for no more than that.
        if _missing(connection, schema) == []:
            return []
        _enter(connection, schema)
        missing = _missing(connection, schema)
        if missing is None:
            return _make(connection)
        for name in missing:
            path = pathlib.Path(SchemaManager.get_migrations_path()) / name
            _run(connection, path.read_text("utf-8"))
            _finish(connection, [name])
            return [name]
    return []


def _missing(connection: sa.Connection, schema: str) -> list[str] | None:
    """List what was not applied yet; `None` if nothing was."""
    if not is_installed(connection, schema=schema):
        return None
    table = sa.table(_APPLIED, sa.column("name"), schema=schema)
    found = set(connection.execute(sa.select(table.c.name)).scalars())
    known = _known()
    if found - set(known):
        msg = "The jobs were made by a newer pmkit-procrastinate."
        raise NewerStoreError(msg, remedy="Install that version, or a later one.")
    return [name for name in known if name not in found]


def _enter(connection: sa.Connection, schema: str) -> None:
    """Let one process at a time in, to the schema that is meant."""
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(APPLICATION_ID, 1)))
    connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
    quoted = _quoted(connection, schema)
    connection.exec_driver_sql(f"SET LOCAL search_path TO {quoted}")


def _make(connection: sa.Connection) -> list[str]:
    there = sa.select(sa.func.to_regclass("procrastinate_jobs").is_not(None))
    if connection.execute(there).scalar_one():
        msg = "These tables of procrastinate are those of another application."
        raise ForeignStoreError(msg, field="schema", remedy="Name another schema.")
    _run(connection, SchemaManager.get_schema())
    connection.exec_driver_sql(
        f"CREATE TABLE {_APPLIED} (name text PRIMARY KEY, "
        "at timestamptz NOT NULL DEFAULT now())"
    )
    known = _known()
    _finish(connection, known)
    return known


def _finish(connection: sa.Connection, names: list[str]) -> None:
    connection.exec_driver_sql(_BY_LOCK)
    _run(connection, _TELL_FUNCTIONS)
    table = sa.table(_APPLIED, sa.column("name"))
    connection.execute(sa.insert(table), [{"name": name} for name in names])


def _run(connection: sa.Connection, statements: str) -> None:
    """Run several statements at once, which only the driver itself can do."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)


def _known() -> list[str]:
    folder = pathlib.Path(SchemaManager.get_migrations_path())
    return sorted(path.name for path in folder.glob("*.sql"))


def _quoted(connection: sa.Connection, schema: str) -> str:
    return connection.dialect.identifier_preparer.quote(schema)
