"""
What the outside must offer: agencies, payment methods, notifiers.

A plugin reports *observations*; only the core changes an order.  Each Protocol
is small, each request is one record, and whatever a plugin says about money or
identity is a claim that the core checks.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Protocol

import attrs

from pmkit.core.checked import filled
from pmkit.core.environment import Environment
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Role
from pmkit.core.payment import Beneficiary, Purpose, RefundState
from pmkit.core.report import Evidence, Finding, Sample, Verdict
from pmkit.core.visit import Appointment, Check, MissedCause, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.lookups import Pending
    from pmkit.core.service import Price

# --------------------------------------------------------------------- agencies


@attrs.frozen(kw_only=True)
class QuoteRequest:
    """What an agency needs to name a price."""

    kind: str
    lines: tuple[OrderLine, ...]
    currency: str
    planned_visits: int
    requirements: str = ""


@attrs.frozen(kw_only=True)
class BookingRequest:
    """
    A task for an agency.

    Args:
        operation_id: Minted by the core; the same id is the same booking.
    """

    operation_id: str
    order_id: str
    service_id: str
    kind: str
    lines: tuple[OrderLine, ...]
    planned_visits: int
    requirements: str
    earlier_report: str = ""


@attrs.frozen(kw_only=True)
class BookingReply:
    """The agency took the task under its own number."""

    reference: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class MoveRequest:
    """A wish to have a visit at another time."""

    operation_id: str
    service_id: str
    reference: str
    visit: int
    appointment: Appointment


@attrs.frozen(kw_only=True)
class CancelRequest:
    """The end of a task."""

    operation_id: str
    service_id: str
    reference: str
    cause: str


@attrs.frozen(kw_only=True)
class AgencyObservation:
    """
    Something that an agency reports.

    Args:
        id: The agency's name for it; one id counts once for ever.

        service_id: The service it is about, as the booking named it.

        visit: The visit it is about.

        at: When it happened, UTC.

        by: The person at the agency; for inspectors their name.
    """

    id: str = attrs.field(validator=filled)
    service_id: str
    visit: int
    at: dt.datetime = attrs.field(converter=to_utc)
    by: str = ""


@attrs.frozen(kw_only=True)
class AppointmentAccepted(AgencyObservation):
    """The agency confirms the proposed appointment."""


@attrs.frozen(kw_only=True)
class AppointmentOffered(AgencyObservation):
    """The agency proposes an appointment."""

    appointment: Appointment


@attrs.frozen(kw_only=True)
class InspectorNamed(AgencyObservation):
    """The agency says who goes."""

    inspector: str


@attrs.frozen(kw_only=True)
class ArrivedOnSite(AgencyObservation):
    """The inspector is on site."""


@attrs.frozen(kw_only=True)
class CheckDone(AgencyObservation):
    """The on-site check is done; *at* is when the inspector left."""

    progress: tuple[Progress, ...]
    checks: tuple[Check, ...]


@attrs.frozen(kw_only=True)
class CheckFailed(AgencyObservation):
    """The visit did not take place or was broken off."""

    cause: MissedCause
    note: str = ""


@attrs.frozen(kw_only=True)
class ReportReady(AgencyObservation):
    """
    A version of the report.

    Args:
        files: The bytes of the evidence, in the order of *evidence*.
    """

    verdict: Verdict
    sample: Sample | None = None
    findings: tuple[Finding, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    files: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    summary: str = ""


class Agency(Protocol):
    """An inspection company."""

    @property
    def name(self) -> str:
        """Its name, as a service's provider; unique among agencies."""

    @property
    def title(self) -> str:
        """Its name for people."""

    def quote(self, request: QuoteRequest) -> Price:
        """Name a price; reads only."""

    def book(self, request: BookingRequest) -> BookingReply | Pending:
        """Take the task; asked twice with one operation id, take it once."""

    def move(self, request: MoveRequest) -> Pending | None:
        """Hear that a visit is wanted at another time."""

    def cancel(self, request: CancelRequest) -> Pending | None:
        """Hear that the task is over."""

    def observations(self, service_id: str) -> Iterable[AgencyObservation]:
        """Report what happened on a service, oldest first; repeats are harmless."""


# -------------------------------------------------------------- payment methods


