"""
``pmkit db``: the database itself, a file or on a server.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from pmkit.cli.orders import stored

if TYPE_CHECKING:
    from pmkit.shell.store import Store

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_db = click.option("--db", required=True, metavar="FILE_OR_URL", help="The database.")


@click.group()
def db() -> None:
    """
    Upgrade, check and copy a database.
    """


@db.command()
@_db
@_json
def upgrade(*, db: str, as_json: bool) -> None:
    """
    Make the tables if there are none, or bring them up to date.

    Columns and tables are only ever added, so that workers of the version before go
    on meanwhile.

    With --json: kind and revision.
    """
    from pmkit.shell.store import Store

    with Store.open(db) as store:
        said = {"kind": _kind(store), "revision": _revision()}
    _say(said, as_json=as_json, text="The tables are those of revision {revision}.")


@db.command()
@_db
@_json
def check(*, db: str, as_json: bool) -> int:
    """
    Tell which tables are there, and whether every row is as it was written.

    The exit code is 1 if a row differs; pmkit orders verify shows which.

    With --json: kind, revision, orders, differences and warnings.
    """
    from pmkit.shell.store import verify

    with stored(db) as store:
        differences = len(verify(store))
        with store.snapshot() as tx:
            orders = tx.count_orders()
        said = {
            "kind": _kind(store),
            "revision": _revision(),
            "orders": orders,
            "differences": differences,
            "warnings": list(store.warnings()),
        }
    text = "{orders} orders, {differences} differences, revision {revision}."
    _say(said, as_json=as_json, text=text)
    return 1 if differences else 0


@db.command()
@_db
@click.option(
    "--to", required=True, metavar="FILE_OR_URL", help="A database without orders."
)
@_json
def backup(*, db: str, to: str, as_json: bool) -> None:
    """
    Copy everything as it is at this moment, while others go on working.

    The copy is a database like any other: a file can be kept as a backup of a server,
    and put back on one the same way.

    With --json: copied, how many rows of each table.
    """
    from pmkit.shell.store import Store
    from pmkit.shell.store.copying import copy

    with stored(db) as source, Store.open(to) as target:
        copied = dict(copy(source, target))
    orders, events = copied["orders"], copied["events"]
    text = f"Copied {orders} orders with {events} events."
    _say({"copied": copied}, as_json=as_json, text=text)


def _kind(store: Store) -> str:
    return store.engine.dialect.name


def _revision() -> str:
    from pmkit.shell.store.schema import HEAD

    return HEAD


def _say(said: dict[str, Any], *, as_json: bool, text: str) -> None:
    click.echo(json.dumps(said) if as_json else text.format(**said))
    for warning in () if as_json else said.get("warnings", ()):
        click.echo(f"Warning: {warning}")
