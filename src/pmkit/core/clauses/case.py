"""CASE-1 to CASE-3: the clocks of a support case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.counting import (
    at_least_one,
    calendar_days_after,
    start_of_nth_day_after,
)
from pmkit.core.deadlines import Deadline, Opening
from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    import datetime as dt
    import zoneinfo


def answer_by(
    opened_at: dt.datetime, *, zone: zoneinfo.ZoneInfo, days: int = 3
) -> Deadline:
    """
    Tell until when the other side is to answer a support case.

    Clause:
        ``CASE-1``: the first *days* days after the case was opened are for the
        two sides; the supplier answers within them.

    Counting:
        ==========  ==========================================================
        Unit        calendar day
        Day zero    the date of *opened_at* in *zone*; not counted
        Cut-off     the midnight in *zone* that ends the last counted day
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        opened_at: When the buyer opened the case, in any zone.

        zone: The zone of the marketplace's terms.

        days: How many days there are to answer, at least 1.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.NaiveTimeError: If *opened_at* has no zone.

        pmkit.InputError: If *days* is below 1 or no integer, or *zone* no zone.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> opened = dt.datetime.fromisoformat("2026-03-02T09:00+08:00")
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> answer_by(opened, zone=shanghai).last_day.isoformat()
        '2026-03-05'

    Source: https://service.alibaba.com/buyer/faq_detail/20155175.htm
    """
    opened = to_utc(opened_at, field="opened_at")
    return calendar_days_after(opened, days, zone=zone, clause="CASE-1", field="days")


def escalates_at(
    opened_at: dt.datetime, *, zone: zoneinfo.ZoneInfo, day: int = 8
) -> Deadline:
    """
    Tell when an unsettled case goes to the platform by itself.

    Clause:
        ``CASE-2``: a case that the two sides have not settled is escalated
        automatically.  Two versions of the source disagree: "on the 7th day",
        and "not resolved in 7 days, on the 8th day".

    Counting:
        ==========  ==========================================================
        Unit        calendar day
        Day zero    the date of *opened_at* in *zone*; not counted
        Cut-off     the midnight in *zone* at which day *day* begins; until
                    then the two sides may settle it
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        opened_at: When the buyer opened the case, in any zone.

        zone: The zone of the marketplace's terms.

        day: The day on which it escalates, 7 or 8 by the sources, at least 2.

    Returns:
        The deadline for settling without the platform.

    Raises:
        pmkit.NaiveTimeError: If *opened_at* has no zone.

        pmkit.InputError: If *day* is below 2 or no integer, or *zone* no zone.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> opened = dt.datetime.fromisoformat("2026-03-02T09:00+08:00")
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> escalates_at(opened, zone=shanghai).at.isoformat()
        '2026-03-09T16:00:00+00:00'

    Source: https://service.alibaba.com/buyer/faq_detail/20155175.htm
    """
    opened = to_utc(opened_at, field="opened_at")
    if at_least_one(day, "day") == 1:
        msg = "1 leaves no day to settle the case."
        raise InputError(msg, field="day", remedy="Give an integer of at least 2.")
    return calendar_days_after(opened, day - 1, zone=zone, clause="CASE-2", field="day")


def escalation_opens(
    opened_at: dt.datetime, *, zone: zoneinfo.ZoneInfo, day: int = 4
) -> Opening:
    """
    Tell from when either side may escalate a case.

    Clause:
        ``CASE-3``: from day *day* on, either side may ask the platform in.

    Counting:
        ==========  ==========================================================
        Unit        calendar day
        Day zero    the date of *opened_at* in *zone*; not counted
        Cut-off     it opens at the midnight in *zone* at which day *day* begins
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        opened_at: When the buyer opened the case, in any zone.

        zone: The zone of the marketplace's terms.

        day: The first day of escalation, at least 1.

    Returns:
        The opening.

    Raises:
        pmkit.NaiveTimeError: If *opened_at* has no zone.

        pmkit.InputError: If *day* is below 1 or no integer, or *zone* no zone.

    Examples:
        It opens at the instant at which the time to answer is over:

        >>> import datetime as dt, zoneinfo
        >>> opened = dt.datetime.fromisoformat("2026-03-02T09:00+08:00")
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> escalation_opens(opened, zone=shanghai).at.isoformat()
        '2026-03-05T16:00:00+00:00'

    Source: https://service.alibaba.com/buyer/faq_detail/20155175.htm
    """
    opened = to_utc(opened_at, field="opened_at")
    event_day, first_day, at = start_of_nth_day_after(
        opened, day, zone=zone, field="day"
    )
    return Opening(
        at=at,
        first_day=first_day,
        clause="CASE-3",
        zone=zone.key,
        event_day=event_day,
        event_at=opened,
    )
