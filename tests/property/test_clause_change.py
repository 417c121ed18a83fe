"""
CHANGE-1 to CHANGE-3, APPOINT-1 and APPOINT-2 on drawn calendars, read day by day.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import given, strategies as st
from tests.property.wall_calendar import (
    DAY,
    back,
    counts,
    first_shown,
    last_day_after,
)

from pmkit.core import clauses
from pmkit.core.clauses.agency import six_day_week
from pmkit.core.deadlines import CountingConvention
from pmkit.testing.calendars import working_calendars, zones
from pmkit.testing.strategies import moments

visits = st.dates(dt.date(2026, 1, 15), dt.date(2026, 12, 31))
starts = moments(
    first=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    last=dt.datetime(2026, 12, 31, tzinfo=dt.UTC),
)
times = st.times()
numbers = st.integers(1, 8)
CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")
MOMENT = dt.datetime.resolution


class TestByTheClock:
    """CHANGE-1: free until a wall-clock time on the day before."""

    @given(visits, zones(), times)
    def test_is_that_time_on_the_day_before(self, visit, zone, time):
        """The clocks of the zone show the time first at the deadline."""
        due = clauses.change_by(visit, zone=zone, at=time)

        assert first_shown(zone, visit - DAY, time) == due.at
        assert (visit - DAY,) == due.counted

    @given(visits, zones(), times)
    def test_is_over_before_the_day_of_the_visit_ends(self, visit, zone, time):
        """The deadline is before the day of the visit is over, also in a gap."""
        due = clauses.change_by(visit, zone=zone, at=time)

        assert due.at <= first_shown(zone, visit)


class TestByFullDays:
    """CHANGE-2: free until so many full working days before the visit."""

    @given(working_calendars(), visits, numbers, times)
    def test_is_what_a_wall_calendar_says(self, cal, visit, n, time):
        """It ends at the time on the n-th day before, by the agency's clocks."""
        due = clauses.change_by_full_days(
            visit, calendar=cal, zone=CHINA, full_days=n, at=time
        )
        day = back(cal, visit, n)

        assert day == due.last_day == due.counted[0]
        assert first_shown(CHINA, day, time) == due.at
        assert CHINA.key == due.zone
        assert n == len(due.counted)

    @given(working_calendars(), visits, visits, numbers)
    def test_keeps_the_order_of_visits(self, cal, one, other, n):
        """A later visit is never due earlier, and one more day strictly is."""
        early, late = (
            clauses.change_by_full_days(day, calendar=cal, zone=CHINA, full_days=n)
            for day in sorted((one, other))
        )
        more = clauses.change_by_full_days(
            min(one, other), calendar=cal, zone=CHINA, full_days=n + 1
        )

        assert more.at < early.at <= late.at

    @given(working_calendars(), visits)
    def test_a_six_day_week_works_on_saturday(self, cal, day):
        """Of the week only Sunday is free; closed days and made-up days stay."""
        six = six_day_week(cal)
        worked = day not in cal.closed and (day in cal.worked or day.weekday() != 6)

        assert worked == six.is_working_day(day)
        assert worked == counts(six, day)


class TestByHours:
    """CHANGE-3: free until so many elapsed hours before the visit."""

    @given(starts, zones(), zones(), st.integers(1, 200))
    def test_elapses(self, start, zone, other, hours):
        """Exactly so many seconds lie before the start, in whatever zone it is told."""
        due = clauses.change_by_hours(start.astimezone(other), zone=zone, hours=hours)

        assert 3_600 * hours == (start - due.at).total_seconds()
        assert (due.at - MOMENT).astimezone(zone).date() == due.last_day

    @given(visits, zones(), st.integers(1, 200))
    def test_a_date_is_its_first_instant(self, visit, zone, hours):
        """A date is the instant at which it begins at the place."""
        begins = first_shown(zone, visit)

        assert clauses.change_by_hours(
            visit, zone=zone, hours=hours
        ) == clauses.change_by_hours(begins, zone=zone, hours=hours)


class TestAppointment:
    """APPOINT-1 and APPOINT-2: the date is confirmed, the form comes back."""

    @given(working_calendars(), starts, numbers, st.sampled_from(CountingConvention))
    def test_date_is_confirmed_within_days(self, cal, ordered, n, convention):
        """The last day is the n-th working day after the date of the order."""
        due = clauses.visit_date_by(
            ordered, calendar=cal, working_days=n, convention=convention
        )
        day = ordered.astimezone(cal.zone).date()

        assert last_day_after(cal, day, n, convention) == due.last_day
        assert first_shown(cal.zone, due.last_day + DAY) == due.at

    @given(working_calendars(), visits, times)
    def test_form_is_back_the_working_day_before(self, cal, visit, time):
        """It is of use until the time on the last working day before the visit."""
        due = clauses.appointment_by(visit, calendar=cal, at=time)

        assert back(cal, visit, 1) == due.last_day
        assert first_shown(cal.zone, due.last_day, time) == due.at
