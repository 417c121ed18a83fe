"""
What is done for one job: the same leased work as that of the local engine.

A job takes a thread only while it works.  Before that it waits for the receiver that it
needs, so that an agency that takes a minute for each answer leaves threads to others.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import threading
from typing import TYPE_CHECKING

from pmkit.shell import telemetry
from pmkit.shell.desk.leased import ROUNDS, HeldCall, Work
from pmkit.shell.engine.worker import Done, done_of
from pmkit.shell.store.faults import understood

from pmkit_procrastinate.due import Moments
from pmkit_procrastinate.gates import Gates

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable

    from pmkit.shell.engine.worker import Worker

#: What asks plugins for news, and lets time do what it does.
_TIMERS = "timers"
_CALL = "call:"
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
        self._moments = Moments(worker.desk.store.tables)
        self._lock = threading.Lock()
        self._here = threading.local()
        #: What was done so far.
        self.done = Done()

    async def __call__(self, order_id: str) -> int:
        """
        Do what is due on an order, and what follows from it.

        Args:
            order_id: The order; empty for messages and notices.

        Returns:
            How much was done.
        """
        if not order_id:
            return await self._common()
        count, tried = 0, set[str]()
        for _ in range(ROUNDS):
            names = await asyncio.to_thread(self._receivers, order_id)
            if any(self._gates[name].waiting >= self._room for name in names):
                await asyncio.to_thread(self._put_off, order_id, _LATER)
                break
            before = count, len(tried)
            for name in names:
                async with self._gates[name].passed():
                    step = functools.partial(self._order, order_id, name, tried)
                    count += await self._do(step)
            if before == (count, len(tried)):
                break
        return count

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

    def _order(self, order_id: str, receiver: str, tried: set[str]) -> Work:
        self._here.order_id = order_id
        worker = self._worker
        try:
            with telemetry.span("pmkit.unit", receiver=receiver, worker=worker.name):
                if receiver == _TIMERS:
                    return self._fire(order_id)
                return self._call(order_id, receiver.removeprefix(_CALL), tried)
        finally:
            self._here.order_id = None

    def _fire(self, order_id: str) -> Work:
        claim = self._worker.desk.take_timers(self._worker, order_id=order_id)
        if claim is None:
            return Work()
        return self._worker.desk.fire(claim, self._worker)

    def _call(self, order_id: str, plugin: str, tried: set[str]) -> Work:
        """Make the calls of an order to a plugin, each once."""
        desk, worker = self._worker.desk, self._worker
        work = Work()
        while worker.may_call(plugin):
            held = self._take(order_id, plugin)
            if held is None:
                break
            name = held.row.effect.operation_id
            if name in tried:
                desk.leave(held, worker)
                break
            tried.add(name)
            work = work.plus(desk.carry(held, worker))
        return work

    def _take(self, order_id: str, plugin: str) -> HeldCall | None:
        """Take the next call of an order to a plugin, if one is due."""
        desk, worker = self._worker.desk, self._worker
        with desk.store.transaction() as tx:
            claims = tx.claim_effects(
                worker.lease, at=desk.clock.now(), order_id=order_id, plugin=plugin
            )
            if not claims:
                return None
            row = tx.effect(dict(claims[0].key)["operation_id"])
        worker.take(claims[0])
        return HeldCall(row=row, claim=claims[0])

    def _tell(self, notifier: str) -> Work:
        desk, worker = self._worker.desk, self._worker
        work = Work()
        while True:
            found = desk.take_deliveries(worker, notifier=notifier, limit=_BATCH)
            for delivery in found:
                work = work.plus(desk.deliver(delivery, worker))
            if len(found) < _BATCH:
                return work

    def _receivers(self, order_id: str) -> list[str]:
        """
        Name what is due on an order by whom it takes: plugins, and the timers.

        Where nothing is due yet, it is noted when: the clock here may be behind.
        """
        desk = self._worker.desk
        now = desk.clock.now()
        with understood(), desk.store.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            found = self._moments.of(alone, order_id, now)
        due = {plugin for plugin, moment in found if moment <= now}
        if not due and found:
            first = min(moment for _, moment in found)
            self._put_off(order_id, first - now)
        calls = [f"{_CALL}{plugin}" for plugin in sorted(due) if plugin]
        return [*calls, _TIMERS] if "" in due else calls
