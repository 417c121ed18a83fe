"""
Plugins as people read them in a terminal.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

_WIDE = 200
_STYLES = {"full": "green", "partial": "yellow", "unknown": "red"}
#: What stands in a cell; the words are in the JSON.
_CELLS = {
    "full": "yes",
    "partial": "partly",
    "not-implemented": "no",
    "impossible": "never",
    "unknown": "?",
}


def show_plugin(record: dict[str, Any]) -> None:
    """Print one plugin."""
    console = Console(highlight=False)
    source = f"{record['distribution']} {record['version']}".strip()
    console.print(
        f"{record['id']}: {record['title']}, {record['kind']}, {source}",
        style="bold",
        markup=False,
        soft_wrap=True,
    )
    lines = {
        "Hosts": ", ".join(record["hosts"]),
        "Contract": record["requires_api"],
        "Level": record["level"] or f"none: {record['why_no_level']}",
        "Homepage": record["homepage"],
        "Tracker": record["tracker"],
    }
    for name, text in lines.items():
        if text:
            console.print(Text(f"  {name}: {text}"), soft_wrap=True)
    table = Table("operation", "support", "repeated calls", "look-up", "note")
    for name, can in record["capabilities"].items():
        style = _STYLES.get(can["support"], "")
        support = Text(can["support"], style=style)
        row = (can["idempotency"], can["look_up"], can["note"])
        table.add_row(Text(name), support, *map(Text, row))
    console.print(table)
    if record["settings"]:
        for name, field in record["settings"]["properties"].items():
            console.print(Text(f"  {_setting(name, field, record)}"), soft_wrap=True)


def show_matrix(kinds: dict[str, Any]) -> None:
    """Print one table for each kind."""
    console = Console(highlight=False)
    if not console.is_terminal:
        # A file or a pipe has no edge, and half a name is none.
        console = Console(highlight=False, width=_WIDE)
    for kind, found in kinds.items():
        if not found["plugins"]:
            continue
        table = Table(Column(kind, no_wrap=True), "level")
        for name in found["operations"]:
            table.add_column(name, overflow="fold")
        for plugin in found["plugins"]:
            cells = [
                Text(_CELLS[each], style=_STYLES.get(each, ""))
                for each in plugin["support"].values()
            ]
            table.add_row(Text(plugin["id"]), plugin["level"] or "none", *cells)
        console.print(table)
    if not any(found["plugins"] for found in kinds.values()):
        console.print("No plugin is installed.")


def _setting(name: str, field: dict[str, Any], record: dict[str, Any]) -> str:
    needed = "required" if name in record["settings"]["required"] else "optional"
    secret = ", secret" if field.get("x-pmkit", {}).get("secret") else ""
    title = f": {field['title']}" if "title" in field else ""
    return f"Setting {name} ({needed}{secret}){title}"
