"""
Bugs of how replies are read.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.currencies import exponent
from pmkit.core.money import Money
from pmkit.core.plugin_errors import ProtocolViolationError
from pmkit.core.ports import (
    AgencyObservation,
    ArrivedOnSite,
    BookingReply,
    PaymentNews,
    PaymentObservation,
)
from pmkit.core.service import PriceLine, PriceLineKind
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
    ReferenceAgency,
    ReferenceCard,
    ReferenceMessenger,
)
from pmkit.testing.conformance.reference.reading import moment, same, text
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    import httpx

    from pmkit.core import ports
    from pmkit.core.lookups import ObservationsRequest
    from pmkit.core.ports import Notice
    from pmkit.effects.context import CallContext, Operation


def _evolved(item: Any, **changes: Any) -> Any:
    return attrs.evolve(item, **changes)


def _line(line: dict[str, Any], amount: Money) -> PriceLine:
    kind = PriceLineKind.SERVICE
    return PriceLine(kind=kind, description=text(line, "text"), amount=amount)


@planted(
    "another-orders-id",
    CardHarness,
    "News is told under the order that was asked about last time.",
    must=("PLG-MAP-001",),
    may=("PLG-CAP-003",),
)
class OtherOrder(ReferenceCard):
    """Tell news of another order."""

    def charge(
        self, request: ports.ChargeRequest, context: CallContext
    ) -> Operation[list[PaymentObservation]]:
        """Start the payment."""
        found = yield from super().charge(request, context)
        return [attrs.evolve(news, order_id="PO-0999") for news in found]


@planted(
    "price-by-float",
    AgencyHarness,
    "A price is read as a float and cut to cents.",
    must=("PLG-MAP-002",),
    may=("PLG-BODY-001", "PLG-BODY-002", "PLG-BODY-004"),
)
class Floating(ReferenceAgency):
    """Read prices as floats."""

    def _line(self, line: dict[str, Any], currency: str) -> PriceLine:
        same(line, "currency", currency)
        cents = int(float(text(line, "amount")) * 10 ** exponent(currency))
        return _line(line, Money(cents, currency))


@planted(
    "charge-with-two-decimals",
    CardHarness,
    "Every amount is sent with two decimals, also in currencies with three.",
    must=("PLG-MAP-003",),
)
class TwoDecimals(ReferenceCard):
    """Send all amounts with two decimals."""

    def _request(
        self, method: str, path: str, body: object, context: CallContext
    ) -> httpx.Request:
        if isinstance(body, dict) and "amount" in body:
            body = body | {"amount": f"{float(body['amount']):.2f}"}
        return super()._request(method, path, body, context)


@planted(
    "fresh-ids",
    CardHarness,
    "The same news has another id each time it is reported.",
    must=("PLG-MAP-004",),
    may=("PLG-MAP-005", "PLG-HOOK-001", "PLG-PAR-001", "PLG-BODY-003"),
)
class FreshIds(ReferenceCard):
    """Draw an id for each news."""

    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[list[Any]]:
        """Report what happened."""
        found = yield from super().observations(request, context)
        return [attrs.evolve(news, id=uuid.uuid4().hex) for news in found]


@planted(
    "status-goes-back",
    CardHarness,
    "After the money came, the payment is reported as processing again.",
    must=("PLG-MAP-005",),
    may=("PLG-BODY-003", "PLG-TIME-002", "PLG-TIME-003"),
)
class GoingBack(ReferenceCard):
    """Report processing after received."""

    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[list[Any]]:
        """Report what happened, and one thing too many."""
        found = yield from super().observations(request, context)
        got = [x for x in found if getattr(x, "news", None) is PaymentNews.RECEIVED]
        later = dt.timedelta(seconds=1)
        back: list[Any] = [
            _evolved(
                x,
                id=f"{x.id}-poll",
                news=PaymentNews.PROCESSING,
                amount=None,
                at=x.at + later,
            )
            for x in got
        ]
        return [*found, *back]


@planted(
    "made-up-reference",
    AgencyHarness,
    "A booking's number is the order's, not the far side's.",
    must=("PLG-MAP-006",),
    may=("PLG-CAP-003", "PLG-MAP-001"),
)
class MadeUp(ReferenceAgency):
    """Make the number up."""

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task."""
        yield from super().book(request, context)
        return BookingReply(reference=request.order_id)


@planted(
    "page-is-a-success",
    MessengerHarness,
    "Any 200 counts as sent, also the page of a hotel's network.",
    must=("PLG-BODY-001",),
)
class AnyPage(ReferenceMessenger):
    """Never read a reply."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        yield self._message(request, context)


@planted(
    "trusts-every-field",
    AgencyHarness,
    "A field that is missing or null breaks it.",
    must=("PLG-BODY-002",),
    may=("PLG-BODY-001",),
)
class Trusting(ReferenceAgency):
    """Take fields as they are."""

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task."""
        body = {
            "operation": request.operation_id,
            "order": request.order_id,
            "service": request.service_id,
        }
        said = (yield self._post("/tasks", body, context)).json()
        return BookingReply(reference=said["id"].strip())


@planted(
    "unknown-word-is-guessed",
    AgencyHarness,
    "News of an unknown type is taken for an arrival.",
    must=("PLG-BODY-003",),
)
class Guessing(ReferenceAgency):
    """Guess at unknown types."""

    def _observation(self, event: dict[str, Any]) -> AgencyObservation:
        try:
            return super()._observation(event)
        except ProtocolViolationError as error:
            if error.field != "type":
                raise
            return ArrivedOnSite(
                id=text(event, "id"),
                service_id=text(event, "service"),
                visit=event["visit"],
                at=moment(event, "at"),
            )


@planted(
    "fraction-rounded",
    AgencyHarness,
    "A fraction of a cent is rounded away.",
    must=("PLG-BODY-004",),
    may=("PLG-BODY-001", "PLG-BODY-002"),
)
class Rounding(ReferenceAgency):
    """Round prices."""

    def _line(self, line: dict[str, Any], currency: str) -> PriceLine:
        same(line, "currency", currency)
        step = Decimal(1).scaleb(-exponent(currency))
        exact = Decimal(text(line, "amount")).quantize(step)
        return _line(line, Money.of(exact, currency))


@planted(
    "wrong-currency",
    AgencyHarness,
    "A price is taken for one in the currency that was asked for.",
    must=("PLG-BODY-005",),
    may=("PLG-BODY-003",),
)
class AnyCurrency(ReferenceAgency):
    """Ignore the currency of the reply."""

    def _line(self, line: dict[str, Any], currency: str) -> PriceLine:
        return super()._line({**line, "currency": currency}, currency)
