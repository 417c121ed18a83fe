"""
What money that is here does to services: it books them, or it goes back.

A payment in full, a ship date that becomes known and the passing of time all
ask the same question, so it is answered once, here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pmkit.core.clauses import ship_day_after
from pmkit.core.events import Event, Outcome, then
from pmkit.core.events.leaving import ServiceExpired
from pmkit.core.events.ordering import ShipDateFixed
from pmkit.core.events.paying import RefundRequested, TaskReceived
from pmkit.core.order import DaysAfterPayment, Order
from pmkit.core.parties import SYSTEM
from pmkit.core.rules.booking import booking_deadline
from pmkit.core.rules.refunds import left_for, paid_by, refund_from

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.deadlines import Deadline
    from pmkit.core.money import Money
    from pmkit.core.payment import Payment

#: Why a service expires, in words for everybody.
MONEY_LATE = "The money for the service came after the last day to book."
NOT_PAID = "The service was not paid by the last day to book."
GOODS_GONE = "The goods shipped before the service was booked."


def counts_from(order: Order, payment: Payment) -> dt.datetime | None:
    """
    Tell which instant of a payment is held against BOOK-1.

    Args:
        order: The order, whose terms hold.

        payment: A payment of it.

    Returns:
        When the money was received in full; or, for the methods that the terms
        name, when it was submitted; `None` as long as it is not here in full.
    """
    if payment.received_at is None or payment.submitted_at is None:
        return payment.received_at
    if payment.method in order.terms.submitted_counts:
        return payment.submitted_at
    return payment.received_at


def first_cut_off(order: Order, service_ids: Iterable[str]) -> Deadline | None:
    """
    Find the earliest booking deadline of some services.

    Args:
        order: The order.

        service_ids: Services of it.

    Returns:
        The earliest BOOK-1; `None` while none of them has one.
    """
    deadlines = [
        deadline
        for service_id in service_ids
        if (deadline := order.service(service_id).book_by) is not None
    ]
    return min(deadlines, key=lambda deadline: deadline.at, default=None)


def too_late_for(
    order: Order, service_ids: Iterable[str], method: str, arrives: dt.datetime | None
) -> str:
    """
    Warn of money that will arrive too late.

    Args:
        order: The order.

        service_ids: The services that the money is for.

        method: The payment method's name.

        arrives: When the money can be expected, UTC, if the method says it.

    Returns:
        A sentence for the payer; empty if nothing is known to be too late, or
        if the terms count the method's money from its submission.
    """
    cut_off = first_cut_off(order, service_ids)
    if cut_off is None or arrives is None or cut_off.allows(arrives):
        return ""
    if method in order.terms.submitted_counts:
        return ""
    return (
        f"Money by {method} is expected at {arrives.isoformat()}, but it has to "
        f"arrive before {cut_off.at.isoformat()}: the service could not be booked."
    )


def settle(
    outcome: Outcome,
    *,
    at: dt.datetime,
    calendar: WorkingCalendar,
    names: Iterator[str],
) -> Outcome:
    """
    Let the money that is here do what it can.

    The ship date is fixed if it waited for a payment; each service with its
    money is booked, or expires and the money goes back.  What was settled
    already gives no event again.

    Args:
        outcome: What was decided so far.

        at: When, UTC.

        calendar: The working days and the zone of the place.

        names: The names for refunds; see `refund_names`.

    Returns:
        All of it together.
    """
    outcome = then(outcome, functools.partial(_fix_ship_date, at, calendar))
    for service in outcome.order.services:
        decide = functools.partial(_settle_service, service.id, at, names)
        outcome = then(outcome, decide)
    return outcome


def _fix_ship_date(
    at: dt.datetime, calendar: WorkingCalendar, order: Order
) -> Iterator[Event]:
    """Count the ship date from the payment that it waited for."""
    if not isinstance(order.ship, DaysAfterPayment) or order.ship_day is not None:
        return
    paid_at = order.paid_at(order.ship.after)
    if paid_at is None:
        return
    day = ship_day_after(paid_at, days=order.ship.days, zone=calendar.zone)
    deadline = booking_deadline(order, day, calendar)
    waiting = tuple(
        (service.id, deadline)
        for service in order.services
        if deadline is not None and service.booking is None and not service.over
    )
    yield ShipDateFixed(at=at, by=SYSTEM, day=day, book_by=waiting)


def _settle_service(
    service_id: str, at: dt.datetime, names: Iterator[str], order: Order
) -> Iterator[Event]:
    """Book one service with its money, or send the money back."""
    service = order.service(service_id)
    payment = paid_by(order, service_id)
    if service.booking is not None or payment is None:
        return
    left = left_for(order, payment, service_id)
    price = service.price.total
    counted_at = counts_from(order, payment)

    def back(cause: str, amount: Money = left) -> RefundRequested:
        refund = refund_from(
            order,
            payment,
            service_id,
            amount,
            refund_id=next(names),
            at=at,
            cause=cause,
        )
        return RefundRequested(at=at, by=SYSTEM, refund=refund)

    if service.over:
        yield back(f"The service was {service.stage.value} before its money came.")
    elif left < price:
        yield back("The service was changed while its money was on the way.")
    elif order.shipped_at is not None:
        yield expired(service_id, at, GOODS_GONE)
        yield back(GOODS_GONE)
    elif service.book_by is None or counted_at is None:
        return
    elif not service.book_by.allows(counted_at):
        yield expired(service_id, at, MONEY_LATE)
        yield back(MONEY_LATE)
    else:
        yield TaskReceived(
            at=at, by=SYSTEM, service_id=service_id, counted_at=counted_at
        )
        if price < left:
            yield back("The price fell while the money was on the way.", left - price)


def expired(service_id: str, at: dt.datetime, cause: str) -> ServiceExpired:
    """
    Make the event of a service that can not take place any more.

    Args:
        service_id: The service.

        at: When, UTC.

        cause: Why, in words for everybody.
    """
    return ServiceExpired(at=at, by=SYSTEM, service_id=service_id, cause=cause)
