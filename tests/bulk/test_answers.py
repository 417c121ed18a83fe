"""The answers that were worked out by hand, a whole table at a time."""

from __future__ import annotations

import csv
import datetime as dt
import pathlib
import zoneinfo

import numpy as np
import pytest

from pmkit import bulk
from pmkit.core.clauses.agency import six_day_week
from pmkit.facts.calendars import working_calendar

_ANSWERS = pathlib.Path(__file__).parents[1] / "answers"
_WINDOWS = {
    "REVIEW-1": (bulk.review_until, "days"),
    "REVISE-1": (bulk.revise_review_until, "days"),
    "CASE-1": (bulk.answer_by, "days"),
    "CASE-2": (bulk.escalates_at, "day"),
    "CASE-3": (bulk.escalation_opens, "day"),
}


def answers(name, *only):
    """Read the answers of some clauses, with their mistakes as test ids."""
    lines = (_ANSWERS / name).read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [
        pytest.param(row, id=row["kills"])
        for row in rows
        if not only or row["clause"] in only
    ]


def china(kind="factory"):
    """Give China's calendar, provisional beyond its horizon."""
    return working_calendar("CN", kind=kind, beyond_horizon="provisional")


def instants(text):
    """Make an array of one instant, the same one twice."""
    moment = dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)
    return np.array([moment, moment], dtype="datetime64[us]")


def starts(text):
    """Make an array of what a visit starts at, an instant or a date, twice."""
    if "T" in text:
        return instants(text)
    return np.array([text, text], dtype="datetime64[D]")


def written(array):
    """Write each element of an array of instants with its zone."""
    return [x.replace(tzinfo=dt.UTC).isoformat() for x in array.tolist()]


class TestByHand:
    """Every clause gives the answers that were worked out by hand."""

    @pytest.mark.parametrize("row", answers("book_by.csv"))
    def test_book_by(self, row):
        """BOOK-1 comes out as by hand."""
        due = bulk.book_by(
            np.array([row["ship_date"]], dtype="datetime64[D]"),
            calendar=china(row["kind"]),
            working_days=int(row["working_days"]),
            convention=row["convention"],
        )

        assert [dt.date.fromisoformat(row["last_day"])] == due.last_day.tolist()
        assert [row["provisional"] == "yes"] == due.provisional.tolist()

    @pytest.mark.parametrize("row", answers("report_by.csv"))
    def test_report_by(self, row):
        """REPORT-1 comes out as by hand."""
        due = bulk.report_by(
            instants(row["visit_ended"]),
            calendar=china(),
            working_days=int(row["working_days"]),
            convention=row["convention"],
        )

        assert [dt.date.fromisoformat(row["last_day"])] * 2 == due.last_day.tolist()
        assert [row["provisional"] == "yes"] * 2 == due.provisional.tolist()

    @pytest.mark.parametrize("row", answers("change_by.csv"))
    def test_change_by(self, row):
        """CHANGE-1 comes out as by hand."""
        due = bulk.change_by(
            np.array([row["visit_day"]], dtype="datetime64[D]"),
            zone=zoneinfo.ZoneInfo(row["zone"]),
            at=dt.time.fromisoformat(row["time"]),
        )

        assert [row["at"]] == written(due.at)

    @pytest.mark.parametrize("row", answers("windows.csv", *_WINDOWS))
    def test_windows(self, row):
        """The windows of calendar days come out as by hand."""
        clause, name = _WINDOWS[row["clause"]]
        zone = zoneinfo.ZoneInfo(row["zone"])
        due = clause(instants(row["event"]), zone=zone, **{name: int(row["number"])})

        assert [row["at"]] * 2 == written(due.at)

    @pytest.mark.parametrize("row", answers("windows.csv", "LINK-1"))
    def test_pay_link_until(self, row):
        """LINK-1 comes out as by hand."""
        due = bulk.pay_link_until(instants(row["event"]), hours=int(row["number"]))

        assert [row["at"]] * 2 == written(due.at)

    @pytest.mark.parametrize("row", answers("windows.csv", "REFUND-1"))
    def test_refund_expected_by(self, row):
        """REFUND-1 comes out as by hand."""
        due = bulk.refund_expected_by(
            instants(row["event"]),
            calendar=china("bank"),
            working_days=int(row["number"]),
        )

        assert [row["at"]] * 2 == written(due.at)

    @pytest.mark.parametrize("row", answers("agencies.csv", "CHANGE-2"))
    def test_change_by_full_days(self, row):
        """CHANGE-2 comes out as by hand."""
        country = working_calendar(row["country"], beyond_horizon="provisional")
        due = bulk.change_by_full_days(
            np.array([row["visit"]] * 2, dtype="datetime64[D]"),
            calendar=six_day_week(country),
            zone=zoneinfo.ZoneInfo(row["zone"]),
            full_days=int(row["number"]),
        )

        assert [row["at"]] * 2 == written(due.at)
        assert [row["provisional"] == "yes"] * 2 == due.provisional.tolist()

    @pytest.mark.parametrize("row", answers("agencies.csv", "CHANGE-3"))
    def test_change_by_hours(self, row):
        """CHANGE-3 comes out as by hand, from instants and from dates."""
        due = bulk.change_by_hours(
            starts(row["visit"]),
            zone=zoneinfo.ZoneInfo(row["zone"]),
            hours=int(row["number"]),
        )

        assert [row["at"]] * 2 == written(due.at)

    @pytest.mark.parametrize("row", answers("appointments.csv", "APPOINT-1"))
    def test_visit_date_by(self, row):
        """APPOINT-1 comes out as by hand."""
        due = bulk.visit_date_by(
            instants(row["event"]), calendar=china(), working_days=int(row["number"])
        )

        assert [row["answer"]] * 2 == written(due.at)

    @pytest.mark.parametrize("row", answers("appointments.csv", "APPOINT-2"))
    def test_appointment_by(self, row):
        """APPOINT-2 comes out as by hand."""
        due = bulk.appointment_by(
            np.array([row["event"]], dtype="datetime64[D]"),
            calendar=china(),
            at=dt.time(int(row["number"])),
        )

        assert [row["answer"]] == written(due.at)

    @pytest.mark.parametrize("row", answers("appointments.csv", "SHIP-1"))
    def test_ship_day_after(self, row):
        """SHIP-1 comes out as by hand."""
        ships = bulk.ship_day_after(
            instants(row["event"]),
            days=int(row["number"]),
            zone=zoneinfo.ZoneInfo(row["zone"]),
        )

        assert [dt.date.fromisoformat(row["answer"])] * 2 == ships.tolist()
