"""
``pmkit worker``: a process that does what is due, until it is stopped.
"""

from __future__ import annotations

import datetime as dt
import json
import signal
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.hooks.panel import Panel
    from pmkit.shell.clock import Clock
    from pmkit.shell.desk import Desk
    from pmkit.shell.engine.local import LocalEngine
    from pmkit.shell.engine.settings import WorkerSettings
    from pmkit.shell.engine.worker import Done

#: Where a distribution names the engine that it brings.
_ENGINES = "pmkit.engines.v1"
_F = TypeVar("_F", bound="Callable[..., Any]")


def _seconds(name: str, default: float, words: str) -> Callable[[_F], _F]:
    return click.option(
        name, default=default, show_default=True, metavar="SECONDS", help=words
    )


@click.command()
@click.option("--db", required=True, metavar="FILE_OR_URL", help="The database.")
@click.option(
    "--plugins",
    required=True,
    metavar="FILE.toml",
    help="The instances of plugins, with their settings.",
)
@click.option(
    "--engine",
    "kind",
    default="local",
    show_default=True,
    help="What wakes it: local, or an installed engine such as procrastinate.",
)
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option(
    "--threads", default=4, show_default=True, help="How many things at a time."
)
@_seconds("--lease", 30.0, "After a crash others take over so much later.")
@_seconds("--heartbeat", 10.0, "How often it says that it is alive.")
@_seconds("--poll", 1.0, "How often the database is looked at.")
@_seconds("--ask", 300.0, "How often plugins without messages are asked for news.")
@_seconds("--grace", 30.0, "How long what is in hand may take when it is stopped.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def worker(
    clock: Clock | None,
    /,
    *,
    db: str,
    plugins: str,
    kind: str,
    once: bool,
    as_json: bool,
    threads: int,
    **seconds: float,
) -> None:
    """
    Make the calls, mind the clock and send the notices of a database.

    Any number of workers may run on one database; each takes what is due under a
    lease, and what a worker that died had taken is taken over by the others.  It ends
    when it is interrupted or terminated: what is in hand is finished first.

    With --json: worker, carried_out, heard, swept, notified, leases_lost, troubles, a
    list of order, subject, code and message, and warnings, about the database and the
    plugins; printed when it ends.
    """
    from pmkit.cli.orders import stored
    from pmkit.shell.desk import Desk

    make = _engine(kind)
    settings = _settings(threads, seconds)
    panel = _panel(plugins)
    with Desk(stored(db), panel=panel, clock=clock) as desk:
        engine = make(desk, settings)
        warnings = engine.worker.warnings()
        _stop_on_signals(engine)
        if not as_json:
            click.echo(f"Worker {engine.worker.name} on {_shown(db)}.", err=True)
            for warning in warnings:
                click.echo(f"Warning: {warning}", err=True)
        done = engine.run(once=once)
    _say(engine, done, warnings, as_json=as_json)


def _engine(kind: str) -> Callable[[Desk, WorkerSettings], LocalEngine]:
    """Find an engine by its name; others than ours come with a distribution."""
    from importlib.metadata import entry_points

    from pmkit.core.errors import InputError
    from pmkit.shell.engine.local import LocalEngine

    if kind == "local":
        return LocalEngine
    found = entry_points(group=_ENGINES)
    if kind not in found.names:
        names = ", ".join(["local", *sorted(found.names)])
        msg = f"No engine {kind!r} is installed."
        raise InputError(msg, field="engine", remedy=f"There is: {names}.")
    made: Callable[[Desk, WorkerSettings], LocalEngine] = found[kind].load()
    return made


def _settings(threads: int, seconds: dict[str, float]) -> WorkerSettings:
    from pmkit.core.errors import InputError
    from pmkit.shell.engine.settings import WorkerSettings

    given = {"ask_in" if name == "ask" else name: x for name, x in seconds.items()}
    try:
        times: dict[str, Any] = {
            name: dt.timedelta(seconds=value) for name, value in given.items()
        }
    except (OverflowError, ValueError):
        msg = "One of the times is no number of seconds."
        raise InputError(msg, remedy="Give such as --lease 30.") from None
    return WorkerSettings(threads=threads, **times)


def _panel(plugins: str) -> Panel:
    """Attach what the file names; one instance that fails ends the command."""
    from pmkit.hooks.host import PluginHost
    from pmkit.hooks.instances import read_instances

    instances = read_instances(plugins)
    host = PluginHost(load=sorted({each.plugin for each in instances}), strict=True)
    host.attach_all(instances)
    return host.panel()


def _stop_on_signals(engine: LocalEngine) -> None:
    """End in order by either usual way; python lets only the main thread say so."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: engine.stop())


def _shown(db: str) -> str:
    """Show a database without the password that its URL may hold."""
    if "://" not in db:
        return db
    import sqlalchemy as sa

    return sa.make_url(db).render_as_string(hide_password=True)


def _say(
    engine: LocalEngine, done: Done, warnings: tuple[str, ...], *, as_json: bool
) -> None:
    said = {
        "worker": engine.worker.name,
        "carried_out": done.carried_out,
        "heard": done.heard,
        "swept": done.swept,
        "notified": done.notified,
        "leases_lost": done.leases_lost,
        "troubles": [
            {
                "order": trouble.order_id,
                "subject": trouble.subject,
                "code": trouble.code,
                "message": trouble.message,
            }
            for trouble in done.troubles
        ],
        "warnings": list(warnings),
    }
    if as_json:
        click.echo(json.dumps(said))
        return
    click.echo(
        f"{done.carried_out} calls, {done.heard} news, {done.swept} swept, "
        f"{done.notified} notices, {done.leases_lost} leases lost."
    )
    for trouble in done.troubles:
        line = f"{trouble.order_id} {trouble.subject}: {trouble.message}"
        click.echo(" ".join(line.split()), err=True)
