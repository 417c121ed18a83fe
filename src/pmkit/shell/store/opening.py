"""
What is looked at before a database is believed to be ours.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
import urllib.parse
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pmkit.core.errors import (
    CorruptStoreError,
    ForeignStoreError,
    NewerStoreError,
    StaleWriteError,
    StoreError,
)
from pmkit.shell.store.faults import understood
from pmkit.shell.store.schema import (
    APPLICATION_ID,
    HEAD,
    READABLE,
    READABLE_FROM,
    REVISIONS,
    Tables,
)

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable

# https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_HOW_IT_BEGINS = (
    "Make the engine by pmkit.shell.store.engines.sqlite_engine, or have its"
    " transactions begin as SQLAlchemy tells of pysqlite."
)
_NO_AUTOCOMMIT = "Use an engine and a connection that are not in AUTOCOMMIT."
_OTHER_PLACE = "Name another one, or another prefix."
# How long a migration waits for writers at a time, so that they never wait for long.
_LOCK_TIMEOUT = "2s"
_TRIES = 20
_PAUSE = 0.5


def check_file(file: pathlib.Path, names: Tables, *, must_exist: bool) -> bool:
    """
    Look at a file without changing it.

    Args:
        file: The file.

        names: The tables that it should have.

        must_exist: Whether a missing or empty file is an error.

    Returns:
        Whether the tables have to be made.

    Raises:
        pmkit.StoreError: If the file is missing, foreign, newer or damaged.
    """
    if file.is_dir():
        msg = f"{file} is a folder."
        raise StoreError(msg, field="path", remedy="Name a file.")
    if not file.exists():
        if must_exist:
            msg = f"There is no file {file}."
            raise StoreError(msg, field="path", remedy="Check the name.")
        return True
    if not _has_pages(file):
        if must_exist:
            msg = f"{file} is empty."
            raise CorruptStoreError(msg, field="path", remedy="Restore a backup.")
        return True
    return _is_empty(file, names)


def _has_pages(file: pathlib.Path) -> bool:
    """Check the header and the length; what the log holds is not in the length yet."""
    try:
        with file.open("rb") as opened:
            header = opened.read(_HEADER)
        size = file.stat().st_size
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise StoreError(msg, field="path", remedy="Check its rights.") from None
    if not header:
        return False
    if not _MAGIC.startswith(header[: len(_MAGIC)]):
        msg = f"{file} is not a SQLite file."
        raise ForeignStoreError(msg, field="path", remedy="Name another file.")
    log = file.with_name(f"{file.name}-wal")
    logged = log.exists() and log.stat().st_size > 0
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    whole = pages * (65536 if page == 1 else page)
    if len(header) < _HEADER or (size < whole and not logged):
        msg = f"{file} is truncated."
        raise CorruptStoreError(msg, field="path", remedy="Restore a backup.")
    return True


def _is_empty(file: pathlib.Path, names: Tables) -> bool:
    """Look inside, read only; refuse what is not ours."""
    uri = f"file:{urllib.parse.quote(str(file.absolute()))}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=5)) as opened:
        (application,) = opened.execute("PRAGMA application_id").fetchone()
        found = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        present = {name for (name,) in found}
        if application == 0 and not present:
            return True
        if application != APPLICATION_ID:
            msg = f"{file} is the database of another program."
            raise ForeignStoreError(msg, field="path", remedy="Name another file.")
        if names.revision.name not in present:
            msg = f"{file} has none of the tables that are looked for."
            raise ForeignStoreError(msg, field="path", remedy="Check the prefix.")
        rows = opened.execute(f'SELECT version_num FROM "{names.revision.name}"')  # noqa: S608 - our own name
        asked = f'SELECT value FROM "{names.meta.name}" WHERE name = ?'  # noqa: S608 - our own name
        _known_revision(
            [str(name) for (name,) in rows],
            lambda: [str(x) for (x,) in opened.execute(asked, (READABLE,))],
        )
    return False


def _known_revision(found: list[str], readable: Callable[[], list[str]]) -> str:
    """Give the revision, one that is known or newer tables that we can go on with."""
    if len(found) != 1:
        msg = "The database does not say which version wrote it."
        raise CorruptStoreError(msg, remedy="Restore a backup.")
    if found[0] not in REVISIONS and not set(readable()) & set(REVISIONS):
        msg = "The database was written by a newer pmkit."
        raise NewerStoreError(msg, remedy="Install that version, or a later one.")
    return found[0]


def require_begun(connection: sa.Connection, *, field: str) -> None:
    """
    Refuse a connection on which nothing can be rolled back.

    The driver of SQLite begins a transaction only before a row is written, and none
    before a savepoint: what is written in the savepoint would be committed with it.
    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable

    Args:
        connection: On which SQLAlchemy has begun a transaction.

        field: What the caller gave.

    Raises:
        pmkit.StoreError: If the database is in none.
    """
    driver = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        begun, remedy = getattr(driver, "in_transaction", True), _HOW_IT_BEGINS
    else:
        begun = getattr(driver, "autocommit", False) is not True
        remedy = _NO_AUTOCOMMIT
    if not begun:
        msg = "The connection is in no transaction of the database."
        raise StoreError(msg, field=field, remedy=remedy)


def prepare(
    engine: sa.Engine,
    names: Tables,
    *,
    fresh: bool,
    beside: bool = False,
    upgrades: bool = True,
) -> None:
    """
    Make the tables, or bring them up to date.

    Args:
        engine: Where they are.

        names: The tables.

        fresh: Whether they may be made: a file was not there when it was looked at.

        beside: Whether tables of others may stand there, too.

        upgrades: Whether tables of an earlier revision are brought up to date.

    Raises:
        pmkit.ForeignStoreError: If another program made something else there.

        pmkit.NewerStoreError: If a newer pmkit made the tables.

        pmkit.StoreError: If the tables are missing and may not be made.
    """
    for _ in range(_TRIES - 1):
        try:
            with understood():
                _prepare(engine, names, fresh=fresh, beside=beside, upgrades=upgrades)
        except StaleWriteError:
            # Writers have a table that the migration needs: they go first.
            time.sleep(_PAUSE)
        else:
            return
    with understood():
        _prepare(engine, names, fresh=fresh, beside=beside, upgrades=upgrades)


def _prepare(
    engine: sa.Engine, names: Tables, *, fresh: bool, beside: bool, upgrades: bool
) -> None:
    with engine.begin() as connection:
        server = connection.dialect.name == "postgresql"
        if server:
            _enter(connection, names)
        # Another process may have been faster; the write lock is ours now.
        schema = names.metadata.schema
        present = set(sa.inspect(connection).get_table_names(schema=schema))
        ours = {table.name for table in names.metadata.tables.values()}
        if names.revision.name not in present:
            if ours & present if server or beside else present:
                msg = "The database is that of another program."
                raise ForeignStoreError(msg, field="path", remedy=_OTHER_PLACE)
            if not fresh:
                msg = "The database has none of the tables of pmkit."
                raise StoreError(msg, field="path", remedy=_OTHER_PLACE)
            _make(connection, names)
            if not (server or beside):
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            return
        # Newer tables that we can go on with are left as they are.
        if upgrades and revision_of(connection, names) in REVISIONS[:-1]:
            if server:
                _lock(connection, names, present)
            upgrade(connection, names)


def revision_of(connection: sa.Connection, names: Tables) -> str:
    """
    Tell the revision of the tables that are there.

    Args:
        connection: In a transaction.

        names: The tables.

    Raises:
        pmkit.NewerStoreError: If a newer pmkit made them, and this one cannot go on
            with them.

        pmkit.CorruptStoreError: If nothing says so.
    """
    meta = names.meta
    found = connection.execute(sa.select(names.revision.c.version_num)).scalars()
    asked = sa.select(meta.c.value).where(meta.c.name == READABLE)
    return _known_revision(
        list(found), lambda: list(connection.execute(asked).scalars())
    )


def remake(connection: sa.Connection, names: Tables, revision: str) -> None:
    """
    Make the tables anew as they were in an earlier revision; what they hold is lost.

    Args:
        connection: In a transaction that writes.

        names: The tables.

        revision: The revision.
    """
    if connection.dialect.name == "postgresql":
        _enter(connection, names)
    names.metadata.drop_all(connection)
    upgrade(connection, names, to=revision)


def _lock(connection: sa.Connection, names: Tables, present: set[str]) -> None:
    """
    Take all tables, in the order in which a command takes them.

    In any other order writers and the migration would wait for each other for ever.
    """
    first = [names.orders, names.events, names.commands, names.effects, names.outbox]
    rest = [t for t in names.metadata.tables.values() if t not in first]
    quoted = connection.dialect.identifier_preparer.format_table
    taken = ", ".join(quoted(t) for t in [*first, *rest] if t.name in present)
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
    connection.exec_driver_sql(f"LOCK TABLE {taken} IN ACCESS EXCLUSIVE MODE")


def _enter(connection: sa.Connection, names: Tables) -> None:
    """Let one process at a time make tables, in the schema that is theirs."""
    # The number is the application id of our SQLite files: nobody else takes it.
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(APPLICATION_ID)))
    schema = names.metadata.schema
    if schema is not None:
        connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        quoted = connection.dialect.identifier_preparer.quote(schema)
        connection.exec_driver_sql(f"SET LOCAL search_path TO {quoted}")


def _make(connection: sa.Connection, names: Tables) -> None:
    """Make the newest tables at once; a test holds them against the migrations."""
    names.metadata.create_all(connection, checkfirst=False)
    connection.execute(sa.insert(names.revision), {"version_num": HEAD})
    meta = {"format": "pmkit", READABLE: READABLE_FROM[HEAD]}
    rows = [{"name": name, "value": value} for name, value in meta.items()]
    connection.execute(sa.insert(names.meta), rows)


def upgrade(connection: sa.Connection, names: Tables, *, to: str = HEAD) -> None:
    """
    Run the migrations that are missing.

    Args:
        connection: In a transaction, which they become part of.

        names: The tables, as they are to be.

        to: The revision to stop at.
    """
    from alembic import command
    from alembic.config import Config

    # alembic loads revisions from a folder on a disk, not from a package.
    folder = __file__.removesuffix("opening.py") + "migrations"
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["tables"] = names
    command.upgrade(config, to)
