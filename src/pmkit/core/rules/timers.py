"""
When an order has to be looked at again: every due moment, as a value.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.core.case import CASE_OVER, CaseState
from pmkit.core.order import OrderStage
from pmkit.core.payment import UNDER_WAY, PaymentState, RefundState
from pmkit.core.rules.next_step import owes_report
from pmkit.core.service import ServiceStage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.deadlines import Deadline
    from pmkit.core.order import Order
    from pmkit.core.service import Service

#: How long an order on which something can still happen is left alone at most.
LOOK_EVERY = dt.timedelta(days=1)

_UNSENT = frozenset({PaymentState.CREATED, PaymentState.ACTION_REQUIRED})
_REFUND_OPEN = frozenset({RefundState.REQUESTED, RefundState.INITIATED})
_UNSETTLED = frozenset({CaseState.OPEN, CaseState.ANSWERED})
_AT_REST = frozenset({ServiceStage.CLOSED, ServiceStage.REVIEWED})


class TimerKind(enum.StrEnum):
    """Why an order wakes."""

    LINK_EXPIRES = "link-expires"
    MONEY_EXPECTED = "money-expected"
    BOOK_BY = "book-by"
    CHANGE_BY = "change-by"
    VISIT_BEGINS = "visit-begins"
    VISIT_ENDS = "visit-ends"
    REPORT_EXPECTED = "report-expected"
    REPORT_LATE = "report-late"
    CASE_ANSWER = "case-answer"
    CASE_ESCALATES = "case-escalates"
    REVIEW_ENDS = "review-ends"
    REVISION_ENDS = "revision-ends"
    REFUND_EXPECTED = "refund-expected"
    #: Nothing else is due; somebody looks anyway, so that no order is forgotten.
    LOOK = "look"


@attrs.frozen(kw_only=True)
class Timer:
    """
    One moment at which an order has to be looked at.

    Args:
        kind: Why.

        subject: The payment, service, visit, case or refund; empty for the order.

        due_at: When, UTC.
    """

    kind: TimerKind
    subject: str = ""
    due_at: dt.datetime


def timers_of(order: Order) -> tuple[Timer, ...]:
    """
    List the due moments of an order, those that have passed included.

    Args:
        order: The order.

    Returns:
        At most one for each kind and subject; empty if nothing is due.
    """
    found = [*_of_payments(order), *_of_refunds(order)]
    for service in order.services:
        if not service.over:
            found += _of_service(service)
    return tuple(found)


def settled(order: Order) -> bool:
    """
    Tell whether nothing can happen on an order any more by time or by news.

    Args:
        order: The order.
    """
    return (
        order.stage is OrderStage.SHIPPED
        and all(_at_rest(service) for service in order.services)
        and not any(p.state in UNDER_WAY | _UNSENT for p in order.payments)
        and not any(refund.state in _REFUND_OPEN for refund in order.refunds)
    )


def _at_rest(service: Service) -> bool:
    at_rest = service.over or service.stage in _AT_REST
    return at_rest and all(case.state in CASE_OVER for case in service.cases)


def _of_payments(order: Order) -> Iterator[Timer]:
    for payment in order.payments:
        if payment.state in _UNSENT:
            yield _at(TimerKind.LINK_EXPIRES, payment.id, payment.link_until)
        if payment.state in UNDER_WAY and payment.expected_by is not None:
            yield Timer(
                kind=TimerKind.MONEY_EXPECTED,
                subject=payment.id,
                due_at=payment.expected_by,
            )


def _of_refunds(order: Order) -> Iterator[Timer]:
    for refund in order.refunds:
        if refund.expected_by is not None and refund.state in _REFUND_OPEN:
            yield _at(TimerKind.REFUND_EXPECTED, refund.id, refund.expected_by)


def _of_service(service: Service) -> Iterator[Timer]:
    if service.book_by is not None and service.booking is None:
        yield _at(TimerKind.BOOK_BY, service.id, service.book_by)
    yield from _of_visits(service)
    for case in service.cases:
        subject = f"{service.id}/{case.id}"
        if case.state is CaseState.OPEN:
            yield _at(TimerKind.CASE_ANSWER, subject, case.answer_by)
        if case.state in _UNSETTLED:
            yield _at(TimerKind.CASE_ESCALATES, subject, case.escalates_at)
    if service.review is None and service.review_until is not None:
        yield _at(TimerKind.REVIEW_ENDS, service.id, service.review_until)
    revise_until = service.review.revise_until if service.review else None
    if revise_until is not None:
        yield _at(TimerKind.REVISION_ENDS, service.id, revise_until)


def _of_visits(service: Service) -> Iterator[Timer]:
    for visit in service.visits:
        subject = f"{service.id}/{visit.number}"
        agreed = visit.appointment
        expected = visit.ended_at is None and visit.failure is None
        if agreed is not None and visit.change_by is not None and expected:
            yield _at(TimerKind.CHANGE_BY, subject, visit.change_by)
            yield Timer(
                kind=TimerKind.VISIT_BEGINS, subject=subject, due_at=agreed.starts_at
            )
            yield Timer(
                kind=TimerKind.VISIT_ENDS, subject=subject, due_at=agreed.ends_at
            )
        if not owes_report(visit):
            continue
        if visit.report_expected_by is not None:
            yield _at(TimerKind.REPORT_EXPECTED, subject, visit.report_expected_by)
        if visit.report_late_after is not None and not visit.overdue_noted:
            yield _at(TimerKind.REPORT_LATE, subject, visit.report_late_after)


def _at(kind: TimerKind, subject: str, deadline: Deadline) -> Timer:
    return Timer(kind=kind, subject=subject, due_at=deadline.at)
