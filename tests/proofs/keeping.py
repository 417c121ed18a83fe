"""
Databases of proofs: made once, copied for every run, and thrown away.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    import pathlib

    from tests.postgresql import Server


#: For a server that is never stopped: it writes no more than it has to.
LIGHT = {
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "max_wal_size": "4GB",
    "jit": "off",
    "autovacuum": "off",
    "update_process_title": "off",
}
#: Foreign keys wait, as everything is written at once.
_FAST = "-c session_replication_role=replica"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
#: So often dead rows are cleared away.
_VACUUM = 50


class Files:
    """SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def where(self, name: str) -> str:
        """Give the path of a database."""
        return str(self.folder / f"{name}.db")

    def make(self, name: str) -> str:
        """Give the path of a database that is not there yet."""
        return self.where(name)

    def copy(self, name: str, to: str) -> str:
        """Copy a database that nobody uses."""
        with contextlib.closing(sqlite3.connect(self.where(name))) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self.where(name), self.where(to))
        return self.where(to)

    def stand(self, name: str) -> str:
        """Give a database with the rows of another one, in place of the last such."""
        for each in self.folder.glob("again.db*"):
            each.unlink()
        return self.copy(name, "again")


class Databases:
    """Databases of one PostgreSQL server."""

    kind = "postgresql"

    def __init__(self, server: Server, prefix: str = "proof") -> None:
        self.server = server
        self.prefix = prefix
        self._rows: dict[str, dict[str, bytes]] = {}
        self._kept: Any = None
        self._fills = 0

    def where(self, name: str) -> str:
        """Give the URL of a database."""
        return self.server.url(f"{self.prefix}-{name}")

    def make(self, name: str) -> str:
        """Make an empty database."""
        return self._do(f'CREATE DATABASE "{self.prefix}-{name}"', name)

    def copy(self, name: str, to: str) -> str:
        """Copy a database that nobody uses."""
        # By the log: no checkpoint of the whole server for each copy.
        return self._do(
            f'CREATE DATABASE "{self.prefix}-{to}" TEMPLATE "{self.prefix}-{name}"', to
        )

    def stand(self, name: str) -> str:
        """Give a database with the rows of another one, in place of the last such."""
        if name not in self._rows:
            self._rows[name] = self._read(name)
        for _ in range(2):
            # A server that was stopped has closed the connection.
            with contextlib.suppress(psycopg.OperationalError):
                self._fill(self._rows[name])
                return self.where("again")
            self._kept = None
        self._fill(self._rows[name])
        return self.where("again")

    def _read(self, name: str) -> dict[str, bytes]:
        """Read the rows of each table."""
        with self._connected(name) as connection:
            held = {}
            for (table,) in connection.execute(_TABLES).fetchall():
                with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as rows:
                    held[table] = b"".join(rows)
            return held

    def _fill(self, rows: dict[str, bytes]) -> None:
        if self._kept is None:
            self.drop("again")
            self.copy("now", "again")
            self._kept = self._connected("again")
        connection = self._kept
        # What a killed process left open there ends first.
        while connection.execute(_OTHERS).fetchall():
            pass
        with connection.transaction():
            for table in rows:
                connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - our own
            for table, held in rows.items():
                if held:
                    with connection.cursor().copy(f'COPY "{table}" FROM STDIN') as to:
                        to.write(held)
        self._fills += 1
        if self._fills % _VACUUM == 0:
            connection.execute("VACUUM ANALYZE")

    def drop(self, name: str) -> None:
        """Throw a database away, whoever uses it."""
        self._do(f'DROP DATABASE IF EXISTS "{self.prefix}-{name}" WITH (FORCE)', name)

    def _do(self, statement: str, name: str) -> str:
        with self._connected() as connection:
            connection.execute(statement)
        return self.where(name)

    def _connected(self, name: str = "") -> Any:
        url = self.where(name) if name else self.server.url()
        return psycopg.connect(
            url.replace("+psycopg", ""), autocommit=True, options=_FAST
        )
