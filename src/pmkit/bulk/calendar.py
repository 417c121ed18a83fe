"""
A working calendar as arrays: the questions of `WorkingCalendar`, for many days.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from pmkit.bulk.arrays import (
    EPOCH_ORDINAL,
    Bools,
    Dates,
    Ints,
    Times,
    dates,
    first_error,
    position,
)
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.errors import InputError

Numbers: TypeAlias = npt.NDArray[np.integer]


def day_number(day: dt.date) -> int:
    """Number a date as the arrays do."""
    return day.toordinal() - EPOCH_ORDINAL


def _prefix(flags: Bools) -> Ints:
    """Count the true ones before each place."""
    return np.append(0, np.cumsum(flags, dtype=np.int64))


@attrs.frozen(eq=False)
class BulkCalendar:
    """
    A `pmkit.WorkingCalendar` prepared for questions about many days.

    Preparing takes milliseconds; the clauses keep what they prepared, so that it is
    enough to give them the plain calendar.

    Attributes:
        calendar: The calendar.

    Examples:
        >>> import numpy as np, pmkit
        >>> china = BulkCalendar(pmkit.working_calendar("CN"))
        >>> days = np.array(["2026-02-13", "2026-02-14", "2026-02-15"], "datetime64[D]")
        >>> china.is_working_day(days)
        array([ True,  True, False])
        >>> china.add(days, 2)
        array(['2026-02-24', '2026-02-25', '2026-02-25'], dtype='datetime64[D]')
    """

    calendar: WorkingCalendar
    #: The first day of the tables, as days since 1970-01-01.
    first: int = attrs.field(init=False, repr=False)
    #: For each day of the tables: is it worked?
    worked: Bools = attrs.field(init=False, repr=False)
    #: rank[i]: how many of the days before day i are worked.
    rank: Ints = attrs.field(init=False, repr=False)
    #: unsure[i]: how many of the days before day i were not announced.
    unsure: Ints = attrs.field(init=False, repr=False)
    #: The worked days, as places in the tables.
    workdays: Ints = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        given: object = self.calendar
        if not isinstance(given, WorkingCalendar):
            msg = f"{given!r} is not a working calendar."
            remedy = 'Use pmkit.working_calendar("CN") or your own.'
            raise InputError(msg, field="calendar", remedy=remedy)
        build = object.__setattr__
        build(self, "first", day_number(self.calendar.first))
        build(self, "worked", self._worked())
        build(self, "rank", _prefix(self.worked))
        build(self, "unsure", _prefix(self._unannounced()))
        build(self, "workdays", np.flatnonzero(self.worked).astype(np.int64))

    @property
    def size(self) -> int:
        """How many days the tables hold."""
        return self.worked.size

    @property
    def strict(self) -> bool:
        """Whether a day that nobody announced is an error."""
        return self.calendar.beyond_horizon == "raise"

    def is_working_day(self, days: Times) -> Bools:
        """
        Tell for each day whether people work on it.

        Args:
            days: Dates at the place, ``datetime64[D]``.

        Raises:
            pmkit.InputError: If *days* are no dates.

            pmkit.CalendarHorizonError:
                If nobody has announced one of them and the calendar does not answer
                provisionally, or one is outside its tables; it names the first.
        """
        given = dates(days, field="days")
        at, outside = self.places(given, 0, self.size - 1)
        bad = outside | self.unread(at, at + 1)
        if bad.any():
            raise first_error(
                given, bad, lambda day, _: self.calendar.is_working_day(day)
            )
        return self.worked[at].reshape(given.shape)

    def is_official(self, days: Times) -> Bools:
        """
        Tell for each day whether it was announced; one outside the tables was not.

        Raises:
            pmkit.InputError: If *days* are no dates.
        """
        given = dates(days, field="days")
        at, outside = self.places(given, 0, self.size - 1)
        official: Bools = ~outside & (self.unsure[at] == self.unsure[at + 1])
        return official.reshape(given.shape)

    def add(self, days: Times, n: int | Numbers) -> Times:
        """
        Find for each day the *n*-th working day strictly after it, or before it.

        Args:
            days: Dates at the place, ``datetime64[D]``, worked or not.

            n: One number of working days for all, or an array with one for each:
                above 0 after the day, below 0 before it.

        Raises:
            pmkit.InputError: If an *n* is 0 or no integer, or *days* are no dates.

            pmkit.CalendarHorizonError:
                If counting leaves the announced days; it names the first.
        """
        given = dates(days, field="days")
        steps = _steps(n, given)
        at, outside = self.places(given, -1, self.size)
        found, bad = self._add(at, steps)
        bad |= outside
        if bad.any():
            raise first_error(
                given,
                bad,
                lambda day, at: self.calendar.add(day, int(steps[at % steps.size])),
            )
        return self.as_dates(found).reshape(given.shape)

    def count(self, starts: Times, ends: Times) -> Ints:
        """
        Count the working days from each start up to, not including, its end.

        Args:
            starts: Dates at the place, ``datetime64[D]``.

            ends: As many dates.

        Raises:
            pmkit.InputError: If they are no dates or do not match.

            pmkit.CalendarHorizonError: If a day between was not announced.
        """
        given, until = _pairs(starts, ends)
        low, before = self.places(given, 0, self.size)
        high, after = self.places(until, 0, self.size)
        bad = before | after | self.unread(low, high)
        if bad.any():
            raise first_error(
                given,
                bad,
                lambda start, at: self.calendar.count(start, _end(until, at)),
            )
        return (self.rank[high] - self.rank[low]).reshape(given.shape)

    def places(self, given: Dates, lowest: int, highest: int) -> tuple[Ints, Bools]:
        """Find the places of days in the tables, and which had to be moved there."""
        at = given.days - self.first
        outside: Bools = (at < lowest) | (at > highest)
        return np.clip(at, lowest, highest, out=at), outside

    def unread(self, low: Ints, high: Ints) -> Bools:
        """Tell where days between two places may not be read: nobody announced one."""
        if not self.strict:
            return np.zeros(low.shape, np.bool_)
        unannounced: Bools = self.unsure[low] != self.unsure[high]
        return unannounced

    def as_dates(self, places: Ints) -> Times:
        """Turn places in the tables into dates."""
        return (places + self.first).view("datetime64[D]")

    def _add(self, at: Ints, steps: Ints) -> tuple[Ints, Bools]:
        """Find the place of each answer, and which have none."""
        forward = steps > 0
        near = np.where(forward, at + 1, at)
        # Out of the tables by one is a day that only the other direction may start at.
        bad = (near < 0) | (near > self.size)
        near = np.clip(near, 0, self.size)
        if not self.workdays.size:
            return at, np.ones(at.shape, np.bool_)
        found = self.rank[near] + np.where(forward, steps - 1, steps)
        bad |= (found < 0) | (found >= self.workdays.size)
        result = self.workdays.take(found, mode="clip")
        far = np.where(forward, result + 1, result)
        bad |= self.unread(near, far)
        return result, bad

    def _worked(self) -> Bools:
        last = self.calendar.last
        end = last.fromordinal(last.toordinal() + 1)
        letters = self.calendar.letters(self.calendar.first, end).encode("ascii")
        return np.isin(np.frombuffer(letters, "S1"), [b"w", b"m"])

    def _unannounced(self) -> Bools:
        cal = self.calendar
        days = np.arange(self.worked.size) + self.first
        unsure: Bools = (days < day_number(cal.official_from)) | (
            days > day_number(cal.official_until)
        )
        unsure[[day_number(day) - self.first for day in cal.estimated]] = True
        return unsure


@functools.lru_cache(maxsize=32)
def prepared(calendar: WorkingCalendar | BulkCalendar) -> BulkCalendar:
    """Prepare *calendar* once, or give it back if it is prepared."""
    return calendar if isinstance(calendar, BulkCalendar) else BulkCalendar(calendar)


def _end(until: Dates, at: int) -> dt.date:
    # A day that is none is as far outside as the last one of all.
    return until.value(at) or dt.date.max


def _pairs(starts: Times, ends: Times) -> tuple[Dates, Dates]:
    given, until = dates(starts, field="starts"), dates(ends, field="ends")
    if given.shape != until.shape:
        msg = f"Its shape is {until.shape}, that of the starts {given.shape}."
        raise InputError(msg, field="ends", remedy="Give one end for each start.")
    return given, until


def _steps(n: object, given: Dates) -> Ints:
    """Check the numbers of days; give one for all, or one for each."""
    one_for_each = isinstance(n, np.ndarray)
    if isinstance(n, bool) or not isinstance(n, int | np.ndarray):
        msg = f"{n!r} is not a number of days."
        raise InputError(msg, field="n", remedy="Give an integer other than 0.")
    far = np.iinfo(np.int32).max
    if not isinstance(n, np.ndarray):
        n = np.array([max(-far, min(n, far))])
    if n.dtype.kind not in "iu":
        msg = f"An array of {n.dtype} holds no numbers of days."
        raise InputError(msg, field="n", remedy="Give integers other than 0.")
    if one_for_each and n.shape != given.shape:
        msg = f"Its shape is {n.shape}, that of the days {given.shape}."
        raise InputError(msg, field="n", remedy="Give one number for each day.")
    flat: Ints = np.clip(n.reshape(-1), -far, far).astype(np.int64)
    if flat.size and not flat.all():
        where = position(int((flat == 0).argmax()), n.shape) if one_for_each else ""
        msg = "0 working days lead nowhere."
        remedy = "Roll the day instead, or leave it as it is."
        raise InputError(msg, field=f"n{where}", remedy=remedy)
    return flat
