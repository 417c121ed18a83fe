"""
One worker of procrastinate: takes jobs, has them done, starts anew when it fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import procrastinate
import psycopg
import psycopg_pool
from pmkit.core.errors import StoreError
from procrastinate.exceptions import ProcrastinateException
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from pmkit_procrastinate.jobs import WAKE, place_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Awaitable, Callable, Iterator

    import sqlalchemy as sa
    from pmkit.shell.engine.settings import WorkerSettings
    from procrastinate.jobs import Job

    from pmkit_procrastinate.jobs import Jobs

_log = logging.getLogger("pmkit.procrastinate")

#: What a database that is away looks like from here.
_FAULTS = (ProcrastinateException, psycopg.Error, psycopg_pool.PoolTimeout, StoreError)
#: Seconds until a worker that failed starts anew; the longest after many times.
_PAUSES = (0.2, 1.0, 5.0)
#: How often a job is tried; then it is kept as failed, and the rows are swept anyway.
_TRIES = 10
_LONGEST_WAIT = 60
#: Seconds since then are the priority, with a minus; see `jobs`.
_SINCE = 1_767_225_600


class _Again(BaseRetryStrategy):
    """Try again, later each time: the database was away, not the order wrong."""

    def get_retry_decision(
        self,
        *,
        exception: BaseException,
        job: Job,
    ) -> RetryDecision | None:
        """Tell when; `None` for not any more."""
        # Its words may hold what stands in a row.
        _log.warning("A job failed: %s", type(exception).__name__)
        if job.attempts >= _TRIES:
            return None
        wait = min(2**job.attempts, _LONGEST_WAIT)
        # Later than anything that is noted meanwhile: it holds up nothing.
        priority = _SINCE - int(time.time()) - wait - 2
        return RetryDecision(retry_in={"seconds": wait}, priority=priority)


class Runner:
    """
    A worker that can be run and stopped.

    Args:
        engine: Where the jobs are.

        jobs: Which ones.

        settings: How often it says that it is alive, and how long it may be silent.

        slots: How many jobs it takes at a time, those that wait for a thread included.

        sweep_every: How often *sweep* is called.

        work: Does what is due on an order, and counts it.

        sweep: Finds what no job is there for.
    """

    def __init__(
        self,
        *,
        engine: sa.Engine,
        jobs: Jobs,
        settings: WorkerSettings,
        slots: int,
        sweep_every: dt.timedelta,
        work: Callable[[str], Awaitable[int]],
        sweep: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._jobs = jobs
        self._settings = settings
        self._slots = slots
        self._sweep_every = sweep_every
        self._work = work
        self._sweep = sweep
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: asyncio.Task[None] | None = None
        self._done = 0
        #: The jobs that are being done at this moment, here.
        self.running: set[int] = set()
        #: What procrastinate called this worker, at each start.
        self.workers: set[int] = set()

    def run(self, *, once: bool = False) -> None:
        """
        Work until stopped.

        Args:
            once: Whether to end when nothing is left to do.
        """
        self._stopped.clear()
        asyncio.run(self._once() if once else self._forever())

    def stop(self) -> None:
        """Finish what is in hand and return from `run`; from any thread."""
        self._stopped.set()
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._session is not None:
            self._session.cancel()

    @contextlib.contextmanager
    def _stoppable(self) -> Iterator[None]:
        with self._lock:
            self._loop = asyncio.get_running_loop()
        try:
            yield
        finally:
            with self._lock:
                self._loop = self._session = None

    async def _once(self) -> None:
        app = self._app()
        with self._stoppable():
            async with app.open_async():
                before = -1
                while self._done != before and not self._stopped.is_set():
                    before = self._done
                    await asyncio.to_thread(self._sweep)
                    await self._work_through(app, wait=False)

    async def _forever(self) -> None:
        with self._stoppable():
            failed = 0
            while not self._stopped.is_set():
                began = time.monotonic()
                self._session = asyncio.ensure_future(self._serve())
                try:
                    await asyncio.wait({self._session})
                    fault = self._fault(self._session)
                finally:
                    # Whoever interrupts does not leave jobs behind that have begun.
                    if not self._session.done():
                        self._session.cancel()
                        await asyncio.wait({self._session})
                if self._stopped.is_set():
                    return
                failed = 0 if time.monotonic() - began > _LONGEST_WAIT else failed + 1
                pause = _PAUSES[min(failed, len(_PAUSES)) - 1]
                _log.warning("The worker starts anew in %s s: %s", pause, fault)
                await asyncio.to_thread(self._stopped.wait, pause)

    def _fault(self, session: asyncio.Task[None]) -> str:
        """Say why a session ended; raise what nobody expects."""
        if session.cancelled():
            return "it was stopped"
        error = session.exception()
        if error is None:
            return "one of its connections failed"
        if not isinstance(error, _FAULTS):
            raise error
        # Its words may hold what stands in a row.
        return type(error).__name__

    async def _serve(self) -> None:
        app = self._app()
        async with app.open_async():
            sweeping = asyncio.ensure_future(self._sweep_forever())
            try:
                await self._work_through(app, wait=True)
            finally:
                sweeping.cancel()
                await asyncio.wait({sweeping})

    async def _work_through(self, app: procrastinate.App, *, wait: bool) -> None:
        settings = self._settings
        await app.run_worker_async(
            queues=[self._jobs.queue],
            name="pmkit",
            concurrency=self._slots,
            wait=wait,
            listen_notify=wait,
            delete_jobs="successful",
            install_signal_handlers=False,
            shutdown_graceful_timeout=settings.grace.total_seconds(),
            fetch_job_polling_interval=settings.poll.total_seconds(),
            update_heartbeat_interval=settings.heartbeat.total_seconds(),
            stalled_worker_timeout=settings.lease.total_seconds(),
        )

    async def _sweep_forever(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._sweep)
            except StoreError as error:
                _log.warning("A sweep failed: %s", type(error).__name__)
            await asyncio.sleep(self._sweep_every.total_seconds())

    def _app(self) -> procrastinate.App:
        connector = procrastinate.PsycopgConnector(
            kwargs=place_of(self._engine),
            configure=functools.partial(_look_in, self._jobs.schema),
            min_size=1,
            max_size=4,
            name="pmkit-jobs",
        )
        app = procrastinate.App(connector=connector)

        @app.task(name=WAKE, queue=self._jobs.queue, pass_context=True, retry=_Again())
        async def wake(context: procrastinate.JobContext, order_id: str) -> None:
            with self._at(context.job):
                self._done += await self._work(order_id)

        return app

    @contextlib.contextmanager
    def _at(self, job: Job) -> Iterator[None]:
        """Note that a job is being done here."""
        number = job.id or 0
        self.running.add(number)
        self.workers.add(job.worker_id or 0)
        try:
            yield
        finally:
            self.running.discard(number)


async def _look_in(schema: str, connection: psycopg.AsyncConnection[Any]) -> None:
    """Have a new connection find procrastinate's tables, and nobody else's."""
    name = psycopg.sql.Identifier(schema)
    await connection.execute(psycopg.sql.SQL("SET search_path TO {}").format(name))
    await connection.commit()
