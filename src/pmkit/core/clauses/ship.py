"""SHIP-1: the goods ship some days after a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.counting import at_least_one, days_later, local_day
from pmkit.core.moments import to_utc
from pmkit.core.walltime import named_zone

if TYPE_CHECKING:
    import datetime as dt
    import zoneinfo


def ship_day_after(
    received_at: dt.datetime, *, days: int, zone: zoneinfo.ZoneInfo
) -> dt.date:
    """
    Tell on which day goods ship that are due some days after a payment.

    Clause:
        ``SHIP-1``: the ship date is agreed as *days* calendar days after a
        payment was received.

    Counting:
        ==========  ==========================================================
        Unit        calendar day
        Day zero    the date of *received_at* in *zone*; not counted
        Cut-off     none: the answer is a day, which BOOK-1 then counts from;
                    it may be a closed one, and is not moved
        Unknown     nothing: no calendar is read
        ==========  ==========================================================

    Args:
        received_at: When the payment was received in full, in any zone.

        days: How many days after it, at least 1.

        zone: The zone of the factory, in which the ship date is a date.

    Returns:
        The local date at the factory.

    Raises:
        pmkit.NaiveTimeError: If *received_at* has no zone.

        pmkit.InputError: If *days* is below 1 or no integer, or *zone* no zone.

    Examples:
        Half past eleven at night in London is the next day at the factory:

        >>> import datetime as dt, zoneinfo
        >>> paid = dt.datetime.fromisoformat("2026-01-31T23:30+00:00")
        >>> shanghai = zoneinfo.ZoneInfo("Asia/Shanghai")
        >>> ship_day_after(paid, days=30, zone=shanghai).isoformat()
        '2026-03-03'

    Source: https://christinasbeautyjourney.blogspot.com/2022/05/how-to-calculate-shipping-date-of.html
    """
    received = to_utc(received_at, field="received_at")
    paid_on = local_day(received, named_zone(zone, field="zone"))
    return days_later(paid_on, at_least_one(days, "days"), field="days")
