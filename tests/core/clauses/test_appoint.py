"""
The appointment and the ship date: what they come out as, by hand, and what is refused.
"""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import zoneinfo

import pytest

from pmkit.core import clauses
from pmkit.core.errors import CalendarHorizonError, InputError, NaiveTimeError
from pmkit.facts.calendars import working_calendar

_ANSWERS = pathlib.Path(__file__).parents[2] / "answers" / "appointments.csv"
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
CHINA = working_calendar("CN")
PAID = dt.datetime.fromisoformat("2026-03-02T09:00+08:00")


def answers():
    """Read the answers, with their mistakes as test ids."""
    lines = _ANSWERS.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [pytest.param(row, id=row["kills"]) for row in rows]


def answer(clause, event, zone, number):
    """Ask the clause of this id; give a date or an instant as text."""
    if clause == "APPOINT-2":
        day, time = dt.date.fromisoformat(event), dt.time(number)
        due = clauses.appointment_by(day, calendar=CHINA, at=time)
    else:
        moment = dt.datetime.fromisoformat(event)
        if clause == "SHIP-1":
            return clauses.ship_day_after(moment, days=number, zone=zone).isoformat()
        due = clauses.visit_date_by(moment, calendar=CHINA, working_days=number)
    return due.at.isoformat() if due.clause == clause else due.clause


@pytest.mark.parametrize("row", answers())
def test_answers_by_hand(row):
    """APPOINT-1, APPOINT-2 and SHIP-1 come out as by hand."""
    given = (row["event"], zoneinfo.ZoneInfo(row["zone"]), int(row["number"]))

    assert row["answer"] == answer(row["clause"], *given)


class TestBadInput:
    """What can never be right is refused with the name of the argument."""

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"days": 0}, "days"),
            ({"days": True}, "days"),
            ({"days": 10**9}, "days"),
            ({"zone": "Asia/Shanghai"}, "zone"),
            ({"received_at": dt.date(2026, 3, 2)}, "received_at"),
        ],
    )
    def test_ship_day_after(self, arguments, field):
        """A ship date is a whole number of days after an instant, at a place."""
        with pytest.raises(InputError) as refused:
            clauses.ship_day_after(
                **{"received_at": PAID, "days": 30, "zone": SHANGHAI} | arguments
            )

        assert field == refused.value.field

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [
            ({"visit_day": PAID}, "visit_day"),
            ({"at": 12}, "at"),
            ({"at": dt.time(12, tzinfo=dt.UTC)}, "at"),
            ({"calendar": "CN"}, "calendar"),
        ],
    )
    def test_appointment_by(self, arguments, field):
        """A form is due at a plain time before a date, on a calendar."""
        with pytest.raises(InputError) as refused:
            clauses.appointment_by(
                **{"visit_day": PAID.date(), "calendar": CHINA} | arguments
            )

        assert field == refused.value.field

    def test_visit_date_by(self):
        """An order for a visit has a zone, and the days are at least one."""
        with pytest.raises(NaiveTimeError):
            clauses.visit_date_by(PAID.replace(tzinfo=None), calendar=CHINA)
        with pytest.raises(InputError) as refused:
            clauses.visit_date_by(PAID, calendar=CHINA, working_days=0)

        assert refused.value.field == "working_days"

    def test_horizon(self):
        """No form is due on a day that nobody has announced."""
        with pytest.raises(CalendarHorizonError):
            clauses.appointment_by(dt.date(2027, 3, 1), calendar=CHINA)
