"""
What the simulated payment methods have in common: a journal, receipts and refunds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.environment import Environment
from pmkit.core.errors import NotFoundError, OutOfOrderError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.payment import RefundState
from pmkit.core.ports import (
    Availability,
    ChargeRequest,
    PaymentNews,
    PaymentObservation,
    PaymentQuery,
    RefundObservation,
    RefundOrder,
)
from pmkit.sandbox.ledger import Ledger

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable

#: The currencies in which the simulated methods take money.
CURRENCIES = ("CNY", "EUR", "GBP", "USD")


class Processor:
    """
    The books of a simulated payment company.

    Args:
        clock: Tells the present instant, aware.

        name: Its name among methods.

        title: Its name for people.

        currencies: What it takes.

        prefix: How its numbers begin.

    Attributes:
        ledger: What it really did, with counts such as ``effects["refund r-1"]``.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], dt.datetime],
        name: str,
        title: str,
        currencies: Iterable[str],
        prefix: str,
    ) -> None:
        self._clock = clock
        self._name = name
        self._title = title
        self._currencies = tuple(sorted(currencies))
        self._prefix = prefix
        self._charges: dict[str, ChargeRequest] = {}
        self._refunds: dict[str, RefundOrder] = {}
        self._journal: list[tuple[str, PaymentObservation | RefundObservation]] = []
        self.ledger = Ledger()

    @property
    def name(self) -> str:
        """Its name among methods."""
        return self._name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self._title

    @property
    def journal(self) -> tuple[PaymentObservation | RefundObservation, ...]:
        """All its news, oldest first."""
        return tuple(news for _, news in self._journal)

    @property
    def charges(self) -> tuple[ChargeRequest, ...]:
        """The payments in its books, oldest first."""
        return tuple(self._charges.values())

    @property
    def refunds(self) -> tuple[RefundOrder, ...]:
        """The refunds that it took on, oldest first."""
        taken = (
            refund
            for refund_id, refund in self._refunds.items()
            if self.ledger.effects[f"refund {refund_id}"]
        )
        return tuple(taken)

    def refund(self, order: RefundOrder) -> tuple[RefundObservation, ...]:
        """Send money back, at most what came; the same operation id sends it once."""

        def act() -> tuple[RefundObservation, ...]:
            self._charge(order.payment_id)
            left = self.refundable(order.payment_id, order.amount.currency)
            self._refunds[order.refund_id] = order
            if not order.amount.is_positive or left < order.amount:
                reason = f"At most {left} of this payment can go back."
                return (self._tell_refund(order, RefundState.FAILED, reason),)
            self.ledger.effects[f"refund {order.refund_id}"] += 1
            return (self._tell_refund(order, RefundState.INITIATED),)

        return self.ledger.once(order.operation_id, order, act)

    def observations(
        self, payment_id: str
    ) -> tuple[PaymentObservation | RefundObservation, ...]:
        """Report what happened to a payment and its refunds, oldest first."""
        return tuple(news for about, news in self._journal if about == payment_id)

    def refundable(self, payment_id: str, currency: str) -> Money:
        """Tell what came in by a payment and has not gone back."""
        left = Money.zero(currency)
        for news in self.observations(payment_id):
            if isinstance(news, PaymentObservation):
                came = news.amount if news.news is PaymentNews.RECEIVED else None
                if came is not None and came.currency == currency:
                    left += came
        for refund_id, order in self._refunds.items():
            ours = order.payment_id == payment_id and order.amount.currency == currency
            if ours and self._refund_state(refund_id) is not RefundState.FAILED:
                left -= order.amount
        return left

    # ---------------------------------------------------- what happens on the far side

    def settle_refund(self, refund_id: str) -> RefundObservation:
        """Have a refund arrive at the payer."""
        return self._end_refund(refund_id, RefundState.DONE)

    def fail_refund(self, refund_id: str, reason: str) -> RefundObservation:
        """Have a refund come back undelivered."""
        return self._end_refund(refund_id, RefundState.FAILED, reason)

    def _end_refund(
        self, refund_id: str, state: RefundState, reason: str = ""
    ) -> RefundObservation:
        if self._refund_state(refund_id) is not RefundState.INITIATED:
            msg = f"Refund {refund_id!r} is not on its way."
            raise OutOfOrderError(msg, field="refund_id", remedy="Order it first.")
        return self._tell_refund(self._refunds[refund_id], state, reason)

    def _refund_state(self, refund_id: str) -> RefundState | None:
        """Tell the last news of a refund."""
        for _, news in reversed(self._journal):
            if isinstance(news, RefundObservation) and news.refund_id == refund_id:
                return news.state
        return None

    def _unsuited(self, query: PaymentQuery) -> Availability | None:
        """Say why an amount cannot be paid this way, if so."""
        if not query.amount.is_positive:
            return Availability(available=False, reason="There is nothing to pay.")
        if query.amount.currency in self._currencies:
            return None
        taken = ", ".join(self._currencies)
        reason = f"{self._title} does not take {query.amount.currency}, only {taken}."
        return Availability(available=False, reason=reason)

    def _charge(self, payment_id: str) -> ChargeRequest:
        if payment_id in self._charges:
            return self._charges[payment_id]
        msg = f"{self._title} has no payment {payment_id!r}."
        raise NotFoundError(msg, field="payment_id", remedy="Charge it first.")

    def _now(self) -> dt.datetime:
        return to_utc(self._clock())

    def _id(self, payment_id: str) -> str:
        """Name the next news; the payment in it keeps two runs on one store apart."""
        return f"{self._prefix}-{payment_id}-{len(self.observations(payment_id)) + 1}"

    def _tell(
        self,
        payment_id: str,
        news: PaymentNews,
        *,
        at: dt.datetime | None = None,
        order_id: str | None = None,
        amount: Money | None = None,
        linked: bool = True,
        reason: str = "",
        expected_by: dt.datetime | None = None,
        payee: str = "",
    ) -> PaymentObservation:
        """Write what happened to a payment into the journal."""
        seen = PaymentObservation(
            id=self._id(payment_id),
            order_id=order_id or self._charge(payment_id).order_id,
            payment_id=payment_id,
            news=news,
            at=self._now() if at is None else to_utc(at),
            amount=amount,
            linked=linked,
            reason=reason,
            expected_by=expected_by,
            payee=payee,
            environment=Environment.SANDBOX,
        )
        self._journal.append((payment_id, seen))
        return seen

    def _tell_refund(
        self, order: RefundOrder, state: RefundState, reason: str = ""
    ) -> RefundObservation:
        """Write what happened to a refund into the journal."""
        seen = RefundObservation(
            id=self._id(order.payment_id),
            order_id=order.order_id,
            refund_id=order.refund_id,
            state=state,
            at=self._now(),
            reason=reason,
            environment=Environment.SANDBOX,
        )
        self._journal.append((order.payment_id, seen))
        return seen
