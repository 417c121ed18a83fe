"""
``pmkit plugins``: what is installed, what it can do, and why something is not there.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

import click

from pmkit.core.errors import UnknownPluginError

if TYPE_CHECKING:
    from pmkit.hooks.host import PluginHost
    from pmkit.hooks.manifest import PluginManifest

#: Commands that stand in modules of their own -> module and what the help says.
_ELSEWHERE = {
    "check": ("pmkit.cli.checking", "Run the conformance kit on a plugin."),
    "new": ("pmkit.cli.scaffolding", "Write a package for a new plugin."),
}
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class _Group(click.Group):
    """A group with commands of other modules, imported only to run them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands, sorted."""
        there = [name for name in _ELSEWHERE if _is_there(_ELSEWHERE[name][0])]
        return sorted([*super().list_commands(ctx), *there])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, if there is one of this name."""
        if cmd_name not in _ELSEWHERE or not _is_there(_ELSEWHERE[cmd_name][0]):
            return super().get_command(ctx, cmd_name)
        command = getattr(importlib.import_module(_ELSEWHERE[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command), cmd_name  # noqa: S101 - ours
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the table of commands without importing those of other modules."""
        rows = []
        for name in self.list_commands(ctx):
            own = super().get_command(ctx, name)
            text = own.get_short_help_str(60) if own else _ELSEWHERE[name][1]
            rows.append((name, text))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _is_there(module: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(module) is not None


@click.group(cls=_Group)
def plugins() -> None:
    """
    List, show, examine and check the plugins that are installed.
    """


@plugins.command("list")
@_json
def list_plugins(*, as_json: bool) -> None:
    """
    List what is installed, and what of it does not load.

    Manifests are read; no implementation is imported.

    With --json: plugins, a list of id, kind, title, distribution, version and target;
    and failures, a list of id, stage, reason, distribution, version and file.
    """
    with _quiet():
        host = _host()
    if as_json:
        rows = [_row(host, plugin_id) for plugin_id in host.manifests]
        click.echo(json.dumps({"plugins": rows, "failures": _failures(host)}))
        return
    for plugin_id, manifest in host.manifests.items():
        source = host.source(plugin_id).source
        click.echo(f"{plugin_id}  {manifest.kind.value}  {source}  {manifest.title}")
    for failure in host.failures:
        click.echo(f"{failure}")
    if not host.manifests and not host.failures:
        click.echo("No plugin is installed.")


@plugins.command()
@click.argument("plugin", metavar="ID")
@_json
def show(*, plugin: str, as_json: bool) -> None:
    """
    Show what a plugin says of itself; its implementation is not imported.

    With --json: id, kind, title, distribution, version, target, requires_api, hosts,
    homepage, tracker, level, why_no_level, capabilities (by operation: support, note,
    idempotency, window_seconds, look_up; and webhooks), currencies, countries,
    calls_per_minute, and settings, a JSON Schema or null.
    """
    with _quiet():
        host = _host()
        if plugin not in host.manifests:
            raise UnknownPluginError(f"{host.explain(plugin)}".rstrip("."), field="ID")
        record = _record(host, plugin)
    if as_json:
        click.echo(json.dumps(record))
        return
    from pmkit.cli.showing_plugins import show_plugin

    show_plugin(record)


@plugins.command()
@click.argument("plugin", metavar="[NAME]", required=False)
@_json
def doctor(*, plugin: str | None, as_json: bool) -> None:
    """
    Explain in one line why a plugin is there, or is not.

    NAME is the id of a plugin or the name of a distribution; without it everything
    that is installed is explained.  Implementations are imported and compared with
    their manifests; none is made, and nothing is called.  The exit code is 0 if all is
    well, 1 if something should be known, and 2 if a plugin does not load.

    With --json: health (ok, warn or fail) and plugins, a list of name, health and
    text.
    """
    with _quiet():
        host = _host()
        names = [plugin] if plugin else sorted(_names(host))
        found = [host.explain(name) for name in names]
    worst = max((each.health for each in found), default=None)
    if as_json:
        rows = [
            {"name": each.name, "health": each.health.name.lower(), "text": each.text}
            for each in found
        ]
        health = worst.name.lower() if worst is not None else "ok"
        click.echo(json.dumps({"health": health, "plugins": rows}))
    else:
        for each in found:
            click.echo(f"{each.health.name.lower():4}  {each.text}")
        if not found:
            click.echo("No plugin is installed.")
    click.get_current_context().exit(int(worst or 0))


@plugins.command()
@_json
def matrix(*, as_json: bool) -> None:
    """
    Show what each plugin can do, and which level was proven of it.

    With --json: kinds, for agency, payment and notifier the operations and the
    plugins; each plugin with id, distribution, version, level, why_no_level and
    support, by operation.
    """
    with _quiet():
        kinds = _matrix(_host())
    if as_json:
        click.echo(json.dumps({"kinds": kinds}))
        return
    from pmkit.cli.showing_plugins import show_matrix

    show_matrix(kinds)


def _quiet() -> contextlib.redirect_stdout[Any]:
    """Keep what plugins print while they are imported out of our answer."""
    return contextlib.redirect_stdout(sys.stderr)


def _host() -> PluginHost:
    from pmkit.hooks.host import PluginHost

    return PluginHost(load="all", strict=False)


def _names(host: PluginHost) -> set[str]:
    """Name everything that can be explained: what means us, readable or not."""
    from pmkit.hooks.installed import shown

    found = set(host.manifests) | {each.name for each in host.installed}
    told = set(map(shown, found))
    return found | {each.id for each in host.failures if each.id not in told}


def _row(host: PluginHost, plugin_id: str) -> dict[str, Any]:
    manifest, entry = host.manifests[plugin_id], host.source(plugin_id)
    return {
        "id": plugin_id,
        "kind": manifest.kind.value,
        "title": manifest.title,
        "distribution": entry.distribution,
        "version": entry.version,
        "target": entry.target,
    }


def _failures(host: PluginHost) -> list[dict[str, str]]:
    return [
        {
            "id": each.id,
            "stage": each.stage.value,
            "reason": each.reason,
            "distribution": each.distribution,
            "version": each.version,
            "file": each.file,
        }
        for each in host.failures
    ]


def _record(host: PluginHost, plugin_id: str) -> dict[str, Any]:
    from pmkit.hooks.proofs import proof_of

    manifest = host.manifests[plugin_id]
    can, proof = manifest.capabilities, proof_of(manifest)
    operations = {**can.operations, "webhooks": can.webhooks}
    return _row(host, plugin_id) | {
        "requires_api": manifest.requires_api,
        "hosts": list(manifest.hosts),
        "homepage": manifest.homepage,
        "tracker": manifest.tracker,
        "level": proof.level or None,
        "why_no_level": proof.reason or None,
        "capabilities": {
            name: {
                "support": each.support.value,
                "note": each.note,
                "idempotency": each.idempotency.value,
                "window_seconds": each.window.total_seconds() if each.window else None,
                "look_up": each.look_up.value,
            }
            for name, each in operations.items()
        },
        "currencies": list(can.currencies),
        "countries": list(can.countries),
        "calls_per_minute": can.calls_per_minute,
        "settings": _settings(manifest),
    }


def _settings(manifest: PluginManifest) -> dict[str, Any] | None:
    """Describe the settings; the settings class is no implementation, and light."""
    from pmkit.core.errors import InputError, PluginError
    from pmkit.hooks.failures import Stopped
    from pmkit.hooks.pipeline import settings_class
    from pmkit.hooks.schemas import json_schema

    try:
        found = settings_class(manifest)
        return None if found is None else json_schema(found)
    except Stopped as stopped:
        reason, field = f"{stopped.reason}.", None
    except InputError as error:
        reason, field = error.message, error.field
    msg = f"The settings of {manifest.id} cannot be described: {reason}"
    raise PluginError(msg, field=field, remedy="Ask its author.")


def _matrix(host: PluginHost) -> dict[str, Any]:
    from pmkit.hooks.manifest import PluginKind
    from pmkit.hooks.needed import NEEDED
    from pmkit.hooks.proofs import proof_of

    found: dict[str, Any] = {
        kind.value: {"operations": [*NEEDED[kind], "webhooks"], "plugins": []}
        for kind in PluginKind
    }
    for plugin_id, manifest in host.manifests.items():
        can, proof = manifest.capabilities, proof_of(manifest)
        support = {name: can[name].support.value for name in NEEDED[manifest.kind]}
        entry = host.source(plugin_id)
        found[manifest.kind.value]["plugins"].append(
            {
                "id": plugin_id,
                "distribution": entry.distribution,
                "version": entry.version,
                "level": proof.level or None,
                "why_no_level": proof.reason or None,
                "support": {**support, "webhooks": can.webhooks.support.value},
            }
        )
    return found
