"""
What became of a call: a look-up says what the far side has, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.lookups import Absent, Found, Pending
from pmkit.core.ports import BookingReply
from pmkit.hooks.capabilities import LookUp
from pmkit.testing.conformance.faults import Fault
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Inapplicable, require

if TYPE_CHECKING:
    from pmkit.testing.conformance.case import Case
    from pmkit.testing.conformance.rig import Rig

_FIX = "Ask the far side for the operation id, and answer what it has under it."
_NO_ANSWER = (
    Fault.NO_CONNECTION,
    Fault.LOST_REQUEST,
    Fault.REPLY_CUT,
    Fault.ERROR_BEFORE,
    Fault.UNAVAILABLE_BEFORE,
    Fault.TOO_MANY,
    Fault.UNAUTHORIZED,
    Fault.UNPROCESSABLE,
    Fault.PORTAL,
    Fault.TRUNCATED_AFTER,
    Fault.EMPTY_AFTER,
    Fault.NULLS_AFTER,
    Fault.REDIRECT,
)


def _lost(rig: Rig) -> list[Case]:
    """Give one case for each operation that can be looked up; its reply is lost."""
    found = []
    for operation in rig.sound(mutates=True):
        case = rig.case(operation)
        if case.finds:
            last = rig.length(operation) - 1
            case.call({last: Fault.REPLY_TIMEOUT})
            found.append(case)
    if not found:
        reason = "No operation that works can be looked up by our name for it."
        raise Inapplicable(reason)
    return found


@check(
    "PLG-LOOK-001",
    Level.GOLD,
    "What the far side has is found, with the news that the lost reply had.",
    _FIX,
    needs="look-up",
)
def what_is_there(rig: Rig) -> None:
    """Lose the last reply of each operation, and look it up."""
    for case in _lost(rig):
        outcome = case.find()
        there = isinstance(outcome.answer, Found | Pending)
        require(there, f"{case.operation} was done, and find says {outcome}")
        if case.operation == "book" and isinstance(outcome.answer, Found):
            real = [x.reference for x in case.station.simulator.effects]
            said = [
                x.reference for x in outcome.answer.news if isinstance(x, BookingReply)
            ]
            require(said, "book was done, and find does not tell its number")
            known = not real[-1] or said[0] == real[-1]
            require(known, f"the far side says {real[-1]}, find says {said[0]}")


@check(
    "PLG-LOOK-002",
    Level.GOLD,
    "What the far side does not have is not found.",
    _FIX,
    needs="look-up",
)
def what_is_not_there(rig: Rig) -> None:
    """Lose the request, while the far side has others, and look it up."""
    for done in _lost(rig):
        case = rig.case(done.operation, number=2, station=done.station)
        last = rig.length(case.operation) - 1
        case.call({last: Fault.LOST_REQUEST})
        outcome = case.find()
        there = isinstance(outcome.answer, Found | Pending)
        require(not there, f"{case.operation} was not done, and find says {outcome}")
        can = rig.manifest.capabilities[case.operation]
        if can.look_up is LookUp.AUTHORITATIVE_ABSENCE:
            absent = isinstance(outcome.answer, Absent)
            require(absent, f"{case.operation} was not done, and find says {outcome}")


@check(
    "PLG-LOOK-003",
    Level.GOLD,
    "A look-up that gets no answer is an error, never an absence.",
    "Let errors pass: answer Absent only where the far side says so.",
    needs="look-up",
)
def no_answer(rig: Rig) -> None:
    """Let each fault happen to the look-up."""
    for case in _lost(rig):
        for fault in _NO_ANSWER:
            outcome = case.find({0: fault})
            absent = isinstance(outcome.answer, Absent)
            words = f"{case.operation} was done, the look-up meets {fault.value}"
            require(not absent, f"{words}, and find says that it is absent")


@check(
    "PLG-LOOK-004",
    Level.GOLD,
    "A look-up changes nothing.",
    "Read only; a look-up that repeats the call is a second call.",
    needs="look-up",
)
def only_reads(rig: Rig) -> None:
    """Look up what is there and what is not, and count what was done."""
    for case in _lost(rig):
        before = len(case.station.simulator.effects)
        case.find()
        other = rig.case(case.operation, number=2, station=case.station)
        before += len(case.station.simulator.effects) - before
        other.find()
        case.find()
        after = len(case.station.simulator.effects)
        require(after == before, f"find for {case.operation} did something")
        require(other.happened == 0, f"find did the {case.operation} itself")
