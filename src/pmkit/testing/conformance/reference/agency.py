"""
The reference agency: an HTTP plugin like anyone's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from pmkit.core.lookups import Absent, Found
from pmkit.core.plugin_errors import ProtocolViolationError, WebhookRejected
from pmkit.core.ports import (
    AgencyObservation,
    AppointmentAccepted,
    ArrivedOnSite,
    BookingReply,
    CheckFailed,
    InspectorNamed,
)
from pmkit.core.service import Price, PriceLine, PriceLineKind
from pmkit.core.visit import MissedCause
from pmkit.effects.statuses import reads
from pmkit.effects.webhooks import StandardWebhooks
from pmkit.testing.conformance.reference.reading import (
    as_record,
    day,
    moment,
    money,
    number,
    record_of,
    records,
    same,
    text,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pmkit.core import ports
    from pmkit.core.lookups import (
        FindRequest,
        ObservationsRequest,
        VisitDaysRequest,
    )
    from pmkit.effects.context import CallContext, Operation
    from pmkit.effects.webhooks import Delivery, VerifiedWebhook
    from pmkit.testing.conformance.reference.settings import ReferenceSettings

_CAUSES = {cause.value: cause for cause in MissedCause}


class ReferenceAgency:
    """
    Book inspections at the reference far side.

    Args:
        settings: One account there.
    """

    def __init__(self, settings: ReferenceSettings) -> None:
        self._settings = settings
        self._webhooks = StandardWebhooks(secrets=settings.webhook_secret)

    def quote(
        self, request: ports.QuoteRequest, context: CallContext
    ) -> Operation[Price]:
        """Name a price."""
        body = {
            "kind": request.kind,
            "currency": request.currency,
            "visits": request.planned_visits,
            "products": [line.product for line in request.lines],
        }
        response = yield reads(self._post("/quotes", body, context))
        said = record_of(response)
        lines = [self._line(line, request.currency) for line in records(said, "lines")]
        if not lines:
            msg = "The price has no lines."
            raise ProtocolViolationError(msg, field="lines")
        return Price(lines=tuple(lines), quote=text(said, "quote"))

    def visit_days(
        self, request: VisitDaysRequest, context: CallContext
    ) -> Operation[list[dt.date]]:
        """Tell the days on which an inspector could come."""
        path = f"/days?first={request.first}&last={request.last}"
        said = record_of((yield self._get(path, context)))
        days = said.get("days")
        if not isinstance(days, list):
            msg = "The reply has no days."
            raise ProtocolViolationError(msg, field="days")
        return [day(found, "days") for found in days]

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task."""
        body = {
            "operation": request.operation_id,
            "order": request.order_id,
            "service": request.service_id,
            "kind": request.kind,
            "visits": request.planned_visits,
            "requirements": request.requirements,
            "products": [[line.product, line.quantity] for line in request.lines],
        }
        said = record_of((yield self._post("/tasks", body, context)))
        same(said, "service", request.service_id)
        return BookingReply(reference=text(said, "id"))

    def move(self, request: ports.MoveRequest, context: CallContext) -> Operation[None]:
        """Hear that a visit is wanted at another time."""
        body = {
            "operation": request.operation_id,
            "visit": request.visit,
            "starts_at": request.appointment.starts_at.isoformat(),
            "ends_at": request.appointment.ends_at.isoformat(),
            "place": request.appointment.place,
        }
        path = f"/tasks/{request.reference}/moves"
        said = record_of((yield self._post(path, body, context)))
        same(said, "service", request.service_id)

    def cancel(
        self, request: ports.CancelRequest, context: CallContext
    ) -> Operation[None]:
        """Hear that the task is over."""
        body = {"operation": request.operation_id, "cause": request.cause}
        path = f"/tasks/{request.reference}/cancellation"
        said = record_of((yield self._post(path, body, context)))
        same(said, "service", request.service_id)

    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[list[AgencyObservation]]:
        """Report what happened."""
        said = record_of((yield self._get(f"/services/{request.subject}", context)))
        same(said, "service", request.subject)
        found = [self._observation(event) for event in records(said, "events")]
        return [news for news in found if news.service_id == request.subject]

    def find(
        self, request: FindRequest, context: CallContext
    ) -> Operation[Found | Absent]:
        """Tell what became of a call."""
        path = f"/operations?name={request.operation_id}"
        said = record_of((yield self._get(path, context)))
        found = records(said, "operations")
        if not found:
            return Absent()
        same(found[0], "name", request.operation_id)
        same(found[0], "service", request.subject)
        if request.kind.value == "book":
            return Found(news=(BookingReply(reference=text(found[0], "task")),))
        return Found()

    def verify(self, delivery: Delivery, context: CallContext) -> VerifiedWebhook:
        """Prove that a message is from the far side."""
        del context
        return self._webhooks.verify(delivery)

    def parse(
        self, verified: VerifiedWebhook, context: CallContext
    ) -> list[AgencyObservation]:
        """Read a message."""
        del context
        try:
            return [self._observation(as_record(verified.json(), "body"))]
        except ProtocolViolationError as error:
            raise WebhookRejected(error.message, field=error.field) from None

    def _line(self, line: dict[str, Any], currency: str) -> PriceLine:
        return PriceLine(
            kind=PriceLineKind.SERVICE,
            description=text(line, "text"),
            amount=money(line, "amount", currency),
        )

    def _observation(self, event: dict[str, Any]) -> AgencyObservation:
        kind = text(event, "type")
        about: dict[str, Any] = {
            "id": text(event, "id"),
            "service_id": text(event, "service"),
            "visit": number(event, "visit"),
            "at": moment(event, "at"),
        }
        if kind == "accepted":
            return AppointmentAccepted(**about)
        if kind == "inspector":
            return InspectorNamed(inspector=text(event, "name"), **about)
        if kind == "arrived":
            return ArrivedOnSite(**about)
        if kind == "failed":
            word = text(event, "cause")
            cause = _CAUSES.get(word, MissedCause.OTHER)
            return CheckFailed(cause=cause, note=word, **about)
        msg = "The far side reports something that its contract does not know."
        raise ProtocolViolationError(msg, field="type")

    def _headers(self, context: CallContext, *, key: bool) -> Mapping[str, str]:
        token = self._settings.api_key.reveal()
        headers = {"Authorization": f"Bearer {token}"}
        return headers | {"Idempotency-Key": context.key} if key else headers

    def _get(self, path: str, context: CallContext) -> httpx.Request:
        headers = self._headers(context, key=False)
        return httpx.Request("GET", self._settings.base_url + path, headers=headers)

    def _post(self, path: str, body: object, context: CallContext) -> httpx.Request:
        headers = self._headers(context, key=bool(context.key))
        url = self._settings.base_url + path
        return httpx.Request("POST", url, headers=headers, json=body)
