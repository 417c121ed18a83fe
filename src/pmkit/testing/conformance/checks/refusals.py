"""
A far side that says no, or leads away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import AuthFailedError
from pmkit.testing.conformance.faults import TRAP, Fault
from pmkit.testing.conformance.outcome import lie
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig


@check(
    "PLG-ERR-006",
    Level.SILVER,
    "What the far side refuses is not done, and the plugin says so.",
    "Let the error of the host pass, or raise a more exact one with REJECTED.",
)
def refused(rig: Rig) -> None:
    """Answer 422 to each request."""
    for case, plan, words in rig.faulted((Fault.UNPROCESSABLE,), mutates=None):
        outcome = case.call(plan)
        require(outcome.error is not None, f"{words}: it answers {outcome}")
        require(not outcome.faulty, f"{words}: {outcome}")
        if case.spec.mutates and 0 in plan:
            said = outcome.certainty
            certain = said in (Certainty.REJECTED, Certainty.NOT_SENT)
            require(certain, f"{words}: it does not know: {outcome}")
        wrong = lie(outcome, case.happened) if case.spec.mutates else ""
        require(not wrong, f"{words}: {wrong}")


@check(
    "PLG-ERR-007",
    Level.SILVER,
    "Refused credentials are told as that, for who configured them.",
    "Let the error of the host pass, or raise AuthFailedError.",
)
def unauthorized(rig: Rig) -> None:
    """Answer 401 to the first request of each operation."""
    for case, plan, words in rig.faulted((Fault.UNAUTHORIZED,), mutates=None):
        if 0 not in plan:
            continue
        outcome = case.call(plan)
        told = isinstance(outcome.error, AuthFailedError)
        require(told, f"{words}: it says {outcome}")


@check(
    "PLG-ERR-008",
    Level.SILVER,
    "A redirect is not followed, and is no success.",
    "Call the right address; never read Location.",
)
def not_led_away(rig: Rig) -> None:
    """Lead each request to another host."""
    # The trap is a host that may be called: only so it is seen who goes there.
    led = rig.faulted((Fault.REDIRECT,), mutates=None, hosts=(TRAP,))
    for case, plan, words in led:
        outcome = case.call(plan)
        tried = [x for x in case.station.wire.sent if x.url.host == TRAP]
        require(not tried, f"{words}: it goes where it is led")
        require(outcome.error is not None, f"{words}: it answers {outcome}")
        wrong = lie(outcome, case.happened) if case.spec.mutates else ""
        require(not wrong, f"{words}: {wrong}")
