"""Laws of the sampling tables, from their diagonals and not from the code."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pmkit.facts.aql import sampling_plan, tables

LETTERS = "ABCDEFGHJKLMNPQR"
AQLS = [
    "0.010",
    "0.015",
    "0.025",
    "0.040",
    "0.065",
    "0.10",
    "0.15",
    "0.25",
    "0.40",
    "0.65",
    "1.0",
    "1.5",
    "2.5",
    "4.0",
    "6.5",
    "10",
    "15",
    "25",
    "40",
    "65",
    "100",
    "150",
    "250",
    "400",
    "650",
    "1000",
]

# In the tables the same numbers stand along diagonals: the code letter's place plus the
# AQL's place.  What lies off the pattern, at the edges of the tables, is listed.
EDGES: dict[str, dict[str, str]] = {
    "normal": {
        "A/10": "down",
        "R/0.015": "up",
        **dict.fromkeys(["A/1000", "B/650", "C/400", "D/250", "E/150"], "30"),
        **dict.fromkeys(["B/1000", "C/650", "D/400", "E/250"], "44"),
    },
    "tightened": {
        "R/0.015": "up",
        **dict.fromkeys(["A/1000", "B/650", "C/400", "D/250", "E/150"], "27"),
        **dict.fromkeys(["B/1000", "C/650", "D/400", "E/250"], "41"),
    },
    "reduced": {
        "A/10": "down",
        **dict(
            zip(
                [f"A/{aql}" for aql in AQLS[17:]],
                ["1", "2", "3", "5", "7", "10", "14", "21", "30"],
                strict=True,
            )
        ),
        **dict(
            zip(
                [f"B/{a}" for a in AQLS[21:]],
                ["7", "10", "14", "21", "30"],
                strict=True,
            )
        ),
        **dict.fromkeys(["C/400", "D/250", "E/150"], "14"),
        **dict.fromkeys(["C/650", "D/400", "E/250"], "21"),
        **dict.fromkeys(["Q/0.025", "R/0.015", "R/0.025"], "up"),
    },
}
DIAGONALS = {
    "normal": {14: "0", 15: "up", 16: "down"}
    | dict(enumerate(["1", "2", "3", "5", "7", "10", "14", "21"], start=17)),
    "tightened": {15: "0", 16: "down", 17: "down"}
    | dict(enumerate(["1", "2", "3", "5", "8", "12", "18"], start=18)),
    "reduced": {14: "0", 15: "up", 16: "down", 17: "down"}
    | dict(enumerate(["1", "2", "3", "5", "6", "8", "10"], start=18)),
}


def by_diagonal(severity: str, letter: str, aql: str) -> str:
    """What the pattern says a cell holds: an arrow, or an acceptance number."""
    place = LETTERS.index(letter) + AQLS.index(aql)
    pattern = DIAGONALS[severity]
    usual = pattern.get(place, "down" if place < min(pattern) else "up")
    return EDGES[severity].get(f"{letter}/{aql}", usual)


def end_of_arrow(severity: str, letter: str, aql: str) -> tuple[str, str]:
    """Follow arrows on the pattern by recursion, not by the code's loop."""
    if letter == "S":
        return letter, "1"
    here = by_diagonal(severity, letter, aql)
    if here not in {"up", "down"}:
        return letter, here
    step = 1 if here == "down" else -1
    following = f"{LETTERS}S"[LETTERS.index(letter) + step]
    return end_of_arrow(severity, following, aql)


class TestTables:
    @pytest.mark.parametrize("severity", ["normal", "tightened", "reduced"])
    def test_cells_follow_the_diagonals(self, severity: str) -> None:
        """Every cell of every table is what its diagonal or its listed edge says."""
        cells = {
            (row.letter, aql): str(cell.acceptance_number)
            if cell.kind == "plan"
            else cell.kind
            for row in tables().rows[severity]
            for aql, cell in row.cells.items()
            if row.letter != "S"
        }

        assert {
            (letter, aql): by_diagonal(severity, letter, aql)
            for letter in LETTERS
            for aql in AQLS
        } == cells

    def test_row_s_has_one_plan(self) -> None:
        """Letter S exists for AQL 0.025 on tightened only."""
        (row,) = (row for row in tables().rows["tightened"] if row.letter == "S")

        assert ["0.025"] == [
            aql for aql, cell in row.cells.items() if cell.kind == "plan"
        ]
        assert {"plan", "none"} == {cell.kind for cell in row.cells.values()}


lots = st.one_of(st.integers(2, 1000), st.integers(2, 2_000_000))
levels = st.sampled_from(["I", "II", "III", "S-1", "S-2", "S-3", "S-4"])
severities = st.sampled_from(["normal", "tightened", "reduced"])
aqls = st.sampled_from(AQLS)


class TestPlans:
    @given(lots, levels, severities, aqls)
    def test_arrows_end_where_the_pattern_says(
        self, lot: int, level: str, severity: str, aql: str
    ) -> None:
        """A plan has the letter and numbers that the arrows on the pattern lead to."""
        found = sampling_plan(lot_size=lot, aql=aql, level=level, severity=severity)
        letter, number = end_of_arrow(severity, found.code_letter, aql)

        assert (letter, int(number)) == (
            found.plan_code_letter,
            found.acceptance_number,
        )

    @given(lots, levels, severities, aqls)
    def test_a_sample_never_exceeds_its_lot(
        self, lot: int, level: str, severity: str, aql: str
    ) -> None:
        """All are inspected exactly if the table asks for the lot or more."""
        found = sampling_plan(lot_size=lot, aql=aql, level=level, severity=severity)

        assert min(lot, found.plan_sample_size) == found.sample_size
        assert (found.plan_sample_size >= lot) == found.inspect_all
        assert found.acceptance_number + 1 == found.rejection_number

    @given(lots, lots, levels, severities)
    def test_larger_lots_have_no_smaller_letter(
        self, one: int, other: int, level: str, severity: str
    ) -> None:
        """The code letter never falls as the lot grows."""
        small, large = sorted((one, other))

        assert (
            sampling_plan(
                lot_size=small, aql="2.5", level=level, severity=severity
            ).code_letter
            <= sampling_plan(
                lot_size=large, aql="2.5", level=level, severity=severity
            ).code_letter
        )

    @given(lots, levels, aqls)
    def test_severity_does_not_change_the_letter(
        self, lot: int, level: str, aql: str
    ) -> None:
        """Level and code letter stay when the severity switches."""
        letters = {
            sampling_plan(
                lot_size=lot, aql=aql, level=level, severity=severity
            ).code_letter
            for severity in ("normal", "tightened", "reduced")
        }

        assert len(letters) == 1
