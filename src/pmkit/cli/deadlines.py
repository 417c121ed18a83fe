"""
``pmkit deadlines recheck``: what a new calendar makes of the deadlines of a database.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmkit.cli.importing import OPERATOR, common
from pmkit.cli.orders import opened
from pmkit.core.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.deadlines import Deadline
    from pmkit.core.rules.open_deadlines import Finding
    from pmkit.shell.clock import Clock
    from pmkit.shell.desk.rechecking import OrderRecheck

_ROW = "{:<16} {:<16} {:<10} {:<10} {:>5}  {:<9} {}"
_HEAD = ("order", "deadline", "given", "now", "days", "favours", "terms say")
_DONE = (*_HEAD[:-1], "done")


@click.group()
def deadlines() -> None:
    """
    Tell which given deadlines another calendar would change.
    """


@deadlines.command()
@click.option(
    "--calendar",
    metavar="NEW.json",
    help="The new calendar; what pmkit itself knows if left out.",
)
@click.option(
    "--replaces",
    metavar="NAME",
    help="The name of the calendar that it replaces; its own if left out.",
)
@click.option("--apply", is_flag=True, help="Do it, with one event per order.")
@common
def recheck(
    clock: Clock | None,
    *,
    calendar: str | None,
    replaces: str | None,
    apply: bool,
    db: str,
    as_json: bool,
) -> None:
    """
    Tell which open deadlines would be others now, and what the terms say to do.

    Nothing changes without --apply.  Each line is printed as soon as it is known, so
    that memory does not grow with the number of orders.

    With --json: applied, and orders, a list of order, recorded and deadlines; each
    with which, service, visit, refund, old, new, days_moved, in_favour_of,
    becomes_final and advice.
    """
    new = None if calendar is None else _calendar(calendar)
    with opened(db, clock) as desk:
        found = desk.recheck(new, replaces=replaces, apply=apply, actor=OPERATOR)
        if as_json:
            _write_json(found, applied=apply)
        else:
            _write_table(found, applied=apply)


def _calendar(file: str) -> WorkingCalendar:
    from pmkit.facts.calendar_files import read_calendar

    try:
        text = Path(file).read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise DocumentError(msg, field="calendar", remedy="Name a file.") from None
    return read_calendar(text, beyond_horizon="provisional")


def _write_json(found: Iterable[OrderRecheck], *, applied: bool) -> None:
    """Write one object, its list as it grows."""
    click.echo(f'{{"applied": {json.dumps(applied)}, "orders": [', nl=False)
    between = ""
    for one in found:
        click.echo(between + json.dumps(_record(one)), nl=False)
        between = ", "
    click.echo("]}")


def _write_table(found: Iterable[OrderRecheck], *, applied: bool) -> None:
    orders = 0
    for orders, one in enumerate(found, start=1):
        if orders == 1:
            click.echo(_ROW.format(*(_DONE if applied else _HEAD)))
        for line in _lines(one):
            click.echo(line)
    click.echo(_summary(orders, applied=applied))


def _lines(one: OrderRecheck) -> Iterator[str]:
    for finding in one.findings:
        check = finding.recheck
        new = "not known" if check.new is None else check.new.last_day.isoformat()
        side = "nobody" if check.in_favour_of is None else _side(finding)
        yield _ROW.format(
            one.order_id,
            finding.where.which.value,
            check.old.last_day.isoformat(),
            new,
            f"{check.days_moved:+}" if check.days_moved else "0",
            side,
            check.advice.value,
        )


def _summary(orders: int, *, applied: bool) -> str:
    if not orders:
        return "No open deadline differs."
    count = "1 order" if orders == 1 else f"{orders} orders"
    if applied:
        return f"{count}: done and recorded; a second time nothing changes."
    return f"{count}. Nothing was changed; add --apply to do what the terms say."


def _record(one: OrderRecheck) -> dict[str, Any]:
    return {
        "order": one.order_id,
        "recorded": one.recorded,
        "deadlines": [_finding(finding) for finding in one.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    where, check = finding.where, finding.recheck
    return {
        "which": where.which.value,
        "service": where.service_id or None,
        "visit": where.visit,
        "refund": where.refund_id or None,
        "old": _moment(check.old),
        "new": None if check.new is None else _moment(check.new),
        "days_moved": check.days_moved,
        "in_favour_of": None if check.in_favour_of is None else _side(finding),
        "becomes_final": check.becomes_final,
        "advice": check.advice.value,
    }


def _moment(due: Deadline) -> dict[str, Any]:
    return {
        "at": due.at.isoformat(),
        "last_day": due.last_day.isoformat(),
        "clause": due.clause,
        "provisional": due.provisional,
        "calendar": due.calendar,
        "calendar_version": due.calendar_version,
    }


def _side(finding: Finding) -> str:
    """Name who is favoured; the operator stands for the platform."""
    from pmkit.core.parties import Role

    side = finding.recheck.in_favour_of
    return "platform" if side is Role.OPERATOR else str(side)
