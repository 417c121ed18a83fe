"""What an explanation is made of."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from pmkit.core import clauses
from pmkit.core.days import DayKind
from pmkit.core.explain import DayRole, ExplainedDay
from pmkit.facts.calendars import working_calendar

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
MOMENT = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")


def a_day(**fields):
    """Build a day of an explanation."""
    given = {
        "date": dt.date(2026, 2, 14),
        "kind": None,
        "number": None,
        "is_event": False,
        "is_last": False,
    }
    return ExplainedDay(**given | fields)


class TestExplainedDay:
    """A day says what it is."""

    @pytest.mark.parametrize(
        ("fields", "role"),
        [
            ({}, None),
            ({"is_event": True}, DayRole.EVENT),
            ({"is_last": True}, DayRole.LAST),
            ({"is_first": True}, DayRole.FIRST),
            ({"is_event": True, "is_last": True}, DayRole.LAST),
        ],
    )
    def test_role(self, fields, role):
        """The end of the period matters more than its event."""
        assert role == a_day(**fields).role

    def test_weekday_and_counted(self):
        """Its day of the week and whether it counts can be read from it."""
        assert a_day().weekday == 5
        assert not a_day().counted
        assert a_day(number=1).counted

    def test_as_text(self):
        """As text it is a line of English."""
        last = a_day(kind=DayKind.MAKE_UP, number=4, is_last=True, is_event=True)

        assert str(last) == (
            "Sat 2026-02-14  make-up, counted as 4, day of the event, last day"
        )
        assert str(a_day(is_first=True)) == "Sat 2026-02-14  first day"


class TestDays:
    """The days of an explanation run from one end to the other."""

    def test_of_an_opening(self):
        """An opening counts from the day after its event to its first day."""
        days = clauses.escalation_opens(MOMENT, zone=SHANGHAI).explain().days

        assert [None, 1, 2, 3, 4] == [day.number for day in days]
        assert DayRole.EVENT == days[0].role
        assert DayRole.FIRST == days[-1].role
        assert dt.date(2026, 2, 17) == days[-1].date

    def test_of_a_deadline_on_the_day_of_its_event(self):
        """One day can be event, counted and last at once."""
        china = working_calendar("CN")
        due = clauses.report_by(
            MOMENT, calendar=china, working_days=1, convention="inclusive"
        )
        (day,) = due.explain().days

        assert (DayRole.EVENT, DayRole.LAST) == day.roles
        assert day.number == 1
