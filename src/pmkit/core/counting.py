"""
How clauses count: working days before or after a day, calendar days, hours.

One function per way of counting; each turns an event into a `Deadline`.  Which
way, how many and from what is the matter of the clause.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date, start_of_day
from pmkit.core.walltime import named_zone

if TYPE_CHECKING:
    import zoneinfo

_DAY = dt.timedelta(days=1)


def working_days_before(
    event_day: dt.date,
    n: int,
    *,
    calendar: WorkingCalendar,
    convention: CountingConvention | str,
    clause: str,
    field: str,
) -> Deadline:
    """
    Set the deadline for what must happen *n* working days before *event_day*.

    Every day from the last one in time up to *event_day* is read, *event_day*
    itself only if it may count.
    """
    plain_date(event_day, field=field)
    convention = _checked(n, calendar, convention)
    # Under INCLUSIVE the day of the event is read, and counts if it is worked.
    inclusive = convention is CountingConvention.INCLUSIVE
    counts = inclusive and calendar.is_working_day(event_day)
    end = event_day + _DAY if counts else event_day
    first_counted = calendar.add(end, -n)
    last_day = first_counted
    if convention is CountingConvention.CLEAR_DAYS:
        last_day = first_counted - _DAY
    return _on_calendar(
        last_day,
        calendar.working_days(first_counted, end),
        read=(last_day, event_day + _DAY if inclusive else event_day),
        shown=(last_day, event_day + _DAY),
        calendar=calendar,
        convention=convention,
        clause=clause,
        event_day=event_day,
        event_at=None,
    )


def working_days_after(
    event_at: dt.datetime,
    n: int,
    *,
    calendar: WorkingCalendar,
    convention: CountingConvention | str,
    clause: str,
) -> Deadline:
    """
    Set the deadline for what must happen within *n* working days of *event_at*.

    The day of the event is its date in the calendar's zone.  It is read only
    if it may count.  Clear days change nothing here: the day of the event does
    not count, and the act itself falls on the last day.
    """
    convention = _checked(n, calendar, convention)
    event_day = local_day(event_at, calendar.zone)
    inclusive = convention is CountingConvention.INCLUSIVE
    counts = inclusive and calendar.is_working_day(event_day)
    after = n - 1 if counts else n
    last_day = calendar.add(event_day, after) if after else event_day
    return _on_calendar(
        last_day,
        calendar.working_days(
            event_day if counts else event_day + _DAY, last_day + _DAY
        ),
        read=(event_day if inclusive else event_day + _DAY, last_day + _DAY),
        shown=(event_day, last_day + _DAY),
        calendar=calendar,
        convention=convention,
        clause=clause,
        event_day=event_day,
        event_at=event_at,
    )


def calendar_days_after(
    event_at: dt.datetime, n: int, *, zone: zoneinfo.ZoneInfo, clause: str, field: str
) -> Deadline:
    """Set the deadline at the midnight that ends the *n*-th day after *event_at*."""
    named_zone(zone, field="zone")
    event_day = local_day(event_at, zone)
    last_day = days_later(event_day, at_least_one(n, field), field=field)
    return Deadline(
        at=start_of_day(last_day + _DAY, zone),
        last_day=last_day,
        counted=tuple(event_day + k * _DAY for k in range(1, n + 1)),
        clause=clause,
        convention=CountingConvention.EXCLUDE_EVENT_DAY,
        zone=zone.key,
        event_day=event_day,
        event_at=event_at,
    )


def hours_after(event_at: dt.datetime, hours: int, *, clause: str) -> Deadline:
    """Set the deadline when *hours* have elapsed, whatever clocks did meanwhile."""
    try:
        at = event_at + dt.timedelta(hours=at_least_one(hours, "hours"))
    except OverflowError:
        raise _too_far(hours, "hours") from None
    return Deadline(
        at=at,
        last_day=(at - dt.timedelta.resolution).date(),
        counted=(),
        clause=clause,
        convention=None,
        zone="UTC",
        event_day=event_at.date(),
        event_at=event_at,
    )


def start_of_nth_day_after(
    event_at: dt.datetime, n: int, *, zone: zoneinfo.ZoneInfo, field: str
) -> tuple[dt.date, dt.date, dt.datetime]:
    """Find the day of *event_at*, the *n*-th day after it, and when that begins."""
    named_zone(zone, field="zone")
    event_day = local_day(event_at, zone)
    day = days_later(event_day, at_least_one(n, field), field=field)
    return event_day, day, start_of_day(day, zone)


def at_least_one(n: object, field: str) -> int:
    """
    Check that *n* is an integer of at least 1.

    Raises:
        pmkit.InputError: If it is a bool, no integer, or below 1.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        msg = f"{n!r} is not a number above 0."
        raise InputError(msg, field=field, remedy="Give an integer of at least 1.")
    return n


def days_later(day: dt.date, n: int, *, field: str) -> dt.date:
    """
    Find the date *n* calendar days after *day*.

    Raises:
        pmkit.InputError: If there is no such date.
    """
    if n >= (dt.date.max - day).days:
        raise _too_far(n, field)
    return day + n * _DAY


def local_day(instant: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.date:
    """
    Find the date in *zone* at *instant*.

    Raises:
        pmkit.InputError: If it would be before the year 1 or after 9999.
    """
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        msg = f"{instant.isoformat()} has no date in {zone.key}."
        remedy = "Give an instant of this age."
        raise InputError(msg, remedy=remedy) from None


def _on_calendar(
    last_day: dt.date,
    counted: tuple[dt.date, ...],
    *,
    read: tuple[dt.date, dt.date],
    shown: tuple[dt.date, dt.date],
    calendar: WorkingCalendar,
    convention: CountingConvention,
    clause: str,
    event_day: dt.date,
    event_at: dt.datetime | None,
) -> Deadline:
    # Raises if the calendar is strict and the period reads an unannounced day.
    calendar.count(*read)
    return Deadline(
        at=start_of_day(last_day + _DAY, calendar.zone),
        last_day=last_day,
        counted=counted,
        clause=clause,
        convention=convention,
        calendar=calendar.name,
        calendar_version=calendar.version,
        zone=calendar.zone.key,
        provisional=not calendar.is_official_between(*read),
        event_day=event_day,
        event_at=event_at,
        day_kinds=calendar.letters(*shown),
    )


def _checked(
    n: object, calendar: object, convention: CountingConvention | str
) -> CountingConvention:
    if type(n) is not int or n < 1:
        at_least_one(n, "working_days")
    if not isinstance(calendar, WorkingCalendar):
        msg = f"{calendar!r} is not a working calendar."
        raise InputError(
            msg,
            field="calendar",
            remedy='Use pmkit.working_calendar("CN") or your own.',
        )
    if type(convention) is CountingConvention:
        return convention
    return CountingConvention(convention)


def _too_far(n: int, field: str) -> InputError:
    return InputError(
        f"{n} leads beyond the last date there is.",
        field=field,
        remedy="Give a smaller number.",
    )
