"""
The cut-offs of agencies: what each comes out as, by hand, and what is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import zoneinfo

import pytest

from pmkit.core import clauses
from pmkit.core.clauses.agency import full_days_in, six_day_week
from pmkit.core.clauses.change_fees import (
    change_fees,
    change_fees_by_full_days,
    change_fees_by_hours,
)
from pmkit.core.errors import CalendarHorizonError, InputError, NaiveTimeError
from pmkit.core.money import Money
from pmkit.facts.calendars import working_calendar

_ANSWERS = pathlib.Path(__file__).parents[2] / "answers"
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
VISIT = dt.date(2026, 3, 10)
START = dt.datetime.fromisoformat("2026-03-10T09:00+08:00")
SINCE_YEAR_1 = (VISIT - dt.date.min).days * 24 + 1


def answers(name):
    """Read the answers of a file, with their mistakes as test ids."""
    lines = (_ANSWERS / name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [pytest.param(row, id=row["kills"]) for row in rows]


def agency(country="CN"):
    """Give the six-day week of an agency, provisional beyond the horizon."""
    return six_day_week(working_calendar(country, beyond_horizon="provisional"))


def cut_off(clause, country, visit, zone, number):
    """Ask the clause of this id."""
    if clause == "CHANGE-2":
        return clauses.change_by_full_days(
            dt.date.fromisoformat(visit),
            calendar=agency(country),
            zone=zone,
            full_days=number,
        )
    read = dt.datetime if "T" in visit else dt.date
    return clauses.change_by_hours(read.fromisoformat(visit), zone=zone, hours=number)


def price_list(name, visit):
    """Ask for the tiers of this agency, by China's clocks."""
    by_days = {"calendar": agency(name[-2:]), "zone": SHANGHAI} if "AQF" in name else {}
    return {
        "QIMA": lambda: change_fees(visit, zone=SHANGHAI),
        "AQF-CN": lambda: change_fees_by_full_days(visit, **by_days),
        "AQF-TR": lambda: change_fees_by_full_days(visit, full_days=2, **by_days),
        "MOVLEY": lambda: change_fees_by_hours(visit, zone=SHANGHAI, reassigned=False),
        "MOVLEY-REASSIGNED": lambda: change_fees_by_hours(
            visit, zone=SHANGHAI, reassigned=True
        ),
    }[name]()


class TestAnswersByHand:
    """The agencies' clauses and their tiers give the answers worked out by hand."""

    @pytest.mark.parametrize("row", answers("agencies.csv"))
    def test_cut_offs(self, row):
        """CHANGE-2 and CHANGE-3 come out as by hand, and say which they are."""
        due = cut_off(
            row["clause"],
            row["country"],
            row["visit"],
            zoneinfo.ZoneInfo(row["zone"]),
            int(row["number"]),
        )

        assert row["at"] == due.at.isoformat()
        assert row["clause"] == due.clause
        assert row["zone"] == due.zone
        assert (row["provisional"] == "yes") == due.provisional

    @pytest.mark.parametrize("row", answers("fee_tiers.csv"))
    def test_fee_tiers(self, row):
        """A change asked for at an instant costs what was worked out by hand."""
        tiers = price_list(row["agency"], dt.date.fromisoformat(row["visit"]))
        tier = tiers.tier_at(dt.datetime.fromisoformat(row["asked"]))
        price, travel = Money.of(598, "USD"), Money.of(40, "USD")

        assert row["tier"] == tier.name
        assert Money.of(row["fee"], "USD") == tier.fee(
            price, man_days=2, expenses=travel
        )


class TestFullDaysIn:
    """How many full working days, by the country of the visit."""

    def test_is_one_in_six_countries(self):
        """The source names six countries with one full day, all others have two."""
        near = ["CN", "VN", "KH", "BD", "IN", "PK"]

        assert [1] * 6 == [full_days_in(country) for country in near]
        assert [2] * 4 == [full_days_in(code) for code in ("TR", "ID", "HK", "TW")]
        assert full_days_in("vn") == 1

    @pytest.mark.parametrize("country", ["", "China", "C1", None, 86])
    def test_refuses_what_is_no_code(self, country):
        """A name is not quietly taken for a country far away."""
        with pytest.raises(InputError) as refused:
            full_days_in(country)

        assert refused.value.field == "country"


class TestSixDayWeek:
    """The calendar of an agency that works on Saturdays."""

    def test_keeps_everything_but_the_saturdays(self):
        """Closed days, worked Sundays and the horizon stay as they are."""
        china, six = working_calendar("CN"), six_day_week(working_calendar("CN"))
        week = [dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 3, 7)]

        assert [True, False, True] == [six.is_working_day(day) for day in week]
        assert not six.is_working_day(dt.date(2026, 2, 21))
        assert six.is_working_day(dt.date(2026, 1, 4))
        assert china.official_until == six.official_until
        assert china.official_from == six.official_from
        assert china.zone == six.zone
        assert six.name == "CN six-day week"
        with pytest.raises(CalendarHorizonError):
            six.is_working_day(dt.date(2027, 3, 1))

    def test_keeps_what_is_estimated(self):
        """The feast of a moon that nobody has sighted yet stays an estimate."""
        turkey = working_calendar("BD", beyond_horizon="provisional")

        assert turkey.estimated == six_day_week(turkey).estimated
        assert turkey.estimated

    def test_refuses_a_name(self):
        """A calendar's name is no calendar."""
        with pytest.raises(InputError) as refused:
            six_day_week("CN")

        assert refused.value.field == "calendar"


