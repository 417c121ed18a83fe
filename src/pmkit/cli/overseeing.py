"""
``pmkit ops status|stuck|dead|retry``: the work that nobody asks for.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import time
from typing import TYPE_CHECKING

import click

from pmkit.cli.importing import OPERATOR, common
from pmkit.cli.orders import opened
from pmkit.core.errors import InputError, NotFoundError, StoreError
from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.shell.clock import Clock
    from pmkit.shell.desk import Desk

_SHORTEST = 0.2


@click.command()
@click.option(
    "--watch", type=float, metavar="SECONDS", help="Show it again and again, live."
)
@click.option("--times", type=int, hidden=True, help="End the watch after so many.")
@common
def status(
    clock: Clock | None,
    *,
    watch: float | None,
    times: int | None,
    db: str,
    as_json: bool,
) -> None:
    """
    Tell how much is due, open, unknown and given up, and which workers are alive.

    With --json: at, calls_due, calls_open, calls_unknown, calls_parked, timers_due,
    notices_due, notices_waiting, messages_waiting, messages_refused, dead_letters,
    oldest_due, oldest_due_seconds, orders_without_timer, leases_lost and workers, a
    list of name, started_at, seen_at and leases_lost.  With --watch as well, one
    object on each line; while the database does not answer, with error alone.

    A watch ends when it is interrupted, with the exit code 0.
    """
    if watch is not None and not watch >= _SHORTEST:
        msg = "That is too often to read."
        raise InputError(msg, field="watch", remedy="Give 0.2 seconds or more.")
    with opened(db, clock) as desk:
        if watch is None:
            _status(desk, as_json=as_json)
            return
        with contextlib.suppress(KeyboardInterrupt):
            (_watch_json if as_json else _watch)(desk, watch, times)


@click.command()
@click.option(
    "--after",
    type=float,
    default=5.0,
    show_default=True,
    metavar="MINUTES",
    help="Due for longer than this.",
)
@common
def stuck(clock: Clock | None, *, after: float, db: str, as_json: bool) -> None:
    """
    List what has been due for long without anybody seeing to it, oldest first.

    Calls, due moments of orders, notices and messages; and orders that nobody would
    look at any more, of which there are none.

    With --json: stuck, a list of kind, name, order, who, since, attempts and error.
    """
    try:
        minutes = dt.timedelta(minutes=after)
    except (OverflowError, ValueError):
        msg = "That is no number of minutes."
        raise InputError(msg, field="after", remedy="Give such as 5.") from None
    with opened(db, clock) as desk:
        found = desk.stuck(actor=OPERATOR, after=minutes)
    from pmkit.cli import standing

    if as_json:
        click.echo(json.dumps({"stuck": [standing.left_record(x) for x in found]}))
    else:
        standing.show_left(found, empty="Nothing is stuck.")


@click.command()
@common
def dead(clock: Clock | None, *, db: str, as_json: bool) -> None:
    """
    List what was refused or given up after many attempts, oldest first.

    A call that never left, a notice that a notifier never sent, an order that cannot
    be looked at, and a message that cannot be right, with the reason as its error.

    With --json: dead, a list of kind, name, order, who, since, attempts and error.
    """
    with opened(db, clock) as desk:
        found = desk.dead(actor=OPERATOR)
    from pmkit.cli import standing

    if as_json:
        click.echo(json.dumps({"dead": [standing.left_record(x) for x in found]}))
    else:
        standing.show_left(found, empty="Nothing was given up.")


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that was given up.")
@click.option("--by", required=True, metavar="NAME", help="Who wants it: you.")
@common
def retry(
    clock: Clock | None,
    *,
    names: tuple[str, ...],
    everything: bool,
    by: str,
    db: str,
    as_json: bool,
) -> None:
    """
    Have what was given up tried again, from the first attempt.

    NAME is a name that pmkit ops dead shows.  A message is heard again: it counts if
    the order has come to where it can be right, or its plugin was mended.

    With --json: retried, a list of names.
    """
    if bool(names) is everything:
        msg = "Nothing says what is tried again."
        raise InputError(msg, field="NAME", remedy="Name it, or give --all.")
    actor = Actor(role=Role.OPERATOR, party=OPERATOR.party, name=by)
    with opened(db, clock) as desk:
        try:
            done = desk.retry(None if everything else names, actor=actor)
        except NotFoundError:
            msg = "Nothing of one of these names was given up."
            remedy = "See: pmkit ops dead, with the same --db."
            raise NotFoundError(msg, field="NAME", remedy=remedy) from None
    if as_json:
        click.echo(json.dumps({"retried": list(done.names)}))
    else:
        for name in done.names:
            click.echo(f"{name} is tried again.")


def _status(desk: Desk, *, as_json: bool) -> None:
    from pmkit.cli import standing

    metrics, workers = desk.metrics(), desk.workers(actor=OPERATOR)
    if as_json:
        click.echo(json.dumps(standing.status_record(metrics, workers)))
    else:
        standing.show_status(metrics, workers)


def _watch(desk: Desk, every: float, times: int | None) -> None:
    """Show a table that is always that of this moment, until interrupted."""
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from pmkit.cli import standing

    table = Group()
    with Live(auto_refresh=False) as live:
        for _ in _turns(every, times):
            wrong = ""
            try:
                table = standing.status_table(
                    desk.metrics(), desk.workers(actor=OPERATOR)
                )
            except StoreError as error:
                wrong = str(error)
            live.update(Group(table, Text(wrong)) if wrong else table, refresh=True)


def _watch_json(desk: Desk, every: float, times: int | None) -> None:
    """Print an object for each moment, until interrupted."""
    for _ in _turns(every, times):
        try:
            _status(desk, as_json=True)
        except StoreError as error:
            click.echo(json.dumps({"error": error.code}))


def _turns(every: float, times: int | None) -> Iterator[int]:
    """Count, with a pause between two numbers."""
    for turn in itertools.count() if times is None else range(times):
        if turn:
            time.sleep(every)
        yield turn
