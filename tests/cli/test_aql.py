"""``pmkit aql``: the plan of a lot on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pmkit.cli.aql import aql
from pmkit.core.errors import SamplingError

if TYPE_CHECKING:
    from click.testing import Result


def run(line: str) -> Result:
    return CliRunner().invoke(aql, line.split())


def test_json_has_the_names_of_the_plan() -> None:
    """--json prints one object with the attributes of a sampling plan."""
    result = run("--lot 5000 --level II --aql 2.5 --json")

    assert {
        "lot_size": 5000,
        "level": "II",
        "aql": "2.5",
        "severity": "normal",
        "code_letter": "L",
        "plan_code_letter": "L",
        "sample_size": 200,
        "acceptance_number": 10,
        "rejection_number": 11,
        "inspect_all": False,
        "plan_sample_size": 200,
        "conflicts": [],
    } == json.loads(result.stdout)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--lot 5000 --aql 2.5", "Draw 200 of 5000 units."),
        ("--lot 5000 --aql 2.5", "at most 10 defects are found, reject it if 11"),
        ("--lot 5000 --aql 2.5", "Level II gives this lot code letter L"),
        ("--lot 100 --aql 0.10", "Inspect all 100 units: the plan asks for 125."),
        ("--lot 125 --aql 0.10", "Inspect all 125 units: the plan asks for as many."),
        ("--lot 100 --aql 0.10", "arrow down there: the plan is that of letter K."),
        ("--lot 100 --aql 1.0", "arrow up there: the plan is that of letter E."),
        ("--lot 3000 --aql 2.5 --severity reduced", "Sources differ: "),
        ("--lot 3000 --aql 2.5 --severity tightened", "AQL 2.5, tightened inspection."),
    ],
)
def test_text_explains_the_plan(line: str, words: str) -> None:
    """The text says what to draw, when to accept, and how the table was read."""
    assert words in run(line).stdout


def test_text_is_silent_about_what_is_not_there() -> None:
    """A plain plan mentions neither arrows nor differing sources."""
    said = run("--lot 5000 --aql 2.5").stdout

    assert "arrow" not in said
    assert "Sources" not in said


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("--lot 1 --aql 2.5", "lot_size"),
        ("--lot -5 --aql 2.5", "lot_size"),
        ("--lot many --aql 2.5", "lot_size"),
        ("--lot 5e3 --aql 2.5", "lot_size"),
        ("--lot ٥٠ --aql 2.5", "lot_size"),
        ("--lot 9999999999999999999 --aql 2.5", "lot_size"),
        ("--lot 5000 --aql 3", "aql"),
        ("--lot 5000 --aql 0", "aql"),
        ("--lot 5000 --aql two", "aql"),
        ("--lot 5000 --aql 2.5 --level IV", "level"),
        ("--lot 5000 --aql 2.5 --severity soft", "severity"),
    ],
)
def test_bad_input_is_an_error_that_names_the_field(line: str, field: str) -> None:
    """What is not in the tables is a sampling error with a remedy, not a traceback."""
    result = run(line)

    assert isinstance(result.exception, SamplingError)
    assert field == result.exception.field
    assert result.exception.remedy
    assert not result.stdout
