"""
The laws of calendars made of several.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import given, strategies as st

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.composing import all_working, any_working

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 4, 15)
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
days = st.dates(FIRST + 10 * DAY, LAST - 10 * DAY)
ways = st.sampled_from([all_working, any_working])


@st.composite
def parts(draw):
    """Draw some weeks that overlap with all others that are drawn."""
    closed = draw(st.frozensets(days, max_size=5))
    return WorkingCalendar.from_days(
        name=draw(st.sampled_from("ABC")),
        zone=SHANGHAI,
        first=FIRST + draw(st.integers(0, 9)) * DAY,
        last=LAST - draw(st.integers(0, 9)) * DAY,
        closed=closed,
        worked=draw(st.frozensets(days, max_size=5)) - closed,
        weekend=draw(st.frozensets(st.integers(0, 6), max_size=4)),
        official_from=draw(days),
        official_until=draw(days),
        estimated=draw(st.frozensets(days, max_size=2)),
        beyond_horizon="provisional",
    )


def worked(cal, day):
    """Our own reading of the week; it does not call the code under test."""
    return day in cal.worked or not (day in cal.closed or day.weekday() in cal.weekend)


def official(cal, day):
    """Our own reading of the horizon; it does not call the code under test."""
    inside = cal.official_from <= day <= cal.official_until
    return inside and day not in cal.estimated


class TestComposition:
    """What holds of both ways to combine."""

    @given(parts(), parts(), days)
    def test_day_by_day(self, one, other, day):
        """A day is worked if all work, or if any works; official if all know it."""
        both, either = all_working(one, other), any_working(one, other)

        assert (worked(one, day) and worked(other, day)) == both.is_working_day(day)
        assert (worked(one, day) or worked(other, day)) == either.is_working_day(day)
        known = official(one, day) and official(other, day)
        assert known == both.is_official(day) == either.is_official(day)

    @given(parts(), parts(), ways)
    def test_order_does_not_matter(self, one, other, combine):
        """It is commutative, in name and in version."""
        assert combine(one, other) == combine(other, one)

    @given(parts(), parts(), parts(), ways)
    def test_grouping_does_not_matter(self, one, other, third, combine):
        """It is associative, in name and in version."""
        flat = combine(one, other, third)

        for nested in (
            combine(combine(one, other), third),
            combine(one, combine(other, third)),
        ):
            assert (flat.name, flat.version) == (nested.name, nested.version)

    @given(parts(), ways)
    def test_twice_is_once(self, one, combine):
        """It is idempotent."""
        assert one.version == combine(one, one).version

    @given(parts(), parts(), days, st.integers(1, 3))
    def test_more_closings_never_give_time(self, one, other, day, n):
        """What needs all is never sooner than what needs one, nor that than any."""
        both, either = all_working(one, other), any_working(one, other)
        far = both.count(day + DAY, both.last + DAY)
        if far >= n:
            assert either.add(day, n) <= one.add(day, n) <= both.add(day, n)


class TestFalse:
    """What looks true and is not."""

    def test_adding_is_no_maximum(self):
        """The n-th common working day may be later than the n-th of each."""
        odd = WorkingCalendar.from_days(
            name="odd", zone=SHANGHAI, first=FIRST, last=LAST, weekend=[0, 2, 4]
        )
        even = WorkingCalendar.from_days(
            name="even", zone=SHANGHAI, first=FIRST, last=LAST, weekend=[1, 3, 5]
        )

        assert dt.date(2026, 3, 3) == odd.add(FIRST, 1)
        assert dt.date(2026, 3, 2) == even.add(FIRST, 1)
        assert dt.date(2026, 3, 8) == all_working(odd, even).add(FIRST, 1)
