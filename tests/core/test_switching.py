"""The switching rules, lot by lot."""

from __future__ import annotations

import csv
import pathlib

import attrs
import pytest

from pmkit.core.errors import OutOfOrderError, SamplingError
from pmkit.core.sampling import Cell, LotRange, Row, SamplingTables, plan
from pmkit.core.switching import (
    LotResult,
    SwitchingState,
    lot_result,
    resume,
    switch,
    switched,
)

ANSWERS = pathlib.Path(__file__).parents[1] / "answers" / "switching.csv"

# The words of the answers file.  s and w after a word: production is steady, reduced
# inspection is wanted.  r before it: the lot was resubmitted.
WORDS = {
    "2": LotResult(severity="normal", acceptance_number=1, accepted=True),
    "3": LotResult(
        severity="normal",
        acceptance_number=2,
        accepted=True,
        accepted_one_step_tighter=True,
    ),
    "a": LotResult(severity="normal", acceptance_number=2, accepted=True),
    "x": LotResult(severity="normal", acceptance_number=2, accepted=False),
    "ok": LotResult(severity="tightened", acceptance_number=1, accepted=True),
    "no": LotResult(severity="tightened", acceptance_number=1, accepted=False),
    "Ok": LotResult(severity="reduced", acceptance_number=1, accepted=True),
    "No": LotResult(severity="reduced", acceptance_number=1, accepted=False),
}


def answers() -> list[dict[str, str]]:
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_lot(word: str) -> LotResult:
    kind = word.removeprefix("r").rstrip("sw")
    return attrs.evolve(
        WORDS[kind],
        original=not word.startswith("r"),
        production_steady="s" in word,
        reduced_desired="w" in word,
    )


def lots(words: str) -> list[LotResult]:
    return [read_lot(word) for word in words.split()]


@pytest.mark.parametrize("row", answers(), ids=lambda row: row["kills"])
def test_series_end_where_the_rules_say(row: dict[str, str]) -> None:
    """A series of lots ends on the severity, score and clause worked out by hand."""
    state = switched(lots(row["lots"]))

    assert row["severity"] == state.severity
    assert int(row["score"]) == state.score
    assert (row["discontinued"] == "yes") == state.discontinued
    assert row["clause"] == state.clause


def discontinued() -> SwitchingState:
    return switched(lots("x x no no no no no"))


def test_a_discontinued_series_takes_no_lot() -> None:
    """After discontinuation a lot is refused until the supplier has acted."""
    with pytest.raises(OutOfOrderError, match="discontinued"):
        switch(discontinued(), WORDS["ok"])


def test_a_resubmitted_lot_changes_nothing_even_then() -> None:
    """A resubmitted lot neither counts nor fails on a discontinued series."""
    state = switch(discontinued(), read_lot("rok"))

    assert attrs.evolve(discontinued(), clause="") == state


def test_a_series_resumes_on_tightened_and_from_nothing() -> None:
    """After the supplier has acted, tightened inspection starts with fresh counts."""
    state = resume(discontinued())

    assert SwitchingState(severity="tightened", clause="9.4") == state
    assert not switch(state, WORDS["no"]).discontinued


def test_only_a_discontinued_series_resumes() -> None:
    """A running series has nothing to resume."""
    with pytest.raises(OutOfOrderError, match="not discontinued"):
        resume(SwitchingState())


def test_a_lot_of_another_severity_is_refused() -> None:
    """A lot counts only if it was inspected as severely as was due."""
    with pytest.raises(SamplingError, match="normal is due") as caught:
        switch(SwitchingState(), WORDS["ok"])

    assert caught.value.field == "severity"


def cell(number: int) -> Cell:
    return Cell(kind="plan", acceptance_number=number, rejection_number=number + 1)


def two_rows() -> SamplingTables:
    aqls = ("1.0", "1.5", "2.5", "4.0")
    upper = (cell(1), cell(2), Cell(kind="down"), cell(9))
    lower = (Cell(kind="up"), cell(3), cell(5), cell(8))
    rows = (
        Row(letter="A", sample_size=8, cells=dict(zip(aqls, upper, strict=True))),
        Row(letter="B", sample_size=13, cells=dict(zip(aqls, lower, strict=True))),
    )
    whole = LotRange(first=2, last=None, letters={"I": "A", "II": "B"})
    return SamplingTables(lots=(whole,), rows={"normal": rows})


@pytest.mark.parametrize(
    ("level", "aql", "defects", "accepted", "tighter", "why"),
    [
        ("II", "4.0", 5, True, True, "5 pass at 2.5, too"),
        ("II", "4.0", 6, True, False, "6 fail at 2.5"),
        ("II", "4.0", 9, False, False, "9 fail at 4.0"),
        ("II", "1.5", 0, True, False, "an arrow stands at 1.0"),
        ("I", "1.0", 0, True, False, "there is nothing stricter than 1.0"),
        ("I", "2.5", 3, True, True, "the row sampled is B, which has 3 at 1.5"),
        ("I", "2.5", 4, True, False, "the row sampled is B, which has 3 at 1.5"),
    ],
)
def test_lots_are_judged_at_the_next_stricter_aql(
    *, level: str, aql: str, defects: int, accepted: bool, tighter: bool, why: str
) -> None:
    """The same sample is judged one step stricter, in the row that was sampled."""
    tables = two_rows()
    result = lot_result(
        tables,
        plan(tables, lot_size=100, aql=aql, level=level),
        defects,
        original=False,
    )

    assert (accepted, tighter) == (
        result.accepted,
        result.accepted_one_step_tighter,
    ), why
    assert not result.original
    assert result.severity == "normal"
