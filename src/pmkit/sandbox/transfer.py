"""
A simulated bank: transfers that arrive on time, late, short, unlinked or elsewhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from pmkit.core.errors import InputError
from pmkit.core.payment import Beneficiary
from pmkit.core.ports import (
    Availability,
    ChargeRequest,
    PaymentNews,
    PaymentObservation,
    PaymentQuery,
)
from pmkit.sandbox.processor import CURRENCIES, Processor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmkit.core.money import Money

#: How long a transfer takes here, in calendar days.  A real one takes three to seven
#: working days: http://service.alibaba.com/buyer/faq_detail/20328873.htm
ARRIVAL_DAYS = 5

_REFERENCE_LENGTH = 10


class SandboxTransfer(Processor):
    """
    Bank transfers that do what the scenario says.

    Args:
        clock: Tells the present instant, aware.

        name: Its name among methods.

        title: Its name for people.

        currencies: What it takes.

    Attributes:
        ledger: What it really did, with counts such as ``effects["arrive p-1"]``.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], dt.datetime],
        name: str = "sandbox-transfer",
        title: str = "Bank transfer (T/T)",
        currencies: Iterable[str] = CURRENCIES,
    ) -> None:
        super().__init__(
            clock=clock, name=name, title=title, currencies=currencies, prefix="BANK"
        )

    def availability(self, query: PaymentQuery) -> Availability:
        """Say when money sent now should be there, or why it cannot come this way."""
        expected_by = query.now + dt.timedelta(days=ARRIVAL_DAYS)
        return self._unsuited(query) or Availability(
            available=True, expected_by=expected_by
        )

    def beneficiary(self, request: ChargeRequest) -> Beneficiary:
        """Name the account to pay to, with a reference of its own for each payment."""
        about = f"{request.order_id}\n{request.payment_id}".encode()
        digest = hashlib.sha256(about).hexdigest().upper()
        return Beneficiary(
            name="Sandbox Marketplace Escrow",
            account=f"SANDBOX-{request.amount.currency}-0001",
            bank="Sandbox Bank, BIC SBOXHKHHXXX",
            reference=f"PM-{digest[:_REFERENCE_LENGTH]}",
        )

    def charge(self, request: ChargeRequest) -> tuple[PaymentObservation, ...]:
        """Expect a transfer; nothing happens before the payer sends it."""

        def act() -> tuple[PaymentObservation, ...]:
            self._charges[request.payment_id] = request
            self.ledger.effects[f"expect {request.payment_id}"] += 1
            return ()

        return self.ledger.once(request.operation_id, request, act)

    # ---------------------------------------------------- what happens on the far side

    def sends(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        at: dt.datetime | None = None,
    ) -> PaymentObservation:
        """Have the payer send money; all that is due, if no amount is given."""
        sent = self._now() if at is None else at
        return self._tell(
            payment_id,
            PaymentNews.SUBMITTED,
            at=sent,
            amount=self._amount(payment_id, amount),
            expected_by=sent + dt.timedelta(days=ARRIVAL_DAYS),
        )

    def processes(
        self, payment_id: str, *, at: dt.datetime | None = None
    ) -> PaymentObservation:
        """Have the payer's bank work on it."""
        return self._tell(payment_id, PaymentNews.PROCESSING, at=at)

    def arrives(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        at: dt.datetime | None = None,
        linked: bool = True,
        payee: str | None = None,
    ) -> PaymentObservation:
        """
        Have money arrive on the account.

        Args:
            payment_id: The payment.

            amount: What arrives, in any currency; all that is due, if left out.

            at: When, aware; now, if left out.

            linked: Whether the bank can tell which order it is for.

            payee: The account that it comes to; the one shown, if left out.

        Returns:
            What the bank reports.
        """
        arrived = self._amount(payment_id, amount)
        if payee is None:
            payee = self.beneficiary(self._charge(payment_id)).account
        self.ledger.effects[f"arrive {payment_id}"] += 1
        return self._tell(
            payment_id,
            PaymentNews.RECEIVED,
            at=at,
            amount=arrived,
            linked=linked,
            payee=payee,
        )

    def arrives_short(
        self, payment_id: str, missing: Money, *, at: dt.datetime | None = None
    ) -> PaymentObservation:
        """Have less arrive than is due, as when a bank on the way takes a fee."""
        left = self._charge(payment_id).amount - missing
        if not left.is_positive or not missing.is_positive:
            msg = f"{missing} cannot be missing from {self._charge(payment_id).amount}."
            raise InputError(msg, field="missing", remedy="Give a part of it.")
        return self.arrives(payment_id, left, at=at)

    def arrives_unlinked(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        at: dt.datetime | None = None,
    ) -> PaymentObservation:
        """Have money arrive of which nobody can tell yet which order it is for."""
        return self.arrives(payment_id, amount, at=at, linked=False)

    def arrives_misdirected(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        at: dt.datetime | None = None,
    ) -> PaymentObservation:
        """Have money go to another account than the one shown at checkout."""
        reason = "The money went to another account than the one shown at checkout."
        return self._tell(
            payment_id,
            PaymentNews.MISDIRECTED,
            at=at,
            amount=self._amount(payment_id, amount),
            reason=reason,
        )

    def arrives_for_other_order(
        self,
        payment_id: str,
        order_id: str,
        amount: Money | None = None,
        *,
        at: dt.datetime | None = None,
    ) -> PaymentObservation:
        """Have money arrive with the reference of another order on it."""
        arrived = self._amount(payment_id, amount)
        self.ledger.effects[f"arrive {payment_id}"] += 1
        return self._tell(
            payment_id, PaymentNews.RECEIVED, at=at, order_id=order_id, amount=arrived
        )

    def bank_returns(
        self,
        payment_id: str,
        amount: Money | None = None,
        *,
        at: dt.datetime | None = None,
    ) -> PaymentObservation:
        """Have the other bank send misdirected money back to the payer."""
        reason = "The bank sent the money back to the account it came from."
        return self._tell(
            payment_id,
            PaymentNews.RETURNED,
            at=at,
            amount=self._amount(payment_id, amount),
            reason=reason,
        )

    def _amount(self, payment_id: str, amount: Money | None) -> Money:
        due = self._charge(payment_id).amount
        return due if amount is None else amount
