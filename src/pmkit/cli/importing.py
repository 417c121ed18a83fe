"""
``pmkit orders import``: an order of the marketplace becomes a draft.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmkit.core.errors import DocumentError, StoreError
from pmkit.core.order import FixedShipDate
from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.order import Order
    from pmkit.shell.clock import Clock
    from pmkit.shell.desk import Desk
    from pmkit.shell.document import OrderDocument

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
@common
def import_order(clock: Clock | None, *, file: str, db: str, as_json: bool) -> None:
    """
    Bring an order of the marketplace into the database, as a draft.

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

    With --json: order, stage and ship_day.
    """
    from pmkit.shell.desk import Desk
    from pmkit.shell.document import read_order_document

    document = read_order_document(_content(file))
    if not Path(db).exists():
        _require_folder(db)
        # Whatever is wrong must leave no empty database behind.
        with Desk.open(clock=clock) as rehearsal:
            _open_order(rehearsal, document)
    with Desk.open(Path(db), clock=clock) as desk:
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


def _require_folder(db: str) -> None:
    if not Path(db).absolute().parent.is_dir():
        msg = f"There is no folder {Path(db).parent}."
        raise StoreError(msg, field="db", remedy="Make it, or name another file.")


def _content(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}."
        raise DocumentError(msg, field="FILE.json", remedy="Name a file.") from None


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
