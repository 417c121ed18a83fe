"""
The calendars of countries, against two independent packages.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zoneinfo

import chinese_calendar
import holidays
import pytest

from pmkit.core.errors import (
    CalendarHorizonError,
    InputError,
    UnknownCalendarError,
    ZoneRequiredError,
)
from pmkit.facts import countries
from pmkit.facts.calendars import working_calendar


def days(first, last):
    """List the days of some years."""
    start, end = dt.date(first, 1, 1), dt.date(last, 12, 31)
    return [start + dt.timedelta(days=at) for at in range((end - start).days + 1)]


class TestChina:
    """China, day by day."""

    def test_against_chinesecalendar(self):
        """It differs from chinesecalendar on one day, which the notice of 2006 made
        worked."""
        china = working_calendar("CN", beyond_horizon="provisional")
        differing = [
            day
            for day in days(2004, 2026)
            if china.is_working_day(day) != chinese_calendar.is_workday(day)
        ]

        assert [dt.date(2005, 12, 31)] == differing
        assert china.is_working_day(dt.date(2005, 12, 31))

    def test_against_holidays(self):
        """It equals the package holidays, official or not."""
        china = working_calendar("CN", beyond_horizon="provisional")
        peer = holidays.China(years=range(2000, 2037))
        differing = [
            day
            for day in days(2000, 2036)
            if china.is_working_day(day) != peer.is_working_day(day)
        ]

        assert [] == differing

    def test_horizon(self):
        """It is official from 2004 until 28 December of the last announced year."""
        china = working_calendar("CN")

        assert dt.date(2004, 1, 1) == china.official_from
        assert dt.date(2026, 12, 28) == china.official_until
        assert not china.is_official(dt.date(2003, 12, 31))
        assert not china.is_official(dt.date(2026, 12, 29))
        assert china.is_official(dt.date(2025, 12, 31))

    def test_unannounced_year_is_refused(self):
        """A year without a notice is an error unless a provisional answer is asked."""
        with pytest.raises(CalendarHorizonError):
            working_calendar("CN").is_working_day(dt.date(2027, 2, 1))

        provisional = working_calendar("CN", beyond_horizon="provisional")
        assert not provisional.is_working_day(dt.date(2027, 2, 8))

    def test_banks_do_not_work_weekends(self):
        """A bank is closed on a make-up day, and on every closed day."""
        bank = working_calendar("CN", kind="bank")

        assert not bank.is_working_day(dt.date(2026, 2, 14))
        assert not bank.is_working_day(dt.date(2026, 2, 16))
        assert bank.is_working_day(dt.date(2026, 2, 13))

    def test_costs_no_import(self):
        """China's days are there without the package holidays."""
        script = (
            "import sys, datetime as dt;"
            "from pmkit.core.clauses import book_by;"
            "from pmkit.facts.calendars import working_calendar;"
            "cal = working_calendar('CN', beyond_horizon='provisional');"
            "book_by(dt.date(2027, 2, 1), calendar=cal);"
            "print('holidays' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], check=True, capture_output=True, text=True
        )

        assert "False" == done.stdout.strip()


class TestCountries:
    """Countries that the package holidays computes."""

    @pytest.mark.parametrize("country", ["VN", "HU", "DE", "BD", "AE", "TW", "IN"])
    def test_against_holidays(self, country):
        """Every announced day is as the package has it."""
        cal = working_calendar(country, beyond_horizon="provisional")
        peer = holidays.country_holidays(country, years=range(2015, 2028))
        differing = [
            day
            for day in days(2016, 2026)
            if cal.is_working_day(day) != peer.is_working_day(day)
        ]

        assert [] == differing

    def test_vietnam_makes_up(self):
        """Vietnam works a Saturday in August 2026."""
        vietnam = working_calendar("VN")

        assert "make-up" == vietnam.kind_of(dt.date(2026, 8, 22))
        assert dt.date(2026, 12, 31) == vietnam.official_until

    def test_estimated_days_are_provisional(self):
        """A day by the moon, and the days beside it, are not official."""
        cameroon = working_calendar("CM")
        eid = dt.date(2026, 3, 20)

        assert [False, False, False, True] == [
            cameroon.is_official(eid + dt.timedelta(days=step)) for step in range(-1, 3)
        ]
        with pytest.raises(CalendarHorizonError, match="estimate"):
            cameroon.is_working_day(eid)

    def test_subdivision(self):
        """Bavaria rests on 6 January, Germany as a whole does not."""
        epiphany = dt.date(2026, 1, 6)

        assert working_calendar("DE").is_working_day(epiphany)
        assert not working_calendar("DE", subdivision="by").is_working_day(epiphany)
        assert "DE-BY" == working_calendar("de", subdivision="BY").name

    def test_bank_holidays(self):
        """A bank closes on the bank holidays of a country that names them."""
        midsummer_eve = dt.date(2026, 6, 19)

        assert working_calendar("SE").is_working_day(midsummer_eve)
        assert not working_calendar("SE", kind="bank").is_working_day(midsummer_eve)

    def test_shared(self):
        """Everybody who asks for a calendar gets the same object."""
        assert working_calendar("cn") is working_calendar("CN")


