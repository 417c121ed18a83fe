"""
What a calendar and a deadline say when they refuse, word for word, and the days at
the edges of the tables.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo

import attrs
import pytest

from pmkit.core.calendars import WorkingCalendar
from pmkit.core.deadlines import CountingConvention, Deadline, Opening
from pmkit.core.errors import CalendarHorizonError, InputError, NaiveTimeError

SHANGHAI = zoneinfo.ZoneInfo("Asia/Shanghai")
#: The Sunday and the Tuesday at the two ends of the tables, and what lies outside.
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
BEFORE, AFTER = dt.date(2026, 2, 28), dt.date(2026, 4, 1)
EARLY, LATE = dt.date(2026, 2, 27), dt.date(2026, 4, 2)
MONDAY = dt.date(2026, 3, 2)

MARCH = WorkingCalendar.from_days(name="March", zone=SHANGHAI, first=FIRST, last=LAST)
#: March of which the 4th to the 20th were announced.
PART = WorkingCalendar.from_days(
    name="part",
    zone=SHANGHAI,
    first=FIRST,
    last=LAST,
    official_from=dt.date(2026, 3, 4),
    official_until=dt.date(2026, 3, 20),
)
NOON = dt.datetime(2026, 3, 2, 12)  # noqa: DTZ001 - a datetime is no date
GIVE_A_DATE = "Give a datetime.date: the day at the place."
KNOWN = "It knows the days from 2026-03-01 to 2026-03-31."
ANNOUNCED = (
    "It is official from 2026-03-04 until 2026-03-20;"
    " ask for a provisional answer to go beyond."
)
ADD_AN_OFFSET = "Add the zone, for example +08:00 or UTC."


def says(question, error):
    """Ask *question* and give the three parts of the *error* that it must raise."""
    with pytest.raises(error) as refused:
        question()
    return (refused.value.field, refused.value.message, refused.value.remedy)


def own_date(year, month, day):
    """Give a date of a class of the caller's own."""
    return type("OwnDate", (dt.date,), {})(year, month, day)


class TestNoDate:
    """What is no date is refused, with the name of the argument that holds it."""

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (NOON, "datetime.datetime(2026, 3, 2, 12, 0) is not a date."),
            ("2026-03-02", "'2026-03-02' is not a date."),
            (True, "True is not a date."),
        ],
    )
    @pytest.mark.parametrize(
        ("field", "question"),
        [
            ("day", MARCH.is_working_day),
            ("day", lambda wrong: MARCH.add(wrong, 1)),
            ("day", lambda wrong: MARCH.add(wrong, -1)),
            ("start", lambda wrong: MARCH.count(wrong, LAST)),
            ("end", lambda wrong: MARCH.count(FIRST, wrong)),
            ("start", lambda wrong: MARCH.working_days(wrong, LAST)),
            ("end", lambda wrong: MARCH.working_days(FIRST, wrong)),
            ("day", MARCH.roll_forward),
            ("day", MARCH.roll_backward),
            ("day", MARCH.is_official),
            ("start", lambda wrong: MARCH.is_official_between(wrong, LAST)),
            ("end", lambda wrong: MARCH.is_official_between(FIRST, wrong)),
            ("day", MARCH.kind_of),
            ("start", lambda wrong: MARCH.letters(wrong, LAST)),
            ("end", lambda wrong: MARCH.letters(FIRST, wrong)),
        ],
    )
    def test_every_question_names_the_argument(self, field, question, wrong, words):
        """Each question says which argument is no date, shows it, and what to give."""
        assert (field, words, GIVE_A_DATE) == says(lambda: question(wrong), InputError)

    def test_two_wrong_ends(self):
        """If neither end is a date, the start is named."""
        assert says(lambda: MARCH.count("a", "b"), InputError) == (
            "start",
            "'a' is not a date.",
            GIVE_A_DATE,
        )

    def test_dates_of_an_own_class(self):
        """A subclass of date is a date at either end of every question."""
        monday, friday = own_date(2026, 3, 2), own_date(2026, 3, 6)

        assert 4 == MARCH.count(monday, friday)
        assert 4 == len(MARCH.working_days(monday, friday))
        assert MARCH.is_official_between(monday, friday)
        assert dt.date(2026, 3, 3) == MARCH.add(monday, 1)
        assert MARCH.is_working_day(friday)


