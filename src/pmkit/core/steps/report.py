"""
Step 4 of the road: the agency's report, the buyer's decision, the end.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from pmkit.core.catalogue import ServiceKind, require_kind
from pmkit.core.clauses import review_until
from pmkit.core.errors import InputError, NotYetError, OutOfOrderError
from pmkit.core.events import Event, Outcome, happened, then
from pmkit.core.events.reporting import ReportDecided, ReportReleased, ReportUploaded
from pmkit.core.events.reviewing import ServiceClosed
from pmkit.core.moments import to_utc
from pmkit.core.report import (
    BuyerDecision,
    Decision,
    DefectClass,
    Evidence,
    Finding,
    Report,
    ReportVersion,
    Sample,
    Verdict,
    hashes,
    verdict_of,
)
from pmkit.core.roles import Action, require_on_service
from pmkit.core.rules.sight import reports_seen_by
from pmkit.core.visit import VISIT_OVER, Visit, VisitState, require_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.service import Service

__all__ = [
    "close_service",
    "decide_report",
    "release_report",
    "reports_seen_by",
    "upload_report",
]


def upload_report(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    verdict: Verdict,
    sample: Sample | None,
    findings: tuple[Finding, ...],
    evidence: tuple[Evidence, ...],
    summary: str,
    kind: ServiceKind,
    delivered_at: dt.datetime | None = None,
) -> Outcome:
    """
    Upload a version of the report; earlier ones stay as they are.

    The version that the agency delivered last holds, in whatever order they are heard.

    A rejected sample makes the verdict FAIL, whatever the agency claims.
    https://www.intouch-quality.com/blog/product-inspection-pending-result

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit that is over.

        actor: The agency; nobody else.

        at: When, in any zone.

        verdict: What the agency says; NOT_PERFORMED for a visit that was missed
            or broken off, and only for one.

        sample: What was drawn; needed where the kind draws goods.

        findings: What was found; in each class as many as the sample says.

        evidence: The photos and files, by the hash of their content.

        summary: The report in a few sentences.

        kind: The service's kind, from the catalogue.

        delivered_at: When the agency delivered it, in any zone; believed if it is not
            before the end of the visit and not after *at*, which counts otherwise.

    Raises:
        pmkit.InputError: If the sample is missing or does not agree with the
            findings, or a finding names evidence that is not there.

        pmkit.OutOfOrderError: If the visit is not over, or the verdict is none
            for such a visit.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.UPLOAD_REPORT)
    found = service.visit(visit)
    require_state(found, VisitState.COMPLETED, VisitState.MISSED, VisitState.ABORTED)
    require_kind(kind, service.kind)
    _check_verdict(found, verdict)
    _check_sample(verdict, sample, kind)
    _check_findings(findings, evidence, sample)
    version = ReportVersion(
        number=len(found.report.versions) + 1 if found.report else 1,
        uploaded_at=_delivered(found, delivered_at, at),
        by=actor,
        claimed=verdict,
        verdict=verdict_of(verdict, sample),
        sample=sample,
        findings=tuple(findings),
        evidence=tuple(evidence),
        summary=summary,
    )
    return happened(
        order,
        ReportUploaded(
            at=at, by=actor, service_id=service_id, visit=visit, version=version
        ),
    )


def decide_report(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    decision: Decision,
    note: str = "",
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Decide what to make of the version that holds; the last decision closes.

    The verdict is the agency's and stays what it is.  The service is closed once
    every visit is over and every completed one decided on.

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit with a report.

        actor: The buyer or the buyer's approver; nobody else.

        at: When, in any zone.

        decision: What the buyer makes of it.

        note: Why, in words.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.NotYetError: If the visit has no report.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.RefusedError: If the service is closed, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.DECIDE_REPORT)
    report = _report(service.visit(visit))
    made = BuyerDecision(
        decision=decision, version=report.latest.number, at=at, by=actor, note=note
    )
    decided = happened(
        order,
        ReportDecided(
            at=at, by=actor, service_id=service_id, visit=visit, decision=made
        ),
    )

    def close(after: Order) -> tuple[Event, ...]:
        done = _all_decided(after.service(service_id))
        return (_closed(after, service_id, actor, at, calendar),) if done else ()

    return then(decided, close)


