"""
Many worker processes on one PostgreSQL, and one of them killed every few seconds.

Orders are opened, placed and paid by a client that never stops; processes with an
engine do the rest.  Every few seconds one that holds something gets a kill -9, and
another one starts.  How long it takes until what it held is done is measured; at the
end nothing may be lost, doubled or stuck.

Leases are of a second; ``--production`` leaves them at what pmkit ships.

Run ``python -m tests.proofs.workers --seconds 180``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import itertools
import os
import pathlib
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa
from tests import postgresql
from tests.proofs import invariants
from tests.proofs.crash import open_desk
from tests.proofs.far import Remote, outside_process
from tests.proofs.journey import BEGINNING, china, opening
from tests.proofs.races import QUICK, Ticking
from tests.proofs.recovering import Watch
from tests.proofs.running import options, say, scratch, seeded

from pmkit.core.errors import StoreError
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.engine.settings import WorkerSettings

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from pmkit.shell.desk import Desk

#: Recovery after a kill has to be over by then, in seconds.
BOUND = 60.0
#: Seconds between two orders, at least.
_BETWEEN = 0.5


ENGINES = ("local", "procrastinate")
_SECOND = dt.timedelta(seconds=1)


@attrs.frozen
class Plan:
    """
    How a crowd works.

    Args:
        engine: What drives it, one of `ENGINES`.

        settings: Of each worker.

        sweep_every: How often procrastinate's rows are looked through.

        pause: Seconds between two kills, about.
    """

    engine: str
    settings: WorkerSettings
    sweep_every: dt.timedelta
    pause: float

    @classmethod
    def of(cls, engine: str, *, production: bool) -> Plan:
        """Plan with leases of a second, or with those that pmkit ships."""
        if production:
            # Nobody sends messages here: what happened is asked for.
            settings = WorkerSettings(ask_in=5 * _SECOND, threads=2)
            return cls(engine, settings, 10 * _SECOND, 8.0)
        return cls(engine, attrs.evolve(QUICK, ask_in=_SECOND), _SECOND, 2.0)

    def engine_on(self, desk: Desk) -> Any:
        """Make the engine."""
        if self.engine == "local":
            return LocalEngine(desk, self.settings)
        from pmkit_procrastinate import ProcrastinateEngine

        return ProcrastinateEngine(desk, self.settings, sweep_every=self.sweep_every)


def worker(plan: Plan, where: str, far: Remote, clock: Ticking) -> int:
    """Start a worker process; it works until it is killed."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            desk = open_desk(where, far, clock)  # type: ignore[arg-type]
            engine = plan.engine_on(desk)
            signal.signal(signal.SIGTERM, lambda *_: engine.stop())
            while True:
                try:
                    engine.run()
                    break
                except StoreError:
                    time.sleep(0.1)
        os._exit(0)
    return child


def orders_of(desk: Desk, number: int) -> list[tuple[str, str]]:
    """Open, place and pay one order; give the keys that were acknowledged."""
    order_id = f"TA-{number}"
    acks = []
    for step in opening(order_id, "01-21 09:00", apart=bool(number % 2)):
        if step.take is not None and step.name != "work":
            step.take(desk)
            acks.append((order_id, step.name))
    return acks


class Crowd:
    """
    The workers of one run.

    Attributes:
        kills: How many were killed.
    """

    def __init__(
        self, plan: Plan, where: str, far: Remote, clock: Ticking, *, count: int
    ) -> None:
        self._worker = functools.partial(worker, plan, where, far, clock)
        self.children = [self._worker() for _ in range(count)]
        self.watch = Watch(where)
        self.kills = 0

    def kill_one(self, chance: random.Random) -> None:
        """Kill -9 one that holds something, and start another one."""
        child = self.watch.busy(self.children, chance)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        self.watch.killed(child)
        self.children[self.children.index(child)] = self._worker()
        self.kills += 1

    def stop(self) -> None:
        """Let all of them end."""
        for child in self.children:
            os.kill(child, signal.SIGTERM)
        for child in self.children:
            os.waitpid(child, 0)


def quiet(desk: Desk, watch: Watch) -> float:
    """Wait until nothing hangs; tell how long it took."""
    began = time.monotonic()
    while time.monotonic() - began < BOUND:
        watch.look()
        if not (watch.waits or invariants.hanging(desk.store) or _waiting(desk)):
            break
        time.sleep(0.2)
    return time.monotonic() - began


