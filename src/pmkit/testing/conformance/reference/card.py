"""
The reference card processor: two requests for a charge, one for a refund.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from pmkit.core.lookups import Absent, Found
from pmkit.core.payment import RefundState
from pmkit.core.plugin_errors import ProtocolViolationError, WebhookRejected
from pmkit.core.ports import (
    Availability,
    PaymentNews,
    PaymentObservation,
    RefundObservation,
)
from pmkit.effects.webhooks import StampedHmac
from pmkit.testing.conformance.reference.reading import (
    as_record,
    moment,
    money,
    record_of,
    records,
    same,
    text,
)

if TYPE_CHECKING:
    from pmkit.core import ports
    from pmkit.core.lookups import FindRequest, ObservationsRequest
    from pmkit.core.money import Money
    from pmkit.effects.context import CallContext, Operation
    from pmkit.effects.webhooks import Delivery, VerifiedWebhook
    from pmkit.testing.conformance.reference.settings import ReferenceSettings

_News = PaymentObservation | RefundObservation
_PAYMENT = {
    "submitted": PaymentNews.SUBMITTED,
    "processing": PaymentNews.PROCESSING,
    "captured": PaymentNews.RECEIVED,
    "declined": PaymentNews.DECLINED,
}
_REFUND = {
    "refund-initiated": RefundState.INITIATED,
    "refund-done": RefundState.DONE,
}


class ReferenceCard:
    """
    Charge cards at the reference far side.

    Args:
        settings: One account there.
    """

    def __init__(self, settings: ReferenceSettings) -> None:
        self._settings = settings
        self._webhooks = StampedHmac(secrets=settings.webhook_secret)

    def availability(
        self, request: ports.PaymentQuery, context: CallContext
    ) -> Operation[Availability]:
        """Say whether it can be used."""
        path = f"/availability?currency={request.amount.currency}"
        said = record_of((yield self._request("GET", path, None, context)))
        available = said.get("available")
        if not isinstance(available, bool):
            msg = "The reply does not say whether."
            raise ProtocolViolationError(msg, field="available")
        reason = "" if available else text(said, "reason")
        return Availability(available=available, reason=reason)

    def charge(
        self, request: ports.ChargeRequest, context: CallContext
    ) -> Operation[list[PaymentObservation]]:
        """Start the payment: create it, then confirm it."""
        body = {
            "operation": request.operation_id,
            "order": request.order_id,
            "payment": request.payment_id,
            "amount": f"{request.amount.amount}",
            "currency": request.amount.currency,
            "token": request.instrument,
        }
        created = record_of((yield self._request("POST", "/payments", body, context)))
        same(created, "payment", request.payment_id)
        path = f"/payments/{text(created, 'id')}/confirmation"
        said = record_of((yield self._request("POST", path, {}, context)))
        same(said, "payment", request.payment_id)
        found = [self._news(event) for event in records(said, "events")]
        return [self._checked(news, request.amount) for news in found]

    def refund(
        self, request: ports.RefundOrder, context: CallContext
    ) -> Operation[list[RefundObservation]]:
        """Send money back."""
        body = {
            "operation": request.operation_id,
            "payment": request.payment_id,
            "refund": request.refund_id,
            "amount": f"{request.amount.amount}",
            "currency": request.amount.currency,
        }
        said = record_of((yield self._request("POST", "/refunds", body, context)))
        same(said, "refund", request.refund_id)
        found = [self._news(event) for event in records(said, "events")]
        return [news for news in found if isinstance(news, RefundObservation)]

    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[list[_News]]:
        """Report what happened."""
        path = f"/events?payment={request.subject}"
        said = record_of((yield self._request("GET", path, None, context)))
        same(said, "payment", request.subject)
        return [self._news(event) for event in records(said, "events")]

    def find(
        self, request: FindRequest, context: CallContext
    ) -> Operation[Found | Absent]:
        """Tell what became of a call."""
        path = f"/operations?name={request.operation_id}"
        said = record_of((yield self._request("GET", path, None, context)))
        found = records(said, "operations")
        if not found:
            return Absent()
        same(found[0], "name", request.operation_id)
        same(found[0], "subject", request.subject)
        return Found(news=tuple(self._news(x) for x in records(found[0], "events")))

    def verify(self, delivery: Delivery, context: CallContext) -> VerifiedWebhook:
        """Prove that a message is from the far side."""
        del context
        return self._webhooks.verify(delivery)

    def parse(self, verified: VerifiedWebhook, context: CallContext) -> list[_News]:
        """Read a message."""
        del context
        try:
            return [self._news(as_record(verified.json(), "body"))]
        except ProtocolViolationError as error:
            raise WebhookRejected(error.message, field=error.field) from None

    def _news(self, event: dict[str, Any]) -> _News:
        status = text(event, "status")
        about: dict[str, Any] = {
            "id": text(event, "id"),
            "order_id": text(event, "order"),
            "at": moment(event, "at"),
        }
        if status in _REFUND:
            refund = text(event, "refund")
            return RefundObservation(refund_id=refund, state=_REFUND[status], **about)
        if status not in _PAYMENT:
            msg = "The far side reports something that its contract does not know."
            raise ProtocolViolationError(msg, field="status")
        news = _PAYMENT[status]
        if news is PaymentNews.RECEIVED:
            about["amount"] = money(event, "amount", self._currency(event))
        if news is PaymentNews.DECLINED:
            about["reason"] = text(event, "reason")
        payment = text(event, "payment")
        return PaymentObservation(payment_id=payment, news=news, **about)

    def _currency(self, event: dict[str, Any]) -> str:
        return text(event, "currency")

    def _checked(self, news: _News, asked: Money) -> PaymentObservation:
        if not isinstance(news, PaymentObservation):
            msg = "The far side reports something else."
            raise ProtocolViolationError(msg, field="events")
        if news.amount is not None and news.amount.currency != asked.currency:
            msg = "The far side took another currency."
            raise ProtocolViolationError(msg, field="currency")
        return news

    def _request(
        self, method: str, path: str, body: object, context: CallContext
    ) -> httpx.Request:
        token = self._settings.api_key.reveal()
        headers = {"Authorization": f"Bearer {token}"}
        if context.key and method == "POST":
            headers["Idempotency-Key"] = self._key(path, context)
        url = self._settings.base_url + path
        return httpx.Request(method, url, headers=headers, json=body)

    def _key(self, path: str, context: CallContext) -> str:
        # The second request of a charge has other content, so it has its own key.
        return f"{context.key}-2" if path.endswith("/confirmation") else context.key
