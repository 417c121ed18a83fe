"""
``pmkit ops reconcile``: our books, the processors' lists and the bank's statement.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pmkit.cli.importing import common
from pmkit.cli.orders import opened
from pmkit.core.errors import DocumentError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmkit.core.reconciliation import Entry, OpenItem, Reconciliation
    from pmkit.shell.clock import Clock

_T = TypeVar("_T")


@click.command("reconcile")
@click.option("--processor", metavar="FILE.json", help="What the processors list.")
@click.option(
    "--statement", required=True, metavar="FILE.json", help="What the bank shows."
)
@click.option(
    "--direct",
    multiple=True,
    metavar="METHOD",
    help="A method whose money comes straight to the account.",
)
@click.option(
    "--owner",
    multiple=True,
    metavar="METHOD=NAME",
    help="Who clears the open items of a method.",
)
@click.option(
    "--since",
    metavar="DATE",
    help="The first day of the lists, UTC: what came before need not be in them.",
)
@click.option(
    "--grace",
    type=float,
    default=0.0,
    metavar="DAYS",
    help="How long one side may be late before an item is open.",
)
@common
def reconcile(
    clock: Clock | None,
    *,
    processor: str | None,
    statement: str,
    direct: tuple[str, ...],
    owner: tuple[str, ...],
    since: str | None,
    grace: float,
    db: str,
    as_json: bool,
) -> int:
    """
    Match what the orders have, what the processors list and what the bank shows.

    Every item that does not match is shown with its age and its owner, the oldest
    first, until it is cleared on one of the three sides.  The exit code is 1 if there
    is one.

    Give the first day of the two lists as --since, or all that ever was: what the
    orders have and no list names is an open item.  With --grace what one side may
    still tell by itself waits.

    With --json: clean, matched, a list of reference, lines and entries, open and
    waiting, lists of reason, owner, since, age_seconds and entries, and earlier, how
    many entries of the orders are older than the lists.
    """
    from pmkit.core.reconciling import reconcile as match
    from pmkit.shell.statements import read_processor_list, read_statement

    owners = dict(_named(each) for each in owner)
    begins, late = _first_moment(since), _days(grace)
    listed = _read(processor, "processor", read_processor_list) if processor else ()
    lines = _read(statement, "statement", read_statement)
    with opened(db, clock) as desk:
        found = match(
            desk.book_entries(),
            listed,
            lines,
            now=desk.clock.now(),
            direct=direct,
            owners=owners,
            since=begins,
            grace=late,
        )
    if as_json:
        click.echo(json.dumps(_record(found)))
    else:
        _show(found)
    return 0 if found.clean else 1


def _named(text: str) -> tuple[str, str]:
    method, sign, name = text.partition("=")
    if not sign or not name.strip():
        msg = f"{text!r} names nobody."
        raise InputError(msg, field="owner", remedy="Write it as sandbox-card=Kim.")
    return method, name


def _first_moment(since: str | None) -> dt.datetime | None:
    """Give the moment at which a day begins, UTC."""
    if since is None:
        return None
    from pmkit.cli.deadline import plain_day

    return dt.datetime.combine(plain_day(since, field="since"), dt.time(), dt.UTC)


def _days(grace: float) -> dt.timedelta:
    try:
        return dt.timedelta(days=grace)
    except (OverflowError, ValueError):
        msg = "That is no number of days."
        raise InputError(msg, field="grace", remedy="Give such as 3.") from None


def _read(file: str, field: str, reader: Callable[[bytes], _T]) -> _T:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise DocumentError(msg, field=field, remedy="Check its name.") from None
    return reader(content)


def _record(found: Reconciliation) -> dict[str, Any]:
    return {
        "clean": found.clean,
        "matched": [
            {
                "reference": each.reference,
                "lines": [line.id for line in each.lines],
                "entries": [ours.id for ours, _ in each.pairs],
            }
            for each in found.matched
        ],
        "open": [_item(item) for item in found.open_items],
        "waiting": [_item(item) for item in found.waiting],
        "earlier": len(found.earlier),
    }


def _item(item: OpenItem) -> dict[str, Any]:
    from pmkit.shell.wire import instant_text

    return {
        "reason": item.reason.value,
        "owner": item.owner,
        "since": instant_text(item.since),
        "age_seconds": int(item.age.total_seconds()),
        "entries": [_entry(entry) for entry in item.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    from pmkit.shell.wire import encode

    plain = encode(entry)
    assert isinstance(plain, dict)  # noqa: S101 - a record becomes an object
    side = {"BookEntry": "books", "ProcessorEntry": "processor"}
    return {"side": side.get(type(entry).__name__, "statement"), **plain}


def _show(found: Reconciliation) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    counts = f"{len(found.matched)} matched, {len(found.open_items)} open"
    if found.waiting:
        counts += f", {len(found.waiting)} waiting"
    if found.earlier:
        counts += f", {len(found.earlier)} earlier"
    console.print(f"{counts}.")
    if found.clean and not found.waiting:
        return
    table = Table("age", "why", "owner", "what", "amounts", box=None)
    for item in found.open_items:
        table.add_row(*_row(item))
    for item in found.waiting:
        table.add_row(*_row(item, "waits: "))
    console.print(table)


def _row(item: OpenItem, how: str = "") -> Iterable[str]:
    names = dict.fromkeys(entry.id for entry in item.entries)
    amounts = dict.fromkeys(str(entry.amount) for entry in item.entries)
    age = f"{item.age.days} d" if item.age.days else f"{item.age.seconds // 3600} h"
    return (
        age,
        how + item.reason.value,
        item.owner,
        ", ".join(names),
        ", ".join(amounts),
    )
