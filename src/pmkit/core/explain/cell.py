"""
One day as SVG: its ground, border, number, badge and words.

A day is told by colour and, for those who see none or print in black, by a number
(counted), a pattern (closed, worked weekend), a border (last day, event) and a
word.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from pmkit.core.days import DayKind
from pmkit.core.explain.explanation import DayRole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.explain.explanation import ExplainedDay
    from pmkit.core.explain.words import Words

#: What XML 1.0 has no place for, also not escaped.
_FORBIDDEN = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")

INK, PALE, RED, BLUE, GREEN = "#1a1a1a", "#6b6b6b", "#b00020", "#1f4e9e", "#1b6e3c"
#: Left, top, width and height, in pixels.
Place = tuple[int, int, int, int]
#: The size of a cell, in pixels.
WIDTH, HEIGHT = 66, 58
_SIGN = 11

#: What lies below a day: (colour of the ground, pattern on it).
_GROUNDS = {
    "counted": ("#d3eeda", ""),
    "make-up": ("#ffe8a3", '<circle cx="4" cy="4" r="1.2" fill="#8a6d00"/>'),
    "holiday": (
        "#fae1dd",
        '<path d="M-2,2 L2,-2 M0,8 L8,0 M6,10 L10,6" stroke="#d98f85"/>',
    ),
    "weekend": ("#e9e9e9", ""),
    "plain": ("#ffffff", ""),
}
_BORDERS = {
    DayRole.EVENT: f'stroke="{BLUE}" stroke-width="3" stroke-dasharray="6 4"',
    DayRole.LAST: f'stroke="{RED}" stroke-width="4"',
    DayRole.FIRST: f'stroke="{RED}" stroke-width="4"',
}


def patterns(mark: str) -> Iterator[str]:
    """Define the patterns that `box` refers to; *mark* keeps their ids apart."""
    for name, (colour, drawing) in _GROUNDS.items():
        if drawing:
            yield (
                f'<pattern id="{mark}-{name}" width="8" height="8"'
                ' patternUnits="userSpaceOnUse"><rect width="8" height="8"'
                f' fill="{colour}"/>{drawing}</pattern>'
            )


def cell(x: int, y: int, day: ExplainedDay, say: Words, mark: str) -> str:
    """Draw a day of the period with its upper left corner at *x*, *y*."""
    place = (x, y, WIDTH, HEIGHT)
    pieces = [
        f'<g class="{" ".join(_classes(day))}" data-date="{day.date.isoformat()}">',
        f"<title>{safe(_told(day, say))}</title>",
        box(place, ground_of(day), mark),
    ]
    for inside, role in enumerate(day.roles):
        pieces.append(border(place, role, 3 + 4 * inside))
    number = text(x + 9, y + 22, f"{day.date.day}", size=14, anchor="start", halo=True)
    pieces.append(number)
    if day.number is not None:
        pieces.append(badge(x + WIDTH - 8, y + 17, f"{day.number}"))
    signs = [say.role_marks[role] for role in day.roles]
    signs.append(say.marks[day.kind] if day.kind else "")
    for above, sign in enumerate(sign for sign in reversed(signs) if sign):
        base = y + HEIGHT - 9 - _SIGN * above
        pieces.append(text(x + WIDTH // 2, base, sign, size=_SIGN, halo=True))
    return "".join([*pieces, "</g>"])


def ground_of(day: ExplainedDay) -> str:
    """Name the ground of a day; what the calendar says of it goes first."""
    if day.kind in {DayKind.MAKE_UP, DayKind.HOLIDAY}:
        return str(day.kind)
    if day.counted:
        return "counted"
    return "weekend" if day.kind is DayKind.WEEKEND else "plain"


def box(place: Place, ground: str, mark: str) -> str:
    """Draw the ground of a day."""
    x, y, width, height = place
    colour, drawing = _GROUNDS[ground]
    fill = f"url(#{mark}-{ground})" if drawing else colour
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"'
        ' stroke="#b9b9b9"/>'
    )


def border(place: Place, role: DayRole, room: int) -> str:
    """Draw the border that tells a role, *room* pixels inside the ground."""
    x, y, width, height = place
    return (
        f'<rect x="{x + room}" y="{y + room}" width="{width - 2 * room}"'
        f' height="{height - 2 * room}" fill="none" {_BORDERS[role]}/>'
    )


def badge(right: int, middle: int, number: str) -> str:
    """Draw the number of a counted day, ending at *right*."""
    width = 11 + 6 * len(number)
    return (
        f'<rect x="{right - width}" y="{middle - 8}" width="{width}" height="16"'
        f' rx="8" fill="{GREEN}"/>'
        + text(right - width // 2, middle + 4, number, size=11, colour="#ffffff")
    )


def text(
    x: int,
    y: int,
    line: str,
    *,
    size: int = 13,
    colour: str = INK,
    anchor: str = "middle",
    weight: str = "normal",
    halo: bool = False,
) -> str:
    """Write one line; with *halo* it stays readable on a pattern."""
    around = ' paint-order="stroke" stroke="#ffffff" stroke-width="3"' if halo else ""
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"'
        f' text-anchor="{anchor}" font-weight="{weight}"{around}>{safe(line)}</text>'
    )


def safe(line: str) -> str:
    """Escape what XML would read as its own, and leave out what it forbids."""
    return html.escape(_FORBIDDEN.sub(" ", line))


def _classes(day: ExplainedDay) -> Iterator[str]:
    yield "day"
    yield from day.roles
    if day.kind is not None:
        yield day.kind
    if day.counted:
        yield "counted"


def _told(day: ExplainedDay, say: Words) -> str:
    """Say what a day is, for those to whom the picture is read aloud."""
    told = [say.kinds[day.kind]] if day.kind else []
    if day.counted:
        told.append(say.nth_counted.format(number=day.number))
    told.extend(say.roles[role] for role in day.roles)
    return say.colon.join([say.date(day.date), say.sentences.run_joint.join(told)])
