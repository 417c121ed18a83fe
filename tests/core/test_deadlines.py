"""
Deadlines: what each clause comes out as, by hand, and what a deadline can say.
"""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import zoneinfo

import attrs
import pytest

from pmkit.core import clauses
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.deadlines import CountingConvention, Deadline
from pmkit.core.errors import CalendarHorizonError, InputError, NaiveTimeError
from pmkit.facts.calendars import working_calendar

_ANSWERS = pathlib.Path(__file__).parents[1] / "answers"
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
SHIP = dt.date(2026, 2, 27)
VISIT = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")


def answers(name):
    """Read the answers of a clause, with their mistakes as test ids."""
    lines = (_ANSWERS / name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [pytest.param(row, id=row["kills"]) for row in rows]


def china(kind="factory"):
    """Give China's calendar, provisional beyond its horizon."""
    return working_calendar("CN", kind=kind, beyond_horizon="provisional")


def window(clause, event, zone, number):
    """Ask the clause of this id."""
    return {
        "REVIEW-1": lambda: clauses.review_until(event, zone=zone, days=number),
        "REVISE-1": lambda: clauses.revise_review_until(event, zone=zone, days=number),
        "CASE-1": lambda: clauses.answer_by(event, zone=zone, days=number),
        "CASE-2": lambda: clauses.escalates_at(event, zone=zone, day=number),
        "CASE-3": lambda: clauses.escalation_opens(event, zone=zone, day=number),
        "LINK-1": lambda: clauses.pay_link_until(event, hours=number),
        "REFUND-1": lambda: clauses.refund_expected_by(
            event, calendar=china("bank"), working_days=number
        ),
    }[clause]()


class TestAnswersByHand:
    """Every clause gives the answers that were worked out by hand."""

    @pytest.mark.parametrize("row", answers("book_by.csv"))
    def test_book_by(self, row):
        """BOOK-1 comes out as by hand, with exactly as many days as it grants."""
        due = clauses.book_by(
            dt.date.fromisoformat(row["ship_date"]),
            calendar=china(row["kind"]),
            working_days=int(row["working_days"]),
            convention=CountingConvention(row["convention"]),
        )

        assert row["last_day"] == due.last_day.isoformat()
        assert (row["provisional"] == "yes") == due.provisional
        assert int(row["working_days"]) == len(due.counted)
        assert sorted(due.counted) == list(due.counted)

    @pytest.mark.parametrize("row", answers("report_by.csv"))
    def test_report_by(self, row):
        """REPORT-1 comes out as by hand, with exactly as many days as it grants."""
        due = clauses.report_by(
            dt.datetime.fromisoformat(row["visit_ended"]),
            calendar=china(),
            working_days=int(row["working_days"]),
            convention=row["convention"],
        )

        assert row["last_day"] == due.last_day.isoformat()
        assert (row["provisional"] == "yes") == due.provisional
        assert int(row["working_days"]) == len(due.counted)
        assert due.last_day == due.counted[-1]

    @pytest.mark.parametrize("row", answers("change_by.csv"))
    def test_change_by(self, row):
        """CHANGE-1 comes out as by hand."""
        due = clauses.change_by(
            dt.date.fromisoformat(row["visit_day"]),
            zone=zoneinfo.ZoneInfo(row["zone"]),
            at=dt.time.fromisoformat(row["time"]),
        )

        assert row["at"] == due.at.isoformat()

    @pytest.mark.parametrize("row", answers("windows.csv"))
    def test_windows(self, row):
        """The clauses of windows come out as by hand, and say which they are."""
        answer = window(
            row["clause"],
            dt.datetime.fromisoformat(row["event"]),
            zoneinfo.ZoneInfo(row["zone"]),
            int(row["number"]),
        )

        assert row["at"] == answer.at.isoformat()
        assert row["clause"] == answer.clause


class TestDeadline:
    """A deadline compares, tells where it comes from, and explains itself."""

    def test_first_instant_too_late(self):
        """The instant itself is too late, a microsecond before it is in time."""
        due = clauses.book_by(SHIP, calendar=china())

        assert not due.allows(due.at)
        assert due.allows(due.at - dt.datetime.resolution)
        assert due.allows((due.at - dt.datetime.resolution).astimezone(SHANGHAI))

    def test_the_last_day_ends_at_midnight_of_the_place(self):
        """The 11th ends in China when UTC has 16:00, for both kinds of counting."""
        booked = clauses.book_by(SHIP, calendar=china())
        reported = clauses.report_by(VISIT, calendar=china())

        assert booked.at.isoformat() == "2026-02-11T16:00:00+00:00"
        assert reported.at.isoformat() == "2026-02-24T16:00:00+00:00"

    def test_opening_is_the_other_way_round(self):
        """An opening allows its own instant and nothing before it."""
        opening = clauses.escalation_opens(VISIT, zone=SHANGHAI)

        assert opening.allows(opening.at)
        assert not opening.allows(opening.at - dt.datetime.resolution)

    def test_midnight_that_does_not_exist(self):
        """Where the ending midnight is skipped, the first instant after it counts."""
        cairo = WorkingCalendar.from_days(
            name="Cairo",
            zone=zoneinfo.ZoneInfo("Africa/Cairo"),
            first=dt.date(2026, 4, 1),
            last=dt.date(2026, 4, 30),
        )
        due = clauses.book_by(dt.date(2026, 4, 24), calendar=cairo, working_days=1)

        assert due.at.isoformat() == "2026-04-23T22:00:00+00:00"

    def test_naive_instants_are_refused(self):
        """A moment without a zone is no answer to any question."""
        due = clauses.book_by(SHIP, calendar=china())

        with pytest.raises(NaiveTimeError):
            due.allows(dt.datetime(2026, 2, 1))  # noqa: DTZ001 - the point
        with pytest.raises(NaiveTimeError):
            clauses.report_by(dt.datetime(2026, 2, 1), calendar=china())  # noqa: DTZ001

    def test_names_its_calendar(self):
        """The calendar's name, version and zone stand on the deadline."""
        due = clauses.book_by(SHIP, calendar=china())

        assert ("CN", china().version, "Asia/Shanghai") == (
            due.calendar,
            due.calendar_version,
            due.zone,
        )

    def test_explains_from_its_own_fields(self):
        """A deadline rebuilt from plain values explains itself word for word."""
        due = clauses.report_by(VISIT, calendar=china())
        rebuilt = Deadline(**attrs.asdict(due, recurse=False))

        assert str(due.explain()) == str(rebuilt.explain())
        assert "Worked weekend: Sat 2026-02-14." in str(due.explain())
        assert "Closed: Sun 2026-02-15 to Mon 2026-02-23." in str(due.explain())

    def test_explains_every_day(self):
        """The days of an explanation run from one end to the other, numbered."""
        days = clauses.book_by(SHIP, calendar=china()).explain().days

        assert dt.date(2026, 2, 11) == days[0].date
        assert days[0].is_last
        assert days[0].number == 7
        assert days[-1].is_event
        assert str(days[3]) == "Sat 2026-02-14  make-up, counted as 4"
        assert str(days[0]) == "Wed 2026-02-11  working, counted as 7, last day"
        assert str(days[-1]) == "Fri 2026-02-27  working, day of the event"
        assert len(days) == 17

    def test_explains_a_reserve(self):
        """A provisional deadline says so in its explanation."""
        due = clauses.book_by(dt.date(2027, 3, 1), calendar=china())

        assert "Provisional" in due.explain().text

    def test_explains_hours_and_wall_times(self):
        """Hours and wall times have words of their own."""
        link = clauses.pay_link_until(VISIT).explain()
        change = clauses.change_by(SHIP, zone=SHANGHAI).explain()

        assert "72 hours after its creation" in link.text
        assert () == link.days
        assert "before 13:00 on Thu 2026-02-26" in change.text
        assert [None, None] == [day.kind for day in change.days]
        assert str(change.days[1]) == "Fri 2026-02-27  day of the event"

    def test_explains_an_opening(self):
        """An opening says from which day on, and why."""
        text = clauses.escalation_opens(VISIT, zone=SHANGHAI).explain().text

        assert "from Tue 2026-02-17 on" in text

    def test_speaks_only_the_languages_it_has(self):
        """A language without a text is refused."""
        with pytest.raises(InputError) as refused:
            clauses.pay_link_until(VISIT).explain("tlh")

        assert refused.value.field == "locale"

    def test_runs_of_separate_closed_days(self):
        """Closed days that do not touch are named one by one."""
        plant = WorkingCalendar.from_days(
            name="plant",
            zone=SHANGHAI,
            first=dt.date(2026, 2, 1),
            last=dt.date(2026, 3, 31),
            closed=[dt.date(2026, 3, 3), dt.date(2026, 3, 5)],
        )
        due = clauses.book_by(dt.date(2026, 3, 6), calendar=plant, working_days=3)

        assert "Closed: Tue 2026-03-03, Thu 2026-03-05." in due.explain().text


class TestBadInput:
    """What can never be right is refused with the name of the argument."""

    @pytest.mark.parametrize("days", [0, -1, True, 7.0, "7", None])
    def test_working_days(self, days):
        """Working days are an integer of at least 1, and a bool is none."""
        with pytest.raises(InputError) as booking:
            clauses.book_by(SHIP, calendar=china(), working_days=days)
        with pytest.raises(InputError) as reporting:
            clauses.report_by(VISIT, calendar=china(), working_days=days)

        assert booking.value.field == "working_days"
        assert reporting.value.field == "working_days"

    @pytest.mark.parametrize("ship", [VISIT, "2026-02-27", None])
    def test_ship_date(self, ship):
        """A ship date is a date, and a datetime is none."""
        with pytest.raises(InputError) as refused:
            clauses.book_by(ship, calendar=china())

        assert refused.value.field == "ship_date"

    def test_convention(self):
        """An unknown convention is refused with the known ones."""
        with pytest.raises(InputError) as refused:
            clauses.book_by(SHIP, calendar=china(), convention="fingers")

        assert refused.value.field == "convention"
        assert "clear-days" in refused.value.remedy

    def test_calendar(self):
        """A calendar's name is no calendar."""
        with pytest.raises(InputError) as refused:
            clauses.book_by(SHIP, calendar="CN")

        assert refused.value.field == "calendar"

    @pytest.mark.parametrize(
        ("clause", "arguments", "field"),
        [
            (clauses.review_until, {"zone": SHANGHAI, "days": 0}, "days"),
            (clauses.review_until, {"zone": SHANGHAI, "days": 10**9}, "days"),
            (clauses.review_until, {"zone": "Asia/Shanghai"}, "zone"),
            (clauses.escalates_at, {"zone": SHANGHAI, "day": 1}, "day"),
            (clauses.escalates_at, {"zone": SHANGHAI, "day": False}, "day"),
            (clauses.escalation_opens, {"zone": SHANGHAI, "day": 0}, "day"),
            (clauses.pay_link_until, {"hours": 0}, "hours"),
            (clauses.pay_link_until, {"hours": 10**12}, "hours"),
        ],
    )
    def test_windows(self, clause, arguments, field):
        """Windows are whole numbers that lead to a date, in a zone."""
        with pytest.raises(InputError) as refused:
            clause(VISIT, **arguments)

        assert field == refused.value.field

    @pytest.mark.parametrize(
        ("day", "arguments", "field"),
        [
            (VISIT, {}, "visit_day"),
            (dt.date.min, {}, "visit_day"),
            (SHIP, {"zone": "Asia/Shanghai"}, "zone"),
            (SHIP, {"at": "13:00"}, "at"),
            (SHIP, {"at": dt.time(13, tzinfo=dt.UTC)}, "at"),
        ],
    )
    def test_change_by(self, day, arguments, field):
        """A cut-off is a plain time on the clocks of a zone, before a day."""
        with pytest.raises(InputError) as refused:
            clauses.change_by(day, **{"zone": SHANGHAI, **arguments})

        assert field == refused.value.field

    def test_instants_at_the_end_of_time(self):
        """An instant without a local date is refused, not an overflow."""
        last = dt.datetime.max.replace(tzinfo=dt.UTC)

        with pytest.raises(InputError):
            clauses.report_by(last, calendar=china())


class TestHorizon:
    """Whether days nobody announced matter is decided by the days that are read."""

    def test_strict_calendar_raises(self):
        """The same questions that were provisional are errors by default."""
        strict = working_calendar("CN")

        with pytest.raises(CalendarHorizonError):
            clauses.book_by(dt.date(2026, 12, 30), calendar=strict)
        with pytest.raises(CalendarHorizonError):
            clauses.book_by(
                dt.date(2026, 12, 29), calendar=strict, convention="inclusive"
            )
        with pytest.raises(CalendarHorizonError):
            clauses.report_by(
                dt.datetime(2026, 12, 28, tzinfo=SHANGHAI), calendar=strict
            )
        assert not clauses.book_by(dt.date(2026, 12, 29), calendar=strict).provisional

    def test_clear_day_before_the_first_announced_day(self):
        """Under clear days the last day itself is read, also if it is not counted."""
        wednesday = dt.date(2026, 3, 4)
        plant = WorkingCalendar.from_days(
            name="plant",
            zone=SHANGHAI,
            first=dt.date(2026, 3, 1),
            last=dt.date(2026, 3, 31),
            official_from=wednesday,
            beyond_horizon="provisional",
        )
        thursday = dt.date(2026, 3, 5)
        whole = clauses.book_by(thursday, calendar=plant, working_days=1)
        clear = clauses.book_by(
            thursday, calendar=plant, working_days=1, convention="clear-days"
        )

        assert not whole.provisional
        assert clear.provisional
