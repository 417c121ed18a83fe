"""
After any sequence of calls and faults, the core and the far side agree.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pmkit.testing.conformance.case import Case
from pmkit.testing.conformance.faults import (
    LOST_REPLY,
    NOT_DELIVERED,
    SERVER_ERRORS,
    Fault,
    Planned,
)
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig

#: How many sequences a run tries, and how long each is.
SEQUENCES = 6
STEPS = 14
_FAULTS: tuple[Fault, ...] = (
    *LOST_REPLY,
    *NOT_DELIVERED,
    *SERVER_ERRORS,
    Fault.LOST_REQUEST,
    Fault.TOO_MANY,
    Fault.TIMEOUT_STATUS_AFTER,
    Fault.HTML_AFTER,
    Fault.TRUNCATED_AFTER,
)


class _Core:
    """What the core believes, and what the far side did."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._station = rig.station()
        self._operations = rig.sound(mutates=True)
        self._believed: Counter[tuple[str, str]] = Counter()
        self._open: set[tuple[str, str]] = set()
        self._order = 0
        self.story: list[str] = []

    def step(self) -> None:
        """Make one more call, perhaps with faults, and settle it."""
        operation = self._rig.random.choice(self._operations)
        self._order += 1
        case = Case(self._station, operation, number=self._order)
        self._note_prepared(case)
        plan = self._plan(operation)
        words = ", ".join(f"{at + 1}: {fault}" for at, fault in plan.items())
        end = case.settle(case.call(plan))
        self._station = case.station
        self.story.append(f"{operation} {case.subject} [{words or 'well'}]: {end}")
        meaning = (operation, case.subject)
        if end == "parked":
            self._open.add(meaning)
        self._believed[meaning] += end == "done"
        self._station.clock.advance(600.0)

    def _note_prepared(self, case: Case) -> None:
        for effect in case.station.simulator.effects:
            if effect.meaning not in self._believed and effect.kind != case.operation:
                self._believed[effect.meaning] = 1

    def _plan(self, operation: str) -> dict[int, Planned]:
        chance = self._rig.random
        return {
            index: chance.choice(_FAULTS)
            for index in range(self._rig.length(operation) + 2)
            if chance.random() < 0.5  # noqa: PLR2004 - every second request
        }

    def difference(self) -> str:
        """Compare both ledgers; empty if they agree."""
        done = Counter(x.meaning for x in self._station.simulator.effects)
        for meaning in sorted({*done, *self._believed}):
            kind, subject = meaning
            if meaning in self._open and done[meaning] <= 1:
                continue
            if done[meaning] != self._believed[meaning]:
                return (
                    f"{kind} {subject}: the far side did it {done[meaning]} times, "
                    f"the core believes {self._believed[meaning]}"
                )
        return ""


@check(
    "PLG-LEDG-001",
    Level.GOLD,
    "After any calls and faults the far side did exactly what the core believes.",
    "Replay it with the seed, and look at the step that the evidence names last.",
)
def agrees(rig: Rig) -> None:
    """Make random calls with random faults, settle each, compare after each."""
    for _ in range(SEQUENCES):
        core = _Core(rig)
        for _ in range(STEPS):
            core.step()
            wrong = core.difference()
            require(not wrong, f"{wrong}; after: {'; '.join(core.story[-3:])}")
