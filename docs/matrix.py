"""
What the plugins of this project can do, for the page of the matrix.

The manifests say it; `generate.py` puts it on the page.
"""

from __future__ import annotations

import importlib
import pathlib
import sys
import tomllib
from typing import TYPE_CHECKING

from pmkit.hooks.manifest import PluginKind
from pmkit.hooks.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.hooks.manifest import PluginManifest

ROOT = pathlib.Path(__file__).parents[1]
#: The level of each, as `nox -s plugins` finds it.
LEVELS = {
    "agency-http": "gold",
    "sandbox-agency": "gold",
    "sandbox-card": "gold",
    "sandbox-messages": "gold",
    "sandbox-pay-later": "gold",
    "sandbox-transfer": "gold",
}
_TITLES = {
    PluginKind.AGENCY: "Agencies",
    PluginKind.PAYMENT: "Ways to pay",
    PluginKind.NOTIFIER: "Ways to tell people",
}
#: What stands in a cell, as `pmkit plugins matrix` writes it.
_CELLS = {
    "full": "yes",
    "partial": "partly",
    "not-implemented": "no",
    "impossible": "never",
    "unknown": "?",
}


def plugins() -> Iterator[tuple[str, PluginManifest]]:
    """Find the manifests that this project announces, with their distribution."""
    for file in (
        ROOT / "pyproject.toml",
        *sorted(ROOT.glob("plugins/*/pyproject.toml")),
    ):
        project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
        # What is not installed is imported from where it stands.
        source = str(file.parent / "src")
        sys.path.append(source)
        points = project.get("entry-points", {}).get("pmkit.plugins.v1", {})
        for target in points.values():
            module, _, name = target.partition(":")
            yield project["name"], getattr(importlib.import_module(module), name)
        sys.path.remove(source)


def matrix() -> str:
    """Write one table for each kind, and the notes of what is there in part."""
    found = list(plugins())
    parts = []
    for kind, title in _TITLES.items():
        names = [*OPERATIONS[kind], "webhooks"]
        rows = [
            ["plugin", "in", "level", *(f"`{name}`" for name in names)],
            ["---"] * (len(names) + 3),
        ]
        notes = []
        for distribution, manifest in found:
            if manifest.kind is not kind:
                continue
            can = {**manifest.capabilities.operations}
            can["webhooks"] = manifest.capabilities.webhooks
            cells = [
                _CELLS[can[name].support.value] if name in can else "?"
                for name in names
            ]
            head = [f"`{manifest.id}`", f"`{distribution}`", LEVELS[manifest.id]]
            rows.append([*head, *cells])
            notes += [
                f"- `{manifest.id}`, `{name}`: {can[name].note}"
                for name in names
                if name in can and can[name].note
            ]
        table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
        parts.append(
            "\n\n".join(filter(None, (f"## {title}", table, "\n".join(notes))))
        )
    return "\n\n".join(parts)
