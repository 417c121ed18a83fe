"""REVIEW-1 and REVISE-1: the windows of the buyer's review and of its one revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.counting import calendar_days_after
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    import datetime as dt
    import zoneinfo

    from pmkit.core.deadlines import Deadline


def review_until(
    closed_at: dt.datetime, *, zone: zoneinfo.ZoneInfo, days: int = 60
) -> Deadline:
    """
    Tell until when the buyer may review a closed service.

    Clause:
        ``REVIEW-1``: feedback may be left up to *days* days after completion.
        The source speaks of the order; whether the service has the same limit
        it does not say.

    Counting:
        ==========  ==========================================================
        Unit        calendar day
        Day zero    the date of *closed_at* in *zone*; not counted
        Cut-off     the midnight in *zone* that ends the last counted day
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        closed_at: When the service was closed, in any zone.

        zone: The zone of the marketplace's terms.

        days: How many days the buyer has, at least 1.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.NaiveTimeError: If *closed_at* has no zone.

        pmkit.InputError: If *days* is below 1 or no integer, or *zone* no zone.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> closed = dt.datetime.fromisoformat("2026-03-01T09:00+08:00")
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> review_until(closed, zone=shanghai).last_day.isoformat()
        '2026-04-30'

    Source: https://service.alibaba.com/helpcenter/47a9f417.html
    """
    closed = to_utc(closed_at, field="closed_at")
    return calendar_days_after(closed, days, zone=zone, clause="REVIEW-1", field="days")


def revise_review_until(
    replied_at: dt.datetime, *, zone: zoneinfo.ZoneInfo, days: int = 30
) -> Deadline:
    """
    Tell until when the buyer may revise a review that was replied to.

    Clause:
        ``REVISE-1``: after the reply the buyer has *days* days to revise the
        review, once.

    Counting:
        ==========  ==========================================================
        Unit        calendar day
        Day zero    the date of *replied_at* in *zone*; not counted
        Cut-off     the midnight in *zone* that ends the last counted day
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        replied_at: When the reply was published, in any zone.

        zone: The zone of the marketplace's terms.

        days: How many days the buyer has, at least 1.

    Returns:
        The deadline, with the days that were counted.

    Raises:
        pmkit.NaiveTimeError: If *replied_at* has no zone.

        pmkit.InputError: If *days* is below 1 or no integer, or *zone* no zone.

    Examples:
        >>> import datetime as dt, zoneinfo
        >>> replied = dt.datetime.fromisoformat("2026-01-31T23:30+00:00")
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> revise_review_until(replied, zone=shanghai).last_day.isoformat()
        '2026-03-03'

    Source: https://service.alibaba.com/helpcenter/47a9f417.html
    """
    replied = to_utc(replied_at, field="replied_at")
    return calendar_days_after(
        replied, days, zone=zone, clause="REVISE-1", field="days"
    )
