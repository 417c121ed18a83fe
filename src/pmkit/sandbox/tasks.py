"""
A task as the simulated agency keeps it, and what goes without saying about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core import ports
from pmkit.core.catalogue import CATALOGUE
from pmkit.core.visit import Check, CheckResult, Progress
from pmkit.sandbox.drawing import draw_sample

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.report import Finding, Sample

_FEWEST_DRAWN = 2


@attrs.mutable(kw_only=True)
class Task:
    """
    A task as the agency keeps it.

    Args:
        reference: The agency's number for it.

        request: What was booked.

        moves: The wishes for another time, oldest first.

        cancelled: Why it is over; empty while it is not.

        inspectors: Who goes, by visit.

        observations: What happened, oldest first.
    """

    reference: str
    request: ports.BookingRequest
    moves: list[ports.MoveRequest] = attrs.field(factory=list)
    cancelled: str = ""
    inspectors: dict[int, str] = attrs.field(factory=dict)
    observations: list[ports.AgencyObservation] = attrs.field(factory=list)


def all_made(request: ports.BookingRequest) -> tuple[Progress, ...]:
    """Say that every line of a task is made and packed."""
    return tuple(
        Progress(
            product=line.product,
            ordered=line.quantity,
            finished=line.quantity,
            packed=line.quantity,
        )
        for line in request.lines
    )


def all_conform(kind: str) -> tuple[Check, ...]:
    """Say that everything a kind of service looks at conforms."""
    known = CATALOGUE.kinds.get(kind)
    return tuple(
        Check(checkpoint=point, result=CheckResult.CONFORMS)
        for point in (known.checks if known else ())
    )


def drawn(request: ports.BookingRequest, findings: Iterable[Finding]) -> Sample | None:
    """Draw from all pieces, where the kind draws and there is something to draw."""
    known = CATALOGUE.kinds.get(request.kind)
    pieces = sum(line.quantity for line in request.lines)
    if known is None or not known.sampled or pieces < _FEWEST_DRAWN:
        return None
    return draw_sample(pieces, findings=findings)


def versions(task: Task, visit: int) -> int:
    """Count the reports of a visit so far."""
    return sum(
        isinstance(seen, ports.ReportReady) and seen.visit == visit
        for seen in task.observations
    )
