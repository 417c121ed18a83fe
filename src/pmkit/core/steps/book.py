"""
Step 1 of the road: a service comes onto the order, and both sides agree to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.clauses import ship_day_after
from pmkit.core.errors import InputError, NotAllowedError, TooLateError
from pmkit.core.events import Outcome, happened
from pmkit.core.events.booking import (
    ConsentGiven,
    ServiceAdded,
    ServiceApproved,
    ServiceEdited,
    ServiceRemoved,
)
from pmkit.core.moments import to_utc
from pmkit.core.order import DaysAfterPayment, Order, OrderStage
from pmkit.core.parties import Actor, Role
from pmkit.core.roles import Action, require_on_order, require_on_service
from pmkit.core.rules.booking import (
    booking_deadline,
    check_line,
    check_price,
    open_links,
)
from pmkit.core.service import (
    Channel,
    Consent,
    EarlierReport,
    Payer,
    Price,
    Service,
)

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.catalogue import ServiceKind

_BUYING = (Role.BUYER, Role.APPROVER)

_CHANNEL = {
    OrderStage.DRAFT: Channel.BUYER_ON_DRAFT,
    OrderStage.AWAITING_INITIAL_PAYMENT: Channel.BUYER_BEFORE_INITIAL_PAYMENT,
    OrderStage.IN_PRODUCTION: Channel.BUYER_BEFORE_SHIPMENT,
}


def add_service(
    order: Order,
    *,
    service_id: str,
    kind: ServiceKind,
    provider: str,
    price: Price,
    actor: Actor,
    at: dt.datetime,
    calendar: WorkingCalendar,
    payer: Payer = Payer.BUYER,
    requirements: str = "",
    planned_visits: int = 1,
    paid_apart: bool = False,
    reinspects: EarlierReport | None = None,
) -> Outcome:
    """
    Add a service to the order.

    The supplier may add one while drafting; what it adds at the buyer's cost is
    a proposal.  The buyer may add one until the initial payment is submitted,
    and again after it was received, then with the supplier's consent and a
    payment of its own.
    https://www.alibabafaq.com/faq6_how-does-the-production-monitoring-service-work-480.html

    Args:
        order: The order.

        service_id: The new service's name.

        kind: What is to be done, from the catalogue.

        provider: The agency.

        price: The agency's quote, in the order's currency.

        actor: Who adds it.

        at: When, in any zone.

        calendar: The working days and the zone of the place.

        payer: Who is to pay.

        requirements: What the agency should mind.

        planned_visits: How many visits, more than one only where the kind
            allows it.

        paid_apart: Whether it gets a payment of its own; always so for what the
            supplier pays and after the initial payment.

        reinspects: The report that makes this service a re-inspection.

    Returns:
        The order with the service.

    Raises:
        pmkit.TooLateError: If BOOK-1 has passed.

        pmkit.RefusedError: If the role may not, or not at this stage.

        pmkit.CurrencyError: If the price is in another currency.

        pmkit.InputError: If a value can never be right; the error names it.
    """
    at = to_utc(at)
    require_on_order(order, actor, Action.ADD_SERVICE)
    _check_new(order, service_id, actor, payer, reinspects)
    check_price(order, price)
    check_line(kind, planned_visits)
    deadline = booking_deadline(order, order.ship_day, calendar)
    if deadline is not None and not deadline.allows(at):
        msg = f"It is too late to book for the ship date {order.ship_day}."
        raise TooLateError(msg, allowed=f"{deadline.explain()}")
    by_supplier = actor.role is Role.SUPPLIER
    in_production = order.stage is OrderStage.IN_PRODUCTION
    service = Service(
        id=service_id,
        kind=kind.code,
        provider=provider,
        channel=Channel.SUPPLIER_AT_DRAFTING if by_supplier else _CHANNEL[order.stage],
        payer=payer,
        added_by=actor,
        added_at=at,
        price=price,
        requirements=requirements,
        planned_visits=planned_visits,
        paid_apart=paid_apart or in_production or payer is Payer.SUPPLIER,
        approved=not by_supplier or payer is Payer.SUPPLIER,
        consent=Consent.ASKED if in_production else Consent.NOT_NEEDED,
        book_by=deadline,
        warning=_warning(order, at, calendar),
        reinspects=reinspects,
    )
    added = ServiceAdded(at=at, by=actor, service=service)
    return happened(order, added, *open_links(order, None, at=at, by=actor))


def approve_service(
    order: Order, *, service_id: str, actor: Actor, at: dt.datetime
) -> Outcome:
    """
    Agree to pay for a service that the supplier proposed.

    Args:
        order: The order.

        service_id: A proposed service.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

    Raises:
        pmkit.TooLateError: If BOOK-1 has passed.

        pmkit.RefusedError: If it is no proposal, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.APPROVE_SERVICE)
    _check_in_time(service, at)
    approved = ServiceApproved(at=at, by=actor, service_id=service_id)
    return happened(order, approved, *open_links(order, None, at=at, by=actor))


