"""
What is done for one job: the same leased work as that of the local engine.

A job takes a thread only while it works.  Before that it waits for the receiver that it
needs, so that an agency that takes a minute for each answer leaves threads to others.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import threading
from typing import TYPE_CHECKING

import sqlalchemy as sa
from pmkit.shell.engine.worker import Done, done_of
from pmkit.shell.store.leasing import free
from pmkit.shell.store.schema import OPEN_EFFECT

from pmkit_procrastinate.gates import Gates

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable

    from pmkit.shell.desk.leased import Work
    from pmkit.shell.engine.worker import Worker

#: The receiver of what calls nobody, as far as the rows tell.
_TIMERS = "timers"
_COMMON = "common"
#: How much of what waits for one notifier is taken at once.
_BATCH = 16
#: Whoever cannot wait here comes again after so long.
_LATER = dt.timedelta(seconds=1)


class OrderWork:
    """
    Does what is due on orders, with a share of the threads for each receiver.

    Args:
        worker: Takes what is due, under leases.

        pool: The threads.

        room: How many may wait for one receiver.

        put_off: Notes that an order has to be come back to later.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        pool: concurrent.futures.Executor,
        room: int,
        put_off: Callable[[str, dt.timedelta], None],
    ) -> None:
        self._worker = worker
        self._pool = pool
        self._room = room
        self._put_off = put_off
        self._gates = Gates(max(1, (worker.settings.threads - 1) // 2))
        self._lock = threading.Lock()
        self._here = threading.local()
        #: What was done so far.
        self.done = Done()

    async def __call__(self, order_id: str) -> int:
        """
        Do what is due on an order.

        Args:
            order_id: The order; empty for messages and notices.

        Returns:
            How much was done.
        """
        if not order_id:
            return await self._common()
        names = await asyncio.to_thread(self._receivers, order_id)
        gates = [self._gates[name] for name in names]
        if any(gate.waiting >= self._room for gate in gates):
            await asyncio.to_thread(self._put_off, order_id, _LATER)
            return 0
        async with contextlib.AsyncExitStack() as stack:
            for gate in gates:  # sorted, so that no two wait for each other
                await stack.enter_async_context(gate.passed())
            return await self._do(functools.partial(self._order, order_id))

    def is_at(self, order_id: str) -> bool:
        """
        Tell whether this very thread is at an order; it then looks at it once more.

        Args:
            order_id: The order.
        """
        return getattr(self._here, "order_id", None) == order_id

    # -------------------------------------------------------------------- parts

    async def _common(self) -> int:
        """Apply messages and hand out notices, then let each notifier send its own."""
        desk = self._worker.desk
        async with self._gates[_COMMON].passed():
            count = await self._do(desk.hear_inbox) + await self._do(desk.hand_out)
        told = [self._notifier(name) for name in desk.panel.notifiers]
        return count + sum(await asyncio.gather(*told))

    async def _notifier(self, name: str) -> int:
        gate = self._gates[f"tell:{name}"]
        if gate.waiting:
            return 0  # whoever stands there takes what is due then
        async with gate.passed():
            return await self._do(functools.partial(self._tell, name))

    async def _do(self, work: Callable[[], Work]) -> int:
        """Do something in a thread that is free, and count what came of it."""
        loop = asyncio.get_running_loop()
        came = await loop.run_in_executor(self._pool, work)
        with self._lock:
            lost = self.done.leases_lost
            self.done = done_of(self.done.plus(came), lost)
        return came.carried_out + came.heard + came.swept + came.notified

    def _order(self, order_id: str) -> Work:
        self._here.order_id = order_id
        try:
            return self._worker.do(order_id)
        finally:
            self._here.order_id = None

    def _tell(self, notifier: str) -> Work:
        desk, worker = self._worker.desk, self._worker
        work = Done()
        while True:
            found = desk.take_deliveries(worker, notifier=notifier, limit=_BATCH)
            for delivery in found:
                work = done_of(work.plus(desk.deliver(delivery, worker)), 0)
            if len(found) < _BATCH:
                return work

    def _receivers(self, order_id: str) -> list[str]:
        """Name the plugins that calls of an order wait for, sorted."""
        desk = self._worker.desk
        now = desk.clock.now()
        with desk.store.snapshot() as tx:
            effects = tx.tables.effects
            asked = sa.select(effects.c.plugin).where(
                effects.c.order_id == order_id,
                sa.literal_column(OPEN_EFFECT),
                effects.c.parked == "",
                effects.c.next_at.is_(None) | (effects.c.next_at <= now),
                free(effects, now),
            )
            found = set(tx.connection.execute(asked).scalars())
        return sorted(f"call:{name}" for name in found) or [_TIMERS]