class TestNoNumber:
    """What is no number of days is refused."""

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            (True, "True is not a number of days."),
            (1.0, "1.0 is not a number of days."),
            (None, "None is not a number of days."),
        ],
    )
    def test_no_integer(self, wrong, words):
        """A bool, a float and nothing are shown as what they are."""
        assert ("n", words, "Give an integer other than 0.") == says(
            lambda: MARCH.add(MONDAY, wrong), InputError
        )

    def test_zero(self):
        """Zero has no direction, and the error names the functions that have one."""
        assert says(lambda: MARCH.add(MONDAY, 0), InputError) == (
            "n",
            "0 working days from a day is no question of counting.",
            "Use roll_forward or roll_backward to find the nearest working day.",
        )


class TestOutside:
    """A day that the tables do not hold is named, with the days that they do."""

    @pytest.mark.parametrize(
        ("question", "named"),
        [
            (lambda: MARCH.is_working_day(BEFORE), "2026-02-28"),
            (lambda: MARCH.is_working_day(AFTER), "2026-04-01"),
            (lambda: MARCH.is_working_day(LATE), "2026-04-02"),
            (lambda: MARCH.roll_forward(AFTER), "2026-04-01"),
            (lambda: MARCH.kind_of(BEFORE), "2026-02-28"),
            (lambda: MARCH.kind_of(AFTER), "2026-04-02"),
            (lambda: MARCH.add(EARLY, 1), "2026-02-27"),
            (lambda: MARCH.add(AFTER, 1), "2026-04-01"),
            (lambda: MARCH.add(BEFORE, -1), "2026-02-28"),
            (lambda: MARCH.add(LATE, -1), "2026-04-02"),
            (lambda: MARCH.count(BEFORE, LAST), "2026-02-28"),
            (lambda: MARCH.count(FIRST, LATE), "2026-04-02"),
            (lambda: MARCH.count(AFTER, LATE), "2026-04-02"),
            (lambda: MARCH.count(LATE, FIRST), "2026-04-02"),
            (lambda: MARCH.count(BEFORE, LATE), "2026-02-28"),
            (lambda: MARCH.working_days(FIRST, BEFORE), "2026-02-28"),
            (lambda: MARCH.working_days(MONDAY, LATE), "2026-04-02"),
            (lambda: MARCH.working_days(AFTER, LATE), "2026-04-02"),
            (lambda: MARCH.working_days(LATE, MONDAY), "2026-04-02"),
            (lambda: MARCH.is_official_between(BEFORE, MONDAY), "2026-02-28"),
            (lambda: MARCH.letters(BEFORE, MONDAY), "2026-02-28"),
        ],
    )
    def test_names_the_day(self, question, named):
        """The first end that lies outside is named, whichever it is."""
        words = f"{named} is outside the calendar March."

        assert ("day", words, KNOWN) == says(question, CalendarHorizonError)

    @pytest.mark.parametrize(
        ("start", "n", "words"),
        [
            (LAST, 1, "has no 1 working days after 2026-03-31."),
            (dt.date(2026, 3, 30), 2, "has no 2 working days after 2026-03-30."),
            (BEFORE, 23, "has no 23 working days after 2026-02-28."),
            (FIRST, -1, "has no 1 working days before 2026-03-01."),
            (MONDAY, -1, "has no 1 working days before 2026-03-02."),
            (AFTER, -23, "has no 23 working days before 2026-04-01."),
        ],
    )
    def test_too_few_days(self, start, n, words):
        """Where the tables end first, the error says how many from where."""
        assert ("day", f"The calendar March {words}", KNOWN) == says(
            lambda: MARCH.add(start, n), CalendarHorizonError
        )


