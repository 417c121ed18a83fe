"""
The order itself: open it, place it, move its ship date, ship it.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

from pmkit.core.errors import NotAllowedError, OutOfOrderError, ShipDateError
from pmkit.core.events import Event, Outcome, happened, opened, then
from pmkit.core.events.base import OrderOpened
from pmkit.core.events.leaving import ServiceExpired
from pmkit.core.events.ordering import GoodsShipped, OrderPlaced, ShipDateMoved
from pmkit.core.events.paying import RefundRequested
from pmkit.core.moments import plain_date, to_utc
from pmkit.core.order import DaysAfterPayment, FixedShipDate, Order, OrderLine
from pmkit.core.roles import OPENERS, Action, require_on_order
from pmkit.core.rules.booking import booking_deadline
from pmkit.core.rules.refunds import paid_by, refund_names, refund_of_service
from pmkit.core.visit import VisitState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.money import Money
    from pmkit.core.parties import Actor
    from pmkit.core.service import Service
    from pmkit.core.terms import Terms


#: Two years; no trade order is known to take longer.
_MOST_DAYS_AFTER_PAYMENT = 730


def open_order(
    *,
    order_id: str,
    buyer: str,
    supplier: str,
    lines: tuple[OrderLine, ...],
    initial: Money,
    balance: Money,
    ship: FixedShipDate | DaysAfterPayment,
    terms: Terms,
    actor: Actor,
    at: dt.datetime,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Begin an order, as a draft.

    Args:
        order_id: Its name at the marketplace.

        buyer: The buying company.

        supplier: The selling company.

        lines: What is traded.

        initial: What the buyer pays before production; sets the currency.

        balance: What the buyer pays later.

        ship: When the goods ship.

        terms: The terms that hold for it for ever.

        actor: Who opens it.

        at: When, in any zone.

        calendar: The working days and the zone of the place.

    Returns:
        The draft and its first event.

    Raises:
        pmkit.NotAllowedError:
            If the role may not open orders, or the order is of other companies.

        pmkit.ShipDateError:
            If a fixed ship date has passed already, or more than 730 days are to
            lie between a payment and the shipment.

        pmkit.InputError: If a value can never be right; the error names it.
    """
    at = to_utc(at)
    if actor.role not in OPENERS:
        msg = f"The {actor.role.value} may not open an order."
        raise NotAllowedError(msg, allowed="Allowed to: buyer, supplier, operator.")
    day = _known_day(ship, at, calendar)
    order = Order(
        id=order_id,
        buyer=buyer,
        supplier=supplier,
        lines=lines,
        currency=initial.currency,
        initial=initial,
        balance=balance,
        ship=ship,
        ship_day=day,
        first_ship_day=day,
        terms=terms,
        opened_at=at,
    )
    if order.party_of(actor.role) not in (None, actor.party):
        msg = f"The {actor.role.value} may not open an order of another company."
        raise NotAllowedError(msg, allowed="A company opens its own orders.")
    return opened(OrderOpened(at=at, by=actor, order=order))


def place_order(order: Order, *, actor: Actor, at: dt.datetime) -> Outcome:
    """
    Agree on the draft, so that the initial payment is due.

    Args:
        order: A draft.

        actor: The buyer or the supplier.

        at: When, in any zone.

    Raises:
        pmkit.RefusedError: If it is not a draft, or the role may not.
    """
    require_on_order(order, actor, Action.PLACE_ORDER)
    return happened(order, OrderPlaced(at=to_utc(at), by=actor))


