"""
The ways of counting that read no working calendar: calendar days, wall times, hours.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from pmkit.bulk.arrays import (
    DAY,
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
    hands = dt.timedelta(
        hours=time.hour,
        minutes=time.minute,
        seconds=time.second,
        microseconds=time.microsecond,
    )
    shown = hands // dt.timedelta.resolution
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


def _days(days: Ints, like: Dates | Instants) -> Times:
    return days.view("datetime64[D]").reshape(like.shape)


def _instants(micros: Ints, like: Dates | Instants) -> Times:
    return micros.view("datetime64[us]").reshape(like.shape)
