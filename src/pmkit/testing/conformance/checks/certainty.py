"""
What a plugin says of a call that went wrong is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.certainty import Certainty
from pmkit.testing.conformance.faults import (
    LOST_REPLY,
    NOT_DELIVERED,
    SERVER_ERRORS,
    Fault,
)
from pmkit.testing.conformance.outcome import lie
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.testing.conformance.rig import Rig


def honest(rig: Rig, faults: Iterable[Fault]) -> None:
    """
    Let each fault happen at each request of each mutation, and compare.

    Args:
        rig: The rig.

        faults: The faults.
    """
    for case, plan, words in rig.faulted(faults):
        wrong = lie(case.call(plan), case.happened)
        require(not wrong, f"{words}: {wrong}")


@check(
    "PLG-ERR-001",
    Level.SILVER,
    "Where no connection comes about, the call did not succeed and nothing is claimed.",
    "Let the error of the host pass; do not catch it to answer something.",
)
def not_delivered(rig: Rig) -> None:
    """Refuse the connection at each request."""
    for case, plan, words in rig.faulted(NOT_DELIVERED, mutates=None):
        outcome = case.call(plan)
        # What only reads may be asked again.
        silent = case.requests == max(plan) + 1
        told = outcome.error is not None or (not silent and not case.spec.mutates)
        require(told, f"{words}: it answers {outcome}")
        wrong = lie(outcome, case.happened) if case.spec.mutates else ""
        require(not wrong, f"{words}: {wrong}")


@check(
    "PLG-ERR-002",
    Level.SILVER,
    "After a lost reply nobody knows: neither success nor refusal is claimed.",
    "Let the error of the host pass: it says UNKNOWN, and the core looks it up.",
)
def lost_reply(rig: Rig) -> None:
    """Lose the request, or the reply to something that happened."""
    honest(rig, (Fault.LOST_REQUEST, *LOST_REPLY))


@check(
    "PLG-ERR-003",
    Level.SILVER,
    "After a 5xx nobody knows: neither success nor refusal is claimed.",
    "Let the error of the host pass, or look at the far side before you claim more.",
)
def server_error(rig: Rig) -> None:
    """Fail with 500, 502 and 503, before and after the effect."""
    honest(rig, SERVER_ERRORS)


@check(
    "PLG-ERR-004",
    Level.SILVER,
    "After 408 or 409 nobody knows, unless the far side shows what it has.",
    "Let the error of the host pass; a 409 is a success only with evidence.",
)
def ambiguous(rig: Rig) -> None:
    """Answer 408 after the effect, and 409 before and after it."""
    honest(
        rig,
        (Fault.TIMEOUT_STATUS_AFTER, Fault.CONFLICT_BEFORE, Fault.CONFLICT_AFTER),
    )


@check(
    "PLG-ERR-005",
    Level.SILVER,
    "A far side that is too busy to look is asked again with the same key, later.",
    "Let the error of the host pass: it has the wait that Retry-After asks for.",
)
def too_busy(rig: Rig) -> None:
    """Answer 425 and 429 to each request."""
    for case, plan, words in rig.faulted((Fault.TOO_EARLY, Fault.TOO_MANY)):
        outcome = case.call(plan)
        wrong = lie(outcome, case.happened)
        require(not wrong, f"{words}: {wrong}")
        given_up = outcome.certainty is Certainty.REJECTED
        require(not given_up, f"{words}: it gives up: {outcome}")
        error = outcome.error
        waits = error is None or error.after is not None
        require(waits, f"{words}: the wait that was asked for is lost")
