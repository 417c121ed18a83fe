"""What an amended calendar makes of deadlines: China, 27 January 2020, and the laws."""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import zoneinfo

import attrs
import pytest
from hypothesis import given, strategies as st
from tests.core.china_2020 import (
    AMENDED,
    ANNOUNCED,
    BANK_AMENDED,
    BANK_ANNOUNCED,
    FORECAST,
)

import pmkit
from pmkit.core.errors import CalendarHorizonError, InputError
from pmkit.core.parties import Role
from pmkit.core.recheck import Advice, concerns, recheck, recheck_all
from pmkit.core.terms import OnAmendment

ANSWERS = pathlib.Path(__file__).parents[1] / "answers" / "amendment_2020.csv"
SHIP = dt.date(2020, 2, 11)
POLICIES = {
    "keep": OnAmendment.KEEP,
    "extend": OnAmendment.EXTEND_FOR_BUYER,
    "ask": OnAmendment.ASK_OPERATOR,
}
SHIPS = st.dates(dt.date(2020, 1, 20), dt.date(2020, 3, 20))
CONVENTIONS = st.sampled_from(pmkit.CountingConvention)


def _rows():
    with ANSWERS.open(newline="") as file:
        return list(csv.DictReader(file))


def _given(row):
    """The deadline as it was given under the calendar of November 2019."""
    days = int(row["working_days"])
    if row["clause"] == "BOOK-1":
        return pmkit.book_by(
            dt.date.fromisoformat(row["event"]),
            calendar=ANNOUNCED,
            working_days=days,
            convention=row["convention"],
        )
    moment = dt.datetime.fromisoformat(row["event"])
    if row["clause"] == "REPORT-1":
        return pmkit.report_by(
            moment,
            calendar=ANNOUNCED,
            working_days=days,
            convention=row["convention"],
        )
    return pmkit.refund_expected_by(moment, calendar=BANK_ANNOUNCED, working_days=days)


def _amended(row):
    return BANK_AMENDED if row["clause"] == "REFUND-1" else AMENDED


class TestTheAmendmentOf2020:
    """The notice of 27 January 2020, with four days to go."""

    @pytest.mark.parametrize("row", _rows(), ids=lambda row: row["kills"])
    def test_what_moves_and_in_whose_favour(self, row):
        """Both last days, the distance and the side are those found by hand."""
        found = recheck(_given(row), calendar=_amended(row))

        assert row["given"] == found.old.last_day.isoformat()
        assert row["amended"] == found.new.last_day.isoformat()
        assert int(row["days_moved"]) == found.days_moved
        assert row["favours"] == (found.in_favour_of or "")

    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize("row", _rows(), ids=lambda row: row["kills"])
    def test_what_the_terms_say(self, row, policy):
        """The advice under each of the three terms is that found by hand."""
        found = recheck(
            _given(row), calendar=_amended(row), on_amendment=POLICIES[policy]
        )

        assert row[policy] == found.advice

    def test_a_day_given_back_extends_the_time_to_book(self):
        """Were the amendment taken back, the buyer would get nine days."""
        found = recheck(pmkit.book_by(SHIP, calendar=AMENDED), calendar=ANNOUNCED)

        assert 9 == found.days_moved
        assert Role.BUYER is found.in_favour_of
        assert Advice.MOVE is found.advice

    def test_keep_keeps_also_what_favours_the_buyer(self):
        """Under "keep" not even the buyer's gain moves a promise."""
        found = recheck(
            pmkit.book_by(SHIP, calendar=AMENDED),
            calendar=ANNOUNCED,
            on_amendment=OnAmendment.KEEP,
        )

        assert Advice.KEEP is found.advice

    def test_the_time_of_an_agency_is_not_shortened(self):
        """An earlier REPORT-1 favours the buyer, and is no extension."""
        ended = dt.datetime.fromisoformat("2020-01-23T17:00+08:00")

        found = recheck(pmkit.report_by(ended, calendar=AMENDED), calendar=ANNOUNCED)

        assert -3 == found.days_moved
        assert Role.BUYER is found.in_favour_of
        assert Advice.KEEP is found.advice


