"""REPORT-1: the report follows the visit within some working days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.counting import working_days_after
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar


def report_by(
    visit_ended: dt.datetime,
    *,
    calendar: WorkingCalendar,
    working_days: int = 2,
    convention: CountingConvention | str = CountingConvention.EXCLUDE_EVENT_DAY,
) -> Deadline:
    """
    Tell until when the report of a visit is in time.

    Clause:
        ``REPORT-1``: the report is uploaded within *working_days* working days
        after the on-site check.  The source says one to two: expected after
        one, late after two.

    Counting:
        ==========  ==========================================================
        Unit        working day of *calendar*
        Day zero    the local date of *visit_ended*, also of a visit that ends
                    at 00:00; counted only under INCLUSIVE, and only if it is
                    worked
        Cut-off     the midnight that ends the last counted day; CLEAR_DAYS
                    changes nothing, since the upload falls on that day
        Unknown     a day after the visit, up to the last day, that nobody has
                    announced is an error, or makes the deadline provisional if
                    *calendar* was asked for that; never a guess
        ==========  ==========================================================

    Args:
        visit_ended: When the inspector left the site, in any zone.

        calendar: Working days of the *site*; not of the buyer or a bank.

        working_days: How many working days the clause grants, at least 1.

        convention: Which ends of the period count.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.NaiveTimeError: If *visit_ended* has no zone.

        pmkit.InputError:
            If *working_days* is below 1 or no integer, or *convention* is
            unknown.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        A visit ends on Friday the 13th.  The Saturday after it is worked to
        make up for the spring festival, which then takes nine days:

        >>> import datetime as dt, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> friday = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")
        >>> due = pmkit.report_by(friday, calendar=china)
        >>> [day.isoformat() for day in due.counted]
        ['2026-02-14', '2026-02-24']

    Source: https://www.alifaq.org/how-do-i-use-the-production-monitoring-service/
    """
    return working_days_after(
        to_utc(visit_ended, field="visit_ended"),
        working_days,
        calendar=calendar,
        convention=convention,
        clause="REPORT-1",
    )
