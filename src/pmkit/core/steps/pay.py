"""
Step 2 of the road: the payer chooses a method and pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.clauses import pay_link_until
from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    TooLateError,
    UnavailableError,
)
from pmkit.core.events import Outcome, happened
from pmkit.core.events.paying import (
    BookingConfirmed,
    PaymentLinked,
    PaymentStarted,
    PaymentSubmitted,
)
from pmkit.core.moments import to_utc
from pmkit.core.order import NOTHING_HERE, Order
from pmkit.core.payment import Beneficiary, Payment, PaymentState, Purpose
from pmkit.core.roles import Action, belongs, require_on_order, require_on_service
from pmkit.core.rules.due import check_approval, check_new, covered_by, due, side
from pmkit.core.rules.settling import first_cut_off, too_late_for

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.money import Money
    from pmkit.core.parties import Actor
    from pmkit.core.ports import Availability

_SENDABLE = frozenset({PaymentState.CREATED, PaymentState.ACTION_REQUIRED})


def start_payment(
    order: Order,
    *,
    payment_id: str,
    purpose: Purpose,
    service_id: str | None,
    method: str,
    actor: Actor,
    at: dt.datetime,
    availability: Availability,
    beneficiary: Beneficiary | None,
) -> Outcome:
    """
    Start a payment by one method.

    The initial payment carries the services that the buyer approved, unless
    they are paid apart or can not be booked any more; each with its price.

    Args:
        order: The order.

        payment_id: The new payment's name.

        purpose: The initial payment, the balance, or one service apart.

        service_id: The service, if it is for one; else `None`.

        method: The payment method's name.

        actor: Who pays.

        at: When, in any zone.

        availability: What the method says about this order.

        beneficiary: The account to send the money to, if the method has one.

    Returns:
        The order with the payment; LINK-1 says until when it can be sent.

    Raises:
        pmkit.UnavailableError: If the method can not be used here, or its money
            would come too late; with the reason.

        pmkit.TooLateError: If BOOK-1 of the service has passed.

        pmkit.NotYetError: If the balance comes before the initial payment.

        pmkit.NotAllowedError: If somebody else pays, or an approver has to.

        pmkit.OutOfOrderError: If it is paid already, or its money is under way.

        pmkit.InputError: If a value can never be right; the error names it.
    """
    at = to_utc(at)
    covered = covered_by(order, purpose, service_id, actor, at)
    check_new(order, payment_id, purpose, service_id)
    amount = due(order, purpose, covered)
    check_approval(order, amount, covered, actor)
    if not availability.available:
        raise UnavailableError(
            availability.reason, field="method", allowed="Choose another method."
        )
    arrives = availability.expected_by
    expected_by = to_utc(arrives, field="expected_by") if arrives else None
    warning = too_late_for(order, [s.id for s in covered], method, expected_by)
    if warning and purpose is Purpose.SERVICE:
        raise UnavailableError(
            warning, field="method", allowed="Choose a faster method."
        )
    payment = Payment(
        id=payment_id,
        purpose=purpose,
        method=method,
        amount=amount,
        covers=tuple((service.id, service.price.total) for service in covered),
        started_by=actor,
        created_at=at,
        link_until=pay_link_until(at, hours=order.terms.link_hours),
        beneficiary=beneficiary,
        expected_by=expected_by,
        warning=warning,
    )
    return happened(order, PaymentStarted(at=at, by=actor, payment=payment))


def amount_due(
    order: Order,
    *,
    purpose: Purpose,
    service_id: str | None,
    actor: Actor,
    at: dt.datetime,
) -> tuple[Money, dt.datetime | None]:
    """
    Tell what a payment would be of, and when its money would be too late.

    Args:
        order: The order.

        purpose: The initial payment, the balance, or one service apart.

        service_id: The service, if it is for one; else `None`.

        actor: Who would pay.

        at: The present instant, in any zone.

    Returns:
        The amount, and the earliest booking deadline of what it covers, UTC;
        `None` where no deadline hangs on it.

    Raises:
        pmkit.RefusedError: If it can not be paid now, or by somebody else.

        pmkit.InputError: If purpose and service do not fit together.
    """
    covered = covered_by(order, purpose, service_id, actor, to_utc(at))
    cut_off = first_cut_off(order, [service.id for service in covered])
    return due(order, purpose, covered), cut_off.at if cut_off else None


def submit_payment(
    order: Order,
    *,
    payment_id: str,
    actor: Actor,
    at: dt.datetime,
    expected_by: dt.datetime | None,
) -> Outcome:
    """
    Say, as the payer, that the money was sent.

    Args:
        order: The order.

        payment_id: A payment that was started and not sent yet.

        actor: Somebody of the party that started it.

        at: When, in any zone.

        expected_by: When the money should arrive, in any zone, if that is known.

    Raises:
        pmkit.TooLateError: If LINK-1 has passed.

        pmkit.NotAllowedError: If another party started it.

        pmkit.OutOfOrderError: If it was sent, declined or closed already.
    """
    at = to_utc(at)
    if not belongs(order, actor):
        raise NotFoundError(NOTHING_HERE, field="payment_id")
    payment = order.payment(payment_id)
    if side(actor) != side(payment.started_by):
        msg = "Another party started this payment."
        raise NotAllowedError(msg, allowed=f"Allowed to: {payment.started_by}.")
    if payment.state not in _SENDABLE:
        msg = f"The payment is {payment.state.value}."
        raise OutOfOrderError(msg, allowed="Start another payment if money is due.")
    if not payment.link_until.allows(at):
        msg = "The payment link has run out."
        allowed = f"Start the payment again. {payment.link_until.explain()}"
        raise TooLateError(msg, allowed=allowed)
    arrives = to_utc(expected_by, field="expected_by") if expected_by else None
    service_ids = [service_id for service_id, _ in payment.covers]
    return happened(
        order,
        PaymentSubmitted(
            at=at,
            by=actor,
            payment_id=payment_id,
            submitted_at=at,
            expected_by=arrives,
            warning=too_late_for(order, service_ids, payment.method, arrives or at),
        ),
    )


def link_payment(
    order: Order, *, payment_id: str, actor: Actor, at: dt.datetime
) -> Outcome:
    """
    Say that money which arrived without a name is for this order.

    It counts from the day it arrived: linking it later does not make it late.

    Args:
        order: The order.

        payment_id: A payment with money that is not linked.

        actor: The supplier or the operator.

        at: When, in any zone.

    Raises:
        pmkit.OutOfOrderError: If there is nothing to link.

        pmkit.RefusedError: If the role may not.
    """
    at = to_utc(at)
    require_on_order(order, actor, Action.LINK_PAYMENT)
    payment = order.payment(payment_id)
    if payment.linked:
        msg = "All the money of this payment is linked."
        raise OutOfOrderError(msg, allowed="There is nothing to do.")
    complete = payment.state is PaymentState.RECEIVED_UNLINKED
    state = PaymentState.SETTLED if complete else payment.state
    return happened(
        order, PaymentLinked(at=at, by=actor, payment_id=payment_id, state=state)
    )


def confirm_booking(
    order: Order, *, service_id: str, actor: Actor, at: dt.datetime, reference: str
) -> Outcome:
    """
    Note the agency's own number of a booking.

    Args:
        order: The order.

        service_id: A booked service.

        actor: The agency, or the desk for it.

        at: When, in any zone.

        reference: The agency's number.

    Returns:
        The order with the number; unchanged if it is known already.

    Raises:
        pmkit.InputError: If the number is empty.

        pmkit.OutOfOrderError: If the booking has another number already.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.CONFIRM_BOOKING)
    known = service.booking.reference if service.booking else ""
    if not reference.strip():
        msg = "The agency's number is empty."
        raise InputError(msg, field="reference", remedy="Give the agency's number.")
    if known == reference:
        return Outcome(order=order)
    if known:
        msg = f"The agency confirmed this booking as {known} already."
        raise OutOfOrderError(msg, allowed="One booking has one number.")
    return happened(
        order,
        BookingConfirmed(at=at, by=actor, service_id=service_id, reference=reference),
    )
