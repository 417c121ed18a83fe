"""
The clauses on the visits of agencies over arrays: their dates, forms and changes.

What a clause says, how it counts and where it stands written is in the docstring of
the function of the same name in `pmkit`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from pmkit.bulk.arrays import Dates, Instants, Times, dates, instants
from pmkit.bulk.counting import Clause, after, before
from pmkit.bulk.deadlines import BulkDeadlines, without_calendar
from pmkit.bulk.plain_days import (
    hours_earlier,
    since_midnight,
    wall_time_the_day_before,
)
from pmkit.core import clauses
from pmkit.core.counting import at_least_one
from pmkit.core.deadlines import CountingConvention
from pmkit.core.walltime import named_zone, plain_time

if TYPE_CHECKING:
    import zoneinfo

    from pmkit.bulk.calendar import BulkCalendar
    from pmkit.core.calendars import WorkingCalendar

_EXCLUDE = CountingConvention.EXCLUDE_EVENT_DAY


def visit_date_by(
    requested_at: Times,
    *,
    calendar: WorkingCalendar | BulkCalendar,
    working_days: int = 2,
    convention: CountingConvention | str = _EXCLUDE,
) -> BulkDeadlines:
    """
    Tell until when dates of visits are confirmed: `pmkit.visit_date_by`, APPOINT-1.

    Args:
        requested_at: When the visits were ordered, ``datetime64`` in UTC.

        calendar: Working days of the *agency* at the place.

        working_days: How many working days it has, at least 1.

        convention: Which ends of the period count.

    Raises:
        pmkit.InputError:
            If *requested_at* are no instants or hold NaT, or as the scalar.

        pmkit.CalendarHorizonError:
            If counting leaves the announced days; it names the first order.
    """
    clause = Clause(
        name="APPOINT-1",
        working_days=working_days,
        calendar=calendar,
        convention=convention,
    )
    plain = clause.calendar.calendar
    return after(
        clause,
        instants(requested_at, field="requested_at"),
        lambda at, _: clauses.visit_date_by(
            at, calendar=plain, working_days=working_days, convention=convention
        ),
    )


def appointment_by(
    visit_days: Times,
    *,
    calendar: WorkingCalendar | BulkCalendar,
    at: dt.time = dt.time(12),
) -> BulkDeadlines:
    """
    Tell until when forms are of use: `pmkit.appointment_by`, APPOINT-2.

    Args:
        visit_days:
            The confirmed days of the visits, ``datetime64[D]``, in the zone of
            *calendar*.

        calendar: Working days of the *agency* at the place.

        at: The wall-clock time after which the hour is confirmed.

    Raises:
        pmkit.InputError: If *visit_days* are no dates or hold NaT, or as the scalar.

        pmkit.CalendarHorizonError:
            If counting leaves the announced days; it names the first visit.
    """
    clause = Clause(
        name="APPOINT-2",
        working_days=1,
        calendar=calendar,
        convention=_EXCLUDE,
        cut_off=since_midnight(plain_time(at, field="at")),
    )
    plain = clause.calendar.calendar
    return before(
        clause,
        dates(visit_days, field="visit_days"),
        lambda day, _: clauses.appointment_by(day, calendar=plain, at=at),
    )


def change_by(
    visit_days: Times, *, zone: zoneinfo.ZoneInfo, at: dt.time = dt.time(13)
) -> BulkDeadlines:
    """
    Tell until when visits may be changed for nothing: `pmkit.change_by`, CHANGE-1.

    Args:
        visit_days: The confirmed days of the visits, ``datetime64[D]``, in *zone*.

        zone: The zone of the agency's terms.

        at: The wall-clock time in *zone* at which it is too late.

    Raises:
        pmkit.InputError: If *visit_days* are no dates or hold NaT, or as the scalar.
    """
    named_zone(zone, field="zone")
    plain_time(at, field="at")
    last_day, instant = wall_time_the_day_before(
        dates(visit_days, field="visit_days"),
        at,
        zone=zone,
        ask=lambda day, _: clauses.change_by(day, zone=zone, at=at),
    )
    return without_calendar(
        last_day, instant, clause="CHANGE-1", zone=zone.key, convention=_EXCLUDE
    )


def change_by_full_days(
    visit_days: Times,
    *,
    calendar: WorkingCalendar | BulkCalendar,
    zone: zoneinfo.ZoneInfo,
    full_days: int = 1,
    at: dt.time = dt.time(9),
) -> BulkDeadlines:
    """
    Tell until when visits may be changed: `pmkit.change_by_full_days`, CHANGE-2.

    Args:
        visit_days:
            The confirmed days of the visits, ``datetime64[D]``, in the zone of
            *calendar*.

        calendar: Working days of the *agency* at the place; see `pmkit.six_day_week`.

        zone: The zone of the agency's clocks.

        full_days: How many full working days ahead, at least 1.

        at: The wall-clock time in *zone* at which the agency's day begins.

    Raises:
        pmkit.InputError: If *visit_days* are no dates or hold NaT, or as the scalar.

        pmkit.CalendarHorizonError:
            If counting leaves the announced days; it names the first visit.

    Examples:
        >>> import numpy as np, pmkit
        >>> agency = pmkit.six_day_week(pmkit.working_calendar("CN"))
        >>> visits = np.array(["2026-03-09", "2026-03-10"], dtype="datetime64[D]")
        >>> change_by_full_days(visits, calendar=agency, zone=agency.zone).last_day
        array(['2026-03-07', '2026-03-09'], dtype='datetime64[D]')
    """
    clause = Clause(
        name="CHANGE-2",
        clocks_of=named_zone(zone, field="zone"),
        cut_off=since_midnight(plain_time(at, field="at")),
        working_days=at_least_one(full_days, "full_days"),
        calendar=calendar,
        convention=_EXCLUDE,
    )
    plain = clause.calendar.calendar
    return before(
        clause,
        dates(visit_days, field="visit_days"),
        lambda day, _: clauses.change_by_full_days(
            day, calendar=plain, zone=zone, full_days=full_days, at=at
        ),
    )


def change_by_hours(
    starts: Times, *, zone: zoneinfo.ZoneInfo, hours: int = 48
) -> BulkDeadlines:
    """
    Tell until when visits may be changed: `pmkit.change_by_hours`, CHANGE-3.

    Args:
        starts:
            When the visits are confirmed to begin, ``datetime64`` in UTC, or their
            days in *zone*, ``datetime64[D]``.

        zone: The zone of the place of the visits.

        hours: How many hours ahead, at least 1.

    Raises:
        pmkit.InputError:
            If *starts* are neither, hold NaT or split a microsecond, or as the scalar.

    Examples:
        >>> import numpy as np, zoneinfo
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> visits = np.array(["2026-03-10"], dtype="datetime64[D]")
        >>> change_by_hours(visits, zone=shanghai).at
        array(['2026-03-07T16:00:00.000000'], dtype='datetime64[us]')
    """
    named_zone(zone, field="zone")
    last_day, at = hours_earlier(
        _starts(starts),
        at_least_one(hours, "hours"),
        zone=zone,
        ask=lambda start, _: clauses.change_by_hours(start, zone=zone, hours=hours),
    )
    return without_calendar(
        last_day, at, clause="CHANGE-3", zone=zone.key, convention=None
    )


def _starts(starts: Times) -> Dates | Instants:
    given: object = starts
    if (
        isinstance(given, np.ndarray)
        and given.dtype.kind == "M"
        and np.datetime_data(given.dtype) == ("D", 1)
    ):
        return dates(starts, field="starts")
    return instants(starts, field="starts")
