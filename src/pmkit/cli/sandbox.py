"""
``pmkit sandbox``: the simulated companies on a socket of this machine.
"""

from __future__ import annotations

import json
import signal
import threading
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pmkit.sandbox.far.app import SandboxApp
    from pmkit.sandbox.far.server import SandboxServer

#: What callers send unless another key is given; it opens nothing but this sandbox.
USUAL_KEY = "sandbox-key"
#: The variable in which the snippet expects the key.
VARIABLE = "PMKIT_SANDBOX_KEY"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def sandbox() -> None:
    """Simulated companies, to try plugins and applications against."""


@sandbox.command()
@click.option(
    "--port",
    default=0,
    show_default="any that is free",
    metavar="PORT",
    help="The port to listen on.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="HOST",
    help="The address to listen on; there is no other, it is for this machine.",
)
@click.option(
    "--now",
    metavar="MOMENT",
    help='A standing clock that shows this, such as "2026-01-20T09:00+08:00"; the'
    " clock of this machine if left out.",
)
@click.option(
    "--api-key",
    default=USUAL_KEY,
    show_default=True,
    metavar="KEY",
    help="What callers have to send; an empty one asks for nothing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def serve(
    *, port: int, host: str, now: str | None, api_key: str, as_json: bool
) -> None:
    """
    Serve an agency, payment methods and a message box until stopped.

    Prints where it is, and the instances to write into pmkit.toml.

    With --json: url, pid, exceptions, api_key_variable and instances.
    """
    from pmkit.core.errors import InputError
    from pmkit.sandbox.far.server import HOST, serving

    if host != HOST:
        msg = f"The sandbox cannot be served on {host!r}."
        remedy = f"It is for this machine alone: leave it out, or give {HOST}."
        raise InputError(msg, field="host", remedy=remedy)
    stop = _stop_signal()
    with serving(_app(now, api_key), port=port) as server:
        click.echo(json.dumps(_record(server)) if as_json else _text(server, api_key))
        stop.wait()


def _app(now: str | None, api_key: str) -> SandboxApp:
    from pmkit.sandbox.far.app import SandboxApp
    from pmkit.sandbox.far.clocks import RunningClock
    from pmkit.sandbox.world import World

    world = World(clock=RunningClock()) if now is None else World(now)
    return SandboxApp(world, api_key=api_key)


def _stop_signal() -> threading.Event:
    """Give what is set when the process is asked to end, by either usual way."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _instances() -> list[str]:
    from pmkit.sandbox.plugins.manifests import ALL

    return [manifest.id for manifest in ALL]


def _record(server: SandboxServer) -> dict[str, object]:
    import os

    return {
        "url": server.url,
        "pid": os.getpid(),
        "exceptions": [_place(server)],
        "api_key_variable": VARIABLE,
        "instances": _instances(),
    }


def _text(server: SandboxServer, api_key: str) -> str:
    key = api_key or USUAL_KEY
    lines = [
        f"Sandbox: {server.url}",
        "",
        f"Set {VARIABLE}={key} and write into pmkit.toml:",
    ]
    for name in _instances():
        lines += [
            "",
            f"[instances.{name}]",
            f'plugin = "{name}"',
            f'exceptions = ["{_place(server)}"]',
            f'settings = {{ api_key = "env:{VARIABLE}", base_url = "{server.url}" }}',
        ]
    return "\n".join([*lines, "", "Stop it with Ctrl-C."])


def _place(server: SandboxServer) -> str:
    return server.url.removeprefix("http://")
