"""CHANGE-1: until when a confirmed visit may be changed or cancelled free of charge."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import InputError
from pmkit.core.moments import plain_date
from pmkit.core.walltime import instant_at, named_zone, plain_time

if TYPE_CHECKING:
    import zoneinfo

_DAY = dt.timedelta(days=1)


def change_by(
    visit_day: dt.date, *, zone: zoneinfo.ZoneInfo, at: dt.time = dt.time(13)
) -> Deadline:
    """
    Tell until when a confirmed visit may be changed or cancelled for nothing.

    Clause:
        ``CHANGE-1``: date, place or cancellation may be changed until *at* on
        the day before the confirmed day; afterwards the whole booking is
        charged.

    Counting:
        ==========  ==========================================================
        Unit        calendar day; the source says "the day before" and not
                    whether it means a working day
        Day zero    *visit_day*; not counted
        Cut-off     *at* on the clocks of *zone*; where the clocks skip that
                    time, the first instant after; where they show it twice,
                    the first
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        visit_day: The confirmed day of the visit, in *zone*.

        zone: The zone of the agency's terms; for the source, China's.

        at: The wall-clock time in *zone* at which it is too late.

    Returns:
        The deadline; its one counted day is the day before the visit.

    Raises:
        pmkit.InputError:
            If *visit_day* is no date, *at* no plain time or *zone* no zone.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> change_by(dt.date(2026, 3, 10), zone=shanghai).at.isoformat()
        '2026-03-09T05:00:00+00:00'

    Source: https://www.qima.ae/inspection-cancellation-policy
    """
    plain_date(visit_day, field="visit_day")
    named_zone(zone, field="zone")
    plain_time(at, field="at")
    if visit_day == dt.date.min:
        msg = f"There is no day before {visit_day}."
        raise InputError(msg, field="visit_day", remedy="Give the day of the visit.")
    day_before = visit_day - _DAY
    return Deadline(
        at=instant_at(day_before, at, zone),
        last_day=day_before,
        counted=(day_before,),
        clause="CHANGE-1",
        convention=CountingConvention.EXCLUDE_EVENT_DAY,
        zone=zone.key,
        event_day=visit_day,
    )
