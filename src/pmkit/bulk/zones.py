"""
The clocks of a zone as tables: from an instant to the local date, and back.

The tables are read from the zone once; a look-up is the same for every zone,
however its clocks change.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from pmkit.bulk.arrays import DAY, EPOCH_ORDINAL, MAX_DAY, MIN_DAY, Ints

if TYPE_CHECKING:
    import zoneinfo

#: No zone of the tz database changes its offset twice within 95 hours.
_STRIDE = dt.timedelta(days=2)
#: How many days more the clocks are read on both sides.
_MARGIN = 4
#: Days are asked for in runs of so many, so that few tables are built.
_RUN = 4096
_QUARTER = 15 * 60 * 1_000_000
_MOST_SLOTS = 1 << 21
_SECOND = dt.timedelta(seconds=1)
_MICROSECOND = dt.timedelta(microseconds=1)
_NONE = dt.timedelta()
_FOREVER = int(np.iinfo(np.int64).max)


@attrs.frozen(eq=False)
class Clocks:
    """
    The offsets of a zone, from a day to a day.

    Attributes:
        since:
            The instant from which each offset holds, ascending; the first stands
            for all before it.

        offset: What the clocks show more than those of UTC, in microseconds.
    """

    since: Ints
    offset: Ints

    def first_at(self, wall: Ints) -> Ints:
        """
        Find when clocks first show a time, or the first instant after a gap.

        Args:
            wall: What the clocks show, in microseconds since 1970-01-01T00:00.
        """
        ends = np.append(self.since[1:] + self.offset[:-1], _FOREVER)
        # Changes are days apart, so that the ends ascend.  Clocks that are put back
        # show a time again; the first stretch that reaches it is the one that counts.
        stretch = np.searchsorted(ends, wall, side="right")
        since, offset = self.since[stretch], self.offset[stretch]
        return np.where(stretch > 0, np.maximum(since, wall - offset), wall - offset)

    def date_at(self, instants: Ints) -> Ints:
        """Find the local date of each instant; for few instants."""
        stretch = np.searchsorted(self.since, instants, side="right") - 1
        dates: Ints = (instants + self.offset[np.maximum(stretch, 0)]) // DAY
        return dates


@attrs.frozen(eq=False)
class LocalDays:
    """
    The local dates of a run of days, for looking up many instants.

    Time is cut into *stretches* on which the local date does not change, and into
    *slots* of equal length, so that the slot leads to the stretch.

    Attributes:
        since: The instant at which each stretch begins.

        until: The instant at which the last one ends.

        day: The local date of each stretch.

        slot: The length of a slot, in microseconds.

        stretch_of: The stretch in which each slot begins.

        most: How many stretches begin inside of one slot, at most; mostly none.
    """

    since: Ints
    until: int
    day: Ints
    slot: int
    stretch_of: npt.NDArray[np.int32]
    most: int

    def stretches(self, instants: Ints) -> Ints:
        """Find the stretch of each instant, each between the first and `until`."""
        slots = instants - self.since[0]
        np.floor_divide(slots, self.slot, out=slots)
        found: Ints = self.stretch_of.take(slots).astype(np.int64)
        for _ in range(self.most):
            following = np.minimum(found + 1, self.since.size - 1)
            found += (instants >= self.since[following]) & (following > found)
        return found


def clocks(zone: zoneinfo.ZoneInfo, first: int, last: int) -> Clocks:
    """Read the clocks of *zone* for the local dates *first* to *last*."""
    return _clocks(zone, first // _RUN, last // _RUN)


@functools.lru_cache(maxsize=64)
def _clocks(zone: zoneinfo.ZoneInfo, first_run: int, last_run: int) -> Clocks:
    # The clocks of the first and the last two days of all dates are not asked: the
    # local date may not exist.
    low = max(first_run * _RUN - _MARGIN, MIN_DAY + 2)
    high = min((last_run + 1) * _RUN + _MARGIN, MAX_DAY - 2)
    before, end = _instant(low), _instant(high)
    offset = _offset(zone, before)
    found = [(low * DAY, offset // _MICROSECOND)]
    while before < end:
        after = min(before + _STRIDE, end)
        if _offset(zone, after) != offset:
            change = _change(zone, before, after)
            offset = _offset(zone, change)
            found.append((_micros(change), offset // _MICROSECOND))
        before = after
    since, offsets = np.array(found, np.int64).T
    return Clocks(since.copy(), offsets.copy())


def _change(
    zone: zoneinfo.ZoneInfo, before: dt.datetime, after: dt.datetime
) -> dt.datetime:
    """Bisect to the second at which the offset changes."""
    old = _offset(zone, before)
    low, high = 0, (after - before) // _SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + middle * _SECOND) == old:
            low = middle
        else:
            high = middle
    return before + high * _SECOND


def _instant(day: int) -> dt.datetime:
    date = dt.date.fromordinal(day + EPOCH_ORDINAL)
    return dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC)


def _micros(instant: dt.datetime) -> int:
    return (instant - _instant(0)) // _MICROSECOND


def _offset(zone: zoneinfo.ZoneInfo, instant: dt.datetime) -> dt.timedelta:
    return instant.astimezone(zone).utcoffset() or _NONE


def local_days(zone: zoneinfo.ZoneInfo, first: int, last: int) -> LocalDays:
    """Build the table for the instants of *first* to *last*, dates in UTC."""
    return _local_days(zone, first // _RUN, last // _RUN)


@functools.lru_cache(maxsize=16)
def _local_days(zone: zoneinfo.ZoneInfo, first_run: int, last_run: int) -> LocalDays:
    low, high = first_run * _RUN, (last_run + 1) * _RUN
    read = _clocks(zone, first_run, last_run)
    since = _midnights(read, low * DAY, high * DAY)
    day = read.date_at(since)
    changed = np.append(True, day[1:] != day[:-1])
    since, day = since[changed], day[changed]
    slot = _slot(since, high * DAY)
    begins = np.arange(low * DAY, high * DAY, slot)
    stretch_of = np.searchsorted(since, begins, side="right") - 1
    inside = np.searchsorted(since, begins + slot, side="left") - 1 - stretch_of
    return LocalDays(
        since=since,
        until=high * DAY,
        day=day,
        slot=slot,
        stretch_of=stretch_of.astype(np.int32),
        most=int(inside.max()),
    )


def _midnights(read: Clocks, low: int, high: int) -> Ints:
    """List each instant from *low* on at which the local date may change."""
    ends = np.append(read.since[1:], high)
    found = [np.array([low])]
    # The first offset stands for all time before it.
    since = np.append(min(low, read.since[0]), read.since[1:])
    for start, end, offset in np.stack([since, ends, read.offset], axis=1).tolist():
        first_midnight = -(-(start + offset) // DAY) * DAY - offset
        found.extend([np.array([start]), np.arange(first_midnight, end, DAY)])
    every = np.unique(np.concatenate(found))
    return every[(every >= low) & (every < high)]


def _slot(since: Ints, until: int) -> int:
    """Choose slots that begin where stretches do, if these are not too many."""
    common = int(np.gcd.reduce(np.append(since[1:], until) - since[0]))
    slot = max(common, _QUARTER)
    while (until - int(since[0])) // slot >= _MOST_SLOTS:
        slot *= 2
    return slot
