"""
The store: one database, opened with care, and its transactions.
"""

from __future__ import annotations

import contextlib
import pathlib
import threading
from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa

from pmkit.core.errors import StoreError
from pmkit.shell.store.faults import understood
from pmkit.shell.store.opening import check_file, prepare
from pmkit.shell.store.schema import Tables, tables
from pmkit.shell.store.transaction import Transaction

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

# Marks a connection that only reads: it takes no write lock.
_READS = "pmkit_reads"

_PRAGMAS = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)


class Store:
    """
    One database of pmkit.

    Made by `open` or `memory`; close it, or use it in a ``with`` statement.  It may
    be used by several threads; each process opens its own.

    Args:
        engine: Where the tables are.

        names: The tables.
    """

    def __init__(self, engine: sa.Engine, names: Tables) -> None:
        self.engine = engine
        self.tables = names
        # Threads of one process queue here instead of polling the file's lock.
        self._writing = threading.RLock()

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        must_exist: bool = False,
        prefix: str = "",
    ) -> Self:
        """
        Open a SQLite file, make it if it is not there, bring its tables up to date.

        Args:
            path: The file, or a SQLAlchemy URL of one such as ``sqlite:///pm.db``.

            must_exist: Whether a missing file is an error.

            prefix: What the name of each table begins with.

        Raises:
            pmkit.ForeignStoreError: If it is the file of something else.

            pmkit.NewerStoreError: If a newer pmkit wrote it.

            pmkit.CorruptStoreError: If it is truncated or damaged.

            pmkit.StoreError: If it is missing, or cannot be opened.
        """
        file = _file_of(path)
        if file is None:
            return cls.memory(prefix=prefix)
        names = tables(prefix)
        with understood():
            fresh = check_file(file, names, must_exist=must_exist)
            url = sa.URL.create("sqlite", database=str(file))
            engine = _engine(url)
            try:
                prepare(engine, names, fresh=fresh)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine, names)

    @classmethod
    def memory(cls, *, prefix: str = "") -> Self:
        """
        Open a database that lives as long as the store.

        Args:
            prefix: What the name of each table begins with.
        """
        names = tables(prefix)
        engine = _engine(
            sa.URL.create("sqlite"),
            poolclass=sa.StaticPool,
            connect_args={"check_same_thread": False},
        )
        prepare(engine, names, fresh=True)
        return cls(engine, names)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """
        Begin a transaction that writes.

        It commits at the end of the ``with`` block, and leaves nothing behind if the
        block raises.  It holds the write lock from its first moment, so what it reads
        is still true when it writes.

        Raises:
            pmkit.StoreError: If the database fails; nothing was written.
        """
        with self._writing, understood(), self.engine.begin() as connection:
            yield Transaction(connection, self.tables)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """
        Begin a transaction that only reads, one state of everything, without a lock.

        Raises:
            pmkit.StoreError: If the database fails.
        """
        # A store in memory has one connection, which all threads share.
        alone = isinstance(self.engine.pool, sa.StaticPool)
        lock = self._writing if alone else contextlib.nullcontext()
        with lock, understood(), self.engine.connect() as plain:
            connection = plain.execution_options(**{_READS: True})
            try:
                with connection.begin():
                    yield Transaction(connection, self.tables)
            finally:
                connection.execution_options(**{_READS: False})

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _file_of(path: str | os.PathLike[str]) -> pathlib.Path | None:
    """Tell the file that is meant; `None` for a database in memory."""
    if not isinstance(path, str) or "://" not in path:
        return None if path == ":memory:" else pathlib.Path(path)
    try:
        url = sa.make_url(path)
    except sa.exc.ArgumentError:
        url = None
    if url is None or url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        msg = "It is not the URL of a SQLite file."
        raise StoreError(msg, field="path", remedy="Write sqlite:///pm.db, or a path.")
    if url.database in {None, "", ":memory:"}:
        return None
    return pathlib.Path(str(url.database))


def _engine(url: sa.URL, **more: Any) -> sa.Engine:
    # Errors of SQLAlchemy would otherwise show the values of a row.
    engine = sa.create_engine(url, hide_parameters=True, **more)
    sa.event.listen(engine, "connect", _on_connect)
    sa.event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _: object) -> None:
    # The driver begins transactions late and by itself; SQLAlchemy begins ours.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _on_begin(connection: sa.Connection) -> None:
    reads = connection.get_execution_options().get(_READS)
    # A transaction that reads first and then writes would lose the lock to another.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
