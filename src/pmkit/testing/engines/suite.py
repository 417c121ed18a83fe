"""
What every engine has to do, as tests of pytest.
"""

from __future__ import annotations

import datetime as dt
import inspect
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from pmkit.core.service import ServiceStage
from pmkit.shell.clock import SetClock, SystemClock
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds
from pmkit.testing.engines.bench import BEGIN, Bench, history, ordered, paid
from pmkit.testing.engines.damage import rows_that_cannot_be_read
from pmkit.testing.engines.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pmkit.shell.engine.port import Engine
    from pmkit.shell.engine.settings import WorkerSettings

    Maker = Callable[[Desk, WorkerSettings], Engine]

_DAY = dt.timedelta(days=1)
_PATIENCE = 30.0
_PROMPT = 10.0


def engine_suite(
    make_engine: Maker, *, database: str = "engine_database"
) -> dict[str, Callable[..., None]]:
    """
    Give the tests that an engine has to pass, for a test module of it.

    The engine works on the rows of the desk's store and by the desk's clock, some of
    the time one that stands still.  One test runs it in a process of its own, and
    kills that.

    Args:
        make_engine: Makes an engine on a desk, with the settings of a worker; a
            function of the test module itself.

        database: The fixture that gives an empty database, as a path or URL.

    Returns:
        The tests by name, to be put into the module:
        ``globals().update(engine_suite(make_engine))``.

    Examples:
        >>> from pmkit.shell.engine.local import LocalEngine
        >>> sorted(engine_suite(LocalEngine))[0]
        'test_asleep_for_a_day'
    """
    tests: dict[str, Callable[..., None]] = {}
    for check in _CHECKS:
        tests[f"test_{check.__name__}"] = _test(check, make_engine, database)
    return tests


def _test(check: Any, make_engine: Maker, database: str) -> Callable[..., None]:
    def test(request: Any, tmp_path: Path) -> None:
        bench = Bench(make_engine, request.getfixturevalue(database), tmp_path)
        try:
            check(bench)
        finally:
            bench.close()

    test.__doc__ = check.__doc__
    return test


def _stage(desk: Desk, order_id: str) -> ServiceStage:
    return desk.order(order_id).services[0].stage


def _until(tell: Callable[[], bool], *, within: float = _PATIENCE) -> float:
    """Wait until something is so; give how long it took."""
    begin = time.monotonic()
    while not tell():
        assert time.monotonic() - begin < within, "It did not happen in time."  # noqa: S101
        time.sleep(0.02)
    return time.monotonic() - begin


def _running(engine: Engine) -> threading.Thread:
    thread = threading.Thread(target=engine.run, daemon=True)
    thread.start()
    return thread


def _expect(expected: object, found: object) -> None:
    assert expected == found, f"{found!r} instead of {expected!r}"  # noqa: S101


# --------------------------------------------------------------------------- tests


def carries_a_payment_through(bench: Bench) -> None:
    """What is paid is charged, received and booked, once, with the usual history."""
    desk = bench.desk()
    paid(desk, "TA-1")
    bench.settle(desk)

    _expect(ServiceStage.BOOKED, _stage(desk, "TA-1"))
    _expect({1}, set(bench.outside.did().values()))
    _expect(_plain(bench), history(desk, "TA-1"))


def not_before_its_time(bench: Bench) -> None:
    """A second before the last moment to book nothing expires; then it does."""
    desk = bench.desk()
    ordered(desk, "TA-1")
    book_by = desk.order("TA-1").services[0].book_by
    assert book_by is not None  # noqa: S101 - the ship date is fixed
    stages = []
    for moment in (book_by.at - dt.timedelta(seconds=1), book_by.at):
        bench.clock.set(moment)
        bench.settle(desk)
        stages.append(_stage(desk, "TA-1"))

    _expect(ServiceStage.EXPIRED, stages[1])
    _expect([], [stage for stage in stages[:1] if stage is ServiceStage.EXPIRED])


