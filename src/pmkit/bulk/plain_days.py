"""
The ways of counting that read no working calendar: calendar days, wall times, hours.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from pmkit.bulk.arrays import (
    DAY,
    EPOCH_ORDINAL,
    MAX_DAY,
    MIN_DAY,
    Bools,
    Dates,
    Instants,
    Ints,
    Times,
    first_error,
    parts,
)
from pmkit.bulk.counting import at_instants, unanswered
from pmkit.bulk.zones import clocks, local_days
from pmkit.core.counting import at_least_one
from pmkit.core.errors import InputError
from pmkit.core.walltime import named_zone

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Callable

_HOUR = 3_600_000_000
#: The first and the last instant that a datetime can be, in microseconds.
_FIRST, _LAST = MIN_DAY * DAY, (MAX_DAY + 1) * DAY - 1
#: The first and the last date that a visit can be planned for: not in the outer years.
_FIRST_START = dt.date(dt.MINYEAR + 1, 1, 1).toordinal() - EPOCH_ORDINAL
_LAST_START = dt.date(dt.MAXYEAR, 1, 1).toordinal() - EPOCH_ORDINAL - 1


def nth_days(
    event_at: Instants,
    n: int,
    *,
    zone: zoneinfo.ZoneInfo,
    field: str,
    ends: bool,
    ask: Callable[[Any, int], object],
) -> tuple[Times, Times]:
    """
    Find the *n*-th local day after each instant, and when it begins or ends.

    Args:
        event_at: The instants.

        n: How many calendar days later.

        zone: Whose days.

        field: The name of *n*, for an error.

        ends: Whether the end of that day is wanted; else its beginning.

        ask: The scalar function, for its words if there is no answer.
    """
    named_zone(zone, field="zone")
    steps = min(at_least_one(n, field), MAX_DAY - MIN_DAY + 1)
    if not event_at.ticks.size:
        return _days(event_at.ticks, event_at), _instants(event_at.ticks, event_at)
    low, high = event_at.bounds()
    if low < _FIRST or high > _LAST:
        bad = event_at.outside(_FIRST, _LAST + 1)
        raise first_error(event_at, bad, ask, InputError)
    local = local_days(zone, low // DAY - 1, high // DAY + 1)
    # The scalar clauses want the day after the last one to be a date as well.
    bad_days = (local.day < MIN_DAY) | (local.day + steps >= MAX_DAY)
    unknown = unanswered(event_at, local, ~bad_days)
    if unknown is not None:
        raise first_error(event_at, unknown, ask, InputError)
    days = local.day + steps
    read = clocks(zone, int(days[0]) - 1, int(days[-1]) + 2)
    midnights = read.first_at((days + ends) * DAY)
    day, at = at_instants(event_at, local, [days, midnights])
    return _days(day, event_at), _instants(at, event_at)


def wall_time_the_day_before(
    event_days: Dates,
    time: dt.time,
    *,
    zone: zoneinfo.ZoneInfo,
    ask: Callable[[Any, int], object],
) -> tuple[Times, Times]:
    """
    Find the day before each day, and when clocks show *time* on it.

    Args:
        event_days: The days.

        time: The time of day on the clocks of *zone*.

        zone: Whose clocks.

        ask: The scalar function, for its words if there is no answer.
    """
    days = event_days.days
    if not days.size:
        return _days(days, event_days), _instants(days, event_days)
    low, high = event_days.bounds()
    if low <= MIN_DAY or high > MAX_DAY:
        bad: Bools = (days <= MIN_DAY) | (days > MAX_DAY)
        raise first_error(event_days, bad, ask, InputError)
    shown = since_midnight(time)
    read = clocks(zone, low - 1, high)
    day = days - 1
    at = np.empty_like(day)
    for part in parts(day.size):
        at[part] = read.first_at(day[part] * DAY + shown)
    return _days(day, event_days), _instants(at, event_days)


def hours_later(
    event_at: Instants, hours: int, ask: Callable[[Any, int], object]
) -> tuple[Times, Times]:
    """
    Find the instant *hours* after each, and the last date in UTC before it ends.

    Args:
        event_at: The instants.

        hours: How many elapsed hours.

        ask: The scalar function, for its words if there is no answer.
    """
    span = at_least_one(hours, "hours") * _HOUR
    if not event_at.ticks.size:
        return _days(event_at.ticks, event_at), _instants(event_at.ticks, event_at)
    low, high = event_at.bounds()
    if low < _FIRST or high + span > _LAST:
        bad = event_at.outside(_FIRST, max(_LAST - span + 1, _FIRST))
        raise first_error(event_at, bad, ask, InputError)
    at = event_at.micros() + span
    event_at.refuse_split(at - span)
    return _days((at - 1) // DAY, event_at), _instants(at, event_at)


def hours_earlier(
    starts: Dates | Instants,
    hours: int,
    *,
    zone: zoneinfo.ZoneInfo,
    ask: Callable[[Any, int], object],
) -> tuple[Times, Times]:
    """
    Find the instant *hours* before each, and the last local date before it ends.

    Args:
        starts: The instants, or the dates at whose beginning they are.

        hours: How many elapsed hours.

        zone: Whose dates.

        ask: The scalar function, for its words if there is no answer.
    """
    begins = _begins(starts, zone, ask)
    if not begins.size:
        return _days(begins, starts), _instants(begins, starts)
    high = int(begins.max())
    span = min(hours * _HOUR, high - _FIRST + 1)
    early: Bools = begins <= _FIRST + span
    late: Bools = begins > _LAST - DAY
    if late.any():
        # A start within the last hours of all may have no date in the zone.
        late &= clocks(zone, MAX_DAY - 1, MAX_DAY).date_at(begins) > MAX_DAY
    at = np.maximum(begins - span, _FIRST + 1)
    local = local_days(zone, int(at.min()) // DAY - 2, int(at.max()) // DAY + 1)
    days = np.empty_like(at)
    for part in parts(at.size):
        days[part] = local.day[local.stretches(at[part] - 1)]
    bad = early | late | (days < MIN_DAY)
    if bad.any():
        raise first_error(starts, bad, ask, InputError)
    return _days(days, starts), _instants(at, starts)


def since_midnight(time: dt.time) -> int:
    """Give what clocks show at *time*, in microseconds since they showed midnight."""
    hands = dt.timedelta(
        hours=time.hour,
        minutes=time.minute,
        seconds=time.second,
        microseconds=time.microsecond,
    )
    return hands // dt.timedelta.resolution


def _begins(
    starts: Dates | Instants, zone: zoneinfo.ZoneInfo, ask: Callable[[Any, int], object]
) -> Ints:
    """Give the instants, or those at which the dates begin, in microseconds."""
    bad: Bools
    if isinstance(starts, Instants):
        bad = starts.outside(_FIRST, _LAST + 1)
    else:
        bad = (starts.days < _FIRST_START) | (starts.days > _LAST_START)
    if bad.any():
        raise first_error(starts, bad, ask, InputError)
    if isinstance(starts, Instants):
        begins = starts.micros()
        starts.refuse_split(begins)
        return begins
    if not starts.days.size:
        return starts.days
    read = clocks(zone, *starts.bounds())
    begins = np.empty_like(starts.days)
    for part in parts(begins.size):
        begins[part] = read.first_at(starts.days[part] * DAY)
    return begins


def _days(days: Ints, like: Dates | Instants) -> Times:
    return days.view("datetime64[D]").reshape(like.shape)


def _instants(micros: Ints, like: Dates | Instants) -> Times:
    return micros.view("datetime64[us]").reshape(like.shape)
