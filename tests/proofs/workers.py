"""
Many worker processes on one PostgreSQL, and one of them killed every few seconds.

Orders are opened, placed and paid by a client that never stops; processes with a
`LocalEngine` do the rest under leases of a second.  Every few seconds one of them gets
a kill -9 and another one starts.  At the end nothing may be lost, doubled or stuck.

Run ``python -m tests.proofs.workers --seconds 180``.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa
from tests import postgresql
from tests.proofs import invariants
from tests.proofs.crash import open_desk
from tests.proofs.far import Remote, outside_process
from tests.proofs.journey import BEGINNING, china, opening
from tests.proofs.races import QUICK, Ticking
from tests.proofs.running import options, say, scratch, seeded

from pmkit.core.errors import StoreError
from pmkit.shell.engine.local import LocalEngine

if TYPE_CHECKING:
    import random

    from pmkit.shell.desk import Desk

#: Recovery after a kill has to be over by then, in seconds.
BOUND = 60.0


def worker(where: str, far: Remote, clock: Ticking) -> int:
    """Start a worker process; it works until it is killed."""
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            desk = open_desk(where, far, clock)  # type: ignore[arg-type]
            engine = LocalEngine(desk, QUICK)
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

    def __init__(self, where: str, far: Remote, clock: Ticking, *, count: int) -> None:
        self.where, self.far, self.clock = where, far, clock
        self.children = [worker(where, far, clock) for _ in range(count)]
        self.kills = 0

    def kill_one(self, chance: random.Random) -> None:
        """Kill -9 one, and start another one."""
        place = chance.randrange(len(self.children))
        os.kill(self.children[place], signal.SIGKILL)
        os.waitpid(self.children[place], 0)
        self.children[place] = worker(self.where, self.far, self.clock)
        self.kills += 1

    def stop(self) -> None:
        """Let all of them end."""
        for child in self.children:
            os.kill(child, signal.SIGTERM)
        for child in self.children:
            os.waitpid(child, 0)


def quiet(desk: Desk) -> float:
    """Wait until nothing hangs; tell how long it took."""
    began = time.monotonic()
    while time.monotonic() - began < BOUND:
        if not invariants.hanging(desk.store) and not _waiting(desk):
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


def run(where: str, far: Remote, *, seconds: float, count: int, seed: int) -> list[str]:
    """Run a crowd for some seconds; say what is broken."""
    chance = seeded(f"workers {seed}")
    clock = Ticking(china("01-21 09:00"))
    far.now(clock.now().isoformat())
    # The children begin before this process has any connection that they could share.
    with contextlib.closing(open_desk(where, far, clock)):  # type: ignore[arg-type]
        pass
    crowd = Crowd(where, far, clock, count=count)
    acks: list[tuple[str, str]] = []
    until = time.monotonic() + seconds
    next_kill = time.monotonic() + chance.uniform(0.5, 2)
    number = 0
    try:
        while time.monotonic() < until:
            number += 1
            with contextlib.closing(open_desk(where, far, clock)) as desk:  # type: ignore[arg-type]
                acks += orders_of(desk, number)
            if time.monotonic() > next_kill:
                crowd.kill_one(chance)
                next_kill = time.monotonic() + chance.uniform(1, 3)
        crowd.kill_one(chance)
        with contextlib.closing(open_desk(where, far, clock)) as desk:  # type: ignore[arg-type]
            spent = quiet(desk)
            crowd.stop()
            found = judge(desk, far, acks)
        say(f"workers: {number} orders, {crowd.kills} kills, quiet after {spent:.1f} s")
    except BaseException:
        for child in crowd.children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        raise
    return [*found, f"I-LIVE: not quiet in {BOUND} s"] if spent >= BOUND else found


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
    given = options("Kill workers.", seconds=30.0, workers=8, seed=0)
    folder = pathlib.Path(scratch())
    try:
        with (
            outside_process(folder / "journal.jsonl") as there,
            postgresql.server(max_connections="200") as server,
        ):
            far = Remote(there, "crowd").begin(BEGINNING.isoformat())
            broken = run(
                server.database(),
                far,
                seconds=given.seconds,
                count=given.workers,
                seed=given.seed,
            )
        for each in broken[:20]:
            say(f"seed {given.seed}: {each}")
        return 1 if broken else 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
