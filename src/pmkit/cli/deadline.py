"""
``pmkit deadline``: the last day to book, or the day on which a report is late.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from typing import TYPE_CHECKING, Any

import click

from pmkit.cli.calendar import calendar_options, chosen_calendar, whole_number
from pmkit.cli.explaining import day_records, draw, explaining_options, show_answers
from pmkit.core.clauses import book_by, report_by
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    from pmkit.core.calendars import BeyondHorizon

_CONVENTION = click.option(
    "--convention",
    default=CountingConvention.EXCLUDE_EVENT_DAY.value,
    show_default=True,
    metavar="NAME",
    help="exclude-event-day, clear-days or inclusive.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")

_EXPECTED_AFTER = 1
_LATE_AFTER = 2


@click.group()
def deadline() -> None:
    """
    Tell the last day to book, or the day a report is late, and why.
    """


@deadline.command()
@click.option("--ship-date", required=True, metavar="YYYY-MM-DD")
@calendar_options
@click.option("--working-days", default="7", show_default=True, metavar="N")
@_CONVENTION
@explaining_options
@_JSON
def book(
    *,
    ship_date: str,
    calendar: str,
    kind: str,
    zone: str | None,
    beyond_horizon: BeyondHorizon,
    working_days: str,
    convention: str,
    explain: bool,
    locale: str,
    svg: str | None,
    as_json: bool,
) -> None:
    """
    Tell until when a service must be booked and paid (BOOK-1).
    """
    due = book_by(
        plain_day(ship_date, field="ship_date"),
        calendar=chosen_calendar(calendar, kind, zone, beyond_horizon),
        working_days=whole_number(working_days, field="working_days"),
        convention=CountingConvention(convention),
    )
    if svg is not None:
        draw(due, locale, svg)
    if as_json:
        click.echo(json.dumps(record(due, locale, days=explain)))
    else:
        show_answers([("book", due)], locale=locale, explain=explain)


@deadline.command()
@click.option("--visit-ended", required=True, metavar="YYYY-MM-DDTHH:MM+HH:MM")
@calendar_options
@_CONVENTION
@explaining_options
@_JSON
def report(
    *,
    visit_ended: str,
    calendar: str,
    kind: str,
    zone: str | None,
    beyond_horizon: BeyondHorizon,
    convention: str,
    explain: bool,
    locale: str,
    svg: str | None,
    as_json: bool,
) -> None:
    """
    Tell when the report of a visit is expected, and when it is late (REPORT-1).
    """
    ended = instant(visit_ended, field="visit_ended")
    place = chosen_calendar(calendar, kind, zone, beyond_horizon)
    expected, late = (
        report_by(
            ended,
            calendar=place,
            working_days=days,
            convention=CountingConvention(convention),
        )
        for days in (_EXPECTED_AFTER, _LATE_AFTER)
    )
    answers = [("expected", expected), ("late", late)]
    if svg is not None:
        draw(late, locale, svg)
    if as_json:
        told = {name: record(due, locale, days=explain) for name, due in answers}
        click.echo(json.dumps(told))
    else:
        show_answers(answers, locale=locale, explain=explain)


def record(due: Deadline, locale: str = "en", *, days: bool = False) -> dict[str, Any]:
    """
    Turn a deadline into what ``--json`` prints: the names of its attributes.

    Args:
        due: The deadline.

        locale: The language of ``explanation``.

        days: Whether the days of the period are added.

    Returns:
        Plain values; ``at`` is in UTC, ``at_local`` the same instant in ``zone``.
    """
    told = {
        "at": due.at.isoformat(),
        "at_local": due.at.astimezone(zoneinfo.ZoneInfo(due.zone)).isoformat(),
        "last_day": due.last_day.isoformat(),
        "counted": [day.isoformat() for day in due.counted],
        "clause": due.clause,
        "convention": None if due.convention is None else due.convention.value,
        "calendar": due.calendar,
        "calendar_version": due.calendar_version,
        "zone": due.zone,
        "provisional": due.provisional,
        "event_day": due.event_day.isoformat(),
        "event_at": None if due.event_at is None else due.event_at.isoformat(),
        "explanation": str(due.explain(locale)),
    }
    return {**told, "days": day_records(due, locale)} if days else told


def plain_day(text: str, *, field: str) -> dt.date:
    """
    Read a date as people type it.

    Raises:
        pmkit.InputError: If it is not of the form YYYY-MM-DD, or no such day is.
    """
    remedy = "Write it as 2026-02-27."
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        msg = f"{text!r} is not a date."
        raise InputError(msg, field=field, remedy=remedy)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        msg = f"There is no day {text}."
        raise InputError(msg, field=field, remedy=remedy) from None


def instant(text: str, *, field: str) -> dt.datetime:
    """
    Read a moment with its zone as people type it.

    Raises:
        pmkit.InputError: If it is no moment, or has no zone.
    """
    try:
        return to_utc(dt.datetime.fromisoformat(text), field=field)
    except InputError:
        raise
    except (ValueError, OverflowError):
        msg = f"{text!r} is not a moment."
        remedy = "Write it as 2026-02-13T17:30+08:00."
        raise InputError(msg, field=field, remedy=remedy) from None
