"""BOOK-1: the service is booked and paid some working days before the ship date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.counting import working_days_before
from pmkit.core.deadlines import CountingConvention, Deadline

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar


def book_by(
    ship_date: dt.date,
    *,
    calendar: WorkingCalendar,
    working_days: int = 7,
    convention: CountingConvention | str = CountingConvention.EXCLUDE_EVENT_DAY,
) -> Deadline:
    """
    Tell until when a service must be booked and paid.

    Clause:
        ``BOOK-1``: the booking and its payment are complete at least
        *working_days* working days before the ship date.  The source says
        seven, and nothing about how they are counted.

    Counting:
        ==========  ==========================================================
        Unit        working day of *calendar*
        Day zero    *ship_date*, worked or not; counted only under INCLUSIVE,
                    and only if it is worked
        Cut-off     the midnight that ends the last day: the earliest counted
                    day, or under CLEAR_DAYS the calendar day before it, worked
                    or not
        Unknown     a day from the last day up to the ship date that nobody has
                    announced is an error, or makes the deadline provisional if
                    *calendar* was asked for that; never a guess
        ==========  ==========================================================

    Args:
        ship_date: The date at the factory, in the zone of *calendar*.

        calendar: Working days of the *factory*; not of the buyer or a bank.

        working_days: How many working days ahead, at least 1.

        convention: Which ends of the period count.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.InputError:
            If *ship_date* is no date, *working_days* is below 1 or no integer,
            or *convention* is unknown.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        The spring festival of 2026 closes 15 to 23 February; Saturday the 14th
        is worked instead:

        >>> import datetime as dt, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> due = pmkit.book_by(dt.date(2026, 2, 27), calendar=china)
        >>> due.last_day.isoformat(), due.at.isoformat()
        ('2026-02-11', '2026-02-11T16:00:00+00:00')

    Source: https://www.alifaq.org/category/production-monitoring
    """
    return working_days_before(
        ship_date,
        working_days,
        calendar=calendar,
        convention=convention,
        clause="BOOK-1",
        field="ship_date",
    )
