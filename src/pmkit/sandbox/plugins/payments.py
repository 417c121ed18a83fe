"""
The plugins of the simulated payment companies: they speak alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.effects import EffectKind
from pmkit.core.lookups import Absent, Found
from pmkit.core.payment import Beneficiary
from pmkit.core.plugin_errors import PaymentDeclinedError, PluginCallError
from pmkit.core.ports import Availability, PaymentObservation, RefundObservation
from pmkit.sandbox.plugins.hearing import Hearing
from pmkit.sandbox.plugins.speaking import Speaking, news_of, said_as, violation

if TYPE_CHECKING:
    from pmkit.core.lookups import FindRequest, ObservationsRequest
    from pmkit.core.ports import ChargeRequest, PaymentQuery, RefundOrder
    from pmkit.effects.context import CallContext, Operation


class PaymentPlugin(Speaking):
    """Take and send back money by a simulated company."""

    def availability(
        self, request: PaymentQuery, context: CallContext
    ) -> Operation[Availability]:
        """Ask whether money can come this way."""
        del context
        return said_as(
            (yield from self.inquire("/availability", request)), Availability
        )

    def beneficiary(
        self, request: ChargeRequest, context: CallContext
    ) -> Operation[Beneficiary | None]:
        """Ask for the account to pay to."""
        del context
        said = yield from self.inquire("/beneficiaries", request)
        if "beneficiary" not in said:
            raise violation(field="beneficiary")
        found = said["beneficiary"]
        return None if found is None else said_as(found, Beneficiary)

    def charge(
        self, request: ChargeRequest, context: CallContext
    ) -> Operation[tuple[PaymentObservation, ...]]:
        """Start a payment."""
        said = yield from self.tell("/charges", request, context)
        return _only(said, PaymentObservation)

    def refund(
        self, request: RefundOrder, context: CallContext
    ) -> Operation[tuple[RefundObservation, ...]]:
        """Send money back."""
        said = yield from self.tell("/refunds", request, context)
        return _only(said, RefundObservation)

    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[tuple[PaymentObservation | RefundObservation, ...]]:
        """Read what happened to a payment and its refunds."""
        del context
        said = yield from self.ask("/observations", payment_id=request.subject)
        return _only(said, PaymentObservation, RefundObservation)

    def find(
        self, request: FindRequest, context: CallContext
    ) -> Operation[Found | Absent]:
        """Ask what became of a call."""
        del context
        charged = request.kind is EffectKind.CHARGE
        kind: type[Any] = PaymentObservation if charged else RefundObservation
        return (
            yield from self.look_up(
                request, lambda reply: Found(news=_only(reply, kind))
            )
        )

    def refused(self, code: str, field: str) -> PluginCallError:
        """Give the error of a refusal; a company that is not open declines."""
        if code != "unavailable":
            return super().refused(code, field)
        msg = "The payment cannot be made this way at present."
        remedy = "Use another method."
        return PaymentDeclinedError(msg, provider_code=code, remedy=remedy)


class HearingPaymentPlugin(Hearing, PaymentPlugin):
    """The same, and hear of it."""

    hears = (PaymentObservation, RefundObservation)


class CardPlugin(HearingPaymentPlugin):
    """Charge cards."""

    company = "/payments/card"
    sender = "card"


class TransferPlugin(HearingPaymentPlugin):
    """Expect bank transfers."""

    company = "/payments/transfer"
    sender = "transfer"


class PayLaterPlugin(PaymentPlugin):
    """Lend, if the lender lends."""

    company = "/payments/pay-later"


def _only(said: dict[str, Any], *kinds: type[Any]) -> tuple[Any, ...]:
    """Read the news of a reply, all of them of the right kind."""
    found = tuple(news_of(said))
    if not all(isinstance(news, kinds) for news in found):
        raise violation(field="observations")
    return found