def _waiting(desk: Desk) -> int:
    """Count the notices that were not given to everybody they are for."""
    deliveries = desk.store.tables.deliveries
    asked = sa.select(sa.func.count()).where(
        deliveries.c.state.not_in(["sent", "dead"])
    )
    with desk.store.snapshot() as tx:
        left = int(tx.connection.execute(asked).scalar_one())
    return left + invariants.unsent(desk.store)


def run(
    plan: Plan, where: str, far: Remote, *, seconds: float, count: int, seed: int
) -> list[str]:
    """Run a crowd for some seconds; say what is broken."""
    chance = seeded(f"workers {plan.engine} {seed}")
    clock = Ticking(china("01-21 09:00"))
    far.now(clock.now().isoformat())
    # The children begin before this process has any connection that they could share.
    with _client(plan, where, far, clock):
        pass
    crowd = Crowd(plan, where, far, clock, count=count)
    client = functools.partial(_client, plan, where, far, clock)
    try:
        acks = _busy(plan, crowd, chance, seconds, client)
        crowd.kill_one(chance)
        with client() as desk:
            spent = quiet(desk, crowd.watch)
            crowd.stop()
            found = judge(desk, far, acks)
    except BaseException:
        for child in crowd.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        raise
    watch = crowd.watch
    say(
        f"workers: {plan.engine}: {len({order for order, _ in acks})} orders, "
        f"{crowd.kills} kills, {watch.held} of them held something, {watch.done} "
        f"things: done at most {watch.longest:.1f} s after; quiet after {spent:.1f} s"
    )
    if max(spent, watch.longest) >= BOUND:
        found.append(f"I-LIVE: not quiet in {BOUND} s: {watch.waiting()}")
    return found


def _busy(
    plan: Plan,
    crowd: Crowd,
    chance: random.Random,
    seconds: float,
    client: Callable[[], contextlib.AbstractContextManager[Desk]],
) -> list[tuple[str, str]]:
    """Open orders and kill workers; give what was acknowledged."""
    acks: list[tuple[str, str]] = []
    until = time.monotonic() + seconds
    next_kill = time.monotonic() + chance.uniform(0.5, 2)
    for number in itertools.count(1):
        begun = time.monotonic()
        if begun >= until:
            return acks
        with client() as desk:
            acks += orders_of(desk, number)
        crowd.watch.look()
        if time.monotonic() > next_kill:
            crowd.kill_one(chance)
            next_kill = time.monotonic() + chance.uniform(0.5, 1.5) * plan.pause
        while time.monotonic() < begun + _BETWEEN:
            time.sleep(0.1)
            crowd.watch.look()
    return acks


@contextlib.contextmanager
def _client(plan: Plan, where: str, far: Remote, clock: Ticking) -> Iterator[Desk]:
    """Open a desk that takes commands, and tells the engine of them."""
    with contextlib.closing(open_desk(where, far, clock)) as desk:  # type: ignore[arg-type]
        plan.engine_on(desk)
        yield desk


def judge(desk: Desk, far: Remote, acks: list[tuple[str, str]]) -> list[str]:
    """Say what is broken, and which order did not come as far as it had to."""
    counts = far.counts()
    orders = desk.orders()
    found = invariants.broken(desk.store, orders, counts)
    there = {order_id for order_id, _ in acks}
    found += [f"I-ACK: {each} is gone" for each in sorted(there - set(orders))]
    for order_id in orders:
        service = desk.order(order_id).services[0]
        if service.stage.value != "booked":
            found.append(f"I-LIVE: {order_id} is {service.stage.value}")
        if counts.get(f"book {service.id}") != 1:
            found.append(
                f"I-ONCE: {order_id} was booked {counts.get(service.id)} times"
            )
    return found


def main() -> int:
    """Run the session."""
    given = options(
        "Kill workers.",
        seconds=30.0,
        workers=8,
        seed=0,
        engines=",".join(ENGINES),
        production=False,
    )
    broken = []
    for engine in given.engines.split(","):
        plan = Plan.of(engine, production=given.production)
        folder = pathlib.Path(scratch())
        try:
            with (
                outside_process(folder / "journal.jsonl") as there,
                postgresql.server(max_connections="300") as server,
            ):
                far = Remote(there, "crowd").begin(BEGINNING.isoformat())
                found = run(
                    plan,
                    server.database(),
                    far,
                    seconds=given.seconds,
                    count=given.workers,
                    seed=given.seed,
                )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        for each in found[:20]:
            say(f"{engine}, seed {given.seed}: {each}")
        broken += found
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
