"""
One saboteur: a reference plugin with one bug, and the checks that must notice it.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from pmkit.testing.conformance.harness import Harness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pmkit.hooks.manifest import PluginManifest

#: The modules of `pmkit.testing.conformance.saboteurs`, in the order of the table.
GROUPS = (
    "of_manifests",
    "of_settings",
    "of_capabilities",
    "of_answers",
    "of_times",
    "of_errors",
    "of_webhooks",
    "of_verifiers",
    "of_calls",
    "of_keys",
    "of_look_ups",
)

_C = TypeVar("_C", bound=type)


@attrs.frozen(kw_only=True)
class Saboteur:
    """
    A plugin with one planted bug.

    Args:
        name: Its name.

        bug: What is broken, in one sentence.

        harness: The harness that tests it.

        must: The checks that have to fail.

        may: Checks that may fail, too: what the bug knocks on to.
    """

    name: str
    bug: str
    harness: type[Harness]
    must: tuple[str, ...]
    may: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of plugin."""
        return self.harness.manifest.kind.value


_PLANTED: dict[str, Saboteur] = {}


def plant(
    name: str,
    base: type[Harness],
    bug: str,
    *,
    must: tuple[str, ...],
    may: tuple[str, ...] = (),
    manifest: Mapping[str, Any] | None = None,
    harness: Mapping[str, Any] | None = None,
) -> None:
    """
    Plant a bug into the manifest or the harness of a reference plugin.

    Args:
        name: The saboteur's name.

        base: The harness of the reference plugin.

        bug: What is broken.

        must: The checks that have to fail.

        may: Checks that may fail, too.

        manifest: What is different in the manifest.

        harness: What is different in the harness.
    """
    changed: PluginManifest = attrs.evolve(base.manifest, **(manifest or {}))
    own = {"manifest": changed, "__module__": __name__, **(harness or {})}
    _PLANTED[name] = Saboteur(
        name=name, bug=bug, harness=type("Planted", (base,), own), must=must, may=may
    )


def planted(
    name: str,
    base: type[Harness],
    bug: str,
    *,
    must: tuple[str, ...],
    may: tuple[str, ...] = (),
    manifest: Mapping[str, Any] | None = None,
    harness: Mapping[str, Any] | None = None,
) -> Callable[[_C], _C]:
    """
    Plant a bug into a reference plugin: decorate the class that has it.

    Args:
        name: The saboteur's name.

        base: The harness of the reference plugin.

        bug: What is broken.

        must: The checks that have to fail.

        may: Checks that may fail, too.

        manifest: What else is different in the manifest.

        harness: What is different in the harness.
    """

    def register(cls: _C) -> _C:
        factory = {"factory": f"{cls.__module__}:{cls.__qualname__}"}
        changes = {**(manifest or {}), **factory}
        plant(name, base, bug, must=must, may=may, manifest=changes, harness=harness)
        return cls

    return register


@cache
def saboteurs() -> tuple[Saboteur, ...]:
    """
    Give all saboteurs.

    Examples:
        >>> len({one.kind for one in saboteurs()})
        3
    """
    for group in GROUPS:
        importlib.import_module(f"pmkit.testing.conformance.saboteurs.{group}")
    return tuple(_PLANTED.values())


def can(base: type[Harness], **changed: Any) -> dict[str, Any]:
    """
    Give the change of a manifest that declares some operations otherwise.

    Args:
        base: The harness of the reference plugin.

        changed: The operations; `None` takes one away.
    """
    before = base.manifest.capabilities
    operations = {**before.operations, **changed}
    kept = {name: found for name, found in operations.items() if found is not None}
    return {"capabilities": attrs.evolve(before, operations=kept)}
