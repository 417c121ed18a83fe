"""
What happens to a report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import NotYetError
from pmkit.core.events.base import VisitEvent
from pmkit.core.evolving import evolve
from pmkit.core.report import BuyerDecision, Report, ReportVersion

if TYPE_CHECKING:
    from pmkit.core.visit import Visit


@attrs.frozen(kw_only=True)
class ReportUploaded(VisitEvent):
    """The agency uploaded a version of the report."""

    version: ReportVersion

    def turn(self, visit: Visit) -> Visit:
        """Put it beside the earlier versions."""
        if visit.report is None:
            return evolve(visit, report=Report(versions=(self.version,)))
        report = evolve(visit.report, versions=(*visit.report.versions, self.version))
        return evolve(visit, report=report)


def _report(visit: Visit) -> Report:
    if visit.report is None:
        msg = f"Visit {visit.number} has no report yet."
        raise NotYetError(msg)
    return visit.report


@attrs.frozen(kw_only=True)
class ReportDecided(VisitEvent):
    """The buyer decided what to make of the report."""

    decision: BuyerDecision

    def turn(self, visit: Visit) -> Visit:
        """Put it beside the earlier decisions."""
        report = _report(visit)
        decided = evolve(report, decisions=(*report.decisions, self.decision))
        return evolve(visit, report=decided)


@attrs.frozen(kw_only=True)
class ReportReleased(VisitEvent):
    """The buyer let the supplier see the report."""

    def turn(self, visit: Visit) -> Visit:
        """Note when, and how many versions there were."""
        report = _report(visit)
        released = evolve(report, released_at=self.at, released=len(report.versions))
        return evolve(visit, report=released)


@attrs.frozen(kw_only=True)
class ReportOverdue(VisitEvent):
    """The report is late; everybody who waits for it can see that."""

    def turn(self, visit: Visit) -> Visit:
        """Note that it was said."""
        return evolve(visit, overdue_noted=True)
