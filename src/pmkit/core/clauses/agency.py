"""CHANGE-2 and CHANGE-3: other agencies' free change or cancellation of a visit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.counting import at_least_one, local_day, working_days_before
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date, start_of_day, to_utc
from pmkit.core.walltime import instant_at, named_zone, plain_time

if TYPE_CHECKING:
    import zoneinfo

_SUNDAY = frozenset({6})
#: ISO 3166-1 codes of the countries in which one full working day is enough:
#: https://www.asiaqualityfocus.com/about-us/cancellation-fee
ONE_FULL_DAY = frozenset({"BD", "CN", "IN", "KH", "PK", "VN"})


def full_days_in(country: str) -> int:
    """
    Tell how many full working days ahead a visit in *country* can be changed.

    Args:
        country: The ISO 3166-1 alpha-2 code of the place of the visit; ``CN`` is
            mainland China.

    Returns:
        1 in Bangladesh, Cambodia, mainland China, India, Pakistan and Vietnam,
        2 everywhere else.

    Raises:
        pmkit.InputError: If *country* is no code of two letters.

    Examples:
        >>> full_days_in("VN"), full_days_in("TR")
        (1, 2)

    Source: https://www.asiaqualityfocus.com/about-us/cancellation-fee
    """
    return 1 if country_code(country) in ONE_FULL_DAY else 2


def country_code(country: str) -> str:
    """
    Give the code of a country in capitals.

    Raises:
        pmkit.InputError: If *country* is no code of two letters.
    """
    given: object = country
    if not isinstance(given, str) or len(given) != len("CN") or not given.isalpha():
        msg = f"{given!r} is not the code of a country."
        remedy = "Give its ISO 3166-1 code, such as CN."
        raise InputError(msg, field="country", remedy=remedy)
    return country.upper()


def six_day_week(calendar: WorkingCalendar) -> WorkingCalendar:
    """
    Derive the calendar of people who also work on Saturdays.

    Args:
        calendar: The working days of the place.

    Returns:
        The same closed days, made-up days and horizon, with Sunday as the only
        day of the weekly rest.

    Raises:
        pmkit.InputError: If *calendar* is no working calendar.

    Examples:
        >>> import datetime as dt, pmkit
        >>> agency = six_day_week(pmkit.working_calendar("CN"))
        >>> [agency.is_working_day(dt.date(2026, 3, day)) for day in (7, 8)]
        [True, False]
    """
    given: object = calendar
    if not isinstance(given, WorkingCalendar):
        msg = f"{given!r} is not a working calendar."
        remedy = 'Use pmkit.working_calendar("CN") or your own.'
        raise InputError(msg, field="calendar", remedy=remedy)
    return calendar.with_days(weekend=_SUNDAY, name=f"{calendar.name} six-day week")


def change_by_full_days(
    visit_day: dt.date,
    *,
    calendar: WorkingCalendar,
    zone: zoneinfo.ZoneInfo,
    full_days: int = 1,
    at: dt.time = dt.time(9),
) -> Deadline:
    """
    Tell until when a visit may be changed for nothing, full working days ahead.

    Clause:
        ``CHANGE-2``: a visit is changed or cancelled for nothing up to *at*,
        *full_days* full working days before the confirmed day.  The source says
        one in mainland China, Vietnam, Cambodia, Bangladesh, India and Pakistan,
        and two in all other areas; see `full_days_in`.

    Counting:
        ==========  ==========================================================
        Unit        full working day of *calendar*, a week of six days: Monday
                    to Saturday less the statutory holidays, and made-up days
        Day zero    *visit_day*, worked or not; never counted
        Cut-off     *at* on the clocks of *zone* on the earliest counted day,
                    so that this day is still a full one
        Unknown     a day from the cut-off up to the visit that nobody has
                    announced is an error, or makes the deadline provisional if
                    *calendar* was asked for that; whose holidays count the
                    source leaves open
        ==========  ==========================================================

    Args:
        visit_day: The confirmed day of the visit, in the zone of *calendar*.

        calendar: Working days of the *agency* at the place; see `six_day_week`.

        zone: The zone of the agency's clocks; for the source, GMT+8.

        full_days: How many full working days ahead, at least 1.

        at: The wall-clock time in *zone* at which the agency's day begins.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.InputError:
            If *visit_day* is no date, *full_days* is below 1 or no integer, *at*
            no plain time or *zone* no zone.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        For a Wednesday in Turkey the source itself gives Monday, 09:00:

        >>> import datetime as dt, pmkit, zoneinfo
        >>> agency = six_day_week(pmkit.working_calendar("TR"))
        >>> due = change_by_full_days(
        ...     dt.date(2026, 3, 11),
        ...     calendar=agency,
        ...     zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
        ...     full_days=full_days_in("TR"),
        ... )
        >>> due.at.isoformat()
        '2026-03-09T01:00:00+00:00'

    Source: https://www.asiaqualityfocus.com/about-us/cancellation-fee
    """
    plain_date(visit_day, field="visit_day")
    named_zone(zone, field="zone")
    plain_time(at, field="at")
    due = working_days_before(
        visit_day,
        at_least_one(full_days, "full_days"),
        calendar=calendar,
        convention=CountingConvention.EXCLUDE_EVENT_DAY,
        clause="CHANGE-2",
        field="visit_day",
    )
    return attrs.evolve(due, at=instant_at(due.last_day, at, zone), zone=zone.key)


def change_by_hours(
    start: dt.datetime | dt.date, *, zone: zoneinfo.ZoneInfo, hours: int = 48
) -> Deadline:
    """
    Tell until when a visit may be changed for nothing, elapsed hours ahead.

    Clause:
        ``CHANGE-3``: a visit is cancelled at least *hours* hours ahead; later,
        up to the full cost may be charged.

    Counting:
        ==========  ==========================================================
        Unit        elapsed hour; clocks that are put forward or back change
                    nothing
        Day zero    there is none: hours run back from *start* itself; from a
                    date they run back from the midnight in *zone* that begins
                    it, since the source speaks of the date
        Cut-off     the instant from which fewer than all the hours are left;
                    that instant itself is already too late
        Unknown     nothing: no calendar is read, nights and holidays count
        ==========  ==========================================================

    Args:
        start: When the visit is confirmed to begin, in any zone, or its day.

        zone: The zone of the place of the visit.

        hours: How many hours ahead, at least 1.

    Returns:
        The deadline; no days are counted.

    Raises:
        pmkit.NaiveTimeError: If *start* has no zone.

        pmkit.InputError:
            If *start* is neither, *hours* is below 1 or no integer, or *zone* no
            zone.

    Examples:
        Clocks in Berlin are put forward in the night to Sunday 29 March 2026:

        >>> import datetime as dt, zoneinfo
        >>> berlin = zoneinfo.ZoneInfo("Europe/Berlin")
        >>> monday = dt.datetime.fromisoformat("2026-03-30T09:00+02:00")
        >>> due = change_by_hours(monday, zone=berlin)
        >>> due.at.astimezone(berlin).isoformat()
        '2026-03-28T08:00:00+01:00'

    Source: https://support.movley.com/en/what-is-the-cancellation-policy
    """
    begins = start_instant(start, zone)
    ahead = at_least_one(hours, "hours")
    try:
        at = begins - dt.timedelta(hours=ahead)
        last_day = local_day(at - dt.timedelta.resolution, zone)
    except OverflowError:
        msg = f"{hours} leads before the first date there is."
        remedy = "Give a smaller number."
        raise InputError(msg, field="hours", remedy=remedy) from None
    return Deadline(
        at=at,
        last_day=last_day,
        counted=(),
        clause="CHANGE-3",
        convention=None,
        zone=zone.key,
        event_day=local_day(begins, zone),
        event_at=begins,
    )


def start_instant(start: dt.datetime | dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """Give the instant *start*, or the one at which the date *start* begins."""
    named_zone(zone, field="zone")
    if isinstance(start, dt.datetime):
        return to_utc(start, field="start")
    day = plain_date(start, field="start")
    if not dt.MINYEAR < day.year < dt.MAXYEAR:
        msg = f"{day} is too near the end of all dates."
        raise InputError(msg, field="start", remedy="Give a year of this age.")
    return start_of_day(day, zone)
