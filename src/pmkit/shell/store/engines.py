"""
The engines: how a connection to each kind of database begins its transactions.
"""

from __future__ import annotations

import functools
import selectors
import time
from typing import Any

import sqlalchemy as sa

from pmkit.core.errors import StoreError

#: Marks a connection that only reads: it takes no write lock.
READS = "pmkit_reads"

_PRAGMAS = (
    "PRAGMA busy_timeout=15000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
#: Seconds that a writer waits for the lock of an order before it gives up.
_LOCK_TIMEOUT = "10s"
#: What notes when a connection was last given back, and for how long it is not asked.
_LEFT = "pmkit_left"
_FRESH = 1.0
#: Of what each platform has, that which needs no descriptor of its own.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)
_POSTGRESQL = {"postgresql", "postgresql+psycopg"}


def sqlite_engine(url: sa.URL, **more: Any) -> sa.Engine:
    """
    Make an engine on SQLite whose transactions begin as pmkit needs them.

    The log is written ahead and synced at each commit; a transaction that may write
    takes the write lock at its beginning.

    Args:
        url: Where the file is.

        more: What `sqlalchemy.create_engine` takes.
    """
    # Errors of SQLAlchemy would otherwise show the values of a row.
    engine = sa.create_engine(url, hide_parameters=True, **more)
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def postgresql_engine(url: sa.URL, **more: Any) -> sa.Engine:
    """
    Make an engine on PostgreSQL.

    Args:
        url: The server and the database.

        more: What `sqlalchemy.create_engine` takes, such as ``pool_size``.

    Raises:
        pmkit.StoreError: If the driver is not installed.
    """
    given = {"options": f"-c lock_timeout={_LOCK_TIMEOUT}", "connect_timeout": 10}
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            isolation_level="READ COMMITTED",
            connect_args=given,
            **more,
        )
    except ModuleNotFoundError:
        msg = "The driver of PostgreSQL is not installed."
        remedy = "Install the extra: pmkit-sdk[postgres]."
        raise StoreError(msg, field="path", remedy=remedy) from None
    sa.event.listen(engine, "checkin", _on_checkin)
    sa.event.listen(engine, "checkout", functools.partial(_on_checkout, engine.dialect))
    return engine


def is_postgresql(url: sa.URL) -> bool:
    """
    Tell whether a URL is that of a PostgreSQL database.

    Args:
        url: The URL.
    """
    return url.drivername in _POSTGRESQL


def reading(connection: sa.Connection) -> sa.Connection:
    """
    Have a connection see one state of everything, and take no lock.

    Args:
        connection: One that has not begun yet.
    """
    if connection.dialect.name == "postgresql":
        return connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return connection.execution_options(**{READS: True})


def _on_connect(connection: Any, _: object) -> None:
    # The driver begins transactions late and by itself; SQLAlchemy begins ours.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _on_checkin(connection: Any, record: sa.pool.ConnectionPoolEntry) -> None:
    record.info[_LEFT] = time.monotonic()
    # After a snapshot SQLAlchemy would ask for transactions that write, and so go
    # around a server that its owner has set to read only.
    if connection is not None and not connection.closed:
        connection.read_only = None


def _on_checkout(
    dialect: sa.Dialect, connection: Any, record: sa.pool.ConnectionPoolEntry, _: object
) -> None:
    """
    Notice that a server was started anew before a command is decided.

    A server that goes says so: a connection that was used just now and has nothing to
    read is as it was, and is not asked.
    """
    left = record.info.get(_LEFT)
    if left is None or (time.monotonic() - left < _FRESH and _is_quiet(connection)):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise sa.exc.InvalidatePoolError from error


def _is_quiet(connection: Any) -> bool:
    """Tell whether there is nothing to read on a connection, its end included."""
    with _Selector() as selector:
        selector.register(connection.fileno(), selectors.EVENT_READ)
        return not selector.select(timeout=0)


def _on_begin(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get(READS)
    # A transaction that reads first and then writes would lose the lock to another.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
