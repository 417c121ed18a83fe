"""
Databases of proofs: made once, copied for every run, and thrown away.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pathlib

    from tests.postgresql import Server


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

    def drop(self, name: str) -> None:
        """Throw a database away."""
        for each in self.folder.glob(f"{name}.db*"):
            each.unlink()


class Databases:
    """Databases of one PostgreSQL server."""

    kind = "postgresql"

    def __init__(self, server: Server, prefix: str = "proof") -> None:
        self.server = server
        self.prefix = prefix

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

    def drop(self, name: str) -> None:
        """Throw a database away, whoever uses it."""
        self._do(f'DROP DATABASE IF EXISTS "{self.prefix}-{name}" WITH (FORCE)', name)

    def _do(self, statement: str, name: str) -> str:
        with self._connected() as connection:
            connection.execute(statement)
        return self.where(name)

    def _connected(self) -> Any:
        import psycopg

        url = self.server.url().replace("+psycopg", "")
        return psycopg.connect(url, autocommit=True)
