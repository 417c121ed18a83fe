"""
A simulated card company: it captures, declines, or asks for a further step.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pmkit.core.errors import OutOfOrderError
from pmkit.core.ports import (
    Availability,
    ChargeRequest,
    PaymentNews,
    PaymentObservation,
    PaymentQuery,
)
from pmkit.sandbox.processor import CURRENCIES, Processor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping

#: The token of a card that pays at once.
CAPTURES = "tok-captures"

#: The token of a card whose bank wants the payer to confirm.
NEEDS_STEP = "tok-needs-step"

#: Tokens of cards that do not pay, with what the payer is told.
DECLINES: Mapping[str, str] = MappingProxyType(
    {
        "tok-declines": "The card was declined: insufficient funds.",
        "tok-declines-expired": "The card was declined: it has expired.",
        "tok-declines-blocked": "The card was declined: its bank has blocked it.",
    }
)
_UNKNOWN = "The card was declined: it is not known."
_GIVEN_UP = "The payment was not confirmed with the bank."


class SandboxCard(Processor):
    """
    Cards that do what their token says.

    Args:
        clock: Tells the present instant, aware.

        name: Its name among methods.

        title: Its name for people.

        currencies: What it takes.

    Attributes:
        ledger: What it really did, with counts such as ``effects["capture p-1"]``.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], dt.datetime],
        name: str = "sandbox-card",
        title: str = "Card",
        currencies: Iterable[str] = CURRENCIES,
    ) -> None:
        super().__init__(
            clock=clock, name=name, title=title, currencies=currencies, prefix="CARD"
        )
        self._waiting: set[str] = set()

    def availability(self, query: PaymentQuery) -> Availability:
        """Say that money comes at once, or why it cannot come this way."""
        return self._unsuited(query) or Availability(
            available=True, expected_by=query.now
        )

    def beneficiary(self, request: ChargeRequest) -> None:
        """Name no account: a card is charged, nobody sends money."""

    def charge(self, request: ChargeRequest) -> tuple[PaymentObservation, ...]:
        """Charge the card; the same operation id charges it once."""

        def act() -> tuple[PaymentObservation, ...]:
            self._charges[request.payment_id] = request
            if request.instrument == CAPTURES:
                return self._capture(request)
            if request.instrument == NEEDS_STEP:
                self._waiting.add(request.payment_id)
                reason = "Your bank asks you to confirm the payment."
                news = PaymentNews.ACTION_REQUIRED
                return (self._tell(request.payment_id, news, reason=reason),)
            reason = DECLINES.get(request.instrument, _UNKNOWN)
            return (self._decline(request.payment_id, reason),)

        return self.ledger.once(request.operation_id, request, act)

    # ---------------------------------------------------- what happens on the far side

    def confirm(self, payment_id: str) -> tuple[PaymentObservation, ...]:
        """Have the payer take the further step; the card then pays."""
        self._stop_waiting(payment_id)
        return self._capture(self._charges[payment_id])

    def give_up(self, payment_id: str) -> PaymentObservation:
        """Have the payer not take the further step; the card does not pay."""
        self._stop_waiting(payment_id)
        return self._decline(payment_id, _GIVEN_UP)

    def _stop_waiting(self, payment_id: str) -> None:
        if payment_id not in self._waiting:
            msg = f"Payment {payment_id!r} does not wait for its payer."
            raise OutOfOrderError(
                msg, field="payment_id", remedy=f"Charge it with {NEEDS_STEP!r} first."
            )
        self._waiting.remove(payment_id)

    def _capture(self, request: ChargeRequest) -> tuple[PaymentObservation, ...]:
        self.ledger.effects[f"capture {request.payment_id}"] += 1
        return (
            self._tell(request.payment_id, PaymentNews.SUBMITTED),
            self._tell(request.payment_id, PaymentNews.RECEIVED, amount=request.amount),
        )

    def _decline(self, payment_id: str, reason: str) -> PaymentObservation:
        return self._tell(payment_id, PaymentNews.DECLINED, reason=reason)
