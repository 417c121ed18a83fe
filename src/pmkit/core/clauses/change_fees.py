"""What the agencies of CHANGE-1 to CHANGE-3 charge, as tiers of time."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.clauses.agency import (
    change_by_full_days,
    change_by_hours,
    start_instant,
)
from pmkit.core.clauses.visit import change_by
from pmkit.core.counting import local_day
from pmkit.core.fees import FeeTier, FeeTiers
from pmkit.core.moments import start_of_day
from pmkit.core.money import Money

if TYPE_CHECKING:
    import zoneinfo

    from pmkit.core.calendars import WorkingCalendar

_MAN_DAY_FEE = Money.of(100, "USD")


def change_fees(
    visit_day: dt.date,
    *,
    zone: zoneinfo.ZoneInfo,
    at: dt.time = dt.time(13),
    late_percent: int = 100,
) -> FeeTiers:
    """
    List what a change costs under CHANGE-1: nothing, then the whole price.

    Args:
        visit_day, zone, at: See `change_by`.

        late_percent: What a later change costs, percent of the price.

    Raises:
        pmkit.InputError: If one of them is wrong.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> tiers = change_fees(dt.date(2026, 3, 10), zone=shanghai)
        >>> asked = dt.datetime.fromisoformat("2026-03-09T13:00+08:00")
        >>> print(tiers.tier_at(asked))
        100% of the price

    Source: https://www.qima.ae/inspection-cancellation-policy
    """
    free_until = change_by(visit_day, zone=zone, at=at).at
    return FeeTiers(
        clause="CHANGE-1",
        tiers=(
            FeeTier(name="free", begins=None, ends=free_until),
            FeeTier(name="full", begins=free_until, ends=None, percent=late_percent),
        ),
    )


def change_fees_by_full_days(
    visit_day: dt.date,
    *,
    calendar: WorkingCalendar,
    zone: zoneinfo.ZoneInfo,
    full_days: int = 1,
    at: dt.time = dt.time(9),
    full_from: dt.time = dt.time(18),
    man_day_fee: Money = _MAN_DAY_FEE,
) -> FeeTiers:
    """
    List what a change costs under CHANGE-2: nothing, per man-day, the whole price.

    Args:
        visit_day, calendar, zone, full_days, at: See `change_by_full_days`.

        full_from: The wall-clock time in *zone*, one working day before the visit,
            from which the whole price is charged.

        man_day_fee: What is charged per man-day until then, beside the travel
            expenses that were quoted.

    Raises:
        pmkit.InputError:
            If one of them is wrong, or *full_from* is not after the free time.

        pmkit.CalendarHorizonError: If counting leaves the announced days.

    Examples:
        >>> import datetime as dt, pmkit, zoneinfo
        >>> tiers = change_fees_by_full_days(
        ...     dt.date(2026, 3, 9),
        ...     calendar=pmkit.six_day_week(pmkit.working_calendar("CN")),
        ...     zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
        ... )
        >>> for tier in tiers.tiers:
        ...     print(tier.begins and tier.begins.isoformat(), tier)
        None nothing
        2026-03-07T01:00:00+00:00 100.00 USD per man-day and the travel expenses
        2026-03-07T10:00:00+00:00 100% of the price

    Source: https://www.asiaqualityfocus.com/about-us/cancellation-fee
    """
    free = change_by_full_days(
        visit_day, calendar=calendar, zone=zone, full_days=full_days, at=at
    )
    full = change_by_full_days(visit_day, calendar=calendar, zone=zone, at=full_from)
    late = FeeTier(
        name="late",
        begins=free.at,
        ends=full.at,
        per_man_day=man_day_fee,
        with_expenses=True,
    )
    return FeeTiers(
        clause="CHANGE-2",
        tiers=(
            FeeTier(name="free", begins=None, ends=free.at),
            late,
            FeeTier(name="full", begins=full.at, ends=None, percent=100),
        ),
        provisional=free.provisional or full.provisional,
    )


def change_fees_by_hours(
    start: dt.datetime | dt.date,
    *,
    zone: zoneinfo.ZoneInfo,
    reassigned: bool,
    hours: int = 48,
    reassigned_percent: int = 50,
) -> FeeTiers:
    """
    List what a cancellation costs under CHANGE-3: nothing, then a part or all.

    A cancellation that comes late costs half of the service day if the inspector
    could be given other work, else up to all of it; the source says the latter
    once of every late cancellation, and once of those on the day itself.

    Args:
        start, zone, hours: See `change_by_hours`.

        reassigned: Whether the inspector could be given other work; nobody knows
            it before the cancellation, so it is no matter of time.

        reassigned_percent: The share of the service day that is charged then.

    Raises:
        pmkit.NaiveTimeError: If *start* has no zone.

        pmkit.InputError: If one of them is wrong.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> asked = dt.datetime.fromisoformat("2026-03-09T10:00+08:00")
        >>> for reassigned in (True, False):
        ...     tiers = change_fees_by_hours(
        ...         dt.date(2026, 3, 10), zone=shanghai, reassigned=reassigned
        ...     )
        ...     print(tiers.tier_at(asked))
        50% of the price
        up to 100% of the price

    Source: https://support.movley.com/en/what-is-the-cancellation-policy
    """
    free_until = change_by_hours(start, zone=zone, hours=hours).at
    begins = start_instant(start, zone)
    same_day = max(free_until, start_of_day(local_day(begins, zone), zone))
    percent = reassigned_percent if reassigned else 100
    tiers = (
        FeeTier(name="free", begins=None, ends=free_until),
        FeeTier(
            name="late",
            begins=free_until,
            ends=same_day,
            percent=percent,
            at_most=not reassigned,
        ),
        FeeTier(
            name="same day",
            begins=same_day,
            ends=None,
            percent=percent,
            at_most=not reassigned,
        ),
    )
    # With few hours ahead it may be too late only on the day itself.
    lasting = tuple(tier for tier in tiers if tier.begins != tier.ends)
    return FeeTiers(clause="CHANGE-3", tiers=lasting)
