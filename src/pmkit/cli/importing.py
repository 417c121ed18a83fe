"""
``pmkit orders import``: orders of the marketplace become drafts, one or many.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from pmkit.core.errors import DocumentError, StoreError
from pmkit.core.order import FixedShipDate
from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.core.order import Order
    from pmkit.shell.clock import Clock
    from pmkit.shell.desk import Desk
    from pmkit.shell.document import OrderDocument

#: Bytes of one order; the largest that anybody has seen has some thousands.
_LONGEST = 1 << 20
#: Who the command line is: the marketplace's own staff.
OPERATOR = Actor(role=Role.OPERATOR, party="platform", name="pmkit orders")


def common(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Add the options of every command on orders; the clock is click's object."""
    function = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object."
    )(function)
    named = click.option("--db", required=True, metavar="FILE", help="The database.")
    return click.pass_obj(named(function))


@click.command("import")
@click.argument("file", metavar="FILE.json")
@click.option(
    "--batch",
    type=click.IntRange(1, 1000),
    default=200,
    show_default=True,
    help="Of FILE.jsonl, how many orders are written at once.",
)
@click.option(
    "--key-prefix",
    default="import/",
    show_default=True,
    metavar="TEXT",
    help="Of FILE.jsonl, what each idempotency key begins with.",
)
@common
def import_order(
    clock: Clock | None,
    *,
    file: str,
    batch: int,
    key_prefix: str,
    db: str,
    as_json: bool,
) -> None:
    """
    Bring orders of the marketplace into the database, as drafts.

    FILE.json holds one JSON object:

    \b
    {
      "id": "TA-2026-0117",
      "buyer": "Nordwind GmbH", "supplier": "Ningbo Hexing",
      "currency": "USD",
      "initial": {"amount": "3600.00", "currency": "USD"},
      "balance": {"amount": "8400.00", "currency": "USD"},
      "ship": {"date": "2026-03-20"},
      "lines": [{"product": "LED desk lamp", "quantity": 5000}]
    }

    "ship" is a date at the place, or {"days": 30, "after": "initial"}: calendar days
    after the "initial" or the "balance" payment.  A line may also have "unit",
    "packaging", "shipping_mark" and "inner_carton_mark".  Money is a text.  Unknown
    keys are refused, and so is a ship date in the past.  The database is made if it
    is not there.

    FILE.jsonl holds many, one on each line.  They are written in batches, each wholly
    or not at all.  A bad line is named; once it is right, the same file is imported
    again, and so it is after a crash: what is there already is passed over.

    With --json: order, stage and ship_day; of FILE.jsonl opened, repeated and batches.
    """
    if Path(file).suffix == ".jsonl":
        _import_many(clock, file, batch, key_prefix, db, as_json=as_json)
    else:
        _import_one(clock, file, db, as_json=as_json)


def _import_many(
    clock: Clock | None,
    file: str,
    batch: int,
    key_prefix: str,
    db: str,
    *,
    as_json: bool,
) -> None:
    from pmkit.shell.desk import Desk

    how: dict[str, Any] = {
        "actor": OPERATOR,
        "batch": batch,
        "key_prefix": key_prefix,
    }
    place = _place(db)
    with _readable(file) as opened:
        lines: Iterator[bytes] = _bounded(opened)
        if _is_new(place):
            # Whatever is wrong at its beginning must leave no empty database behind.
            first = list(itertools.islice(lines, batch))
            with Desk.open(clock=clock) as rehearsal:
                rehearsal.open_orders(first, **how)
            lines = itertools.chain(first, lines)
        with Desk.open(place, clock=clock) as desk:
            done = desk.open_orders(lines, **how)
    if as_json:
        counts = ("opened", "repeated", "batches")
        click.echo(json.dumps({name: getattr(done, name) for name in counts}))
    else:
        click.echo(f"{done.opened} orders are drafts now.")
        if done.repeated:
            click.echo(f"{done.repeated} were there already.")


def _import_one(clock: Clock | None, file: str, db: str, *, as_json: bool) -> None:
    from pmkit.shell.desk import Desk
    from pmkit.shell.document import read_order_document

    with _readable(file) as opened:
        document = read_order_document(opened.read())
    place = _place(db)
    if _is_new(place):
        # Whatever is wrong must leave no empty database behind.
        with Desk.open(clock=clock) as rehearsal:
            _open_order(rehearsal, document)
    with Desk.open(place, clock=clock) as desk:
        order = _open_order(desk, document)
    if as_json:
        row = order_row(order)
        click.echo(json.dumps({k: row[k] for k in ("order", "stage", "ship_day")}))
    else:
        click.echo(f"{order.id} is a {order.stage.value} now.")


def _open_order(desk: Desk, document: OrderDocument) -> Order:
    ship = document.ship
    return desk.open_order(
        document.id,
        actor=OPERATOR,
        buyer=document.buyer,
        supplier=document.supplier,
        lines=document.lines,
        initial=document.initial,
        balance=document.balance,
        ship=ship.day if isinstance(ship, FixedShipDate) else ship,
    )


def _place(db: str) -> Path | str:
    """Tell a file from the URL of a server; a file has a folder."""
    if "://" in db:
        return db
    if not Path(db).absolute().parent.is_dir():
        msg = f"There is no folder {Path(db).parent}."
        raise StoreError(msg, field="db", remedy="Make it, or name another file.")
    return Path(db)


def _is_new(place: Path | str) -> bool:
    """Tell whether a file is still to be made."""
    return isinstance(place, Path) and not place.exists()


@contextlib.contextmanager
def _readable(file: str) -> Iterator[BinaryIO]:
    """Open a file; whatever is wrong with it is one line."""
    try:
        with Path(file).open("rb") as opened:
            yield opened
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise DocumentError(msg, field="FILE.json", remedy="Name a file.") from None


def _bounded(lines: BinaryIO) -> Iterator[bytes]:
    """Give the lines of a file, none of which fills the memory."""
    number = 0
    while line := lines.readline(_LONGEST + 1):
        number += 1
        if len(line) > _LONGEST:
            msg = f"It is longer than {_LONGEST} bytes."
            remedy = "Write one order on each line."
            raise DocumentError(msg, field=f"line {number}", remedy=remedy)
        yield line


def order_row(order: Order) -> dict[str, object]:
    """Write one line of a list of orders."""
    return {
        "order": order.id,
        "stage": order.stage.value,
        "buyer": order.buyer,
        "supplier": order.supplier,
        "ship_day": None if order.ship_day is None else order.ship_day.isoformat(),
        "services": [
            {"service": s.id, "kind": s.kind, "stage": s.stage.value}
            for s in order.services
        ],
    }
