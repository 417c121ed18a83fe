"""
Honest messages that race: 64 callers at once, workers against messages, a sleeper.

A case is ``database/kind/number``.  ``refund`` and ``pay`` have 64 callers ask the
same with keys of their own, ``key`` with one key; ``webhook`` delivers messages four
times while two workers hear of them by asking; ``workers`` has two work on the same
order; ``sleeper`` stops a worker past its lease at a boundary, lets another one take
over, and wakes it.  On SQLite no thread of it sleeps inside a transaction, which would
lock the whole file for as long.  ``fence``, ``runs`` and ``interrupt``: see `late`.

Nothing is waited for for ever: what does not end is what the case failed by.

Run ``python -m tests.proofs.races --rounds 500``.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import pathlib
import shutil
import sys
import threading
import time
from typing import TYPE_CHECKING

from tests import postgresql
from tests.proofs import invariants
from tests.proofs.crash import Road, finish, open_desk, settle
from tests.proofs.far import outside_process
from tests.proofs.journey import (
    BUYER,
    LEFT,
    OPERATOR,
    ROAD,
    china,
    clock_at,
    service_of,
)
from tests.proofs.keeping import Databases, Files
from tests.proofs.orderings import post
from tests.proofs.points import POINTS
from tests.proofs.processes import (
    EndlessError,
    at_once,
    bounded,
    fall_asleep,
    forked,
    sleeping,
    wake,
)
from tests.proofs.running import Tally, options, scratch, seeded

from pmkit.core.errors import RefusedError
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.webhooks import WebhookEndpoint

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from tests.proofs.far import There
    from tests.proofs.journey import Step

    from pmkit.shell.desk import Desk

LATE = ("fence", "runs", "interrupt")
KINDS = ("refund", "pay", "key", "webhook", "workers", "sleeper", *LATE)
CALLERS = 64
#: Boundaries at which the thread that passes them is in no transaction.
OUTSIDE = ("after ", "before /")
_LEASE = dt.timedelta(seconds=1)
#: Seconds that a case may take.
_CASE = 600.0
#: Seconds after which a worker is told to stop if another one sleeps on a row's lock.
_PATIENCE = 15.0
QUICK = WorkerSettings(
    lease=_LEASE,
    heartbeat=dt.timedelta(seconds=0.3),
    poll=dt.timedelta(seconds=0.1),
    ask_in=dt.timedelta(seconds=0.2),
    grace=dt.timedelta(seconds=5),
    threads=2,
)


class Ticking:
    """A clock that begins in the past and runs, the same in every process."""

    def __init__(self, at: dt.datetime, began: float | None = None) -> None:
        self.at = at
        self.began = time.time() if began is None else began

    def now(self) -> dt.datetime:
        """Tell the present instant."""
        passed = dt.timedelta(seconds=time.time() - self.began)
        return (self.at + passed).astimezone(dt.UTC)


class Races:
    """The roads that races branch off from."""

    def __init__(self, keepings: dict[str, Files | Databases], there: There) -> None:
        self.roads = {
            name: Road(keeping, there, f"races-{name}", wanted=_wanted)
            for name, keeping in keepings.items()
        }
        self._slept = 0

    def counted(self) -> dict[str, float]:
        """Tell how many sleepers really slept since it was last asked."""
        found, self._slept = self._slept, 0
        return {"slept": found}

    def prove(self, case: str) -> list[str]:
        """Prove one case; what does not end is broken."""
        try:
            with bounded(_CASE):
                return self._prove(case)
        except EndlessError as error:
            return [f"I-LIVE: {error}"]

    def _prove(self, case: str) -> list[str]:
        database, kind, _ = case.split("/")
        road = self.roads[database]
        chance = seeded(case)
        if kind in LATE:
            from tests.proofs import late  # it builds on what is here

            found = getattr(late, kind)(road, chance)
            return list(found)
        prove = getattr(self, f"_{kind}")
        return list(prove(road, chance))

    # ------------------------------------------------------------- many callers

    def _refund(self, road: Road, chance: random.Random) -> list[str]:
        """Grant one cancellation 64 times."""
        del chance
        number = _step(road, "answer_cancellation TA-LEFT")

        def grant(desk: Desk, caller: int) -> object:
            service_id = service_of(desk, LEFT)
            return desk.answer_cancellation(
                LEFT, service_id, actor=OPERATOR, granted=True, key=f"race-{caller}"
            )

        return self._callers(road, number, grant, winners=1)

    def _pay(self, road: Road, chance: random.Random) -> list[str]:
        """Pay one order with 64 cards."""
        del chance
        return self._callers(road, _step(road, "pay TA-ROAD"), _pays, winners=None)

    def _key(self, road: Road, chance: random.Random) -> list[str]:
        """Pay one order 64 times with one key."""
        del chance
        number = _step(road, "pay TA-ROAD")
        return self._callers(
            road, number, lambda desk, _: _pays(desk, 0), winners=CALLERS
        )

    def _callers(
        self,
        road: Road,
        number: int,
        call: Callable[[Desk, int], object],
        *,
        winners: int | None,
    ) -> list[str]:
        clock = clock_at(road.steps[number])
        with road.again(number) as (where, far):
            far.now(clock.now().isoformat())
            with contextlib.closing(open_desk(where, far, clock)) as desk:
                before = len(desk.order(ROAD).payments)
                answers = at_once(
                    [lambda n=n: call(desk, n) for n in range(CALLERS)]  # type: ignore[misc]
                )
                lost = [e for e in answers if isinstance(e, Exception)]
                odd = [e for e in lost if not isinstance(e, RefusedError)]
                found = [f"a caller got {type(e).__name__}: {e}" for e in odd[:3]]
                won = CALLERS - len(lost)
                if winners is not None and won != winners:
                    found.append(f"{won} callers won, not {winners}")
                settle(desk, far, clock)
                found += invariants.broken(desk.store, (LEFT, ROAD), far.counts())
                return found + _money(desk, before, one=winners == CALLERS)

    # ---------------------------------------------------------- two that work

    def _workers(self, road: Road, chance: random.Random) -> list[str]:
        """Have two desks work on the same."""
        number = chance.choice(works(road))
        clock = clock_at(road.steps[number])
        with road.again(number) as (where, far), contextlib.ExitStack() as stack:
            far.now(clock.now().isoformat())
            desks = [
                stack.enter_context(contextlib.closing(open_desk(where, far, clock)))
                for _ in range(2)
            ]
            at_once([desk.work for desk in desks])
            return finish(road, number, desks[0], far, clock)

    def _webhook(self, road: Road, chance: random.Random) -> list[str]:
        """Deliver messages four times while two desks ask for the same news."""
        number = chance.choice(works(road))
        clock = clock_at(road.steps[number])
        with road.again(number) as (where, far), contextlib.ExitStack() as stack:
            far.now(clock.now().isoformat())
            far.subscribe()
            messages = far.messages()
            desks = [
                stack.enter_context(contextlib.closing(open_desk(where, far, clock)))
                for _ in range(2)
            ]
            door = WebhookEndpoint(desks[0].panel, desks[0].store, clock=clock)

            def deliver() -> None:
                for message in messages:
                    assert post(door, message).startswith("200")
                desks[0].work()

            at_once([deliver, deliver, deliver, deliver, *(d.work for d in desks)])
            return finish(road, number, desks[1], far, clock)

    def _sleeper(self, road: Road, chance: random.Random) -> list[str]:
        """Stop a worker past its lease, let another one take over, wake it."""
        number = chance.choice(works(road))
        clock = Ticking(china(road.steps[number].at))
        point = chance.randint(1, len(road.names(number)))
        alone = isinstance(road.keeping, Files)
        with road.again(number) as (where, far):
            far.now(clock.now().isoformat())

            def work(at: int = 0) -> int:
                with contextlib.closing(open_desk(where, far, clock)) as desk:  # type: ignore[arg-type]
                    # An engine passes other boundaries than a desk, each in its turn.
                    POINTS.begin(
                        at,
                        instead=lambda _: fall_asleep(desk),
                        fits=OUTSIDE if alone else ("",),
                    )
                    return run(desk, patience=0.0 if alone else _PATIENCE)

            with sleeping(lambda: work(point)) as child:
                self._slept += bool(child)
                codes = [forked(work)[0]]
                time.sleep(_LEASE.total_seconds())
                codes += [forked(work)[0], wake(child)]
            found = [f"workers ended with {codes}"] if any(codes) else []
            later = clock_at(road.steps[number], later=clock.now() - clock.at + _LEASE)
            far.now(later.now().isoformat())
            with contextlib.closing(open_desk(where, far, later)) as desk:
                return found + finish(road, number, desk, far, later)


def run(desk: Desk, *, patience: float) -> int:
    """Have an engine do what is due, for some seconds if given; tell what it lost."""
    engine = LocalEngine(desk, QUICK)
    if patience:
        # While a row is locked, what it says is due stays due.
        timer = threading.Timer(patience, engine.stop)
        timer.daemon = True
        timer.start()
    return engine.run(once=True).leases_lost


def _pays(desk: Desk, caller: int) -> object:
    return desk.pay(
        ROAD,
        actor=BUYER,
        method="sandbox-card",
        instrument="tok-captures",
        key=f"race-{caller}",
    )


def _money(desk: Desk, before: int, *, one: bool) -> list[str]:
    """Say where more money was kept than is due."""
    order = desk.order(ROAD)
    started = order.payments[before:]
    if one and len(started) != 1:
        return [f"one key made {len(started)} payments"]
    counted = collections.Counter(
        p.purpose.value for p in order.payments if p.state.value == "settled"
    )
    return [
        f"I-LED: {purpose} was paid {times} times"
        for purpose, times in counted.items()
        if times > 1
    ]


def _wanted(step: Step) -> bool:
    return step.name in {"work", "answer_cancellation TA-LEFT", "pay TA-ROAD"}


def _step(road: Road, name: str) -> int:
    return next(n for n, step in enumerate(road.steps) if step.name == name)


def works(road: Road) -> list[int]:
    """List the rounds of work in which something happens."""
    busy = {step for step, _ in road.cases()}
    return [n for n, step in enumerate(road.steps) if step.name == "work" and n in busy]


@contextlib.contextmanager
def races(databases: str) -> Iterator[Races]:
    """Travel the roads."""
    folder = pathlib.Path(scratch())
    try:
        with contextlib.ExitStack() as stack:
            there = stack.enter_context(outside_process(folder / "journal.jsonl"))
            keepings: dict[str, Files | Databases] = {}
            if "sqlite" in databases:
                keepings["sqlite"] = Files(folder)
            if "postgresql" in databases:
                server = stack.enter_context(postgresql.server())
                keepings["postgresql"] = Databases(server)
            yield Races(keepings, there)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def cases_of(rounds: int, databases: str) -> list[str]:
    """List the cases, every kind in turn on every database."""
    turns = [(kind, base) for kind in KINDS for base in databases.split(",")]
    return [
        f"{turns[n % len(turns)][1]}/{turns[n % len(turns)][0]}/{n}"
        for n in range(rounds)
    ]


def main() -> int:
    """Run the session."""
    given = options(
        "Have honest messages race.", rounds=20, databases="postgresql,sqlite"
    )
    if given.only:
        given.databases = given.only.split("/")[0]
    with races(given.databases) as found:
        cases = cases_of(given.rounds, given.databases)
        tally = Tally("races", given, counted=found.counted)
        return tally.run(cases, found.prove)


if __name__ == "__main__":
    sys.exit(main())
