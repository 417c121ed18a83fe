"""
Which instant a time on a local clock means.

Clocks are put forward and back.  A time that they skip means the first instant
after the gap; a time that they show twice means the first of the two.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from pmkit.core.errors import InputError
from pmkit.core.moments import first_instant_after_gap


def named_zone(value: object, *, field: str) -> zoneinfo.ZoneInfo:
    """
    Check that *value* is a time zone with a name.

    Args:
        value: What was given for a zone.

        field: The name to put into the error.

    Returns:
        The zone, unchanged.

    Raises:
        pmkit.InputError: If it is none.
    """
    if not isinstance(value, zoneinfo.ZoneInfo) or not value.key:
        msg = f"{value!r} is not a named time zone."
        remedy = 'Use zoneinfo.ZoneInfo("Asia/Shanghai").'
        raise InputError(msg, field=field, remedy=remedy)
    return value


def plain_time(value: object, *, field: str) -> dt.time:
    """
    Check that *value* is a time of day on some clock.

    Args:
        value: What was given for a time.

        field: The name to put into the error.

    Returns:
        The time, unchanged.

    Raises:
        pmkit.InputError: If it is none, or has a zone of its own.
    """
    if not isinstance(value, dt.time) or value.tzinfo is not None:
        msg = f"{value!r} is not a time of day on the clocks of the zone."
        remedy = "Use datetime.time(13), without a zone."
        raise InputError(msg, field=field, remedy=remedy)
    return value


def instant_at(day: dt.date, time: dt.time, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """
    Find the instant at which the clocks of *zone* show *time* on *day*.

    Args:
        day: The local date.

        time: The time of day, without a zone.

        zone: The zone of the clocks.

    Returns:
        The instant in UTC.

    Examples:
        New York skipped 02:00 to 03:00 on 8 March 2026:

        >>> import zoneinfo
        >>> new_york = zoneinfo.ZoneInfo("America/New_York")
        >>> for hour, minute in [(1, 30), (2, 30), (3, 0)]:
        ...     wall = dt.time(hour, minute)
        ...     print(instant_at(dt.date(2026, 3, 8), wall, new_york).isoformat())
        2026-03-08T06:30:00+00:00
        2026-03-08T07:00:00+00:00
        2026-03-08T07:00:00+00:00
    """
    wall = dt.datetime.combine(day, time.replace(fold=0))
    # Inside a gap, fold=0 counts with the offset before it, which leads to an
    # instant after the gap; fold=1 leads to one before it.
    first = wall.replace(tzinfo=zone).astimezone(dt.UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)
    if first <= second:
        return first
    return first_instant_after_gap(second, first, zone)
