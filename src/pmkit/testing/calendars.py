"""
Hypothesis strategies for working calendars.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import strategies as st

from pmkit.core.calendars import WorkingCalendar

_FIRST = dt.date(2025, 1, 1)
_LAST = dt.date(2027, 12, 31)

#: No change of clocks, an odd offset, a day shown twice, a day without a midnight.
_ZONES = ("Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin", "Africa/Cairo")


def zones() -> st.SearchStrategy[zoneinfo.ZoneInfo]:
    """
    Draw time zones, chosen for what their clocks do.

    Returns:
        A strategy for zones; it shrinks towards Asia/Shanghai.
    """
    return st.sampled_from(_ZONES).map(zoneinfo.ZoneInfo)


@st.composite
def working_calendars(draw: st.DrawFn) -> WorkingCalendar:
    """
    Draw calendars of 2025 to 2027 with closed days, worked weekends and any week.

    Returns:
        A strategy for calendars that are official throughout and work at least one
        day of each week in which nothing is closed.
    """
    days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    closed = draw(st.frozensets(days, max_size=25))
    worked = draw(st.frozensets(days, max_size=15))
    return WorkingCalendar.from_days(
        name="drawn",
        zone=draw(zones()),
        first=_FIRST,
        last=_LAST,
        closed=closed,
        worked=worked - closed,
        weekend=draw(st.sampled_from([(5, 6), (6,), (4, 5), ()])),
    )
