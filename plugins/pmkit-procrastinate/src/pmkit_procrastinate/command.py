"""
``pmkit-procrastinate``: install the jobs' tables, run a worker, count the jobs.
"""

from __future__ import annotations

import datetime as dt
import json
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa
from pmkit.core.errors import PmkitError
from pmkit.hooks.host import PluginHost
from pmkit.hooks.instances import read_instances
from pmkit.shell.desk import Desk
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.store import Store
from pmkit.shell.store.faults import understood

from pmkit_procrastinate.engine import ProcrastinateEngine
from pmkit_procrastinate.installing import SCHEMA, install
from pmkit_procrastinate.jobs import Jobs, queue_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmkit.hooks.panel import Panel

_db = click.option(
    "--db", required=True, metavar="URL", help="The database, on PostgreSQL."
)
_schema = click.option(
    "--jobs-schema", default=SCHEMA, show_default=True, help="Where the jobs are."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """Let many machines work on one pmkit database, by jobs of procrastinate."""


@commands.command("install")
@_db
@_schema
@_json
def install_(*, db: str, jobs_schema: str, as_json: bool) -> None:
    """
    Make the tables of the jobs, or bring them up to date.

    A worker does the same when it starts; this is for a role that may make tables
    where that of the workers may not.

    With --json: applied, a list of names.
    """
    with Store.open(db) as store:
        applied = install(store, schema=jobs_schema)
    text = f"{len(applied)} applied." if applied else "Everything is there."
    click.echo(json.dumps({"applied": list(applied)}) if as_json else text)


@commands.command()
@_db
@_schema
@_json
def count(*, db: str, jobs_schema: str, as_json: bool) -> None:
    """
    Count the jobs by what became of them.

    With --json: one number for each of todo, doing, failed and so on.
    """
    with Store.open(db, must_exist=True) as store:
        jobs = Jobs(queue=queue_of(store.tables), schema=jobs_schema)
        with understood(), store.engine.connect() as connection:
            found = dict(jobs.count(connection))
    text = ", ".join(f"{found[name]} {name}" for name in sorted(found)) or "no jobs"
    click.echo(json.dumps(found) if as_json else text)


@commands.command()
@_db
@_schema
@click.option("--plugins", required=True, metavar="FILE.toml", help="The instances.")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--threads", default=4, show_default=True, help="How many at a time.")
@click.option("--lease", default=30.0, show_default=True, metavar="SECONDS")
@click.option("--heartbeat", default=10.0, show_default=True, metavar="SECONDS")
@click.option("--sweep", default=10.0, show_default=True, metavar="SECONDS")
@_json
def worker(
    *,
    db: str,
    jobs_schema: str,
    plugins: str,
    once: bool,
    sweep: float,
    as_json: bool,
    **given: Any,
) -> None:
    """
    Make the calls, mind the clock and send the notices of a database.

    It ends when it is interrupted or terminated: what is in hand is finished first.
    What a worker that was killed had taken is taken over by the others after the lease
    and at most two sweeps.

    With --json: worker, carried_out, heard, swept, notified, leases_lost and warnings,
    about the plugins.
    """
    settings = WorkerSettings(
        threads=given["threads"],
        lease=dt.timedelta(seconds=given["lease"]),
        heartbeat=dt.timedelta(seconds=given["heartbeat"]),
    )
    every = dt.timedelta(seconds=sweep)
    with Desk.open(db, panel=_panel(plugins)) as desk:
        engine = ProcrastinateEngine(
            desk, settings, schema=jobs_schema, sweep_every=every
        )
        warnings = engine.worker.warnings()
        _stop_on_signals(engine)
        if not as_json:
            shown = sa.make_url(db).render_as_string(hide_password=True)
            click.echo(f"Worker {engine.worker.name} on {shown}.", err=True)
            for warning in warnings:
                click.echo(f"Warning: {warning}", err=True)
        done = engine.run(once=once)
    said: dict[str, Any] = {
        name: getattr(done, name)
        for name in ("carried_out", "heard", "swept", "notified", "leases_lost")
    }
    if as_json:
        more = {"warnings": list(warnings)}
        click.echo(json.dumps({"worker": engine.worker.name, **said, **more}))
        return
    click.echo(", ".join(f"{name.replace('_', ' ')} {x}" for name, x in said.items()))


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Run one command and leave the process with its exit code.

    Args:
        arguments: What follows the name of the program; by default what this process
            was started with.

    Raises:
        SystemExit: Always: 0 when done, 2 when the input was wrong.
    """
    try:
        commands.main(arguments, prog_name="pmkit-procrastinate", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as wrong:
        click.echo(f"Error: {' '.join(wrong.format_message().split())}", err=True)
        sys.exit(2)
    except PmkitError as wrong:
        click.echo(f"Error: {' '.join(str(wrong).split())}", err=True)
        sys.exit(2)
    sys.exit(0)


def _panel(plugins: str) -> Panel:
    """Attach what the file names; one instance that fails ends the command."""
    instances = read_instances(plugins)
    host = PluginHost(load=sorted({each.plugin for each in instances}), strict=True)
    host.attach_all(instances)
    return host.panel()


def _stop_on_signals(engine: ProcrastinateEngine) -> None:
    """End in order by either usual way; python lets only the main thread say so."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: engine.stop())
