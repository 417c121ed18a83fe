"""
Calendars made of several: days on which all of them work, or at least one.

A factory, its bank and the carrier rarely close on the same days.  What needs all
of them waits for a day on which all work; what any of them can do, for the first.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.days import IS_WORKED
from pmkit.core.errors import InputError

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Callable, Iterable

_DAY = dt.timedelta(days=1)


def all_working(
    *calendars: WorkingCalendar,
    name: str | None = None,
    zone: zoneinfo.ZoneInfo | None = None,
) -> WorkingCalendar:
    """
    Give the calendar of the days on which all *calendars* work.

    A day is closed if one of them closes: the union of their closings.

    Args:
        calendars: One or more, in any order.

        name: What to call it; by default their names, joined by ``&``.

        zone: The time zone of its days; needed if theirs differ.

    Returns:
        A calendar of the days that all of them know.  A day is official if it is in
        each of them, and one that answers only officially makes the whole do so.

    Raises:
        pmkit.InputError: If there is no calendar, no day that all know, or no one
            zone.

    Examples:
        Work that needs the factory and the bank skips the worked weekends:

        >>> import datetime as dt, pmkit
        >>> from pmkit.core.composing import all_working
        >>> factory = pmkit.working_calendar("CN")
        >>> both = all_working(factory, pmkit.working_calendar("CN", kind="bank"))
        >>> both.name, both.is_working_day(dt.date(2026, 2, 14))
        ('CN & CN bank', False)
    """
    return _combined(
        _checked(calendars),
        works=all,
        rests=frozenset.union,
        name=_joined(calendars, " & ") if name is None else name,
        zone=zone,
    )


def any_working(
    *calendars: WorkingCalendar,
    name: str | None = None,
    zone: zoneinfo.ZoneInfo | None = None,
) -> WorkingCalendar:
    """
    Give the calendar of the days on which at least one of *calendars* works.

    A day is closed only if all of them close: the intersection of their closings.

    Args:
        calendars: One or more, in any order.

        name: What to call it; by default their names, joined by ``|``.

        zone: The time zone of its days; needed if theirs differ.

    Returns:
        A calendar of the days that all of them know, official as that of
        `all_working` is.

    Raises:
        pmkit.InputError: If there is no calendar, no day that all know, or no one
            zone.

    Examples:
        The plant in Vietnam works while the one in China has its National Day:

        >>> import datetime as dt, pmkit, zoneinfo
        >>> from pmkit.core.composing import any_working
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> plants = [pmkit.working_calendar(country) for country in ("CN", "VN")]
        >>> either = any_working(*plants, zone=shanghai)
        >>> either.is_working_day(dt.date(2026, 10, 5))
        True
    """
    return _combined(
        _checked(calendars),
        works=any,
        rests=frozenset.intersection,
        name=_joined(calendars, " | ") if name is None else name,
        zone=zone,
    )


def _combined(
    parts: tuple[WorkingCalendar, ...],
    *,
    works: Callable[[Iterable[bool]], bool],
    rests: Callable[..., frozenset[int]],
    name: str,
    zone: zoneinfo.ZoneInfo | None,
) -> WorkingCalendar:
    """Combine *parts* day by day; what a day is called depends on no order."""
    first, last = _known_to_all(parts)
    weekend = rests(*(part.weekend for part in parts))
    closed, worked = set(), set()
    spelt = (part.letters(first, last + _DAY) for part in parts)
    for at, letters in enumerate(zip(*spelt, strict=True)):
        day = first + at * _DAY
        rest = day.weekday() in weekend
        if works(IS_WORKED[ord(letter)] == 1 for letter in letters):
            if rest:
                worked.add(day)
        elif not rest or "h" in letters:
            closed.add(day)
    estimated = frozenset[dt.date]().union(*(part.estimated for part in parts))
    return WorkingCalendar.from_days(
        name=name,
        zone=_one_zone(parts) if zone is None else zone,
        first=first,
        last=last,
        closed=closed,
        worked=worked,
        weekend=weekend,
        official_from=max(part.official_from for part in parts),
        official_until=min(part.official_until for part in parts),
        estimated=(day for day in estimated if first <= day <= last),
        beyond_horizon="raise"
        if any(part.beyond_horizon == "raise" for part in parts)
        else "provisional",
    )


def _checked(calendars: tuple[WorkingCalendar, ...]) -> tuple[WorkingCalendar, ...]:
    if not calendars:
        msg = "There is no calendar to combine."
        raise InputError(msg, field="calendars", remedy="Give at least one.")
    given: tuple[object, ...] = calendars
    for calendar in given:
        if not isinstance(calendar, WorkingCalendar):
            msg = f"{calendar!r} is not a working calendar."
            remedy = 'Use pmkit.working_calendar("CN") or your own.'
            raise InputError(msg, field="calendars", remedy=remedy)
    return calendars


def _known_to_all(parts: tuple[WorkingCalendar, ...]) -> tuple[dt.date, dt.date]:
    late, early = max(parts, key=_first), min(parts, key=_last)
    if late.first > early.last:
        msg = (
            f"{late.name} begins on {late.first}, after {early.name} ends on"
            f" {early.last}."
        )
        remedy = "Combine calendars that have days in common."
        raise InputError(msg, field="calendars", remedy=remedy)
    return late.first, early.last


def _first(part: WorkingCalendar) -> dt.date:
    return part.first


def _last(part: WorkingCalendar) -> dt.date:
    return part.last


def _one_zone(parts: tuple[WorkingCalendar, ...]) -> zoneinfo.ZoneInfo:
    names = sorted({part.zone.key for part in parts})
    if len(names) > 1:
        msg = f"The calendars have days of {' and '.join(names)}."
        remedy = "Say whose days are meant: zone=."
        raise InputError(msg, field="zone", remedy=remedy)
    return parts[0].zone


def _joined(parts: tuple[WorkingCalendar, ...], by: str) -> str:
    """Join the names, each once and in the order of the alphabet."""
    return by.join(sorted({name for part in parts for name in part.name.split(by)}))
