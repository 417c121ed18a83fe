"""
What a day can be, and the tables of days that a calendar is made of.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING, Protocol

from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set as AbstractSet


class DayKind(enum.StrEnum):
    """What a day is at the place of a calendar."""

    #: An ordinary day of work.
    WORKING = "working"
    #: A day of the weekly rest.
    WEEKEND = "weekend"
    #: A closed day, also one that falls on a day of the weekly rest.
    HOLIDAY = "holiday"
    #: A day of the weekly rest that is worked in exchange for a closed day.
    MAKE_UP = "make-up"

    @property
    def is_worked(self) -> bool:
        """Whether people work on a day of this kind."""
        return self in _WORKED_KINDS


_WORKED_KINDS = frozenset({DayKind.WORKING, DayKind.MAKE_UP})

#: One letter per kind: the form in which a run of days is kept and stored.
KIND_OF_LETTER = {
    "w": DayKind.WORKING,
    "e": DayKind.WEEKEND,
    "h": DayKind.HOLIDAY,
    "m": DayKind.MAKE_UP,
}
#: More days than there are.
UNSURE = 1 << 22
IS_WORKED = bytes(chr(code) in "wm" for code in range(256))


class Days(Protocol):
    """The days of a calendar, as they were given; see `WorkingCalendar`."""

    @property
    def first(self) -> dt.date: ...
    @property
    def last(self) -> dt.date: ...
    @property
    def official_from(self) -> dt.date: ...
    @property
    def official_until(self) -> dt.date: ...
    @property
    def closed(self) -> frozenset[dt.date]: ...
    @property
    def worked(self) -> frozenset[dt.date]: ...
    @property
    def weekend(self) -> AbstractSet[int]: ...
    @property
    def estimated(self) -> AbstractSet[dt.date]: ...


def check(days: Days) -> None:
    """
    Check that *days* do not contradict each other.

    Raises:
        pmkit.InputError: If they do; it names the day.
    """
    if not days.first <= days.last:
        msg = f"{days.last} is before the first day, {days.first}."
        raise InputError(msg, field="last", remedy="Give a later last day.")
    # Every day of a calendar needs a neighbour, also in other time zones.
    for field, day in (("first", days.first), ("last", days.last)):
        if not dt.MINYEAR < day.year < dt.MAXYEAR:
            msg = f"{day} is too near the end of all dates."
            raise InputError(msg, field=field, remedy="Give a year of this age.")
    if not days.weekend <= frozenset(range(7)):
        msg = f"{set(days.weekend)} are not days of the week."
        remedy = "Use 0 for Monday to 6 for Sunday."
        raise InputError(msg, field="weekend", remedy=remedy)
    for field in ("closed", "worked", "estimated"):
        known = getattr(days, field)
        beyond = [day for day in known if not days.first <= day <= days.last]
        if beyond:
            msg = f"{min(beyond)} is not between {days.first} and {days.last}."
            remedy = "Widen the calendar or leave the day out."
            raise InputError(msg, field=field, remedy=remedy)
    for day in sorted(days.closed & days.worked):
        raise _contradiction(day)


def changed(
    days: Days, closed: Iterable[dt.date], worked: Iterable[dt.date]
) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """
    Tell what *days* are after some were closed and some were worked.

    Returns:
        The new values of ``closed`` and ``worked``.

    Raises:
        pmkit.InputError: If a day is no date, or both closed and worked.
    """
    shut = frozenset(plain_date(day, field="closed") for day in closed)
    open_ = frozenset(plain_date(day, field="worked") for day in worked)
    for day in sorted(shut & open_):
        raise _contradiction(day)
    return days.closed - open_ | shut, days.worked - shut | open_


def spell(days: Days) -> bytes:
    """Write one letter per day, from the first to the last."""
    base = days.first.toordinal()
    size = days.last.toordinal() - base + 1
    week = bytes(
        ord("e" if (base - 1 + step) % 7 in days.weekend else "w") for step in range(7)
    )
    spelt = bytearray((week * (size // 7 + 1))[:size])
    for day in days.worked:
        if spelt[day.toordinal() - base] == ord("e"):
            spelt[day.toordinal() - base] = ord("m")
    for day in days.closed:
        spelt[day.toordinal() - base] = ord("h")
    return bytes(spelt)


def spell_unsure(days: Days) -> bytes:
    """Write 1 for each day that was not announced, else 0."""
    base = days.first.toordinal()
    size = days.last.toordinal() - base + 1
    before = min(max(days.official_from.toordinal() - base, 0), size)
    through = min(max(days.official_until.toordinal() - base + 1, before), size)
    unsure = bytearray(size)
    unsure[:before] = b"\1" * before
    unsure[through:] = b"\1" * (size - through)
    for day in days.estimated:
        unsure[day.toordinal() - base] = 1
    return bytes(unsure)


def answers(flags: bytes, unsure: bytes) -> bytes:
    """Write 0 or 1 per day as *flags* do, and 2 or 3 for one that is *unsure*."""
    both = int.from_bytes(flags, "big") + 2 * int.from_bytes(unsure, "big")
    return both.to_bytes(len(flags), "big")


def marks(rank: tuple[int, ...], unsure: bytes, official: int) -> tuple[int, ...]:
    """
    Number the midnights so that one difference tells the worked days, or that none can.

    Args:
        rank: How many days before each midnight are worked.

        unsure: 1 for each day that may not be told, else 0.

        official: The position of the first announced day.  The numbers that follow
            it are small: Python subtracts them faster.

    Returns:
        Two numbers differ by the worked days between their midnights, or by more
        than `UNSURE` if there is an unsure day between.
    """
    step = 2 * UNSURE
    origin = min(max(official, 0), len(unsure))
    found = list(range(-step * origin, step * (len(rank) - origin), step))
    for low, high in _runs(unsure):
        offset = step * (low - origin)
        found[low : high + 1] = [offset + worked for worked in rank[low : high + 1]]
    return tuple(found)


def reach(
    rank: tuple[int, ...], unsure: bytes
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """
    Tell how far one can count from each midnight without an unsure day between.

    Args:
        rank: How many days before each midnight are worked.

        unsure: 1 for each day that was not announced, else 0.

    Returns:
        For each midnight the number of the first working day that can be reached
        going back, and the number after the last going forward.
    """
    earliest, latest = list(rank), list(rank)
    for low, high in _runs(unsure):
        span = slice(low, high + 1)
        earliest[span] = [rank[low]] * (high + 1 - low)
        latest[span] = [rank[high]] * (high + 1 - low)
    return tuple(earliest), tuple(latest)


def _runs(unsure: bytes) -> Iterator[tuple[int, int]]:
    """Find the midnights that begin and end each run of sure days."""
    low = unsure.find(0)
    while low >= 0:
        high = unsure.find(1, low)
        high = len(unsure) if high < 0 else high
        yield low, high
        low = unsure.find(0, high)


def _contradiction(day: dt.date) -> InputError:
    msg = f"{day} is both closed and worked."
    return InputError(msg, field="worked", remedy="Keep one of the two.")
