"""LINK-1 and REFUND-1: how long a payment link lives, when a refund arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.counting import hours_after, working_days_after
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar


def pay_link_until(created_at: dt.datetime, *, hours: int = 72) -> Deadline:
    """
    Tell until when a payment link can be used.

    Clause:
        ``LINK-1``: a payment link is valid for *hours* hours.

    Counting:
        ==========  ==========================================================
        Unit        elapsed hour; clocks that are put forward or back change
                    nothing
        Day zero    there is none: hours run from *created_at* itself
        Cut-off     the instant at which the last hour has elapsed
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        created_at: When the link was made, in any zone.

        hours: How many hours it lives, at least 1.

    Returns:
        The deadline; no days are counted and its days are those of UTC.

    Raises:
        pmkit.NaiveTimeError: If *created_at* has no zone.

        pmkit.InputError: If *hours* is below 1 or no integer.

    Examples:
        >>> import datetime as dt
        >>> made = dt.datetime.fromisoformat("2026-03-28T12:00+01:00")
        >>> pay_link_until(made).at.isoformat()
        '2026-03-31T11:00:00+00:00'

    Source:
    https://www.alibabafaq.com/faq5_what-should-i-do-if-payment-link-does-not-work-462.html
    """
    return hours_after(to_utc(created_at, field="created_at"), hours, clause="LINK-1")


def refund_expected_by(
    started_at: dt.datetime, *, calendar: WorkingCalendar, working_days: int = 7
) -> Deadline:
    """
    Tell by when a refund to a card can be expected.

    Clause:
        ``REFUND-1``: the money is back on the card after about *working_days*
        working days; how many exactly is up to the issuing bank.

    Counting:
        ==========  ==========================================================
        Unit        working day of *calendar*
        Day zero    the local date of *started_at*; never counted
        Cut-off     the midnight that ends the last counted day; nobody's right
                    is lost there, the money is then worth asking after
        Unknown     a day after the start, up to the last day, that nobody has
                    announced is an error, or makes the deadline provisional if
                    *calendar* was asked for that; never a guess
        ==========  ==========================================================

    Args:
        started_at: When the refund was started, in any zone.

        calendar: Working days of the *bank*: ``kind="bank"``.

        working_days: About how many, at least 1.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.NaiveTimeError: If *started_at* has no zone.

        pmkit.InputError: If *working_days* is below 1 or no integer.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        Banks do not work the Saturday that factories do:

        >>> import datetime as dt, pmkit
        >>> bank = pmkit.working_calendar("CN", kind="bank")
        >>> started = dt.datetime.fromisoformat("2026-02-12T10:00+08:00")
        >>> refund_expected_by(started, calendar=bank).last_day.isoformat()
        '2026-03-03'

    Source: https://www.alibabafaq.com/faq7_how-to-apply-refund-for-value-added-service-490.html
    """
    return working_days_after(
        to_utc(started_at, field="started_at"),
        working_days,
        calendar=calendar,
        convention=CountingConvention.EXCLUDE_EVENT_DAY,
        clause="REFUND-1",
    )
