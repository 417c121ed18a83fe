"""
The sample of a report, with its numbers from the tables of ISO 2859-1.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from pmkit.core.report import ClassResult, DefectClass, Finding, Sample
from pmkit.facts.aql import sampling_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The limits of an ordinary consumer product: no critical defect at all.
USUAL_AQL: Mapping[DefectClass, str] = MappingProxyType(
    {DefectClass.CRITICAL: "0", DefectClass.MAJOR: "2.5", DefectClass.MINOR: "4.0"}
)


def draw_sample(
    lot_size: int,
    *,
    findings: Iterable[Finding] = (),
    level: str = "II",
    aql: Mapping[DefectClass, str] = USUAL_AQL,
) -> Sample:
    """
    Draw a sample and judge what was found in it.

    In a small lot arrows can lead two limits to different sample sizes.  Then the
    largest is drawn, and each class keeps its own numbers: on a larger sample they
    are stricter, never looser.

    Args:
        lot_size: Units in the lot, at least 2.

        findings: What the inspector found.

        level: The inspection level.

        aql: The limit of each class; ``"0"`` lets one defect reject the lot.

    Returns:
        The sample with one result for each class.

    Raises:
        pmkit.SamplingError: If there is no plan for the lot, the level or a limit.

    Examples:
        >>> scratch = Finding(
        ...     defect_class=DefectClass.MINOR, description="Scratch", count=3
        ... )
        >>> sample = draw_sample(5000, findings=[scratch])
        >>> sample.code_letter, sample.sample_size
        ('L', 200)
        >>> [(c.found, c.acceptance_number) for c in sample.classes]
        [(0, 0), (0, 10), (3, 14)]
    """
    found: Counter[DefectClass] = Counter()
    for finding in findings:
        found[finding.defect_class] += finding.count
    plans = {
        defect_class: sampling_plan(lot_size=lot_size, aql=limit, level=level)
        for defect_class, limit in aql.items()
        if limit != "0"
    }
    results = tuple(
        ClassResult(
            defect_class=defect_class,
            aql=limit,
            found=found[defect_class],
            acceptance_number=plan.acceptance_number if plan else 0,
            rejection_number=plan.rejection_number if plan else 1,
        )
        for defect_class, limit in aql.items()
        for plan in [plans.get(defect_class)]
    )
    first = next(iter(plans.values()))
    return Sample(
        lot_size=lot_size,
        level=level,
        code_letter=first.code_letter,
        sample_size=max(plan.sample_size for plan in plans.values()),
        classes=results,
    )
