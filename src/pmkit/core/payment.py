"""
Money on its way: a payment, what arrived on it, and what goes back.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.checked import filled, utc
from pmkit.core.deadlines import Deadline
from pmkit.core.money import Money
from pmkit.core.parties import Actor


class Purpose(enum.StrEnum):
    """What a payment is for."""

    INITIAL = "initial"
    BALANCE = "balance"
    #: A service paid for separately, after the initial payment.
    SERVICE = "service"


class PaymentState(enum.StrEnum):
    """How far a payment has come."""

    CREATED = "created"
    #: The payer has to do something more, such as confirm with the bank.
    ACTION_REQUIRED = "action-required"
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    #: Some money arrived, less than is due.
    PART_RECEIVED = "part-received"
    #: All the money arrived, but nobody has said yet which order it is for.
    RECEIVED_UNLINKED = "received-unlinked"
    SETTLED = "settled"
    DECLINED = "declined"
    EXPIRED = "expired"
    #: The payer used another account than the one shown at checkout.
    MISDIRECTED = "misdirected"
    RETURNED = "returned"


#: States in which the payer's money is on its way or here.
UNDER_WAY = frozenset(
    {
        PaymentState.SUBMITTED,
        PaymentState.PROCESSING,
        PaymentState.PART_RECEIVED,
        PaymentState.RECEIVED_UNLINKED,
    }
)

#: What each state means, in words for the payer.
PLAIN_REASON = {
    PaymentState.CREATED: "The payment was started and nothing has been sent yet.",
    PaymentState.ACTION_REQUIRED: "Your bank asks for one more step before it pays.",
    PaymentState.SUBMITTED: "You have sent the payment; it has not arrived yet.",
    PaymentState.PROCESSING: "The bank is working on the payment.",
    PaymentState.PART_RECEIVED: "Some of the money arrived; the rest is still due.",
    PaymentState.RECEIVED_UNLINKED: (
        "The money arrived but has not been linked to this order yet; "
        "it counts from the day it arrived."
    ),
    PaymentState.SETTLED: "The money arrived and belongs to this order.",
    PaymentState.DECLINED: "The payment was declined and no money was taken.",
    PaymentState.EXPIRED: "The payment link ran out before any money came.",
    PaymentState.MISDIRECTED: (
        "The money went to another account than the one shown at checkout; "
        "that bank sends it back and you have to pay again."
    ),
    PaymentState.RETURNED: "The money was sent back to you.",
}


class HeldReason(enum.StrEnum):
    """Why money that arrived is not counted and goes back."""

    EXCESS = "more-than-due"
    DUPLICATE = "paid-twice"
    WRONG_CURRENCY = "wrong-currency"
    WRONG_ORDER = "wrong-order"
    WRONG_PAYEE = "wrong-payee"
    LATE = "too-late"


@attrs.frozen(kw_only=True)
class Beneficiary:
    """
    The account that a bank transfer has to go to, as shown at checkout.

    Args:
        name: Whom the account belongs to.

        account: The account number.

        bank: The bank, with its BIC.

        reference: What the payer must write, so that the money finds the order.
    """

    name: str
    account: str
    bank: str
    reference: str


@attrs.frozen(kw_only=True)
class Receipt:
    """
    Money that arrived on the platform's account.

    What is counted and what is held add up to what arrived: nothing is lost.

    Args:
        id: The processor's name for this arrival; one id counts once for ever.

        amount: What arrived.

        counted: The part that pays what was due, in the payment's currency.

        held: The part that goes back, in the currency that came.

        held_reason: Why it goes back.

        received_at: The instant it counts from, UTC.

        observed_at: When pmkit heard of it, UTC.
    """

    id: str = attrs.field(validator=filled)
    amount: Money
    counted: Money
    held: Money
    held_reason: HeldReason | None = None
    received_at: dt.datetime = attrs.field(validator=utc)
    observed_at: dt.datetime = attrs.field(validator=utc)


@attrs.frozen(kw_only=True)
class Payment:
    """
    One attempt to pay a fixed amount by one method.

    Args:
        id: Its name within the order.

        purpose: The initial payment, the balance, or one service apart.

        method: The payment method's name.

        amount: What is due.

        covers: The services whose price is inside *amount*, with their prices.

        started_by: Who started it; the money is theirs.

        link_until: Until when it can be submitted.

        expected_by: When a slow method says its money should be there, UTC.

        received_at: When the cumulative amount reached *amount*, UTC.

        expired_at: When its link was closed, UTC, if it was.
    """

    id: str = attrs.field(validator=filled)
    purpose: Purpose
    method: str
    amount: Money
    covers: tuple[tuple[str, Money], ...] = ()
    started_by: Actor
    created_at: dt.datetime = attrs.field(validator=utc)
    link_until: Deadline
    beneficiary: Beneficiary | None = None
    state: PaymentState = PaymentState.CREATED
    reason: str = ""
    submitted_at: dt.datetime | None = None
    expected_by: dt.datetime | None = None
    warning: str = ""
    receipts: tuple[Receipt, ...] = ()
    linked: bool = True
    received_at: dt.datetime | None = None
    expired_at: dt.datetime | None = None

    @property
    def counted(self) -> Money:
        """What arrived and counts, in the payment's currency."""
        total = Money.zero(self.amount.currency)
        for receipt in self.receipts:
            total += receipt.counted
        return total

    @property
    def missing(self) -> Money:
        """What is still due."""
        return self.amount - self.counted

    def covers_service(self, service_id: str) -> bool:
        """Tell whether the price of a service is inside this payment."""
        return any(covered == service_id for covered, _ in self.covers)


class RefundRoute(enum.StrEnum):
    """
    How money goes back to who paid it.

    https://www.alibabafaq.com/faq7_how-to-apply-refund-for-value-added-service-490.html
    """

    #: Paid apart: back to the card or account it came from.
    BACK_TO_METHOD = "back-to-method"
    #: Paid with the initial payment, balance open: the balance falls by the fee.
    REDUCE_BALANCE = "reduce-balance"
    #: The order is fully paid: the supplier refunds.
    SUPPLIER_REFUND = "supplier-refund"


class RefundState(enum.StrEnum):
    """How far a refund has come."""

    REQUESTED = "requested"
    INITIATED = "initiated"
    DONE = "done"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class Refund:
    """
    Money that goes back.

    Args:
        id: Its name within the order.

        payment_id: The payment it came in by.

        service_id: The service it was for, if it was for one.

        amount: What goes back, in the currency that came.

        route: How it goes back.

        cause: Why, in words for the payer.

        expected_by: When it should have arrived, if the route has a clock.
    """

    id: str = attrs.field(validator=filled)
    payment_id: str
    service_id: str | None = None
    amount: Money
    route: RefundRoute
    cause: str
    requested_at: dt.datetime = attrs.field(validator=utc)
    expected_by: Deadline | None = None
    state: RefundState = RefundState.REQUESTED
