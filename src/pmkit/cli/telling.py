"""
The story of ``pmkit demo`` as people read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from pmkit.cli.months import deadline_months

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.status import Due
    from pmkit.sandbox.demo import Journey, Step

_INDENT = "    "


def tell(journey: Journey, db: str | None) -> None:
    """
    Print what happened, step by step: when, who, what, until when and why.

    Args:
        journey: What happened.

        db: The file that was asked for; `None` if it is gone.
    """
    console = Console(highlight=False)
    explained: set[tuple[str, str]] = set()
    for number, step in enumerate(journey.steps, start=1):
        _tell_step(console, number, step, explained)
    order = journey.order
    console.print(
        f"Service {journey.service_id} of order {order.id} is "
        f"{journey.service.stage.value}, after {order.seq} events.",
        style="bold",
    )
    console.print(_afterwards(order.id, db), soft_wrap=True, markup=False)


def _tell_step(
    console: Console, number: int, step: Step, explained: set[tuple[str, str]]
) -> None:
    when = f"{step.at:%a %Y-%m-%d %H:%M}"
    console.print(f"{number:2}. {when}  {step.actor}", style="bold", markup=False)
    for text, style in _lines(step, explained):
        _print(console, text, style)
    if step.refusal is not None:
        for due in step.due:
            console.print(deadline_months(due.deadline))
    console.print()


def _print(console: Console, text: str, style: str) -> None:
    """Print a paragraph with an indent and without blanks at the ends of lines."""
    for line in Text(text, style=style).wrap(console, console.width - len(_INDENT)):
        line.rstrip()
        console.print(Text(_INDENT).append_text(line))


def _lines(step: Step, explained: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give each line of a step with its style; the words alone are enough."""
    yield step.what, ""
    for said in step.says:
        yield f"- {said}", ""
    if step.refusal is not None:
        refusal = step.refusal
        yield f"Refused ({refusal.code}): {refusal.message}", "bold red"
        yield refusal.allowed, "red"
    else:
        for due in step.due:
            yield _deadline(due, explained), "yellow"
    for notice in step.notices:
        yield f"Notice {notice}", "dim"
    if step.status:
        yield f"Status: {step.status}", "green"


def _deadline(due: Due, explained: set[tuple[str, str]]) -> str:
    """Explain a deadline when it is first met; later its day is enough."""
    key = (due.what, due.deadline.at.isoformat())
    if key in explained:
        last = due.deadline.last_day
        return f"Deadline: {due.what} Until {last:%a} {last} ({due.deadline.clause})."
    explained.add(key)
    return f"Deadline: {due.what} {due.explanation}"


def _afterwards(order_id: str, db: str | None) -> str:
    if db is None:
        return "Keep the database: pmkit demo --db demo.db"
    return f"Look at it: pmkit orders show {order_id} --db {db}"
