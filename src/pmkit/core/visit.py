"""
The visit: an appointment at the factory, and what was seen there.
"""

from __future__ import annotations

import datetime as dt
import enum
import zoneinfo

import attrs

from pmkit.core.catalogue import Checkpoint, Readiness
from pmkit.core.checked import filled, not_negative, positive, utc
from pmkit.core.deadlines import Deadline
from pmkit.core.errors import InputError, NotFoundError, OutOfOrderError
from pmkit.core.moments import start_of_day, to_utc
from pmkit.core.money import Money
from pmkit.core.parties import Actor
from pmkit.core.report import Report


class VisitState(enum.StrEnum):
    """How far a visit has come."""

    REQUESTED = "requested"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    ASSIGNED = "assigned"
    ON_SITE = "on-site"
    COMPLETED = "completed"
    MISSED = "missed"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


#: A visit in one of these changes no more.
VISIT_OVER = frozenset(
    {VisitState.COMPLETED, VisitState.MISSED, VisitState.ABORTED, VisitState.CANCELLED}
)


class MissedCause(enum.StrEnum):
    """
    Why a visit did not take place or was broken off.

    https://www.alicustomerservice.com/faq7_what-should-i-do-if-the-inspection-report-indicates-a-failed-or-pending-status-484.html
    """

    SUPPLIER_SAME_DAY = "supplier-asked-on-the-day"
    SUPPLIER_REFUSED = "supplier-refused"
    NOT_READY = "goods-not-ready"
    NO_RANDOM_ACCESS = "no-random-access"
    BUYER_PAPERS_MISSING = "buyer-papers-missing"
    AGENCY_ABSENT = "agency-absent"
    OTHER = "other"