class TestTheAnnouncement:
    """A forecast becomes final."""

    def test_at_the_same_moment(self):
        """What was forecast right is made final, whatever the terms."""
        forecast = pmkit.book_by(dt.date(2020, 2, 14), calendar=FORECAST)

        found = [
            recheck(forecast, calendar=ANNOUNCED, on_amendment=policy)
            for policy in OnAmendment
        ]

        assert forecast.provisional
        assert [Advice.MAKE_FINAL] * 3 == [each.advice for each in found]
        assert all(each.becomes_final for each in found)
        assert {0} == {each.days_moved for each in found}

    def test_at_another_moment(self):
        """A forecast that was wrong takes the announced moment, also a later one."""
        forecast = pmkit.book_by(SHIP, calendar=FORECAST)

        found = recheck(forecast, calendar=ANNOUNCED)

        assert dt.date(2020, 1, 31) == forecast.last_day
        assert dt.date(2020, 2, 1) == found.new.last_day
        assert (Advice.MOVE, True) == (found.advice, found.becomes_final)

    def test_never_into_the_past(self):
        """A moment that has passed already is for the operator; its instant too."""
        forecast = pmkit.book_by(SHIP, calendar=FORECAST)
        new = dt.datetime.fromisoformat("2020-01-24T00:00+08:00")
        before = new - dt.timedelta(microseconds=1)

        found = [
            recheck(forecast, calendar=AMENDED, at=at).advice
            for at in (None, before, new)
        ]

        assert [Advice.MOVE, Advice.MOVE, Advice.ASK_OPERATOR] == found

    def test_the_operator_is_asked_if_the_terms_say_so(self):
        """Under "ask-operator" a forecast does not move by itself either."""
        found = recheck(
            pmkit.book_by(SHIP, calendar=FORECAST),
            calendar=AMENDED,
            on_amendment=OnAmendment.ASK_OPERATOR,
        )

        assert Advice.ASK_OPERATOR is found.advice

    def test_another_forecast_moves_nothing(self):
        """Days that nobody has announced move neither a promise nor a forecast."""
        promise = pmkit.book_by(SHIP, calendar=ANNOUNCED)
        longer = FORECAST.with_days(closed=[dt.date(2020, 2, 4)])
        forecast = pmkit.book_by(SHIP, calendar=FORECAST)

        assert Advice.WAIT is recheck(promise, calendar=FORECAST).advice
        assert Advice.WAIT is recheck(forecast, calendar=longer).advice

    def test_a_promise_does_not_become_a_forecast(self):
        """A calendar that says the same without announcing it changes nothing."""
        promise = pmkit.book_by(dt.date(2020, 2, 14), calendar=ANNOUNCED)

        assert Advice.NOTHING is recheck(promise, calendar=FORECAST).advice


class TestNewTerms:
    """New numbers instead of new days."""

    def test_other_days_and_convention(self):
        """The new terms count in place of the old ones."""
        due = pmkit.book_by(SHIP, calendar=ANNOUNCED)

        fewer = recheck(due, calendar=ANNOUNCED, working_days=5)
        clear = recheck(due, calendar=ANNOUNCED, convention="clear-days")

        assert dt.date(2020, 2, 4) == fewer.new.last_day
        assert dt.date(2020, 1, 31) == clear.new.last_day


class TestRefusals:
    """What cannot be rechecked."""

    def test_a_clause_of_hours(self):
        """A payment link counts no working days."""
        link = pmkit.pay_link_until(dt.datetime(2020, 1, 20, tzinfo=dt.UTC))

        with pytest.raises(InputError, match="LINK-1 counts no working days"):
            recheck(link, calendar=AMENDED)

    def test_a_calendar_that_ends_too_early(self):
        """Counting that leaves the calendar is an error, never a guess."""
        due = pmkit.book_by(dt.date(2020, 1, 20), calendar=ANNOUNCED)
        late = pmkit.WorkingCalendar.from_days(
            name="CN",
            zone=zoneinfo.ZoneInfo("Asia/Shanghai"),
            first=dt.date(2020, 1, 15),
            last=dt.date(2020, 12, 31),
        )

        with pytest.raises(CalendarHorizonError):
            recheck(due, calendar=late)


