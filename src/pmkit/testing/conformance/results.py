"""
What a run of the kit gives: a verdict for each check, and a level.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import attrs

from pmkit.core.checked import filled
from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date


class Level(enum.StrEnum):
    """How far a plugin is proven; each level includes the ones before it."""

    #: It loads, does what it declares, and reads answers right.
    BRONZE = "bronze"
    #: Its errors are honest, its secrets stay, its webhooks cannot be forged.
    SILVER = "silver"
    #: It acts at most once under every fault, and the core can recover with it.
    GOLD = "gold"
    #: Gold, and the same against a live sandbox in the last 90 days. No run of this
    #: kit claims it: it has no live sandbox.
    PLATINUM = "platinum"


#: The levels that a run can reach, lowest first.
REACHABLE = (Level.BRONZE, Level.SILVER, Level.GOLD)


class Verdict(enum.StrEnum):
    """What came of one check."""

    PASS = "pass"  # noqa: S105 - the word of test reports, no password
    FAIL = "fail"
    #: The plugin does not do what this is about, and says so.
    NOT_APPLICABLE = "not-applicable"
    #: It fails, and the author says why and until when.
    WAIVED = "waived"


def _a_day(_: object, attribute: Any, value: dt.date) -> None:
    plain_date(value, field=attribute.name)


@attrs.frozen(kw_only=True)
class Waiver:
    """
    A failure that the author knows of.

    It makes a run green, and never a level higher. Strict: a waived check that
    passes is a failure, and so is a waiver that has run out.

    Args:
        reason: Why it fails, for who reads the record.

        until: The last day on which it counts, in UTC.

    Raises:
        pmkit.InputError: If there is no reason, or *until* is no date.
    """

    reason: str = attrs.field(validator=filled)
    until: dt.date = attrs.field(validator=_a_day)


@attrs.frozen(kw_only=True)
class CheckResult:
    """
    What came of one check.

    Args:
        check: Its id, such as ``PLG-IDEM-002``.

        level: The level that it belongs to.

        verdict: What came of it.

        requirement: What is required, in one line.

        detail: The evidence of a failure, or why it does not apply or is waived.

        remedy: What to do about a failure.

        link: Its page.

        replay: The command that runs this check alone with the same seed.

        expires: Until when it is waived.

        seconds: How long it took.
    """

    check: str
    level: Level
    verdict: Verdict
    requirement: str
    detail: str = ""
    remedy: str = ""
    link: str = ""
    replay: str = ""
    expires: dt.date | None = None
    seconds: float = 0.0

    def report(self) -> str:
        """Tell all about a failure: requirement, evidence, remedy, replay."""
        return "\n".join(
            (
                f"{self.check} ({self.level.value}): {self.verdict.value}",
                f"  required: {self.requirement}",
                f"  evidence: {self.detail}",
                f"  remedy:   {self.remedy}",
                f"  page:     {self.link}",
                f"  replay:   {self.replay}",
            )
        )


@attrs.frozen(kw_only=True)
class ConformanceRecord:
    """
    What came of a run, bound to what was tested.

    Args:
        plugin: The plugin's id.

        kind: What it is for.

        distribution: The distribution that it came in; empty if it is not installed.

        version: The version of that distribution.

        digest: The SHA-256 over the files that were tested.

        pmkit: The version of pmkit.

        api: The version of the contract between pmkit and plugins.

        seed: What chance began with.

        made_at: When it ran, UTC.

        complete: Whether all checks ran; a part of them proves no level.

        results: One for each check.
    """

    plugin: str
    kind: str
    distribution: str
    version: str
    digest: str
    pmkit: str
    api: str
    seed: int
    made_at: dt.datetime
    complete: bool
    results: tuple[CheckResult, ...]

    @property
    def level(self) -> Level | None:
        """The highest level of which no check failed or is waived, or none."""
        reached = None
        for level in REACHABLE if self.complete else ():
            open_ones = (Verdict.FAIL, Verdict.WAIVED)
            own = [x for x in self.results if x.level is level]
            if any(x.verdict in open_ones for x in own):
                break
            reached = level
        return reached

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that failed."""
        return tuple(x for x in self.results if x.verdict is Verdict.FAIL)

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return not self.failures

    def result(self, check: str) -> CheckResult:
        """
        Find what came of one check.

        Args:
            check: Its id.

        Raises:
            pmkit.InputError: If it did not run.
        """
        for result in self.results:
            if result.check == check:
                return result
        msg = f"The check {check!r} did not run."
        raise InputError(msg, field="check", remedy="Name one that was selected.")
