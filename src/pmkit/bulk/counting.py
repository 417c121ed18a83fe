"""
The ways of counting, as tables: the answer for each day on which an event can fall.

A calendar has some ten thousand days, so that the answers are worked out once for
each day and then only looked up.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from pmkit.bulk.arrays import (
    DAY,
    Bools,
    Dates,
    Instants,
    Ints,
    first_error,
    spread,
)
from pmkit.bulk.calendar import BulkCalendar, prepared
from pmkit.bulk.deadlines import BulkDeadlines
from pmkit.bulk.zones import clocks, local_days
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.counting import at_least_one
from pmkit.core.deadlines import CountingConvention
from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from pmkit.bulk.zones import LocalDays

_INCLUSIVE = CountingConvention.INCLUSIVE
_CLEAR_DAYS = CountingConvention.CLEAR_DAYS


@attrs.frozen(eq=False)
class Answers:
    """
    The answer for each day of a calendar, if it is the day of the event.

    Attributes:
        at: When it is too late, in microseconds.

        last_day: The last day in time, as days since 1970-01-01.

        provisional: Whether an unannounced day was read.

        known: Whether there is an answer.
    """

    at: Ints
    last_day: Ints
    provisional: Bools
    known: Bools

    @property
    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """What is looked up."""
        return self.at, self.last_day, self.provisional


def checked(calendar: WorkingCalendar | BulkCalendar) -> BulkCalendar:
    """
    Prepare what was given for a calendar.

    Raises:
        pmkit.InputError: If it is none.
    """
    given: object = calendar
    if not isinstance(given, WorkingCalendar | BulkCalendar):
        msg = f"{given!r} is not a working calendar."
        remedy = 'Use pmkit.working_calendar("CN") or your own.'
        raise InputError(msg, field="calendar", remedy=remedy)
    return prepared(given)


@attrs.frozen(kw_only=True)
class Clause:
    """How a clause on a working calendar counts."""

    name: str
    working_days: int = attrs.field()
    calendar: BulkCalendar = attrs.field(converter=checked)
    convention: CountingConvention = attrs.field(converter=CountingConvention)
    #: The clocks that end the last day; those of the calendar if left out.
    clocks_of: zoneinfo.ZoneInfo | None = None
    #: What they show when it is too late, in microseconds since the last day began.
    cut_off: int = DAY

    @working_days.validator
    def _check(self, attribute: attrs.Attribute[int], value: int) -> None:
        at_least_one(value, attribute.name)

    @property
    def steps(self) -> int:
        """As many working days, but no more than lead out of any calendar."""
        return min(self.working_days, self.calendar.size + 1)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Whose clocks end the last day."""
        return self.clocks_of or self.calendar.calendar.zone


def before(
    clause: Clause, event_days: Dates, ask: Callable[[Any, int], object]
) -> BulkDeadlines:
    """
    Set the deadlines for what must happen some working days before a day.

    Args:
        clause: How it counts.

        event_days: The day of the event, for each.

        ask: The scalar function, for its words if there is no answer.
    """
    calendar = clause.calendar
    answers = _before(clause)
    at, outside = calendar.places(event_days, 0, calendar.size - 1)
    bad = outside | ~answers.known[at]
    if bad.any():
        raise first_error(event_days, bad, ask)
    columns = spread(at.size, at.__getitem__, answers.columns)
    return _deadlines(clause, columns, event_days.shape)


def after(
    clause: Clause, event_at: Instants, ask: Callable[[Any, int], object]
) -> BulkDeadlines:
    """
    Set the deadlines for what must happen within some working days of an instant.

    Args:
        clause: How it counts.

        event_at: The instant of the event, for each.

        ask: The scalar function, for its words if there is no answer.
    """
    calendar = clause.calendar
    answers = _after(clause)
    local = local_days(
        calendar.calendar.zone, calendar.first - 2, calendar.first + calendar.size + 1
    )
    place = local.day - calendar.first
    inside = (place >= 0) & (place < calendar.size)
    place = np.clip(place, 0, calendar.size - 1)
    bad = unanswered(event_at, local, inside & answers.known[place])
    if bad is not None:
        raise first_error(event_at, bad, ask)
    columns = at_instants(event_at, local, [x[place] for x in answers.columns])
    return _deadlines(clause, columns, event_at.shape)


