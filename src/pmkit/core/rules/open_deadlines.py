"""
The deadlines of an order that are counted on a calendar and not met yet.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.errors import CalendarHorizonError
from pmkit.core.payment import RefundState
from pmkit.core.recheck import Advice, Recheck, concerns, recheck

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.service import Service

_REFUND_OPEN = frozenset({RefundState.REQUESTED, RefundState.INITIATED})
_REPLACES = frozenset({Advice.MAKE_FINAL, Advice.MOVE})


class Which(enum.StrEnum):
    """Which deadline of an order it is."""

    BOOK_BY = "book-by"
    REPORT_EXPECTED = "report-expected"
    REPORT_LATE = "report-late"
    REFUND_EXPECTED = "refund-expected"


@attrs.frozen(kw_only=True)
class OpenDeadline:
    """
    A deadline that nobody has met yet, and where the order keeps it.

    Args:
        which: Which deadline it is.

        deadline: As it was given.

        service_id: The service; empty for a refund of no service.

        visit: The number of the visit whose report it is about, else `None`.

        refund_id: The refund, else empty.
    """

    which: Which
    deadline: Deadline
    service_id: str = ""
    visit: int | None = None
    refund_id: str = ""


@attrs.frozen(kw_only=True)
class Finding:
    """
    An open deadline that would be another one now.

    Args:
        where: Which deadline of the order.

        recheck: What differs, and what the terms say to do.
    """

    where: OpenDeadline
    recheck: Recheck

    @property
    def replaces(self) -> bool:
        """Whether the new deadline takes the place of the old one."""
        return self.recheck.new is not None and self.recheck.advice in _REPLACES


def open_deadlines(order: Order) -> tuple[OpenDeadline, ...]:
    """
    List the deadlines of an order that are counted on a calendar and still open.

    BOOK-1 is open until the service is booked: a booked one met it.  REPORT-1 is
    open until the report is there or was noted as overdue, REFUND-1 until the refund
    has arrived or failed.  What a service that is over still owed nobody asks for.
    """
    found = [due for service in order.services for due in _of_service(service)]
    found += [
        OpenDeadline(
            which=Which.REFUND_EXPECTED,
            deadline=refund.expected_by,
            service_id=refund.service_id or "",
            refund_id=refund.id,
        )
        for refund in order.refunds
        if refund.expected_by is not None and refund.state in _REFUND_OPEN
    ]
    return tuple(found)


def recheck_order(
    order: Order, calendars: Mapping[str, WorkingCalendar], *, at: dt.datetime
) -> tuple[Finding, ...]:
    """
    Tell which open deadlines of an order would be others now.

    Args:
        order: The order, with the terms that say what to do.

        calendars: For the name of a calendar, the one that replaces it.

        at: The present instant, UTC.

    Returns:
        The open deadlines that differ or become final.  One that a calendar knows
        only in part is for the operator.
    """
    return tuple(_differing(order, calendars, at))


def put_back(order: Order, where: OpenDeadline, new: Deadline) -> Order:
    """Put a deadline in the place where the order keeps it."""
    if where.which is Which.REFUND_EXPECTED:
        refund = order.refund(where.refund_id)
        return order.with_refund(attrs.evolve(refund, expected_by=new))
    service = order.service(where.service_id)
    if where.visit is None:
        return order.with_service(attrs.evolve(service, book_by=new))
    visit = service.visit(where.visit)
    if where.which is Which.REPORT_EXPECTED:
        visit = attrs.evolve(visit, report_expected_by=new)
    else:
        visit = attrs.evolve(visit, report_late_after=new)
    return order.with_service(service.with_visit(visit))


def _of_service(service: Service) -> Iterator[OpenDeadline]:
    if service.over:
        return
    if service.book_by is not None and service.booking is None:
        yield OpenDeadline(
            which=Which.BOOK_BY, deadline=service.book_by, service_id=service.id
        )
    for visit in service.visits:
        if visit.report is not None or visit.overdue_noted:
            continue
        for which, due in (
            (Which.REPORT_EXPECTED, visit.report_expected_by),
            (Which.REPORT_LATE, visit.report_late_after),
        ):
            if due is not None:
                yield OpenDeadline(
                    which=which,
                    deadline=due,
                    service_id=service.id,
                    visit=visit.number,
                )


def _differing(
    order: Order, calendars: Mapping[str, WorkingCalendar], at: dt.datetime
) -> Iterator[Finding]:
    for where in open_deadlines(order):
        due = where.deadline
        calendar = calendars.get(due.calendar)
        if calendar is None or not concerns(due, calendar):
            continue
        try:
            found = recheck(
                due, calendar=calendar, on_amendment=order.terms.on_amendment, at=at
            )
        except CalendarHorizonError:
            found = Recheck(
                old=due, new=None, in_favour_of=None, advice=Advice.ASK_OPERATOR
            )
        if found.advice is not Advice.NOTHING:
            yield Finding(where=where, recheck=found)
