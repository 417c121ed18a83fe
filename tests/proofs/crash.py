"""
Kill pmkit at every boundary of the journey, and see that nothing is lost or doubled.

A case is ``database/way/step/boundary/seed``; ``memory`` drops everything that a desk
holds, ``kill`` is a real kill -9 of a process, ``double`` kills the recovery as well.
Each begins with the database and the outside world as they were before its step.
A seed above 0 has calls go wrong besides.

Run ``python -m tests.proofs.crash --kill-seeds 5 --memory-seeds 50 --double 100``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import pathlib
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Any

from tests import postgresql
from tests.proofs import invariants
from tests.proofs.far import Here, Remote, Wire, outside_process, panel_to
from tests.proofs.journey import (
    BEGINNING,
    BYSTANDER,
    LEFT,
    ROAD,
    clock_at,
    journey,
    opening,
)
from tests.proofs.keeping import LIGHT, Databases, Files
from tests.proofs.outside import Outside
from tests.proofs.points import POINTS, CrashError
from tests.proofs.processes import EndlessError, forked
from tests.proofs.running import Tally, options, say, scratch, seeded
from tests.proofs.warm import collect_rarely

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.proofs.far import There
    from tests.proofs.journey import Step

    from pmkit.shell.clock import SetClock
    from pmkit.shell.desk import Desk

ORDERS = (LEFT, ROAD)
#: Longer than a call may be on its way, and than any lease.
_A_WHILE = dt.timedelta(seconds=75)
_ROUNDS = 14


def open_desk(where: str, far: Remote, clock: SetClock) -> Desk:
    """Open a desk whose plugins call one world, past a boundary each."""
    from pmkit.shell.desk import Desk

    wire = Wire(far.way, far.name, POINTS.boundary)
    return Desk.open(where, panel=panel_to(wire, clock.now), clock=clock)


def settle(desk: Desk, far: Remote, clock: SetClock) -> None:
    """Work until nothing is left that could still happen by itself."""
    for turn in range(_ROUNDS):
        done = desk.work()
        waiting = invariants.hanging(desk.store) or invariants.unsent(desk.store)
        if done.idle and not waiting:
            return
        if waiting or done.troubles:
            if turn >= _ROUNDS // 2:
                far.calm()
            clock.advance(_A_WHILE)
            far.now(clock.now().isoformat())


class Road:
    """
    The journey without faults: what was before each step, and what came of it.

    Args:
        keeping: Where databases are.

        way: The way to the outside world.

        name: What its worlds are called by.

        wanted: The steps that cases branch off from.
    """

    def __init__(
        self,
        keeping: Files | Databases,
        way: Here | There,
        name: str,
        *,
        wanted: Callable[[Step], bool] = lambda _: True,
    ) -> None:
        self.wanted = wanted
        self.keeping = keeping
        self.way = way
        self.name = name
        self.steps = journey()
        self.points: list[list[str]] = []
        self.told: list[dict[str, list[str]]] = []
        self.notices: list[int] = []
        self.acks: list[list[tuple[str, str]]] = []
        self.bystander = ""
        self._travel()

    def _world(self, name: str) -> Remote:
        return Remote(self.way, f"{self.name}-{name}")

    def _travel(self) -> None:
        keep, far = self.keeping, self._world("now").begin(BEGINNING.isoformat())
        where = keep.make("now")
        for step in opening(BYSTANDER, "01-20 10:00"):
            self._take(step, where, far)
        with contextlib.closing(open_desk(where, far, clock_at(self.steps[0]))) as desk:
            self.bystander = invariants.state_of(desk.store, BYSTANDER)
        for number, step in enumerate(self.steps):
            if step.take is not None and self.wanted(step):
                keep.copy("now", f"before-{number}")
                self._world(f"before-{number}").begin(like=f"{self.name}-now")
            self._take(step, where, far)

    def _take(self, step: Step, where: str, far: Remote) -> None:
        clock = clock_at(step)
        far.now(clock.now().isoformat())
        with contextlib.closing(open_desk(where, far, clock)) as desk:
            self.acks.append(keys_of(desk))
            POINTS.begin()
            if step.take is None:
                assert step.happen is not None
                step.happen(desk, far)
            else:
                step.take(desk)
            self.points.append(POINTS.end())
            self.told.append(
                {each: invariants.told(desk.store, each) for each in desk.orders()}
            )
            self.notices.append(invariants.notices(desk.store))

    def cases(self) -> list[tuple[int, int]]:
        """List each boundary: the step, and its number in it from 1."""
        points = self.points[-len(self.steps) :]
        return [
            (step, point)
            for step, names in enumerate(points)
            if self.steps[step].take is not None and self.wanted(self.steps[step])
            for point in range(1, len(names) + 1)
        ]

    def names(self, step: int) -> list[str]:
        """List the boundaries of a step."""
        return self.points[step - len(self.steps)]

    def expected(self, step: int) -> dict[str, list[str]]:
        """Tell the histories after a step."""
        return self.told[step - len(self.steps)]

    def acknowledged(self, step: int) -> list[tuple[str, str]]:
        """List the keys of the commands that were acknowledged before a step."""
        return self.acks[step - len(self.steps)]

    @contextlib.contextmanager
    def again(self, step: int) -> Iterator[tuple[str, Remote]]:
        """Stand before a step once more, on a copy."""
        far = self._world("again").begin(like=f"{self.name}-before-{step}")
        try:
            yield self.keeping.stand(f"before-{step}"), far
        finally:
            far.forget()


def keys_of(desk: Desk) -> list[tuple[str, str]]:
    """List the keys in the log, with their orders."""
    commands = desk.store.tables.commands
    with desk.store.snapshot() as tx:
        rows = tx.connection.execute(commands.select())
        return [(row.order_id, row.key) for row in rows]


# ----------------------------------------------------------------------- one case


def go(
    road: Road, number: int, where: str, far: Remote, at: int, *, really: bool
) -> bool:
    """Take a step until boundary *at*; tell whether it was not reached."""
    step = road.steps[number]
    clock = clock_at(step)
    desk = open_desk(where, far, clock)
    try:
        POINTS.begin(at, really=really)
        assert step.take is not None
        step.take(desk)
    except CrashError:
        return False
    finally:
        POINTS.end()
        desk.close()
    return True


def recover(
    road: Road,
    number: int,
    where: str,
    far: Remote,
    *,
    at: int = 0,
    really: bool = False,
) -> list[str]:
    """Start anew, as whoever did not hear an answer does; say what is broken."""
    step = road.steps[number]
    clock = clock_at(step, later=_A_WHILE)
    far.now(clock.now().isoformat())
    desk = open_desk(where, far, clock)
    try:
        POINTS.begin(at, really=really)
        assert step.take is not None
        step.take(desk)
        return finish(road, number, desk, far, clock)
    finally:
        POINTS.end()
        desk.close()


def finish(
    road: Road, number: int, desk: Desk, far: Remote, clock: SetClock
) -> list[str]:
    """Let everything that can happen happen, after a step; say what is broken."""
    step = road.steps[number]
    found = [] if step.name == "work" else _same(road, number, desk)
    settle(desk, far, clock)
    POINTS.end()
    if step.name == "work":
        found += _same(road, number, desk)
    store = desk.store
    found += invariants.acknowledged(store, road.acknowledged(number))
    found += invariants.broken(store, _there(desk), far.counts())
    if invariants.state_of(store, BYSTANDER) != road.bystander:
        found.append("I-ISO: another order changed")
    return [*found, *(f"I-LIVE: {each}" for each in invariants.parked(store))]


def _there(desk: Desk) -> list[str]:
    return [each for each in desk.orders() if each in ORDERS]


def _same(road: Road, number: int, desk: Desk) -> list[str]:
    """I-SAME: compare the histories with those of the run without faults."""
    found = []
    for order_id, expected in road.expected(number).items():
        said = invariants.told(desk.store, order_id)
        if said != expected:
            found.append(f"I-SAME: {order_id}: {_differs(expected, said)}")
    meant, there = (
        road.notices[number - len(road.steps)],
        invariants.notices(desk.store),
    )
    return (
        found if meant == there else [*found, f"I-SAME: {there} notices, not {meant}"]
    )


def _differs(expected: list[str], said: list[str]) -> str:
    for place, (one, other) in enumerate(zip(expected, said, strict=False)):
        if one != other:
            return f"event {place + 1} is {other}, not {one}"
    return f"{len(said)} events, not {len(expected)}: {(said + expected)[-1]}"


def spoil(far: Remote, chance: random.Random) -> None:
    """Have calls go wrong, as the seed says."""
    for _ in range(chance.randint(0, 2)):
        far.fault(chance.choice(["lose", "drop", "busy"]), times=chance.randint(1, 2))


def in_memory(road: Road, number: int, point: int, seed: int) -> list[str]:
    """Drop all memory at a boundary, and go on."""
    chance = seeded(f"memory {number} {point} {seed}")
    with road.again(number) as (where, far):
        if seed:
            spoil(far, chance)
        if go(road, number, where, far, point, really=False) and not seed:
            return [f"boundary {point} was not reached"]
        return recover(road, number, where, far)


def by_kill(
    road: Road, number: int, point: int, seed: int, *, twice: bool = False
) -> list[str]:
    """Kill -9 a process at a boundary, once or twice, and start another one."""
    chance = seeded(f"kill {number} {point} {seed} {twice}")
    with road.again(number) as (where, far):
        if seed:
            spoil(far, chance)
        code, _ = forked(lambda: go(road, number, where, far, point, really=True))
        if code != -signal.SIGKILL and not seed:
            return [f"boundary {point} was not reached: {code}"]
        if twice:
            second = chance.randint(1, 12)
            forked(lambda: recover(road, number, where, far, at=second, really=True))
        code, found = forked(lambda: recover(road, number, where, far))
        return [f"the recovery ended with {code}"] if code else list(found)


# ------------------------------------------------------------------------ all cases


def prove(roads: dict[str, Road], case: str) -> list[str]:
    """Prove one case."""
    database, way, step, point, seed = case.split("/")
    road = roads[f"{database}/{'memory' if way == 'memory' else 'kill'}"]
    if way == "memory":
        return in_memory(road, int(step), int(point), int(seed))
    try:
        return by_kill(road, int(step), int(point), int(seed), twice=way == "double")
    except EndlessError as error:
        return [f"{error}"]


def cases_of(roads: dict[str, Road], given: Any) -> list[str]:
    """List the cases that the options ask for, a seeded sample if a part is enough."""
    found = []
    for name, road in roads.items():
        database, way = name.split("/")
        seeds = given.memory_seeds if way == "memory" else given.kill_seeds
        every = [(seed, *each) for seed in range(seeds) for each in road.cases()]
        if given.sample and len(every) > given.sample:
            every = seeded(f"{given.seed} {name}").sample(every, given.sample)
        found += [f"{database}/{way}/{i}/{k}/{seed}" for seed, i, k in every]
        chance = seeded(f"{given.seed} double {database}")
        for seed in range(given.double if way == "kill" else 0):
            step, point = chance.choice(road.cases())
            found.append(f"{database}/double/{step}/{point}/{seed}")
    return found


@contextlib.contextmanager
def roads(databases: str, ways: str) -> Iterator[dict[str, Road]]:
    """Travel the roads that cases branch off from, one for each database and way."""
    found = {}
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(scratch())
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        there = stack.enter_context(outside_process(folder / "journal.jsonl"))
        server = None
        if "postgresql" in databases:
            server = stack.enter_context(postgresql.server(**LIGHT))
        for way in ways.split(","):
            for database in databases.split(","):
                place = folder / f"{database}-{way}"
                place.mkdir()
                keeping: Files | Databases = Files(place)
                if server is not None and database == "postgresql":
                    keeping = Databases(server, way)
                outside = Here(Outside()) if way == "memory" else there
                found[f"{database}/{way}"] = Road(keeping, outside, f"{database}-{way}")
        yield found


def main() -> int:
    """Run the session."""
    given = options(
        "Kill pmkit at every boundary.",
        kill_seeds=1,
        memory_seeds=1,
        double=10,
        sample=0,
        seed=0,
        databases="sqlite,postgresql",
        ways="memory,kill",
    )
    if given.only:
        database, way, *_ = given.only.split("/")
        given.databases = database
        given.ways = "memory" if way == "memory" else "kill"
    with roads(given.databases, given.ways) as found:
        for name, road in found.items():
            say(f"crash: {name}: {len(road.cases())} boundaries")
        tally = Tally("crash", given)
        collect_rarely()
        return tally.run(cases_of(found, given), lambda case: prove(found, case))


if __name__ == "__main__":
    sys.exit(main())
