"""
Several deadlines together: the strictest of them, and the next day they allow.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import attrs

from pmkit.core.counting import at_least_one, days_later, local_day
from pmkit.core.deadlines import Deadline
from pmkit.core.errors import InputError, UnavailableError
from pmkit.core.moments import to_utc
from pmkit.core.walltime import named_zone

if TYPE_CHECKING:
    import datetime as dt
    import zoneinfo
    from collections.abc import Callable


def strictest(*deadlines: Deadline) -> Deadline:
    """
    Find the deadline that ends first; whoever meets it meets them all.

    Args:
        deadlines: At least one; of two that end together the one given first is
            taken.

    Returns:
        That deadline, with its own clause, days and explanation.  It is provisional
        if any of them is, since an announcement may yet move another one before it.

    Raises:
        pmkit.InputError: If none is given, or something else.

    Examples:
        >>> import datetime as dt, pmkit
        >>> china, ship = pmkit.working_calendar("CN"), dt.date(2026, 2, 27)
        >>> pay = pmkit.book_by(ship, calendar=china)
        >>> link = pmkit.pay_link_until(
        ...     dt.datetime.fromisoformat("2026-02-07T09:00+08:00")
        ... )
        >>> strictest(pay, link).clause
        'LINK-1'
    """
    for given in deadlines or (None,):
        if not isinstance(given, Deadline):
            msg = f"{given!r} is not a deadline."
            raise InputError(msg, field="deadlines", remedy="Give at least one.")
    first = min(deadlines, key=operator.attrgetter("at"))
    if first.provisional or not any(deadline.provisional for deadline in deadlines):
        return first
    return attrs.evolve(first, provisional=True)


def next_available(
    now: dt.datetime,
    *,
    deadline_of: Callable[[dt.date], Deadline],
    zone: zoneinfo.ZoneInfo,
    within_days: int = 366,
) -> dt.date:
    """
    Find the earliest day for which it is not too late yet.

    Each day is tried in turn, from today on, so that no day is offered that is too
    late and none is passed over that is not, whatever the clause.

    Args:
        now: The present instant, in any zone.

        deadline_of: Tells the deadline that a day has, such as
            ``functools.partial(pmkit.book_by, calendar=calendar)``; several
            clauses compose by `strictest`.

        zone: The zone of the place, in which the days are dates.

        within_days: How many days are tried, at least 1.

    Returns:
        The day; it may be one on which nobody works.

    Raises:
        pmkit.NaiveTimeError: If *now* has no zone.

        pmkit.InputError: If *within_days* is below 1 or no integer, or *zone* no
            zone.

        pmkit.CalendarHorizonError: If a day has to be tried that nobody announced.

        pmkit.UnavailableError: If no day that was tried is early enough.

    Examples:
        >>> import datetime as dt, functools, pmkit
        >>> china = pmkit.working_calendar("CN")
        >>> next_available(
        ...     dt.datetime.fromisoformat("2026-02-11T23:59+08:00"),
        ...     deadline_of=functools.partial(pmkit.book_by, calendar=china),
        ...     zone=china.zone,
        ... ).isoformat()
        '2026-02-27'
    """
    instant = to_utc(now, field="now")
    today = local_day(instant, named_zone(zone, field="zone"))
    for step in range(at_least_one(within_days, "within_days")):
        day = days_later(today, step, field="within_days")
        if deadline_of(day).allows(instant):
            return day
    msg = f"It is too late for each of the {within_days} days from {today} on."
    raise UnavailableError(msg, allowed="Try more days, or a clause with less notice.")
