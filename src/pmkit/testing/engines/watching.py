"""
How the tests of engines have engines work, wait for something, and compare it.
"""

from __future__ import annotations

import contextlib
import inspect
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds
from pmkit.testing.engines.bench import BEGIN, history, paid
from pmkit.testing.engines.outside import Outside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.core.service import ServiceStage
    from pmkit.shell.engine.port import Engine
    from pmkit.testing.engines.bench import Bench

#: Seconds that something may take, after a lease or a connection was lost.
PATIENCE = 30.0
#: Seconds that something may take of which nothing is in the way.
PROMPT = 10.0


def until(tell: Callable[[], bool], *, within: float = PATIENCE) -> float:
    """
    Wait until something is so; give how long it took.

    Args:
        tell: Tells whether it is.

        within: Seconds; after them it is an `AssertionError`.
    """
    begin = time.monotonic()
    while not tell():
        assert time.monotonic() - begin < within, "It did not happen in time."  # noqa: S101
        time.sleep(0.02)
    return time.monotonic() - begin


def expect(expected: object, found: object) -> None:
    """
    Compare.

    Args:
        expected: What has to be.

        found: What is.
    """
    assert expected == found, f"{found!r} instead of {expected!r}"  # noqa: S101


@contextlib.contextmanager
def running(engine: Engine) -> Iterator[threading.Thread]:
    """
    Have an engine work in a thread, and stop it; it may not end by itself.

    Args:
        engine: Which.
    """
    faults: list[BaseException] = []

    def run() -> None:
        try:
            engine.run()
        except BaseException as error:  # noqa: BLE001 - raised below
            faults.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield thread
        assert thread.is_alive(), f"The engine ended by itself: {faults!r}"  # noqa: S101
    finally:
        engine.stop()
        thread.join(timeout=PATIENCE)
    assert not thread.is_alive(), "The engine did not stop."  # noqa: S101
    assert not faults, f"The engine failed: {faults!r}"  # noqa: S101


def child(bench: Bench) -> subprocess.Popen[bytes]:
    """
    Start an engine in a process of its own, with the clock of a real desk.

    Args:
        bench: On which database.
    """
    file = inspect.getsourcefile(bench.make_engine)
    arguments = [bench.database, str(bench.outside.folder), str(file)]
    name = bench.make_engine.__name__
    module = "pmkit.testing.engines.child"
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, *arguments, name]
    )


def stage(desk: Desk, order_id: str) -> ServiceStage:
    """
    Tell the stage of the first service of an order.

    Args:
        desk: Where.

        order_id: The order.
    """
    return desk.order(order_id).services[0].stage


def plain(bench: Bench) -> list[tuple[str, str]]:
    """
    Give the history of a paid order that one desk alone worked on.

    Args:
        bench: Where there is a folder.
    """
    world = bench.outside.folder / "plain"
    world.mkdir(exist_ok=True)
    clock = SetClock(BEGIN)
    panel = Outside(world, clock.now).panel
    with Desk.open(panel=panel, clock=clock, ids=CountedIds()) as desk:
        paid(desk, "TA-1")
        desk.work()
        return history(desk, "TA-1")
