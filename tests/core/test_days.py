"""
The tables of days that a calendar answers from, number by number.

Seven days of which the 1st, 3rd, 4th, 5th and 7th are worked; the answers were worked
out by hand.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zoneinfo

import pytest

from pmkit.core import days
from pmkit.core.calendars import WorkingCalendar
from pmkit.core.errors import InputError

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
FLAGS = bytes([1, 0, 1, 1, 1, 0, 1])
#: How many days before each of the eight midnights are worked.
RANK = (0, 1, 1, 2, 3, 4, 4, 5)
ALL_SURE = bytes(7)
FOURTH_UNSURE = bytes([0, 0, 0, 1, 0, 0, 0])
THREE_UNSURE = bytes([1, 0, 0, 1, 1, 0, 0])
NOTHING_SURE = bytes([1] * 7)


class TestAnswers:
    """Whether each day is worked, and whether that may be told."""

    def test_one_letter_for_both(self):
        """An unsure day adds 2 to the 0 or 1 of the day itself."""
        assert bytes([1, 0, 1, 3, 1, 0, 1]) == days.answers(FLAGS, FOURTH_UNSURE)
        assert bytes([3, 0, 1, 3, 3, 0, 1]) == days.answers(FLAGS, THREE_UNSURE)
        assert FLAGS == days.answers(FLAGS, ALL_SURE)


class TestReach:
    """How far one can count without an unsure day between."""

    @pytest.mark.parametrize(
        ("unsure", "earliest", "latest"),
        [
            (ALL_SURE, (0,) * 8, (5,) * 8),
            (FOURTH_UNSURE, (0, 0, 0, 0, 3, 3, 3, 3), (2, 2, 2, 2, 5, 5, 5, 5)),
            (THREE_UNSURE, (0, 1, 1, 1, 3, 4, 4, 4), (0, 2, 2, 2, 3, 5, 5, 5)),
            (NOTHING_SURE, RANK, RANK),
        ],
    )
    def test_ends_at_unsure_days(self, unsure, earliest, latest):
        """Each run of announced days has its own first and last working day."""
        assert (earliest, latest) == days.reach(RANK, unsure)


class TestMarks:
    """The numbers of which one difference tells the worked days between."""

    @pytest.mark.parametrize("official", [-5, 0, 4, 7, 100])
    @pytest.mark.parametrize(
        "unsure", [ALL_SURE, FOURTH_UNSURE, THREE_UNSURE, NOTHING_SURE]
    )
    def test_differences(self, unsure, official):
        """Two numbers differ by the days worked between, or by more than there are."""
        marks = days.marks(RANK, unsure, official)
        pairs = [(low, high) for low in range(8) for high in range(low, 8)]
        sure = [pair for pair in pairs if not any(unsure[slice(*pair)])]

        assert len(RANK) == len(marks)
        assert [RANK[high] - RANK[low] for low, high in sure] == [
            marks[high] - marks[low] for low, high in sure
        ]
        assert sure == [
            (low, high) for low, high in pairs if marks[high] - marks[low] < days.UNSURE
        ]

    @pytest.mark.parametrize(
        ("unsure", "official", "near"),
        [
            (ALL_SURE, 0, slice(0, 8)),
            (ALL_SURE, -5, slice(0, 8)),
            (FOURTH_UNSURE, 0, slice(0, 4)),
            (FOURTH_UNSURE, 4, slice(4, 8)),
            (THREE_UNSURE, 5, slice(5, 8)),
        ],
    )
    def test_are_small_where_days_are_asked_for(self, unsure, official, near):
        """From the first announced day on the numbers are those of the worked days."""
        assert RANK[near] == days.marks(RANK, unsure, official)[near]


def march(**changes):
    """Make March 2026 with some changes."""
    return WorkingCalendar.from_days(
        **{
            "name": "March",
            "zone": zoneinfo.ZoneInfo("Asia/Shanghai"),
            "first": FIRST,
            "last": LAST,
        }
        | changes
    )


class TestCheck:
    """What days say that contradict each other, word for word."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            (
                {"last": dt.date(2026, 2, 28)},
                (
                    "last",
                    "2026-02-28 is before the first day, 2026-03-01.",
                    "Give a later last day.",
                ),
            ),
            (
                {"first": dt.date(1, 12, 31)},
                (
                    "first",
                    "0001-12-31 is too near the end of all dates.",
                    "Give a year of this age.",
                ),
            ),
            (
                {"last": dt.date(9999, 1, 1)},
                (
                    "last",
                    "9999-01-01 is too near the end of all dates.",
                    "Give a year of this age.",
                ),
            ),
            (
                {"weekend": [7]},
                (
                    "weekend",
                    "{7} are not days of the week.",
                    "Use 0 for Monday to 6 for Sunday.",
                ),
            ),
            (
                {"closed": [dt.date(2026, 4, 2), dt.date(2026, 4, 1)]},
                (
                    "closed",
                    "2026-04-01 is not between 2026-03-01 and 2026-03-31.",
                    "Widen the calendar or leave the day out.",
                ),
            ),
            (
                {"worked": [dt.date(2026, 2, 28)]},
                (
                    "worked",
                    "2026-02-28 is not between 2026-03-01 and 2026-03-31.",
                    "Widen the calendar or leave the day out.",
                ),
            ),
            (
                {"closed": [FIRST, LAST], "worked": [LAST, FIRST]},
                (
                    "worked",
                    "2026-03-01 is both closed and worked.",
                    "Keep one of the two.",
                ),
            ),
        ],
    )
    def test_says_what_is_wrong(self, changes, said):
        """The error names the argument, the day and the remedy."""
        with pytest.raises(InputError) as refused:
            march(**changes)

        wrong = refused.value
        assert said == (wrong.field, wrong.message, wrong.remedy)

    def test_one_day_is_a_calendar(self):
        """The first day may be the last one as well, and closed or worked."""
        shut = march(last=FIRST, closed=[FIRST])

        assert not shut.is_working_day(FIRST)
        assert march(last=FIRST, worked=[FIRST]).is_working_day(FIRST)

    def test_years_but_the_outermost(self):
        """The years 2 and 9998 may be in a calendar."""
        old = march(first=dt.date(2, 1, 1), last=dt.date(2, 1, 31))
        far = march(first=dt.date(9998, 12, 1), last=dt.date(9998, 12, 31))

        assert dt.date(2, 1, 1) == old.first
        assert dt.date(9998, 12, 31) == far.last


