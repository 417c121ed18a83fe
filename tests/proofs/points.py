"""
Crash points, enumerated from the code that runs: every boundary between two durable
writes, or between a write and a call that changes something outside.

A transaction that only reads, and a question to a far side, change nothing: a crash
after one is a crash at the boundary before it.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE)\b[^A-Za-z_]*(?:INTO|FROM)?\s*\"?(\w+)"
)
_TABLES = "pmkit_proof_tables"


class CrashError(BaseException):
    """All memory is gone from here on; only what is on the disk goes on."""


class Points:
    """
    Counts the boundaries of this process; at the chosen one it dies.

    Attributes:
        names: The boundaries that were passed, in their order.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self._at = 0
        self._really = False
        self._instead: Callable[[str], None] | None = None
        self._named = ""
        self._fits: tuple[str, ...] = ("",)
        self._active = False
        self._counting = threading.Lock()
        #: Of each thread: another one commits meanwhile.
        self._committing = threading.local()

    def begin(
        self,
        at: int = 0,
        *,
        really: bool = False,
        instead: Callable[[str], None] | None = None,
        named: str = "",
        fits: tuple[str, ...] = ("",),
    ) -> None:
        """
        Count anew; die at boundary *at*, by kill -9 if *really*, or do *instead*.

        Where a boundary is *named*, it is the first whose name begins so; where not
        every one *fits*, it is the first from *at* on whose name begins so.
        """
        self.names, self._at, self._really = [], at, really
        self._instead, self._named, self._fits = instead, named, fits
        self._active = True

    def end(self) -> list[str]:
        """Stop counting."""
        self._active = False
        return self.names

    def boundary(self, name: str) -> None:
        """Pass a boundary, or die here."""
        if not self._active:
            return
        with self._counting:
            self.names.append(name)
            here = self._is_chosen(name) or self._is_named(name)
        if here:
            if self._instead is not None:
                self._instead(name)
                return
            if self._really:
                os.kill(os.getpid(), signal.SIGKILL)
            self._active = False
            raise CrashError(name)

    def _is_chosen(self, name: str) -> bool:
        if not 0 < self._at <= len(self.names) or not name.startswith(self._fits):
            return False
        self._at = 0
        return True

    def _is_named(self, name: str) -> bool:
        if not self._named or not name.startswith(self._named):
            return False
        self._named = ""
        return True

    # --------------------------------------------------------------- the database

    def executing(self, connection: Any, _: Any, statement: str, *__: Any) -> None:
        """Note what a transaction writes."""
        found = _WRITES.match(statement)
        if found:
            connection.info.setdefault(_TABLES, {})[found[1].lower()] = None

    def rolled_back(self, connection: Any) -> None:
        """Forget what it wrote; a connection that broke has forgotten by itself."""
        if not connection.invalidated:
            connection.info.pop(_TABLES, None)

    def committing(self, connection: Any) -> None:
        """Pass the boundary before a commit."""
        written = connection.info.pop(_TABLES, None)
        if written:
            self._committing.tables = "+".join(written)
            self.boundary(f"before commit of {self._committing.tables}")

    def committed(self) -> None:
        """Pass the boundary after a commit."""
        name = getattr(self._committing, "tables", "")
        self._committing.tables = ""
        if name:
            self.boundary(f"after commit of {name}")


#: Those of this process.
POINTS = Points()


def _watch() -> None:
    commit = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        commit(self, connection)
        POINTS.committed()

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    sa.event.listen(sa.Engine, "before_cursor_execute", POINTS.executing)
    sa.event.listen(sa.Engine, "rollback", POINTS.rolled_back)
    sa.event.listen(sa.Engine, "commit", POINTS.committing)


_watch()
