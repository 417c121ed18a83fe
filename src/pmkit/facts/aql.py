"""
The sampling tables of ISO 2859-1:1999, and plans from them.

Their sources, and the fifteen cells in which sources differ, are in
``pmkit/facts/data/aql_sources.md``.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pmkit.core import sampling

if TYPE_CHECKING:
    from decimal import Decimal


def sampling_plan(
    *,
    lot_size: int,
    aql: str | int | Decimal,
    level: str = "II",
    severity: str = "normal",
) -> sampling.SamplingPlan:
    """
    Find the single sampling plan of a lot.

    Args:
        lot_size: Units in the lot, at least 2.

        aql: The acceptance quality limit, compared by value, such as ``"2.5"``.
            Values above 10 count defects per 100 units only.

        level: The inspection level: I, II, III, S-1, S-2, S-3 or S-4.

        severity: normal, tightened or reduced.

    Returns:
        The plan: code letters, sample size, acceptance and rejection number, and
        in which ways published sources differ about it.

    Raises:
        pmkit.SamplingError: If an argument is not in the tables; the message names
            the field and lists what is.

    Examples:
        >>> plan = sampling_plan(lot_size=5000, aql="2.5")
        >>> plan.code_letter, plan.sample_size
        ('L', 200)
        >>> plan.acceptance_number, plan.rejection_number
        (10, 11)

        An arrow leads to another row, and to the sample size of that row:

        >>> plan = sampling_plan(lot_size=100, aql="0.10")
        >>> plan.code_letter, plan.plan_code_letter, plan.sample_size, plan.inspect_all
        ('F', 'K', 100, True)
    """
    return sampling.plan(
        tables(), lot_size=lot_size, aql=aql, level=level, severity=severity
    )


@cache
def tables() -> sampling.SamplingTables:
    """Read the tables, once."""
    return sampling.SamplingTables(
        lots=tuple(
            sampling.LotRange(
                first=int(line["lot_min"]),
                last=int(line["lot_max"]) if line["lot_max"] else None,
                letters={level: line[level] for level in sampling.LEVELS},
            )
            for line in _lines("aql_code_letters.tsv")
        ),
        rows={
            severity: _rows(_lines(f"aql_single_{severity}.tsv"))
            for severity in sampling.SEVERITIES
        },
    )


def _lines(name: str) -> list[dict[str, str]]:
    text = files("pmkit.facts").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def _rows(lines: list[dict[str, str]]) -> tuple[sampling.Row, ...]:
    sizes = {line["code_letter"]: int(line["sample_size"]) for line in lines}
    return tuple(
        sampling.Row(
            letter=letter,
            sample_size=size,
            cells={
                line["aql"]: _cell(line)
                for line in lines
                if line["code_letter"] == letter
            },
        )
        for letter, size in sizes.items()
    )


def _cell(line: dict[str, str]) -> sampling.Cell:
    return sampling.Cell(
        kind=sampling.CELL_KINDS[line["cell"]],
        acceptance_number=int(line["ac"] or 0),
        rejection_number=int(line["re"] or 0),
        conflict=line["conflict"],
    )
