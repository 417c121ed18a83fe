"""The picture of an explanation, read back as XML."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
import zoneinfo

import attrs
import pytest

from pmkit.core import clauses
from pmkit.core.explain.words import LOCALES
from pmkit.facts.calendars import working_calendar

SVG = "{http://www.w3.org/2000/svg}"
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
SHIP = dt.date(2026, 2, 27)
MOMENT = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")


def book(**options):
    """Ask BOOK-1 in China."""
    return clauses.book_by(SHIP, calendar=working_calendar("CN"), **options)


def drawn(due, locale="en"):
    """Read the picture of a deadline."""
    return ET.fromstring(due.explain(locale).svg())  # noqa: S314 - our own text


def cells(picture):
    """Find the days of a picture: date -> (classes, words)."""
    groups = (g for g in picture.iter(f"{SVG}g") if g.get("data-date"))
    return {
        g.get("data-date"): (
            set(g.get("class").split()),
            [text.text for text in g.iter(f"{SVG}text")],
        )
        for g in groups
    }


def of_class(picture, name):
    """Name the days of a class, ascending."""
    return sorted(
        day for day, (classes, _) in cells(picture).items() if name in classes
    )


def legend(picture):
    """Read the meanings of the signs."""
    signs = (g for g in picture.iter(f"{SVG}g") if g.get("class") == "sign")
    return [list(g.iter(f"{SVG}text"))[-1].text for g in signs]


class TestMonth:
    """Seven working days before 27 February 2026, drawn."""

    @pytest.mark.parametrize("locale", LOCALES)
    def test_counted_days(self, locale):
        """Exactly the counted days are marked as counted."""
        due = book()

        assert [day.isoformat() for day in due.counted] == of_class(
            drawn(due, locale), "counted"
        )

    @pytest.mark.parametrize(("locale", "word"), [("en", "worked"), ("zh-Hans", "班")])
    def test_worked_weekend(self, locale, word):
        """Saturday the 14th is a worked weekend, counted as 4, in class and word."""
        picture = drawn(book(), locale)

        assert ["2026-02-14"] == of_class(picture, "make-up")
        assert ({"day", "make-up", "counted"}, ["14", "4", word]) == cells(picture)[
            "2026-02-14"
        ]

    @pytest.mark.parametrize(("locale", "word"), [("en", "closed"), ("zh-Hans", "休")])
    def test_closed_days(self, locale, word):
        """The nine days of the spring festival are closed, in class and word."""
        picture = drawn(book(), locale)

        assert [f"2026-02-{day}" for day in range(15, 24)] == of_class(
            picture, "holiday"
        )
        assert ["15", word] == cells(picture)["2026-02-15"][1]

    @pytest.mark.parametrize(
        ("locale", "last", "event"),
        [("en", "last day", "event"), ("zh-Hans", "最后一天", "起算日")],
    )
    def test_ends(self, locale, last, event):
        """The last day and the day of the event are told in class and word."""
        picture = drawn(book(), locale)

        assert ["2026-02-11"] == of_class(picture, "last-day")
        assert ["2026-02-27"] == of_class(picture, "event")
        assert ["11", "7", last] == cells(picture)["2026-02-11"][1]
        assert ["27", event] == cells(picture)["2026-02-27"][1]

    def test_clear_last_day_is_not_counted(self):
        """Under clear days the last day has its border and no number."""
        picture = drawn(book(convention="clear-days"))

        assert ["10", "last day"] == cells(picture)["2026-02-10"][1]

    def test_both_ends_on_one_day(self):
        """A day that is event and last day says both."""
        due = clauses.report_by(
            MOMENT,
            calendar=working_calendar("CN"),
            working_days=1,
            convention="inclusive",
        )

        assert ["13", "1", "last day", "event"] == cells(drawn(due))["2026-02-13"][1]

    def test_weekends(self):
        """A weekend that is not worked says so."""
        due = clauses.book_by(
            dt.date(2026, 3, 10), calendar=working_calendar("CN"), working_days=2
        )

        assert ["7", "weekend"] == cells(drawn(due))["2026-03-07"][1]

    def test_read_aloud(self):
        """Each day has a title that says in words what it is."""
        titles = [title.text for title in drawn(book()).iter(f"{SVG}title")]

        assert "Sat 2026-02-14: worked weekend, counted as 4" in titles
        assert "Wed 2026-02-11: working day, counted as 7, last day" in titles

    def test_every_month_of_the_period(self):
        """Sixty days touch three months, each drawn whole."""
        picture = drawn(clauses.review_until(MOMENT, zone=SHANGHAI), "zh-Hans")
        names = [text.text for text in picture.iter(f"{SVG}text")]

        assert ["2026年2月", "2026年3月", "2026年4月"] == [
            name for name in names if re.fullmatch("2026年[0-9]+月", name)
        ]
        assert len(of_class(picture, "counted")) == 60


class TestLegend:
    """What the signs mean stands below, if they occur."""

    def test_in_english(self):
        """All signs of the month of February 2026."""
        assert legend(drawn(book())) == [
            "counted, with its number",
            "last day",
            "event: the ship date",
            "worked weekend",
            "closed",
        ]

    def test_in_chinese(self):
        """All signs of the month of February 2026, in Chinese."""
        assert legend(drawn(book(), "zh-Hans")) == [
            "计入（数字为第几天）",
            "最后一天",
            "起算日：发货日期",
            "调休上班",
            "节假日或停工",
        ]

    def test_of_an_opening(self):
        """An opening has a first day and no last one."""
        due = clauses.escalation_opens(MOMENT, zone=SHANGHAI)

        assert legend(drawn(due)) == [
            "counted, with its number",
            "first day",
            "event: the opening of the case",
        ]


class TestHours:
    """Where hours are counted, the days of the two moments are marked."""

    def test_event_and_last_day(self):
        """No day is counted; event and last day have their words."""
        picture = drawn(clauses.pay_link_until(MOMENT))

        assert {"2026-02-13", "2026-02-16"} == set(cells(picture))
        assert [] == of_class(picture, "counted")
        assert ["16", "last day"] == cells(picture)["2026-02-16"][1]
        assert legend(picture) == ["last day", "event: its creation"]

    def test_end_at_midnight(self):
        """What ends at midnight has its last day before it."""
        midnight = dt.datetime(2026, 2, 13, tzinfo=dt.UTC)
        picture = drawn(clauses.pay_link_until(midnight, hours=24))

        assert ["13", "last day", "event"] == cells(picture)["2026-02-13"][1]

    def test_opening_without_days(self):
        """What opens on the day of the event is drawn on that day."""
        late = clauses.escalation_opens(MOMENT, zone=SHANGHAI)
        opening = attrs.evolve(late, at=MOMENT, first_day=MOMENT.date())

        assert ["13", "first day", "event"] == cells(drawn(opening))["2026-02-13"][1]


class TestDocument:
    """The picture needs nothing else, and harms nothing around it."""

    @pytest.mark.parametrize("locale", LOCALES)
    def test_says_the_text(self, locale):
        """Its title and description are those of the explanation."""
        due = book()
        reason = due.explain(locale)
        picture = drawn(due, locale)

        assert reason.title == picture.findtext(f"{SVG}title")
        assert reason.text == picture.findtext(f"{SVG}desc")
        assert locale == picture.get("lang")
        assert "img" == picture.get("role")

    def test_ids_are_found(self):
        """What is referred to by id is in the picture."""
        text = book().explain().svg()
        used = {*re.findall(r"url\(#(.*?)\)", text)}
        used |= {*re.search('aria-labelledby="(.*?)"', text)[1].split()}

        assert used <= {*re.findall(' id="(.*?)"', text)}

    def test_ids_of_two_pictures_differ(self):
        """Two pictures can stand in one page."""
        one, other = (
            {*re.findall(' id="(.*?)"', book().explain(locale).svg())}
            for locale in LOCALES
        )

        assert not one & other

    def test_fetches_nothing(self):
        """It has no script, style sheet, link, image or address but its namespace."""
        text = book().explain().svg()
        names = {part.tag.removeprefix(SVG) for part in drawn(book()).iter()}

        assert {"http://www.w3.org/2000/svg"} == {*re.findall('http[^"]*', text)}
        assert names == {
            *("svg", "title", "desc", "defs", "pattern", "rect", "circle", "path"),
            *("g", "text"),
        }

    def test_is_the_same_each_time(self):
        """The same deadline is drawn the same, letter by letter."""
        assert book().explain().svg() == book().explain().svg()

    @pytest.mark.parametrize(
        ("clause", "shown"),
        [
            ("<script>\"&'", "<script>\"&'"),
            ("A\x00B\x1fC\ufffe", "A B C "),
            ("A\ud800B", "A B"),
        ],
    )
    def test_escapes(self, clause, shown):
        """Text of others cannot become part of the picture, nor break it."""
        due = attrs.evolve(book(), clause=clause)

        assert drawn(due).findtext(f"{SVG}title").startswith(f"{shown} · Act")

    def test_stays_inside_the_page(self):
        """Nothing is drawn beyond the width or height."""
        picture = drawn(clauses.review_until(MOMENT, zone=SHANGHAI))
        rects = [rect for rect in picture.iter(f"{SVG}rect") if rect.get("x")]

        assert max(int(r.get("x")) + int(r.get("width")) for r in rects) <= int(
            picture.get("width")
        )