class TestZone:
    """The zone of a calendar."""

    def test_several_zones(self):
        """A country with several zones names them."""
        with pytest.raises(ZoneRequiredError) as refused:
            working_calendar("US")

        assert "America/New_York" in refused.value.candidates
        assert "zone" == refused.value.field

    def test_no_zone(self):
        """A country without a zone of its own asks for one."""
        with pytest.raises(ZoneRequiredError) as refused:
            working_calendar("BV")

        assert () == refused.value.candidates

    def test_given_zone(self):
        """A zone may be given by name or as an object."""
        name = "America/New_York"

        assert name == working_calendar("US", zone=name).zone.key
        assert name == working_calendar("US", zone=zoneinfo.ZoneInfo(name)).zone.key

    @pytest.mark.parametrize("zone", ["Asia/Nowhere", "America", "../etc", 8])
    def test_unknown_zone(self, zone):
        """An unknown zone is refused, also one that is a folder."""
        with pytest.raises(InputError) as refused:
            working_calendar("CN", zone=zone)

        assert "zone" == refused.value.field


class TestBadInput:
    """What there is no calendar of."""

    @pytest.mark.parametrize("country", ["XX", "", "China", None, 86])
    def test_country(self, country):
        """An unknown country is refused."""
        with pytest.raises(UnknownCalendarError) as refused:
            working_calendar(country)

        assert "country" == refused.value.field

    @pytest.mark.parametrize(("country", "part"), [("CN", "GD"), ("DE", "XX")])
    def test_subdivision(self, country, part):
        """An unknown subdivision is refused."""
        with pytest.raises(UnknownCalendarError) as refused:
            working_calendar(country, subdivision=part)

        assert "subdivision" == refused.value.field

    def test_choices(self):
        """Kinds and horizons are named."""
        with pytest.raises(InputError) as kind:
            working_calendar("CN", kind="shop")
        with pytest.raises(InputError) as beyond:
            working_calendar("CN", beyond_horizon="guess")

        assert "kind" == kind.value.field
        assert "beyond_horizon" == beyond.value.field


#: Governments that move working days by a yearly act, and the last act that is known.
ANNOUNCED = {
    "AZ": 2025,
    "BY": 2026,
    "HU": 2026,
    "KG": 2025,
    "KZ": 2025,
    "LV": 2026,
    "MM": 2025,
    "RU": 2027,
    "TW": 2026,
    "UZ": 2026,
    "VN": 2026,
}


@pytest.fixture
def few_years(monkeypatch):
    """Let a country be built for two years before and after its horizon only."""
    monkeypatch.setattr(countries, "_FIRST_YEAR", 2024)
    monkeypatch.setattr(countries, "_YEARS_BEYOND", 2)


@pytest.mark.parametrize(
    "country",
    sorted({*holidays.list_supported_countries(include_aliases=False)} - {"CN"}),
)
class TestEveryCountry:
    """Every country that the package holidays has."""

    def test_builds(self, country, few_years):
        """It has the package's days, and is official through its last known year."""
        cal = countries.calendar(
            country,
            subdivision=countries.check(country, None),
            kind="factory",
            zone=zoneinfo.ZoneInfo("UTC"),
            beyond_horizon="provisional",
        )
        peer = holidays.country_holidays(country, years=range(2024, 2028))
        known = [day for day in days(2024, 2027) if day <= cal.last]

        assert [peer.is_working_day(day) for day in known] == [
            cal.is_working_day(day) for day in known
        ]
        through = dt.date(ANNOUNCED.get(country, 2026), 12, 31)
        assert min(through, cal.last) == cal.official_until
        assert not cal.is_official(cal.official_until + dt.timedelta(days=1))
