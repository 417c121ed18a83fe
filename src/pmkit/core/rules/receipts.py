"""
What arrived: from when it counts, how much of it, and why the rest goes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.events.paying import MoneyReceived
from pmkit.core.money import Money
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import HeldReason, Payment, PaymentState, Purpose, Receipt
from pmkit.core.rules.refunds import left_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from pmkit.core.order import Order
    from pmkit.core.ports import PaymentObservation

_CLOSED = frozenset(
    {
        PaymentState.DECLINED,
        PaymentState.EXPIRED,
        PaymentState.MISDIRECTED,
        PaymentState.RETURNED,
    }
)


def believed(
    payment: Payment, observation: PaymentObservation, at: dt.datetime
) -> dt.datetime:
    """
    Tell the instant that counts: the processor's own, if it is possible.

    Nobody can have seen money before it was sent or after it was reported.
    """
    earliest = payment.submitted_at or payment.created_at
    return observation.at if earliest <= observation.at <= at else at


def open_at(payment: Payment, moment: dt.datetime) -> bool:
    """Tell whether the payment could be sent at a moment, by LINK-1 or a change."""
    closed = payment.expired_at is not None and payment.expired_at <= moment
    return payment.link_until.allows(moment) and not closed


def why_held(
    order: Order,
    payment: Payment,
    observation: PaymentObservation,
    *,
    amount: Money,
    moment: dt.datetime,
) -> HeldReason | None:
    """Tell why all of the money goes back; `None` if it counts."""
    if _paid_elsewhere(payment, observation):
        return HeldReason.WRONG_PAYEE
    if observation.order_id != order.id:
        return HeldReason.WRONG_ORDER
    if amount.currency != payment.amount.currency:
        return HeldReason.WRONG_CURRENCY
    if payment.received_at is not None or _paid_otherwise(order, payment):
        return HeldReason.DUPLICATE
    in_time = payment.state is PaymentState.EXPIRED and open_at(payment, moment)
    if payment.state in _CLOSED and not in_time:
        return HeldReason.LATE
    return None


def _paid_elsewhere(payment: Payment, observation: PaymentObservation) -> bool:
    """Tell whether the money came to another account than the payer was shown."""
    if payment.beneficiary is None or not observation.payee:
        return False
    return _account(observation.payee) != _account(payment.beneficiary.account)


def _account(text: str) -> str:
    """Write an account number without the gaps in which people read it."""
    return text.translate({ord(" "): None, ord("-"): None}).casefold()


def arrival(
    payment: Payment,
    observation: PaymentObservation,
    *,
    amount: Money,
    reason: HeldReason | None,
    moment: dt.datetime,
    at: dt.datetime,
) -> MoneyReceived:
    """Split what arrived into what counts and what is held."""
    counted = Money.zero(payment.amount.currency)
    held = amount
    if reason is None:
        counted = min(amount, payment.missing)
        held = amount - counted
        reason = HeldReason.EXCESS if held.is_positive else None
    receipt = Receipt(
        id=observation.id,
        amount=amount,
        counted=counted,
        held=held,
        held_reason=reason,
        received_at=moment,
        observed_at=at,
    )
    event = MoneyReceived(
        at=at,
        by=SYSTEM,
        payment_id=payment.id,
        receipt=receipt,
        state=payment.state,
        linked=payment.linked,
    )
    if counted.is_zero:
        twice = reason is HeldReason.DUPLICATE and payment.received_at is None
        # Otherwise a payment that another one made needless would wait for ever.
        return attrs.evolve(event, state=PaymentState.RETURNED) if twice else event
    return _counted(payment, event, linked=payment.linked and observation.linked)


def _counted(payment: Payment, event: MoneyReceived, *, linked: bool) -> MoneyReceived:
    """Tell the state of a payment when some money was counted."""
    if event.receipt.counted < payment.missing:
        return attrs.evolve(event, state=PaymentState.PART_RECEIVED, linked=linked)
    moments = [r.received_at for r in payment.receipts if r.counted.is_positive]
    return attrs.evolve(
        event,
        state=PaymentState.SETTLED if linked else PaymentState.RECEIVED_UNLINKED,
        linked=linked,
        complete_at=max([*moments, event.receipt.received_at]),
    )


def rivals(order: Order, payment: Payment) -> Iterator[Payment]:
    """Find the other payments for the same thing."""
    for other in order.payments:
        if other.id == payment.id or other.purpose is not payment.purpose:
            continue
        if payment.purpose is not Purpose.SERVICE or any(
            other.covers_service(service_id) for service_id, _ in payment.covers
        ):
            yield other


def _paid_otherwise(order: Order, payment: Payment) -> bool:
    """Tell whether another payment paid for the same thing and still does."""
    return any(
        other.received_at is not None
        and (
            payment.purpose is not Purpose.SERVICE
            or any(left_for(order, other, s).is_positive for s, _ in payment.covers)
        )
        for other in rivals(order, payment)
    )
