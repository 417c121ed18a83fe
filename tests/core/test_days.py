"""
The tables of days that a calendar answers from, number by number.

Seven days of which the 1st, 3rd, 4th, 5th and 7th are worked; the answers were worked
out by hand.
"""

from __future__ import annotations

import pytest

from pmkit.core import days

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
