"""
What every engine has to do when clocks step, differ, or run on while it sleeps.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

from pmkit.core.service import ServiceStage
from pmkit.shell.clock import SetClock
from pmkit.testing.engines.bench import BEGIN, history, ordered, paid
from pmkit.testing.engines.watching import PROMPT, expect, plain, running, stage, until

if TYPE_CHECKING:
    from pmkit.shell.desk import Desk
    from pmkit.testing.engines.bench import Bench

_HOUR = dt.timedelta(hours=1)
_DAY = dt.timedelta(days=1)
#: Seconds after which an engine that has nothing to do sleeps.
_ASLEEP = 0.3


def the_clock_steps(bench: Bench) -> None:
    """A clock that goes back and on again undoes nothing, and holds nothing up."""
    desk, other = bench.desk(), bench.desk()
    # Nobody wakes the engine for what is written through another desk.
    ordered(other, "TA-4", (BEGIN + 30 * _DAY).date())
    book_by = desk.order("TA-4").services[0].book_by
    assert book_by is not None  # noqa: S101 - the ship date is fixed
    paid(other, "TA-1")
    bench.settle(desk)
    with running(bench.engine(desk)):
        for name, step in (("TA-2", -_HOUR), ("TA-3", 2 * _HOUR)):
            time.sleep(_ASLEEP)
            bench.clock.set(bench.clock.now() + step)
            paid(other, name)
            _wait(desk, name, ServiceStage.BOOKED)
        time.sleep(_ASLEEP)
        bench.clock.set(book_by.at)
        _wait(desk, "TA-4", ServiceStage.EXPIRED)
    for step in (-_DAY, 3 * _DAY):
        bench.clock.set(bench.clock.now() + step)
        bench.settle(desk)

    paid_for = ("TA-1", "TA-2", "TA-3")
    expect([plain(bench)] * 3, [history(desk, name) for name in paid_for])
    expect({1}, set(bench.outside.did().values()))


def _wait(desk: Desk, order_id: str, wanted: ServiceStage) -> None:
    until(lambda: stage(desk, order_id) is wanted, within=PROMPT)


def two_clocks_five_minutes_apart(bench: Bench) -> None:
    """Two nodes whose clocks differ come to the same history."""
    ahead = SetClock(BEGIN + dt.timedelta(minutes=5))
    desk, other = bench.desk(), bench.desk(ahead)
    paid(desk, "TA-1")
    for each in (other, desk, other):
        bench.settle(each)

    expect(plain(bench), history(desk, "TA-1"))
    expect({1}, set(bench.outside.did().values()))


def asleep_for_a_day(bench: Bench) -> None:
    """A worker that sleeps past several moments does what many small steps do."""
    quick = bench.desk()
    ordered(quick, "TA-1")
    book_by = quick.order("TA-1").services[0].book_by
    assert book_by is not None  # noqa: S101 - the ship date is fixed
    for hours in range(-12, 13, 6):
        bench.clock.set(book_by.at + dt.timedelta(hours=hours))
        bench.settle(quick)
    clock = SetClock(BEGIN)
    slow = bench.desk(clock)
    ordered(slow, "TA-2")
    clock.set(bench.clock.now())
    bench.settle(slow)

    expect(history(quick, "TA-1"), history(slow, "TA-2"))
    expect(ServiceStage.EXPIRED, stage(slow, "TA-2"))