class TestLaws:
    """True of every deadline."""

    @given(ship=SHIPS, convention=CONVENTIONS, days=st.integers(1, 9))
    def test_the_same_calendar_changes_nothing(self, ship, convention, days):
        """Rechecked on its own calendar every deadline is what it was."""
        due = pmkit.book_by(
            ship, calendar=ANNOUNCED, working_days=days, convention=convention
        )

        found = recheck(due, calendar=ANNOUNCED)

        assert due == found.new
        assert (Advice.NOTHING, None, 0) == (
            found.advice,
            found.in_favour_of,
            found.days_moved,
        )

    @given(ship=SHIPS, closed=st.dates(dt.date(2020, 1, 6), dt.date(2020, 3, 27)))
    def test_a_day_that_was_not_read_moves_nothing(self, ship, closed):
        """Only days from the last day to the day before the ship date matter."""
        due = pmkit.book_by(ship, calendar=ANNOUNCED)
        changed = ANNOUNCED.with_days(closed=[closed])

        found = recheck(due, calendar=changed)

        if not due.last_day <= closed < ship:
            assert (Advice.NOTHING, due.at) == (found.advice, found.new.at)
        else:
            assert found.days_moved <= 0

    @given(ships=st.lists(SHIPS, max_size=20), convention=CONVENTIONS)
    def test_many_at_once_are_one_by_one(self, ships, convention):
        """The quick way over many finds what the slow way finds for each."""
        given_ones = [
            pmkit.book_by(ship, calendar=ANNOUNCED, convention=convention)
            for ship in ships
        ]
        slow = [recheck(due, calendar=AMENDED) for due in given_ones]

        quick = list(recheck_all(given_ones, calendar=AMENDED))

        assert [
            (number, found)
            for number, found in enumerate(slow)
            if found.advice is not Advice.NOTHING
        ] == quick

    def test_other_calendars_are_passed_over(self):
        """A bank's deadline says nothing about a factory's days, unless told so."""
        started = dt.datetime.fromisoformat("2020-01-22T10:00+08:00")
        due = pmkit.refund_expected_by(started, calendar=BANK_ANNOUNCED)

        assert [] == list(recheck_all([due], calendar=AMENDED))
        assert 1 == len(list(recheck_all([due], calendar=BANK_AMENDED)))
        assert 1 == len(list(recheck_all([due], calendar=AMENDED, replaces="CN bank")))

    def test_a_strict_calendar_is_asked_for_every_day(self):
        """The same letters on days that nobody announced are no answer."""
        strict = attrs.evolve(ANNOUNCED, official_until=dt.date(2020, 1, 1))
        due = pmkit.book_by(SHIP, calendar=ANNOUNCED)

        with pytest.raises(CalendarHorizonError):
            list(recheck_all([due], calendar=strict))

    @pytest.mark.parametrize(
        ("first", "last", "known"),
        [
            ("2020-01-01", "2020-01-31", False),
            ("2020-01-01", "2020-02-01", True),
            ("2020-02-11", "2020-03-31", True),
            ("2020-02-12", "2020-03-31", False),
        ],
    )
    def test_which_calendars_concern_a_deadline(self, first, last, known):
        """BOOK-1 of 11 February spans 1 to 11 February, both ends included."""
        calendar = pmkit.WorkingCalendar.from_days(
            name="CN",
            zone=ANNOUNCED.zone,
            first=dt.date.fromisoformat(first),
            last=dt.date.fromisoformat(last),
        )

        assert known is concerns(pmkit.book_by(SHIP, calendar=ANNOUNCED), calendar)

    def test_forecasts_among_many(self):
        """A forecast is found also where no day differs."""
        due = pmkit.book_by(dt.date(2020, 2, 14), calendar=FORECAST)

        assert [Advice.MAKE_FINAL] == [
            found.advice for _, found in recheck_all([due], calendar=ANNOUNCED)
        ]

    def test_a_year_that_the_calendar_does_not_know(self):
        """Deadlines of other years are passed over."""
        due = pmkit.book_by(dt.date(2026, 2, 27), calendar=pmkit.working_calendar("CN"))

        assert [] == list(recheck_all([due], calendar=AMENDED))
