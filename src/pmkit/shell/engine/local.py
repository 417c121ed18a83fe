"""
The engine that is always there: threads of this process, on the rows of the store.
"""

from __future__ import annotations

import collections
import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from pmkit.shell import telemetry
from pmkit.shell.desk.leased import HeldCall, Work
from pmkit.shell.desk.troubles import trouble
from pmkit.shell.engine.turns import Turns
from pmkit.shell.engine.worker import Done, Worker, done_of

if TYPE_CHECKING:
    import datetime as dt

    import sqlalchemy as sa

    from pmkit.shell.desk import Desk
    from pmkit.shell.engine.settings import WorkerSettings

#: How much of what waits for one receiver is taken at once.
_BATCH = 16
#: How many seconds calls to one receiver follow each other before others have a turn.
_TURN = 0.1
#: How soon a receiver that had nothing is asked again when something was written; the
#: timers are days apart, and what was written has mostly moved them away.
_SOON = {False: 0.02, True: 0.25}
#: From so many threads on, each receiver has one of its own.
_OWN = 3
_TIMERS = "timers"
_LOOKS = "looks"
_INBOX = "inbox"
_OUTBOX = "outbox"
_CALL = "call:"
_TELL = "tell:"


@attrs.frozen
class _Unit:
    """Something that was taken, and how it is given back if it is not begun."""

    name: str
    work: Callable[[], Work]
    leave: Callable[[], None]
    held: HeldCall | None = None
    order: str = ""


