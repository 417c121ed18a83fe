"""
Plain text in columns, and lines of a width, also for letters that take two places.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from pmkit.core.explain.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pmkit.core.explain.explanation import ExplainedDay, Explanation
    from pmkit.core.explain.words import Words

_BETWEEN = "  "
_COUNTED = 3
#: A date and a run of narrow letters stay whole; a wide letter stands alone.
_PIECE = re.compile(r"[0-9]+年[0-9]+月[0-9]+日（周.）|\s+|[!-\u2e7f]+|.")
#: What may not begin a line: closing marks stay with what they close.
_CLOSING = frozenset("，。；：、）！？”")
#: What may not end one.
_OPENING = frozenset("（“")


def table_of(explanation: Explanation) -> str:
    """Lay out the days of *explanation*, or its moments if it has no days."""
    say = words(explanation.locale)
    if explanation.days:
        return _columns([say.columns, *(_row(day, say) for day in explanation.days)])
    moments = [(moment.text, moment.what) for moment in explanation.moments]
    return _columns([say.moment_columns, *moments])


def display_width(text: str) -> int:
    """
    Tell how many places *text* takes in letters of fixed width.

    Examples:
        >>> display_width("Fri"), display_width("周五")
        (3, 4)
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, width: int) -> Iterator[str]:
    """
    Break *text* into lines of at most *width* places.

    It breaks at spaces and between wide letters, never before a closing mark
    nor after an opening one.  A word that is longer gets a line of its own.

    Examples:
        >>> list(wrapped("at 00:00 it is too late", 9))
        ['at 00:00', 'it is too', 'late']
        >>> list(wrapped("最后一天是周三；不计入。", 14))
        ['最后一天是周', '三；不计入。']
    """
    line = ""
    for piece in _unbreakable(text):
        if line and display_width(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line.strip():
        yield line.rstrip()


def _unbreakable(text: str) -> Iterator[str]:
    held = ""
    for piece in _PIECE.findall(text):
        joins = piece in _CLOSING or (held and held[-1] in _OPENING)
        if held and not joins:
            yield held
            held = ""
        held += piece
    yield held


def _row(day: ExplainedDay, say: Words) -> tuple[str, ...]:
    return (
        say.plain_date(day.date),
        say.weekday(day.date),
        "" if day.kind is None else say.kinds[day.kind],
        "" if day.number is None else str(day.number),
        say.sentences.run_joint.join(say.roles[role] for role in day.roles),
    )


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Align *rows*, the first of which is the heading; leave empty columns out."""
    heading, *body = rows
    kept = [k for k in range(len(heading)) if any(row[k] for row in body)]
    widths = [max(display_width(row[k]) for row in rows) for k in range(len(heading))]
    lines = [heading, ["-" * width for width in widths], *body]
    return "\n".join(
        _BETWEEN.join(
            _padded(line[k], widths[k], number=k == _COUNTED) for k in kept
        ).rstrip()
        for line in lines
    )


def _padded(text: str, width: int, *, number: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if number else text + space