class TestDeadlines:
    """What a deadline of an agency holds."""

    def test_of_full_days(self):
        """It keeps its days, its calendar and the clocks that it ends on."""
        due = clauses.change_by_full_days(
            VISIT, calendar=agency(), zone=SHANGHAI, full_days=2
        )

        assert (dt.date(2026, 3, 7), dt.date(2026, 3, 9)) == due.counted
        assert dt.date(2026, 3, 7) == due.last_day
        assert due.event_day == VISIT
        assert (due.calendar, due.calendar_version) == (
            "CN six-day week",
            agency().version,
        )
        assert due.convention == "exclude-event-day"

    def test_of_hours(self):
        """It knows its start and its local days, and counts none."""
        due = clauses.change_by_hours(START, zone=SHANGHAI)

        assert due.counted == ()
        assert due.convention is None
        assert START == due.event_at
        assert (VISIT, dt.date(2026, 3, 8)) == (due.event_day, due.last_day)

    def test_of_hours_that_end_at_midnight(self):
        """Hours that end at a midnight end with the day before it."""
        due = clauses.change_by_hours(VISIT, zone=SHANGHAI)

        assert dt.date(2026, 3, 7) == due.last_day
        assert VISIT == due.event_day


class TestFeeTiers:
    """What the tiers of an agency say beside the amounts."""

    def test_in_words(self):
        """A tier says in words what it charges."""
        words = [
            [str(tier) for tier in price_list(name, VISIT).tiers]
            for name in ("QIMA", "AQF-CN", "MOVLEY", "MOVLEY-REASSIGNED")
        ]

        assert words == [
            ["nothing", "100% of the price"],
            [
                "nothing",
                "100.00 USD per man-day and the travel expenses",
                "100% of the price",
            ],
            ["nothing", "up to 100% of the price", "up to 100% of the price"],
            ["nothing", "50% of the price", "50% of the price"],
        ]

    def test_names_its_clause(self):
        """The tiers belong to the clause whose deadline ends the free one."""
        names = ("QIMA", "AQF-CN", "MOVLEY")

        assert ["CHANGE-1", "CHANGE-2", "CHANGE-3"] == [
            price_list(name, VISIT).clause for name in names
        ]

    def test_is_as_provisional_as_its_days(self):
        """Tiers that rest on days nobody has announced say so."""
        assert price_list("AQF-CN", dt.date(2026, 12, 31)).provisional
        assert not price_list("AQF-CN", VISIT).provisional

    def test_few_hours_leave_no_late_day(self):
        """If the free time ends on the day itself, no tier lies between."""
        tiers = change_fees_by_hours(START, zone=SHANGHAI, reassigned=True, hours=4)

        assert ["free", "same day"] == [tier.name for tier in tiers.tiers]
        assert tiers.tiers[1].begins == START - dt.timedelta(hours=4)

    def test_full_price_before_the_free_time_ends(self):
        """Clock times that contradict each other are refused."""
        with pytest.raises(InputError) as refused:
            change_fees_by_full_days(
                VISIT, calendar=agency(), zone=SHANGHAI, full_from=dt.time(8)
            )

        assert refused.value.field == "tiers"


class TestBadInput:
    """What can never be right is refused with the name of the argument."""

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"visit_day": START}, "visit_day"),
            ({"zone": "Asia/Shanghai"}, "zone"),
            ({"at": "09:00"}, "at"),
            ({"full_days": 0}, "full_days"),
            ({"full_days": True}, "full_days"),
            ({"calendar": "CN"}, "calendar"),
        ],
    )
    def test_full_days(self, arguments, field):
        """Full days are whole numbers before a date, on a calendar and clocks."""
        with pytest.raises(InputError) as refused:
            clauses.change_by_full_days(
                **{"visit_day": VISIT, "calendar": agency(), "zone": SHANGHAI}
                | arguments
            )

        assert field == refused.value.field

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"start": "2026-03-10"}, "start"),
            ({"start": dt.date.min}, "start"),
            ({"start": dt.date.max}, "start"),
            ({"zone": None}, "zone"),
            ({"hours": 0}, "hours"),
            ({"hours": 10**12}, "hours"),
            ({"hours": SINCE_YEAR_1}, "hours"),
        ],
    )
    def test_hours(self, arguments, field):
        """Hours are a whole number that leads to a date, before a start."""
        with pytest.raises(InputError) as refused:
            clauses.change_by_hours(**{"start": START, "zone": SHANGHAI} | arguments)

        assert field == refused.value.field

    def test_naive_start(self):
        """A start without a zone is nobody's hour."""
        with pytest.raises(NaiveTimeError):
            clauses.change_by_hours(dt.datetime(2026, 3, 10), zone=SHANGHAI)  # noqa: DTZ001

    def test_strict_horizon(self):
        """A strict calendar refuses a visit in a year nobody has announced."""
        with pytest.raises(CalendarHorizonError):
            clauses.change_by_full_days(
                dt.date(2027, 3, 1),
                calendar=six_day_week(working_calendar("CN")),
                zone=SHANGHAI,
            )
