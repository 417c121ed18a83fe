"""
``pmkit plugins new``: write a package for a new plugin.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from pmkit.hooks.manifest import PluginKind


@click.command("new")
@click.argument("plugin_id", metavar="ID")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in PluginKind]),
    required=True,
    help="What the plugin is for.",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The folder to write it into; the present one if left out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def new(*, plugin_id: str, kind: str, into: Path, as_json: bool) -> None:
    """
    Write a package for the plugin ID: lower-case letters, digits, hyphens and dots.

    It passes the checks of bronze as it is: manifest, settings, operations, a simulator
    of the far side, a harness for the conformance kit, and tests.  A folder that is
    there is never touched, and a package that cannot be written whole is not written.

    With --json: id, kind, distribution, package, folder and files, a list of paths in
    the folder.
    """
    # The templates are read only where a package is written.
    from pmkit.cli.scaffold import Scaffold

    made = Scaffold.of(plugin_id, PluginKind(kind))
    made.write(into)
    folder = into / made.distribution
    if as_json:
        found = {
            "id": made.id,
            "kind": made.kind.value,
            "distribution": made.distribution,
            "package": made.package,
            "folder": str(folder),
            "files": sorted(made.files()),
        }
        click.echo(json.dumps(found))
        return
    click.echo(f"Wrote {folder}; its README.md tells how to test it.")
