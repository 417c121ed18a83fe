"""
Explanations of drawn deadlines: text, days, table and picture tell the same.
"""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET

from hypothesis import given, strategies as st

from pmkit.core.clauses import book_by, pay_link_until, report_by
from pmkit.core.deadlines import CountingConvention
from pmkit.core.explain.table import display_width, wrapped
from pmkit.core.explain.words import LOCALES
from pmkit.testing.calendars import working_calendars
from pmkit.testing.strategies import moments

SVG = "{http://www.w3.org/2000/svg}"
#: How a text names the number of working days.
NUMBER = {
    "en": re.compile(r"That is ([0-9]+) working days? "),
    "zh-Hans": re.compile(r"数([0-9]+)个工作日"),
}
locales = st.sampled_from(LOCALES)
grants = st.integers(1, 12)
conventions = st.sampled_from(CountingConvention)
ships = st.dates(dt.date(2026, 2, 1), dt.date(2026, 12, 1))
visits = moments(
    first=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    last=dt.datetime(2026, 11, 30, tzinfo=dt.UTC),
)


@st.composite
def deadlines(draw):
    """Draw a deadline on a calendar, before or after its event."""
    options = {
        "calendar": draw(working_calendars()),
        "working_days": draw(grants),
        "convention": draw(conventions),
    }
    if draw(st.booleans()):
        return book_by(draw(ships), **options)
    return report_by(draw(visits), **options)


def marked(picture, name):
    """Name the days of the picture that have a class."""
    groups = ET.fromstring(picture).iter(f"{SVG}g")  # noqa: S314 - our own text
    return {
        dt.date.fromisoformat(group.get("data-date"))
        for group in groups
        if group.get("data-date") and name in group.get("class").split()
    }


class TestAgreement:
    """What is told in several ways is told alike."""

    @given(deadlines(), locales)
    def test_text_names_the_number_of_counted_days(self, due, locale):
        """The number in the text is that of the counted days."""
        told = NUMBER[locale].search(due.explain(locale).text)

        assert len(due.counted) == int(told[1])

    @given(deadlines(), locales)
    def test_text_names_its_clause_and_provisional_state(self, due, locale):
        """The clause is in the text, and the reserve if and only if there is one."""
        text = due.explain(locale).text
        reserve = {"en": "Provisional", "zh-Hans": "暂定"}[locale]

        assert due.clause in text
        assert due.provisional == (reserve in text)

    @given(deadlines(), locales)
    def test_numbers_run_from_the_event(self, due, locale):
        """The counted days have the numbers 1 to n, the nearest to the event first."""
        days = due.explain(locale).days
        numbers = {day.date: day.number for day in days if day.counted}
        by_distance = sorted(numbers, key=lambda day: abs(day - due.event_day))

        assert set(due.counted) == set(numbers)
        assert list(range(1, len(numbers) + 1)) == [numbers[day] for day in by_distance]

    @given(deadlines(), locales)
    def test_table_has_a_row_for_each_day(self, due, locale):
        """Below its two lines of heading the table has one row per day."""
        reason = due.explain(locale)

        assert 2 + len(reason.days) == len(reason.table().splitlines())

    @given(deadlines(), locales)
    def test_table_is_aligned(self, due, locale):
        """No row is wider than the rule below the heading."""
        lines = due.explain(locale).table().splitlines()

        assert max(map(display_width, lines)) <= display_width(lines[1])

    @given(deadlines(), locales)
    def test_picture_marks_the_same_days(self, due, locale):
        """Counted, event and last day of the picture are those of the deadline."""
        picture = due.explain(locale).svg()

        assert set(due.counted) == marked(picture, "counted")
        assert {due.last_day} == marked(picture, "last-day")
        assert {due.event_day} == marked(picture, "event")

    @given(visits, st.integers(1, 500), locales)
    def test_hours_mark_their_last_day(self, created, hours, locale):
        """A deadline of hours marks its last day, and no day as counted."""
        due = pay_link_until(created, hours=hours)
        picture = due.explain(locale).svg()

        assert {due.last_day} == marked(picture, "last-day")
        assert set() == marked(picture, "counted")


class TestWrapping:
    """Wrapping loses nothing."""

    @given(st.text(alphabet="ab 1年月日（）。，周五", max_size=60), st.integers(1, 30))
    def test_keeps_every_letter(self, text, width):
        """The lines hold the letters of the text in their order."""
        assert "".join(text.split()) == "".join("".join(wrapped(text, width)).split())
