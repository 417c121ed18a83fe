"""
What is due, and who may pay it: the rules of a payment that is started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotYetError,
    OutOfOrderError,
    TooLateError,
)
from pmkit.core.money import Money, total
from pmkit.core.parties import Actor, Role
from pmkit.core.payment import UNDER_WAY, Purpose
from pmkit.core.roles import Action, require_on_order, require_on_service
from pmkit.core.rules.refunds import paid_by
from pmkit.core.service import Payer, Service, ServiceStage

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.order import Order

#: The roles that commit the buyer's money.
BUYING = frozenset({Role.BUYER, Role.APPROVER})


def covered_by(
    order: Order,
    purpose: Purpose,
    service_id: str | None,
    actor: Actor,
    at: dt.datetime,
) -> tuple[Service, ...]:
    """
    Find the services that a payment is for.

    Args:
        order: The order.

        purpose: The initial payment, the balance, or one service apart.

        service_id: The service, if it is for one; else `None`.

        actor: Who pays.

        at: When, UTC.

    Returns:
        The one service; or for the initial payment those that it carries.

    Raises:
        pmkit.RefusedError: If it can not be paid now, or by somebody else.

        pmkit.InputError: If purpose and service do not fit together.
    """
    if (service_id is None) is (purpose is Purpose.SERVICE):
        msg = f"The {purpose.value} payment and {service_id!r} do not fit together."
        remedy = "Name the service that is paid apart, and only then."
        raise InputError(msg, field="service_id", remedy=remedy)
    if service_id is not None:
        service = require_on_service(order, service_id, actor, Action.PAY_SERVICE)
        _check_apart(order, service, actor, at)
        return (service,)
    require_on_order(order, actor, Action.PAY_ORDER)
    if purpose is Purpose.BALANCE:
        return ()
    return tuple(s for s in order.services if _goes_with_initial(s, at))


def _goes_with_initial(service: Service, at: dt.datetime) -> bool:
    """Tell whether the initial payment carries the price of a service."""
    return (
        service.stage is ServiceStage.AWAITING_PAYMENT
        and service.payer is Payer.BUYER
        and not service.paid_apart
        and (service.book_by is None or service.book_by.allows(at))
    )


def _check_apart(order: Order, service: Service, actor: Actor, at: dt.datetime) -> None:
    """Refuse to pay apart what is not, by who does not, or too late."""
    pays = Payer.SUPPLIER if actor.role is Role.SUPPLIER else Payer.BUYER
    if service.payer is not pays:
        msg = f"The {service.payer.value} pays for this service."
        raise NotAllowedError(msg, allowed=f"Allowed to: {service.payer.value}.")
    # What the initial payment left out can only be paid apart.
    if not service.paid_apart and not order.paid(Purpose.INITIAL):
        msg = "This service is paid with the initial payment."
        raise OutOfOrderError(msg, allowed="Start the initial payment.")
    if paid_by(order, service.id) is not None:
        msg = "This service is paid; it is booked when the ship date is known."
        raise OutOfOrderError(msg, allowed="There is nothing to pay.")
    if order.shipped_at is not None:
        msg = "The goods have shipped; nobody can check them at the factory."
        raise TooLateError(msg, allowed="There is nothing to pay.")
    if service.book_by is not None and not service.book_by.allows(at):
        msg = f"It is too late to pay for the ship date {order.ship_day}."
        raise TooLateError(msg, allowed=f"{service.book_by.explain()}")


def check_new(
    order: Order, payment_id: str, purpose: Purpose, service_id: str | None
) -> None:
    """Refuse what is paid, what is under way, and a name that is taken."""
    if any(payment.id == payment_id for payment in order.payments):
        msg = f"There is a payment {payment_id!r} already."
        raise InputError(msg, field="payment_id", remedy="Give it a new name.")
    if purpose is Purpose.BALANCE and not order.paid(Purpose.INITIAL):
        msg = "The balance comes after the initial payment."
        raise NotYetError(msg, allowed="Pay the initial payment first.")
    if purpose is not Purpose.SERVICE and order.paid(purpose):
        msg = f"The {purpose.value} payment was received already."
        raise OutOfOrderError(msg, allowed="There is nothing to pay.")
    for payment in order.payments:
        same = payment.purpose is purpose and (
            service_id is None or payment.covers_service(service_id)
        )
        if same and payment.state in UNDER_WAY:
            msg = f"Payment {payment.id} for it is under way ({payment.state.value})."
            raise OutOfOrderError(msg, allowed="Wait for it, or until it is declined.")


def due(order: Order, purpose: Purpose, covered: tuple[Service, ...]) -> Money:
    """Tell how much is due."""
    goods = {Purpose.INITIAL: order.initial, Purpose.BALANCE: order.balance}
    prices = total((service.price.total for service in covered), order.currency)
    amount = goods.get(purpose, Money.zero(order.currency)) + prices
    if not amount.is_positive:
        msg = f"Nothing is due for the {purpose.value} payment."
        raise OutOfOrderError(msg, allowed="There is nothing to pay.")
    return amount


def check_approval(
    order: Order, amount: Money, covered: tuple[Service, ...], actor: Actor
) -> None:
    """Ask for a second person above the buyer's limit."""
    limit = order.terms.approval_limit
    if limit is None or actor.role not in BUYING:
        return
    # A limit in another currency can not be compared, so it is taken as passed.
    if limit.currency == amount.currency and amount <= limit:
        return
    if actor.role is Role.BUYER:
        msg = f"{amount} is above the limit of {limit} for one person."
        raise NotAllowedError(msg, allowed="Allowed to: an approver.")
    for service in covered:
        adder = service.added_by
        if actor.name and (adder.party, adder.name) == (actor.party, actor.name):
            msg = f"{actor.name} added service {service.id}."
            raise NotAllowedError(msg, allowed="Allowed to: another approver.")


def side(actor: Actor) -> tuple[bool, Role | None, str]:
    """Buyer and approver are one side; everybody else is a side of its own."""
    buying = actor.role in BUYING
    return buying, None if buying else actor.role, actor.party
