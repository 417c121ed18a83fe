"""
Rules of booking that several steps ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.clauses import book_by
from pmkit.core.errors import CurrencyError, InputError
from pmkit.core.events.paying import PaymentExpired
from pmkit.core.payment import PaymentState, Purpose

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.catalogue import ServiceKind
    from pmkit.core.deadlines import Deadline
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.service import Price

#: A payment in one of these was started, and nothing was sent yet.
_OPEN = frozenset({PaymentState.CREATED, PaymentState.ACTION_REQUIRED})


def booking_deadline(
    order: Order, ship_day: dt.date | None, calendar: WorkingCalendar
) -> Deadline | None:
    """
    Compute BOOK-1 by the terms of an order.

    Args:
        order: The order whose terms hold.

        ship_day: The local day on which the goods ship, if it is known.

        calendar: The working days and the zone of the place.

    Returns:
        The deadline, or `None` while the ship day is open.
    """
    if ship_day is None:
        return None
    return book_by(
        ship_day,
        calendar=calendar,
        working_days=order.terms.book_working_days,
        convention=order.terms.convention,
    )


def check_price(order: Order, price: Price) -> None:
    """
    Refuse a price that the order can not carry.

    Raises:
        pmkit.CurrencyError: If it is in another currency than the order.

        pmkit.InputError: If it is zero.
    """
    if price.total.currency != order.currency:
        msg = f"The price is in {price.total.currency}, the order in {order.currency}."
        raise CurrencyError(msg, field="price", remedy="Ask for another quote.")
    if not price.total.is_positive:
        msg = "The price is zero."
        raise InputError(msg, field="price", remedy="Ask for a quote.")


def check_line(kind: ServiceKind, planned_visits: int) -> None:
    """
    Refuse more visits than a kind of service has.

    Raises:
        pmkit.InputError: If several visits are planned where one is the rule.
    """
    if planned_visits != 1 and not kind.several_visits:
        msg = f"{kind.name} is one visit, not {planned_visits}."
        raise InputError(msg, field="planned_visits", remedy="Plan 1.")


def open_links(
    order: Order, service_id: str | None, *, at: dt.datetime, by: Actor
) -> tuple[PaymentExpired, ...]:
    """
    Close the payment links whose amount is no longer right.

    Args:
        order: The order before the change.

        service_id: The changed service; `None` where one comes new to the
            initial payment.

        at: When, UTC.

        by: Who changed it.

    Returns:
        An event for each link that nobody has paid by yet.
    """
    return tuple(
        PaymentExpired(
            at=at,
            by=by,
            payment_id=payment.id,
            reason="The order was changed; start the payment again.",
        )
        for payment in order.payments
        if payment.state in _OPEN
        and (
            payment.purpose is Purpose.INITIAL
            if service_id is None
            else payment.covers_service(service_id)
        )
    )
