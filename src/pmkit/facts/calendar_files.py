"""
Working calendars as JSON files, so that one can be pinned, sent and compared.

The format is described in ``docs/reference/calendars.md``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from typing import TYPE_CHECKING, Any

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.errors import DocumentError, InputError
from pmkit.core.strict_json import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pmkit.core.calendars import BeyondHorizon

FORMAT = "pmkit-calendar/1"

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NEEDED = ("format", "name", "zone", "weekend", "first", "last")
_DAYS = ("closed", "worked", "estimated")
_ENDS = ("official_from", "official_until")
#: Words for people; nothing is computed from them.
_WORDS = ("country", "kind", "source")
_KEYS = frozenset({*_NEEDED, *_DAYS, *_ENDS, *_WORDS, "version"})
_DAY = dt.timedelta(days=1)
#: A longer table would cost more memory than any calendar is worth.
_LONGEST = 400 * 366
_LIKE_DAY = "Write a day as 2026-02-15."


def read_calendar(
    text: str | bytes, *, beyond_horizon: BeyondHorizon = "raise"
) -> WorkingCalendar:
    """
    Read a calendar from the text of a file.

    Args:
        text: The JSON of a calendar file; bytes are UTF-8.

        beyond_horizon: ``"raise"`` or ``"provisional"``, as for
            `pmkit.working_calendar`: how to answer is no matter of the file.

    Raises:
        pmkit.DocumentError:
            If the text is no calendar file, has a key that is unknown or missing, a
            day that is named twice or is both closed and worked, or if its version
            is not that of its days; the error names the key and the day.

    Examples:
        >>> plant = read_calendar('''{
        ...     "format": "pmkit-calendar/1",
        ...     "name": "plant 7",
        ...     "zone": "Asia/Shanghai",
        ...     "weekend": ["sunday"],
        ...     "first": "2026-01-01",
        ...     "last": "2026-12-31",
        ...     "closed": ["2026-02-15/2026-02-23"]
        ... }''')
        >>> plant.add(dt.date(2026, 2, 14), 1).isoformat()
        '2026-02-24'
    """
    found = _object(read_json(text))
    first, last = _day(found, "first"), _day(found, "last")
    _check_length(first, last)
    given = {key: frozenset(_listed(found, key, first, last)) for key in _DAYS}
    for day in sorted(given["closed"] & given["worked"]):
        msg = f"{day} is both closed and worked."
        raise DocumentError(msg, field="worked", remedy="Keep it in one of the two.")
    try:
        calendar = WorkingCalendar.from_days(
            name=_text(found, "name"),
            zone=_zone(_text(found, "zone")),
            first=first,
            last=last,
            weekend=_weekend(found["weekend"]),
            official_from=_day(found, "official_from", first),
            official_until=_day(found, "official_until", last),
            beyond_horizon=beyond_horizon,
            **given,
        )
    except DocumentError:
        raise
    except InputError as wrong:
        raise DocumentError(
            wrong.message, field=wrong.field, remedy=wrong.remedy
        ) from None
    _check_version(found, calendar)
    return calendar


def write_calendar(
    calendar: WorkingCalendar, *, country: str = "", kind: str = "", source: str = ""
) -> str:
    """
    Write a calendar as the one text of a file that stands for it.

    Args:
        calendar: What `read_calendar` will give back, with the same version.

        country: For people: the country whose days they are.

        kind: For people: ``factory``, ``bank`` or any other.

        source: For people: who says so, such as an address.

    Returns:
        JSON, the same for the same days; a line per run of days.

    Raises:
        pmkit.DocumentError: If it could not be read back: a text that is no line, or
            a table of more than 400 years.
    """
    _check_length(calendar.first, calendar.last)
    words = {"country": country, "kind": kind, "source": source}
    document = {
        "format": FORMAT,
        "name": calendar.name,
        **{key: word for key, word in words.items() if word},
        "zone": calendar.zone.key,
        "weekend": [_WEEK[number] for number in sorted(calendar.weekend)],
        "first": calendar.first.isoformat(),
        "last": calendar.last.isoformat(),
        "official_from": calendar.official_from.isoformat(),
        "official_until": calendar.official_until.isoformat(),
        "closed": list(_runs(calendar.closed)),
        "worked": list(_runs(calendar.worked)),
        "estimated": list(_runs(calendar.estimated)),
        "version": calendar.version,
    }
    _text(_object(document), "name")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        msg = "A calendar file is one JSON object."
        raise DocumentError(msg, remedy="Write it as pmkit calendar --save does.")
    for key in found:
        if key not in _KEYS:
            msg = "A calendar file has no such key."
            remedy = f"Use {', '.join(sorted(_KEYS))}."
            raise DocumentError(msg, field=key, remedy=remedy)
    for key in _NEEDED:
        if key not in found:
            msg = "This key is missing."
            raise DocumentError(msg, field=key, remedy="Add it.")
    if found["format"] != FORMAT:
        msg = f"{found['format']!r} is not a format that is known."
        raise DocumentError(msg, field="format", remedy=f"Use {FORMAT}.")
    for key in _WORDS:
        if key in found:
            _text(found, key)
    return found


def _text(found: dict[str, Any], key: str) -> str:
    value = found[key]
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        msg = f"{value!r} is not a line of text."
        raise DocumentError(msg, field=key, remedy="Write a text in quotes.")
    return value


def _check_length(first: dt.date, last: dt.date) -> None:
    if (last - first).days >= _LONGEST:
        msg = f"{first} to {last} are more than 400 years."
        raise DocumentError(msg, field="last", remedy="Give a shorter table.")


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    # A name that is a folder or a bad path fails in other ways than an unknown one.
    except (KeyError, ValueError, OSError):
        msg = f"{name!r} is not a time zone."
        remedy = "Give a name of the IANA database, such as Asia/Shanghai."
        raise DocumentError(msg, field="zone", remedy=remedy) from None


def _weekend(names: Any) -> frozenset[int]:
    for at, name in enumerate(_list(names, "weekend")):
        field = f"weekend[{at}]"
        if name not in _WEEK:
            msg = f"{name!r} is not a day of the week."
            raise DocumentError(msg, field=field, remedy=f"Use {', '.join(_WEEK)}.")
        if name in names[:at]:
            msg = f"{name} stands there twice."
            raise DocumentError(msg, field=field, remedy="Write it once.")
    return frozenset(map(_WEEK.index, names))


def _day(found: dict[str, Any], key: str, otherwise: dt.date | None = None) -> dt.date:
    if key not in found and otherwise is not None:
        return otherwise
    return _parsed(found[key], key)


def _parsed(text: Any, field: str) -> dt.date:
    if not isinstance(text, str) or not re.fullmatch("[0-9]{4}(-[0-9]{2}){2}", text):
        msg = f"{text!r} is not a day."
        raise DocumentError(msg, field=field, remedy=_LIKE_DAY)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        msg = f"There is no day {text}."
        raise DocumentError(msg, field=field, remedy=_LIKE_DAY) from None


def _listed(
    found: dict[str, Any], key: str, first: dt.date, last: dt.date
) -> Iterator[dt.date]:
    """Read days and runs of days, ``first/last``, each day once."""
    seen: set[dt.date] = set()
    for at, run in enumerate(_list(found.get(key, []), key)):
        field = f"{key}[{at}]"
        begin, slash, end = (
            run.partition("/") if isinstance(run, str) else (run, "", "")
        )
        low = _parsed(begin, field)
        high = _parsed(end, field) if slash else low
        if not first <= low <= high <= last:
            msg = f"{run} is not between {first} and {last}, or ends before it begins."
            remedy = "Give a day in the table, or a run as 2026-02-15/2026-02-23."
            raise DocumentError(msg, field=field, remedy=remedy)
        for day in (low + step * _DAY for step in range((high - low).days + 1)):
            if day in seen:
                msg = f"{day} stands there twice."
                raise DocumentError(msg, field=field, remedy="Name each day once.")
            seen.add(day)
            yield day


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        msg = f"{value!r} is not a list."
        raise DocumentError(msg, field=field, remedy="Write a list in brackets.")
    return value


def _check_version(found: dict[str, Any], calendar: WorkingCalendar) -> None:
    if found.get("version", calendar.version) != calendar.version:
        msg = f"Its days have the version {calendar.version}."
        remedy = "If the change of the file is meant, leave the version out."
        raise DocumentError(msg, field="version", remedy=remedy)


def _runs(days: Iterable[dt.date]) -> Iterator[str]:
    """Write days as runs, ``first/last``."""
    runs: list[list[dt.date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == _DAY:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    for low, high in runs:
        yield f"{low}" if low == high else f"{low}/{high}"
