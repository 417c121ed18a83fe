"""
What every engine has to do, as tests of pytest.
"""

from __future__ import annotations

import datetime as dt
import functools
import threading
from typing import TYPE_CHECKING, Any

from pmkit.core.service import ServiceStage
from pmkit.testing.engines.bench import Bench, history, ordered, paid
from pmkit.testing.engines.clocks import (
    asleep_for_a_day,
    the_clock_steps,
    two_clocks_five_minutes_apart,
)
from pmkit.testing.engines.damage import rows_that_cannot_be_read
from pmkit.testing.engines.joining import wakes_of_a_transaction
from pmkit.testing.engines.mishaps import (
    database_restarts,
    sleeps_past_its_lease,
    survives_kill_9,
)
from pmkit.testing.engines.watching import (
    PATIENCE,
    PROMPT,
    expect,
    plain,
    running,
    stage,
    until,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pmkit.shell.desk import Desk
    from pmkit.shell.engine.port import Engine
    from pmkit.shell.engine.settings import WorkerSettings

    Maker = Callable[[Desk, WorkerSettings], Engine]

_DAY = dt.timedelta(days=1)


def engine_suite(
    make_engine: Maker,
    *,
    database: str = "engine_database",
    outage: str | None = None,
) -> dict[str, Callable[..., None]]:
    """
    Give the tests that an engine has to pass, for a test module of it.

    The engine works on the rows of the desk's store and by the desk's clock, some of
    the time one that stands still.  Two tests run it in a process of its own, and kill
    or stop that; one stops the database.

    Args:
        make_engine: Makes an engine on a desk, with the settings of a worker; a
            function of the test module itself.

        database: The fixture that gives an empty database, as a path or URL.

        outage: The fixture that gives a context manager without arguments: the server
            of the database stops at once when it is entered, and answers again when it
            is left.  Without one, and on a file, the test of it is skipped.

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
        tests[f"test_{check.__name__}"] = _test(check, make_engine, database, outage)
    return tests


def _test(
    check: Any, make_engine: Maker, database: str, outage: str | None
) -> Callable[..., None]:
    def test(request: Any, tmp_path: Path) -> None:
        fixture = request.getfixturevalue
        how = None if outage is None else functools.partial(fixture, outage)
        bench = Bench(make_engine, fixture(database), tmp_path, how)
        try:
            check(bench)
        finally:
            bench.close()

    test.__doc__ = check.__doc__
    return test


# --------------------------------------------------------------------------- tests


def carries_a_payment_through(bench: Bench) -> None:
    """What is paid is charged, received and booked, once, with the usual history."""
    desk = bench.desk()
    paid(desk, "TA-1")
    bench.settle(desk)

    expect(ServiceStage.BOOKED, stage(desk, "TA-1"))
    expect({1}, set(bench.outside.did().values()))
    expect(plain(bench), history(desk, "TA-1"))


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
        stages.append(stage(desk, "TA-1"))

    expect(ServiceStage.EXPIRED, stages[1])
    expect([], [stage for stage in stages[:1] if stage is ServiceStage.EXPIRED])


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

    expect({ServiceStage.BOOKED}, {stage(first, name) for name in names})
    expect({1}, set(bench.outside.did().values()))


def stopped_and_started(bench: Bench) -> None:
    """What is in hand when it is stopped is finished, and the rest is done later."""
    desk = bench.desk()
    paid(desk, "TA-1")
    flag = bench.outside.hang("charge")
    engine = bench.engine(desk)
    thread = threading.Thread(target=engine.run, daemon=True)
    thread.start()
    until(lambda: bool(bench.outside.entries()))
    stopping = threading.Thread(target=engine.stop)
    stopping.start()
    flag.unlink()
    stopping.join()
    thread.join(timeout=PATIENCE)
    expect(False, thread.is_alive())  # noqa: FBT003 - it is the expected value
    with desk.store.snapshot() as tx:
        charge = tx.effect("TA-1/4/charge")
    expect("succeeded", charge.state.value)
    bench.settle(desk)

    expect(ServiceStage.BOOKED, stage(desk, "TA-1"))
    expect({1}, set(bench.outside.did().values()))


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
    with running(bench.engine(desk)):
        try:
            until(lambda: bench.outside.asked)
            bench.clock.advance(before)
            until(lambda: stage(desk, "TA-2") is ServiceStage.EXPIRED, within=PROMPT)
        finally:
            flag.unlink()


def orders_are_never_forgotten(bench: Bench) -> None:
    """An order on which something can still happen always has a timer."""
    desk = bench.desk()
    paid(desk, "TA-1")
    for _ in range(4):
        bench.settle(desk)
        with desk.store.snapshot() as tx:
            expect([], tx.without_timer())
            expect(True, bool(tx.timers("TA-1")))  # noqa: FBT003 - it is expected
        bench.clock.advance(_DAY)


_CHECKS = (
    asleep_for_a_day,
    carries_a_payment_through,
    database_restarts,
    not_before_its_time,
    orders_are_never_forgotten,
    rows_that_cannot_be_read,
    sleeps_past_its_lease,
    stopped_and_started,
    survives_kill_9,
    the_clock_steps,
    time_waits_for_no_plugin,
    two_clocks_five_minutes_apart,
    two_workers_on_one_order,
    wakes_of_a_transaction,
)
