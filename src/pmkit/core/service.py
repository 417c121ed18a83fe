"""
The service: what was added to the order, and how far it has come.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.case import CASE_OVER, Message, SupportCase, no_such_case
from pmkit.core.checked import filled, positive, utc
from pmkit.core.deadlines import Deadline
from pmkit.core.errors import CurrencyError, MoneyError
from pmkit.core.evolving import evolve
from pmkit.core.money import Money
from pmkit.core.parties import Actor
from pmkit.core.review import Review
from pmkit.core.visit import VISIT_OVER, Fee, Liable, Visit, VisitState, no_such_visit


class Channel(enum.StrEnum):
    """
    The four ways to add a service to an order.

    https://www.alibabafaq.com/faq6_how-does-the-production-monitoring-service-work-480.html
    """

    SUPPLIER_AT_DRAFTING = "supplier-at-drafting"
    BUYER_ON_DRAFT = "buyer-on-draft"
    BUYER_BEFORE_INITIAL_PAYMENT = "buyer-before-initial-payment"
    BUYER_BEFORE_SHIPMENT = "buyer-before-shipment"


class Payer(enum.StrEnum):
    """Who pays for the service."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


class PriceLineKind(enum.StrEnum):
    """What a line of the price is for."""

    SERVICE = "service"
    TRAVEL = "travel"
    SURCHARGE = "surcharge"
    TAX = "tax"


@attrs.frozen(kw_only=True)
class PriceLine:
    """One line of a price."""

    kind: PriceLineKind
    description: str
    amount: Money


@attrs.frozen(kw_only=True)
class Price:
    """
    The price of a service: lines in one currency.

    Args:
        lines: At least one line; none of them negative.

        quote: The agency's reference for it.
    """

    lines: tuple[PriceLine, ...]
    quote: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            msg = "A price needs at least one line."
            raise MoneyError(msg, field="lines", remedy="Add the service itself.")
        if any(line.amount.minor < 0 for line in self.lines):
            msg = "A line of a price is negative."
            raise MoneyError(msg, field="lines", remedy="Give amounts of 0 or more.")
        if len({line.amount.currency for line in self.lines}) > 1:
            msg = "The lines of a price are in several currencies."
            raise CurrencyError(msg, field="lines", remedy="Quote in one currency.")

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        total = Money.zero(self.lines[0].amount.currency)
        for line in self.lines:
            total += line.amount
        return total


class Consent(enum.StrEnum):
    """Whether the supplier agrees to a service added after the initial payment."""

    NOT_NEEDED = "not-needed"
    ASKED = "asked"
    GIVEN = "given"


class ServiceStage(enum.StrEnum):
    """How far a service has come; derived from its records, never stored."""

    #: The supplier proposed it at the buyer's cost; the buyer has to approve.
    PROPOSED = "proposed"
    AWAITING_CONSENT = "awaiting-consent"
    AWAITING_PAYMENT = "awaiting-payment"
    PAYMENT_PROCESSING = "payment-processing"
    #: Paid in time: the task was received and the next visit needs a date.
    BOOKED = "booked"
    SCHEDULED = "scheduled"
    ON_SITE = "on-site"
    AWAITING_REPORT = "awaiting-report"
    REPORTED = "reported"
    CLOSED = "closed"
    REVIEWED = "reviewed"
    CANCELLING = "cancelling"
    #: Deselected before it was paid.
    REMOVED = "removed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


#: A service in one of these goes nowhere any more.
SERVICE_OVER = frozenset(
    {ServiceStage.REMOVED, ServiceStage.CANCELLED, ServiceStage.EXPIRED}
)

_STAGE_OF_VISIT = {
    VisitState.REQUESTED: ServiceStage.BOOKED,
    VisitState.PROPOSED: ServiceStage.BOOKED,
    VisitState.CONFIRMED: ServiceStage.SCHEDULED,
    VisitState.ASSIGNED: ServiceStage.SCHEDULED,
    VisitState.ON_SITE: ServiceStage.ON_SITE,
    VisitState.COMPLETED: ServiceStage.AWAITING_REPORT,
}


@attrs.frozen(kw_only=True)
class Booking:
    """
    The service is booked and paid: the task was received.

    Args:
        at: When the cut-off was met, UTC.

        reference: The agency's own number; empty until the agency answers.
    """

    at: dt.datetime = attrs.field(validator=utc)
    reference: str = ""


@attrs.frozen(kw_only=True)
class BuyerInformation:
    """
    What the buyer gives the agency after payment.

    Args:
        product_details: What to look at and against what.

        sample_pictures: Content hashes of pictures of the approved sample.

        special_requirements: Anything beyond the service kind's checks.
    """

    product_details: str = attrs.field(validator=filled)
    sample_pictures: tuple[str, ...] = ()
    special_requirements: str = ""
    at: dt.datetime = attrs.field(validator=utc)


@attrs.frozen(kw_only=True)
class ChangeRequest:
    """A wish to change a paid service; the agency or the platform answers it."""

    at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    wish: str = attrs.field(validator=filled)
    granted: bool | None = None
    answer: str = ""


@attrs.frozen(kw_only=True)
class Cancellation:
    """
    A wish to cancel a paid service, and what it costs.

    Args:
        cause: Why, in the words of who asks.

        in_time: Whether it was asked before the agency's cut-off.

        fee: What it costs, by the terms and the cause.

        granted: The platform's answer; `None` while there is none.
    """

    at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    cause: str = attrs.field(validator=filled)
    in_time: bool
    fee: Fee
    granted: bool | None = None
    answer: str = ""


