"""``pmkit deadline``: last days on the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pmkit.cli.deadline import deadline
from pmkit.core.errors import (
    CalendarHorizonError,
    InputError,
    NaiveTimeError,
    UnknownCalendarError,
)


def run(line):
    """Run one command."""
    return CliRunner().invoke(deadline, line.split())


def test_book_as_json():
    """--json prints the attributes of the deadline, its convention among them."""
    result = run("book --ship-date 2026-02-27 --json")
    answer = json.loads(result.stdout)

    assert 0 == result.exit_code
    assert "2026-02-11" == answer["last_day"]
    assert "2026-02-11T16:00:00+00:00" == answer["at"]
    assert "2026-02-12T00:00:00+08:00" == answer["at_local"]
    assert ["BOOK-1", "exclude-event-day", "CN", False] == [
        answer[name] for name in ("clause", "convention", "calendar", "provisional")
    ]
    assert ["2026-02-11", "2026-02-12", "2026-02-13", "2026-02-14"] == answer[
        "counted"
    ][:4]
    assert 7 == len(answer["counted"])


@pytest.mark.parametrize(
    ("options", "last_day"),
    [
        ("--convention clear-days", "2026-02-10"),
        ("--convention inclusive", "2026-02-12"),
        ("--working-days 1", "2026-02-26"),
        ("--kind bank", "2026-02-10"),
        ("--calendar DE-BY", "2026-02-18"),
        ("--calendar US --zone America/New_York", "2026-02-18"),
    ],
)
def test_book_with_options(options, last_day):
    """Convention, number of days and calendar are options."""
    answer = json.loads(run(f"book --ship-date 2026-02-27 {options} --json").stdout)

    assert last_day == answer["last_day"]


def test_report_as_json():
    """A report has two deadlines: expected after one, late after two working days."""
    result = run("report --visit-ended 2026-02-13T17:30+08:00 --json")
    answer = json.loads(result.stdout)

    assert ["expected", "late"] == list(answer)
    assert "2026-02-14" == answer["expected"]["last_day"]
    assert "2026-02-24" == answer["late"]["last_day"]
    assert "REPORT-1" == answer["late"]["clause"]


def test_provisional():
    """An unannounced year is an error, or a provisional answer if asked for."""
    line = "book --ship-date 2027-02-27 --json"

    assert isinstance(run(line).exception, CalendarHorizonError)
    assert json.loads(run(f"{line} --provisional").stdout)["provisional"]


def test_readable_text():
    """Without --json it answers first, then explains, then draws the months."""
    shown = run("book --ship-date 2026-02-27").stdout

    assert shown.startswith("Last day to book and pay: Wed 2026-02-11\n")
    assert "Worked weekend" in shown
    assert "February 2026" in shown
    assert "9 10 11! 12* 13* 14# 15x" in " ".join(shown.split())
    assert "27@" in shown


def test_readable_report():
    """The text of a report names both days; a provisional one says so."""
    shown = run("report --visit-ended 2026-12-30T17:30+08:00 --provisional").stdout

    assert "Report expected on: Thu 2026-12-31  (provisional)" in shown
    assert "Report late after: Mon 2027-01-04  (provisional)" in shown
    assert "January 2027" in shown


@pytest.mark.parametrize(
    ("line", "error", "field"),
    [
        ("book --ship-date 2026-02-30", InputError, "ship_date"),
        ("book --ship-date 27.2.2026", InputError, "ship_date"),
        ("book --ship-date 2026-02-27 --working-days 0", InputError, "working_days"),
        ("book --ship-date 2026-02-27 --working-days x", InputError, "working_days"),
        ("book --ship-date 2026-02-27 --convention x", InputError, "convention"),
        ("book --ship-date 2026-02-27 --kind shop", InputError, "kind"),
        ("book --ship-date 2026-02-27 --calendar XX", UnknownCalendarError, "country"),
        ("book --ship-date 2200-01-01", CalendarHorizonError, "day"),
        ("report --visit-ended 2026-02-13T17:30", NaiveTimeError, "visit_ended"),
        ("report --visit-ended yesterday", InputError, "visit_ended"),
    ],
)
def test_bad_input(line, error, field):
    """What is wrong is named."""
    result = run(line)

    assert isinstance(result.exception, error)
    assert field == result.exception.field
