"""
The months of an explanation as SVG: the text, the months, and what the signs mean.

Nothing is fetched: neither fonts nor scripts nor styles.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
import zlib
from typing import TYPE_CHECKING

from pmkit.core.days import DayKind
from pmkit.core.explain.cell import (
    HEIGHT,
    INK,
    PALE,
    WIDTH,
    badge,
    border,
    box,
    cell,
    patterns,
    safe,
    text,
)
from pmkit.core.explain.explanation import DayRole, ExplainedDay
from pmkit.core.explain.table import display_width, wrapped
from pmkit.core.explain.words import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pmkit.core.explain.explanation import Explanation
    from pmkit.core.explain.words import Words


#: What stands in a part of the page, and how high that part is.
_Block = tuple[list[str], int]

_FONTS = (
    "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei',"
    " sans-serif"
)
_EDGE, _GAP, _HEADS = 20, 24, 52
_MONTH = 7 * WIDTH
_SIDE_BY_SIDE = 2
#: The width of one place of a text of 13 pixels, measured generously.
_PLACE = 7
_SWATCH_WIDTH, _SWATCH_HEIGHT = 30, 20


def picture_of(explanation: Explanation) -> str:
    """Draw the months of *explanation*, its text above them, the signs below."""
    say = words(explanation.locale)
    days = {day.date: day for day in explanation.days or _ends_of(explanation)}
    mark = f"pm{zlib.crc32(repr(explanation.text).encode()):08x}"
    shown = list(_months_of(days))
    across = min(len(shown), _SIDE_BY_SIDE)
    width = 2 * _EDGE + across * _MONTH + (across - 1) * _GAP
    blocks = [_heading(explanation, width - 2 * _EDGE)]
    blocks.extend(
        _months(shown[start : start + across], days, say, mark)
        for start in range(0, len(shown), across)
    )
    signs = _signs(explanation, days.values(), say, mark)
    blocks.append(_legend(signs, width - 2 * _EDGE))
    body, height = [], _EDGE
    for pieces, needed in blocks:
        body.append(f'<g transform="translate({_EDGE} {height})">')
        body.extend([*pieces, "</g>"])
        height += needed
    return "\n".join([*_opening(explanation, mark, width, height), *body, "</svg>\n"])


def _opening(
    explanation: Explanation, mark: str, width: int, height: int
) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" lang="{explanation.locale}"'
        f' xml:lang="{explanation.locale}" font-family="{_FONTS}" font-size="13"'
        f' fill="{INK}" aria-labelledby="{mark}-title {mark}-text">'
    )
    yield f'<title id="{mark}-title">{safe(explanation.title)}</title>'
    yield f'<desc id="{mark}-text">{safe(explanation.text)}</desc>'
    yield "<defs>"
    yield from patterns(mark)
    yield "</defs>"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'


def _heading(explanation: Explanation, width: int) -> _Block:
    pieces, y = [], 0
    for size, weight, what in (
        (17, "bold", explanation.title),
        (13, "normal", explanation.text),
    ):
        for line in wrapped(what, width * 13 // size // _PLACE):
            y += size + 7
            pieces.append(
                text(0, y - 6, line, size=size, weight=weight, anchor="start")
            )
        y += 6
    return pieces, y + 12


def _months(
    shown: Sequence[tuple[int, int]],
    days: Mapping[dt.date, ExplainedDay],
    say: Words,
    mark: str,
) -> _Block:
    pieces, most_weeks = [], 0
    for place, (year, month) in enumerate(shown):
        weeks = months.monthcalendar(year, month)
        most_weeks = max(most_weeks, len(weeks))
        pieces.append(f'<g transform="translate({place * (_MONTH + _GAP)} 0)">')
        name = say.month(year, month)
        pieces.append(text(_MONTH // 2, 16, name, size=15, weight="bold"))
        for column, head in enumerate(say.week_heads):
            middle = column * WIDTH + WIDTH // 2
            pieces.append(text(middle, 42, head, colour=PALE))
        for row, week in enumerate(weeks):
            for column, number in enumerate(week):
                x, y = column * WIDTH, _HEADS + row * HEIGHT
                day = days.get(dt.date(year, month, number)) if number else None
                if day is not None:
                    pieces.append(cell(x, y, day, say, mark))
                elif number:
                    plain = text(
                        x + 9, y + 22, f"{number}", colour=PALE, anchor="start"
                    )
                    pieces.append(plain)
        pieces.append("</g>")
    return pieces, _HEADS + most_weeks * HEIGHT + _GAP


def _signs(
    explanation: Explanation, days: Collection[ExplainedDay], say: Words, mark: str
) -> Iterator[tuple[str, str]]:
    """Give each sign that occurs, and what it means."""
    place = (0, 0, _SWATCH_WIDTH, _SWATCH_HEIGHT)
    kinds = {day.kind for day in days}
    roles = {role for day in days for role in day.roles}
    if any(day.counted for day in days):
        sign = box(place, "counted", mark) + badge(_SWATCH_WIDTH - 6, 10, "1")
        yield sign, say.counted
    for role, meaning in (
        (DayRole.LAST, say.roles[DayRole.LAST]),
        (DayRole.FIRST, say.roles[DayRole.FIRST]),
        (DayRole.EVENT, say.calendar_event.format(event=explanation.event)),
    ):
        if role in roles:
            yield box(place, "plain", mark) + border(place, role, 3), meaning
    for kind in (DayKind.MAKE_UP, DayKind.HOLIDAY, DayKind.WEEKEND):
        if kind in kinds:
            yield box(place, str(kind), mark), say.kinds[kind]


def _legend(signs: Iterable[tuple[str, str]], width: int) -> _Block:
    pieces, x, y = [], 0, 0
    for sign, meaning in signs:
        needed = _SWATCH_WIDTH + 8 + _PLACE * display_width(meaning)
        if x and x + needed > width:
            x, y = 0, y + _SWATCH_HEIGHT + 8
        name = text(_SWATCH_WIDTH + 8, 15, meaning, anchor="start")
        pieces.append(
            f'<g class="sign" transform="translate({x} {y})">{sign}{name}</g>'
        )
        x += needed + _GAP
    return pieces, y + _SWATCH_HEIGHT + _EDGE


def _months_of(days: Iterable[dt.date]) -> Iterator[tuple[int, int]]:
    """Name the months from that of the first of *days* to that of the last."""
    numbers = [day.year * 12 + day.month - 1 for day in days]
    for number in range(min(numbers), max(numbers) + 1):
        yield number // 12, number % 12 + 1


def _ends_of(explanation: Explanation) -> Iterator[ExplainedDay]:
    """Take the days of the moments, where hours and not days were counted."""
    held: dict[dt.date, set[DayRole]] = {}
    for moment in explanation.moments:
        at = moment.at
        if moment.role is DayRole.LAST:
            # A deadline at midnight has its last day before it.
            at -= dt.datetime.resolution
        held.setdefault(at.date(), set()).add(moment.role)
    for day, roles in held.items():
        yield ExplainedDay(
            date=day,
            kind=None,
            number=None,
            is_event=DayRole.EVENT in roles,
            is_last=DayRole.LAST in roles,
            is_first=DayRole.FIRST in roles,
        )