class Liable(enum.StrEnum):
    """Who bears the cost of a visit that failed."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    AGENCY = "agency"
    #: Nobody caused it, or it is disputed: the platform decides.
    PLATFORM = "platform"


#: The two sides of the trade; the agency and the platform never owe a fee.
PAYING = frozenset({Liable.BUYER, Liable.SUPPLIER})

#: The cause decides who pays.  An unprepared factory counts as a cancellation by
#: the supplier, missing papers as one by the client:
#: https://beeinspection.com/pages/Refund-Policy
WHO_PAYS = {
    MissedCause.SUPPLIER_SAME_DAY: Liable.SUPPLIER,
    MissedCause.SUPPLIER_REFUSED: Liable.SUPPLIER,
    MissedCause.NOT_READY: Liable.SUPPLIER,
    MissedCause.NO_RANDOM_ACCESS: Liable.SUPPLIER,
    MissedCause.BUYER_PAPERS_MISSING: Liable.BUYER,
    MissedCause.AGENCY_ABSENT: Liable.AGENCY,
    MissedCause.OTHER: Liable.PLATFORM,
}


@attrs.frozen(kw_only=True)
class Fee:
    """
    What a failed, moved or cancelled visit costs, and whom.

    Args:
        owed_by: Who pays it.

        amount: How much; zero where nobody owes anything.

        cause: Why, in words for who pays.
    """

    owed_by: Liable
    amount: Money
    cause: str


def _starts(at: dt.datetime) -> dt.datetime:
    return to_utc(at, field="starts_at")


def _ends(at: dt.datetime) -> dt.datetime:
    return to_utc(at, field="ends_at")


@attrs.frozen(kw_only=True)
class Appointment:
    """
    When and where the visit is to be.

    Args:
        starts_at: The first minute, in any zone; kept in UTC.

        ends_at: The last minute, in any zone; kept in UTC; after *starts_at*.

        place: The address of the plant, not of the head office.

        contact: Who receives the inspector.
    """

    starts_at: dt.datetime = attrs.field(converter=_starts)
    ends_at: dt.datetime = attrs.field(converter=_ends)
    place: str = attrs.field(validator=filled)
    contact: str = ""

    def __attrs_post_init__(self) -> None:
        if self.ends_at <= self.starts_at:
            msg = "The appointment ends before it begins."
            raise InputError(msg, field="ends_at", remedy="Give a later end.")

    def local_day(self, zone: zoneinfo.ZoneInfo) -> dt.date:
        """Tell on which day it begins, by the clocks of a place."""
        return self.starts_at.astimezone(zone).date()


@attrs.frozen(kw_only=True)
class Progress:
    """
    How much of one order line is made and packed.

    Args:
        product: The order line's product.

        ordered: Pieces ordered.

        finished: Pieces made.

        packed: Pieces packed, at most *finished*.
    """

    product: str = attrs.field(validator=filled)
    ordered: int = attrs.field(validator=positive)
    finished: int = attrs.field(validator=not_negative)
    packed: int = attrs.field(validator=not_negative)

    def __attrs_post_init__(self) -> None:
        if self.packed > self.finished:
            msg = f"{self.packed} pieces packed, but only {self.finished} are finished."
            raise InputError(msg, field="packed", remedy="Count again.")

    def reaches(self, readiness: Readiness) -> bool:
        """Tell whether this line is as far as a service kind needs it."""
        return (
            self.finished * 100 >= readiness.finished * self.ordered
            and self.packed * 100 >= readiness.packed * self.ordered
        )


class CheckResult(enum.StrEnum):
    """What the inspector found at one checkpoint."""

    CONFORMS = "conforms"
    DEVIATES = "deviates"
    NOT_CHECKED = "not-checked"


@attrs.frozen(kw_only=True)
class Check:
    """One checkpoint as it was found on site."""

    checkpoint: Checkpoint
    result: CheckResult
    note: str = ""


@attrs.frozen(kw_only=True)
class Failure:
    """
    Why a visit did not take place, and who pays for it.

    Args:
        cause: What happened.

        note: The inspector's words.

        fee: Who owes how much.
    """

    cause: MissedCause
    note: str
    fee: Fee


@attrs.frozen(kw_only=True)
class Move:
    """One change of an appointment: from when, by whom, whether in time."""

    at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    was: Appointment
    reason: str
    in_time: bool
    fee: Fee | None = None


@attrs.frozen(kw_only=True)
class Visit:
    """
    One planned visit of a service.

    Args:
        number: 1, 2, 3 ... within the service.

        appointment: The proposed or confirmed time.

        change_by: Until when it can be moved or cancelled for nothing.

        replaces: The number of the missed visit that this one makes up for.

        report_expected_by: REPORT-1, the report is expected.

        report_late_after: REPORT-1, the report is late.
    """

    number: int = attrs.field(validator=positive)
    state: VisitState = VisitState.REQUESTED
    appointment: Appointment | None = None
    proposed_by: Actor | None = None
    change_by: Deadline | None = None
    inspector: str = ""
    arrived_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    progress: tuple[Progress, ...] = ()
    checks: tuple[Check, ...] = ()
    failure: Failure | None = None
    moves: tuple[Move, ...] = ()
    replaces: int | None = None
    report: Report | None = None
    report_expected_by: Deadline | None = None
    report_late_after: Deadline | None = None
    overdue_noted: bool = False

    @property
    def agreed(self) -> Appointment:
        """
        The proposed or confirmed appointment.

        Raises:
            pmkit.OutOfOrderError: If nobody has proposed one.
        """
        if self.appointment is None:
            msg = f"Visit {self.number} has no appointment."
            raise OutOfOrderError(msg, allowed="Propose one.")
        return self.appointment

    @property
    def day_begins(self) -> dt.datetime | None:
        """When the confirmed day begins at its place, UTC; `None` if none is."""
        if self.change_by is None:
            return None
        zone = zoneinfo.ZoneInfo(self.change_by.zone)
        return start_of_day(self.change_by.event_day, zone)


def no_such_visit(number: int) -> NotFoundError:
    """Make the one error for a visit that is absent, or somebody else's."""
    msg = f"The service has no visit {number}."
    return NotFoundError(msg, field="visit", remedy="Look at its status.")


def require_state(visit: Visit, *states: VisitState) -> None:
    """
    Let a step on a visit pass, or say when it is possible.

    Args:
        visit: The visit.

        states: The states in which the step may be taken.

    Raises:
        pmkit.OutOfOrderError: If the visit is in another state.
    """
    if visit.state not in states:
        msg = f"Visit {visit.number} is {visit.state.value}."
        when = ", ".join(state.value for state in states)
        raise OutOfOrderError(msg, allowed=f"Possible while it is: {when}.")