class TestUnannounced:
    """The first day that was read and never announced is named."""

    @pytest.mark.parametrize(
        ("question", "named"),
        [
            (lambda: PART.is_working_day(dt.date(2026, 3, 3)), "2026-03-03"),
            (lambda: PART.is_working_day(dt.date(2026, 3, 21)), "2026-03-21"),
            (lambda: PART.is_working_day(LAST), "2026-03-31"),
            (lambda: PART.add(dt.date(2026, 3, 19), 2), "2026-03-21"),
            (lambda: PART.add(dt.date(2026, 3, 5), -2), "2026-03-03"),
            (lambda: PART.add(MONDAY, 1), "2026-03-03"),
            (lambda: PART.add(dt.date(2026, 3, 24), -1), "2026-03-23"),
            (lambda: PART.count(FIRST, LAST), "2026-03-01"),
            (lambda: PART.count(LAST, dt.date(2026, 3, 20)), "2026-03-21"),
            (lambda: PART.count(FIRST, MONDAY), "2026-03-01"),
            (lambda: PART.count(MONDAY, FIRST), "2026-03-01"),
            (lambda: PART.count(MONDAY, dt.date(2026, 3, 3)), "2026-03-02"),
            (lambda: PART.working_days(MONDAY, LAST), "2026-03-02"),
            (lambda: PART.working_days(LAST, dt.date(2026, 3, 20)), "2026-03-21"),
        ],
    )
    def test_names_the_day(self, question, named):
        """The error names that day, the announced ones, and the way beyond them."""
        words = f"{named} has not been announced in the calendar part."

        assert ("day", words, ANNOUNCED) == says(question, CalendarHorizonError)

    def test_an_estimated_day(self):
        """A day that rests on an estimate is called one, word for word."""
        moon = attrs.evolve(PART, estimated=frozenset({dt.date(2026, 3, 10)}))

        assert says(
            lambda: moon.is_working_day(dt.date(2026, 3, 10)), CalendarHorizonError
        ) == (
            "day",
            "2026-03-10 is only an estimate in the calendar part.",
            ANNOUNCED,
        )


class TestEdges:
    """The first and the last day of the tables, and the midnights around them."""

    def test_first_and_last_day_are_known(self):
        """Both ends of the tables can be asked for, the days beside them not."""
        assert not MARCH.is_working_day(FIRST)
        assert MARCH.is_working_day(LAST)
        assert [False, True, True, False] == [
            MARCH.is_official(day) for day in (BEFORE, FIRST, LAST, AFTER)
        ]
        assert "weekend" == MARCH.kind_of(FIRST)
        assert "working" == MARCH.kind_of(LAST)

    def test_the_whole_table(self):
        """From the first day up to the day after the last is the whole month."""
        days = MARCH.working_days(FIRST, AFTER)

        assert (22, MONDAY, LAST) == (len(days), days[0], days[-1])
        assert 22 == MARCH.count(FIRST, AFTER)
        assert -22 == MARCH.count(AFTER, FIRST)
        assert 31 == len(MARCH.letters(FIRST, AFTER))

    def test_no_days_at_either_end(self):
        """From an edge to itself there is no day, and none that is not official."""
        assert (
            () == MARCH.working_days(FIRST, FIRST) == MARCH.working_days(AFTER, AFTER)
        )
        assert 0 == MARCH.count(FIRST, FIRST) == MARCH.count(AFTER, AFTER)
        assert MARCH.is_official_between(AFTER, AFTER)


class TestDeadlines:
    """What a deadline, an opening and a convention refuse."""

    DUE = Deadline(
        at=dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC),
        last_day=MONDAY,
        counted=(MONDAY,),
        clause="BOOK-1",
        convention=CountingConvention.CLEAR_DAYS,
        zone="Asia/Shanghai",
        event_day=dt.date(2026, 3, 4),
    )
    OPENING = Opening(
        at=dt.datetime(2026, 3, 2, 16, tzinfo=dt.UTC),
        first_day=dt.date(2026, 3, 3),
        clause="CASE-3",
        zone="Asia/Shanghai",
        event_day=FIRST,
        event_at=dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC),
    )

    @pytest.mark.parametrize("question", [DUE.allows, OPENING.allows])
    def test_an_instant_has_a_zone(self, question):
        """A moment without a zone is refused as the argument that it was."""
        assert says(lambda: question(NOON), NaiveTimeError) == (
            "instant",
            "2026-03-02T12:00:00 has no time zone.",
            ADD_AN_OFFSET,
        )

    @pytest.mark.parametrize("question", [DUE.allows, OPENING.allows])
    def test_a_date_is_no_instant(self, question):
        """A date names no instant."""
        assert says(lambda: question(MONDAY), InputError) == (
            "instant",
            "datetime.date(2026, 3, 2) is not a datetime.",
            "Give a datetime with its zone.",
        )

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ("CLEAR-DAYS", "'CLEAR-DAYS' is not a counting convention."),
            (True, "True is not a counting convention."),
        ],
    )
    def test_unknown_convention(self, wrong, words):
        """Names are exact, and all of them are told."""
        assert says(lambda: CountingConvention(wrong), InputError) == (
            "convention",
            words,
            "Use one of exclude-event-day, clear-days, inclusive.",
        )
