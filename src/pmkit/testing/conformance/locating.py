"""
Finding the harness of a plugin.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from typing import TYPE_CHECKING

from pmkit.core.errors import InputError, UnknownPluginError
from pmkit.testing.conformance.harness import Harness

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The entry points that name harnesses, by the id of the plugin.
GROUP = "pmkit.harness.v1"
_PLUGINS = "pmkit.plugins.v1"


def find_harness(plugin_id: str, target: str = "") -> Harness:
    """
    Find and make the harness of a plugin.

    Looked for in this order: *target*; the entry point of the group
    ``pmkit.harness.v1`` under the id of the plugin; a module ``harness`` with a class
    ``Harness`` beside the module of the manifest.

    Args:
        plugin_id: The plugin.

        target: ``"package.module:Class"``, where it is not installed.

    Returns:
        The harness.

    Raises:
        pmkit.UnknownPluginError: If there is none.

        pmkit.InputError: If what is named is no harness, or one of another plugin.
    """
    named = target or next(_announced(GROUP, plugin_id), "") or _beside(plugin_id)
    if not named:
        msg = f"There is no harness for the plugin {plugin_id!r}."
        remedy = f"Announce it in the entry points {GROUP!r}, or name it: --harness."
        raise UnknownPluginError(msg, field="id", remedy=remedy)
    harness = _made(named)
    if harness.manifest.id != plugin_id:
        msg = f"{named} is the harness of {harness.manifest.id!r}."
        raise InputError(msg, field="harness", remedy=f"Name that of {plugin_id!r}.")
    return harness


def _announced(group: str, plugin_id: str) -> Iterator[str]:
    found = importlib.metadata.entry_points(group=group, name=plugin_id)
    return (point.value for point in found)


def _beside(plugin_id: str) -> str:
    """Name the harness beside the manifest, if there is a module of this name."""
    for target in _announced(_PLUGINS, plugin_id):
        module = target.partition(":")[0]
        for package in (module, module.rpartition(".")[0]):
            try:
                found = package and importlib.util.find_spec(f"{package}.harness")
            except (ImportError, AttributeError, ValueError):
                continue
            if found:
                return f"{package}.harness:Harness"
    return ""


def _made(target: str) -> Harness:
    module, _, name = target.partition(":")
    remedy = 'Write "package.module:Class", a class derived from Harness.'
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        msg = f"{target!r} cannot be imported ({type(error).__name__})."
        raise InputError(msg, field="harness", remedy=remedy) from error
    if not (isinstance(found, type) and issubclass(found, Harness)):
        msg = f"{target!r} is no harness."
        raise InputError(msg, field="harness", remedy=remedy)
    made: Harness = found()
    return made
