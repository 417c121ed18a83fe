"""
The working days of the countries that the package holidays computes.

How far they are official, and the time zones, stand with their sources in
``pmkit/facts/data/calendars/countries.json``.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import pkgutil
from typing import TYPE_CHECKING, Any

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.errors import UnknownCalendarError

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Iterable

    import holidays

    from pmkit.core.calendars import BeyondHorizon

_FIRST_YEAR = 2000
_YEARS_BEYOND = 10
_DAY = dt.timedelta(days=1)


def check(country: str, subdivision: str | None) -> str | None:
    """
    Check that the days of *country* and its *subdivision* can be computed.

    Returns:
        The subdivision as the package spells it.

    Raises:
        pmkit.UnknownCalendarError: If they cannot.
    """
    import holidays

    supported = holidays.list_supported_countries(include_aliases=False)
    if country not in supported:
        msg = f"There is no calendar of {country!r}."
        remedy = "Give the ISO 3166 code of a country, such as CN or VN."
        raise UnknownCalendarError(msg, field="country", remedy=remedy)
    if subdivision is None:
        return None
    spelt = {known.casefold(): known for known in supported[country]}
    if subdivision.casefold() not in spelt:
        raise unknown_subdivision(country, subdivision, supported[country])
    return spelt[subdivision.casefold()]


def unknown_subdivision(
    country: str, subdivision: str, known: Iterable[str]
) -> UnknownCalendarError:
    """Say that *country* has no such subdivision, and which it has."""
    msg = f"{country} has no subdivision {subdivision!r}."
    names = ", ".join(sorted(known))
    remedy = f"Use one of {names}." if names else "Leave it out."
    return UnknownCalendarError(msg, field="subdivision", remedy=remedy)


def zones(country: str) -> tuple[str, ...]:
    """List the time zones of *country*; one, if its clocks never differed."""
    return tuple(_data()["zones"].get(country, ()))


def calendar(
    country: str,
    *,
    subdivision: str | None,
    kind: str,
    zone: zoneinfo.ZoneInfo,
    beyond_horizon: BeyondHorizon,
) -> WorkingCalendar:
    """
    Build the calendar of a country.

    Args:
        country: A code that `check` let pass.

        subdivision: A subdivision of it that `check` let pass, or `None`.

        kind: ``"factory"``, or ``"bank"``, which works no weekend and closes on the
            bank holidays of the country.

        zone: The time zone of its days.

        beyond_horizon: ``"raise"`` or ``"provisional"``.
    """
    data = _data()
    through = (
        data["announced_through"].get(country, {}).get("year", data["computed_through"])
    )
    entity = _entity(country, subdivision, kind, through + _YEARS_BEYOND)
    first = dt.date(min(entity.years), 1, 1)
    last = dt.date(max(entity.years), 12, 31)
    closed, worked = _differing(entity, first, last)
    name = country if subdivision is None else f"{country}-{subdivision}"
    return WorkingCalendar.from_days(
        name=name if kind == "factory" else f"{name} bank",
        zone=zone,
        first=first,
        last=last,
        closed=closed,
        worked=worked if kind == "factory" else (),
        weekend=entity.weekend,
        official_until=min(dt.date(through, 12, 31), last),
        estimated=_estimated(entity, first, last),
        beyond_horizon=beyond_horizon,
    )


def _entity(
    country: str, subdivision: str | None, kind: str, last_year: int
) -> holidays.HolidayBase:
    import holidays

    kinds = getattr(holidays, country)
    categories = {kinds.default_category}
    if kind == "bank" and "bank" in kinds.supported_categories:
        categories.add("bank")
    known = _data()["computed_years"].get(country, (dt.MINYEAR, dt.MAXYEAR))
    # The word "estimated" is looked for in the names, so they have to be English.
    english = "en_US" if "en_US" in kinds.supported_languages else None
    return holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=range(
            max(_FIRST_YEAR, kinds.start_year, known[0]),
            min(last_year, kinds.end_year, known[1]) + 1,
        ),
        categories=tuple(sorted(categories)),
        language=english,
    )


def _differing(
    entity: holidays.HolidayBase, first: dt.date, last: dt.date
) -> tuple[list[dt.date], list[dt.date]]:
    """List the closed days, and the worked days of the weekly rest."""
    closed, worked = [], []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = dt.date.fromordinal(ordinal)
        rest = day.weekday() in entity.weekend
        if entity.is_working_day(day):
            if rest:
                worked.append(day)
        elif not rest or day in entity:
            closed.append(day)
    return closed, worked


def _estimated(
    entity: holidays.HolidayBase, first: dt.date, last: dt.date
) -> set[dt.date]:
    """List the estimated days and their neighbours: a moon is a day early or late."""
    days = {day for day, name in entity.items() if "estimated" in name}
    around = {day + step * _DAY for day in days for step in (-1, 0, 1)}
    return {day for day in around if first <= day <= last}


@functools.cache
def _data() -> Any:
    content = pkgutil.get_data("pmkit.facts", "data/calendars/countries.json")
    return json.loads(content or b"")
