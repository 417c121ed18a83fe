"""
How many units of a lot an inspector draws, and how many defects fail it.

Single sampling by attributes, as in ISO 2859-1:1999 and GB/T 2828.1-2012: the lot
size and the level give a code letter; the letter and the AQL (acceptance quality
limit) give a sample size with an acceptance and a rejection number.  Where a cell
of the table holds an arrow, the first plan in its direction is used, *with the
sample size of that plan's row*.

The tables themselves are values passed in, see `pmkit.facts.aql`.

Sources:
    https://webstore.ansi.org/Standards/ISO/ISO28591999

    https://pdfcoffee.com/aql-sampling-chart-pdf-free.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import attrs

from pmkit.core.errors import SamplingError

CellKind = Literal["plan", "down", "up", "none"]

#: The kinds of a cell by the word that data files use.
CELL_KINDS: Mapping[str, CellKind] = {
    "plan": "plan",
    "down": "down",
    "up": "up",
    "none": "none",
}

LEVELS = ("I", "II", "III", "S-1", "S-2", "S-3", "S-4")
SEVERITIES = ("normal", "tightened", "reduced")

_PLAIN = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


@attrs.frozen(kw_only=True)
class LotRange:
    """
    One row of the code letter table.

    Args:
        first: The smallest lot of the range, in units.

        last: The largest lot of the range, or None for no limit.

        letters: The code letter by level.
    """

    first: int
    last: int | None
    letters: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Cell:
    """
    What a table holds for one code letter and AQL.

    Args:
        kind: A plan, an arrow down or up, or none.

        acceptance_number: The most defects that pass; 0 unless a plan.

        rejection_number: The fewest defects that fail; 0 unless a plan.

        conflict: In which way published sources differ here; empty if they agree.
    """

    kind: CellKind
    acceptance_number: int = 0
    rejection_number: int = 0
    conflict: str = ""


@attrs.frozen(kw_only=True)
class Row:
    """
    One row of a plan table.

    Args:
        letter: The code letter.

        sample_size: Its own sample size, in units.

        cells: The cell by AQL, spelt as in the table head; strictest AQL first.
    """

    letter: str
    sample_size: int
    cells: Mapping[str, Cell]


@attrs.frozen(kw_only=True)
class SamplingTables:
    """
    The tables of a standard.

    Args:
        lots: The code letter table, smallest lots first.

        rows: By severity the rows of its plan table, smallest sample first.
    """

    lots: tuple[LotRange, ...]
    rows: Mapping[str, tuple[Row, ...]]


@attrs.frozen(kw_only=True)
class SamplingPlan:
    """
    What to draw from a lot, and when it passes.

    Args:
        lot_size: Units in the lot.

        level: The inspection level, I to III or S-1 to S-4.

        aql: The acceptance quality limit, spelt as in the standard: ``"4.0"``.  It
            counts nonconforming units in percent up to 10, and defects per 100
            units at any value.

        severity: normal, tightened or reduced.

        code_letter: The letter of lot size and level.

        plan_code_letter: The letter of the row that the plan is from; it differs
            from *code_letter* where arrows were followed.

        sample_size: Units to draw; the whole lot if *inspect_all*.

        acceptance_number: The most defects that pass.

        rejection_number: The fewest defects that fail.

        inspect_all: Whether the sample of the table reaches the lot.

        plan_sample_size: The sample size of the table, however small the lot.

        conflicts: In which ways published sources differ about this plan.
    """

    lot_size: int
    level: str
    aql: str
    severity: str
    code_letter: str
    plan_code_letter: str
    sample_size: int
    acceptance_number: int
    rejection_number: int
    inspect_all: bool
    plan_sample_size: int
    conflicts: tuple[str, ...] = ()


def plan(
    tables: SamplingTables,
    *,
    lot_size: int,
    aql: str | int | Decimal,
    level: str = "II",
    severity: str = "normal",
) -> SamplingPlan:
    """
    Find the sampling plan of a lot.

    Args:
        tables: The tables of the standard.

        lot_size: Units in the lot, at least 2.

        aql: The acceptance quality limit, compared by value: ``"2.5"`` is
            ``Decimal("2.50")``.

        level: The inspection level: I, II, III, S-1, S-2, S-3 or S-4.

        severity: normal, tightened or reduced.

    Returns:
        The plan, with arrows followed.

    Raises:
        pmkit.SamplingError: If an argument is not in the tables.
    """
    _check_lot_size(lot_size)
    _one_of(LEVELS, level, field="level")
    rows = tables.rows[_one_of(SEVERITIES, severity, field="severity")]
    limit = canonical_aql(tables, aql)
    letter = _code_letter(tables, lot_size, level)
    start = next(i for i, row in enumerate(rows) if row.letter == letter)
    row = _follow(rows, start, limit)
    cell = row.cells[limit]
    conflicts = dict.fromkeys((rows[start].cells[limit].conflict, cell.conflict))
    return SamplingPlan(
        lot_size=lot_size,
        level=level,
        aql=limit,
        severity=severity,
        code_letter=letter,
        plan_code_letter=row.letter,
        sample_size=min(row.sample_size, lot_size),
        acceptance_number=cell.acceptance_number,
        rejection_number=cell.rejection_number,
        inspect_all=row.sample_size >= lot_size,
        plan_sample_size=row.sample_size,
        conflicts=tuple(text for text in conflicts if text),
    )


def accepts(plan: SamplingPlan, defects: int) -> bool:
    """
    Tell whether a lot passes with this many defects in its sample.

    Args:
        plan: The plan that the sample was drawn by.

        defects: Defects, or nonconforming units, found in the sample.

    Returns:
        True up to the acceptance number.

    Raises:
        pmkit.SamplingError: If *defects* is negative or not an int.
    """
    _check_defects(defects)
    return defects <= plan.acceptance_number


def canonical_aql(tables: SamplingTables, aql: str | int | Decimal) -> str:
    """
    Spell an AQL as the tables do.

    Args:
        tables: The tables of the standard.

        aql: The limit as str, int or Decimal.

    Returns:
        The same value as in the head of the tables, such as ``"4.0"`` for 4.

    Raises:
        pmkit.SamplingError: If no table has it, or it is a float.
    """
    allowed = tuple(tables.rows["normal"][0].cells)
    value = _decimal(aql, remedy=f"Give one of {', '.join(allowed)} as a str.")
    if value == 0:
        msg = "No sampling table has an AQL of 0: a sample cannot promise no defect."
        raise SamplingError(
            msg,
            field="aql",
            remedy="Set zero_tolerance on the defect class of the report.",
        )
    for spelt in allowed:
        if Decimal(spelt) == value:
            return spelt
    msg = f"The tables have no AQL of {value}."
    raise SamplingError(msg, field="aql", remedy=f"Give one of {', '.join(allowed)}.")


def _decimal(aql: object, *, remedy: str) -> Decimal:
    kind = type(aql).__name__
    if isinstance(aql, bool) or not isinstance(aql, (str, int, Decimal)):
        msg = f"A {kind} is not an exact number."
        raise SamplingError(msg, field="aql", remedy=remedy)
    if isinstance(aql, str) and not _PLAIN.fullmatch(aql):
        msg = f"{aql[:20]!r} is not a plain decimal number."
        raise SamplingError(msg, field="aql", remedy=remedy)
    value = Decimal(aql)
    if not value.is_finite():
        msg = f"{value} is not a finite number."
        raise SamplingError(msg, field="aql", remedy=remedy)
    return value


def _check_defects(defects: object) -> None:
    if isinstance(defects, bool) or not isinstance(defects, int) or defects < 0:
        msg = "That is not a count of defects."
        raise SamplingError(msg, field="defects", remedy="Give an int of at least 0.")


def _check_lot_size(lot_size: object) -> None:
    if isinstance(lot_size, bool) or not isinstance(lot_size, int):
        msg = f"{lot_size!r} is not a whole number."
        raise SamplingError(
            msg, field="lot_size", remedy="Give the units in the lot as an int."
        )
    if lot_size <= 1:
        msg = "A lot of 1 unit or below cannot be sampled."
        raise SamplingError(
            msg, field="lot_size", remedy="Give at least 2, or check the unit itself."
        )


def _one_of(allowed: tuple[str, ...], value: str, *, field: str) -> str:
    if value not in allowed:
        msg = f"There is no {field} {value!r}."
        raise SamplingError(
            msg, field=field, remedy=f"Give one of {', '.join(allowed)}."
        )
    return value


def _code_letter(tables: SamplingTables, lot_size: int, level: str) -> str:
    fitting = [lot for lot in tables.lots if lot.first <= lot_size]
    return fitting[-1].letters[level]


def _follow(rows: tuple[Row, ...], start: int, aql: str) -> Row:
    """Walk from row *start* in the direction of the arrows to the first plan."""
    index = start
    while 0 <= index < len(rows):
        kind = rows[index].cells[aql].kind
        if kind == "plan":
            return rows[index]
        if kind == "none":
            break
        index += 1 if kind == "down" else -1
    msg = f"There is no plan for code letter {rows[start].letter} at AQL {aql}."
    raise SamplingError(
        msg, field="aql", remedy="Choose another AQL or inspect every unit."
    )
