"""The plans that pmkit ships agree with answers worked out by hand."""

from __future__ import annotations

import csv
import pathlib
from decimal import Decimal

import pytest

import pmkit.facts
from pmkit.core.errors import SamplingError
from pmkit.core.sampling import LEVELS, SEVERITIES, Cell, canonical_aql
from pmkit.facts.aql import sampling_plan, tables

DATA = pathlib.Path(pmkit.facts.__file__).parent / "data"
ANSWERS = pathlib.Path(__file__).parents[1] / "answers" / "sampling_plan.csv"
PRINTED_AQLS = [
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


def answers() -> list[dict[str, str]]:
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def resolved(severity: str) -> list[dict[str, str]]:
    """The plans that the source itself gives after its arrows."""
    path = DATA / f"aql_single_{severity}.tsv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t")
        return [line for line in lines if line["resolved_letter"]]


def lot_of(letter: str) -> tuple[int, str]:
    """A lot size and level that have this code letter, large enough for any sample."""
    first = [(lot, level) for lot in tables().lots for level in LEVELS]
    return next(
        (lot.first, level)
        for lot, level in reversed(first)
        if lot.letters[level] == letter
    )


@pytest.mark.parametrize("row", answers(), ids=lambda row: row["kills"])
def test_plans_are_those_worked_out_by_hand(row: dict[str, str]) -> None:
    """Each plan is the one read by hand from the printed tables."""
    found = sampling_plan(
        lot_size=int(row["lot_size"]),
        aql=row["aql"],
        level=row["level"],
        severity=row["severity"],
    )

    assert row["code_letter"] == found.code_letter
    assert row["plan_code_letter"] == found.plan_code_letter
    assert int(row["sample_size"]) == found.sample_size
    assert int(row["acceptance_number"]) == found.acceptance_number
    assert int(row["rejection_number"]) == found.rejection_number
    assert (row["inspect_all"] == "yes") == found.inspect_all
    assert int(row["plan_sample_size"]) == found.plan_sample_size
    assert int(row["conflicts"]) == len(found.conflicts)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_followed_arrows_agree_with_the_source(severity: str) -> None:
    """Following the arrows gives the plans that the first source gives after them."""
    lines = [line for line in resolved(severity) if line["code_letter"] != "S"]
    found = [
        sampling_plan(lot_size=size, aql=line["aql"], level=level, severity=severity)
        for line in lines
        for size, level in [lot_of(line["code_letter"])]
    ]

    assert len(lines) == 16 * 26
    assert [
        (
            line["resolved_letter"],
            line["resolved_sample_size"],
            line["resolved_ac"],
            line["resolved_re"],
        )
        for line in lines
    ] == [
        (
            plan.plan_code_letter,
            str(plan.plan_sample_size),
            str(plan.acceptance_number),
            str(plan.rejection_number),
        )
        for plan in found
    ]


def test_code_letters_of_the_chart() -> None:
    """The code letters are those of the printed table, lot range by lot range."""
    printed = {
        2: "A A A A A A B",
        9: "A A A A A B C",
        16: "A A B B B C D",
        26: "A B B C C D E",
        51: "B B C C C E F",
        91: "B B C D D F G",
        151: "B C D E E G H",
        281: "B C D E F H J",
        501: "C C E F G J K",
        1201: "C D E G H K L",
        3201: "C D F G J L M",
        10001: "C D F H K M N",
        35001: "D E G J L N P",
        150001: "D E G J M P Q",
        500001: "D E H K N Q R",
    }
    columns = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")

    assert printed == {
        lot.first: " ".join(lot.letters[level] for level in columns)
        for lot in tables().lots
    }


def test_lot_ranges_join_without_gap() -> None:
    """Each lot range ends one unit before the next, and the last has no end."""
    lots = tables().lots

    assert [lot.first - 1 for lot in lots[1:]] == [lot.last for lot in lots[:-1]]
    assert lots[-1].last is None


def test_sample_sizes_of_the_rows() -> None:
    """Reduced samples are smaller; only tightened has a row S."""
    usual = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000]
    small = [2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800]

    assert usual == [row.sample_size for row in tables().rows["normal"]]
    assert [*usual, 3150] == [row.sample_size for row in tables().rows["tightened"]]
    assert small == [row.sample_size for row in tables().rows["reduced"]]


