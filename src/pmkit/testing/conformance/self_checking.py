"""
The kit tests itself: each saboteur is noticed, and no reference plugin.
"""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import sys
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError
from pmkit.testing.conformance import reference
from pmkit.testing.conformance.registry import all_checks
from pmkit.testing.conformance.runner import check_plugin
from pmkit.testing.conformance.saboteurs.planting import saboteurs

if TYPE_CHECKING:
    from pmkit.testing.conformance.harness import Harness

#: The harnesses of the plugins that must pass every check.
REFERENCES: tuple[type[Harness], ...] = (
    reference.AgencyHarness,
    reference.CardHarness,
    reference.MessengerHarness,
)


@attrs.frozen(kw_only=True)
class Finding:
    """
    What the checks say of one plugin of the kit.

    Args:
        name: The saboteur, or the reference plugin.

        kind: What it is for.

        failed: The checks that failed.

        missed: Checks that should have failed and did not.

        unexpected: Checks that failed and should not have.
    """

    name: str
    kind: str
    failed: tuple[str, ...]
    missed: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the kit judged it right."""
        return not self.missed and not self.unexpected


@attrs.frozen(kw_only=True)
class SelfCheck:
    """
    What the kit says of itself.

    Args:
        findings: One for each reference plugin and each saboteur.

        idle: Checks that no saboteur is named for.
    """

    findings: tuple[Finding, ...]
    idle: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the kit can be believed."""
        return not self.idle and all(finding.ok for finding in self.findings)

    def table(self) -> str:
        """Give all findings as lines of text."""
        width = max((len(finding.name) for finding in self.findings), default=0)
        lines = []
        for one in self.findings:
            mark = "ok  " if one.ok else "FAIL"
            failed = ", ".join(one.failed) or "none"
            line = f"{mark} {one.kind:9} {one.name:{width}} {failed}"
            if one.missed:
                line += f"  MISSED: {', '.join(one.missed)}"
            if one.unexpected:
                line += f"  UNEXPECTED: {', '.join(one.unexpected)}"
            lines.append(line)
        if self.idle:
            lines.append(f"FAIL checks without a saboteur: {', '.join(self.idle)}")
        return "\n".join(lines)


def judge_saboteur(name: str, *, seed: int = 0) -> Finding:
    """
    Test one saboteur.

    Args:
        name: Its name.

        seed: What chance begins with.

    Raises:
        pmkit.InputError: If there is none of this name.
    """
    found = {one.name: one for one in saboteurs()}.get(name)
    if found is None:
        msg = f"There is no saboteur {name!r}."
        raise InputError(msg, field="name", remedy="Name one of saboteurs().")
    failed = _failed(found.harness, seed)
    return Finding(
        name=name,
        kind=found.kind,
        failed=failed,
        missed=tuple(x for x in found.must if x not in failed),
        unexpected=tuple(x for x in failed if x not in (*found.must, *found.may)),
    )


def judge_reference(number: int, *, seed: int = 0) -> Finding:
    """
    Test one reference plugin.

    Args:
        number: Its place in `REFERENCES`.

        seed: What chance begins with.
    """
    harness = REFERENCES[number]
    failed = _failed(harness, seed)
    manifest = harness.manifest
    return Finding(
        name=manifest.id, kind=manifest.kind.value, failed=failed, unexpected=failed
    )


def _failed(harness: type[Harness], seed: int) -> tuple[str, ...]:
    return tuple(x.check for x in check_plugin(harness(), seed=seed).failures)


def idle_checks() -> tuple[str, ...]:
    """Name the checks that no saboteur is named for."""
    named = {check for one in saboteurs() for check in one.must}
    return tuple(check.id for check in all_checks() if check.id not in named)


def self_check(*, seed: int = 0, processes: int = 2, quiet: bool = False) -> SelfCheck:
    """
    Prove that the checks check.

    Args:
        seed: What chance begins with.

        processes: How many processes share the work.

        quiet: Whether no table is printed.

    Returns:
        What was found; `SelfCheck.ok` tells whether all is well.
    """
    names = [one.name for one in saboteurs()]
    jobs: list[str | int] = [*range(len(REFERENCES)), *names]
    if processes > 1:
        # A fork of a process with threads can hang; a new one cannot.
        fresh = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(processes, fresh) as pool:
            findings = tuple(pool.map(_judge, jobs, [seed] * len(jobs)))
    else:
        findings = tuple(_judge(job, seed) for job in jobs)
    found = SelfCheck(findings=findings, idle=idle_checks())
    if not quiet:
        sys.stdout.write(f"{found.table()}\n")
    return found


def _judge(job: str | int, seed: int) -> Finding:
    if isinstance(job, int):
        return judge_reference(job, seed=seed)
    return judge_saboteur(job, seed=seed)
