"""
A worker: one process that takes what is due under leases, and says that it is alive.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import StoreError
from pmkit.shell import telemetry
from pmkit.shell.desk.holding import Holder
from pmkit.shell.desk.leased import Work
from pmkit.shell.engine.pace import limits_of
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.store.leasing import Claim, Lease
from pmkit.shell.store.sharing import SharedFileWarning, warn_once

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from pmkit.shell.desk import Desk
    from pmkit.shell.store.workers import WorkerRow

# What is left of a lease when nothing is begun any more: the far side hears of a call
# only while nobody else can have taken it over.
_MARGIN = 0.1
#: What is kept of what did not go through; the rows hold all of it.
_TROUBLES = 100
_NOBODY_TELLS = (
    "No notifier is attached: notices wait for a worker that has one, "
    "or until one is named in the file of --plugins."
)
#: The workers of this process.
_OURS: set[str] = set()


@attrs.frozen(kw_only=True)
class Done(Work):
    """
    What a worker did.

    Args:
        leases_lost: How often another worker took over from it.
    """

    leases_lost: int = 0


@attrs.frozen
class _Held:
    claim: Claim
    said: float


class Worker(Holder):
    """
    One process that works on the rows of a store; engines drive it.

    Between `start` and `stop` it says at each heartbeat that it holds what it holds.

    Args:
        desk: On the store, with the panel of attached plugins.

        settings: What can be set.

        name: Unlike that of any other worker that ever was; made if left out.

        counter: Counts seconds and never goes back.
    """

    def __init__(
        self,
        desk: Desk,
        settings: WorkerSettings | None = None,
        *,
        name: str = "",
        counter: Callable[[], float] = time.monotonic,
    ) -> None:
        self.desk = desk
        self.settings = WorkerSettings() if settings is None else settings
        self.name = name or worker_name()
        lease = Lease(
            owner=self.name, length=self.settings.lease, ask_in=self.settings.ask_in
        )
        super().__init__(lease, tries=self.settings.tries)
        self._limits = limits_of(desk.panel)
        #: How often another worker took over from this one.
        self.leases_lost = 0
        self.counter = counter
        _OURS.add(self.name)
        self._held: dict[int, _Held] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._beating: threading.Thread | None = None
        self._started_at: dt.datetime | None = None

    def warnings(self) -> tuple[str, ...]:
        """Say what whoever starts it should know of its database and its plugins."""
        said = self.desk.store.warnings()
        return said if self.desk.panel.notifiers else (*said, _NOBODY_TELLS)

    # ------------------------------------------------------------------- claims

    def take(self, claim: Claim) -> None:
        """Begin to say that a claim is held."""
        with self._lock:
            self._held[id(claim)] = _Held(claim, self.counter())

    def give_back(self, claim: Claim, *, lost: bool) -> None:
        """Do not say so any more; count it if another worker took over."""
        with self._lock:
            self._held.pop(id(claim), None)
            self.leases_lost += lost
        if lost:
            telemetry.event("pmkit.lease.lost", worker=self.name)

    def alive(self, claim: Claim) -> bool:
        """Tell whether a claim is certainly still held, by a clock nobody can set."""
        with self._lock:
            held = self._held.get(id(claim))
        if held is None:
            return False
        length = self.settings.lease.total_seconds() * (1 - _MARGIN)
        return self.counter() - held.said < length

    def per_minute(self, plugin: str) -> int | None:
        """Tell how many calls a plugin takes in any minute, from all workers."""
        return self._limits.get(plugin)

    def may_call(self, plugin: str) -> bool:
        """Tell whether a plugin may be called now, and count the call."""
        most = self.per_minute(plugin)
        if most is None:
            return True
        now = self.desk.clock.now()
        # Not in a transaction that holds, or checks, anything else: who waits for that
        # would keep all from this plugin.
        with self.desk.store.transaction() as tx:
            may = tx.calls_left(plugin, now, per_minute=most, wait=True) > 0
            if may:
                tx.count_calls(plugin, now, 1)
        return may

    # ------------------------------------------------------------ being alive

    def start(self) -> None:
        """
        Say from now on that it is alive.

        Raises:
            pmkit.StoreError: If the database cannot be reached.
        """
        self._started_at = self.desk.clock.now()
        self._over.clear()
        self.beat()
        self._beating = threading.Thread(
            target=self._beat_on, name=f"{self.name}-heartbeat", daemon=True
        )
        self._beating.start()
        telemetry.event("pmkit.worker.started", worker=self.name)

    def stop(self) -> None:
        """Do not say so any more; what it still holds is free when its lease ends."""
        self._over.set()
        if self._beating is not None:
            self._beating.join()
            self._beating = None
            telemetry.event("pmkit.worker.stopped", worker=self.name)

    def beat(self) -> None:
        """
        Say once that it is alive, and holds what it holds.

        Raises:
            pmkit.StoreError: If the database cannot be reached.
        """
        with self._lock:
            held = list(self._held.values())
        said, now = self.counter(), self.desk.clock.now()
        until = now + self.settings.lease
        with self.desk.store.transaction() as tx:
            renewed = [one for one in held if one.claim.renew(tx, until)]
            tx.worker_seen(
                self.name,
                now,
                started_at=self._started_at or now,
                lost=self.leases_lost,
            )
            seen = tx.workers_seen() if self.desk.store.warnings() else []
        with self._lock:
            for one in renewed:
                if id(one.claim) in self._held:
                    self._held[id(one.claim)] = _Held(one.claim, said)
        self._look_at(seen)

    def _look_at(self, seen: list[WorkerRow]) -> None:
        """Warn if others write the same file, where that may damage it."""
        began = self._started_at
        # Who was seen before may be over; who was seen since works beside this one.
        others = [
            each.name
            for each in seen
            if each.name not in _OURS and began is not None and each.seen_at > began
        ]
        # Where warnings are errors this one stops no worker: it is told all the same.
        with contextlib.suppress(SharedFileWarning):
            warn_once(self.desk.store, others)

    def _beat_on(self) -> None:
        while not self._over.wait(self.settings.heartbeat.total_seconds()):
            try:
                self.beat()
            except StoreError as error:
                # What cannot be renewed runs out: then nothing of it is sent any more.
                telemetry.event("pmkit.heartbeat.failed", error=error.code)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def worker_name() -> str:
    """Name a worker as no other one: the machine, the process, and a number."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def done_of(work: Work, lost: int) -> Done:
    """
    Say what a worker did.

    Args:
        work: What was done.

        lost: How many leases were lost meanwhile.
    """
    return Done(
        carried_out=work.carried_out,
        heard=work.heard,
        swept=work.swept,
        notified=work.notified,
        troubles=work.troubles[-_TROUBLES:],
        leases_lost=lost,
    )
