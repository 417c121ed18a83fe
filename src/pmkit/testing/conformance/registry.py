"""
The list of all checks: each has an id for ever, a level, a requirement and a remedy.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import InputError
from pmkit.hooks.capabilities import Idempotency, LookUp
from pmkit.hooks.manifest import PluginKind
from pmkit.hooks.operations import OPERATIONS
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.rig import Rig

if TYPE_CHECKING:
    from pmkit.hooks.manifest import PluginManifest

#: The modules of `pmkit.testing.conformance.checks`, in the order of the record.
GROUPS = (
    "manifest",
    "importing",
    "settings",
    "secrets",
    "capabilities",
    "mapping",
    "bodies",
    "times",
    "certainty",
    "refusals",
    "webhooks",
    "forgeries",
    "deadlines",
    "parity",
    "isolation",
    "idempotency",
    "look_up",
    "ledger",
    "desk",
)
_CHECKS = "pmkit.testing.conformance.checks"
_PAGE = "https://pmkit-sdk.readthedocs.io/en/latest/reference/conformance.html"
_EVERY = tuple(PluginKind)


def _mutations(manifest: PluginManifest) -> list[str]:
    return [
        name
        for name, spec in OPERATIONS[manifest.kind].items()
        if spec.mutates and manifest.capabilities[name].support.usable
    ]


def _hears(manifest: PluginManifest) -> bool:
    return manifest.capabilities.webhooks.support.usable


def _finds(manifest: PluginManifest) -> bool:
    can = manifest.capabilities
    looked_up = any(can[x].look_up is not LookUp.NONE for x in _mutations(manifest))
    return can["find"].support.usable and looked_up


def _repeats(manifest: PluginManifest) -> bool:
    can = manifest.capabilities
    none = Idempotency.NONE
    return any(can[x].idempotency is not none for x in _mutations(manifest))


def _reports(manifest: PluginManifest) -> bool:
    return manifest.capabilities["observations"].support.usable


#: What a check can need of a plugin, and how that is seen in its manifest.
NEEDS: Mapping[str, Callable[[PluginManifest], bool]] = MappingProxyType(
    {
        "webhooks": _hears,
        "look-up": _finds,
        "idempotency": _repeats,
        "observations": _reports,
    }
)


@attrs.frozen(kw_only=True)
class Check:
    """
    One thing that is required of plugins.

    Args:
        id: Its name for ever, such as ``PLG-IDEM-002``.

        level: The level that it belongs to.

        requirement: What is required, in one line.

        remedy: What to do about a failure.

        run: What tests it; raises `Failed` or `Inapplicable`.

        kinds: The kinds of plugin that it is about.

        needs: What it needs of a plugin: a key of `NEEDS`, or nothing.
    """

    id: str
    level: Level
    requirement: str
    remedy: str
    run: Callable[[Rig], None] = attrs.field(repr=False)
    kinds: tuple[PluginKind, ...] = _EVERY
    needs: str = ""

    @property
    def group(self) -> str:
        """The part of its id between the hyphens, such as ``IDEM``."""
        return self.id.split("-")[1]

    @property
    def link(self) -> str:
        """Its place in the documentation."""
        return f"{_PAGE}#{self.id.lower()}"

    def missing(self, manifest: PluginManifest) -> str:
        """
        Say why the check is not about a plugin.

        Args:
            manifest: What the plugin says of itself.

        Returns:
            The reason; empty if it is.
        """
        if manifest.kind not in self.kinds:
            return f"It is not about plugins of the kind {manifest.kind.value}."
        if self.needs and not NEEDS[self.needs](manifest):
            return f"The plugin does not declare: {self.needs}."
        return ""


_REGISTERED: dict[str, Check] = {}


def check(
    name: str,
    level: Level,
    requirement: str,
    remedy: str,
    *,
    kinds: tuple[PluginKind, ...] = _EVERY,
    needs: str = "",
) -> Callable[[Callable[[Rig], None]], Callable[[Rig], None]]:
    """
    Register a check.

    Args:
        name: Its id.

        level: The level that it belongs to.

        requirement: What is required, in one line.

        remedy: What to do about a failure.

        kinds: The kinds of plugin that it is about.

        needs: What it needs of a plugin.
    """

    def register(run: Callable[[Rig], None]) -> Callable[[Rig], None]:
        _REGISTERED[name] = Check(
            id=name,
            level=level,
            requirement=requirement,
            remedy=remedy,
            run=run,
            kinds=kinds,
            needs=needs,
        )
        return run

    return register


@cache
def all_checks() -> tuple[Check, ...]:
    """
    Give all checks, in the order of the record.

    Examples:
        >>> all_checks()[0].id
        'PLG-MAN-001'
    """
    for group in GROUPS:
        importlib.import_module(f"{_CHECKS}.{group}")
    # A module may have been imported before, in any order.
    order = {f"{_CHECKS}.{group}": at for at, group in enumerate(GROUPS)}
    found = _REGISTERED.values()
    return tuple(sorted(found, key=lambda one: order[one.run.__module__]))


def find_check(name: str) -> Check:
    """
    Find a check.

    Args:
        name: Its id.

    Raises:
        pmkit.InputError: If there is none.
    """
    for found in all_checks():
        if found.id == name:
            return found
    msg = f"There is no check {name!r}."
    remedy = "Look them up with `pmkit plugins check --list`."
    raise InputError(msg, field="check", remedy=remedy)
