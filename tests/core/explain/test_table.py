"""Plain text in columns, also for letters that take two places."""

from __future__ import annotations

import datetime as dt
import textwrap
import zoneinfo

import pytest

from pmkit.core import clauses
from pmkit.core.explain.table import display_width, wrapped
from pmkit.facts.calendars import working_calendar

SHIP = dt.date(2026, 3, 2)
MOMENT = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")


def lines_of(text):
    """Take the indentation off a table."""
    return textwrap.dedent(text).strip("\n")


class TestTable:
    """A table has one line per day below its heading."""

    def test_in_english(self):
        """Numbers stand to the right, no line ends in spaces."""
        due = clauses.book_by(SHIP, calendar=working_calendar("CN"), working_days=2)

        assert due.explain().table() == lines_of("""
            date        day  calendar        counted  note
            ----------  ---  --------------  -------  ---------
            2026-02-27  Fri  working day           2  last day
            2026-02-28  Sat  worked weekend        1
            2026-03-01  Sun  weekend
            2026-03-02  Mon  working day              event day
        """)

    def test_in_chinese(self):
        """Columns are aligned for letters that take two places."""
        due = clauses.book_by(SHIP, calendar=working_calendar("CN"), working_days=2)

        assert due.explain("zh-Hans").table() == lines_of("""
            日期           星期  类型      计数  说明
            -------------  ----  --------  ----  --------
            2026年2月27日  周五  工作日       2  最后一天
            2026年2月28日  周六  调休上班     1
            2026年3月1日   周日  周末
            2026年3月2日   周一  工作日          起算日
        """)

    def test_without_a_calendar(self):
        """Where no calendar is read there is no column for it."""
        zone = zoneinfo.ZoneInfo("Asia/Shanghai")

        assert clauses.change_by(SHIP, zone=zone).explain().table() == lines_of("""
            date        day  counted  note
            ----------  ---  -------  ---------
            2026-03-01  Sun        1  last day
            2026-03-02  Mon           event day
        """)

    def test_of_hours(self):
        """Where hours are counted the two moments stand in the table."""
        assert clauses.pay_link_until(MOMENT).explain().table() == lines_of("""
            moment                       what
            ---------------------------  ------------------------------
            09:30 on Fri 2026-02-13 UTC  event: its creation
            09:30 on Mon 2026-02-16 UTC  first instant that is too late
        """)

    def test_of_two_roles(self):
        """A day that is event and last day says both."""
        due = clauses.report_by(
            MOMENT,
            calendar=working_calendar("CN"),
            working_days=1,
            convention="inclusive",
        )

        assert due.explain().table().endswith("1  event day, last day")


class TestWidth:
    """Letters have a width."""

    @pytest.mark.parametrize(
        ("text", "width"), [("", 0), ("Fri", 3), ("周五", 4), ("（", 2), ("é", 1)]
    )
    def test_display_width(self, text, width):
        """Chinese letters and marks take two places, others one."""
        assert width == display_width(text)


class TestWrapped:
    """Text is broken where people break it."""

    @pytest.mark.parametrize(
        ("text", "width", "lines"),
        [
            ("", 5, []),
            ("   ", 5, []),
            ("one two", 7, ["one two"]),
            ("one two", 6, ["one", "two"]),
            (" one  two", 4, ["one", "two"]),
            ("unbreakable", 4, ["unbreakable"]),
            ("一二三四", 4, ["一二", "三四"]),
            ("一二。三", 4, ["一", "二。", "三"]),
            ("一（二）三", 6, ["一", "（二）", "三"]),
            ("在2026年2月1日（周日）前", 14, ["在", "2026年2月1日（周日）", "前"]),
            ("时间，UTC）起", 8, ["时间，", "UTC）起"]),
        ],
    )
    def test_lines(self, text, width, lines):
        """Dates and words stay whole, marks stay with what they belong to."""
        assert lines == list(wrapped(text, width))
