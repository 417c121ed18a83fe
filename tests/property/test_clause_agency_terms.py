"""
The terms of agencies on drawn calendars, read day by day and by the clocks.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

from hypothesis import given, strategies as st
from tests.property.wall_calendar import DAY, first_shown

from pmkit import AQF_2026_11, MOVLEY_2026_11, QIMA_2026_11, cut_off_of, fees_of
from pmkit.testing.calendars import working_calendars

visits = st.dates(dt.date(2026, 1, 15), dt.date(2026, 12, 31))
countries = st.sampled_from(["CN", "VN", "IN", "TR", "DE", "US"])
terms = st.sampled_from([QIMA_2026_11, AQF_2026_11, MOVLEY_2026_11])
CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")
MOMENT = dt.datetime.resolution
SUNDAY = 6
#: Our own copy of what the page says.
ONE_FULL_DAY = {"CN", "VN", "KH", "BD", "IN", "PK"}


def works(cal, day):
    """Tell whether an agency works on a day: Monday to Saturday, less closed days."""
    return day not in cal.closed and (day in cal.worked or day.weekday() != SUNDAY)


def full_days_back(cal, day, n):
    """Find the n-th day before *day* on which an agency works."""
    while n:
        day -= DAY
        n -= works(cal, day)
    return day


class TestCutOffs:
    """When the free time ends."""

    @given(working_calendars(), visits, countries)
    def test_by_the_clocks_of_china(self, cal, visit, country):
        """QIMA's ends at 13:00 of China on the day before, wherever the visit is."""
        due = cut_off_of(QIMA_2026_11, visit, calendar=cal, country=country)

        assert first_shown(CHINA, visit - DAY, dt.time(13)) == due.at

    @given(working_calendars(), visits, countries)
    def test_by_a_week_of_six_days(self, cal, visit, country):
        """AQF's ends at 09:00 of China on the earliest of one or two full days."""
        due = cut_off_of(AQF_2026_11, visit, calendar=cal, country=country)
        day = full_days_back(cal, visit, 1 if country in ONE_FULL_DAY else 2)

        assert first_shown(CHINA, day, dt.time(9)) == due.at

    @given(working_calendars(), visits, countries)
    def test_by_hours(self, cal, visit, country):
        """Movley's ends two times 24 hours before the day begins at the place."""
        due = cut_off_of(MOVLEY_2026_11, visit, calendar=cal, country=country)

        assert first_shown(cal.zone, visit) - due.at == dt.timedelta(hours=48)


class TestFees:
    """What is charged before and after."""

    @given(terms, working_calendars(), visits, countries, st.booleans())
    def test_the_free_tier_ends_at_the_cut_off(self, held, cal, visit, country, other):
        """Up to the cut-off a change is free, from it on never again."""
        place = {"calendar": cal, "country": country}
        due = cut_off_of(held, visit, **place)
        tiers = fees_of(held, visit, reassigned=other, **place)
        later = [tier for tier in tiers.tiers if tier.begins is not None]

        assert str(tiers.tier_at(due.at - MOMENT)) == "nothing"
        assert later
        assert "nothing" not in [str(tier) for tier in later]
        assert due.provisional <= tiers.provisional

    @given(terms, working_calendars(), visits, countries)
    def test_other_work_never_costs_more(self, held, cal, visit, country):
        """An inspector who got other work never makes a change dearer."""
        place = {"calendar": cal, "country": country}
        cheap = fees_of(held, visit, reassigned=True, **place)
        dear = fees_of(held, visit, **place)

        for one, other in zip(cheap.tiers, dear.tiers, strict=True):
            assert one.begins == other.begins
            assert one.percent <= other.percent
