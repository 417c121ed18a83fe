"""
Processes of proofs, and calls at the same time: none of them is waited for for ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any

from pmkit.core.errors import PmkitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.shell.desk import Desk

#: Seconds that any process or call of a proof may take.
WITHIN = 120.0


class EndlessError(BaseException):
    """
    Something did not end.

    It is no `Exception`, which code under test would take for a fault of its own.
    """

    def __init__(self, what: str, within: float) -> None:
        super().__init__(f"{what} did not end within {within:g} s")


def forked(work: Callable[[], Any], *, within: float = WITHIN) -> tuple[int, Any]:
    """Do some work in a process of its own; give its exit code and its answer."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        code = 0
        try:
            os.write(writes, json.dumps(work()).encode()[:60_000])
        except BaseException:  # noqa: BLE001 - the process ends here
            traceback.print_exc()
            code = 1
        os._exit(code)
    os.close(writes)
    end = time.monotonic() + within
    with _ended_after(child), os.fdopen(reads, "rb") as pipe:
        # What it answers fits into the pipe, so that it ends without being read.
        select.select([pipe], [], [], within)
        status = _ended(child, max(0.1, end - time.monotonic()), within)
        answer = pipe.read()
    return os.waitstatus_to_exitcode(status), json.loads(answer) if answer else None


@contextlib.contextmanager
def sleeping(work: Callable[[], object]) -> Iterator[int]:
    """Run a process until it stops itself, or ends well; give 0 if it ended."""
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):
            work()
            code = 0
        os._exit(code)
    with _ended_after(child):
        status = _ended(child, WITHIN, WITHIN, stops=os.WUNTRACED)
        code = None if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status)
        if code:
            msg = f"The sleeper ended with {code} before it slept."
            raise ChildProcessError(msg)
        yield child if code is None else 0


def wake(child: int) -> int:
    """Wake a process that stopped itself, and wait until it ends."""
    if not child:
        return 0
    os.kill(child, signal.SIGCONT)
    return os.waitstatus_to_exitcode(_ended(child, WITHIN, WITHIN))


def fall_asleep(desk: Desk) -> None:
    """
    Stop this process where no other thread of it is inside a transaction on a file.

    A stopped process would keep the one lock of a SQLite file for as long, and nobody
    could work in its place; on PostgreSQL others wait for no more than a row.
    """
    with desk.store._queue():  # noqa: SLF001 - what its transactions begin with
        # To this thread: a signal to the process may leave it some steps to go.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """Make calls at the same time; give what each gave or raised."""
    gate = threading.Barrier(len(calls))
    gave: dict[int, object] = {}
    broke: list[BaseException] = []

    def make(place: int, call: Callable[[], object]) -> None:
        try:
            gate.wait(60)
            gave[place] = call()
        except PmkitError as error:
            gave[place] = error
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            broke.append(error)

    # Of none does the end of this process wait.
    threads = [
        threading.Thread(target=make, args=each, daemon=True)
        for each in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    end = time.monotonic() + WITHIN
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    if broke:
        raise broke[0]
    slow = sum(thread.is_alive() for thread in threads)
    if slow:
        what = f"{slow} of {len(calls)} calls at once"
        raise EndlessError(what, WITHIN)
    return [gave[place] for place in range(len(calls))]


@contextlib.contextmanager
def bounded(within: float) -> Iterator[None]:
    """Raise `EndlessError` in this thread if the block takes longer."""

    def ring(*_: object) -> None:
        what = "the case"
        raise EndlessError(what, within)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, within)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ended(child: int, left: float, within: float, *, stops: int = 0) -> int:
    """Wait until a process ends, or stops; give its status."""
    end, pause = time.monotonic() + left, 0.001
    while True:
        found, status = os.waitpid(child, os.WNOHANG | stops)
        if found:
            return status
        if time.monotonic() > end:
            what = f"process {child}"
            raise EndlessError(what, within)
        time.sleep(pause)
        pause = min(0.02, pause * 2)


@contextlib.contextmanager
def _ended_after(child: int) -> Iterator[None]:
    """See that a process is gone after a block, however that ends."""
    try:
        yield
    finally:
        # Once it was waited for, its number may be that of another one.
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(child, os.WNOHANG) == (0, 0):
                os.kill(child, signal.SIGCONT)
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
