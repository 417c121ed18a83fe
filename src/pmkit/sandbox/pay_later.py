"""
A payment method that is on the panel, cannot be used, and says why.
"""

from __future__ import annotations

from typing import NoReturn

from pmkit.core.errors import UnavailableError
from pmkit.core.ports import (
    Availability,
    ChargeRequest,
    PaymentObservation,
    PaymentQuery,
    RefundObservation,
    RefundOrder,
)

#: What the payer is told.
PAUSED = "Pay Later is temporarily unavailable: the lender has paused new credit."


class PayLater:
    """
    Credit for buyers from a lender that lends nothing at present.

    https://www.alibabafaq.com/faq5_how-do-i-pay-for-my-trade-assurance-order-via-pay-later-453.html

    Args:
        name: Its name among methods.

        title: Its name for people.
    """

    def __init__(
        self, *, name: str = "sandbox-pay-later", title: str = "Pay Later"
    ) -> None:
        self._name = name
        self._title = title

    @property
    def name(self) -> str:
        """Its name among methods."""
        return self._name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self._title

    def availability(self, query: PaymentQuery) -> Availability:  # noqa: ARG002
        """Say why it cannot be used."""
        return Availability(available=False, reason=PAUSED)

    def beneficiary(self, request: ChargeRequest) -> None:
        """Name no account."""

    def charge(self, request: ChargeRequest) -> NoReturn:  # noqa: ARG002
        """
        Refuse.

        Raises:
            pmkit.UnavailableError: Always.
        """
        self._refuse()

    def refund(self, order: RefundOrder) -> NoReturn:  # noqa: ARG002
        """
        Refuse: nothing was ever paid this way.

        Raises:
            pmkit.UnavailableError: Always.
        """
        self._refuse()

    def observations(
        self,
        payment_id: str,  # noqa: ARG002
    ) -> tuple[PaymentObservation | RefundObservation, ...]:
        """Report nothing."""
        return ()

    @staticmethod
    def _refuse() -> NoReturn:
        raise UnavailableError(PAUSED, field="method", remedy="Use another method.")
