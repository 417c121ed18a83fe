"""
``pmkit plugins check``: run the conformance kit on a plugin.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmkit.core.errors import InputError

if TYPE_CHECKING:
    from pmkit.testing.conformance.results import ConformanceRecord

_MARKS = {"pass": "ok", "fail": "FAIL", "not-applicable": "-", "waived": "waived"}


@click.command("check")
@click.argument("plugin_id", metavar="ID", default="")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write JUnit XML to this file.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the JSON to this file, to be kept beside the manifest.",
)
@click.option("--harness", default="", help='Its harness, "package.module:Class".')
@click.option("--seed", type=int, default=0, help="What chance begins with.")
@click.option("--only", multiple=True, metavar="CHECK", help="Run this check only.")
@click.option("--list", "listed", is_flag=True, help="List the checks.")
def check(
    *,
    plugin_id: str,
    as_json: bool,
    junit: Path | None,
    record: Path | None,
    harness: str,
    seed: int,
    only: tuple[str, ...],
    listed: bool,
) -> int:
    """
    Run the conformance kit on the plugin ID.

    The harness is that of the entry point "pmkit.harness.v1", the class Harness of the
    module "harness" beside the manifest, or what --harness names.

    Exit code 0 if no check failed, 1 if one did, 2 if there is no such plugin.

    With --json: format, plugin, kind, level (bronze, silver, gold or null), ok,
    complete, distribution, version, digest, pmkit, api, seed, made_at, counts (by
    verdict), and results, a list of check, level, verdict, requirement, detail, remedy,
    link, replay, expires and seconds. With --list: checks, a list of id, level,
    requirement, remedy and link.
    """
    if listed:
        _list(as_json=as_json)
        return 0
    if not plugin_id:
        msg = "No plugin is named."
        raise InputError(msg, field="id", remedy="Name one of `pmkit plugins list`.")
    # All that the kit needs is imported only where it runs.
    from pmkit.testing.conformance.locating import find_harness
    from pmkit.testing.conformance.output import as_json as json_of, as_junit
    from pmkit.testing.conformance.runner import check_plugin

    found = check_plugin(
        find_harness(plugin_id, harness), seed=seed, select=set(only) or None
    )
    if junit is not None:
        _write(junit, as_junit(found), "junit")
    if record is not None:
        _write(record, json_of(found), "record")
    if as_json:
        click.echo(json_of(found), nl=False)
    else:
        _show(found)
    return 0 if found.ok else 1


def _write(path: Path, text: str, field: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror}."
        raise InputError(msg, field=field, remedy="Name another file.") from error


def _list(*, as_json: bool) -> None:
    from pmkit.testing.conformance.registry import all_checks

    if as_json:
        rows = [
            {
                "id": one.id,
                "level": one.level.value,
                "requirement": one.requirement,
                "remedy": one.remedy,
                "link": one.link,
            }
            for one in all_checks()
        ]
        click.echo(json.dumps({"checks": rows}))
        return
    for one in all_checks():
        click.echo(f"{one.id:13} {one.level.value:7} {one.requirement}")


def _show(found: ConformanceRecord) -> None:
    for result in found.results:
        mark = _MARKS[result.verdict.value]
        why = f"  ({result.detail})" if mark in {"-", "waived"} else ""
        line = f"{mark:6} {result.check:13} {result.level.value:7}"
        click.echo(f"{line} {result.requirement}{why}")
    for result in found.failures:
        click.echo(f"\n{result.report()}")
    level = found.level.value if found.level else "no level"
    reached = level if found.complete else "a part of the checks proves no level"
    counts = ", ".join(
        f"{sum(x.verdict.value == verdict for x in found.results)} {verdict}"
        for verdict in _MARKS
    )
    click.echo(f"\n{found.plugin}: {reached}; {counts}; seed {found.seed}")
