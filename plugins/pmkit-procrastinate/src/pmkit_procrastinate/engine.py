"""
The engine for many machines: procrastinate wakes the orders, the rows say what is due.
"""

from __future__ import annotations

import concurrent.futures
import datetime as dt
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pmkit.core.errors import InputError
from pmkit.shell.engine.worker import Worker, done_of
from pmkit.shell.store.faults import understood
from pmkit.shell.store.schema import APPLICATION_ID
from pmkit.shell.store.transaction import Transaction

from pmkit_procrastinate.due import due_orders
from pmkit_procrastinate.installing import SCHEMA, install
from pmkit_procrastinate.jobs import Jobs, queue_of
from pmkit_procrastinate.running import Runner
from pmkit_procrastinate.working import OrderWork

if TYPE_CHECKING:
    from pmkit.hooks.panel import Panel
    from pmkit.shell.desk import Desk
    from pmkit.shell.engine.settings import WorkerSettings
    from pmkit.shell.engine.worker import Done

_ZERO = dt.timedelta()
#: How many jobs a worker takes for each of its threads; most of them wait.
_SLOTS = 8
#: From so many threads on, each receiver has one of its own.
_OWN = 3
#: At most so many orders are looked through in one sweep, the longest due first.
_SWEPT = 1000


class ProcrastinateEngine:
    """
    Wakes orders by jobs of procrastinate, on the database of the store.

    Every command that leaves something to do notes a job in its own transaction.  The
    rows are looked through besides, so that nothing is lost with a job.  Where it is
    made, the desk's store tells it of what is due from then on: an application that
    only takes commands makes one and does not run it.

    Args:
        desk: On a store on PostgreSQL, with the panel of attached plugins.

        settings: What can be set of a worker.

        name: Unlike that of any other worker that ever was; made if left out.

        schema: The schema of procrastinate's tables; they are made if they are not
            there.

        sweep_every: How often the rows are looked through.  The lease and two of these
            are the longest that a crash costs.

        ahead: How far a sweep looks ahead.  What is due later has no job yet, so that
            jobs are few, however many orders wait for their moment.

        keep: How long jobs that failed are kept to be looked at.

    Raises:
        pmkit.StoreError: If the store is not on PostgreSQL, or cannot be reached.

        pmkit.InputError: If the times do not fit each other.
    """

    def __init__(
        self,
        desk: Desk,
        settings: WorkerSettings | None = None,
        *,
        name: str = "",
        schema: str = SCHEMA,
        sweep_every: dt.timedelta = dt.timedelta(seconds=10),
        ahead: dt.timedelta = dt.timedelta(minutes=5),
        keep: dt.timedelta = dt.timedelta(days=7),
    ) -> None:
        if not _ZERO < sweep_every <= ahead:
            msg = "What is due between two sweeps would come late."
            remedy = "Look further ahead than sweep_every, which is not zero."
            raise InputError(msg, field="ahead", remedy=remedy)
        self.desk = desk
        self.worker = Worker(desk, settings, name=name)
        self.settings = self.worker.settings
        self.jobs = Jobs(queue=queue_of(desk.store.tables), schema=schema)
        self._ahead = ahead
        # What is due later than that is found by a sweep in time.
        self._soon = min(ahead, 2 * sweep_every)
        self._keep = keep
        self._work: OrderWork | None = None
        self._stranded: set[int] = set()
        install(desk.store, schema=schema)
        desk.store.waker = self
        threads, receivers = self.settings.threads, _receivers(desk.panel)
        self._spare = max(0, threads - _OWN)
        self._threads = threads if threads < _OWN else receivers + self._spare
        self._runner = Runner(
            engine=desk.store.engine,
            jobs=self.jobs,
            settings=self.settings,
            # One who waits before each gate, and one who has passed it, stop nobody.
            slots=_SLOTS * threads + 2 * receivers,
            sweep_every=sweep_every,
            work=self._on_order,
            sweep=self.sweep,
        )

    # -------------------------------------------------------------------- port

    def wake(
        self,
        order_id: str,
        not_before: dt.datetime,
        *,
        connection: sa.Connection | None = None,
    ) -> None:
        """
        Note that an order has to be come back to.

        Args:
            order_id: The order; empty for messages and notices, which belong to none.

            not_before: Not before this moment, UTC.  What is further away than the
                next sweep but one is left to it.

            connection: The transaction that decides it; one of its own, if left out.

        Raises:
            pmkit.StoreError: If the database cannot be reached.
        """
        delay = not_before - self.desk.clock.now()
        if delay > self._soon:
            return
        work = self._work
        if work is not None and delay <= _ZERO and work.is_at(order_id):
            return  # whoever is at it looks until nothing is left
        if connection is not None:
            self.jobs.put(connection, order_id, delay)
            return
        with understood(), self.desk.store.engine.begin() as own:
            self.jobs.put(own, order_id, delay)

    def run(self, *, once: bool = False) -> Done:
        """
        Work until it is stopped.

        Args:
            once: Whether to do only what is due now and what follows from it.

        Returns:
            What was done.

        Raises:
            pmkit.StoreError: If the database cannot be reached at the beginning.
        """
        before = self.worker.leases_lost
        pool = concurrent.futures.ThreadPoolExecutor(
            self._threads, thread_name_prefix="pmkit-order"
        )
        work = OrderWork(
            self.worker,
            pool=pool,
            room=_SLOTS * self.settings.threads // 4,
            spare=self._spare,
            jobs=self.jobs,
            put_off=self._put_off,
        )
        self._work = work
        try:
            with self.worker:
                self._runner.run(once=once)
        finally:
            self._work = None
            # What takes longer than the grace is taken over when its lease ends.
            pool.shutdown(wait=False, cancel_futures=True)
        done = work.done
        return done_of(done, self.worker.leases_lost - before)

    def stop(self) -> None:
        """Finish what is in hand, and return from `run`."""
        work = self._work
        if work is not None:
            work.stopping = True
        self._runner.stop()

    # ------------------------------------------------------------------ parts

    def sweep(self) -> int:
        """
        Add jobs for what is due and has none, and free what dead workers hold.

        `run` does so again and again; whoever runs no worker can do it by hand.

        Returns:
            How many jobs were added.

        Raises:
            pmkit.StoreError: If the database cannot be reached.
        """
        self.desk.store.mender.mend(self.desk.clock.now())
        with understood(), self.desk.store.engine.begin() as connection:
            alone = sa.func.pg_try_advisory_xact_lock(
                APPLICATION_ID, sa.func.hashtext(self.jobs.queue)
            )
            if not connection.execute(sa.select(alone)).scalar_one():
                return 0  # another worker sweeps at this moment
            added = self.jobs.rescue(connection, self.settings.lease)
            added += self._rescue_own(connection)
            self.jobs.forget(connection, self._keep)
            return added + self._add_missing(connection)

    def _rescue_own(self, connection: sa.Connection) -> int:
        """Begin anew what is noted as begun here and is not being done, twice."""
        runner = self._runner
        doing = self.jobs.doing(connection, runner.workers) - runner.running
        stranded, self._stranded = doing & self._stranded, doing
        return self.jobs.replace(connection, stranded) if stranded else 0

    def _add_missing(self, connection: sa.Connection) -> int:
        now = self.desk.clock.now()
        tx = Transaction(connection, self.desk.store.tables, writes=False)
        found = due_orders(tx, now, now + self._ahead, limit=_SWEPT)
        delays = {order_id: due_at - now for order_id, due_at in found.items()}
        added = self.jobs.put_missing(connection, delays) if delays else 0
        if tx.common_due(now, notifiers=self.desk.panel.notifiers):
            added += self.jobs.put(connection, "", _ZERO)
        return added

    async def _on_order(self, order_id: str) -> int:
        work = self._work
        return 0 if work is None else await work(order_id)

    def _put_off(self, order_id: str, delay: dt.timedelta) -> None:
        if delay > self._soon:
            return
        with understood(), self.desk.store.engine.begin() as connection:
            self.jobs.put(connection, order_id, delay)


def _receivers(panel: Panel) -> int:
    """Count the plugins, and what is none: moments, looks, messages with notices."""
    return 3 + len({*panel.agencies, *panel.methods}) + len(panel.notifiers)