def unanswered(event_at: Instants, local: LocalDays, known: Bools) -> Bools | None:
    """
    Tell which instants have no answer, or `None` if all have one.

    Args:
        event_at: The instants.

        local: Their local dates.

        known: Whether there is an answer, for each stretch of *local*.
    """
    if not event_at.ticks.size:
        return None
    begin = int(local.since[0])
    low, high = event_at.bounds()
    if begin <= low and high < local.until:
        # Mostly everything between the first and the last instant has an answer.
        first, last = local.stretches(np.array([low, high])).tolist()
        if known[first : last + 1].all():
            return None
    bad = event_at.outside(begin, local.until)
    inner = np.flatnonzero(~bad)
    bad[inner] = ~known[local.stretches(event_at.micros()[inner])]
    return bad if bad.any() else None


def at_instants(
    event_at: Instants, local: LocalDays, tables: Sequence[npt.NDArray[Any]]
) -> list[npt.NDArray[Any]]:
    """Look each instant up in *tables*, which hold a row for each stretch."""
    return spread(
        event_at.ticks.size,
        lambda part: local.stretches(event_at.micros(part)),
        tables,
    )


def _before(clause: Clause) -> Answers:
    cal = clause.calendar
    days = np.arange(cal.size)
    inclusive = clause.convention is _INCLUSIVE
    end = days + cal.worked if inclusive else days
    found = cal.rank[end] - clause.steps
    known = found >= 0
    last_day = _workday(cal, found)
    if clause.convention is _CLEAR_DAYS:
        last_day -= 1
        known &= last_day >= 0
    low = np.maximum(last_day, 0)
    return _answers(clause, last_day, known, low, days + inclusive)


def _after(clause: Clause) -> Answers:
    cal = clause.calendar
    days = np.arange(cal.size)
    inclusive = clause.convention is _INCLUSIVE
    start = days if inclusive else days + 1
    found = cal.rank[start] + clause.steps - 1
    known = found < cal.workdays.size
    last_day = _workday(cal, found)
    low = np.minimum(start, last_day + 1)
    return _answers(clause, last_day, known, low, last_day + 1)


def _workday(cal: BulkCalendar, found: Ints) -> Ints:
    if not cal.workdays.size:
        return np.zeros_like(found)
    return cal.workdays.take(found, mode="clip")


def _answers(
    clause: Clause, last_day: Ints, known: Bools, low: Ints, high: Ints
) -> Answers:
    """Make answers of the days that were read: from *low* up to *high*."""
    cal = clause.calendar
    provisional: Bools = cal.unsure[low] != cal.unsure[high]
    days = last_day + cal.first
    read = clocks(clause.zone, cal.first - 1, cal.first + cal.size + 1)
    return Answers(
        at=read.first_at(days * DAY + clause.cut_off),
        last_day=days,
        provisional=provisional,
        known=known & ~provisional if cal.strict else known,
    )


def _deadlines(
    clause: Clause, columns: list[npt.NDArray[Any]], shape: tuple[int, ...]
) -> BulkDeadlines:
    at, last_day, provisional = (column.reshape(shape) for column in columns)
    calendar = clause.calendar.calendar
    return BulkDeadlines(
        at=at.view("datetime64[us]"),
        last_day=last_day.view("datetime64[D]"),
        provisional=provisional,
        clause=clause.name,
        convention=clause.convention,
        calendar=calendar.name,
        calendar_version=calendar.version,
        zone=clause.zone.key,
    )
