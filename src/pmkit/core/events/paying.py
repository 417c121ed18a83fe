"""
What happens to money.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, ClassVar

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.events.base import Event, ServiceEvent
from pmkit.core.evolving import evolve
from pmkit.core.payment import (
    Payment,
    PaymentState,
    Receipt,
    Refund,
    RefundRoute,
    RefundState,
)
from pmkit.core.service import Booking, Service
from pmkit.core.visit import Visit

if TYPE_CHECKING:
    from pmkit.core.order import Order


@attrs.frozen(kw_only=True)
class PaymentStarted(Event):
    """Somebody chose a method and got what they need to pay."""

    payment: Payment

    def apply(self, order: Order) -> Order:
        """Put it at the end."""
        return order.with_payment(self.payment)


@attrs.frozen(kw_only=True)
class _PaymentTurn(Event):
    """
    A payment went into another state.

    Args:
        reason: Why, in words for the payer.
    """

    state: ClassVar[PaymentState]

    payment_id: str
    reason: str = ""

    def apply(self, order: Order) -> Order:
        """Note the state and its reason."""
        payment = order.payment(self.payment_id)
        return order.with_payment(evolve(payment, state=self.state, reason=self.reason))


@attrs.frozen(kw_only=True)
class PaymentActionRequired(_PaymentTurn):
    """The payer has to do one more thing."""

    state = PaymentState.ACTION_REQUIRED


@attrs.frozen(kw_only=True)
class PaymentProcessing(_PaymentTurn):
    """A bank is working on it."""

    state = PaymentState.PROCESSING


@attrs.frozen(kw_only=True)
class PaymentDeclined(_PaymentTurn):
    """It was declined; no money was taken."""

    state = PaymentState.DECLINED


@attrs.frozen(kw_only=True)
class PaymentExpired(_PaymentTurn):
    """Its link ran out, or was closed, before money was sent."""

    state = PaymentState.EXPIRED

    def apply(self, order: Order) -> Order:
        """Note it, and when: what was sent earlier still counts."""
        closed = super().apply(order)
        return closed.with_payment(
            evolve(closed.payment(self.payment_id), expired_at=self.at)
        )


@attrs.frozen(kw_only=True)
class PaymentMisdirected(_PaymentTurn):
    """The money went to another account than the one shown at checkout."""

    state = PaymentState.MISDIRECTED


@attrs.frozen(kw_only=True)
class PaymentReturned(_PaymentTurn):
    """The bank sent misdirected money back to the payer."""

    state = PaymentState.RETURNED


@attrs.frozen(kw_only=True)
class PaymentSubmitted(Event):
    """
    The payer sent the money.

    Args:
        submitted_at: When, UTC.

        expected_by: When a slow method says it should be there, UTC.

        warning: What the payer has to know when that is too late.
    """

    payment_id: str
    submitted_at: dt.datetime
    expected_by: dt.datetime | None = None
    warning: str = ""

    def apply(self, order: Order) -> Order:
        """Note when, and what to expect."""
        return order.with_payment(
            evolve(
                order.payment(self.payment_id),
                state=PaymentState.SUBMITTED,
                submitted_at=self.submitted_at,
                expected_by=self.expected_by,
                warning=self.warning,
                reason="",
            )
        )


@attrs.frozen(kw_only=True)
class MoneyReceived(Event):
    """
    Money arrived on the platform's account.

    Args:
        receipt: What arrived, what of it counts, what goes back.

        state: The state of the payment after it.

        linked: Whether it is known to belong to this order.

        complete_at: When the cumulative amount reached what was due, UTC.
    """

    payment_id: str
    receipt: Receipt
    state: PaymentState
    linked: bool
    complete_at: dt.datetime | None = None

    def apply(self, order: Order) -> Order:
        """Add the receipt."""
        payment = order.payment(self.payment_id)
        return order.with_payment(
            evolve(
                payment,
                receipts=(*payment.receipts, self.receipt),
                state=self.state,
                linked=self.linked,
                received_at=payment.received_at or self.complete_at,
                reason="",
            )
        )


@attrs.frozen(kw_only=True)
class PaymentLinked(Event):
    """Somebody said which order the money is for."""

    payment_id: str
    state: PaymentState

    def apply(self, order: Order) -> Order:
        """Note it."""
        payment = order.payment(self.payment_id)
        return order.with_payment(evolve(payment, linked=True, state=self.state))


@attrs.frozen(kw_only=True)
class TaskReceived(ServiceEvent):
    """
    The service is booked and paid in time; the agency has its task.

    Args:
        counted_at: The instant that was held against BOOK-1, UTC.
    """

    counted_at: dt.datetime

    def change(self, service: Service) -> Service:
        """Book it and ask for its visits."""
        return evolve(
            service,
            booking=Booking(at=self.counted_at),
            visits=tuple(Visit(number=n) for n in range(1, service.planned_visits + 1)),
        )


@attrs.frozen(kw_only=True)
class BookingConfirmed(ServiceEvent):
    """The agency answered the booking with its own number."""

    reference: str

    def change(self, service: Service) -> Service:
        """Note the number."""
        booking = service.booking and evolve(service.booking, reference=self.reference)
        return evolve(service, booking=booking)


@attrs.frozen(kw_only=True)
class RefundRequested(Event):
    """Money has to go back."""

    refund: Refund

    def apply(self, order: Order) -> Order:
        """Note it; a fee that lowers the open balance does so at once."""
        if self.refund.route is RefundRoute.REDUCE_BALANCE:
            order = evolve(order, balance=order.balance - self.refund.amount)
        return order.with_refund(self.refund)


@attrs.frozen(kw_only=True)
class RefundMoved(Event):
    """
    A refund went on.

    Args:
        expected_by: REFUND-1, when it should have arrived, once it was initiated.
    """

    refund_id: str
    state: RefundState
    expected_by: Deadline | None = None
    reason: str = ""

    def apply(self, order: Order) -> Order:
        """Note the state."""
        refund = order.refund(self.refund_id)
        return order.with_refund(
            evolve(
                refund,
                state=self.state,
                expected_by=self.expected_by or refund.expected_by,
            )
        )
