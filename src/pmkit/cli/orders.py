"""
``pmkit orders``: what a database file holds, and whether it is still what happened.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmkit.cli.importing import OPERATOR, common, import_order, order_row
from pmkit.core.errors import InputError, NotFoundError, StoreError
from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.order import Order
    from pmkit.shell.clock import Clock
    from pmkit.shell.desk import Desk
    from pmkit.shell.store import Difference, Store

_ROLES = (Role.BUYER, Role.SUPPLIER, Role.AGENCY, Role.OPERATOR)
_DIFFERENCE = 1


@click.group()
def orders() -> None:
    """
    List, show, import and verify the orders of a database file.
    """


orders.add_command(import_order)


@orders.command("list")
@common
def list_orders(clock: Clock | None, *, db: str, as_json: bool) -> None:
    """
    List the orders with their stages.

    With --json: orders, a list of order, stage, buyer, supplier, ship_day and
    services.
    """
    with opened(db, clock) as desk:
        found = [desk.order(order_id) for order_id in desk.orders()]
    if as_json:
        click.echo(json.dumps({"orders": [order_row(order) for order in found]}))
    else:
        from pmkit.cli.showing import show_orders

        show_orders(found)


@orders.command()
@click.argument("order", metavar="ORDER")
@click.option(
    "--as",
    "role",
    default=Role.OPERATOR.value,
    show_default=True,
    metavar="ROLE",
    help="buyer, supplier, agency or operator.",
)
@click.option("--party", metavar="NAME", help="Which agency, if there are several.")
@common
def show(
    clock: Clock | None,
    *,
    order: str,
    role: str,
    party: str | None,
    db: str,
    as_json: bool,
) -> None:
    """
    Show the status section of an order, as one role sees it.

    With --json: order, stage, ship_day and services; each service with its stage,
    the next step, who must act and by when, and every deadline with its explanation.
    """
    with opened(db, clock) as desk:
        status = desk.status(order, actor=_actor(desk.order(order), role, party))
    if as_json:
        from pmkit.cli.records import status_record

        click.echo(json.dumps(status_record(status)))
    else:
        from pmkit.cli.showing import show_status

        show_status(status)


@orders.command()
@click.argument("order", metavar="ORDER")
@common
def timeline(clock: Clock | None, *, order: str, db: str, as_json: bool) -> None:
    """
    Show everything that happened on an order, oldest first.

    With --json: order and timeline, a list of seq, at, event and by.
    """
    with opened(db, clock) as desk:
        entries = desk.timeline(order, actor=OPERATOR)
        zone = desk.order(order).terms.zone
    if as_json:
        from pmkit.cli.records import timeline_records

        answer = {"order": order, "timeline": timeline_records(entries)}
        click.echo(json.dumps(answer))
    else:
        from pmkit.cli.showing import show_timeline

        show_timeline(entries, zone)


@orders.command()
@click.argument("order", metavar="[ORDER]", required=False)
@common
def verify(clock: Clock | None, *, order: str | None, db: str, as_json: bool) -> None:
    """
    Compute the history and the state of orders anew, and compare.

    Without ORDER all orders are verified, and the files of their reports.  The exit
    code is 0 if all is as it was written, 1 if something differs, and 2 if the file
    is no pmkit database that can be read.

    With --json: differences, a list of order, seq, what, expected and found.
    """
    from pmkit.shell.store import verify as differences

    with opened(db, clock) as desk:
        found = differences(desk.store, order)
    if as_json:
        click.echo(json.dumps({"differences": [_difference(each) for each in found]}))
    else:
        for each in found:
            where = each.order_id if each.seq is None else f"{each.order_id}/{each.seq}"
            line = f"{where}: {each.what}: {each.found} instead of {each.expected}"
            click.echo(" ".join(line.split()))
        click.echo(_count(len(found)))
    if found:
        click.get_current_context().exit(_DIFFERENCE)


@contextlib.contextmanager
def opened(db: str, clock: Clock | None) -> Iterator[Desk]:
    """Give a desk on a database that is there; say where to look for its orders."""
    from pmkit.shell.desk import Desk

    with Desk(stored(db), clock=clock) as desk:
        try:
            yield desk
        except NotFoundError as error:
            remedy = error.remedy or f"See: pmkit orders list --db {db}"
            raise NotFoundError(
                error.message, field=error.field, remedy=remedy
            ) from None


def stored(db: str, *, upgrade: bool = True) -> Store:
    """Open a database that is there; asking must never make one."""
    from pmkit.shell.store import Store

    if "://" in db:
        return Store.open(db, must_exist=True, upgrade=upgrade)
    if not Path(db).exists():
        msg = f"There is no file {db}."
        remedy = "Name a pmkit database; pmkit orders import and pmkit demo make one."
        raise StoreError(msg, field="db", remedy=remedy)
    return Store.open(Path(db), must_exist=True, upgrade=upgrade)


def _actor(order: Order, role: str, party: str | None) -> Actor:
    """Put the command line into the place of a role."""
    if role not in _ROLES:
        msg = f"{role!r} is nobody to show an order to."
        names = ", ".join(each.value for each in _ROLES)
        raise InputError(msg, field="as", remedy=f"Use one of {names}.")
    known = Role(role)
    if known is Role.OPERATOR:
        return OPERATOR
    if known is Role.AGENCY:
        return Actor(role=known, party=party or _agency(order))
    return Actor(role=known, party=party or order.party_of(known) or "")


def _agency(order: Order) -> str:
    """Name the only agency of an order."""
    there = sorted({service.provider for service in order.services})
    if not there:
        msg = f"Order {order.id} has no service, so no agency."
        raise NotFoundError(msg, field="as", remedy="Add a service first.")
    if len(there) > 1:
        msg = f"Order {order.id} has several agencies."
        names = ", ".join(there)
        raise InputError(msg, field="party", remedy=f"Add --party: {names}.")
    return there[0]


def _count(found: int) -> str:
    if not found:
        return "Nothing differs."
    return "1 difference." if found == 1 else f"{found} differences."


def _difference(difference: Difference) -> dict[str, object]:
    return {
        "order": difference.order_id,
        "seq": difference.seq,
        "what": difference.what,
        "expected": difference.expected,
        "found": difference.found,
    }
