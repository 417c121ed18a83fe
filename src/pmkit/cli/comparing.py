"""
``pmkit calendar diff``: the days on which two calendars differ.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import click

from pmkit.cli.places import chosen_calendar
from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from pmkit.core.calendars import WorkingCalendar

_DAY = dt.timedelta(days=1)
_DIFFERENT = 1


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.option("--from", "first", metavar="YYYY-MM-DD", help="The first day to compare.")
@click.option("--until", "last", metavar="YYYY-MM-DD", help="The last day to compare.")
@click.option("--kind", default="factory", show_default=True, metavar="KIND")
@click.option("--zone", metavar="ZONE", help="For countries with several.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def diff(
    ctx: click.Context,
    *,
    one: str,
    other: str,
    first: str | None,
    last: str | None,
    kind: str,
    zone: str | None,
    as_json: bool,
) -> None:
    """
    List the days on which the calendars A and B differ; exit code 1 if there are any.

    A and B are countries, such as CN, or calendar files.  Days that nobody has
    announced are compared too, and marked.
    """
    # The other commands' module imports this one.
    from pmkit.cli.deadline import plain_day

    answer = differences(
        chosen_calendar(one, kind, zone, "provisional"),
        chosen_calendar(other, kind, zone, "provisional"),
        first=None if first is None else plain_day(first, field="from"),
        last=None if last is None else plain_day(last, field="until"),
    )
    if as_json:
        click.echo(json.dumps(answer))
    else:
        _print(answer)
    if answer["days"]:
        ctx.exit(_DIFFERENT)


def differences(
    one: WorkingCalendar,
    other: WorkingCalendar,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> dict[str, Any]:
    """
    Tell on which days two calendars differ, as ``--json`` prints it.

    Args:
        one, other: The calendars.

        first, last: The days to compare, both included; by default all that both
            know.

    Returns:
        Plain values.  Each of ``days`` has the day, its kind in both, whether it is
        official in both, and whether work differs and not the name of it alone.

    Raises:
        pmkit.InputError: If there is no day to compare.
    """
    low = max(one.first, other.first) if first is None else first
    high = min(one.last, other.last) if last is None else last
    if low > high:
        msg = f"There is no day from {low} to {high} to compare."
        raise InputError(msg, field="from", remedy="Give days that both know.")
    end = high + _DAY
    spelt = zip(one.letters(low, end), other.letters(low, end), strict=True)
    days = (low + at * _DAY for at, (a, b) in enumerate(spelt) if a != b)
    return {
        "a": _heading(one),
        "b": _heading(other),
        "from": low.isoformat(),
        "until": high.isoformat(),
        "days": [_difference(one, other, day) for day in days],
    }


def _heading(place: WorkingCalendar) -> dict[str, str]:
    return {
        "calendar": place.name,
        "version": place.version,
        "zone": place.zone.key,
        "official_from": place.official_from.isoformat(),
        "official_until": place.official_until.isoformat(),
    }


def _difference(
    one: WorkingCalendar, other: WorkingCalendar, day: dt.date
) -> dict[str, Any]:
    a, b = one.kind_of(day), other.kind_of(day)
    return {
        "day": day.isoformat(),
        "a": a.value,
        "b": b.value,
        "a_official": one.is_official(day),
        "b_official": other.is_official(day),
        "work_differs": a.is_worked is not b.is_worked,
    }


def _print(answer: dict[str, Any]) -> None:
    for side in "ab":
        place = answer[side]
        click.echo(
            f"{side.upper()}: {place['calendar']}, {place['zone']}, version"
            f" {place['version']}; official from {place['official_from']} until"
            f" {place['official_until']}"
        )
    span = f"{answer['from']} to {answer['until']}"
    if not answer["days"]:
        click.echo(f"No day differs, {span}.")
        return
    for row in answer["days"]:
        a, b = (row[side] + "?" * (not row[f"{side}_official"]) for side in "ab")
        weekday = f"{dt.date.fromisoformat(row['day']):%a}"
        work = "" if row["work_differs"] else "  (in name only)"
        click.echo(f"{weekday} {row['day']}  {a:9} {b:9}{work}".rstrip())
    number = len(answer["days"])
    differ = "day differs" if number == 1 else "days differ"
    click.echo(f"{number} {differ}, {span}.")
    if not all(row["a_official"] and row["b_official"] for row in answer["days"]):
        click.echo("? not announced")
