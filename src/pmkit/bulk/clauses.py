"""
The clauses over arrays, each named like the function of `pmkit` that it equals.

What a clause says, how it counts and where it stands written is in the docstring of
that function.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pmkit.bulk.arrays import Instants, Times, dates, instants
from pmkit.bulk.counting import Clause, after, before
from pmkit.bulk.deadlines import BulkDeadlines, BulkOpenings, without_calendar
from pmkit.bulk.plain_days import hours_later, nth_days
from pmkit.core import clauses
from pmkit.core.deadlines import CountingConvention

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Callable

    from pmkit.bulk.calendar import BulkCalendar
    from pmkit.core.calendars import WorkingCalendar

_EXCLUDE = CountingConvention.EXCLUDE_EVENT_DAY
#: What the scalar function is asked to have it check the other arguments.
_ANY_INSTANT = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


def book_by(
    ship_dates: Times,
    *,
    calendar: WorkingCalendar | BulkCalendar,
    working_days: int = 7,
    convention: CountingConvention | str = _EXCLUDE,
) -> BulkDeadlines:
    """
    Tell until when services must be booked and paid: `pmkit.book_by`, BOOK-1.

    Args:
        ship_dates:
            The dates at the factory, ``datetime64[D]``, in the zone of *calendar*.

        calendar: Working days of the *factory*.

        working_days: How many working days ahead, at least 1.

        convention: Which ends of the period count.

    Raises:
        pmkit.InputError: If *ship_dates* are no dates or hold NaT, or as the scalar.

        pmkit.CalendarHorizonError:
            If counting leaves the announced days; it names the first ship date.

    Examples:
        >>> import numpy as np, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> ships = np.array(["2026-02-27", "2026-03-20"], dtype="datetime64[D]")
        >>> book_by(ships, calendar=china).last_day
        array(['2026-02-11', '2026-03-11'], dtype='datetime64[D]')
    """
    clause = Clause(
        name="BOOK-1",
        working_days=working_days,
        calendar=calendar,
        convention=convention,
    )
    plain = clause.calendar.calendar
    return before(
        clause,
        dates(ship_dates, field="ship_dates"),
        lambda day, _: clauses.book_by(
            day, calendar=plain, working_days=working_days, convention=convention
        ),
    )


def ship_day_after(received_at: Times, *, days: int, zone: zoneinfo.ZoneInfo) -> Times:
    """
    Tell on which days goods ship after payments: `pmkit.ship_day_after`, SHIP-1.

    Args:
        received_at: When the payments were received in full, ``datetime64`` in UTC.

        days: How many days after them, at least 1.

        zone: The zone of the factory, in which the ship dates are dates.

    Returns:
        The local dates, ``datetime64[D]``, as `book_by` takes them.

    Raises:
        pmkit.InputError:
            If *received_at* are no instants or hold NaT, or as the scalar.

    Examples:
        >>> import numpy as np, zoneinfo
        >>> paid = np.array(["2026-01-31T15:30", "2026-01-31T23:30"], "datetime64[us]")
        >>> ship_day_after(paid, days=30, zone=zoneinfo.ZoneInfo("Asia/Shanghai"))
        array(['2026-03-02', '2026-03-03'], dtype='datetime64[D]')
    """
    ships, _ = nth_days(
        instants(received_at, field="received_at"),
        days,
        zone=zone,
        field="days",
        ends=False,
        ask=lambda at, _: clauses.ship_day_after(at, days=days, zone=zone),
    )
    return ships


def report_by(
    visits_ended: Times,
    *,
    calendar: WorkingCalendar | BulkCalendar,
    working_days: int = 2,
    convention: CountingConvention | str = _EXCLUDE,
) -> BulkDeadlines:
    """
    Tell until when the reports of visits are in time: `pmkit.report_by`, REPORT-1.

    Args:
        visits_ended: When the inspectors left, ``datetime64`` in UTC.

        calendar: Working days of the *site*; its zone tells the day of each visit.

        working_days: How many working days the clause grants, at least 1.

        convention: Which ends of the period count.

    Raises:
        pmkit.InputError:
            If *visits_ended* are no instants or hold NaT, or as the scalar.

        pmkit.CalendarHorizonError:
            If counting leaves the announced days; it names the first visit.

    Examples:
        >>> import numpy as np, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> ended = np.array(["2026-02-13T09:30", "2026-02-13T16:00"], "datetime64[us]")
        >>> report_by(ended, calendar=china).last_day
        array(['2026-02-24', '2026-02-25'], dtype='datetime64[D]')
    """
    clause = Clause(
        name="REPORT-1",
        working_days=working_days,
        calendar=calendar,
        convention=convention,
    )
    plain = clause.calendar.calendar
    return after(
        clause,
        instants(visits_ended, field="visits_ended"),
        lambda ended, _: clauses.report_by(
            ended, calendar=plain, working_days=working_days, convention=convention
        ),
    )


def refund_expected_by(
    started_at: Times,
    *,
    calendar: WorkingCalendar | BulkCalendar,
    working_days: int = 7,
) -> BulkDeadlines:
    """
    Tell by when refunds can be expected: `pmkit.refund_expected_by`, REFUND-1.

    Args:
        started_at: When the refunds were started, ``datetime64`` in UTC.

        calendar: Working days of the *bank*: ``kind="bank"``.

        working_days: About how many, at least 1.

    Raises:
        pmkit.InputError: If *started_at* are no instants or hold NaT, or as the scalar.

        pmkit.CalendarHorizonError:
            If counting leaves the announced days; it names the first refund.
    """
    clause = Clause(
        name="REFUND-1",
        working_days=working_days,
        calendar=calendar,
        convention=_EXCLUDE,
    )
    plain = clause.calendar.calendar
    return after(
        clause,
        instants(started_at, field="started_at"),
        lambda started, _: clauses.refund_expected_by(
            started, calendar=plain, working_days=working_days
        ),
    )


def review_until(
    closed_at: Times, *, zone: zoneinfo.ZoneInfo, days: int = 60
) -> BulkDeadlines:
    """
    Tell until when closed services may be reviewed: `pmkit.review_until`, REVIEW-1.

    Args:
        closed_at: When the services were closed, ``datetime64`` in UTC.

        zone: The zone of the marketplace's terms.

        days: How many days the buyer has, at least 1.

    Raises:
        pmkit.InputError:
            If *closed_at* are no instants or hold NaT, or as the scalar.
    """
    return _calendar_days(
        instants(closed_at, field="closed_at"),
        days,
        zone=zone,
        field="days",
        clause="REVIEW-1",
        ask=lambda at, _: clauses.review_until(at, zone=zone, days=days),
    )


def revise_review_until(
    replied_at: Times, *, zone: zoneinfo.ZoneInfo, days: int = 30
) -> BulkDeadlines:
    """
    Tell until when reviews may be revised: `pmkit.revise_review_until`, REVISE-1.

    Args:
        replied_at: When the replies were published, ``datetime64`` in UTC.

        zone: The zone of the marketplace's terms.

        days: How many days the buyer has, at least 1.

    Raises:
        pmkit.InputError:
            If *replied_at* are no instants or hold NaT, or as the scalar.
    """
    return _calendar_days(
        instants(replied_at, field="replied_at"),
        days,
        zone=zone,
        field="days",
        clause="REVISE-1",
        ask=lambda at, _: clauses.revise_review_until(at, zone=zone, days=days),
    )


def answer_by(
    opened_at: Times, *, zone: zoneinfo.ZoneInfo, days: int = 3
) -> BulkDeadlines:
    """
    Tell until when support cases are to be answered: `pmkit.answer_by`, CASE-1.

    Args:
        opened_at: When the cases were opened, ``datetime64`` in UTC.

        zone: The zone of the marketplace's terms.

        days: How many days there are to answer, at least 1.

    Raises:
        pmkit.InputError:
            If *opened_at* are no instants or hold NaT, or as the scalar.
    """
    return _calendar_days(
        instants(opened_at, field="opened_at"),
        days,
        zone=zone,
        field="days",
        clause="CASE-1",
        ask=lambda at, _: clauses.answer_by(at, zone=zone, days=days),
    )


def escalates_at(
    opened_at: Times, *, zone: zoneinfo.ZoneInfo, day: int = 8
) -> BulkDeadlines:
    """
    Tell when unsettled cases go to the platform: `pmkit.escalates_at`, CASE-2.

    Args:
        opened_at: When the cases were opened, ``datetime64`` in UTC.

        zone: The zone of the marketplace's terms.

        day: The day on which they escalate, at least 2.

    Raises:
        pmkit.InputError: If *opened_at* are no instants or hold NaT, or as the scalar.
    """
    clauses.escalates_at(_ANY_INSTANT, zone=zone, day=day)
    return _calendar_days(
        instants(opened_at, field="opened_at"),
        day - 1,
        zone=zone,
        field="day",
        clause="CASE-2",
        ask=lambda at, _: clauses.escalates_at(at, zone=zone, day=day),
    )


def escalation_opens(
    opened_at: Times, *, zone: zoneinfo.ZoneInfo, day: int = 4
) -> BulkOpenings:
    """
    Tell from when cases may be escalated: `pmkit.escalation_opens`, CASE-3.

    Args:
        opened_at: When the cases were opened, ``datetime64`` in UTC.

        zone: The zone of the marketplace's terms.

        day: The first day of escalation, at least 1.

    Raises:
        pmkit.InputError: If *opened_at* are no instants or hold NaT, or as the scalar.
    """
    first_day, at = nth_days(
        instants(opened_at, field="opened_at"),
        day,
        zone=zone,
        field="day",
        ends=False,
        ask=lambda at, _: clauses.escalation_opens(at, zone=zone, day=day),
    )
    return BulkOpenings(at=at, first_day=first_day, clause="CASE-3", zone=zone.key)


def pay_link_until(created_at: Times, *, hours: int = 72) -> BulkDeadlines:
    """
    Tell until when payment links can be used: `pmkit.pay_link_until`, LINK-1.

    Args:
        created_at: When the links were made, ``datetime64`` in UTC.

        hours: How many hours they live, at least 1.

    Raises:
        pmkit.InputError:
            If *created_at* are no instants, hold NaT or split a microsecond, or as
            the scalar.
    """
    last_day, at = hours_later(
        instants(created_at, field="created_at"),
        hours,
        lambda at, _: clauses.pay_link_until(at, hours=hours),
    )
    return without_calendar(last_day, at, clause="LINK-1", zone="UTC", convention=None)


def _calendar_days(
    event_at: Instants,
    n: int,
    *,
    zone: zoneinfo.ZoneInfo,
    field: str,
    clause: str,
    ask: Callable[[Any, int], object],
) -> BulkDeadlines:
    last_day, at = nth_days(event_at, n, zone=zone, field=field, ends=True, ask=ask)
    return without_calendar(
        last_day, at, clause=clause, zone=zone.key, convention=_EXCLUDE
    )
