"""
At most once, whatever happens to requests and replies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import PluginFaultError
from pmkit.hooks.capabilities import Idempotency
from pmkit.hooks.manifest import PluginKind
from pmkit.testing.conformance.case import Case, Station
from pmkit.testing.conformance.faults import LOST_REPLY, SERVER_ERRORS, Fault
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Inapplicable, require

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pmkit.testing.conformance.outcome import Outcome
    from pmkit.testing.conformance.rig import Rig

_FIX = "Send context.key, or the operation id as your reference, with each repetition."


def _repeatable(rig: Rig) -> Iterator[str]:
    can = rig.manifest.capabilities
    found = False
    for name in rig.sound(mutates=True):
        if can[name].idempotency is not Idempotency.NONE:
            found = True
            yield name
    if not found:
        reason = "No operation that works declares idempotency."
        raise Inapplicable(reason)


def settled(rig: Rig, faults: Iterable[Fault]) -> None:
    """
    Let each fault happen, go on as the core does, and count what was done.

    Args:
        rig: The rig.

        faults: The faults.
    """
    for case, plan, words in rig.faulted(faults):
        first = case.call(plan)
        end = case.settle(first)
        done = case.happened
        require(done <= 1, f"{words}: done {done} times")
        right = {"done": done == 1, "rejected": done == 0, "parked": True}[end]
        require(
            right, f"{words}: the core ends with {end}, and it was done {done} times"
        )


@check(
    "PLG-IDEM-001",
    Level.GOLD,
    "The same operation id, called twice, is done once and answered alike.",
    _FIX,
    needs="idempotency",
)
def twice(rig: Rig) -> None:
    """Call each operation twice before a healthy far side."""
    for operation in _repeatable(rig):
        case = rig.case(operation)
        first = case.call()
        case.station.clock.advance(7.0)
        second = case.call()
        require(case.happened == 1, f"{operation}: done {case.happened} times")
        alike = first.answer == second.answer and second.error is None
        require(alike, f"{operation}: first {first}, then {second}")


@check(
    "PLG-IDEM-002",
    Level.GOLD,
    "After a lost reply the core finds out or repeats, and it is done once.",
    _FIX,
)
def lost_replies(rig: Rig) -> None:
    """Lose each request and each reply, and go on as the core does."""
    settled(rig, (Fault.LOST_REQUEST, *LOST_REPLY))


@check(
    "PLG-IDEM-003",
    Level.GOLD,
    "A request that the network delivers twice is done once.",
    _FIX,
    needs="idempotency",
)
def delivered_twice(rig: Rig) -> None:
    """Deliver each request of each operation twice."""
    for operation in _repeatable(rig):
        for index in range(rig.length(operation)):
            case = rig.case(operation)
            outcome = case.call({index: Fault.TWICE})
            done = case.happened
            require(done == 1, f"{operation}, request {index + 1}: done {done} times")
            sure = outcome.certainty is Certainty.APPLIED
            require(sure, f"{operation}, request {index + 1}: {outcome}")


@check(
    "PLG-IDEM-004",
    Level.GOLD,
    "After a 5xx the core finds out or repeats, and it is done once.",
    _FIX,
)
def server_errors(rig: Rig) -> None:
    """Fail each request with a 5xx, and go on as the core does."""
    settled(rig, SERVER_ERRORS)


@check(
    "PLG-IDEM-005",
    Level.GOLD,
    "Two workers that make the same call at the same time do it once.",
    "Leave it to the far side's key; asking first whether it is there is a race.",
    needs="idempotency",
)
def concurrent(rig: Rig) -> None:
    """Let a second worker make the whole call while a request of the first is out."""
    for operation in _repeatable(rig):
        for index in range(rig.length(operation)):
            case = rig.case(operation)
            other = Station(rig.harness, other=case.station)
            outcomes: list[Outcome] = []

            def meanwhile(
                at: int,
                case: Case = case,
                other: Station = other,
                index: int = index,
                outcomes: list[Outcome] = outcomes,
            ) -> None:
                if at == index:
                    outcomes.append(
                        other.call(
                            case.operation, case.request, operation_id=case.operation_id
                        )
                    )

            case.station.wire.meanwhile = meanwhile
            outcomes.append(case.call())
            done = case.happened
            where = f"{operation}, request {index + 1}"
            require(done == 1, f"{where}: two workers did it {done} times")
            broken = [x for x in outcomes if isinstance(x.error, PluginFaultError)]
            require(not broken, f"{where}: {broken[0] if broken else ''}")


@check(
    "PLG-IDEM-006",
    Level.GOLD,
    "Two calls with different operation ids are two, even about the same thing.",
    "Make the key of context.key only, not of the service or the day.",
    kinds=(PluginKind.AGENCY, PluginKind.PAYMENT),
    needs="idempotency",
)
def two_are_two(rig: Rig) -> None:
    """Move a visit twice; else make two calls about two things."""
    operations = list(_repeatable(rig))
    if "move" in operations:
        case = rig.case("move")
        case.call()
        again = {**case.given, "later": 2, "operation_id": f"{case.operation_id}/2"}
        other = rig.case("move", given=again, station=case.station)
        outcome = other.call()
        require(other.happened == 1, f"the second move of a visit is lost: {outcome}")
    for operation in operations:
        case = rig.case(operation)
        case.call()
        other = rig.case(operation, number=2, station=case.station)
        outcome = other.call()
        require(other.happened == 1, f"the second {operation} is lost: {outcome}")


@check(
    "PLG-IDEM-007",
    Level.GOLD,
    "A repetition after a restart of the process is still the same call.",
    "Keep nothing in memory that the key depends on: context.key is the same for ever.",
    needs="idempotency",
)
def after_restart(rig: Rig) -> None:
    """Lose the reply, make the plugin anew, call again."""
    for operation in _repeatable(rig):
        last = rig.length(operation) - 1
        case = rig.case(operation)
        case.call({last: Fault.REPLY_TIMEOUT})
        case.restart()
        case.station.clock.advance(3600.0)
        outcome = case.call()
        done = case.happened
        require(done == 1, f"{operation}: done {done} times over a restart")
        sure = outcome.certainty is Certainty.APPLIED
        require(sure, f"{operation}: after the restart {outcome}")
