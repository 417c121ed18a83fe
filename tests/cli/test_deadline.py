"""``pmkit deadline``: last days on the command line."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from click.testing import CliRunner

from pmkit.cli.deadline import deadline
from pmkit.core.clauses import book_by
from pmkit.core.errors import (
    CalendarHorizonError,
    InputError,
    NaiveTimeError,
    UnknownCalendarError,
)
from pmkit.core.explain.words import LOCALES
from pmkit.facts.calendars import working_calendar


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


class TestExplaining:
    """--explain, --locale and --svg say why, in a language, and as a picture."""

    def test_days_below_the_text(self):
        """--explain lists the period day by day between the text and the months."""
        shown = run("book --ship-date 2026-02-27 --explain").stdout

        assert "2026-02-14  Sat  worked weekend        4\n" in shown
        assert "2026-02-27  Fri  working day              event day\n" in shown
        assert shown.index("Book and pay by") < shown.index("2026-02-14  Sat")
        assert shown.index("2026-02-14  Sat") < shown.index("February 2026")

    def test_without_it_there_is_no_list(self):
        """The text alone is the default."""
        assert (
            "worked weekend        4" not in run("book --ship-date 2026-02-27").stdout
        )

    def test_both_deadlines_of_a_report(self):
        """A report lists the days of both its deadlines."""
        line = "report --visit-ended 2026-02-13T17:30+08:00 --explain"
        shown = run(line).stdout

        assert "2026-02-14  Sat  worked weekend        1  last day\n" in shown
        assert "2026-02-24  Tue  working day           2  last day\n" in shown

    def test_in_chinese(self):
        """--locale changes the heading, the text, the months and the signs."""
        shown = run("book --ship-date 2026-02-27 --locale zh-Hans").stdout

        assert shown.startswith("预订并付款的最后一天：2026年2月11日（周三）\n")
        assert "发货日期当天不计入" in shown.replace("\n", "")
        assert "2026年2月" in [line.strip() for line in shown.splitlines()]
        assert "一  二  三  四  五  六  日" in shown
        assert "! 最后一天   * 计入" in shown

    def test_report_in_chinese(self):
        """Both headings of a report, and that it is provisional, are Chinese."""
        line = "report --visit-ended 2026-12-30T17:30+08:00 --provisional"
        shown = run(f"{line} --locale zh-Hans").stdout

        assert "检查报告预计提交日：2026年12月31日（周四）  （暂定）" in shown
        assert "检查报告逾期前的最后一天：2027年1月4日（周一）  （暂定）" in shown

    @pytest.mark.parametrize("locale", LOCALES)
    @pytest.mark.parametrize(
        "line",
        ["book --ship-date 2026-02-27", "report --visit-ended 2026-02-13T17:30+08:00"],
    )
    def test_every_language(self, line, locale):
        """Each language that explains a deadline is one of the commands too."""
        assert run(f"{line} --locale {locale}").exit_code == 0

    def test_days_as_json(self):
        """--explain --json adds the days; without it the keys are the known ones."""
        line = "book --ship-date 2026-02-27 --json"
        plain, full = (
            json.loads(run(line).stdout),
            json.loads(run(f"{line} --explain").stdout),
        )

        assert {"days"} == set(full) - set(plain)
        assert len(full["days"]) == 17
        assert full["days"][3] == {
            "date": "2026-02-14",
            "weekday": 5,
            "kind": "make-up",
            "counted": 4,
            "role": None,
        }
        assert full["days"][0]["role"] == "last-day"

    def test_chinese_json(self):
        """--locale changes the explanation and no other value."""
        line = "book --ship-date 2026-02-27 --json"
        english = json.loads(run(line).stdout)
        chinese = json.loads(run(f"{line} --locale zh-Hans").stdout)

        assert chinese.pop("explanation").startswith("预订服务并完成付款的最后一天")
        del english["explanation"]
        assert english == chinese

    def test_picture(self, tmp_path):
        """--svg writes the picture, over an older one, beside the usual output."""
        file = tmp_path / "why.svg"
        file.write_text("old", encoding="utf-8")
        line = "book --ship-date 2026-02-27"
        result = run(f"{line} --locale zh-Hans --svg {file}")
        due = book_by(dt.date(2026, 2, 27), calendar=working_calendar("CN"))

        assert run(f"{line} --locale zh-Hans").stdout == result.stdout
        assert due.explain("zh-Hans").svg() == file.read_text(encoding="utf-8")

    def test_picture_of_a_report(self, tmp_path):
        """A report is drawn up to the day after which it is late."""
        file = tmp_path / "why.svg"
        run(f"report --visit-ended 2026-02-13T17:30+08:00 --json --svg {file}")

        assert "REPORT-1 · Upload the report · Tue 2026-02-24" in file.read_text(
            encoding="utf-8"
        )

    @pytest.mark.parametrize("name", ["", "missing/why.svg", "a\0b"])
    def test_picture_that_cannot_be_written(self, tmp_path, name):
        """A file that cannot be written is one line that names the option."""
        arguments = ["book", "--ship-date", "2026-02-27", "--svg", f"{tmp_path}/{name}"]
        result = CliRunner().invoke(deadline, arguments)

        assert isinstance(result.exception, InputError)
        assert result.exception.field == "svg"
        assert "" == result.stdout

    def test_unknown_language_draws_nothing(self, tmp_path):
        """In a language without words nothing is printed or written."""
        file = tmp_path / "why.svg"
        result = run(f"book --ship-date 2026-02-27 --locale de --svg {file}")

        assert isinstance(result.exception, InputError)
        assert result.exception.field == "locale"
        assert not file.exists()
