"""
The working days of China, by the yearly notices of its State Council.

The days and their sources stand in ``pmkit/facts/data/calendars/CN.json``.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import pkgutil
from typing import TYPE_CHECKING, Any

from pmkit.core.calendars import WorkingCalendar

if TYPE_CHECKING:
    import zoneinfo
    from collections.abc import Iterable, Iterator

    from pmkit.core.calendars import BeyondHorizon

ZONE = "Asia/Shanghai"

#: The notice for a year has made 29 to 31 December of the year before worked
#: weekends (2005, 2006) or closed them (2007): they are official only with it.
_LAST_DAY_OF_A_LONE_YEAR = (12, 28)


def calendar(
    *, kind: str, zone: zoneinfo.ZoneInfo, beyond_horizon: BeyondHorizon
) -> WorkingCalendar:
    """
    Build the calendar of China.

    Args:
        kind: ``"factory"``, or ``"bank"``, which works no weekend.

        zone: The time zone of its days.

        beyond_horizon: ``"raise"`` or ``"provisional"``.
    """
    data = _data()
    years = {**data["official"], **data["provisional"]}
    numbers = sorted(map(int, years))
    through = data["announced_through"]
    worked = _days(year["worked"] for year in years.values())
    return WorkingCalendar.from_days(
        name="CN" if kind == "factory" else "CN bank",
        zone=zone,
        first=dt.date(numbers[0], 1, 1),
        last=dt.date(numbers[-1], 12, 31),
        closed=_days(year["closed"] for year in years.values()),
        worked=worked if kind == "factory" else (),
        official_from=dt.date.fromisoformat(data["official_from"]),
        official_until=dt.date(through, *_LAST_DAY_OF_A_LONE_YEAR),
        beyond_horizon=beyond_horizon,
    )


@functools.cache
def _data() -> Any:
    return json.loads(pkgutil.get_data("pmkit.facts", "data/calendars/CN.json") or b"")


def _days(lists: Iterable[list[str]]) -> Iterator[dt.date]:
    """Read days and runs of days, ``first/last``."""
    for run in (run for runs in lists for run in runs):
        first, _, last = run.partition("/")
        day = dt.date.fromisoformat(first)
        end = dt.date.fromisoformat(last or first)
        while day <= end:
            yield day
            day += dt.timedelta(days=1)
