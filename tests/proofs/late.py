"""
Three more races: of a late writer, of two runs on one order, of a desk with itself.

``fence`` stops a worker past its lease while its call is on its way; another one takes
the row and gives it back as it was: nothing but the fence refuses what the first one
writes when it wakes.  ``runs`` has an agency refuse one service of an order and take
another one: what is undone has to be of the right one.  ``interrupt`` has who called
`Desk.work` interrupt it more often than an instance has slots, and go on with the same
desk.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa
from tests.proofs import invariants
from tests.proofs.crash import finish, open_desk, settle
from tests.proofs.far import Remote
from tests.proofs.journey import (
    BUYER,
    OPERATOR,
    china,
    clock_at,
    opening,
)
from tests.proofs.points import POINTS, CrashError
from tests.proofs.processes import at_once, fall_asleep, forked, sleeping, wake
from tests.proofs.races import QUICK, Ticking, works

from pmkit.core.payment import Purpose
from pmkit.effects.limits import Limits
from pmkit.shell.engine.local import LocalEngine

if TYPE_CHECKING:
    import random

    from tests.proofs.crash import Road
    from tests.proofs.far import Here, There

    from pmkit.shell.desk import Desk

_RUNS = "TA-RUNS"
_NAPS = 5
#: One thread: another one could fall asleep with it, a lock of the row in its hand.
_ALONE = attrs.evolve(QUICK, threads=1)


def fence(road: Road, chance: random.Random) -> list[str]:
    """Have a worker wake when its row was taken, and given back as it was."""
    calls = [
        (number, name)
        for number in works(road)
        for name in road.names(number)
        if name.startswith(("after /agency", "after /payments"))
    ]
    for _ in range(_NAPS):
        number, named = chance.choice(calls)
        found = _nap(road, number, named)
        if found is not None:
            return found
    return ["no worker slept outside a transaction"]


def _nap(road: Road, number: int, named: str) -> list[str] | None:
    """Have one sleep at a boundary; `None` if it kept the whole file meanwhile."""
    clock = Ticking(china(road.steps[number].at))
    reads, writes = os.pipe()
    with road.again(number) as (where, far), os.fdopen(reads, "rb") as pipe:
        far.now(clock.now().isoformat())

        def work() -> None:
            with contextlib.closing(open_desk(where, far, clock)) as desk:  # type: ignore[arg-type]
                POINTS.begin(
                    named=named,
                    instead=lambda _: fall_asleep(desk),
                )
                lost = LocalEngine(desk, _ALONE).run(once=True).leases_lost
                os.write(writes, bytes([min(lost, 255)]))

        def give_back() -> None:
            with contextlib.closing(open_desk(where, far, clock)) as desk:  # type: ignore[arg-type]
                _take_and_give_back(desk)

        with sleeping(work) as child:
            time.sleep(QUICK.lease.total_seconds())
            refused, _ = forked(give_back) if child else (1, None)
            code = wake(child)
        os.close(writes)
        if refused:
            return None
        found = [f"the sleeper ended with {code}"] if code else []
        if not sum(pipe.read()):
            found.append("I-ONCE: what was written late was not refused")
        later = clock_at(road.steps[number], later=clock.now() - clock.at + QUICK.lease)
        far.now(later.now().isoformat())
        with contextlib.closing(open_desk(where, far, later)) as desk:
            return found + finish(road, number, desk, far, later)


def _take_and_give_back(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        for table in (tx.tables.effects, tx.tables.timers, tx.tables.deliveries):
            taken = sa.update(table).where(table.c.lease_owner != "")
            free = {"lease_owner": "", "lease_until": None, "fence": table.c.fence + 1}
            tx.connection.execute(taken.values(free))


# ------------------------------------------------------------------------- two runs


def runs(road: Road, chance: random.Random) -> list[str]:
    """Have two desks undo the second of two services, of which one was refused."""
    del chance
    number = works(road)[0]
    clock = clock_at(road.steps[number])
    with road.again(number) as (where, far), contextlib.ExitStack() as stack:
        far.now(clock.now().isoformat())
        desks = [
            stack.enter_context(contextlib.closing(open_desk(where, far, clock)))
            for _ in range(2)
        ]
        _first_refused(desks[0], far)
        settle(desks[0], far, clock)
        kept = _second_booked(desks[0])
        settle(desks[0], far, clock)
        _cancels(desks[0], kept)
        for _ in range(3):
            at_once([desk.work for desk in desks])
        settle(desks[0], far, clock)
        counts = far.counts()
        found = invariants.broken(desks[0].store, [_RUNS], counts)
        return found + [
            f"I-ONCE: {did} {counts.get(did, 0)} times"
            for did in (f"book {kept}", f"cancel {kept}")
            if counts.get(did) != 1
        ]


def _first_refused(desk: Desk, far: Remote) -> None:
    desk.work()  # what other orders wait for
    for step in opening(_RUNS, "01-21 14:00", apart=True):
        if step.take is not None and step.name != "work":
            step.take(desk)
    far.fault("refuse", "/agency/tasks")
    desk.work()


def _second_booked(desk: Desk) -> str:
    first = desk.order(_RUNS).services[0].id
    if not desk.order(_RUNS).services[0].over:
        _cancels(desk, first)
    desk.work()
    desk.add_service(
        _RUNS, actor=BUYER, provider="sandbox-agency", paid_apart=True, key="second"
    )
    kept = desk.order(_RUNS).services[-1].id
    desk.pay(
        _RUNS,
        actor=BUYER,
        method="sandbox-card",
        instrument="tok-captures",
        service_id=kept,
        purpose=Purpose.SERVICE,
    )
    return kept


def _cancels(desk: Desk, service_id: str) -> None:
    desk.request_cancellation(_RUNS, service_id, actor=BUYER, cause="No more.")
    desk.answer_cancellation(_RUNS, service_id, actor=OPERATOR, granted=True)


# ---------------------------------------------------------------------- interruptions


class Interrupting:
    """A way to the outside on which somebody interrupts, some times."""

    def __init__(self, way: Here | There, times: int) -> None:
        self.way = way
        self.times = times

    def ask(
        self, method: str, path: str, query: Any, headers: Any, body: bytes
    ) -> tuple[int, str, bytes]:
        """Send a request, or be interrupted."""
        if self.times and method == "GET" and path.endswith("/observations"):
            self.times -= 1
            raise CrashError(path)
        return self.way.ask(method, path, query, headers, body)


def interrupt(road: Road, chance: random.Random) -> list[str]:
    """Interrupt a desk again and again, and go on with it."""
    number = chance.choice(works(road))
    clock = clock_at(road.steps[number])
    with road.again(number) as (where, far):
        far.now(clock.now().isoformat())
        times = Limits().concurrent + 1
        way: Any = Interrupting(far.way, times)
        with contextlib.closing(open_desk(where, Remote(way, far.name), clock)) as desk:
            for _ in range(times):
                with contextlib.suppress(CrashError):
                    desk.work()
            held = sum(each.health.busy for each in desk.panel.methods.values())
            if held:
                return [f"I-LIVE: {held} slots are held by nobody"]
            clock.advance(dt.timedelta(seconds=75))
            far.now(clock.now().isoformat())
            return finish(road, number, desk, far, clock)
