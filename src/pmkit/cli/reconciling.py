"""
``pmkit ops reconcile``: our books, the processors' lists and the bank's statement.
"""

from __future__ import annotations

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
@common
def reconcile(
    clock: Clock | None,
    *,
    processor: str | None,
    statement: str,
    direct: tuple[str, ...],
    owner: tuple[str, ...],
    db: str,
    as_json: bool,
) -> int:
    """
    Match what the orders have, what the processors list and what the bank shows.

    Every item that does not match is shown with its age and its owner, the oldest
    first, until it is cleared on one of the three sides.  The exit code is 1 if there
    is one.

    With --json: clean, matched, a list of reference, lines and entries, and open, a
    list of reason, owner, since, age_seconds and entries.
    """
    from pmkit.core.reconciling import reconcile as match
    from pmkit.shell.statements import read_processor_list, read_statement

    owners = dict(_named(each) for each in owner)
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


def _read(file: str, field: str, reader: Callable[[bytes], _T]) -> _T:
    try:
        content = Path(file).read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise DocumentError(msg, field=field, remedy="Check its name.") from None
    return reader(content)


def _record(found: Reconciliation) -> dict[str, Any]:
    from pmkit.shell.wire import instant_text

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
        "open": [
            {
                "reason": item.reason.value,
                "owner": item.owner,
                "since": instant_text(item.since),
                "age_seconds": int(item.age.total_seconds()),
                "entries": [_entry(entry) for entry in item.entries],
            }
            for item in found.open_items
        ],
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
    console.print(f"{len(found.matched)} matched, {len(found.open_items)} open.")
    if found.clean:
        return
    table = Table("age", "why", "owner", "what", "amounts", box=None)
    for item in found.open_items:
        table.add_row(*_row(item))
    console.print(table)


def _row(item: OpenItem) -> Iterable[str]:
    names = dict.fromkeys(entry.id for entry in item.entries)
    amounts = dict.fromkeys(str(entry.amount) for entry in item.entries)
    age = f"{item.age.days} d" if item.age.days else f"{item.age.seconds // 3600} h"
    return age, item.reason.value, item.owner, ", ".join(names), ", ".join(amounts)
