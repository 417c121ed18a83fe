"""Plans from a small made-up table: the rules, apart from the real numbers."""

from __future__ import annotations

import attrs
import pytest

from pmkit.core.errors import SamplingError
from pmkit.core.sampling import (
    Cell,
    LotRange,
    Row,
    SamplingPlan,
    SamplingTables,
    accepts,
    plan,
)

DOWN = Cell(kind="down")
UP = Cell(kind="up")


def made_of(number: int, conflict: str = "") -> Cell:
    return Cell(
        kind="plan",
        acceptance_number=number,
        rejection_number=number + 1,
        conflict=conflict,
    )


def row(letter: str, size: int, *cells: Cell) -> Row:
    return Row(
        letter=letter,
        sample_size=size,
        cells=dict(zip(("1.0", "2.5", "4.0", "6.5"), cells, strict=True)),
    )


def small_tables() -> SamplingTables:
    rows = (
        row("A", 3, DOWN, attrs.evolve(DOWN, conflict="arrow?"), made_of(0), UP),
        row("B", 5, DOWN, made_of(0, "0 or 1?"), UP, UP),
        row("C", 8, DOWN, UP, Cell(kind="none"), made_of(1)),
    )
    return SamplingTables(
        lots=(
            LotRange(first=2, last=9, letters={"I": "A", "II": "B"}),
            LotRange(first=10, last=None, letters={"I": "B", "II": "C"}),
        ),
        rows={"normal": rows},
    )


def asked(lot_size: int, aql: str, level: str) -> SamplingPlan:
    return plan(small_tables(), lot_size=lot_size, aql=aql, level=level)


def test_a_plan_says_everything_it_was_asked() -> None:
    """A plan repeats the question next to its answer."""
    found = asked(20, "2.50", "I")

    assert (
        SamplingPlan(
            lot_size=20,
            level="I",
            aql="2.5",
            severity="normal",
            code_letter="B",
            plan_code_letter="B",
            sample_size=5,
            acceptance_number=0,
            rejection_number=1,
            inspect_all=False,
            plan_sample_size=5,
            conflicts=("0 or 1?",),
        )
        == found
    )


def test_an_arrow_down_changes_letter_and_sample() -> None:
    """An arrow down takes the numbers and the sample of a later row."""
    found = asked(9, "2.5", "I")

    assert ("A", "B", 5) == (
        found.code_letter,
        found.plan_code_letter,
        found.sample_size,
    )


def test_an_arrow_up_changes_letter_and_sample() -> None:
    """An arrow up takes the numbers and the sample of an earlier row."""
    found = asked(20, "4.0", "I")

    assert ("B", "A", 3) == (
        found.code_letter,
        found.plan_code_letter,
        found.sample_size,
    )


def test_conflicts_of_the_arrow_and_of_its_plan_are_told() -> None:
    """A conflict counts where the arrow starts and where it ends."""
    assert ("arrow?", "0 or 1?") == asked(9, "2.5", "I").conflicts


def test_a_conflict_is_told_once() -> None:
    """A cell without an arrow is both ends and tells its conflict once."""
    assert ("0 or 1?",) == asked(20, "2.5", "I").conflicts


@pytest.mark.parametrize(
    ("lot_size", "sample_size", "inspect_all"),
    [(4, 4, True), (5, 5, True), (6, 5, False)],
)
def test_a_sample_that_reaches_the_lot_is_the_lot(
    lot_size: int,
    sample_size: int,
    inspect_all: bool,  # noqa: FBT001
) -> None:
    """From a sample as large as the lot on, every unit is inspected."""
    found = asked(lot_size, "2.5", "II")

    assert (sample_size, inspect_all, 5) == (
        found.sample_size,
        found.inspect_all,
        found.plan_sample_size,
    )


@pytest.mark.parametrize(("aql", "level"), [("1.0", "I"), ("4.0", "II"), ("6.5", "I")])
def test_an_arrow_to_nowhere_is_an_error(aql: str, level: str) -> None:
    """Where neither the row nor its arrow has a plan, none is invented."""
    with pytest.raises(SamplingError, match="no plan for code letter"):
        asked(20, aql, level)


@pytest.mark.parametrize(("defects", "accepted"), [(0, True), (7, True), (8, False)])
def test_the_acceptance_number_still_passes(
    defects: int,
    accepted: bool,  # noqa: FBT001
) -> None:
    """A lot passes with as many defects as the acceptance number, not one more."""
    seven = attrs.evolve(asked(20, "2.5", "I"), acceptance_number=7, rejection_number=8)

    assert accepted == accepts(seven, defects)


@pytest.mark.parametrize("defects", [-1, True, 1.0, "1", None])
def test_defects_are_a_count(defects: object) -> None:
    """Defects are an int of at least 0."""
    with pytest.raises(SamplingError) as caught:
        accepts(asked(20, "2.5", "I"), defects)  # type: ignore[arg-type]

    assert caught.value.field == "defects"
