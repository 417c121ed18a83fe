"""
Many deadlines at once: columns of moments, days and flags.
"""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from pmkit.bulk.arrays import Bools, Times, instants
from pmkit.core.deadlines import CountingConvention
from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc


@attrs.frozen(kw_only=True, eq=False)
class BulkDeadlines:
    """
    The first moments that are too late, one for each element that was asked.

    Ask the scalar function about one of them to have it explained.

    Attributes:
        at: The first instant that is too late, ``datetime64[us]`` in UTC.

        last_day: The last local day that still counts, ``datetime64[D]`` in `zone`.

        provisional: Whether a day was read that nobody has announced, as a mask.

        clause: The clause that sets them, such as ``BOOK-1``.

        convention: Which ends counted; `None` if hours were counted.

        calendar: The name of the calendar; empty if every day counts.

        calendar_version: The version of that calendar; empty if there is none.

        zone: The name of the time zone in which the days begin and end.
    """

    at: Times
    last_day: Times
    provisional: Bools
    clause: str
    convention: CountingConvention | None
    calendar: str = ""
    calendar_version: str = ""
    zone: str

    def __len__(self) -> int:
        return len(self.at)

    def allows(self, now: dt.datetime | Times) -> Bools:
        """
        Tell for which deadlines *now* is still in time: before `at`.

        Args:
            now: One aware datetime, or an array of instants in UTC.

        Raises:
            pmkit.NaiveTimeError: If the datetime has no zone.

            pmkit.InputError:
                If the array holds NaT, is of another kind, or does not fit.
        """
        return _micros(now, self.at) < self.at


@attrs.frozen(kw_only=True, eq=False)
class BulkOpenings:
    """
    The first moments at which something becomes possible.

    Attributes:
        at: The first instant that is not too early, ``datetime64[us]`` in UTC.

        first_day: The local day on which it opens, ``datetime64[D]`` in `zone`.

        clause: The clause that sets them.

        zone: The name of the time zone in which the days begin.
    """

    at: Times
    first_day: Times
    clause: str
    zone: str

    def __len__(self) -> int:
        return len(self.at)

    def allows(self, now: dt.datetime | Times) -> Bools:
        """
        Tell for which of them *now* is not too early: `at` or later.

        Args:
            now: One aware datetime, or an array of instants in UTC.

        Raises:
            pmkit.NaiveTimeError: If the datetime has no zone.

            pmkit.InputError:
                If the array holds NaT, is of another kind, or does not fit.
        """
        return _micros(now, self.at) >= self.at


def without_calendar(
    last_day: Times,
    at: Times,
    *,
    clause: str,
    zone: str,
    convention: CountingConvention | None,
) -> BulkDeadlines:
    """Make deadlines of columns for which no calendar was read."""
    return BulkDeadlines(
        at=at,
        last_day=last_day,
        provisional=np.zeros(at.shape, np.bool_),
        clause=clause,
        convention=convention,
        zone=zone,
    )


def _micros(now: dt.datetime | Times, at: Times) -> Times | np.datetime64:
    """Give *now* in microseconds, rounded down: `at` is whole, so nothing changes."""
    if isinstance(now, dt.datetime):
        moment = to_utc(now, field="now")
        return np.datetime64(moment.replace(tzinfo=None), "us")
    given = instants(now, field="now")
    try:
        np.broadcast_to(given.ticks.reshape(given.shape), at.shape)
    except ValueError:
        msg = f"Its shape is {given.shape}, that of the deadlines {at.shape}."
        remedy = "Give one instant for each, or one for all."
        raise InputError(msg, field="now", remedy=remedy) from None
    if not given.ticks.size:
        return given.micros().view("datetime64[us]").reshape(given.shape)
    limit = int(np.iinfo(np.int64).max)
    first, last = given.bounds()
    if not -limit <= first <= last <= limit:
        msg = f"{now.dtype} holds an instant that no clock will show."
        raise InputError(msg, field="now", remedy="Give times of this age.")
    return given.micros().view("datetime64[us]").reshape(given.shape)