def release_report(
    order: Order, *, service_id: str, visit: int, actor: Actor, at: dt.datetime
) -> Outcome:
    """
    Let the supplier see the versions that there are.

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit with a report.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

    Raises:
        pmkit.NotYetError: If the visit has no report.

        pmkit.OutOfOrderError: If the supplier may see every version already.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.RELEASE_REPORT)
    report = _report(service.visit(visit))
    if report.released == len(report.versions):
        msg = "The supplier may see every version already."
        raise OutOfOrderError(msg, allowed="Possible after a further upload.")
    return happened(
        order, ReportReleased(at=at, by=actor, service_id=service_id, visit=visit)
    )


def close_service(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Close a service whose reports are there, although the buyer has not decided.

    Args:
        order: The order.

        service_id: A service whose visits all have their report.

        actor: The operator or the system.

        at: When, in any zone.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.RefusedError: If a report is missing, or the role may not.
    """
    at = to_utc(at)
    require_on_service(order, service_id, actor, Action.CLOSE_SERVICE)
    return happened(order, _closed(order, service_id, actor, at, calendar))


def _delivered(visit: Visit, said: dt.datetime | None, at: dt.datetime) -> dt.datetime:
    """Believe the agency's own instant, if it is possible."""
    if said is None:
        return at
    said = to_utc(said, field="delivered_at")
    return said if (visit.ended_at or said) <= said <= at else at


def _report(visit: Visit) -> Report:
    if visit.report is None:
        msg = f"Visit {visit.number} has no report yet."
        raise NotYetError(msg, allowed="Possible once the agency has uploaded it.")
    return visit.report


def _all_decided(service: Service) -> bool:
    """Whether nothing of the service is left to wait for."""
    return all(
        visit.state in VISIT_OVER
        and (
            visit.state is not VisitState.COMPLETED
            or (visit.report is not None and visit.report.decided)
        )
        for visit in service.visits
    )


def _closed(
    order: Order,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    calendar: WorkingCalendar,
) -> ServiceClosed:
    until = review_until(at, zone=calendar.zone, days=order.terms.review_days)
    return ServiceClosed(at=at, by=actor, service_id=service_id, review_until=until)


def _check_verdict(visit: Visit, verdict: Verdict) -> None:
    """A visit that took place has a verdict on the goods; another has none."""
    performed = visit.state is VisitState.COMPLETED
    if performed and verdict is Verdict.NOT_PERFORMED:
        msg = f"Visit {visit.number} was completed."
        raise OutOfOrderError(msg, allowed="Give a verdict on the goods.")
    if not performed and verdict is not Verdict.NOT_PERFORMED:
        msg = f"Visit {visit.number} is {visit.state.value}: nothing to judge by."
        raise OutOfOrderError(msg, allowed="Possible: the verdict not-performed.")


def _check_sample(verdict: Verdict, sample: Sample | None, kind: ServiceKind) -> None:
    if verdict is Verdict.NOT_PERFORMED:
        if sample is not None:
            msg = "A check that was not performed has no sample."
            raise InputError(msg, field="sample", remedy="Leave it out.")
        return
    if sample is None:
        if kind.sampled:
            msg = f"A report on a {kind.code} needs its sample."
            raise InputError(msg, field="sample", remedy="Say what was drawn.")
        return
    classes = [result.defect_class for result in sample.classes]
    if not classes or len(classes) != len(set(classes)):
        msg = "A sample has one result for each class of defects it was drawn for."
        raise InputError(msg, field="sample", remedy="Give each class once.")


def _check_findings(
    findings: Iterable[Finding], evidence: Iterable[Evidence], sample: Sample | None
) -> None:
    """Ask that what is shown is there, and that defects add up."""
    there = hashes(evidence)
    counted: collections.Counter[DefectClass] = collections.Counter()
    for finding in findings:
        counted[finding.defect_class] += finding.count
        for shown in finding.evidence:
            if shown not in there:
                msg = f"{shown!r} is not among the evidence."
                raise InputError(msg, field="findings", remedy="Add the file.")
    if sample is None:
        return
    said = {result.defect_class: result.found for result in sample.classes}
    for defect_class in DefectClass:
        drawn, shown_as = said.get(defect_class, 0), counted[defect_class]
        if drawn != shown_as:
            msg = f"{drawn} {defect_class.value} defects drawn, {shown_as} described."
            raise InputError(msg, field="findings", remedy="Count again.")
