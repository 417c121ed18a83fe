"""
Calls end: by themselves, at their deadline, or when nobody waits any more.
"""

from __future__ import annotations

import asyncio
import inspect
import socket
import time
from typing import TYPE_CHECKING, Any
from unittest import mock

from pmkit.core.plugin_errors import PluginCallError, PluginFaultError
from pmkit.effects.limits import Limits
from pmkit.testing.conformance import raw
from pmkit.testing.conformance.case import SECONDS, Case, Station
from pmkit.testing.conformance.faults import Fault
from pmkit.testing.conformance.outcome import Outcome, lie
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Failed, Inapplicable, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.testing.conformance.rig import Rig

#: Real seconds that a call may take before a simulated far side.
PATIENCE = 0.5
#: Requests that an operation may make; the host stops it at 20.
_MOST_REQUESTS = 20
_TRIES = 3


def _cases(rig: Rig) -> Iterator[Case]:
    """Give a case for each operation whose method is there and can be prepared."""
    station = rig.station()
    for operation in rig.usable():
        if not callable(getattr(station.implementation, operation, None)):
            continue
        try:
            yield rig.case(operation)
        except Inapplicable:
            continue


@check(
    "PLG-DEAD-001",
    Level.BRONZE,
    "Every operation ends: after at most 20 requests, and without waiting by itself.",
    "Do not poll inside an operation: answer Pending, and let the core ask again.",
)
def ends(rig: Rig) -> None:
    """Call each operation with a short deadline before a far side that is quick."""
    for case in _cases(rig):
        # A busy machine can make any call late once; a call that hangs is always late.
        late = all(_takes_long(rig, case.operation) for _ in range(_TRIES))
        require(not late, f"{case.operation} does not end in {PATIENCE} s")


def _takes_long(rig: Rig, operation: str) -> bool:
    case = rig.case(operation)
    limits = Limits(seconds=PATIENCE)
    station = Station(rig.harness, other=case.station, limits=limits)
    begin = time.monotonic()
    outcome = station.call(operation, case.request, operation_id=case.operation_id)
    spent = time.monotonic() - begin
    count = station.wire.count
    require(count < _MOST_REQUESTS, f"{operation} makes {count} requests")
    broken = isinstance(outcome.error, PluginFaultError) and count > 1
    require(not broken, f"{operation}: {outcome}")
    return spent >= PATIENCE


@check(
    "PLG-DEAD-002",
    Level.SILVER,
    "A reply that drips in ends at the deadline of the call, and nothing is claimed.",
    "Leave time to the host: do not catch its errors.",
)
def slow_drip(rig: Rig) -> None:
    """Let the reply of each request come byte by byte, five seconds each."""
    for case, plan, words in rig.faulted((Fault.DRIP_AFTER,)):
        begin = case.station.clock.monotonic()
        outcome = case.call(plan)
        taken = case.station.clock.monotonic() - begin
        wrong = lie(outcome, case.happened)
        require(not wrong, f"{words}: {wrong}")
        late = taken > SECONDS + 10 and outcome.error is None
        require(not late, f"{words}: it answers after {taken:.0f} virtual seconds")


@check(
    "PLG-DEAD-003",
    Level.SILVER,
    "A call that is cancelled ends at once, and asks for nothing more.",
    "Do not catch BaseException; where you clean up, raise again.",
)
def cancelled(rig: Rig) -> None:
    """Close each operation at each of its requests, and cancel its task."""
    rig.sound()
    for case in _cases(rig):
        for index in range(max(rig.length(case.operation), 0)):
            _closed(rig.case(case.operation), index)
        if rig.length(case.operation) > 0:
            _task_cancelled(rig.case(case.operation))


def _closed(case: Case, index: int) -> None:
    given = raw.begin(case)
    if not inspect.isgenerator(given):
        return
    operation: Any = given
    where = f"{case.operation}, request {index + 1}"
    request = next(operation)
    for _ in range(index):
        response = case.station.wire.handle_request(request)
        response.request = request
        request = operation.send(response)
    try:
        operation.throw(asyncio.CancelledError())
    except asyncio.CancelledError:
        return
    except StopIteration as end:
        evidence = f"{where}: cancelled, it answers {Outcome(answer=end.value)}"
        raise Failed(evidence) from None
    except BaseException as error:  # noqa: BLE001 - it is evidence
        evidence = f"{where}: cancelled, it raises {type(error).__name__}"
        raise Failed(evidence) from None
    evidence = f"{where}: cancelled, it asks for one more request"
    raise Failed(evidence)


def _task_cancelled(case: Case) -> None:
    async def run() -> str:
        case.station.wire.stalled = True
        call = case.station.attached.acall(
            case.operation, case.request, operation_id=case.operation_id
        )
        task = asyncio.ensure_future(call)
        for _ in range(50):
            await asyncio.sleep(0)
        task.cancel()
        try:
            await asyncio.wait_for(task, 1.0)
        except asyncio.CancelledError:
            return ""
        except PluginCallError as error:
            return f"it raises {type(error).__name__}"
        except TimeoutError:
            return "it goes on"
        return "it answers"

    case.station.wire.arm()
    wrong = asyncio.run(run())
    require(not wrong, f"{case.operation}: its task is cancelled, and {wrong}")


@check(
    "PLG-DEAD-004",
    Level.SILVER,
    "An HTTP operation does no I/O of its own, and does not sleep.",
    "Yield each request to the host; leave waiting and repeating to the core.",
)
def no_own_io(rig: Rig) -> None:
    """Drive each operation, also after a fault, and watch sleeps and sockets."""
    for case in _cases(rig):
        for plan in ({}, {0: Fault.UNAVAILABLE_BEFORE}, {0: Fault.TOO_MANY}):
            fresh = rig.case(case.operation)
            done: list[str] = []
            with (
                mock.patch.object(time, "sleep", _noted(done, "sleeps")),
                mock.patch.object(socket.socket, "connect", _noted(done, "connects")),
            ):
                fresh.call(plan)
            require(not done, f"{case.operation} {', '.join(done)} by itself")


def _noted(done: list[str], word: str) -> Callable[..., Any]:
    def note(*_: object, **__: object) -> None:
        done.append(word)

    return note
