"""
Which calendar a command line means: that of a country, or one in a file.
"""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING

import click

from pmkit.core.errors import InputError
from pmkit.facts.calendars import working_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.calendars import BeyondHorizon, WorkingCalendar

_LONGEST = 9


def place_options(function: Callable[..., None]) -> Callable[..., None]:
    """
    Add the options that say which calendar of a country is meant.

    Args:
        function: A command that takes *kind*, *zone* and *beyond_horizon*.
    """
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
        metavar="CALENDAR",
        help="A country, such as CN, a part of it, such as DE-BY, or a FILE.json.",
    )
    return named(place_options(function))


def chosen_calendar(
    name: str, kind: str, zone: str | None, beyond_horizon: BeyondHorizon
) -> WorkingCalendar:
    """
    Find the calendar that the options name: of a country, or in a file.

    Args:
        name: A country, a part of it, or a file whose name ends in ``.json`` or has
            a folder in it.

        kind, zone: Of a country's calendar; a file says its own.

        beyond_horizon: What to do with days that nobody has announced.

    Raises:
        pmkit.InputError: If there is none, or the file cannot be read.
    """
    if name.casefold().endswith(".json") or pathlib.PurePath(name).name != name:
        return _from_file(name, kind, zone, beyond_horizon)
    country, _, part = name.partition("-")
    return working_calendar(
        country,
        subdivision=part or None,
        kind=kind,  # type: ignore[arg-type]  # what it may be is checked there
        zone=zone,
        beyond_horizon=beyond_horizon,
    )


def _from_file(
    name: str, kind: str, zone: str | None, beyond_horizon: BeyondHorizon
) -> WorkingCalendar:
    for field, value in (("zone", zone), ("kind", None if kind == "factory" else kind)):
        if value is not None:
            msg = f"The file {name} says it itself."
            raise InputError(msg, field=field, remedy="Leave the option out.")
    from pmkit.facts.calendar_files import read_calendar

    try:
        content = pathlib.Path(name).read_bytes()
    # A name may hold what no name of a file can.
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such file"
        msg = f"{name} cannot be read: {why}."
        remedy = "Give a calendar file, or a country, such as CN."
        raise InputError(msg, field="calendar", remedy=remedy) from None
    return read_calendar(content, beyond_horizon=beyond_horizon)


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
