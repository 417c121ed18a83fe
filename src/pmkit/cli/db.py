"""
``pmkit db``: the database itself, a file or on a server.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmkit.cli.orders import stored

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        said = {"kind": _kind(store), "revision": store.revision()}
    _say(said, as_json=as_json, text="The tables are those of revision {revision}.")


@db.command()
@_db
@_json
def check(*, db: str, as_json: bool) -> int:
    """
    Tell which tables are there, and whether every row is as it was written.

    The exit code is 1 if a row differs; pmkit orders verify shows which.  Nothing is
    written: tables of an earlier revision are looked at in a copy.

    With --json: kind, revision, orders, differences and warnings.
    """
    from pmkit.shell.store import verify

    with stored(db, upgrade=False) as store, _newest(store) as seen:
        differences = len(verify(seen))
        with seen.snapshot() as tx:
            orders = tx.count_orders()
        said = {
            "kind": _kind(store),
            "revision": store.revision(),
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
    and put back on one the same way.  Nothing is written to the one that is copied, and
    tables of an earlier revision are copied as they are.

    With --json: copied, how many rows of each table.
    """
    from pmkit.shell.store import Store
    from pmkit.shell.store.copying import copy

    with stored(db, upgrade=False) as source, Store.open(to) as target:
        copied = dict(copy(source, target))
    orders, events = copied["orders"], copied["events"]
    text = f"Copied {orders} orders with {events} events."
    _say({"copied": copied}, as_json=as_json, text=text)


def _kind(store: Store) -> str:
    return store.engine.dialect.name


@contextlib.contextmanager
def _newest(store: Store) -> Iterator[Store]:
    """Give a store whose tables can be read: a copy, if they are of an older pmkit."""
    from pmkit.shell.store import Store
    from pmkit.shell.store.copying import copy
    from pmkit.shell.store.schema import REVISIONS

    if store.revision() not in REVISIONS[:-1]:
        yield store
        return
    with tempfile.TemporaryDirectory(prefix="pmkit-check-") as folder:
        file = Path(folder) / "copy.db"
        with Store.open(file) as target:
            copy(store, target)
        with Store.open(file) as upgraded:
            yield upgraded


def _say(said: dict[str, Any], *, as_json: bool, text: str) -> None:
    click.echo(json.dumps(said) if as_json else text.format(**said))
    for warning in () if as_json else said.get("warnings", ()):
        click.echo(f"Warning: {warning}")