class TestTables:
    """What the tables refuse, and the name that their days have for ever."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            (
                {"beyond_horizon": "guess"},
                (
                    "beyond_horizon",
                    "'guess' is not a choice.",
                    "Use raise or provisional.",
                ),
            ),
            (
                {"zone": "Asia/Shanghai"},
                (
                    "zone",
                    "'Asia/Shanghai' is not a named time zone.",
                    'Use zoneinfo.ZoneInfo("Asia/Shanghai").',
                ),
            ),
            *(
                (
                    {field: wrong},
                    (
                        field,
                        "'2026-03-10' is not a date.",
                        "Give a datetime.date: the day at the place.",
                    ),
                )
                for field, wrong in (
                    ("first", "2026-03-10"),
                    ("last", "2026-03-10"),
                    ("official_from", "2026-03-10"),
                    ("official_until", "2026-03-10"),
                    ("closed", ["2026-03-10"]),
                    ("worked", ["2026-03-10"]),
                    ("estimated", ["2026-03-10"]),
                )
            ),
        ],
    )
    def test_says_what_is_wrong(self, changes, said):
        """The error names the argument, what was given and the remedy."""
        with pytest.raises(InputError) as refused:
            march(**changes)

        wrong = refused.value
        assert said == (wrong.field, wrong.message, wrong.remedy)

    def test_version_is_a_digest_of_the_days(self):
        """It is SHA-256 of the form, zone, first day, letters and marks, shortened."""
        some = march(
            last=dt.date(2026, 3, 9),
            closed=[dt.date(2026, 3, 3)],
            worked=[dt.date(2026, 3, 7)],
            official_until=dt.date(2026, 3, 8),
            estimated=[dt.date(2026, 3, 4)],
        )
        written = b"1|Asia/Shanghai|2026-03-01|ewhwwwmew|"
        unsure = bytes([0, 0, 0, 1, 0, 0, 0, 0, 1])

        assert hashlib.sha256(written + unsure).hexdigest()[:16] == some.version
