"""
Money that goes back: how much, by which route, under which name.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pmkit.core.money import Money
from pmkit.core.payment import (
    UNDER_WAY,
    Payment,
    Purpose,
    Refund,
    RefundRoute,
    RefundState,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pmkit.core.order import Order
    from pmkit.core.service import Service


#: A refund only goes forward; both ends are ends.
REFUND_AFTER = {
    RefundState.REQUESTED: frozenset(
        {RefundState.INITIATED, RefundState.DONE, RefundState.FAILED}
    ),
    RefundState.INITIATED: frozenset({RefundState.DONE, RefundState.FAILED}),
    RefundState.DONE: frozenset[RefundState](),
    RefundState.FAILED: frozenset[RefundState](),
}


def left_for(order: Order, payment: Payment, service_id: str) -> Money:
    """
    Tell how much a payment still holds for a service.

    Args:
        order: The order, with all its refunds.

        payment: A payment of the order.

        service_id: The service.

    Returns:
        The price that the payment covers, less what was asked back of it; a
        refund that failed is still claimed, so that nothing goes back twice.
    """
    left = Money.zero(payment.amount.currency)
    for covered, price in payment.covers:
        if covered == service_id:
            left += price
    for refund in order.refunds:
        if refund.payment_id == payment.id and refund.service_id == service_id:
            left -= refund.amount
    return left


def paid_by(order: Order, service_id: str) -> Payment | None:
    """
    Find the complete payment that holds the money of a service.

    Args:
        order: The order.

        service_id: The service.

    Returns:
        The payment; `None` if none arrived in full, or all of it went back.
    """
    for payment in order.payments_of(service_id):
        if (
            payment.received_at is not None
            and left_for(order, payment, service_id).is_positive
        ):
            return payment
    return None


def refund_route(order: Order, payment: Payment, amount: Money) -> RefundRoute:
    """
    Tell how the price of a service goes back.

    Args:
        order: The order.

        payment: The payment that the price was inside of.

        amount: What goes back.

    Returns:
        Paid apart: back to where it came from.  Paid with the initial payment:
        the balance falls by it, as long as the balance is neither paid nor
        under way and large enough; else the supplier refunds it.

    Source:
    https://www.alibabafaq.com/faq7_how-to-apply-refund-for-value-added-service-490.html
    """
    if payment.purpose is Purpose.SERVICE:
        return RefundRoute.BACK_TO_METHOD
    moving = any(
        p.purpose is Purpose.BALANCE and p.state in UNDER_WAY for p in order.payments
    )
    if moving or order.paid(Purpose.BALANCE) or order.balance < amount:
        return RefundRoute.SUPPLIER_REFUND
    return RefundRoute.REDUCE_BALANCE


def refund_of_service(
    order: Order,
    service: Service,
    *,
    refund_id: str,
    at: dt.datetime,
    cause: str,
    amount: Money | None = None,
) -> Refund | None:
    """
    Make the refund of what was paid for a service.

    Args:
        order: The order.

        service: A service of it.

        refund_id: The refund's name.

        at: When it is asked for, UTC.

        cause: Why, in words for the payer.

        amount: How much; by default all that is left.

    Returns:
        The refund, never of more than is left; `None` if there is nothing.
    """
    payment = paid_by(order, service.id)
    if payment is None:
        return None
    left = left_for(order, payment, service.id)
    back = left if amount is None else min(left, amount)
    if not back.is_positive:
        return None
    return refund_from(
        order, payment, service.id, back, refund_id=refund_id, at=at, cause=cause
    )


def refund_from(
    order: Order,
    payment: Payment,
    service_id: str,
    amount: Money,
    *,
    refund_id: str,
    at: dt.datetime,
    cause: str,
) -> Refund:
    """
    Make the refund of what a payment holds for a service, by its route.

    Args:
        order: The order.

        payment: A payment of it, complete.

        service_id: The service that the money was for.

        amount: What goes back, at most what is left.

        refund_id: The refund's name.

        at: When it is asked for, UTC.

        cause: Why, in words for the payer.

    Returns:
        The refund; it is done at once where the balance falls by it.
    """
    route = refund_route(order, payment, amount)
    at_once = route is RefundRoute.REDUCE_BALANCE
    return Refund(
        id=refund_id,
        payment_id=payment.id,
        service_id=service_id,
        amount=amount,
        route=route,
        cause=cause,
        requested_at=at,
        state=RefundState.DONE if at_once else RefundState.REQUESTED,
    )


def refund_to_payer(
    payment: Payment, amount: Money, *, refund_id: str, at: dt.datetime, cause: str
) -> Refund:
    """
    Make the refund of money that pays for nothing.

    Args:
        payment: The payment it came in by.

        amount: What goes back, in the currency that came.

        refund_id: The refund's name.

        at: When it is asked for, UTC.

        cause: Why, in words for the payer.

    Returns:
        The refund, back to where the money came from.
    """
    return Refund(
        id=refund_id,
        payment_id=payment.id,
        amount=amount,
        route=RefundRoute.BACK_TO_METHOD,
        cause=cause,
        requested_at=at,
    )


def refund_names(order: Order, refund_id: str) -> Iterator[str]:
    """
    Give names for the refunds of one step.

    Args:
        order: The order before the step.

        refund_id: The first name.

    Returns:
        *refund_id*, then ``<refund_id>-2``, ``-3`` and so on; never one that a
        refund of the order has already.
    """
    taken = {refund.id for refund in order.refunds}
    numbered = (f"{refund_id}-{n}" for n in itertools.count(2))
    names = itertools.chain((refund_id,), numbered)
    return (name for name in names if name not in taken)
