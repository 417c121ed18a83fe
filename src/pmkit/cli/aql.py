"""
``pmkit aql``: how many units to draw from a lot, and how many defects fail it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs
import click

from pmkit.core.errors import SamplingError
from pmkit.facts.aql import sampling_plan

if TYPE_CHECKING:
    from pmkit.core.sampling import SamplingPlan

_LONGEST = 18


@click.command()
@click.option("--lot", required=True, metavar="UNITS", help="Units in the lot.")
@click.option("--aql", required=True, metavar="AQL", help="For example 2.5.")
@click.option(
    "--level",
    default="II",
    show_default=True,
    metavar="LEVEL",
    help="I, II, III, S-1, S-2, S-3 or S-4.",
)
@click.option(
    "--severity",
    default="normal",
    show_default=True,
    metavar="SEVERITY",
    help="normal, tightened or reduced.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def aql(*, lot: str, aql: str, level: str, severity: str, as_json: bool) -> None:
    """
    Find the sampling plan of a lot by ISO 2859-1.
    """
    plan = sampling_plan(lot_size=_units(lot), aql=aql, level=level, severity=severity)
    click.echo(json.dumps(attrs.asdict(plan)) if as_json else explanation(plan))


def explanation(plan: SamplingPlan) -> str:
    """
    Say a plan in sentences.

    Args:
        plan: The plan.

    Returns:
        Lines of text, without a newline at the end.
    """
    drawn = f"Draw {plan.sample_size} of {plan.lot_size} units."
    if plan.inspect_all:
        drawn = f"Inspect all {plan.lot_size} units: the plan asks for {_asked(plan)}."
    judged = (
        f"Accept the lot if at most {plan.acceptance_number} defects are found, "
        f"reject it if {plan.rejection_number} or more are."
    )
    found = (
        f"Level {plan.level} gives this lot code letter {plan.code_letter}; "
        f"AQL {plan.aql}, {plan.severity} inspection."
    )
    lines = [drawn, judged, found]
    if plan.plan_code_letter != plan.code_letter:
        way = "down" if plan.plan_code_letter > plan.code_letter else "up"
        lines.append(
            f"The table has an arrow {way} there: "
            f"the plan is that of letter {plan.plan_code_letter}."
        )
    lines += [f"Sources differ: {text}" for text in plan.conflicts]
    return "\n".join(lines)


def _asked(plan: SamplingPlan) -> str:
    if plan.plan_sample_size == plan.lot_size:
        return "as many"
    return f"{plan.plan_sample_size}"


def _units(text: str) -> int:
    if len(text) <= _LONGEST and text.isascii() and text.removeprefix("-").isdigit():
        return int(text)
    msg = f"{text[:_LONGEST]!r} is not a whole number."
    raise SamplingError(
        msg, field="lot_size", remedy="Give --lot the units in the lot, such as 5000."
    )
