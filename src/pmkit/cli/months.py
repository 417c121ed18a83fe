"""
Months as people draw them, with the days of a calendar or a deadline marked.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from typing import TYPE_CHECKING

from rich.columns import Columns
from rich.console import Group
from rich.table import Table
from rich.text import Text

from pmkit.core.days import DayKind
from pmkit.core.explain.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.deadlines import Deadline
    from pmkit.core.explain.words import Words

_Mark = tuple[str, str]

#: A sign after the day, and a style: neither alone says what a day is.
_SIGNS: dict[DayKind | None, _Mark] = {
    DayKind.WORKING: (" ", ""),
    DayKind.WEEKEND: (" ", "dim"),
    DayKind.HOLIDAY: ("x", "red"),
    DayKind.MAKE_UP: ("+", "green"),
    None: (" ", ""),
}
_COUNTED = {DayKind.WORKING: "*", DayKind.MAKE_UP: "#"}
_LEGENDS = {
    "en": (
        "! last day   * counted   # worked weekend, counted   + worked weekend"
        "   x closed   @ ship date or visit"
    ),
    "zh-Hans": (
        "! 最后一天   * 计入   # 调休上班，计入   + 调休上班   x 节假日或停工"
        "   @ 发货日期或现场检查日"
    ),
}


def deadline_months(due: Deadline, locale: str = "en") -> Group:
    """
    Draw the months of a deadline with its days marked.

    Args:
        due: A deadline that counts days.

        locale: The language of the names.

    Returns:
        What rich can print: the months side by side, and what the signs mean.
    """
    explained = {day.date: day for day in due.explain(locale).days}

    def mark(day: dt.date) -> _Mark:
        known = explained.get(day)
        if known is None:
            return " ", "dim"
        if known.is_last:
            return "!", "bold reverse"
        if known.is_event:
            return "@", "bold"
        if known.number is not None:
            return _COUNTED.get(known.kind or DayKind.WORKING, "*"), "bold green"
        return _SIGNS[known.kind]

    row = _row(min(explained), max(explained), mark, words(locale))
    return Group(row, Text(_LEGENDS[locale]))


def year_months(place: WorkingCalendar, year: int) -> Group:
    """
    Draw a year of a calendar.

    Args:
        place: The calendar.

        year: A year in its tables.

    Returns:
        What rich can print: a heading, twelve months, and what the signs mean.
    """

    def mark(day: dt.date) -> _Mark:
        sign, style = _SIGNS[place.kind_of(day)]
        return (sign, style) if place.is_official(day) else ("?", "yellow")

    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    heading = (
        f"{place.name} {year}, {place.zone.key}, version {place.version}; official"
        f" from {place.official_from} until {place.official_until}"
    )
    legend = "x closed   + worked weekend   ? not announced"
    return Group(
        Text(heading, style="bold"),
        Text(),
        _row(first, last, mark, words("en")),
        Text(legend),
    )


def _row(
    first: dt.date, last: dt.date, mark: Callable[[dt.date], _Mark], say: Words
) -> Columns:
    return Columns(
        [_month(year, month, mark, say) for year, month in _span(first, last)],
        padding=(1, 3),
    )


def _span(first: dt.date, last: dt.date) -> Iterator[tuple[int, int]]:
    """Name the months from that of *first* to that of *last*."""
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield number // 12, number % 12 + 1


def _month(
    year: int, month: int, mark: Callable[[dt.date], _Mark], say: Words
) -> Table:
    table = Table(title=say.month(year, month), box=None, padding=(0, 0))
    for name in say.week_heads:
        table.add_column(f"{name} ", justify="right")
    for week in months.monthcalendar(year, month):
        cells = []
        for number in week:
            if number:
                sign, style = mark(dt.date(year, month, number))
                cells.append(Text(f" {number:2}{sign}", style=style))
            else:
                cells.append(Text("    "))
        table.add_row(*cells)
    return table
