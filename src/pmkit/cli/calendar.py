"""
``pmkit calendar``: which days of a year are worked in a country.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import click

from pmkit.core.days import DayKind
from pmkit.core.errors import CalendarHorizonError, InputError
from pmkit.facts.calendars import working_calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.core.calendars import BeyondHorizon, WorkingCalendar

_DAY = dt.timedelta(days=1)
_LONGEST = 9


def _place_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which calendar of a country is meant."""
    for option in (
        click.option(
            "--provisional",
            "beyond_horizon",
            flag_value="provisional",
            default="raise",
            help="Answer for days that nobody has announced yet, and say so.",
        ),
        click.option("--zone", metavar="ZONE", help="Such as America/New_York."),
        click.option(
            "--kind",
            default="factory",
            show_default=True,
            metavar="KIND",
            help="factory or bank.",
        ),
    ):
        function = option(function)
    return function


def calendar_options(function: Callable[..., None]) -> Callable[..., None]:
    """
    Add the options that name a calendar to a command.

    Args:
        function: A command that takes *calendar*, *kind*, *zone* and
            *beyond_horizon*.
    """
    named = click.option(
        "--calendar",
        default="CN",
        show_default=True,
        metavar="COUNTRY",
        help="A country, such as CN, or a part of it, such as DE-BY.",
    )
    return named(_place_options(function))


def chosen_calendar(
    name: str, kind: str, zone: str | None, beyond_horizon: BeyondHorizon
) -> WorkingCalendar:
    """
    Find the calendar that the options name.

    Raises:
        pmkit.InputError: If there is none.
    """
    country, _, part = name.partition("-")
    return working_calendar(
        country,
        subdivision=part or None,
        kind=kind,  # type: ignore[arg-type]  # what it may be is checked there
        zone=zone,
        beyond_horizon=beyond_horizon,
    )


def whole_number(text: str, *, field: str) -> int:
    """
    Read a whole number as people type it.

    Raises:
        pmkit.InputError: If it is none.
    """
    if len(text) <= _LONGEST and text.isascii() and text.removeprefix("-").isdigit():
        return int(text)
    long = len(text) > _LONGEST
    shown = repr(f"{text[:_LONGEST]}..." if long else text)
    msg = f"{shown} is {'too long' if long else 'not a whole number'}."
    raise InputError(msg, field=field, remedy="Write it in digits, such as 7.")


@click.command()
@click.argument("country", metavar="COUNTRY")
@click.option("--year", required=True, metavar="YYYY")
@_place_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def calendar(
    *,
    country: str,
    year: str,
    kind: str,
    zone: str | None,
    beyond_horizon: BeyondHorizon,
    as_json: bool,
) -> None:
    """
    Show which days of a year are worked in COUNTRY, such as CN or DE-BY.
    """
    place = chosen_calendar(country, kind, zone, beyond_horizon)
    number = whole_number(year, field="year")
    _check_year(place, number)
    if as_json:
        click.echo(json.dumps(record(place, number)))
        return
    from rich.console import Console

    from pmkit.cli.months import year_months

    Console(highlight=False).print(year_months(place, number))


def record(place: WorkingCalendar, year: int) -> dict[str, Any]:
    """
    Turn a year of a calendar into what ``--json`` prints.

    Args:
        place: The calendar.

        year: A year in its tables.

    Returns:
        Plain values.  ``closed`` are the holidays, also those on a weekend;
        ``worked`` the worked weekends; ``not_announced`` the days of the year that
        are not official; ``provisional`` whether the whole year is not.
    """
    days = list(_days_of(year))
    kinds = {day: place.kind_of(day) for day in days}
    unsure = [day.isoformat() for day in days if not place.is_official(day)]
    return {
        "calendar": place.name,
        "version": place.version,
        "zone": place.zone.key,
        "year": year,
        "official_from": place.official_from.isoformat(),
        "official_until": place.official_until.isoformat(),
        "provisional": len(unsure) == len(days),
        "working_days": sum(kind.is_worked for kind in kinds.values()),
        "closed": _of_kind(kinds, DayKind.HOLIDAY),
        "worked": _of_kind(kinds, DayKind.MAKE_UP),
        "not_announced": unsure,
    }


def _of_kind(kinds: dict[dt.date, DayKind], wanted: DayKind) -> list[str]:
    return [day.isoformat() for day, kind in kinds.items() if kind is wanted]


def _days_of(year: int) -> Iterator[dt.date]:
    day = dt.date(year, 1, 1)
    while day.year == year:
        yield day
        day += _DAY


def _check_year(place: WorkingCalendar, year: int) -> None:
    if not place.first.year <= year <= place.last.year:
        msg = f"{year} is outside the calendar {place.name}."
        remedy = f"It knows the years {place.first.year} to {place.last.year}."
        raise CalendarHorizonError(msg, field="year", remedy=remedy)
    announced = place.official_from.year <= year <= place.official_until.year
    if place.beyond_horizon == "raise" and not announced:
        msg = f"{year} has not been announced in the calendar {place.name}."
        remedy = (
            f"It is official from {place.official_from} until {place.official_until};"
            " add --provisional to go beyond."
        )
        raise CalendarHorizonError(msg, field="year", remedy=remedy)