@attrs.frozen(kw_only=True)
class PaymentQuery:
    """
    What is to be paid, for a method to say whether it is available.

    Args:
        now: The present instant, UTC.

        due_before: The first instant at which the money would be too late.
    """

    order_id: str
    purpose: Purpose
    amount: Money
    payer: Role
    now: dt.datetime = attrs.field(converter=to_utc)
    due_before: dt.datetime | None = None


@attrs.frozen(kw_only=True)
class Availability:
    """
    Whether a method can be used here, and why not.

    Args:
        reason: A sentence for the payer; needed where it is not available.

        expected_by: When money sent now should have arrived, UTC.
    """

    available: bool
    reason: str = ""
    expected_by: dt.datetime | None = None


@attrs.frozen(kw_only=True)
class ChargeRequest:
    """
    A payment to carry out.

    Args:
        operation_id: Minted by the core; the same id is the same charge.

        instrument: What the payer chose, such as a card token; never a number.
    """

    operation_id: str
    order_id: str
    payment_id: str
    amount: Money
    instrument: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class RefundOrder:
    """Money to send back to where it came from."""

    operation_id: str
    order_id: str
    refund_id: str
    payment_id: str
    amount: Money


class PaymentNews(enum.StrEnum):
    """What a processor can report of a payment."""

    ACTION_REQUIRED = "action-required"
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    RECEIVED = "received"
    DECLINED = "declined"
    MISDIRECTED = "misdirected"
    RETURNED = "returned"


@attrs.frozen(kw_only=True)
class PaymentObservation:
    """
    What a processor or bank says happened to a payment.

    Args:
        id: The processor's name for this news; one id counts once for ever.

        order_id: The order that the payer named.

        payment_id: The payment it is about.

        news: What happened.

        at: The processor's own instant, UTC.

        amount: What arrived, where money arrived.

        linked: Whether the bank could tell which order it is for.

        reason: A sentence for the payer.

        expected_by: When a slow method says the money should be there, UTC.

        payee: The account it came to, where the method shows one to the payer.

        environment: Whether it is of real money, where the processor says so.
    """

    id: str = attrs.field(validator=filled)
    order_id: str
    payment_id: str
    news: PaymentNews
    at: dt.datetime = attrs.field(converter=to_utc)
    amount: Money | None = None
    linked: bool = True
    reason: str = ""
    expected_by: dt.datetime | None = None
    payee: str = ""
    environment: Environment | None = None


@attrs.frozen(kw_only=True)
class RefundObservation:
    """What a processor says happened to a refund."""

    id: str = attrs.field(validator=filled)
    order_id: str
    refund_id: str
    state: RefundState
    at: dt.datetime = attrs.field(converter=to_utc)
    reason: str = ""
    environment: Environment | None = None


class PaymentMethod(Protocol):
    """A way to pay."""

    @property
    def name(self) -> str:
        """Its name; unique among methods."""

    @property
    def title(self) -> str:
        """Its name for people."""

    def availability(self, query: PaymentQuery) -> Availability:
        """Say whether it can be used here, and why not; reads only."""

    def beneficiary(self, request: ChargeRequest) -> Beneficiary | None:
        """Name the account that the payer has to send money to, if there is one."""

    def charge(self, request: ChargeRequest) -> Iterable[PaymentObservation]:
        """Start the payment; asked twice with one operation id, start it once."""

    def refund(self, order: RefundOrder) -> Iterable[RefundObservation]:
        """Send money back; asked twice with one operation id, send it once."""

    def observations(
        self, payment_id: str
    ) -> Iterable[PaymentObservation | RefundObservation]:
        """Report what happened to a payment, oldest first; repeats are harmless."""


# --------------------------------------------------------------------- notifiers


@attrs.frozen(kw_only=True)
class Notice:
    """
    Something that somebody has to know.

    Args:
        id: Its name; a notifier that hears it twice may send it twice.

        to: The role it is for.

        party: The company it is for.
    """

    id: str
    order_id: str
    to: Role
    party: str
    at: dt.datetime = attrs.field(converter=to_utc)
    subject: str
    text: str


class Notifier(Protocol):
    """A way to tell people."""

    @property
    def name(self) -> str:
        """Its name; unique among notifiers."""

    def send(self, notice: Notice) -> None:
        """Send it, or raise."""