class LocalEngine:
    """
    Works in this process, on the rows of the store.

    The rows tell what is due, so that nothing is lost when it stops at any moment, and
    as many of them may work on one database as one likes, on one machine or on many.

    Args:
        desk: On the store, with the panel of attached plugins.

        settings: What can be set.

        name: Unlike that of any other worker that ever was; made if left out.

    Examples:
        >>> from pmkit.shell.desk import Desk
        >>> with Desk.open() as desk:
        ...     LocalEngine(desk).run(once=True).idle
        True
    """

    def __init__(
        self, desk: Desk, settings: WorkerSettings | None = None, *, name: str = ""
    ) -> None:
        self.worker = Worker(desk, settings, name=name)
        self.desk = desk
        self.settings = self.worker.settings
        self._finds: dict[str, Callable[[], None]] = {}
        self._register()
        # Each has a thread of its own, so that nobody waits for one that is slow; the
        # rest goes to whoever has much.
        threads = self.settings.threads
        spare = max(0, threads - _OWN)
        self._threads = threads if threads < _OWN else len(self._finds) + spare
        single = (_TIMERS, _INBOX, _OUTBOX)
        self._turns = Turns(tuple(self._finds), spare=spare, single=single)
        self._taken: dict[str, collections.deque[_Unit]] = {
            name: collections.deque() for name in self._finds
        }
        #: When each receiver that had nothing is asked again, by the counter.
        self._asleep: dict[str, float] = {}
        self._empty: dict[str, int] = {}
        #: Held while the database is asked, by one thread at a time.
        self._asking = threading.Lock()
        #: Held for a moment only: who writes holds a lock of the store while it wakes.
        self._change = threading.Condition()
        self._stopping = threading.Event()
        self._poll = self.settings.poll.total_seconds()
        self._written = 0
        self._done = Done()

    def _register(self) -> None:
        panel = self.desk.panel
        self._finds[_TIMERS] = functools.partial(self._find_timers, _TIMERS)
        self._finds[_LOOKS] = functools.partial(self._find_timers, _LOOKS)
        self._finds[_INBOX] = functools.partial(self._find_common, _INBOX)
        if panel.notifiers:
            # Without one, notices are left to a worker that has one.
            self._finds[_OUTBOX] = functools.partial(self._find_common, _OUTBOX)
        for name in sorted({*panel.agencies, *panel.methods}):
            self._finds[f"{_CALL}{name}"] = functools.partial(self._find_calls, name)
        for name in panel.notifiers:
            self._finds[f"{_TELL}{name}"] = functools.partial(self._find_notices, name)

    # -------------------------------------------------------------------- port

    def wake(
        self,
        order_id: str,
        not_before: dt.datetime,
        *,
        connection: sa.Connection | None = None,
    ) -> None:
        """
        Look at the rows soon; they tell what is due.

        Args:
            order_id: The order; empty for messages and notices.

            not_before: Not before this moment, UTC; the row of it waits as long.

            connection: Nothing is written: the rows are there already.
        """
        del connection
        later = (not_before - self.desk.clock.now()).total_seconds()
        with self._change:
            self._written += 1
            now = self.worker.counter()
            for name, until in self._asleep.items():
                days = name in {_TIMERS, _LOOKS}
                of_orders = days or name.startswith(_CALL)
                if of_orders is bool(order_id):
                    soon = now + max(_SOON[days], later)
                    self._asleep[name] = min(until, soon)
            self._change.notify()

    def run(self, *, once: bool = False) -> Done:
        """
        Work until it is stopped, or until nothing is due.

        Args:
            once: Whether to return as soon as nothing is due.

        Returns:
            What was done.

        Raises:
            pmkit.StoreError: If the database cannot be reached at the beginning.
        """
        self._stopping.clear()
        self._done = Done()
        with self._change:
            # A run before this one says nothing of what is there by now.
            self._asleep.clear()
            self._empty.clear()
        before, told = self.worker.leases_lost, self.desk.store.waker
        if told is None:
            self.desk.store.waker = self
        try:
            with self.worker:
                self._run_threads(once=once)
                self._leave_all()
        finally:
            self.desk.store.waker = told
        with self._change:
            return done_of(self._done, self.worker.leases_lost - before)

    def stop(self) -> None:
        """Finish what is in hand, give back the rest, and return from `run`."""
        self._stopping.set()
        with self._change:
            self._change.notify_all()

    def _run_threads(self, *, once: bool) -> None:
        threads = [
            threading.Thread(
                target=self._work, args=(once,), name=f"pmkit-{number}", daemon=True
            )
            for number in range(self._threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            # What takes longer than the grace is found by its lease.
            while thread.is_alive() and not self._stopping.is_set():
                thread.join(timeout=1.0)
        end = self.worker.counter() + self.settings.grace.total_seconds()
        for thread in threads:
            thread.join(timeout=max(0.0, end - self.worker.counter()))

    # ----------------------------------------------------------------- threads

    def _work(self, once: bool) -> None:  # noqa: FBT001 - the target of a thread
        while not self._stopping.is_set():
            unit = self._next()
            if unit is None:
                if once and self._all_done():
                    return
                self._wait()
                continue
            self._do(unit)

    def _do(self, unit: _Unit) -> None:
        name, failed = unit.name, False
        with self._change:
            written = self._written
        try:
            known = {"receiver": name, "worker": self.worker.name, "order": unit.order}
            with telemetry.told("pmkit.wake", **known):
                came = unit.work()
        except Exception as error:  # noqa: BLE001 - one fault stops no thread
            came, failed = Work(troubles=(trouble("", name, error),)), True
        with self._change:
            self._turns.end(name)
            quiet = came.idle and self._written == written
            if quiet and name in {_INBOX, _OUTBOX}:
                # What is left would be found again at once; what is new wakes it.
                self._asleep[name] = self.worker.counter() + self._poll
                if failed:
                    self._empty[name] = written
            self._done = done_of(self._done.plus(came), 0)
            if name == _OUTBOX:
                # What was handed out belongs to no order and is written without a wake.
                for each in self._finds:
                    if each.startswith(_TELL):
                        self._asleep.pop(each, None)
            if not came.idle or (name == _OUTBOX and not failed):
                self._written += 1
            self._change.notify()

    def _next(self) -> _Unit | None:
        """Take what is next in turn; one thread at a time asks the database."""
        with self._asking:
            with self._change:
                free = tuple(self._turns.free())
            for name in free:
                if not self._taken[name]:
                    self._look(name)
                unit = self._pop(name)
                if unit is not None:
                    with self._change:
                        self._turns.begin(name)
                    return unit
        return None

    def _pop(self, name: str) -> _Unit | None:
        try:
            return self._taken[name].popleft()
        except IndexError:
            return None  # whoever is at this receiver has gone on with it

    def _look(self, name: str) -> None:
        """Ask the database what a receiver has, unless it had nothing just now."""
        now = self.worker.counter()
        with self._change:
            written = self._written
            if now < self._asleep.get(name, 0.0):
                return
        wrong: Work | None = None
        try:
            self._finds[name]()
        except Exception as error:  # noqa: BLE001 - the database may come back
            wrong = Work(troubles=(trouble("", name, error),))
        with self._change:
            if wrong is not None:
                self._done = done_of(self._done.plus(wrong), 0)
            if not self._taken[name]:
                self._asleep[name] = now + self._poll
                self._empty[name] = written

    def _wait(self) -> None:
        with self._change:
            now = self.worker.counter()
            # Whoever is not asleep and may have a turn is looked at at once.
            free = tuple(self._turns.free())
            first = min((self._asleep.get(n, now) for n in free), default=now + 1.0)
            self._change.wait(timeout=min(max(first - now, 0.001), 1.0))

    def _all_done(self) -> bool:
        """Tell whether every receiver had nothing since something was last written."""
        with self._change:
            if self._turns.busy:
                return False
            stale = [n for n in self._finds if self._empty.get(n) != self._written]
            for name in stale:
                self._asleep.pop(name, None)
            return not stale

    def _leave_all(self) -> None:
        """Give back what was taken and not begun."""
        with self._asking:
            left = [unit for units in self._taken.values() for unit in units]
            for units in self._taken.values():
                units.clear()
        for unit in left:
            unit.leave()

    # ----------------------------------------------------------------- finding

    def _find_calls(self, plugin: str) -> None:
        desk, worker = self.desk, self.worker
        for held in desk.take_calls(worker, plugin=plugin, limit=_BATCH):
            self._add(
                f"{_CALL}{plugin}",
                functools.partial(self._carry, f"{_CALL}{plugin}", held),
                functools.partial(desk.leave, held, worker),
                held,
                held.row.order_id,
            )

    def _carry(self, name: str, held: HeldCall) -> Work:
        """Make a call, and those that were taken with it while they are quick."""
        end = self.worker.counter() + _TURN

        def following() -> HeldCall | None:
            if self._stopping.is_set() or self.worker.counter() >= end:
                return None
            unit = self._pop(name)
            return None if unit is None else unit.held

        return self.desk.carry(held, self.worker, following=following)

    def _find_timers(self, name: str) -> None:
        desk, worker = self.desk, self.worker
        desk.store.mender.mend(desk.clock.now())
        claim = desk.take_timers(worker, looks=name == _LOOKS)
        if claim is not None:
            work = functools.partial(desk.fire, claim, worker)
            self._add(name, work, lambda: None, order=claim.order_id)

    def _find_notices(self, notifier: str) -> None:
        desk, worker = self.desk, self.worker
        for delivery in desk.take_deliveries(worker, notifier=notifier, limit=_BATCH):
            self._add(
                f"{_TELL}{notifier}",
                functools.partial(desk.deliver, delivery, worker),
                functools.partial(desk.leave, delivery, worker),
                order=delivery.notice.order_id,
            )

    def _find_common(self, name: str) -> None:
        work = self.desk.hear_inbox if name == _INBOX else self.desk.hand_out
        with self.desk.store.snapshot() as tx:
            due = tx.message_due if name == _INBOX else tx.notice_new
            found = due(self.desk.clock.now())
        if found:
            self._add(name, work, lambda: None)

    def _add(
        self,
        name: str,
        work: Callable[[], Work],
        leave: Callable[[], None],
        held: HeldCall | None = None,
        order: str = "",
    ) -> None:
        self._taken[name].append(_Unit(name, work, leave, held, order))
