"""
What a strict calendar tells, and where it stops, by reading day after day.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import given, strategies as st

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.errors import CalendarHorizonError

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 2, 28)
days = st.dates(FIRST, LAST)
steps = st.integers(1, 30)


@st.composite
def strict_calendars(draw):
    """Draw two months that are announced in part, with estimates between."""
    return WorkingCalendar.from_days(
        name="drawn",
        zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
        first=FIRST,
        last=LAST,
        closed=draw(st.frozensets(days, max_size=4)),
        weekend=draw(st.sampled_from([{5, 6}, {6}, set(), set(range(7))])),
        official_from=draw(days),
        official_until=draw(days),
        estimated=draw(st.frozensets(days, max_size=4)),
    )


def announced(cal, day):
    """Our own reading of the horizon; it does not call the code under test."""
    inside = cal.official_from <= day <= cal.official_until
    return FIRST <= day <= LAST and inside and day not in cal.estimated


def worked(cal, day):
    """Our own reading of the week; it does not call the code under test."""
    return day not in cal.closed and day.weekday() not in cal.weekend


def walk(cal, day, n, step):
    """Step to the *n*-th working day; None as soon as a day was not announced."""
    while n:
        day += step
        if not announced(cal, day):
            return None
        n -= worked(cal, day)
    return day


def asked(question, *arguments):
    """Ask, and turn the refusal to guess into None."""
    try:
        return question(*arguments)
    except CalendarHorizonError:
        return None


class TestStrict:
    """A strict calendar answers from announced days alone."""

    @given(strict_calendars(), days, steps)
    def test_add_stops_at_the_first_unannounced_day(self, cal, day, n):
        """It answers exactly if every day up to the answer was announced."""
        assert walk(cal, day, n, DAY) == asked(cal.add, day, n)
        assert walk(cal, day, n, -DAY) == asked(cal.add, day, -n)

    @given(strict_calendars(), days, days)
    def test_count_needs_every_day_between(self, cal, one, other):
        """It counts exactly if every day between was announced."""
        low, high = min(one, other), max(one, other)
        between = [low + k * DAY for k in range((high - low).days)]
        known = all(announced(cal, day) for day in between)
        number = sum(worked(cal, day) for day in between)

        assert (number if known else None) == asked(cal.count, low, high)
        assert (-number if known else None) == asked(cal.count, high, low)

    @given(strict_calendars(), days)
    def test_is_working_day_needs_the_day(self, cal, day):
        """It tells of a day exactly if that day was announced."""
        expected = worked(cal, day) if announced(cal, day) else None

        assert expected == asked(cal.is_working_day, day)

    @given(strict_calendars(), days, steps)
    def test_provisional_answers_are_the_same(self, cal, day, n):
        """Where the strict calendar answers, the provisional one says the same."""
        loose = WorkingCalendar.from_days(
            name=cal.name,
            zone=cal.zone,
            first=FIRST,
            last=LAST,
            closed=cal.closed,
            weekend=cal.weekend,
            official_from=cal.official_from,
            official_until=cal.official_until,
            estimated=cal.estimated,
            beyond_horizon="provisional",
        )
        for number in (n, -n):
            found = asked(cal.add, day, number)
            assert found is None or found == asked(loose.add, day, number)
        assert cal.version == loose.version
