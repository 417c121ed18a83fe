"""
Running the checks.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import time
from typing import TYPE_CHECKING

from pmkit.core.errors import InputError
from pmkit.hooks.manifest import API
from pmkit.hooks.proofs import digest_of
from pmkit.testing.conformance.registry import Check, all_checks, find_check
from pmkit.testing.conformance.results import (
    CheckResult,
    ConformanceRecord,
    Verdict,
    Waiver,
)
from pmkit.testing.conformance.rig import Rig
from pmkit.testing.conformance.verdicts import Failed, Inapplicable

if TYPE_CHECKING:
    from collections.abc import Collection

    from pmkit.testing.conformance.harness import Harness

_LONGEST = 1500


def check_plugin(
    harness: Harness,
    *,
    seed: int = 0,
    select: Collection[str] | None = None,
    today: dt.date | None = None,
) -> ConformanceRecord:
    """
    Test a plugin.

    Args:
        harness: What its author wrote.

        seed: What chance begins with; the same seed finds the same.

        select: The ids of the checks to run; all, if left out. A part proves no level.

        today: The day by which waivers count, UTC; the present one if left out.

    Returns:
        What came of each check, bound to the files that were tested.

    Raises:
        pmkit.InputError: If a selected or waived check does not exist.

    Examples:
        >>> from pmkit.testing.conformance.reference import MessengerHarness
        >>> record = check_plugin(MessengerHarness(), select=["PLG-MAN-002"])
        >>> record.results[0].verdict.value, record.level
        ('pass', None)
    """
    checks = all_checks()
    known = {check.id for check in checks}
    for name in (*(select or ()), *harness.waivers):
        if name not in known:
            find_check(name)
    now = dt.datetime.now(dt.UTC)
    lengths: dict[str, int] = {}
    results = tuple(
        run_check(check, harness, seed=seed, today=today or now.date(), lengths=lengths)
        for check in checks
        if select is None or check.id in select
    )
    name, version = _distribution(harness)
    return ConformanceRecord(
        plugin=harness.manifest.id,
        kind=harness.manifest.kind.value,
        distribution=name,
        version=version,
        digest=digest_of(harness.manifest),
        pmkit=_own_version(),
        api=".".join(map(str, API)),
        seed=seed,
        made_at=now,
        complete=select is None,
        results=results,
    )


def _distribution(harness: Harness) -> tuple[str, str]:
    """Tell which installed distribution announces a plugin: name and version."""
    announced = importlib.metadata.entry_points(
        group="pmkit.plugins.v1", name=harness.manifest.id
    )
    for point in announced:
        if point.dist is not None:
            return point.dist.name, point.dist.version
    return "", ""


def _own_version() -> str:
    return importlib.metadata.version("pmkit-sdk")


def run_check(
    check: Check,
    harness: Harness,
    *,
    seed: int = 0,
    today: dt.date | None = None,
    lengths: dict[str, int] | None = None,
) -> CheckResult:
    """
    Run one check.

    Args:
        check: The check.

        harness: What the author wrote.

        seed: What chance begins with.

        today: The day by which waivers count, UTC; the present one if left out.

        lengths: What the checks of one run share; nothing, if left out.

    Returns:
        What came of it.
    """
    begin = time.perf_counter()
    missing = check.missing(harness.manifest)
    verdict, detail = Verdict.NOT_APPLICABLE, missing
    if not missing:
        rig = Rig(harness, seed=seed, name=check.id, lengths=lengths)
        verdict, detail = _ran(check, rig)
    waiver = harness.waivers.get(check.id)
    day = today or dt.datetime.now(dt.UTC).date()
    if waiver is not None:
        verdict, detail = _waived(waiver, verdict, detail, day)
    failed = verdict is Verdict.FAIL
    return CheckResult(
        check=check.id,
        level=check.level,
        verdict=verdict,
        requirement=check.requirement,
        detail=detail[:_LONGEST],
        remedy=check.remedy if failed else "",
        link=check.link,
        replay=replay_of(check, harness, seed) if failed else "",
        expires=waiver.until if waiver and verdict is Verdict.WAIVED else None,
        seconds=time.perf_counter() - begin,
    )


def _ran(check: Check, rig: Rig) -> tuple[Verdict, str]:
    try:
        check.run(rig)
    except Inapplicable as reason:
        return Verdict.NOT_APPLICABLE, f"{reason}"
    except Failed as evidence:
        return Verdict.FAIL, f"{evidence}"
    except InputError as error:
        return Verdict.FAIL, f"the harness cannot: {error.message} {error.remedy}"
    except Exception as error:  # noqa: BLE001 - one broken harness must not hide the rest
        return Verdict.FAIL, f"the check broke off: {type(error).__name__}: {error}"
    return Verdict.PASS, ""


def _waived(
    waiver: Waiver, verdict: Verdict, detail: str, today: dt.date
) -> tuple[Verdict, str]:
    """Be strict: a waiver is for a failure, and for its time."""
    if verdict is not Verdict.FAIL:
        return Verdict.FAIL, f"it is waived ({waiver.reason}), and the check would pass"
    if today > waiver.until:
        text = f"the waiver ({waiver.reason}) ran out on {waiver.until}"
        return Verdict.FAIL, f"{text}; {detail}"
    return Verdict.WAIVED, f"{waiver.reason} Until {waiver.until}: {detail}"


def replay_of(check: Check, harness: Harness, seed: int) -> str:
    """
    Give the command that runs one check alone with the same seed.

    Args:
        check: The check.

        harness: What the author wrote.

        seed: The seed.
    """
    kind = type(harness)
    where = f"{kind.__module__}:{kind.__qualname__}"
    command = f"pmkit plugins check {harness.manifest.id} --harness {where}"
    return f"{command} --only {check.id} --seed {seed}"
