"""
What is done for one job: the same leased work as that of the local engine.

A job takes a thread only while it works.  Before that it waits for the receiver that it
needs, so that an agency that takes a minute for each answer leaves threads to others.

Whoever has their turn with a receiver works off what waits for it, also of other
orders: each call would otherwise cost a job, and a job costs as much as several calls.
The jobs of those orders are dropped with the same commit that takes their calls, and
each order is looked at again after that.  If the worker dies in between, a sweep finds
the rows.
"""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import functools
import threading
from typing import TYPE_CHECKING

from pmkit.shell import telemetry
from pmkit.shell.desk.leased import ROUNDS, HeldCall, Work
from pmkit.shell.engine.worker import Done, done_of
from pmkit.shell.store.faults import understood

from pmkit_procrastinate.due import CALL, LOOKS, TIMERS, Moments, due_among
from pmkit_procrastinate.gates import Gates

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Callable

    from pmkit.shell.engine.worker import Worker

    from pmkit_procrastinate.jobs import Jobs

#: What time does comes first, and who may keep the order waiting for longest last.
_ROW = {TIMERS: 0, LOOKS: 2}
_COMMON = "common"
#: How much of what waits for one notifier is taken at once.
_BATCH = 16
#: How much of what waits for one agency or method is taken at once: at first, at most,
#: and what they answer in so many seconds.
_FIRST, _MOST, _TURN = 16, 64, 0.25
#: So many times as many jobs are dropped, and come back after so many seconds.
_AHEAD, _LONG = 64, 2.0
#: Whoever cannot wait here comes again after so long.
_LATER = dt.timedelta(seconds=1)
_NOW = dt.timedelta()


