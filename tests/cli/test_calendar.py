"""``pmkit calendar``: a year on the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from pmkit.cli.calendar import calendar
from pmkit.core.errors import CalendarHorizonError, InputError


def run(line):
    """Run the command."""
    return CliRunner().invoke(calendar, line.split())


def test_json():
    """--json lists the closed days, the worked weekends and what is not announced."""
    answer = json.loads(run("CN --year 2026 --json").stdout)

    assert [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ] == answer["worked"]
    assert 33 == len(answer["closed"])
    assert 248 == answer["working_days"]
    assert "2026-12-28" == answer["official_until"]
    assert ["2026-12-29", "2026-12-30", "2026-12-31"] == answer["not_announced"]
    assert not answer["provisional"]


def test_months():
    """Without --json it draws twelve months with their signs."""
    shown = run("CN --year 2026").stdout

    assert shown.startswith("CN 2026, Asia/Shanghai")
    assert "December 2026" in shown
    assert "14+" in shown
    assert "15x" in shown
    assert "29?" in shown


def test_provisional_year():
    """A year that nobody announced is shown only on request, and says so."""
    assert isinstance(run("CN --year 2027").exception, CalendarHorizonError)

    answer = json.loads(run("CN --year 2027 --provisional --json").stdout)
    assert answer["provisional"]
    assert 365 == len(answer["not_announced"])


@pytest.mark.parametrize(
    ("year", "error"),
    [("1800", CalendarHorizonError), ("9999", CalendarHorizonError), ("x", InputError)],
)
def test_year_out_of_range(year, error):
    """A year outside the tables is refused, provisional or not."""
    for option in ("", " --provisional"):
        result = run(f"CN --year {year}{option}")

        assert isinstance(result.exception, error)
        assert "year" == result.exception.field
