"""
What "when" is: an instant in UTC, or a date at a place.

An instant inside pmkit is a plain `datetime.datetime` in UTC.  Zones live in
calendars and terms, never in a stored instant.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.errors import InputError, NaiveTimeError

if TYPE_CHECKING:
    import zoneinfo

_MIDNIGHT = dt.time()
_LATER_MIDNIGHT = dt.time(fold=1)


def to_utc(value: dt.datetime, *, field: str = "at") -> dt.datetime:
    """
    Turn any aware datetime into a plain one in UTC.

    Args:
        value: The instant, in any zone.

        field: The name to put into the error.

    Returns:
        The same instant in UTC, as a plain standard-library datetime.

    Raises:
        pmkit.NaiveTimeError: If *value* has no zone.

        pmkit.InputError:
            If *value* is not a datetime, or leaves the years 1 to 9999 in UTC.

    Examples:
        >>> to_utc(dt.datetime.fromisoformat("2026-02-13T17:30+08:00")).isoformat()
        '2026-02-13T09:30:00+00:00'
    """
    # Most instants are plain already, and every deadline asks.
    if type(value) is dt.datetime and value.tzinfo is dt.UTC:
        return value
    given: object = value
    if not isinstance(given, dt.datetime):
        msg = f"{given!r} is not a datetime."
        raise InputError(msg, field=field, remedy="Give a datetime with its zone.")
    if value.utcoffset() is None:
        msg = f"{value.isoformat()} has no time zone."
        raise NaiveTimeError(
            msg, field=field, remedy="Add the zone, for example +08:00 or UTC."
        )
    try:
        plain = value.astimezone(dt.UTC)
    except OverflowError:
        msg = f"{value.isoformat()} is before the year 1 or after 9999 in UTC."
        remedy = "Give an instant of this age."
        raise InputError(msg, field=field, remedy=remedy) from None
    return dt.datetime.combine(plain.date(), plain.time(), tzinfo=dt.UTC)


def plain_date(value: dt.date, *, field: str) -> dt.date:
    """
    Check that *value* is a date and not an instant.

    Args:
        value: A date at the place that the rule speaks of.

        field: The name to put into the error.

    Returns:
        The date, unchanged.

    Raises:
        pmkit.InputError: If *value* is a datetime or no date at all.
    """
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        msg = f"{value!r} is not a date."
        raise InputError(
            msg, field=field, remedy="Give a datetime.date: the day at the place."
        )
    return value


def start_of_day(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """
    Tell the instant at which a local day begins.

    Args:
        day: The local date.

        zone: The zone of the place.

    Returns:
        The instant in UTC.  Where the local midnight does not exist it is the
        first instant after it; where it occurs twice it is the first of them.

    Examples:
        Cairo had no midnight on 24 April 2026, its clocks went from 23:59 to 01:00:

        >>> import zoneinfo
        >>> cairo = zoneinfo.ZoneInfo("Africa/Cairo")
        >>> start_of_day(dt.date(2026, 4, 24), cairo).astimezone(cairo).isoformat()
        '2026-04-24T01:00:00+03:00'
    """
    # fold=0 is the offset before a transition, fold=1 the one after it.  Where a
    # midnight occurs twice the first is meant, and only a gap raises the offset.
    before = dt.datetime.combine(day, _MIDNIGHT, zone).utcoffset()
    after = dt.datetime.combine(day, _LATER_MIDNIGHT, zone).utcoffset()
    utc = dt.datetime.combine(day, _MIDNIGHT, dt.UTC)
    # A zone has an offset at every time; only the types do not know it.
    assert before is not None  # noqa: S101
    assert after is not None  # noqa: S101
    if before >= after:
        return utc - before
    return first_instant_after_gap(utc - after, utc - before, zone)


def first_instant_after_gap(
    before: dt.datetime, after: dt.datetime, zone: zoneinfo.ZoneInfo
) -> dt.datetime:
    """
    Find the instant at which the clocks of *zone* are put forward.

    Args:
        before: An instant in UTC before it.

        after: One after it, with no other change of clocks between.

        zone: The zone of the clocks.

    Returns:
        The second, in UTC, at which the offset changes.
    """
    base = before.replace(microsecond=0)
    old = base.astimezone(zone).utcoffset()
    low, high = 0, int((after - base).total_seconds()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        moment = base + dt.timedelta(seconds=middle)
        if moment.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return base + dt.timedelta(seconds=high)
