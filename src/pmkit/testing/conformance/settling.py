"""
Going on after a call as the core does, by the core's own rules of recovery.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectState
from pmkit.core.lookups import Absent, Found, Pending
from pmkit.effects.recovery import (
    Ask,
    Park,
    Resend,
    Send,
    Standing,
    Step,
    Wait,
    after_absence,
    next_step,
)

if TYPE_CHECKING:
    from pmkit.testing.conformance.case import Case
    from pmkit.testing.conformance.outcome import Outcome

#: How many steps of the core a check waits for.
MOST = 12
_PAUSE = dt.timedelta(seconds=70)
_STATES = {
    Certainty.APPLIED: EffectState.SUCCEEDED,
    Certainty.REJECTED: EffectState.REJECTED,
    Certainty.NOT_SENT: EffectState.RESERVED,
    Certainty.UNKNOWN: EffectState.UNKNOWN,
}


class Settling:
    """
    One call on its way to an end.

    Args:
        case: The operation.

        outcome: What its first call came to.
    """

    def __init__(self, case: Case, outcome: Outcome) -> None:
        self._case = case
        capabilities = case.station.harness.manifest.capabilities
        self._capability = capabilities[case.operation]
        self._finds = capabilities["find"].support.usable and case.can_be_named
        now = case.station.clock.now()
        self._standing = Standing(
            state=_STATES[outcome.certainty],
            first_sent_at=now,
            changed_at=now,
            reference=f"{case.given.get('reference', '')}",
        )

    def end(self) -> str:
        """
        Go on until there is nothing left to do.

        Returns:
            ``"done"``, ``"rejected"``, or ``"parked"`` where a person has to look.
        """
        for _ in range(MOST):
            if self._standing.state is EffectState.SUCCEEDED:
                return "done"
            if self._standing.state is EffectState.REJECTED:
                return "rejected"
            step = self._next()
            if isinstance(step, Park):
                return "parked"
            self._take(step)
        return "parked"

    def _next(self) -> Step:
        return next_step(
            self._standing,
            self._capability,
            can_find=self._finds,
            now=self._case.station.clock.now(),
        )

    def _take(self, step: Step) -> None:
        if isinstance(step, Ask):
            step = self._asked()
        if isinstance(step, Send | Resend):
            self._become(_STATES[self._case.call().certainty])
        elif isinstance(step, Wait):
            self._case.station.clock.advance(_PAUSE.total_seconds())
        elif isinstance(step, Park):
            self._standing = attrs.evolve(self._standing, parked=step.reason)

    def _asked(self) -> Step:
        """Ask what became of it; no answer is asked for again later."""
        found = self._case.find().answer
        if isinstance(found, Found | Pending):
            self._become(EffectState.SUCCEEDED)
            return Wait()
        if isinstance(found, Absent):
            now = self._case.station.clock.now()
            return after_absence(self._standing, self._capability, now=now)
        return Wait()

    def _become(self, state: EffectState) -> None:
        now = self._case.station.clock.now()
        self._standing = attrs.evolve(self._standing, state=state, changed_at=now)