def test_the_fifteen_cells_in_which_sources_differ() -> None:
    """One tightened cell and the fourteen reduced cells with 5 carry a conflict."""
    named = {
        (severity, row.letter, aql)
        for severity in SEVERITIES
        for row in tables().rows[severity]
        for aql, cell in row.cells.items()
        if cell.conflict
    }
    large = "L/1.5 M/1.0 N/0.65 P/0.40 Q/0.25 R/0.15"
    small = "C/65 D/40 E/25 F/15 G/10 H/6.5 J/4.0 K/2.5"

    assert {("tightened", "A", "10")} | {
        ("reduced", *cell.split("/")) for cell in f"{small} {large}".split()
    } == named


@pytest.mark.parametrize("printed", PRINTED_AQLS)
def test_every_aql_of_the_standard_is_known_by_value(printed: str) -> None:
    """An AQL is found however its value is spelt, and given back as printed."""
    exact = Decimal(printed)

    assert printed == canonical_aql(tables(), printed)
    assert printed == canonical_aql(tables(), exact)
    assert printed == canonical_aql(
        tables(), f"{exact:f}0" if "." in printed else printed
    )


def test_an_int_is_an_aql_too() -> None:
    """4 is the AQL 4.0, 10 is 10."""
    assert sampling_plan(lot_size=5000, aql="4.0") == sampling_plan(
        lot_size=5000, aql=4
    )
    assert sampling_plan(lot_size=5000, aql="10") == sampling_plan(
        lot_size=5000, aql=10
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_lot_has_a_plan_at_every_aql(level: str, severity: str) -> None:
    """No combination of lot, level, AQL and severity is left without a plan."""
    plans = [
        sampling_plan(lot_size=lot.first, aql=aql, level=level, severity=severity)
        for lot in tables().lots
        for aql in PRINTED_AQLS
    ]

    assert all(plan.rejection_number == plan.acceptance_number + 1 for plan in plans)
    assert all(plan.sample_size <= plan.lot_size for plan in plans)


def test_the_row_sampled_decides_the_next_stricter_aql() -> None:
    """On normal, left of every plan with Ac 2 or more stands a plan, never an arrow."""
    left_of = [
        stricter
        for row in tables().rows["normal"]
        for stricter, cell in zip(
            [Cell(kind="none"), *row.cells.values()], row.cells.values(), strict=False
        )
        if cell.acceptance_number >= 2
    ]

    assert {"plan"} == {cell.kind for cell in left_of}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lot_size", 1),
        ("lot_size", 0),
        ("lot_size", -5),
        ("lot_size", True),
        ("lot_size", 5000.0),
        ("lot_size", "5000"),
        ("aql", "2.4"),
        ("aql", 2.5),
        ("aql", True),
        ("aql", None),
        ("aql", "2,5"),
        ("aql", "-2.5"),
        ("aql", "nan"),
        ("aql", Decimal("NaN")),
        ("aql", Decimal("sNaN")),
        ("aql", Decimal("Infinity")),
        ("aql", 1001),
        ("level", "IV"),
        ("level", "S-5"),
        ("level", "ii"),
        ("level", 2),
        ("severity", "strict"),
        ("severity", None),
    ],
)
def test_what_is_not_in_the_tables_is_refused(field: str, value: object) -> None:
    """A wrong argument raises an error that names it and says what to give."""
    asked = {"lot_size": 5000, "aql": "2.5", field: value}

    with pytest.raises(SamplingError) as caught:
        sampling_plan(**asked)  # type: ignore[arg-type]

    assert field == caught.value.field
    assert caught.value.remedy


@pytest.mark.parametrize("aql", [0, "0", "0.0", Decimal(0)])
def test_an_aql_of_zero_points_to_zero_tolerance(aql: str | int | Decimal) -> None:
    """Critical defects are a matter of the report's class, not of the tables."""
    with pytest.raises(SamplingError, match="zero_tolerance"):
        sampling_plan(lot_size=5000, aql=aql)


def test_remedies_list_what_is_allowed() -> None:
    """Whoever asks for an unknown AQL or level reads which there are."""
    with pytest.raises(SamplingError, match=r"0\.010, 0\.015, .*, 1000"):
        sampling_plan(lot_size=5000, aql="3")
    with pytest.raises(SamplingError, match="I, II, III, S-1, S-2, S-3, S-4"):
        sampling_plan(lot_size=5000, aql="2.5", level="IV")