def consent(
    order: Order, *, service_id: str, actor: Actor, at: dt.datetime, agrees: bool
) -> Outcome:
    """
    Answer, as the supplier, to a service added after the initial payment.

    Args:
        order: The order.

        service_id: A service that waits for consent.

        actor: The supplier.

        at: When, in any zone.

        agrees: Whether the supplier agrees; if not, the service is removed.

    Raises:
        pmkit.TooLateError: If BOOK-1 has passed.

        pmkit.RefusedError: If it waits for no consent, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.CONSENT)
    if not agrees:
        cause = "The supplier did not agree to the service."
        return happened(
            order, ServiceRemoved(at=at, by=actor, service_id=service_id, cause=cause)
        )
    _check_in_time(service, at)
    return happened(order, ConsentGiven(at=at, by=actor, service_id=service_id))


def edit_service(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    kind: ServiceKind,
    provider: str,
    requirements: str,
    planned_visits: int,
    price: Price,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Change a service that is not paid yet.

    Args:
        order: The order.

        service_id: An unpaid service.

        actor: The buyer; or the supplier, on what it pays or proposed itself.

        at: When, in any zone.

        kind: The kind from now on.

        provider: The agency from now on.

        requirements: The requirements from now on.

        planned_visits: The number of visits from now on.

        price: The quote for all that.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.RefusedError: If it is paid or being paid, or the role may not.

        pmkit.InputError: If a value can never be right; the error names it.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.EDIT_SERVICE)
    _check_own_line(service, actor)
    if actor.role in _BUYING and service.payer is Payer.SUPPLIER:
        msg = "The supplier pays for this service."
        raise NotAllowedError(msg, allowed="Allowed to: supplier, operator.")
    check_price(order, price)
    check_line(kind, planned_visits)
    edited = ServiceEdited(
        at=at,
        by=actor,
        service_id=service_id,
        kind=kind.code,
        provider=provider,
        requirements=requirements,
        planned_visits=planned_visits,
        price=price,
        approved=_approves(service, actor, price),
        consent=_consent(service, kind, provider),
        book_by=booking_deadline(order, order.ship_day, calendar),
    )
    return happened(order, edited, *open_links(order, service_id, at=at, by=actor))


def deselect_service(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    cause: str = "Deselected.",
) -> Outcome:
    """
    Take a service off the order that is not paid yet.

    Args:
        order: The order.

        service_id: An unpaid service.

        actor: The buyer; or the supplier, on what it pays or proposed itself.

        at: When, in any zone.

        cause: Why, for the history.

    Raises:
        pmkit.RefusedError: If it is paid or being paid, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.DESELECT_SERVICE)
    _check_own_line(service, actor)
    removed = ServiceRemoved(at=at, by=actor, service_id=service_id, cause=cause)
    return happened(order, removed, *open_links(order, service_id, at=at, by=actor))


def _check_new(
    order: Order,
    service_id: str,
    actor: Actor,
    payer: Payer,
    reinspects: EarlierReport | None,
) -> None:
    """Refuse a second service of one name, other people's money, unknown reports."""
    if any(service.id == service_id for service in order.services):
        msg = f"There is a service {service_id!r} already."
        raise InputError(msg, field="service_id", remedy="Give it its own name.")
    if payer is Payer.SUPPLIER and actor.role is not Role.SUPPLIER:
        msg = "Only the supplier can commit the supplier's money."
        raise NotAllowedError(msg, allowed="Add it with the buyer as payer.")
    if reinspects is not None:
        report = order.service(reinspects.service_id).visit(reinspects.visit).report
        if report is None or len(report.versions) < reinspects.version:
            msg = "The report that it refers to does not exist."
            raise InputError(
                msg, field="reinspects", remedy="Name an uploaded version."
            )


def _approves(service: Service, actor: Actor, price: Price) -> bool:
    """The buyer agrees to what it edits itself, and to nothing dearer."""
    if actor.role in _BUYING:
        return True
    return service.approved and (
        service.payer is Payer.SUPPLIER or price.total <= service.price.total
    )


def _consent(service: Service, kind: ServiceKind, provider: str) -> Consent:
    """The supplier agreed to one kind of visit by one agency, to no other."""
    if service.consent is Consent.GIVEN and (kind.code, provider) != (
        service.kind,
        service.provider,
    ):
        return Consent.ASKED
    return service.consent


def _check_own_line(service: Service, actor: Actor) -> None:
    """A supplier may touch only what it pays or proposed."""
    if actor.role is not Role.SUPPLIER:
        return
    if service.payer is Payer.BUYER and service.approved:
        msg = "The buyer pays for this service, and has agreed to it."
        raise NotAllowedError(msg, allowed="Allowed to: buyer, approver, operator.")


def _check_in_time(service: Service, at: dt.datetime) -> None:
    if service.book_by is not None and not service.book_by.allows(at):
        msg = "The deadline to book and pay this service has passed."
        raise TooLateError(msg, allowed=f"{service.book_by.explain()}")


def _warning(order: Order, at: dt.datetime, calendar: WorkingCalendar) -> str:
    """Warn where N days after a payment can not hold the working days of BOOK-1."""
    if not isinstance(order.ship, DaysAfterPayment) or order.ship_day is not None:
        return ""
    today = at.astimezone(calendar.zone).date()
    day = ship_day_after(at, days=order.ship.days, zone=calendar.zone)
    deadline = booking_deadline(order, day, calendar)
    if deadline is None or deadline.last_day >= today:
        return ""
    return (
        f"The goods ship {order.ship.days} days after the {order.ship.after.value} "
        f"payment; paid today, that leaves fewer than "
        f"{order.terms.book_working_days} working days, and the service could not "
        f"take place."
    )