class EndKind(enum.StrEnum):
    """How a service left the road."""

    REMOVED = "removed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@attrs.frozen(kw_only=True)
class Ended:
    """How, when and why a service left the road."""

    kind: EndKind
    at: dt.datetime = attrs.field(validator=utc)
    cause: str


@attrs.frozen(kw_only=True)
class EarlierReport:
    """The report that a re-inspection refers to."""

    service_id: str
    visit: int = attrs.field(validator=positive)
    version: int = attrs.field(validator=positive)


@attrs.frozen(kw_only=True)
class Service:
    """
    One service on an order.

    Args:
        kind: The code of its kind in the catalogue.

        provider: The agency chosen for it.

        payer: Who pays.

        paid_apart: Whether it has a payment of its own.

        approved: Whether who pays has agreed to pay.

        book_by: BOOK-1; `None` while the ship date itself is still open.

        booking: Set once it is booked and paid in time.

        reinspects: The report that made this service necessary.
    """

    id: str = attrs.field(validator=filled)
    kind: str
    provider: str = attrs.field(validator=filled)
    channel: Channel
    payer: Payer
    added_by: Actor
    added_at: dt.datetime = attrs.field(validator=utc)
    price: Price
    requirements: str = ""
    planned_visits: int = attrs.field(default=1, validator=positive)
    paid_apart: bool
    approved: bool
    consent: Consent = Consent.NOT_NEEDED
    book_by: Deadline | None = None
    warning: str = ""
    reinspects: EarlierReport | None = None
    payment_under_way: bool = False
    booking: Booking | None = None
    information: BuyerInformation | None = None
    visits: tuple[Visit, ...] = ()
    fees: tuple[Fee, ...] = ()
    change_request: ChangeRequest | None = None
    cancellation: Cancellation | None = None
    messages: tuple[Message, ...] = ()
    cases: tuple[SupportCase, ...] = ()
    closed_at: dt.datetime | None = None
    review_until: Deadline | None = None
    review: Review | None = None
    ended: Ended | None = None

    @property
    def stage(self) -> ServiceStage:
        """How far the service has come."""
        if self.ended is not None:
            return ServiceStage(self.ended.kind.value)
        if self.review is not None:
            return ServiceStage.REVIEWED
        if self.closed_at is not None:
            return ServiceStage.CLOSED
        if self.cancellation is not None and self.cancellation.granted is None:
            return ServiceStage.CANCELLING
        return self._stage_unpaid() if self.booking is None else self._stage_booked()

    def _stage_unpaid(self) -> ServiceStage:
        if not self.approved:
            return ServiceStage.PROPOSED
        if self.consent is Consent.ASKED:
            return ServiceStage.AWAITING_CONSENT
        if self.payment_under_way:
            return ServiceStage.PAYMENT_PROCESSING
        return ServiceStage.AWAITING_PAYMENT

    def _stage_booked(self) -> ServiceStage:
        """The first visit that still owes something decides."""
        for visit in self.visits:
            if visit.state in VISIT_OVER and visit.state is not VisitState.COMPLETED:
                continue
            if visit.report is None:
                return _STAGE_OF_VISIT[visit.state]
        return ServiceStage.REPORTED

    @property
    def over(self) -> bool:
        """Whether it left the road."""
        return self.stage in SERVICE_OVER

    def visit(self, number: int) -> Visit:
        """
        Find a visit by its number.

        Raises:
            pmkit.NotFoundError: If the service has no such visit.
        """
        for visit in self.visits:
            if visit.number == number:
                return visit
        raise no_such_visit(number)

    def current_visit(self) -> Visit | None:
        """The first visit that is not over, if there is one."""
        for visit in self.visits:
            if visit.state not in VISIT_OVER:
                return visit
        return None

    def with_visit(self, visit: Visit) -> Service:
        """Put a visit in the place of the one with its number, or at the end."""
        kept = [v for v in self.visits if v.number != visit.number]
        ordered = sorted([*kept, visit], key=lambda v: v.number)
        return evolve(self, visits=tuple(ordered))

    def case(self, case_id: str) -> SupportCase:
        """
        Find a support case by its id.

        Raises:
            pmkit.NotFoundError: If the service has no such case.
        """
        for case in self.cases:
            if case.id == case_id:
                return case
        raise no_such_case()

    def with_case(self, case: SupportCase) -> Service:
        """Put a case in the place of the one with its id, or at the end."""
        if any(c.id == case.id for c in self.cases):
            cases = tuple(case if c.id == case.id else c for c in self.cases)
        else:
            cases = (*self.cases, case)
        return evolve(self, cases=cases)

    def open_cases(self) -> tuple[SupportCase, ...]:
        """The cases that are not over."""
        return tuple(c for c in self.cases if c.state not in CASE_OVER)

    def fees_of(self, liable: Liable) -> Money:
        """What one side owes for failed, moved or cancelled visits."""
        total = Money.zero(self.price.total.currency)
        for fee in self.fees:
            if fee.owed_by is liable:
                total += fee.amount
        return total


def visit_price(service: Service) -> Money:
    """
    Tell what one planned visit of a service costs.

    Args:
        service: The service.

    Returns:
        The largest of the equal parts of the price, so that parts never add up
        to less than the whole.
    """
    return service.price.total.split(service.planned_visits)[0]
