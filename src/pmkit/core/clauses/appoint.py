"""APPOINT-1 and APPOINT-2: the day of a visit is confirmed, the form comes back."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from pmkit.core.counting import working_days_after, working_days_before
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.moments import to_utc
from pmkit.core.walltime import instant_at, plain_time

if TYPE_CHECKING:
    from pmkit.core.calendars import WorkingCalendar


def visit_date_by(
    requested_at: dt.datetime,
    *,
    calendar: WorkingCalendar,
    working_days: int = 2,
    convention: CountingConvention | str = CountingConvention.EXCLUDE_EVENT_DAY,
) -> Deadline:
    """
    Tell until when the agency confirms the date of the visit to both sides.

    Clause:
        ``APPOINT-1``: the agency confirms the date with buyer and supplier by
        mail within *working_days* working days of the order for the visit.

    Counting:
        ==========  ==========================================================
        Unit        working day of *calendar*
        Day zero    the local date of *requested_at*; counted only under
                    INCLUSIVE, and only if it is worked
        Cut-off     the midnight that ends the last counted day
        Unknown     a day after the order, up to the last day, that nobody has
                    announced is an error, or makes the deadline provisional if
                    *calendar* was asked for that; never a guess
        ==========  ==========================================================

    Args:
        requested_at: When the visit was ordered of the agency, in any zone.

        calendar: Working days of the *agency* at the place.

        working_days: How many working days it has, at least 1.

        convention: Which ends of the period count.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.NaiveTimeError: If *requested_at* has no zone.

        pmkit.InputError:
            If *working_days* is below 1 or no integer, or *convention* is
            unknown.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        Ordered on the last Friday before the spring festival of 2026:

        >>> import datetime as dt, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> ordered = dt.datetime.fromisoformat("2026-02-13T10:00+08:00")
        >>> visit_date_by(ordered, calendar=china).last_day.isoformat()
        '2026-02-24'

    Source: https://qclinking.com/news/what-is-the-inspection-process-before-delivery-at-alibaba-international-station-what-details-should-i-pay-attention-to
    """
    return working_days_after(
        to_utc(requested_at, field="requested_at"),
        working_days,
        calendar=calendar,
        convention=convention,
        clause="APPOINT-1",
    )


def appointment_by(
    visit_day: dt.date, *, calendar: WorkingCalendar, at: dt.time = dt.time(12)
) -> Deadline:
    """
    Tell until when the supplier's appointment form is of use.

    Clause:
        ``APPOINT-2``: the supplier sends the form back before the agency
        confirms the hour of the visit, which it does after *at* on the working
        day before.

    Counting:
        ==========  ==========================================================
        Unit        working day of *calendar*; there is one
        Day zero    *visit_day*, worked or not; not counted
        Cut-off     *at* on the clocks of the calendar's zone on the working day
                    before; the source names no limit for the form itself, only
                    that it comes before the hour is confirmed
        Unknown     a day from the cut-off up to the visit that nobody has
                    announced is an error, or makes the deadline provisional if
                    *calendar* was asked for that; never a guess
        ==========  ==========================================================

    Args:
        visit_day: The confirmed day of the visit, in the zone of *calendar*.

        calendar: Working days of the *agency* at the place.

        at: The wall-clock time after which the hour is confirmed.

    Returns:
        The deadline; its one counted day is the working day before the visit.

    Raises:
        pmkit.InputError: If *visit_day* is no date, or *at* no plain time.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        The day before a visit on Monday 2 March 2026 is a worked Saturday:

        >>> import datetime as dt, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> appointment_by(dt.date(2026, 3, 2), calendar=china).at.isoformat()
        '2026-02-28T04:00:00+00:00'

    Source: https://qclinking.com/news/what-is-the-inspection-process-before-delivery-at-alibaba-international-station-what-details-should-i-pay-attention-to
    """
    plain_time(at, field="at")
    due = working_days_before(
        visit_day,
        1,
        calendar=calendar,
        convention=CountingConvention.EXCLUDE_EVENT_DAY,
        clause="APPOINT-2",
        field="visit_day",
    )
    return attrs.evolve(due, at=instant_at(due.last_day, at, calendar.zone))
