"""
Which days are worked at one place, as tables that are built once.

A `WorkingCalendar` answers in constant time: no question loops over days.  It
knows up to which day somebody has announced its days, and never guesses the
rest without saying so.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

import attrs

from pmkit.core import days, horizon
from pmkit.core.days import KIND_OF_LETTER, UNSURE, DayKind
from pmkit.core.moments import plain_date
from pmkit.core.tables import BeyondHorizon, DayTables

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Iterable

    from pmkit.core.errors import CalendarHorizonError

__all__ = ["BeyondHorizon", "WorkingCalendar"]

_SATURDAY_AND_SUNDAY = frozenset({5, 6})
_ONE_DAY = dt.timedelta(days=1)
#: Named once: looking a name up in a module costs a tenth of an answer.
_DATE = dt.date


@attrs.frozen(kw_only=True)
class WorkingCalendar(DayTables):
    """
    The working days of one place, from `first` to `last`.

    Build one with `from_days`, or take a country's with
    `pmkit.working_calendar`.

    Attributes:
        name: What people call it, such as ``CN``.

        zone: The time zone of the place; its days begin at midnight there.

        first: The first day in the tables.

        last: The last day in the tables.

        official_from: The first day that was announced by somebody competent.

        official_until: The last day that was announced.

        closed: Days on which nobody works, whatever day of the week.

        worked: Days that are worked although they are days of the weekly rest.

        weekend:
            The days of the weekly rest, as `datetime.date.weekday` numbers
            them: Monday is 0.

        estimated:
            Days inside the horizon that rest on an estimate, such as the
            sighting of a moon.

        beyond_horizon:
            ``"raise"``: a question that needs a day nobody has announced is a
            `CalendarHorizonError`.  ``"provisional"``: it is answered from the
            tables; `is_official_between` tells that it was.

        version:
            A digest of the zone, the days and the horizon.  Two calendars of
            the same version give the same answers.
    """

    @classmethod
    def from_days(
        cls,
        *,
        name: str,
        zone: zoneinfo.ZoneInfo,
        first: dt.date,
        last: dt.date,
        closed: Iterable[dt.date] = (),
        worked: Iterable[dt.date] = (),
        weekend: Iterable[int] = _SATURDAY_AND_SUNDAY,
        official_from: dt.date | None = None,
        official_until: dt.date | None = None,
        estimated: Iterable[dt.date] = (),
        beyond_horizon: BeyondHorizon = "raise",
    ) -> Self:
        """
        Build a calendar from the days that differ from the plain week.

        Args:
            name, zone, first, last: See the attributes of the class.

            closed: Days on which nobody works.

            worked: Days of the weekly rest that are worked.

            weekend: Days of the weekly rest, Monday being 0.

            official_from: The first announced day; *first* if left out.

            official_until: The last announced day; *last* if left out.

            estimated: Days inside the horizon that rest on an estimate.

            beyond_horizon: ``"raise"`` or ``"provisional"``.

        Raises:
            pmkit.InputError:
                If a day is no date, lies outside *first* to *last*, or is
                both closed and worked.

        Examples:
            A plant that works six days a week and closes for a stocktaking:

            >>> import zoneinfo
            >>> plant = WorkingCalendar.from_days(
            ...     name="plant 7",
            ...     zone=zoneinfo.ZoneInfo("Asia/Ho_Chi_Minh"),
            ...     first=dt.date(2026, 1, 1),
            ...     last=dt.date(2026, 12, 31),
            ...     closed=[dt.date(2026, 6, 30)],
            ...     weekend=[6],
            ... )
            >>> plant.add(dt.date(2026, 6, 26), 3).isoformat()
            '2026-07-01'
        """
        return cls(
            name=name,
            zone=zone,
            first=first,
            last=last,
            official_from=first if official_from is None else official_from,
            official_until=last if official_until is None else official_until,
            closed=frozenset(closed),
            worked=frozenset(worked),
            weekend=frozenset(weekend),
            estimated=frozenset(estimated),
            beyond_horizon=beyond_horizon,
        )

    def with_days(
        self,
        *,
        closed: Iterable[dt.date] = (),
        worked: Iterable[dt.date] = (),
        weekend: Iterable[int] | None = None,
        name: str | None = None,
    ) -> Self:
        """
        Give this calendar with days of one's own: a shutdown, a longer week.

        Args:
            closed: Days on which nobody works, also if they were worked.

            worked: Days that are worked, also if they were closed.

            weekend: Days of the weekly rest, Monday being 0; as it is if left out.
                Closed days stay closed, and a worked weekend stays worked.

            name: What to call it; as this one if left out.

        Returns:
            Another calendar.  Its horizon is that of this one: a day that nobody
            has announced is not announced by closing it.

        Raises:
            pmkit.InputError: If a day is no date, outside the tables, or both
                closed and worked.

        Examples:
            A plant works six days a week, and closes in the first week of August:

            >>> import pmkit
            >>> plant = pmkit.working_calendar("CN").with_days(
            ...     name="plant 7",
            ...     weekend=[6],
            ...     closed=[dt.date(2026, 8, day) for day in range(3, 9)],
            ... )
            >>> plant.add(dt.date(2026, 7, 31), 2).isoformat()
            '2026-08-10'
        """
        shut, made_up = days.changed(self, closed, worked)
        return attrs.evolve(
            self,
            name=self.name if name is None else name,
            closed=shut,
            worked=made_up,
            weekend=self.weekend if weekend is None else frozenset(weekend),
        )

    def is_working_day(self, day: dt.date) -> bool:
        """
        Tell whether people work on *day*.

        Raises:
            pmkit.CalendarHorizonError:
                If nobody has announced *day* and the calendar does not answer
                provisionally, or if *day* is outside its tables.
        """
        if type(day) is not _DATE:
            plain_date(day, field="day")
        at = day.toordinal() - self._base
        if not 0 <= at < self._size:
            raise horizon.outside(self, day)
        answer = self._answers[at]
        if answer > 1:
            raise horizon.unannounced(self, day)
        return answer == 1

    def add(self, day: dt.date, n: int) -> dt.date:
        """
        Find the *n*-th working day strictly after *day*, or before it.

        Args:
            day: A date at the place, worked or not; it is not counted.

            n: How many working days: above 0 after *day*, below 0 before it.

        Raises:
            pmkit.InputError: If *n* is 0 or no integer, or *day* is no date.

            pmkit.CalendarHorizonError: If counting leaves the announced days.

        Examples:
            >>> import pmkit
            >>> china = pmkit.working_calendar("CN")
            >>> china.add(dt.date(2026, 2, 27), -7).isoformat()
            '2026-02-11'
        """
        if type(day) is not _DATE:
            plain_date(day, field="day")
        if type(n) is not int:
            horizon.check_count(n)
        at = day.toordinal() - self._base
        if n > 0:
            at += 1
            if not 0 <= at <= self._size:
                raise horizon.outside(self, day)
            found = self._rank[at] + n - 1
            if found >= self._latest[at]:
                raise self._unreachable(day, n, at, found)
            return self._workdays[found]
        if not n:
            raise horizon.zero_days()
        if not 0 <= at <= self._size:
            raise horizon.outside(self, day)
        found = self._rank[at] + n
        if found < self._earliest[at]:
            raise self._unreachable(day, n, at, found)
        return self._workdays[found]

    def count(self, start: dt.date, end: dt.date) -> int:
        """
        Count the working days from *start* up to, not including, *end*.

        ``count(b, a) == -count(a, b)``.

        Raises:
            pmkit.InputError: If one of the two is no date.

            pmkit.CalendarHorizonError: If a day between was not announced.
        """
        if not type(start) is type(end) is _DATE:
            self._span(start, end)
        base, marks = self._base, self._marks
        low, high = start.toordinal() - base, end.toordinal() - base
        # Python answers an index below 0, and refuses one beyond the end; the sign of
        # both together is negative if that of one is.
        if low | high < 0:
            self._span(start, end)
        try:
            found = marks[high] - marks[low]
        except IndexError:
            day = end if low <= self._size else start
            raise horizon.outside(self, day) from None
        if -UNSURE < found < UNSURE:
            return found
        raise self._unannounced(min(low, high), max(low, high))

    def working_days(self, start: dt.date, end: dt.date) -> tuple[dt.date, ...]:
        """
        List the working days from *start* up to, not including, *end*.

        Raises:
            pmkit.InputError: If one of the two is no date.

            pmkit.CalendarHorizonError: If a day between was not announced.
        """
        low, high = self._span(start, end)
        if self._strict and self._unsure[low] != self._unsure[high]:
            raise self._unannounced(min(low, high), max(low, high))
        return self._workdays[self._rank[low] : self._rank[high]]

    def roll_forward(self, day: dt.date) -> dt.date:
        """
        Give *day* if it is worked, else the first working day after it.

        Raises:
            pmkit.CalendarHorizonError: If this needs a day nobody announced.
        """
        return day if self.is_working_day(day) else self.add(day, 1)

    def roll_backward(self, day: dt.date) -> dt.date:
        """
        Give *day* if it is worked, else the last working day before it.

        Raises:
            pmkit.CalendarHorizonError: If this needs a day nobody announced.
        """
        return day if self.is_working_day(day) else self.add(day, -1)

    def is_official(self, day: dt.date) -> bool:
        """Tell whether *day* was announced; a day outside the tables was not."""
        plain_date(day, field="day")
        at = day.toordinal() - self._base
        inside = 0 <= at < self._size
        return inside and self._unsure[at] == self._unsure[at + 1]

    def is_official_between(self, start: dt.date, end: dt.date) -> bool:
        """Tell whether every day from *start* up to, not including, *end* was."""
        low, high = self._span(start, end)
        return self._unsure[low] == self._unsure[high]

    def kind_of(self, day: dt.date) -> DayKind:
        """
        Tell what *day* is, for a display; it may be a day nobody announced.

        Raises:
            pmkit.CalendarHorizonError: If *day* is outside the tables.
        """
        return KIND_OF_LETTER[
            self.letters(day, plain_date(day, field="day") + _ONE_DAY)
        ]

    def letters(self, start: dt.date, end: dt.date) -> str:
        """
        Spell the days from *start* up to, not including, *end*, one letter each.

        ``w`` working, ``e`` weekend, ``h`` holiday, ``m`` make-up: the short
        form in which a deadline keeps the days that it read.
        """
        low, high = self._span(start, end)
        return self._letters[low:high]

    def _span(self, start: dt.date, end: dt.date) -> tuple[int, int]:
        """Find the positions of the midnights that begin *start* and *end*."""
        if type(start) is not _DATE:
            plain_date(start, field="start")
        if type(end) is not _DATE:
            plain_date(end, field="end")
        base = self._base
        low, high = start.toordinal() - base, end.toordinal() - base
        size = self._size
        if not (0 <= low <= size and 0 <= high <= size):
            raise horizon.outside(self, end if 0 <= low <= size else start)
        return low, high

    def _unreachable(
        self, day: dt.date, n: int, at: int, found: int
    ) -> CalendarHorizonError:
        """Say why working day number *found* may not be told, going from *at*."""
        if not 0 <= found < len(self._workdays):
            return horizon.exhausted(self, day, n)
        end = self._workdays[found].toordinal() - self._base
        return self._unannounced(*((at, end + 1) if n > 0 else (end, at)))

    def _unannounced(self, low: int, high: int) -> CalendarHorizonError:
        """Name the first day from *low* up to *high* that was not announced."""
        at = next(
            at for at in range(low, high) if self._unsure[at + 1] > self._unsure[at]
        )
        return horizon.unannounced(self, dt.date.fromordinal(self._base + at))
