"""
News of money on its way: what a processor or bank saw, and what that means.

A plugin says what it saw; what that means is decided here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pmkit.core.errors import InputError
from pmkit.core.events import Event, Outcome, happened, then
from pmkit.core.events.paying import (
    PaymentActionRequired,
    PaymentDeclined,
    PaymentExpired,
    PaymentMisdirected,
    PaymentProcessing,
    PaymentReturned,
    PaymentSubmitted,
    RefundRequested,
)
from pmkit.core.moments import to_utc
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import HeldReason, Payment, PaymentState, Purpose
from pmkit.core.ports import PaymentNews, PaymentObservation
from pmkit.core.rules.receipts import arrival, believed, open_at, rivals, why_held
from pmkit.core.rules.refunds import refund_to_payer
from pmkit.core.rules.settling import settle, too_late_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order

_UNSENT = frozenset({PaymentState.CREATED, PaymentState.ACTION_REQUIRED})
_SENT = frozenset({PaymentState.SUBMITTED, PaymentState.PROCESSING})
_EXPIRED = frozenset({PaymentState.EXPIRED})

#: From which states news can move a payment; from all others it is old news.
_NEWS_FOR = {
    PaymentNews.ACTION_REQUIRED: frozenset({PaymentState.CREATED}),
    PaymentNews.SUBMITTED: _UNSENT | _EXPIRED,
    PaymentNews.PROCESSING: _UNSENT | _EXPIRED | {PaymentState.SUBMITTED},
    PaymentNews.DECLINED: _UNSENT | _SENT,
    PaymentNews.MISDIRECTED: _UNSENT | _SENT | _EXPIRED,
    PaymentNews.RETURNED: _UNSENT | _SENT | _EXPIRED | {PaymentState.MISDIRECTED},
}

_TURN = {
    PaymentNews.ACTION_REQUIRED: PaymentActionRequired,
    PaymentNews.DECLINED: PaymentDeclined,
    PaymentNews.MISDIRECTED: PaymentMisdirected,
    PaymentNews.RETURNED: PaymentReturned,
}

_CAUSE = {
    HeldReason.EXCESS: "More money arrived than was due.",
    HeldReason.DUPLICATE: "It was paid already; the same thing was paid twice.",
    HeldReason.WRONG_CURRENCY: "The money came in another currency than was due.",
    HeldReason.WRONG_ORDER: "The money names another order.",
    HeldReason.WRONG_PAYEE: "The money came to another account than the one shown.",
    HeldReason.LATE: "The money came after the payment was closed.",
}
_TWICE = "The same thing was paid in full by another payment."
_BALANCE_FELL = "The balance fell while the payment was open."


def turned(
    order: Order, payment: Payment, observation: PaymentObservation, at: dt.datetime
) -> Iterator[Event]:
    """
    Tell what news without money means.

    Args:
        order: The order.

        payment: The payment that the news is about.

        observation: The news.

        at: When pmkit heard of it, UTC.

    Returns:
        The events; none for old news and for news of another order.
    """
    news = observation.news
    if observation.order_id != order.id or payment.state not in _NEWS_FOR[news]:
        return
    if news in _TURN:
        turn = _TURN[news]
        reason = observation.reason
        yield turn(at=at, by=SYSTEM, payment_id=payment.id, reason=reason)
    else:
        yield from _sent(order, payment, observation, at)


def _sent(
    order: Order, payment: Payment, observation: PaymentObservation, at: dt.datetime
) -> Iterator[Event]:
    """Note that the money was sent, if the link still lived then."""
    if payment.state is not PaymentState.SUBMITTED:
        sent_at = believed(payment, observation, at)
        if not open_at(payment, sent_at):
            if payment.state is not PaymentState.EXPIRED:
                yield PaymentExpired(at=at, by=SYSTEM, payment_id=payment.id)
            return
        expected_by = observation.expected_by and to_utc(
            observation.expected_by, field="expected_by"
        )
        service_ids = [service_id for service_id, _ in payment.covers]
        yield PaymentSubmitted(
            at=at,
            by=SYSTEM,
            payment_id=payment.id,
            submitted_at=sent_at,
            expected_by=expected_by or payment.expected_by,
            warning=too_late_for(
                order,
                service_ids,
                payment.method,
                expected_by or payment.expected_by or sent_at,
            ),
        )
    if observation.news is PaymentNews.PROCESSING:
        yield PaymentProcessing(
            at=at, by=SYSTEM, payment_id=payment.id, reason=observation.reason
        )


def received(
    order: Order,
    payment: Payment,
    observation: PaymentObservation,
    *,
    at: dt.datetime,
    calendar: WorkingCalendar,
    names: Iterator[str],
) -> Outcome:
    """
    Count money, hold what does not belong here, and go on if it is complete.

    Args:
        order: The order.

        payment: The payment that the money is said to be for.

        observation: The news.

        at: When pmkit heard of it, UTC.

        calendar: The working days and the zone of the place.

        names: The names for refunds; see `refund_names`.

    Returns:
        The order with the receipt; unchanged if it was counted before.

    Raises:
        pmkit.InputError: If the amount is missing or not above zero.
    """
    amount = observation.amount
    if amount is None or not amount.is_positive:
        msg = f"Money was received, but the amount is {amount}."
        remedy = "Report what arrived, above zero."
        raise InputError(msg, field="amount", remedy=remedy)
    if any(r.id == observation.id for p in order.payments for r in p.receipts):
        return Outcome(order=order)
    moment = believed(payment, observation, at)
    reason = why_held(order, payment, observation, amount=amount, moment=moment)
    came = arrival(
        payment, observation, amount=amount, reason=reason, moment=moment, at=at
    )
    outcome = happened(order, came)
    held = came.receipt.held
    if came.receipt.held_reason is not None:
        refund = refund_to_payer(
            payment,
            held,
            refund_id=next(names),
            at=at,
            cause=_CAUSE[came.receipt.held_reason],
        )
        outcome = then(
            outcome, lambda _: [RefundRequested(at=at, by=SYSTEM, refund=refund)]
        )
    if came.complete_at is None:
        return outcome
    surplus = functools.partial(_give_back_surplus, payment, at, names)
    return settle(then(outcome, surplus), at=at, calendar=calendar, names=names)


def _give_back_surplus(
    payment: Payment, at: dt.datetime, names: Iterator[str], order: Order
) -> Iterator[Event]:
    """Give back what nobody owes any more, now that one payment is complete."""
    if payment.purpose is Purpose.BALANCE and order.balance < payment.amount:
        refund = refund_to_payer(
            payment,
            payment.amount - order.balance,
            refund_id=next(names),
            at=at,
            cause=_BALANCE_FELL,
        )
        yield RefundRequested(at=at, by=SYSTEM, refund=refund)
    for other in rivals(order, payment):
        if other.state is PaymentState.PART_RECEIVED:
            yield PaymentReturned(at=at, by=SYSTEM, payment_id=other.id, reason=_TWICE)
            refund = refund_to_payer(
                other, other.counted, refund_id=next(names), at=at, cause=_TWICE
            )
            yield RefundRequested(at=at, by=SYSTEM, refund=refund)