def move_ship_date(
    order: Order,
    *,
    ship: FixedShipDate | DaysAfterPayment,
    actor: Actor,
    at: dt.datetime,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Agree on another ship date; booking deadlines are checked again.

    A paid service that met BOOK-1 keeps its deadline.  An unpaid one gets the
    deadline of the new date, even if that has passed, and none while the new date
    hangs on a payment: nothing is silently kept.

    Args:
        order: Any order whose goods have not shipped.

        ship: The new ship date.

        actor: The supplier or the operator.

        at: When, in any zone.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.ShipDateError: If the date has passed, or moves by more days in
            all than the terms allow.

        pmkit.OutOfOrderError: If the ship date hangs on a payment that was
            received already.

        pmkit.RefusedError: If the role may not, or the goods have shipped.
    """
    at = to_utc(at)
    require_on_order(order, actor, Action.MOVE_SHIP_DATE)
    day = _known_day(ship, at, calendar)
    if isinstance(ship, DaysAfterPayment) and order.paid(ship.after):
        msg = f"The {ship.after.value} payment was received already."
        raise OutOfOrderError(msg, allowed="Give a fixed date.")
    _check_move(order, day)
    deadline = booking_deadline(order, day, calendar)
    unpaid = tuple(
        (service.id, deadline)
        for service in order.services
        if service.booking is None and not service.over
    )
    return happened(
        order, ShipDateMoved(at=at, by=actor, ship=ship, day=day, book_by=unpaid)
    )


def ship_goods(
    order: Order, *, actor: Actor, at: dt.datetime, refund_id: str
) -> Outcome:
    """
    Note that the goods left; services that can not take place any more expire.

    Args:
        order: An order in production.

        actor: The supplier.

        at: When, in any zone.

        refund_id: The name of a refund, should one be needed; further ones get
            ``-2``, ``-3`` and so on behind it.

    Raises:
        pmkit.RefusedError: If the role may not, or the order is not in production.
    """
    at = to_utc(at)
    require_on_order(order, actor, Action.SHIP_GOODS)
    names = refund_names(order, refund_id)
    outcome = happened(order, GoodsShipped(at=at, by=actor))
    for service in order.services:
        if service.over or service.payment_under_way or _seen(service):
            continue
        # One by one: each refund may lower the balance that the next one sees.
        expire = functools.partial(_expire, service.id, actor, at, names)
        outcome = then(outcome, expire)
    return outcome


def _expire(
    service_id: str, actor: Actor, at: dt.datetime, names: Iterator[str], order: Order
) -> Iterator[Event]:
    """Take a service off the road, and send back what was paid for it."""
    cause = "The goods shipped before the on-site check."
    yield ServiceExpired(at=at, by=actor, service_id=service_id, cause=cause)
    if paid_by(order, service_id) is None:
        return
    refund = refund_of_service(
        order, order.service(service_id), refund_id=next(names), at=at, cause=cause
    )
    assert refund is not None  # noqa: S101 - its money is here
    yield RefundRequested(at=at, by=actor, refund=refund)


def _seen(service: Service) -> bool:
    """Tell whether an inspector was on site or is there now."""
    seen = (VisitState.ON_SITE, VisitState.COMPLETED)
    return any(visit.state in seen for visit in service.visits)


def _known_day(
    ship: FixedShipDate | DaysAfterPayment, at: dt.datetime, calendar: WorkingCalendar
) -> dt.date | None:
    """Tell the ship day if it is fixed, and refuse one that has passed."""
    if isinstance(ship, DaysAfterPayment):
        # Money must never arrive for an order whose ship date has no calendar.
        if ship.days > _MOST_DAYS_AFTER_PAYMENT:
            msg = f"{ship.days} days after a payment is too far ahead."
            remedy = f"Give at most {_MOST_DAYS_AFTER_PAYMENT}."
            raise ShipDateError(msg, field="days", remedy=remedy)
        return None
    day = plain_date(ship.day, field="ship_date")
    today = at.astimezone(calendar.zone).date()
    if day < today:
        msg = f"The ship date {day} has passed; today is {today}."
        raise ShipDateError(msg, field="ship_date", remedy="Give a later date.")
    return day


def _check_move(order: Order, day: dt.date | None) -> None:
    """Refuse a ship date that moves too far in all."""
    if day is None or order.first_ship_day is None:
        return
    latest = order.first_ship_day + dt.timedelta(days=order.terms.move_days)
    if day > latest:
        msg = f"{day} is more than {order.terms.move_days} days after the first date."
        raise ShipDateError(msg, field="ship_date", remedy=f"At the latest {latest}.")
