"""The sentences of an explanation, by hand in each language, and their limits."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import functools
import pathlib
import re
import zoneinfo

import attrs
import pytest

from pmkit.core import clauses
from pmkit.core.clauses.agency import six_day_week
from pmkit.core.deadlines import Deadline, Opening
from pmkit.core.errors import InputError
from pmkit.core.explain.words import LOCALES, words
from pmkit.facts.calendars import working_calendar

_TESTS = pathlib.Path(__file__).parents[2]
_CLAUSES = pathlib.Path(clauses.__file__).parent
SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
SHIP = dt.date(2026, 2, 27)
MOMENT = dt.datetime.fromisoformat("2026-02-13T17:30+08:00")


def china(kind="factory"):
    """Give China's calendar, provisional beyond its horizon."""
    return working_calendar("CN", kind=kind, beyond_horizon="provisional")


def book(ship=SHIP, **options):
    """Ask BOOK-1 in China."""
    return clauses.book_by(ship, calendar=china(), **options)


#: The name of a case -> how it comes about.
CASES = {
    "BOOK-1": book,
    "BOOK-1 clear-days": functools.partial(book, convention="clear-days"),
    "BOOK-1 inclusive": functools.partial(book, convention="inclusive"),
    "BOOK-1 closed ship date": functools.partial(
        book, dt.date(2026, 3, 8), working_days=1, convention="inclusive"
    ),
    "BOOK-1 provisional": functools.partial(book, dt.date(2027, 3, 1), working_days=2),
    "REPORT-1": lambda: clauses.report_by(MOMENT, calendar=china()),
    "REPORT-1 clear-days": lambda: clauses.report_by(
        MOMENT, calendar=china(), working_days=1, convention="clear-days"
    ),
    "APPOINT-1": lambda: clauses.visit_date_by(MOMENT, calendar=china()),
    "APPOINT-2": lambda: clauses.appointment_by(SHIP, calendar=china()),
    "CHANGE-1": lambda: clauses.change_by(SHIP, zone=SHANGHAI),
    "CHANGE-2": lambda: clauses.change_by_full_days(
        SHIP, calendar=six_day_week(china()), zone=SHANGHAI
    ),
    "CHANGE-3": lambda: clauses.change_by_hours(MOMENT, zone=SHANGHAI),
    "LINK-1": lambda: clauses.pay_link_until(MOMENT),
    "REFUND-1": lambda: clauses.refund_expected_by(MOMENT, calendar=china("bank")),
    "REVIEW-1": lambda: clauses.review_until(MOMENT, zone=SHANGHAI),
    "REVISE-1": lambda: clauses.revise_review_until(MOMENT, zone=SHANGHAI),
    "CASE-1": lambda: clauses.answer_by(MOMENT, zone=SHANGHAI),
    "CASE-2": lambda: clauses.escalates_at(MOMENT, zone=SHANGHAI),
    "CASE-3": lambda: clauses.escalation_opens(MOMENT, zone=SHANGHAI),
}


def rows():
    """Read the texts by hand, with their mistakes as test ids."""
    file = _TESTS / "answers" / "explanations.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    read = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [pytest.param(row, id=row["kills"]) for row in read]


def shipped_clauses():
    """Name the clauses that make a deadline or an opening, from their source."""
    trees = [ast.parse(f.read_text(encoding="utf-8")) for f in _CLAUSES.glob("*.py")]
    return sorted(
        {
            node.value.value
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword)
            and node.arg == "clause"
            and isinstance(node.value, ast.Constant)
        }
    )


def bare(**fields):
    """Build a deadline by hand."""
    given = {
        "at": MOMENT,
        "last_day": dt.date(2026, 2, 13),
        "counted": (),
        "clause": "HOUSE-1",
        "convention": None,
        "zone": "Asia/Shanghai",
        "event_day": dt.date(2026, 2, 11),
    }
    return Deadline(**given | fields)


class TestByHand:
    """Each clause says in each language what was written by hand."""

    @pytest.mark.parametrize("row", rows())
    def test_text(self, row):
        """The text is the one by hand, letter by letter."""
        assert row["text"] == CASES[row["case"]]().explain(row["locale"]).text

    @pytest.mark.parametrize("locale", LOCALES)
    def test_every_clause_has_its_row(self, locale):
        """No shipped clause is without a text by hand in a language."""
        by_hand = {
            r.values[0]["case"] for r in rows() if r.values[0]["locale"] == locale
        }

        assert set(shipped_clauses()) <= by_hand

    @pytest.mark.parametrize("locale", LOCALES)
    def test_every_clause_has_words(self, locale):
        """No shipped clause speaks in the words that fit every clause."""
        assert set(shipped_clauses()) <= set(words(locale).clauses)

    @pytest.mark.parametrize("locale", LOCALES)
    def test_no_words_are_left_over(self, locale):
        """Words belong to a shipped clause, in every language to the same ones."""
        assert set(words(locale).clauses) <= set(shipped_clauses())

    def test_the_clauses_are_found(self):
        """The search in the sources finds the clauses that it should."""
        assert {"BOOK-1", "CASE-3", "CHANGE-1"} <= set(shipped_clauses())


