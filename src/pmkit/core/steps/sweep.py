"""
Beside the road: what time alone does to an order.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pmkit.core.case import CaseState
from pmkit.core.events import Event, Outcome, happened, then
from pmkit.core.events.asking import CaseEscalated
from pmkit.core.events.paying import PaymentExpired, PaymentReturned, RefundRequested
from pmkit.core.events.reporting import ReportOverdue
from pmkit.core.moments import to_utc
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import PaymentState, Purpose
from pmkit.core.roles import Action, require_on_order
from pmkit.core.rules.refunds import refund_names, refund_to_payer
from pmkit.core.rules.settling import GOODS_GONE, NOT_PAID, expired, settle

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.service import Service

_UNSENT = frozenset({PaymentState.CREATED, PaymentState.ACTION_REQUIRED})
_SENT = frozenset({PaymentState.SUBMITTED, PaymentState.PROCESSING})
_UNSETTLED = frozenset({CaseState.OPEN, CaseState.ANSWERED})


def sweep(
    order: Order, *, at: dt.datetime, calendar: WorkingCalendar, refund_id: str
) -> Outcome:
    """
    Do everything that time alone does; a second time it does nothing.

    Payment links run out, unpaid services expire, reports become overdue and
    unsettled cases go to the platform.  Money that was sent in time keeps its
    service until it comes or is declined, because it may have arrived before
    the cut-off without anybody having said so yet.

    Args:
        order: The order.

        at: When, in any zone.

        calendar: The working days and the zone of the place.

        refund_id: The name of a refund, should one be needed; further ones get
            ``-2``, ``-3`` and so on behind it.

    Returns:
        The order as it is at that time.
    """
    at = to_utc(at)
    require_on_order(order, SYSTEM, Action.SWEEP)
    names = refund_names(order, refund_id)
    outcome = happened(order, *_links(order, at))
    outcome = settle(outcome, at=at, calendar=calendar, names=names)
    outcome = then(outcome, functools.partial(_unpaid, at))
    outcome = then(outcome, functools.partial(_parts, at, names))
    return then(outcome, functools.partial(_overdue, at))


def _links(order: Order, at: dt.datetime) -> Iterator[Event]:
    """Close the payment links that ran out."""
    for payment in order.payments:
        if payment.state in _UNSENT and not payment.link_until.allows(at):
            yield PaymentExpired(at=at, by=SYSTEM, payment_id=payment.id)


def _unpaid(at: dt.datetime, order: Order) -> Iterator[Event]:
    """Take off the road what can not be booked any more."""
    for service in order.services:
        if service.over or service.booking:
            continue
        if order.shipped_at is not None:
            yield expired(service.id, at, GOODS_GONE)
        elif _cut_off(order, service, at):
            yield expired(service.id, at, NOT_PAID)


def _cut_off(order: Order, service: Service, at: dt.datetime) -> bool:
    """Tell whether BOOK-1 has passed and no money can have met it."""
    if service.book_by is None or service.book_by.allows(at):
        return False
    return all(p.state not in _SENT for p in order.payments_of(service.id))


def _parts(at: dt.datetime, names: Iterator[str], order: Order) -> Iterator[Event]:
    """Give back what arrived in part for a service that is over."""
    for payment in order.payments:
        if (
            payment.purpose is Purpose.SERVICE
            and payment.state is PaymentState.PART_RECEIVED
            and all(order.service(covered).over for covered, _ in payment.covers)
        ):
            cause = "The service ended before all of its money came."
            yield PaymentReturned(at=at, by=SYSTEM, payment_id=payment.id, reason=cause)
            refund = refund_to_payer(
                payment, payment.counted, refund_id=next(names), at=at, cause=cause
            )
            yield RefundRequested(at=at, by=SYSTEM, refund=refund)


def _overdue(at: dt.datetime, order: Order) -> Iterator[Event]:
    """Say that a report is late, and escalate what was not settled in time."""
    for service in order.services:
        for visit in () if service.over else service.visits:
            late = visit.report_late_after
            if late is None or late.allows(at) or visit.report or visit.overdue_noted:
                continue
            yield ReportOverdue(
                at=at, by=SYSTEM, service_id=service.id, visit=visit.number
            )
        for case in service.cases:
            if case.state in _UNSETTLED and not case.escalates_at.allows(at):
                yield CaseEscalated(
                    at=at, by=SYSTEM, service_id=service.id, case_id=case.id
                )
