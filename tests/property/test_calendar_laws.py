"""
The laws of adding and counting, and the ones that look true and are not.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import assume, given, strategies as st

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.walltime import instant_at
from pmkit.facts.calendars import working_calendar
from pmkit.testing.calendars import working_calendars, zones

DAY = dt.timedelta(days=1)
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
steps = st.integers(1, 12)


def counts(cal, day):
    """Our own reading of "working day"; it does not call the code under test."""
    if day in cal.closed:
        return False
    return day in cal.worked or day.weekday() not in cal.weekend


def between(cal, start, end):
    """Count the working days of [start, end) one by one."""
    return sum(counts(cal, start + k * DAY) for k in range((end - start).days))


def rebuilt(cal, **changes):
    """Build the same calendar with other days."""
    given_days = {"closed": cal.closed, "worked": cal.worked, "weekend": cal.weekend}
    return WorkingCalendar.from_days(
        name="rebuilt",
        zone=cal.zone,
        first=cal.first,
        last=cal.last,
        **{**given_days, **changes},
    )


def back(cal, day, n):
    """Step back one working day after another; it does not call the code under test."""
    while n:
        day -= DAY
        n -= counts(cal, day)
    return day


class TestAddAndCount:
    """What holds of every calendar."""

    @given(working_calendars(), days, steps)
    def test_finds_a_working_day_with_n_between(self, cal, day, n):
        """The answer is worked, and n working days lie from it to the day (law 1)."""
        found = cal.add(day, -n)

        assert counts(cal, found)
        assert n == between(cal, found, day)
        assert back(cal, day, n) == found

    @given(working_calendars(), days, steps)
    def test_forward_is_the_mirror(self, cal, day, n):
        """Forward, n working days lie after the day up to the answer (law 1)."""
        found = cal.add(day, n)

        assert counts(cal, found)
        assert n == between(cal, day + DAY, found + DAY)

    @given(working_calendars(), days, days, steps)
    def test_keeps_the_order_of_days(self, cal, one, other, n):
        """A later day is never answered earlier (law 2)."""
        assert cal.add(min(one, other), -n) <= cal.add(max(one, other), -n)

    @given(working_calendars(), days, steps, steps)
    def test_more_days_are_strictly_earlier(self, cal, day, n, more):
        """One more day is strictly earlier, and steps compose (laws 2 and 3)."""
        assert cal.add(day, -n - more) < cal.add(day, -n)
        assert cal.add(cal.add(day, -n), -more) == cal.add(day, -n - more)

    @given(working_calendars(), days, steps)
    def test_there_and_back_is_rolling(self, cal, day, n):
        """Back and forth ends at the day, or where it rolls to (law 5)."""
        assert cal.roll_forward(day) == cal.add(cal.add(day, -n), n)
        assert cal.roll_backward(day) == cal.add(cal.add(day, n), -n)

    @given(working_calendars(), days, days, steps)
    def test_a_closing_never_gives_time(self, cal, day, closing, n):
        """A closed day added never moves an answer towards the day (laws 6 and 9)."""
        closed = rebuilt(
            cal, closed=cal.closed | {closing}, worked=cal.worked - {closing}
        )

        assert closed.add(day, -n) <= cal.add(day, -n)
        assert closed.add(day, n) >= cal.add(day, n)
        if counts(cal, closing) and cal.add(day, -n) <= closing < day:
            assert closed.add(day, -n) == cal.add(day, -n - 1)

    @given(working_calendars(), days, days, steps)
    def test_a_make_up_day_never_takes_time(self, cal, day, made_up, n):
        """A worked day added never moves a backward answer earlier (law 7)."""
        worked = rebuilt(
            cal, closed=cal.closed - {made_up}, worked=cal.worked | {made_up}
        )

        assert worked.add(day, -n) >= cal.add(day, -n)

    @given(working_calendars(), days, days, steps)
    def test_days_not_read_do_not_matter(self, cal, day, elsewhere, n):
        """A change outside the days read changes nothing (law 8)."""
        found = cal.add(day, -n)
        assume(not found <= elsewhere < day)
        changed = rebuilt(
            cal, closed=cal.closed | {elsewhere}, worked=cal.worked - {elsewhere}
        )

        assert found == changed.add(day, -n)

    @given(days, steps)
    def test_a_week_without_rest_is_plain_days(self, day, n):
        """If every day is worked, working days are days (law 13)."""
        cal = WorkingCalendar.from_days(
            name="always",
            zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
            first=dt.date(2025, 1, 1),
            last=dt.date(2027, 12, 31),
            weekend=(),
        )

        assert day - n * DAY == cal.add(day, -n)

    @given(working_calendars(), days, steps)
    def test_rolling_forward_first_changes_nothing(self, cal, day, n):
        """A closed day counts back like the working day after it (law 14)."""
        assert cal.add(cal.roll_forward(day), -n) == cal.add(day, -n)

    @given(working_calendars(), days, days)
    def test_count_is_a_difference(self, cal, one, other):
        """Counting is right one by one, and turns its sign with its ends."""
        start, end = sorted((one, other))

        assert between(cal, start, end) == cal.count(start, end)
        assert -cal.count(start, end) == cal.count(end, start)

    @given(working_calendars(), days, steps)
    def test_count_undoes_add(self, cal, day, n):
        """Back by n counts n; forward by n counts n only from a worked day."""
        forward = n if counts(cal, day) else n - 1

        assert n == cal.count(cal.add(day, -n), day)
        assert forward == cal.count(day, cal.add(day, n))

    @given(days, zones(), st.times())
    def test_a_later_date_is_a_later_instant(self, day, zone, time):
        """The same wall time on a later date is a later instant (law 19)."""
        assert instant_at(day, time, zone) < instant_at(day + DAY, time, zone)


class TestNotLaws:
    """What looks like a law and is none, each with its counter-example."""

    CHINA = working_calendar("CN")
    SUNDAY = dt.date(2026, 3, 8)
    NEW_YORK = zoneinfo.ZoneInfo("America/New_York")

    def test_back_and_forth_is_not_the_same_day(self):
        """Law 4 is false on a closed day."""
        there = self.CHINA.add(self.SUNDAY, -1)

        assert self.SUNDAY != self.CHINA.add(there, 1)

    def test_a_union_is_not_the_earliest_part(self):
        """Law 11 is false: closings of two parties add up."""
        first, last = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
        frame = {"name": "part", "zone": self.CHINA.zone, "first": first, "last": last}
        tuesday, wednesday = dt.date(2026, 3, 10), dt.date(2026, 3, 11)
        one = WorkingCalendar.from_days(**frame, closed=[tuesday])
        other = WorkingCalendar.from_days(**frame, closed=[wednesday])
        both = WorkingCalendar.from_days(**frame, closed=[tuesday, wednesday])
        thursday = dt.date(2026, 3, 12)

        assert both.add(thursday, -1) < min(
            one.add(thursday, -1), other.add(thursday, -1)
        )

    def test_rolling_backward_first_is_not_neutral(self):
        """Law 15 is false: it loses a day."""
        rolled = self.CHINA.roll_backward(self.SUNDAY)

        assert self.CHINA.add(rolled, -1) < self.CHINA.add(self.SUNDAY, -1)

    def test_modified_following_turns_round_at_the_month(self):
        """Law 16 is false: one more closed day can move the answer earlier."""
        frame = {
            "name": "month",
            "zone": self.CHINA.zone,
            "first": dt.date(2026, 3, 1),
            "last": dt.date(2026, 4, 30),
        }
        monday, tuesday = dt.date(2026, 3, 30), dt.date(2026, 3, 31)

        def modified_following(cal):
            after = cal.roll_forward(monday)
            return after if after.month == monday.month else cal.roll_backward(monday)

        short = WorkingCalendar.from_days(**frame, closed=[monday])
        long = WorkingCalendar.from_days(**frame, closed=[monday, tuesday])

        assert modified_following(long) < modified_following(short)

    def test_a_day_is_not_24_hours(self):
        """Law 18 is false where clocks change."""
        noon = dt.time(12)
        before, after = (
            instant_at(day, noon, self.NEW_YORK)
            for day in (dt.date(2026, 3, 7), self.SUNDAY)
        )

        assert dt.timedelta(hours=23) == after - before

    def test_a_later_wall_time_is_not_a_later_instant_by_fold_0(self):
        """Law 20 is false by the plain conversion, and ours mends it."""
        gap, after = dt.time(2, 30), dt.time(3)

        def plain(time):
            wall = dt.datetime.combine(self.SUNDAY, time, tzinfo=self.NEW_YORK)
            return wall.astimezone(dt.UTC)

        assert plain(gap) > plain(after)
        assert instant_at(self.SUNDAY, gap, self.NEW_YORK) <= instant_at(
            self.SUNDAY, after, self.NEW_YORK
        )

    def test_a_wall_time_does_not_survive_utc(self):
        """Law 21 is false in a gap."""
        there = instant_at(self.SUNDAY, dt.time(2, 30), self.NEW_YORK)

        assert dt.time(3) == there.astimezone(self.NEW_YORK).time()

    def test_comparing_in_one_zone_ignores_the_fold(self):
        """Law 22 is false: two instants an hour apart compare equal."""
        first = dt.datetime(2026, 11, 1, 1, 30, tzinfo=self.NEW_YORK)
        second = first.replace(fold=1)

        assert first == second
        assert dt.timedelta(hours=1) == second.astimezone(dt.UTC) - first.astimezone(
            dt.UTC
        )


@pytest.mark.parametrize("zone", ["America/New_York", "Africa/Cairo", "Europe/Berlin"])
def test_gap_leads_to_its_end(zone):
    """Wherever clocks skip, a skipped time means the instant of the change."""
    place = zoneinfo.ZoneInfo(zone)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    hours = [start + dt.timedelta(hours=k) for k in range(365 * 24)]
    changes = [
        after
        for before, after in itertools.pairwise(hours)
        if after.astimezone(place).utcoffset() > before.astimezone(place).utcoffset()
    ]
    change = changes[0]
    wall = change.astimezone(place).replace(tzinfo=None)
    skipped = wall - dt.timedelta(minutes=17, microseconds=5)

    assert len(changes) == 1
    assert change == instant_at(skipped.date(), skipped.time(), place)