class TestAnyClause:
    """A clause of somebody else explains itself too."""

    def test_in_words_that_fit_every_clause(self):
        """A clause without words of its own is told by its numbers."""
        due = attrs.evolve(clauses.answer_by(MOMENT, zone=SHANGHAI), clause="HOUSE-9")

        assert due.explain().text == (
            "Act by the end of Mon 2026-02-16: at 00:00 on Tue 2026-02-17"
            " Asia/Shanghai it is too late (clause HOUSE-9). That is 3 calendar days"
            " after the event, Fri 2026-02-13; the day of the event is not counted."
        )
        assert due.explain("zh-Hans").text.startswith(
            "办理的最后一天是2026年2月16日（周一）；"
        )

    def test_hours_and_minutes(self):
        """What is no whole number of hours is told with its minutes."""
        start = MOMENT - dt.timedelta(hours=25, minutes=1)
        due = bare(event_at=start)

        assert "That is 25 hours 1 minute after the event" in due.explain().text
        assert "自该时刻起满25小时1分钟" in due.explain("zh-Hans").text

    def test_without_an_event(self):
        """A bare moment is told without a reason."""
        assert bare().explain().text == (
            "Act before 17:30 on Fri 2026-02-13 Asia/Shanghai: from then on it is too"
            " late (clause HOUSE-1)."
        )

    def test_days_without_a_convention(self):
        """Counted days whose convention is not known are told without one."""
        due = bare(counted=(dt.date(2026, 2, 12), dt.date(2026, 2, 13)))

        assert due.explain().text.endswith(
            "That is 2 calendar days after the event, Wed 2026-02-11."
        )
        assert due.explain("zh-Hans").text.endswith("往后数2个自然日。")

    def test_time_after_the_last_day(self):
        """A cut-off that is not the midnight after the last day is told as a time."""
        due = bare(
            last_day=dt.date(2026, 2, 12),
            counted=(dt.date(2026, 2, 12),),
        )

        assert due.explain().text.startswith("Act before 17:30 on Fri 2026-02-13")

    def test_last_day_of_all(self):
        """The last date there is has no midnight after it."""
        due = bare(
            last_day=dt.date.max,
            counted=(dt.date.max,),
            event_day=dt.date(9999, 12, 30),
            at=dt.datetime(9999, 12, 31, 12, tzinfo=dt.UTC),
        )

        assert due.explain().text.startswith("Act before 20:00 on Fri 9999-12-31")

    def test_opening_at_once(self):
        """What opens on the day of the event itself has no day to count."""
        opening = Opening(
            at=MOMENT,
            first_day=dt.date(2026, 2, 13),
            clause="HOUSE-2",
            zone="Asia/Shanghai",
            event_day=dt.date(2026, 2, 13),
            event_at=MOMENT,
        )

        assert opening.explain().days == ()
        assert opening.explain().text == (
            "Act from Fri 2026-02-13 on, 17:30 on Fri 2026-02-13 Asia/Shanghai"
            " (clause HOUSE-2)."
        )


class TestReserve:
    """What is provisional says so, and why."""

    @pytest.mark.parametrize(
        ("locale", "sentence"),
        [
            ("en", "Provisional: it is the first of several deadlines, and another"),
            ("zh-Hans", "本期限为暂定：这是多个期限中最早的一个"),
        ],
    )
    def test_because_of_another_deadline(self, locale, sentence):
        """The strictest deadline names the other one on which its reserve rests."""
        due = attrs.evolve(clauses.pay_link_until(MOMENT), provisional=True)

        assert sentence in due.explain(locale).text


class TestMoments:
    """The moments at the ends of a period are told on the clocks of the place."""

    def test_event_and_end(self):
        """An hours clause has its two moments, each with its role."""
        told = clauses.pay_link_until(MOMENT).explain().moments

        assert [(m.role, m.what, m.text) for m in told] == [
            ("event", "event: its creation", "09:30 on Fri 2026-02-13 UTC"),
            (
                "last-day",
                "first instant that is too late",
                "09:30 on Mon 2026-02-16 UTC",
            ),
        ]
        assert told[1].at == dt.datetime(2026, 2, 16, 9, 30, tzinfo=dt.UTC)

    def test_end_alone(self):
        """Counted from a date there is only the end."""
        assert [m.role for m in book().explain().moments] == ["last-day"]

    def test_seconds(self):
        """Seconds are told where there are any."""
        due = clauses.pay_link_until(MOMENT + dt.timedelta(seconds=7))

        assert "before 09:30:07 on Mon 2026-02-16 UTC" in due.explain().text

    def test_time_that_is_shown_twice(self):
        """Where clocks are put back, the offset tells which of the two is meant."""
        berlin = zoneinfo.ZoneInfo("Europe/Berlin")
        due = clauses.change_by(dt.date(2026, 10, 26), zone=berlin, at=dt.time(2, 30))

        assert "02:30 on Sun 2026-10-25 Europe/Berlin UTC+02:00:" in due.explain().text

    def test_zone_without_a_name_of_its_own(self):
        """A zone without a Chinese name keeps its own."""
        due = clauses.answer_by(MOMENT, zone=zoneinfo.ZoneInfo("Asia/Jakarta"))

        assert "00:00（Asia/Jakarta）起" in due.explain("zh-Hans").text


class TestLocale:
    """There are the languages that there are."""

    @pytest.mark.parametrize("locale", ["de", "zh", "zh-Hant", "EN", "", None, ["en"]])
    @pytest.mark.parametrize("case", ["BOOK-1", "CASE-3"])
    def test_another_is_refused(self, case, locale):
        """A language without words is refused, and those with words are named."""
        with pytest.raises(
            InputError, match=re.escape("Use one of en, zh-Hans.")
        ) as no:
            CASES[case]().explain(locale)

        assert no.value.field == "locale"

    @pytest.mark.parametrize("locale", LOCALES)
    def test_names_itself(self, locale):
        """An explanation knows its language."""
        assert locale == CASES["BOOK-1"]().explain(locale).locale
        assert locale == words(locale).locale
