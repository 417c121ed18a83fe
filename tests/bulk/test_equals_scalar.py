"""Every element of a bulk answer is the answer of the scalar function."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import numpy as np
import pytest
from hypothesis import given, strategies as st

import pmkit
from pmkit import bulk
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.deadlines import CountingConvention

#: Zone -> days around which its clocks did something odd.
ODD_DAYS = {
    "Asia/Shanghai": ["2026-02-14"],
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "Asia/Kathmandu": ["1986-01-01"],
    "Pacific/Chatham": ["2026-04-05", "2026-09-27"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Africa/Cairo": ["2026-04-24", "2026-10-30"],
    "Pacific/Apia": ["2011-12-30"],
    "Pacific/Kwajalein": ["1993-08-21"],
    "America/St_Johns": ["2006-10-29", "2007-03-11"],
    "America/Sao_Paulo": ["2018-11-04", "2019-02-17"],
    "America/Havana": ["2026-03-08", "2026-11-01"],
    "Africa/Monrovia": ["1972-01-07"],
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],
    "Europe/Amsterdam": ["1937-07-01"],
    "Asia/Gaza": ["2026-03-28", "2040-10-20"],
}
PLACES = [(zone, day) for zone, days in ODD_DAYS.items() for day in days]
DAY = dt.timedelta(days=1)
NEAR_MIDNIGHT = [
    dt.time(),
    dt.time(0, 0, 0, 1),
    dt.time(0, 1),
    dt.time(0, 59, 59),
    dt.time(23, 1),
    dt.time(23, 59, 59, 999_999),
    dt.time(2, 30),
]
UNITS = ["s", "ms", "us", "ns"]


@st.composite
def places(draw):
    """Draw a calendar around an odd day, and a way to draw days near that day."""
    name, odd = draw(st.sampled_from(PLACES))
    middle = dt.date.fromisoformat(odd)
    near = st.integers(-45, 45).map(lambda k: middle + k * DAY)
    closed = draw(st.frozensets(near, max_size=12))
    worked = draw(st.frozensets(near, max_size=6)) - closed
    cal = WorkingCalendar.from_days(
        name="drawn",
        zone=zoneinfo.ZoneInfo(name),
        first=middle - 60 * DAY,
        last=middle + 60 * DAY,
        closed=closed,
        worked=worked,
        weekend=draw(st.sampled_from([(5, 6), (6,), (4, 5), (), tuple(range(7))])),
        official_from=draw(st.none() | near),
        official_until=draw(st.none() | near),
        estimated=draw(st.frozensets(near, max_size=2)),
        beyond_horizon=draw(st.sampled_from(["raise", "provisional"])),
    )
    return cal, middle


def days_near(middle):
    """Draw some days around a day, some of them outside of the calendar."""
    steps = st.integers(-4, 4) | st.integers(-63, 63)
    return st.lists(steps.map(lambda k: middle + k * DAY), max_size=12)


def instants_near(middle, zone):
    """Draw some instants around a day, most near local midnights and both folds."""
    times = st.sampled_from(NEAR_MIDNIGHT) | st.times()
    steps = st.integers(-2, 2) | st.integers(-63, 63)
    return st.lists(
        st.builds(
            lambda k, time, fold: dt.datetime.combine(
                middle + k * DAY, time.replace(fold=fold), tzinfo=zone
            ).astimezone(dt.UTC),
            steps,
            times,
            st.integers(0, 1),
        ),
        max_size=12,
    )


def as_dates(days):
    """Make an array of dates."""
    return np.array(days, dtype="datetime64[D]")


def as_instants(instants, unit="us"):
    """Make an array of instants in UTC, of a unit."""
    plain = [x.replace(tzinfo=None) for x in instants]
    return np.array(plain, dtype="datetime64[us]").astype(f"datetime64[{unit}]")


def rounded(instants, unit):
    """Round instants down as the unit does."""
    whole = as_instants(instants, unit).astype("datetime64[us]")
    return [x.replace(tzinfo=dt.UTC) for x in whole.tolist()]


def outcome(ask, value):
    """Ask the scalar function: its deadline, or the class of its error."""
    try:
        found = ask(value)
    except pmkit.PmkitError as error:
        return type(error)
    return found


def asserts_equal(many, one, values, make):
    """Check a bulk function against a scalar one, errors included."""
    expected = [outcome(one, value) for value in values]
    failing = [k for k, x in enumerate(expected) if isinstance(x, type)]
    if failing:
        first = failing[0]
        with pytest.raises(expected[first]) as caught:
            many(make(values))

        assert f"[{first}]" in caught.value.field
        values = [x for k, x in enumerate(values) if k not in failing]
        expected = [x for x in expected if not isinstance(x, type)]
    found = many(make(values))

    assert [x.at.replace(tzinfo=None) for x in expected] == found.at.tolist()
    assert [x.last_day for x in expected] == found.last_day.tolist()
    assert [x.provisional for x in expected] == found.provisional.tolist()
    assert found.at.dtype == "datetime64[us]"
    for due in expected[:1]:
        for name in ("clause", "convention", "calendar", "calendar_version", "zone"):
            assert getattr(due, name) == getattr(found, name)


numbers = st.integers(1, 12) | st.just(200) | st.just(10**30)
conventions = st.sampled_from(CountingConvention)
times = st.times() | st.sampled_from(NEAR_MIDNIGHT)


class TestOnACalendar:
    """The clauses that count working days."""

    @given(st.data(), places(), numbers, conventions)
    def test_book_by(self, data, place, n, convention):
        """BOOK-1 is the scalar one, on every day, under every convention."""
        cal, middle = place
        terms = {"calendar": cal, "working_days": n, "convention": convention}

        asserts_equal(
            lambda days: bulk.book_by(days, **terms),
            lambda day: pmkit.book_by(day, **terms),
            data.draw(days_near(middle)),
            as_dates,
        )

    @given(st.data(), places(), numbers, conventions, st.sampled_from(UNITS))
    def test_report_by(self, data, place, n, convention, unit):
        """REPORT-1 is the scalar one, at every instant of every zone."""
        cal, middle = place
        terms = {"calendar": cal, "working_days": n, "convention": convention}
        moments = rounded(data.draw(instants_near(middle, cal.zone)), unit)

        asserts_equal(
            lambda array: bulk.report_by(array, **terms),
            lambda at: pmkit.report_by(at, **terms),
            moments,
            lambda values: as_instants(values, unit),
        )

    @given(st.data(), places(), numbers)
    def test_refund_expected_by(self, data, place, n):
        """REFUND-1 is the scalar one."""
        cal, middle = place

        asserts_equal(
            lambda array: bulk.refund_expected_by(array, calendar=cal, working_days=n),
            lambda at: pmkit.refund_expected_by(at, calendar=cal, working_days=n),
            data.draw(instants_near(middle, cal.zone)),
            as_instants,
        )

    @given(st.data(), places(), numbers, conventions, st.sampled_from(UNITS))
    def test_visit_date_by(self, data, place, n, convention, unit):
        """APPOINT-1 is the scalar one, at every instant of every zone."""
        cal, middle = place
        terms = {"calendar": cal, "working_days": n, "convention": convention}
        moments = rounded(data.draw(instants_near(middle, cal.zone)), unit)

        asserts_equal(
            lambda array: bulk.visit_date_by(array, **terms),
            lambda at: pmkit.visit_date_by(at, **terms),
            moments,
            lambda values: as_instants(values, unit),
        )

    @given(st.data(), places(), times)
    def test_appointment_by(self, data, place, time):
        """APPOINT-2 is the scalar one, also at a time that clocks skip or repeat."""
        cal, middle = place

        asserts_equal(
            lambda days: bulk.appointment_by(days, calendar=cal, at=time),
            lambda day: pmkit.appointment_by(day, calendar=cal, at=time),
            data.draw(days_near(middle)),
            as_dates,
        )

    @given(st.data(), places(), st.sampled_from(sorted(ODD_DAYS)), numbers, times)
    def test_change_by_full_days(self, data, place, clocks, n, time):
        """CHANGE-2 is the scalar one, by the clocks of the place or of another one."""
        cal, middle = place
        zone = data.draw(st.sampled_from([cal.zone, zoneinfo.ZoneInfo(clocks)]))
        terms = {"calendar": cal, "zone": zone, "full_days": n, "at": time}

        asserts_equal(
            lambda days: bulk.change_by_full_days(days, **terms),
            lambda day: pmkit.change_by_full_days(day, **terms),
            data.draw(days_near(middle)),
            as_dates,
        )


WINDOWS = [
    (bulk.review_until, pmkit.review_until, "days"),
    (bulk.revise_review_until, pmkit.revise_review_until, "days"),
    (bulk.answer_by, pmkit.answer_by, "days"),
    (bulk.escalates_at, pmkit.escalates_at, "day"),
]


hours = st.integers(1, 200) | st.just(10**30)
#: Ages that no order has, up to the ends of all dates.
ages = st.lists(
    st.datetimes(dt.datetime(1, 1, 3), dt.datetime(9999, 12, 28)),  # noqa: DTZ001 - the zone is added
    max_size=1,
).map(lambda found: [x.replace(tzinfo=dt.UTC) for x in found])
far_zones = st.sampled_from(["Asia/Shanghai", "Africa/Monrovia"])


class TestWithoutACalendar:
    """The clauses that read none."""

    @given(st.data(), places(), st.sampled_from(WINDOWS), st.integers(2, 70))
    def test_windows(self, data, place, clause, n):
        """A window of calendar days is the scalar one, at every instant."""
        cal, middle = place
        many, one, name = clause
        terms = {"zone": cal.zone, name: n}

        asserts_equal(
            lambda array: many(array, **terms),
            lambda at: one(at, **terms),
            data.draw(instants_near(middle, cal.zone)),
            as_instants,
        )

    @given(st.data(), places(), st.integers(1, 9))
    def test_escalation_opens(self, data, place, day):
        """CASE-3 opens when the scalar one does."""
        cal, middle = place
        moments = data.draw(instants_near(middle, cal.zone))
        many = bulk.escalation_opens(as_instants(moments), zone=cal.zone, day=day)
        one = [pmkit.escalation_opens(x, zone=cal.zone, day=day) for x in moments]

        assert [x.at.replace(tzinfo=None) for x in one] == many.at.tolist()
        assert [x.first_day for x in one] == many.first_day.tolist()

    @given(st.data(), places(), times)
    def test_change_by(self, data, place, time):
        """CHANGE-1 is the scalar one, also at a time that clocks skip or repeat."""
        cal, middle = place

        asserts_equal(
            lambda days: bulk.change_by(days, zone=cal.zone, at=time),
            lambda day: pmkit.change_by(day, zone=cal.zone, at=time),
            data.draw(days_near(middle)),
            as_dates,
        )

    @given(st.data(), places(), st.integers(1, 100) | st.just(10**30))
    def test_pay_link_until(self, data, place, hours):
        """LINK-1 is the scalar one."""
        cal, middle = place

        asserts_equal(
            lambda array: bulk.pay_link_until(array, hours=hours),
            lambda at: pmkit.pay_link_until(at, hours=hours),
            data.draw(instants_near(middle, cal.zone)),
            as_instants,
        )

    @given(st.data(), places(), hours, st.sampled_from(UNITS))
    def test_change_by_hours_of_instants(self, data, place, n, unit):
        """CHANGE-3 is the scalar one, at every instant of every zone."""
        cal, middle = place
        moments = rounded(data.draw(instants_near(middle, cal.zone)), unit)

        asserts_equal(
            lambda array: bulk.change_by_hours(array, zone=cal.zone, hours=n),
            lambda start: pmkit.change_by_hours(start, zone=cal.zone, hours=n),
            moments,
            lambda values: as_instants(values, unit),
        )

    @given(st.data(), places(), hours)
    def test_change_by_hours_of_dates(self, data, place, n):
        """CHANGE-3 is the scalar one, also of a day without a midnight or with two."""
        cal, middle = place

        asserts_equal(
            lambda days: bulk.change_by_hours(days, zone=cal.zone, hours=n),
            lambda day: pmkit.change_by_hours(day, zone=cal.zone, hours=n),
            data.draw(days_near(middle)),
            as_dates,
        )

    @given(st.data(), places(), st.integers(1, 400))
    def test_ship_day_after(self, data, place, days):
        """SHIP-1 is the scalar one, at every instant of every zone."""
        cal, middle = place
        moments = data.draw(instants_near(middle, cal.zone))
        many = bulk.ship_day_after(as_instants(moments), zone=cal.zone, days=days)
        one = [pmkit.ship_day_after(x, zone=cal.zone, days=days) for x in moments]

        assert one == many.tolist()
        assert many.dtype == "datetime64[D]"

    @given(ages, far_zones, hours)
    def test_change_by_hours_of_any_age(self, moments, zone, n):
        """CHANGE-3 of an age that no visit has is the scalar one, or raises."""
        place = zoneinfo.ZoneInfo(zone)

        asserts_equal(
            lambda array: bulk.change_by_hours(array, zone=place, hours=n),
            lambda start: pmkit.change_by_hours(start, zone=place, hours=n),
            moments,
            as_instants,
        )

    @given(ages, far_zones)
    def test_any_age(self, moments, zone):
        """Ages that no order has come out as the scalar function says, or raises."""
        place = zoneinfo.ZoneInfo(zone)

        asserts_equal(
            lambda array: bulk.review_until(array, zone=place),
            lambda at: pmkit.review_until(at, zone=place),
            moments,
            as_instants,
        )


class TestOddDays:
    """Each day around an odd one, at each midnight, without chance."""

    @pytest.mark.parametrize(("zone", "odd"), PLACES)
    def test_each_instant_near_midnight(self, zone, odd):
        """Five days around the change, each quarter-hour and its neighbours."""
        place = zoneinfo.ZoneInfo(zone)
        start = dt.datetime.fromisoformat(f"{odd}T00:00+00:00") - 2 * DAY
        tick = dt.timedelta(microseconds=1)
        moments = [
            start + k * dt.timedelta(minutes=7.5) + shift * tick
            for k in range(5 * 24 * 8)
            for shift in (-1, 0, 1)
        ]

        asserts_equal(
            lambda array: bulk.answer_by(array, zone=place, days=1),
            lambda at: pmkit.answer_by(at, zone=place, days=1),
            moments,
            as_instants,
        )

    @pytest.mark.parametrize(("zone", "odd"), PLACES)
    def test_each_start_and_cut_off(self, zone, odd):
        """Around the change: CHANGE-3 at each quarter, CHANGE-2 at each half hour."""
        place = zoneinfo.ZoneInfo(zone)
        middle = dt.date.fromisoformat(odd)
        start = dt.datetime.fromisoformat(f"{odd}T00:00+00:00") - 2 * DAY
        quarter = dt.timedelta(minutes=15)

        asserts_equal(
            lambda array: bulk.change_by_hours(array, zone=place, hours=24),
            lambda at: pmkit.change_by_hours(at, zone=place, hours=24),
            [start + k * quarter for k in range(5 * 24 * 4)],
            as_instants,
        )
        always = WorkingCalendar.from_days(
            name="always",
            zone=zoneinfo.ZoneInfo("UTC"),
            first=middle - 9 * DAY,
            last=middle + 9 * DAY,
            weekend=(),
        )
        for half_hour in range(48):
            time = dt.time(half_hour // 2, half_hour % 2 * 30)
            terms = {"calendar": always, "zone": place, "at": time}
            asserts_equal(
                lambda days, terms=terms: bulk.change_by_full_days(days, **terms),
                lambda day, terms=terms: pmkit.change_by_full_days(day, **terms),
                [middle + k * DAY for k in range(-2, 4)],
                as_dates,
            )


class TestCalendarQuestions:
    """The questions of the calendar itself."""

    @given(st.data(), places(), st.integers(-30, 30).filter(bool) | st.just(-(10**30)))
    def test_add(self, data, place, n):
        """Adding is the scalar adding, with one number for all or one for each."""
        cal, middle = place
        many = bulk.BulkCalendar(cal)
        days = data.draw(days_near(middle))
        expected = [outcome(lambda day: cal.add(day, n), day) for day in days]
        known = [k for k, x in enumerate(expected) if isinstance(x, dt.date)]
        good = as_dates([days[k] for k in known])
        if len(known) < len(days):
            with pytest.raises(pmkit.CalendarHorizonError):
                many.add(as_dates(days), n)
        each = np.full(good.shape, max(n, -(10**18)))

        assert [expected[k] for k in known] == many.add(good, n).tolist()
        assert [expected[k] for k in known] == many.add(good, each).tolist()

    @given(st.data(), places())
    def test_is_working_day(self, data, place):
        """A day is worked and announced where the calendar says so."""
        cal, middle = place
        many = bulk.BulkCalendar(cal)
        days = data.draw(days_near(middle))
        known = [x for x in days if isinstance(outcome(cal.is_working_day, x), bool)]
        official = many.is_official(as_dates(days)).tolist()

        assert [cal.is_official(x) for x in days] == official
        assert [cal.is_working_day(x) for x in known] == many.is_working_day(
            as_dates(known)
        ).tolist()
        if len(known) < len(days):
            with pytest.raises(pmkit.CalendarHorizonError):
                many.is_working_day(as_dates(days))

    @given(st.data(), places())
    def test_count(self, data, place):
        """Counting is the scalar counting, backwards too."""
        cal, middle = place
        many = bulk.BulkCalendar(cal)
        days = data.draw(days_near(middle))
        pairs = list(zip(days, reversed(days), strict=True))
        expected = [outcome(lambda pair: cal.count(*pair), pair) for pair in pairs]
        starts, ends = as_dates(days), as_dates(days[::-1])
        good = [isinstance(x, int) for x in expected]
        if not all(good):
            with pytest.raises(pmkit.CalendarHorizonError) as caught:
                many.count(starts, ends)

            assert f"starts[{good.index(False)}]" == caught.value.field
        where = np.array(good, dtype=bool)
        found = many.count(starts[where], ends[where]).tolist()

        assert [x for x in expected if isinstance(x, int)] == found
