"""
``pmkit calendar``: which days of a year are worked in a country, and where two differ.
"""

from __future__ import annotations

import datetime as dt
import json
import pathlib
from typing import TYPE_CHECKING, Any

import click

from pmkit.cli.comparing import diff
from pmkit.cli.places import (
    calendar_options,
    chosen_calendar,
    place_options,
    whole_number,
)
from pmkit.core.days import DayKind
from pmkit.core.errors import CalendarHorizonError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.calendars import BeyondHorizon, WorkingCalendar

__all__ = ["calendar", "calendar_options", "chosen_calendar", "record", "whole_number"]

_DAY = dt.timedelta(days=1)


class _CountryFirst(click.Group):
    """A group whose first word is a country, unless it is a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Ask for the year of a country if no command is named."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_CountryFirst)
def calendar() -> None:
    """
    Show which days of a year are worked: pmkit calendar CN --year 2026.

    Without a command it is "show"; "diff" compares two calendars.
    """


calendar.add_command(diff)


@calendar.command()
@click.argument("country", metavar="CALENDAR")
@click.option("--year", metavar="YYYY")
@place_options
@click.option("--save", metavar="FILE", help="Write the calendar into a new file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(
    *,
    country: str,
    year: str | None,
    kind: str,
    zone: str | None,
    beyond_horizon: BeyondHorizon,
    save: str | None,
    as_json: bool,
) -> None:
    """
    Show which days of a year are worked in CALENDAR, such as CN or DE-BY.
    """
    if year is None and save is None:
        msg = "Neither a year to show nor a file to save is given."
        raise InputError(msg, field="year", remedy="Add --year 2026 or --save FILE.")
    place = chosen_calendar(country, kind, zone, beyond_horizon)
    if year is not None:
        _show_year(place, whole_number(year, field="year"), as_json=as_json)
    if save is not None:
        _save(place, save)


def _show_year(place: WorkingCalendar, year: int, *, as_json: bool) -> None:
    _check_year(place, year)
    if as_json:
        click.echo(json.dumps(record(place, year)))
        return
    from rich.console import Console

    from pmkit.cli.months import year_months

    Console(highlight=False).print(year_months(place, year))


def _save(place: WorkingCalendar, name: str) -> None:
    from pmkit.facts.calendar_files import write_calendar

    text = write_calendar(place)
    try:
        with pathlib.Path(name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        msg = f"There is a file {name} already."
        remedy = "Choose another name; somebody may have pinned this one."
        raise InputError(msg, field="save", remedy=remedy) from None
    # A name may hold what no name of a file can.
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such name"
        msg = f"{name} cannot be written: {why}."
        raise InputError(msg, field="save", remedy="Choose another name.") from None


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
