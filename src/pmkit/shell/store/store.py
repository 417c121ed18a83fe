"""
The store: one database, opened with care, and its transactions.
"""

from __future__ import annotations

import contextlib
import pathlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Self, TypeVar

import sqlalchemy as sa

from pmkit.core.errors import StaleWriteError, StoreError
from pmkit.shell.clock import SystemClock
from pmkit.shell.store.engines import (
    is_postgresql,
    postgresql_engine,
    reading,
    sqlite_engine,
)
from pmkit.shell.store.faults import understood
from pmkit.shell.store.mending import Mender
from pmkit.shell.store.opening import check_file, prepare, require_begun, revision_of
from pmkit.shell.store.schema import Tables, tables
from pmkit.shell.store.sharing import doubt
from pmkit.shell.store.transaction import Transaction

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from pmkit.shell.clock import Clock
    from pmkit.shell.engine.port import Waker
_T = TypeVar("_T")
#: Who loses the race for an order so often decides on one that never stands still.
_TRIES = 5
_LIKE_URL = "Write sqlite:///pm.db, postgresql://user@host/database, or a path."


class Store:
    """
    One database of pmkit.

    Made by `open` or `memory`; close it, or use it in a ``with`` statement.  It may
    be used by several threads; each process opens its own.

    Args:
        engine: Where the tables are.

        names: The tables.

        owned: Whether the engine is closed with the store.
    """

    def __init__(self, engine: sa.Engine, names: Tables, *, owned: bool = True) -> None:
        self.engine = engine
        self.tables = names
        #: Told of what has to be come back to, inside the transaction that decides it.
        self.waker: Waker | None = None
        #: The version of SQLite that this process is linked with.
        self.linked: tuple[int, ...] = sqlite3.sqlite_version_info
        #: Finds what nobody would come back to.
        self.mender = Mender(self)
        self._owned = owned
        self._writing = threading.RLock()

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        must_exist: bool = False,
        prefix: str = "",
        schema: str | None = None,
        upgrade: bool = True,
    ) -> Self:
        """
        Open a database, make its tables if they are not there, bring them up to date.

        Args:
            path: A SQLite file, or a SQLAlchemy URL: ``sqlite:///pm.db`` or
                ``postgresql://user@host/database``.

            must_exist: Whether a missing file, or a database without the tables, is
                an error.

            prefix: What the name of each table begins with.

            schema: The schema of the tables, on PostgreSQL; it is made if it is not
                there.  The connection's first one, if left out.

            upgrade: Whether tables of an earlier revision are brought up to date.  As
                they are, they can only be copied: see `revision`.

        Raises:
            pmkit.ForeignStoreError: If it is the file of something else.

            pmkit.NewerStoreError: If a newer pmkit wrote it.

            pmkit.CorruptStoreError: If it is truncated or damaged.

            pmkit.StoreError: If it is missing, or cannot be opened.
        """
        url = _url_of(path)
        if url is not None and is_postgresql(url):
            engine = postgresql_engine(url)
            names = tables(prefix, schema)
            return cls._prepared(engine, names, fresh=not must_exist, upgrades=upgrade)
        file = _file_of(path, url)
        if file is None:
            return cls.memory(prefix=prefix)
        names = tables(prefix)
        with understood():
            fresh = check_file(file, names, must_exist=must_exist)
        engine = sqlite_engine(sa.URL.create("sqlite", database=str(file)))
        return cls._prepared(engine, names, fresh=fresh, upgrades=upgrade)

    @classmethod
    def _prepared(
        cls, engine: sa.Engine, names: Tables, *, fresh: bool, upgrades: bool
    ) -> Self:
        """Use an engine that is ours: closed with the store, or if it is of no use."""
        try:
            with understood():
                prepare(engine, names, fresh=fresh, upgrades=upgrades)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, names)

    @classmethod
    def on(
        cls,
        engine: sa.Engine,
        *,
        must_exist: bool = False,
        prefix: str = "",
        schema: str | None = None,
    ) -> Self:
        """
        Use an engine that the application has, beside its own tables.

        Args:
            engine: Of SQLite or PostgreSQL.  The application closes it.  On SQLite its
                transactions have to begin as those of
                `pmkit.shell.store.engines.sqlite_engine` do.

            must_exist: Whether missing tables are an error.

            prefix: What the name of each table begins with.

            schema: The schema of the tables, on PostgreSQL.

        Raises:
            pmkit.ForeignStoreError: If other tables have the names of pmkit's.

            pmkit.NewerStoreError: If a newer pmkit made the tables.

            pmkit.StoreError: If the database cannot be reached, or the engine begins
                no transactions.
        """
        names = tables(prefix, schema)
        with understood():
            with engine.begin() as connection:
                require_begun(connection, field="engine")
            prepare(engine, names, fresh=not must_exist, beside=True)
        return cls(engine, names, owned=False)

    def within(self, connection: sa.Connection) -> Joined:
        """
        Take part in a transaction that the application has begun.

        What is written is committed with it or not at all; what a command refuses is
        undone by itself and leaves the rest of the transaction as it is.

        Args:
            connection: In a transaction, of an engine on the same database.  On SQLite
                the database has to be in it, too: see `Store.on`.

        Raises:
            pmkit.StoreError: If the transaction is none of the database, so that
                nothing could be rolled back.
        """
        if connection.in_transaction():
            require_begun(connection, field="connection")
        joined = Joined(connection, self.tables)
        joined.waker = self.waker
        return joined

    @classmethod
    def memory(cls, *, prefix: str = "") -> Self:
        """
        Open a database that lives as long as the store.

        Args:
            prefix: What the name of each table begins with.
        """
        names = tables(prefix)
        engine = sqlite_engine(
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
        block raises.  What it reads of an order is still true when it writes: on
        SQLite it holds the write lock from its first moment, on PostgreSQL the lock of
        each order that it loads.

        Raises:
            pmkit.StoreError: If the database fails; nothing was written.
        """
        with self._queue(), understood(), self.engine.begin() as connection:
            tx = Transaction(connection, self.tables)
            yield tx
            self._pass_on(tx)

    def _pass_on(self, tx: Transaction) -> None:
        """Tell the engine what it has to come back to."""
        if self.waker is not None:
            for order_id, not_before in sorted(tx.wakes.items()):
                self.waker.wake(order_id, not_before, connection=tx.connection)

    def attempt(self, work: Callable[[Transaction], _T]) -> _T:
        """
        Do some work in a transaction that writes; anew if another writer was faster.

        Args:
            work: Reads, decides and writes; nothing that cannot be done twice.

        Returns:
            What the work gives.

        Raises:
            pmkit.StaleWriteError: If others were faster again and again.

            pmkit.StoreError: If the database fails; nothing was written.
        """
        for _ in range(_TRIES - 1):
            try:
                with self.transaction() as tx:
                    return work(tx)
            except StaleWriteError:
                continue
        with self.transaction() as tx:
            return work(tx)

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
        with (
            lock,
            understood(),
            self.engine.connect() as connection,
            reading(connection).begin(),
        ):
            yield Transaction(connection, self.tables, writes=False)

    def _queue(self) -> contextlib.AbstractContextManager[object]:
        """Let threads of one process wait here instead of polling the file's lock."""
        if self.engine.dialect.name == "sqlite":
            return self._writing
        return contextlib.nullcontext()

    def clock(self) -> Clock:
        """
        Give the clock that all who share the database have in common.

        Returns:
            The server's on PostgreSQL; this machine's where the file is on it.
        """
        if self.engine.dialect.name == "postgresql":
            from pmkit.shell.store.database_clock import clock_of

            return clock_of(self.engine)
        return SystemClock()

    def revision(self) -> str:
        """
        Tell the revision of the tables, such as ``0004``.

        Raises:
            pmkit.StoreError: If the database fails.
        """
        with self.snapshot() as tx:
            return revision_of(tx.connection, self.tables)

    def warnings(self) -> tuple[str, ...]:
        """
        Say what is doubtful about the database; nothing of it stops the work.

        Returns:
            Sentences for people.  A SQLite before 3.51.3 can damage a file when one
            process begins the log anew while another writes:
            https://www.sqlite.org/wal.html
        """
        said = doubt(self)
        return (said,) if said else ()

    def close(self) -> None:
        """Let go of the database; an engine of the application stays open."""
        if self._owned:
            self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Joined(Store):
    """
    A store inside a transaction of the application; made by `Store.within`.

    Args:
        connection: In a transaction.

        names: The tables.
    """

    def __init__(self, connection: sa.Connection, names: Tables) -> None:
        super().__init__(connection.engine, names, owned=False)
        self.connection = connection

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Begin a part of the transaction that can be undone by itself."""
        with understood():
            if not self.connection.in_transaction():
                self.connection.begin()
            # A savepoint that the driver has not begun anything for is committed.
            require_begun(self.connection, field="connection")
            with self.connection.begin_nested():
                tx = Transaction(self.connection, self.tables)
                yield tx
                self._pass_on(tx)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Read what the transaction sees."""
        with understood():
            yield Transaction(self.connection, self.tables, writes=False)


def _url_of(path: str | os.PathLike[str]) -> sa.URL | None:
    """Read a URL; `None` if it is a path."""
    if not isinstance(path, str) or "://" not in path:
        return None
    try:
        return sa.make_url(path)
    except sa.exc.ArgumentError:
        # The text may hold a password: it is not repeated.
        msg = "It is not the URL of a database."
        raise StoreError(msg, field="path", remedy=_LIKE_URL) from None


def _file_of(path: str | os.PathLike[str], url: sa.URL | None) -> pathlib.Path | None:
    """Tell the file that is meant; `None` for a database in memory."""
    if url is None:
        return None if path == ":memory:" else pathlib.Path(path)
    if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
        msg = "It is not the URL of a SQLite or PostgreSQL database."
        raise StoreError(msg, field="path", remedy=_LIKE_URL)
    if url.database in {None, "", ":memory:"}:
        return None
    return pathlib.Path(str(url.database))
