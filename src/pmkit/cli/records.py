"""
What ``--json`` prints of an order: plain values under stable names.

Instants are ISO 8601 in UTC with Z, days are ISO dates, money is a text with its
currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.shell.wire import encode, instant_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.deadlines import Deadline
    from pmkit.core.payment import Payment
    from pmkit.core.report import Report, Sample
    from pmkit.core.review import Review
    from pmkit.core.rules.next_step import NextStep
    from pmkit.core.status import Due, OrderStatus, ServiceStatus
    from pmkit.core.visit import Visit
    from pmkit.shell.desk.asked import TimelineEntry


def timeline_records(entries: Iterable[TimelineEntry]) -> list[dict[str, Any]]:
    """Write a history, oldest first."""
    return [
        {"seq": e.seq, "at": instant_text(e.at), "event": e.event, "by": e.by}
        for e in entries
    ]


def deadline_record(due: Deadline) -> dict[str, Any]:
    """Write a due moment with what it was counted from."""
    return {
        "clause": due.clause,
        "at": instant_text(due.at),
        "last_day": due.last_day.isoformat(),
        "counted": [day.isoformat() for day in due.counted],
        "convention": None if due.convention is None else due.convention.value,
        "calendar": due.calendar,
        "zone": due.zone,
        "provisional": due.provisional,
        "explanation": str(due.explain()),
    }


def due_record(due: Due) -> dict[str, Any]:
    """Write a due moment with what has to happen until then."""
    return {"what": due.what, **deadline_record(due.deadline)}


def payment_record(payment: Payment) -> dict[str, Any]:
    """Write a payment: what was due, what came, and why not more."""
    return {
        "id": payment.id,
        "purpose": payment.purpose.value,
        "method": payment.method,
        "amount": encode(payment.amount),
        "received": encode(payment.counted),
        "state": payment.state.value,
        "reason": payment.reason,
        "created_at": instant_text(payment.created_at),
        "received_at": _instant(payment.received_at),
    }


def report_record(report: Report) -> dict[str, Any]:
    """Write a report: the verdict that holds, every version, the sample."""
    latest = report.latest
    return {
        "verdict": latest.verdict.value,
        "versions": [
            {
                "number": version.number,
                "uploaded_at": instant_text(version.uploaded_at),
                "by": str(version.by),
                "verdict": version.verdict.value,
                "photos": len(version.evidence),
            }
            for version in report.versions
        ],
        "sample": None if latest.sample is None else sample_record(latest.sample),
        "findings": [
            {
                "defect_class": finding.defect_class.value,
                "description": finding.description,
                "count": finding.count,
            }
            for finding in latest.findings
        ],
        "evidence": [
            {
                "sha256": shown.sha256,
                "media_type": shown.media_type,
                "caption": shown.caption,
                "size": shown.size,
            }
            for shown in latest.evidence
        ],
        "summary": latest.summary,
        "decision": report.decisions[-1].decision.value if report.decisions else None,
        "released_at": _instant(report.released_at),
    }


def sample_record(sample: Sample) -> dict[str, Any]:
    """Write a sample: what was drawn from how many, and what was found."""
    return {
        "lot_size": sample.lot_size,
        "level": sample.level,
        "code_letter": sample.code_letter,
        "sample_size": sample.sample_size,
        "classes": [
            {
                "defect_class": result.defect_class.value,
                "aql": result.aql,
                "found": result.found,
                "acceptance_number": result.acceptance_number,
                "rejection_number": result.rejection_number,
            }
            for result in sample.classes
        ],
    }


def review_record(review: Review) -> dict[str, Any]:
    """Write a review: the opinion that holds, the first one, the agency's reply."""
    reply, standing = review.reply, review.standing
    return {
        "rating": standing.rating,
        "text": standing.text,
        "at": instant_text(review.first.at),
        "revised_at": None if review.revised is None else _instant(review.revised.at),
        "reply": (
            None
            if reply is None
            else {"text": reply.text, "at": instant_text(reply.at)}
        ),
    }


def status_record(status: OrderStatus) -> dict[str, Any]:
    """Write the status section of an order as one role sees it."""
    return {
        "order": status.order_id,
        "stage": status.stage,
        "ship_day": None if status.ship_day is None else status.ship_day.isoformat(),
        "services": [_service(section) for section in status.services],
    }


def _service(section: ServiceStatus) -> dict[str, Any]:
    return {
        "service": section.service_id,
        "kind": section.kind,
        "provider": section.provider,
        "stage": section.stage.value,
        "next": _next(section.next),
        "price": None if section.price is None else encode(section.price),
        "warning": section.warning,
        "payments": [
            {
                "id": payment.payment_id,
                "method": payment.method,
                "amount": encode(payment.amount),
                "received": encode(payment.received),
                "state": payment.state,
                "reason": payment.reason,
                "expected_by": _instant(payment.expected_by),
            }
            for payment in section.payments
        ],
        "refunds": [
            {
                "id": refund.id,
                "amount": encode(refund.amount),
                "route": refund.route.value,
                "state": refund.state.value,
                "cause": refund.cause,
            }
            for refund in section.refunds
        ],
        "visits": [_visit(visit) for visit in section.visits],
        "report": None if section.report is None else report_record(section.report),
        "overdue": section.overdue,
        "deadlines": [
            {**due_record(due), "passed": due.passed} for due in section.deadlines
        ],
    }


def _next(step: NextStep) -> dict[str, Any]:
    return {
        "what": step.what,
        "who": [role.value for role in step.who],
        "by": None if step.by is None else deadline_record(step.by),
    }


def _visit(visit: Visit) -> dict[str, Any]:
    agreed, failure = visit.appointment, visit.failure
    return {
        "number": visit.number,
        "state": visit.state.value,
        "starts_at": None if agreed is None else instant_text(agreed.starts_at),
        "place": None if agreed is None else agreed.place,
        "inspector": visit.inspector,
        "replaces": visit.replaces,
        "missed": (
            None
            if failure is None
            else {
                "cause": failure.cause.value,
                "note": failure.note,
                "owed_by": failure.fee.owed_by.value,
                "fee": encode(failure.fee.amount),
            }
        ),
    }


def _instant(at: dt.datetime | None) -> str | None:
    return None if at is None else instant_text(at)
