"""
The clock of the database: the one clock that all machines on it share.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
import weakref
from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.core.moments import to_utc
from pmkit.shell import telemetry
from pmkit.shell.store.faults import understood

if TYPE_CHECKING:
    from collections.abc import Callable

#: How long a machine counts by itself before it asks the database again.
_EVERY = dt.timedelta(seconds=60)
#: A server whose clock is further back than this was put right; one that is less far
#: back only ticked more slowly than this machine, and is waited for.
_FAR = dt.timedelta(minutes=5)
_ASKED = sa.text("SELECT clock_timestamp()")


@attrs.frozen
class _Reading:
    """What the database said, and when that was by the counter of this machine."""

    at: dt.datetime
    counted: float


class DatabaseClock:
    """
    The clock of a PostgreSQL server.

    Two machines whose own clocks differ by minutes decide by the same instant.  The
    server is asked when a transaction begins, at most once in *every*; in between the
    seconds are counted by this machine, whatever is done to its clock.

    Args:
        engine: Where the database is.

        every: How long an answer is used.

        counter: Counts seconds and never goes back.
    """

    def __init__(
        self,
        engine: sa.Engine,
        *,
        every: dt.timedelta = _EVERY,
        counter: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._every = every
        self._counter = counter
        self._reading: _Reading | None = None
        self._latest = dt.datetime.min.replace(tzinfo=dt.UTC)
        self._lock = threading.Lock()
        sa.event.listen(engine, "begin", self._on_begin)

    def now(self) -> dt.datetime:
        """
        Tell the present instant, UTC.

        It is never before an earlier answer, unless the clock of the server was put
        back by more than some minutes.

        Raises:
            pmkit.StoreError: If the database cannot be asked.
        """
        # Twice the time: a long transaction asks nobody, so that it cannot wait for
        # a connection while it holds one.
        if self._age() > 2 * self._every:
            with understood(), self._engine.connect() as connection:
                connection.begin()
        with self._lock:
            counted = self._counted()
            back = self._latest - counted
            if back > _FAR:
                # It was wrong before; standing still until then would stop all work.
                self._latest = counted
            self._latest = max(self._latest, counted)
            latest = self._latest
        if back > _FAR:
            telemetry.event("pmkit.clock.went_back", seconds=back.total_seconds())
        return latest

    def _counted(self) -> dt.datetime:
        read = self._reading
        if read is None:
            return self._latest
        return read.at + dt.timedelta(seconds=self._counter() - read.counted)

    def _age(self) -> dt.timedelta:
        read = self._reading
        if read is None:
            return dt.timedelta.max
        return dt.timedelta(seconds=self._counter() - read.counted)

    def _on_begin(self, connection: sa.Connection) -> None:
        if self._age() <= self._every:
            return
        sent = self._counter()
        told = connection.execute(_ASKED).scalar_one()
        came = self._counter()
        # The answer was true somewhere between question and arrival.
        half = dt.timedelta(seconds=(came - sent) / 2)
        self._reading = _Reading(to_utc(told) + half, came)


_CLOCKS: weakref.WeakKeyDictionary[sa.Engine, weakref.ref[DatabaseClock]]
_CLOCKS = weakref.WeakKeyDictionary()
_MAKING = threading.Lock()


def clock_of(engine: sa.Engine) -> DatabaseClock:
    """
    Give the clock of a server: one for each engine, however many desks are on it.

    Args:
        engine: Where the database is.
    """
    with _MAKING:
        # Whoever listens to an engine lives as long as it does: a reference that kept
        # the clock would keep the engine, too.
        kept = _CLOCKS.get(engine)
        clock = None if kept is None else kept()
        if clock is None:
            clock = DatabaseClock(engine)
            _CLOCKS[engine] = weakref.ref(clock)
        return clock