class OrderWork:
    """
    Does what is due on orders, with a share of the threads for each receiver.

    Args:
        worker: Takes what is due, under leases.

        pool: The threads.

        room: How many may wait for one receiver.

        spare: How many threads there are beside one for each receiver.

        jobs: Those of the store.

        put_off: Notes that an order has to be come back to later.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        pool: concurrent.futures.Executor,
        room: int,
        spare: int,
        jobs: Jobs,
        put_off: Callable[[str, dt.timedelta], None],
    ) -> None:
        self._worker = worker
        self._pool = pool
        self._room = room
        self._jobs = jobs
        self._put_off = put_off
        #: Orders whose calls were taken together; each is looked at again after that.
        self._taken: set[str] = set()
        self._sizes: dict[str, int] = {}
        #: Whether to finish what is in hand only.
        self.stopping = False
        self._gates = Gates(max(1, (worker.settings.threads - 1) // 2), spare)
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
            with self._lock:
                if order_id in self._taken:
                    break
            names = await asyncio.to_thread(self._receivers, order_id)
            full = {n for n in names if self._gates[n].waiting >= self._room}
            if full:
                await asyncio.to_thread(self._put_off, order_id, _LATER)
            before = count, len(tried)
            for name in names:
                if name in full:
                    continue
                if name.startswith(CALL) and self._gates[name].waiting:
                    await self._leave_to_others(name)
                    continue
                async with self._gates[name].passed():
                    step = functools.partial(self._order, order_id, name, tried)
                    count += await self._do(step)
            if full or before == (count, len(tried)):
                break
        return count

    async def _leave_to_others(self, name: str) -> None:
        """
        Leave calls to whoever stands before the gate, and takes what is due then.

        Where that goes quickly no more jobs are taken meanwhile: they are dropped.
        """
        if self._sizes.get(name.removeprefix(CALL), _FIRST) >= _FIRST:
            await self._gates[name].turn(2 * _TURN)

    def is_at(self, order_id: str) -> bool:
        """
        Tell whether this very thread is at an order; it then looks at it once more.

        Args:
            order_id: The order.
        """
        return order_id in getattr(self._here, "orders", ())

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
        self._here.orders = {order_id}
        worker = self._worker
        try:
            known = {"receiver": receiver, "worker": worker.name, "order": order_id}
            with telemetry.told("pmkit.wake", **known):
                if receiver in _ROW:
                    return self._fire(order_id, looks=receiver == LOOKS)
                return self._call(order_id, receiver.removeprefix(CALL), tried)
        finally:
            self._here.orders = set()

    def _fire(self, order_id: str, *, looks: bool) -> Work:
        desk, worker = self._worker.desk, self._worker
        claim = desk.take_timers(worker, order_id=order_id, looks=looks)
        return Work() if claim is None else desk.fire(claim, worker)

    def _call(self, order_id: str, plugin: str, tried: set[str]) -> Work:
        """Make the calls to a plugin that are due, each once, an order's own first."""
        work, ahead = Work(), set[str]()
        mine: str | None = order_id
        counter = self._worker.counter
        since = counter()
        try:
            while not self.stopping:
                held = self._take(mine, plugin, ahead)
                others = {each.row.order_id for each in held} - {order_id}
                ahead -= others
                try:
                    new = [h for h in held if h.row.effect.operation_id not in tried]
                    work = work.plus(self._carry(plugin, held, new, tried))
                finally:
                    self._look_again(others, tried)
                if not new:
                    break
                mine = None
                if counter() - since > _LONG:
                    self._look_again(ahead, tried)
                    ahead, since = set(), counter()
        finally:
            self._look_again(ahead, tried)
        return work

    def _take(
        self, order_id: str | None, plugin: str, ahead: set[str]
    ) -> list[HeldCall]:
        """Take calls to a plugin, those of an order first, and the jobs of others."""
        desk, worker = self._worker.desk, self._worker
        paced = worker.per_minute(plugin)
        most = 1 if paced is not None else self._sizes.get(plugin, _FIRST)
        at = desk.clock.now()
        with desk.store.transaction() as tx:
            take = functools.partial(
                tx.take_effects,
                worker.lease,
                at=at,
                plugin=plugin,
                per_minute=paced,
                tries=worker.tries,
            )
            found = []
            if order_id is not None:
                found += take(limit=most, order_id=order_id)
            if len(found) < most:
                found += take(limit=most - len(found))
            orders = {row.order_id for row, _ in found}
            others = orders - ahead - {order_id}
            if others and not ahead:
                more = tx.due_calls(at, plugin=plugin, limit=_AHEAD * most)
                ahead.update(set(more) - {order_id})
                others |= ahead
            if others:
                self._jobs.take_over(tx.connection, others)
        with self._lock:
            self._taken |= others
        self._here.orders |= orders | others
        for _, claim in found:
            worker.take(claim)
        return [HeldCall(row=row, claim=claim) for row, claim in found]

    def _carry(
        self, plugin: str, held: list[HeldCall], new: list[HeldCall], tried: set[str]
    ) -> Work:
        """Make calls one after the other; give back what would wait for too long."""
        desk, worker = self._worker.desk, self._worker
        began, left = worker.counter(), collections.deque(new)

        def following() -> HeldCall | None:
            late = worker.counter() - began >= 2 * _TURN
            return None if late or self.stopping or not left else left.popleft()

        work = (
            desk.carry(left.popleft(), worker, following=following) if left else Work()
        )
        done = len(new) - len(left)
        tried |= {each.row.effect.operation_id for each in new[:done]}
        for each in (*(h for h in held if h not in new), *left):
            desk.leave(each, worker)
        if done:
            quick = int(_TURN * done / max(worker.counter() - began, 1e-9))
            most = min(_MOST, 4 * self._sizes.get(plugin, _FIRST))
            self._sizes[plugin] = max(1, min(quick, most))
        return work

    def _look_again(self, orders: set[str], tried: set[str]) -> None:
        """
        Note what is due on orders by now, for a wake of them may have been taken.

        What was tried and is due all the same is left to a sweep.
        """
        if not orders:
            return
        with self._lock:
            self._taken -= orders
        self._here.orders -= orders
        desk = self._worker.desk
        with desk.store.transaction() as tx:
            due = due_among(tx, orders, desk.clock.now(), but=tried)
            if due:
                self._jobs.put_missing(tx.connection, dict.fromkeys(due, _NOW))

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
        Name what is due on an order by its receiver, in the order of their turns.

        Where nothing is due yet, it is noted when: the clock here may be behind.
        """
        desk = self._worker.desk
        now = desk.clock.now()
        with understood(), desk.store.engine.connect() as connection:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            found = self._moments.of(alone, order_id, now)
        due = {receiver for receiver, moment in found if moment <= now}
        if not due and found:
            first = min(moment for _, moment in found)
            self._put_off(order_id, first - now)
        return sorted(due, key=lambda name: (_ROW.get(name, 1), name))
