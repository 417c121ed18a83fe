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


class TestFiles:
    """A calendar in a file, wherever a calendar is named."""

    def test_saves_and_shows(self, tmp_path):
        """A saved calendar shows the same year, with the same version."""
        saved = tmp_path / "pinned.json"
        assert 0 == run(f"CN --save {saved}").exit_code

        from_file = json.loads(run(f"{saved} --year 2026 --json").stdout)
        assert json.loads(run("CN --year 2026 --json").stdout) == from_file

    def test_options_may_come_first(self):
        """The country is found behind the options, too."""
        assert 0 == run("--year 2026 CN --json").exit_code

    def test_never_overwrites(self, tmp_path):
        """A file that is there already is kept."""
        saved = tmp_path / "pinned.json"
        saved.write_text("mine")
        refused = run(f"CN --save {saved}").exception

        assert isinstance(refused, InputError)
        assert "already" in str(refused)
        assert "mine" == saved.read_text()

    @pytest.mark.parametrize(
        ("line", "field"),
        [
            ("CN", "year"),
            ("CN --save no/such/folder/x.json", "save"),
            ("CN --save bad\0name", "save"),
            ("no-such.json --year 2026", "calendar"),
            ("bad\0name.json --year 2026", "calendar"),
            ("./CN --year 2026", "calendar"),
            ("x.json --zone Asia/Shanghai --year 2026", "zone"),
            ("x.json --kind bank --year 2026", "kind"),
        ],
    )
    def test_bad_input(self, line, field):
        """Each refusal names the option that is wrong."""
        refused = run(line).exception

        assert isinstance(refused, InputError)
        assert field == refused.field


class TestDiff:
    """Two calendars side by side."""

    def test_equal(self):
        """Nothing differs: exit code 0."""
        result = run("diff CN CN --from 2026-01-01 --until 2026-12-31")

        assert 0 == result.exit_code
        assert "No day differs, 2026-01-01 to 2026-12-31." in result.stdout

    def test_bank_kind_of_a_saved_factory(self, tmp_path):
        """A bank works no make-up weekend: six days of 2026 differ, exit code 1."""
        saved = tmp_path / "bank.json"
        run(f"CN --kind bank --save {saved}")
        line = f"diff CN {saved} --from 2026-01-01 --until 2026-12-31"
        result = run(f"{line} --json")
        answer = json.loads(result.stdout)

        assert 1 == result.exit_code
        assert [
            "2026-01-04",
            "2026-02-14",
            "2026-02-28",
            "2026-05-09",
            "2026-09-20",
            "2026-10-10",
        ] == [row["day"] for row in answer["days"]]
        assert {
            "day": "2026-01-04",
            "a": "make-up",
            "b": "weekend",
            "a_official": True,
            "b_official": True,
            "work_differs": True,
        } == answer["days"][0]
        assert "CN bank" == answer["b"]["calendar"]
        shown = run(line)
        assert "Sat 2026-02-14  make-up   weekend\n" in shown.stdout
        assert "6 days differ, 2026-01-01 to 2026-12-31.\n" in shown.stdout

    def test_unannounced(self):
        """A day that nobody has announced yet has a mark."""
        shown = run("diff CN VN --from 2027-02-01 --until 2027-02-08").stdout

        assert "Thu 2027-02-04  working?  holiday?\n" in shown
        assert "1 day differs, 2027-02-01 to 2027-02-08.\n? not announced\n" in shown

    def test_in_name_only(self, tmp_path):
        """A Sunday that one calls a holiday is worked in neither."""
        week = {
            "format": "pmkit-calendar/1",
            "name": "week",
            "zone": "Asia/Shanghai",
            "weekend": ["sunday"],
            "first": "2026-03-01",
            "last": "2026-03-31",
        }
        plain, named = tmp_path / "plain.json", tmp_path / "named.json"
        plain.write_text(json.dumps(week))
        named.write_text(json.dumps({**week, "closed": ["2026-03-08"]}))
        result = run(f"diff {plain} {named}")

        assert 1 == result.exit_code
        assert (
            "Sun 2026-03-08  weekend   holiday    (in name only)\n"
            "1 day differs, 2026-03-01 to 2026-03-31.\n"
        ) in result.stdout

    def test_no_days(self):
        """Days that end before they begin are refused."""
        refused = run("diff CN VN --from 2026-02-01 --until 2026-01-01").exception

        assert isinstance(refused, InputError)
        assert "from" == refused.field
