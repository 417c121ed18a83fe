"""
The working calendars of countries.

China's days are a reviewed file, so that asking for them costs no import; those of
other countries are computed by the package holidays.
"""

from __future__ import annotations

import functools
import zoneinfo
from typing import TYPE_CHECKING, Literal

from pmkit.core.errors import InputError, UnknownCalendarError, ZoneRequiredError
from pmkit.facts import china, countries

if TYPE_CHECKING:
    from pmkit.core.calendars import BeyondHorizon, WorkingCalendar

#: Whose working days: a factory's, or a bank's, which works no make-up weekends.
CalendarKind = Literal["factory", "bank"]

_KINDS = ("factory", "bank")
_CHOICES = ("raise", "provisional")


def working_calendar(
    country: str,
    *,
    subdivision: str | None = None,
    kind: CalendarKind = "factory",
    zone: str | zoneinfo.ZoneInfo | None = None,
    beyond_horizon: BeyondHorizon = "raise",
) -> WorkingCalendar:
    """
    Give the working calendar of a country, the same object to all who ask.

    Args:
        country: Its ISO 3166 code, such as ``CN``.

        subdivision: The code of a part with days of its own, such as ``BY`` of
            Germany; see the package holidays for those of a country.

        kind:
            ``"factory"``: official working days, with the weekends that are worked
            in exchange for closed days.  ``"bank"``: banks and funds do not work
            those weekends, see
            https://github.com/liriansu-opus/chinese-calendar/pull/104

        zone: The time zone of the place; by default the country's, if it has one.

        beyond_horizon:
            What to do with days that nobody has announced: ``"raise"``, or answer
            from the days known by law and call the answer ``"provisional"``.

    Raises:
        pmkit.UnknownCalendarError: If there is no such country or subdivision.

        pmkit.ZoneRequiredError: If the country has several zones and none is given.

        pmkit.InputError: If *kind*, *zone* or *beyond_horizon* is unknown.

    Examples:
        China announces a year in the November before it; the next announcement may
        still change the last three days of December:

        >>> china = working_calendar("CN")
        >>> china.zone.key, china.official_until.isoformat()
        ('Asia/Shanghai', '2026-12-28')
    """
    code = _code(country, "country")
    part = None if subdivision is None else _code(subdivision, "subdivision")
    if kind not in _KINDS:
        msg = f"{kind!r} is not a kind of calendar."
        raise InputError(msg, field="kind", remedy=f"Use {' or '.join(_KINDS)}.")
    if beyond_horizon not in _CHOICES:
        msg = f"{beyond_horizon!r} is not a choice."
        remedy = "Use raise or provisional."
        raise InputError(msg, field="beyond_horizon", remedy=remedy)
    return _build(code, part, kind, _zone_name(zone), beyond_horizon)


@functools.cache
def _build(
    country: str,
    subdivision: str | None,
    kind: CalendarKind,
    zone: str | None,
    beyond_horizon: BeyondHorizon,
) -> WorkingCalendar:
    if country == "CN":
        place = _zone(zone or china.ZONE)
        if subdivision is not None:
            raise countries.unknown_subdivision(country, subdivision, ())
        return china.calendar(kind=kind, zone=place, beyond_horizon=beyond_horizon)
    return countries.calendar(
        country,
        subdivision=countries.check(country, subdivision),
        kind=kind,
        zone=_zone(zone or _only_zone(country)),
        beyond_horizon=beyond_horizon,
    )


def _code(value: object, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        msg = f"{value!r} is not a code."
        remedy = "Give an ISO 3166 code, such as CN."
        raise UnknownCalendarError(msg, field=field, remedy=remedy)
    return value.strip().upper()


def _only_zone(country: str) -> str:
    zones = countries.zones(country)
    if len(zones) == 1:
        return zones[0]
    if zones:
        msg = f"{country} has {len(zones)} time zones."
        remedy = f"Give one of {', '.join(zones)}."
    else:
        msg = f"{country} has no time zone of its own."
        remedy = "Give one, such as Asia/Shanghai."
    raise ZoneRequiredError(msg, candidates=zones, field="zone", remedy=remedy)


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    # A name that is a folder or a bad path fails in other ways than an unknown one.
    except (KeyError, ValueError, OSError):
        raise _unknown_zone(name) from None


def _zone_name(zone: object) -> str | None:
    name = zone.key if isinstance(zone, zoneinfo.ZoneInfo) else zone
    if name is None or isinstance(name, str):
        return name
    raise _unknown_zone(zone)


def _unknown_zone(name: object) -> InputError:
    msg = f"{name!r} is not a time zone."
    remedy = "Give a name of the IANA database, such as Asia/Shanghai."
    return InputError(msg, field="zone", remedy=remedy)
