"""
When the lots of a supplier are inspected more or less severely.

The switching rules of ISO 2859-1:1999, clause 9.3 and 9.4, as a fold: a state and
the result of one lot give the next state.  They hold per defect class, and for
original inspections only.

Sources:
    https://www.sqconline.com/switching-rules-iso-2859-1

    https://aqlrule.com/manual/switch.html
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import OutOfOrderError, SamplingError
from pmkit.core.sampling import accepts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.sampling import SamplingPlan, SamplingTables

#: Lots that are looked back on for "two of five or fewer".
WINDOW = 5
#: Lots not accepted within the window that tighten.
TIGHTEN_AFTER = 2
#: Consecutive lots accepted on tightened that return to normal.
RELAX_AFTER = 5
#: Lots not accepted on tightened, cumulated, that discontinue.
DISCONTINUE_AFTER = 5
#: The switching score that permits reduced inspection.
REDUCE_AT = 30
# From this acceptance number on, the score asks for the next stricter AQL.
_COMPARED_FROM = 2


@attrs.frozen(kw_only=True)
class LotResult:
    """
    What the inspection of one lot found, as far as switching needs it.

    Args:
        severity: The severity that the lot was inspected by.

        acceptance_number: That of its plan.

        accepted: Whether the lot was accepted.

        accepted_one_step_tighter: Whether the same sample would have passed at the
            next stricter AQL; an arrow there counts as not accepted.

        original: False for a lot that was resubmitted, which does not count.

        production_steady: Whether the production rate is steady.

        reduced_desired: Whether the responsible authority wants reduced inspection.
    """

    severity: str
    acceptance_number: int
    accepted: bool
    accepted_one_step_tighter: bool = False
    original: bool = True
    production_steady: bool = False
    reduced_desired: bool = False


@attrs.frozen(kw_only=True)
class SwitchingState:
    """
    Where a series of lots stands.  The default is its beginning.

    Args:
        severity: The severity for the next lot.

        score: The switching score; 0 unless on normal.

        recent: Whether each of the last lots on normal was accepted, oldest first.

        accepted_in_row: Consecutive lots accepted on tightened.

        not_accepted: Lots not accepted on tightened, cumulated.

        discontinued: Whether no lot may be inspected until the supplier has acted.

        clause: The clause of ISO 2859-1:1999 that the last lot changed the severity
            by; empty if it did not.
    """

    severity: str = "normal"
    score: int = 0
    recent: tuple[bool, ...] = ()
    accepted_in_row: int = 0
    not_accepted: int = 0
    discontinued: bool = False
    clause: str = ""


def lot_result(
    tables: SamplingTables,
    plan: SamplingPlan,
    defects: int,
    *,
    original: bool = True,
    production_steady: bool = False,
    reduced_desired: bool = False,
) -> LotResult:
    """
    Judge one lot by its plan and at the next stricter AQL.

    The comparison stays in the row that the sample was drawn by, because only there
    is the sample of the same size.

    Args:
        tables: The tables that the plan is from.

        plan: The plan that the sample was drawn by.

        defects: Defects found in the sample.

        original: False for a lot that was resubmitted.

        production_steady: Whether the production rate is steady.

        reduced_desired: Whether the responsible authority wants reduced inspection.

    Returns:
        The result, for `switch`.

    Raises:
        pmkit.SamplingError: If *defects* is no count.
    """
    row = next(
        row for row in tables.rows[plan.severity] if row.letter == plan.plan_code_letter
    )
    stricter = list(row.cells)[: list(row.cells).index(plan.aql)]
    cell = row.cells[stricter[-1]] if stricter else None
    return LotResult(
        severity=plan.severity,
        acceptance_number=plan.acceptance_number,
        accepted=accepts(plan, defects),
        accepted_one_step_tighter=cell is not None
        and cell.kind == "plan"
        and defects <= cell.acceptance_number,
        original=original,
        production_steady=production_steady,
        reduced_desired=reduced_desired,
    )


def switch(state: SwitchingState, lot: LotResult) -> SwitchingState:
    """
    Take one lot into account.

    Args:
        state: Where the series stood before it.

        lot: The result of the lot.

    Returns:
        Where the series stands now; a resubmitted lot changes nothing.

    Raises:
        pmkit.OutOfOrderError: If inspection is discontinued.

        pmkit.SamplingError: If the lot was inspected by another severity.
    """
    if not lot.original:
        return attrs.evolve(state, clause="")
    if state.discontinued:
        msg = "Inspection of this series is discontinued."
        raise OutOfOrderError(
            msg, field="lot", remedy="Resume once the supplier has improved."
        )
    if lot.severity != state.severity:
        msg = f"The lot was inspected {lot.severity}, but {state.severity} is due."
        raise SamplingError(
            msg, field="severity", remedy=f"Draw the sample by a {state.severity} plan."
        )
    if state.severity == "normal":
        return _after_normal(state, lot)
    if state.severity == "tightened":
        return _after_tightened(state, lot)
    return _after_reduced(lot)


def switched(lots: Iterable[LotResult]) -> SwitchingState:
    """
    Fold a whole series of lots, from its beginning.

    Args:
        lots: The results, oldest first.

    Returns:
        Where the series stands after the last of them.
    """
    return reduce(switch, lots, SwitchingState())


def resume(state: SwitchingState) -> SwitchingState:
    """
    Take up a discontinued series again, once the supplier has acted.

    Args:
        state: A discontinued state.

    Returns:
        The beginning of tightened inspection.

    Raises:
        pmkit.OutOfOrderError: If the series is not discontinued.
    """
    if not state.discontinued:
        msg = "Inspection of this series is not discontinued."
        raise OutOfOrderError(msg, field="state", remedy="Go on with the next lot.")
    return SwitchingState(severity="tightened", clause="9.4")


def _after_normal(state: SwitchingState, lot: LotResult) -> SwitchingState:
    recent = (*state.recent, lot.accepted)[-WINDOW:]
    if recent.count(False) >= TIGHTEN_AFTER:
        return SwitchingState(severity="tightened", clause="9.3.1")
    score = _score(state.score, lot)
    if score >= REDUCE_AT and lot.production_steady and lot.reduced_desired:
        return SwitchingState(severity="reduced", clause="9.3.3")
    return SwitchingState(score=score, recent=recent)


def _score(score: int, lot: LotResult) -> int:
    """Update the switching score by clause 9.3.3.2."""
    if not lot.accepted:
        return 0
    if lot.acceptance_number < _COMPARED_FROM:
        return score + 2
    return score + 3 if lot.accepted_one_step_tighter else 0


def _after_tightened(state: SwitchingState, lot: LotResult) -> SwitchingState:
    in_row = state.accepted_in_row + 1 if lot.accepted else 0
    failed = state.not_accepted + (not lot.accepted)
    if in_row >= RELAX_AFTER:
        return SwitchingState(clause="9.3.2")
    stop = failed >= DISCONTINUE_AFTER
    return SwitchingState(
        severity="tightened",
        accepted_in_row=in_row,
        not_accepted=failed,
        discontinued=stop,
        clause="9.4" if stop else "",
    )


def _after_reduced(lot: LotResult) -> SwitchingState:
    if lot.accepted and lot.production_steady and lot.reduced_desired:
        return SwitchingState(severity="reduced")
    return SwitchingState(clause="9.3.4")