def two_workers_on_one_order(bench: Bench) -> None:
    """Two engines at once do everything once."""
    names = [f"TA-{number}" for number in range(4)]
    first, second = bench.desk(), bench.desk()
    for name in names:
        paid(first, name)
    threads = [
        threading.Thread(target=bench.engine(desk).run, kwargs={"once": True})
        for desk in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bench.settle(first)

    _expect({ServiceStage.BOOKED}, {_stage(first, name) for name in names})
    _expect({1}, set(bench.outside.did().values()))


def stopped_and_started(bench: Bench) -> None:
    """What is in hand when it is stopped is finished, and the rest is done later."""
    desk = bench.desk()
    paid(desk, "TA-1")
    flag = bench.outside.hang("charge")
    engine = bench.engine(desk)
    thread = _running(engine)
    _until(lambda: bool(bench.outside.entries()))
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    flag.unlink()
    stopping.join()
    thread.join(timeout=_PATIENCE)
    _expect(False, thread.is_alive())  # noqa: FBT003 - it is the expected value
    with desk.store.snapshot() as tx:
        charge = tx.effect("TA-1/4/charge")
    _expect("succeeded", charge.state.value)
    bench.settle(desk)

    _expect(ServiceStage.BOOKED, _stage(desk, "TA-1"))
    _expect({1}, set(bench.outside.did().values()))


def survives_kill_9(bench: Bench) -> None:
    """A process that is killed in the middle of a call is recovered from, once."""
    desk = bench.desk(SystemClock())
    paid(desk, "TA-1", ship=SystemClock().now().date() + 60 * _DAY)
    flag = bench.outside.hang("charge")
    child = _child(bench)
    try:
        _until(lambda: bool(bench.outside.entries()))
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    flag.unlink()
    wanted = _plain(bench)
    engine = bench.engine(desk)
    thread = _running(engine)
    try:
        _until(lambda: len(history(desk, "TA-1")) >= len(wanted))
    finally:
        engine.stop()
        thread.join(timeout=_PATIENCE)

    _expect({1}, set(bench.outside.did().values()))
    _expect(wanted, history(desk, "TA-1"))


def _child(bench: Bench) -> subprocess.Popen[bytes]:
    file = inspect.getsourcefile(bench.make_engine)
    arguments = [bench.database, str(bench.outside.folder), str(file)]
    name = bench.make_engine.__name__
    module = "pmkit.testing.engines.child"
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, *arguments, name]
    )


def the_clock_steps(bench: Bench) -> None:
    """A clock that goes back an hour, and on again, changes nothing that happened."""
    desk = bench.desk()
    paid(desk, "TA-1")
    for step in (dt.timedelta(hours=-1), dt.timedelta(hours=2), -_DAY, 3 * _DAY):
        bench.clock.set(bench.clock.now() + step)
        bench.settle(desk)

    _expect(_plain(bench), history(desk, "TA-1"))
    _expect({1}, set(bench.outside.did().values()))


def two_clocks_five_minutes_apart(bench: Bench) -> None:
    """Two nodes whose clocks differ come to the same history."""
    ahead = SetClock(BEGIN + dt.timedelta(minutes=5))
    desk, other = bench.desk(), bench.desk(ahead)
    paid(desk, "TA-1")
    for each in (other, desk, other):
        bench.settle(each)

    _expect(_plain(bench), history(desk, "TA-1"))
    _expect({1}, set(bench.outside.did().values()))


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

    _expect(history(quick, "TA-1"), history(slow, "TA-2"))
    _expect(ServiceStage.EXPIRED, _stage(slow, "TA-2"))


def time_waits_for_no_plugin(bench: Bench) -> None:
    """While an agency is slow to say its news, other orders expire in time."""
    desk = bench.desk()
    paid(desk, "TA-1")
    ordered(desk, "TA-2")
    book_by = desk.order("TA-2").services[0].book_by
    assert book_by is not None  # noqa: S101 - the ship date is fixed
    before = dt.timedelta(seconds=0.1)
    bench.settle(desk)
    bench.clock.set(book_by.at - before)
    bench.settle(desk)
    with desk.store.transaction() as tx:
        tx.arm(["TA-1"], bench.clock.now())
    flag = bench.outside.hang("ask")
    engine = bench.engine(desk)
    thread = _running(engine)
    try:
        _until(lambda: bench.outside.asked)
        bench.clock.advance(before)
        _until(lambda: _stage(desk, "TA-2") is ServiceStage.EXPIRED, within=_PROMPT)
    finally:
        flag.unlink()
        engine.stop()
        thread.join(timeout=_PATIENCE)


def orders_are_never_forgotten(bench: Bench) -> None:
    """An order on which something can still happen always has a timer."""
    desk = bench.desk()
    paid(desk, "TA-1")
    for _ in range(4):
        bench.settle(desk)
        with desk.store.snapshot() as tx:
            _expect([], tx.without_timer())
            _expect(True, bool(tx.timers("TA-1")))  # noqa: FBT003 - it is expected
        bench.clock.advance(_DAY)


_CHECKS = (
    asleep_for_a_day,
    carries_a_payment_through,
    not_before_its_time,
    orders_are_never_forgotten,
    rows_that_cannot_be_read,
    stopped_and_started,
    survives_kill_9,
    the_clock_steps,
    time_waits_for_no_plugin,
    two_clocks_five_minutes_apart,
    two_workers_on_one_order,
)


def _plain(bench: Bench) -> list[tuple[str, str]]:
    """Give the history of a paid order that one desk alone worked on."""
    world = bench.outside.folder / "plain"
    world.mkdir(exist_ok=True)
    clock = SetClock(BEGIN)
    panel = Outside(world, clock.now).panel
    with Desk.open(panel=panel, clock=clock, ids=CountedIds()) as desk:
        paid(desk, "TA-1")
        desk.work()
        return history(desk, "TA-1")
