"""
The manifest says what is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import PmkitError
from pmkit.hooks.capabilities import Support
from pmkit.hooks.manifest import API, PluginKind
from pmkit.hooks.operations import OPERATIONS
from pmkit.testing.conformance.case import resolve
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Failed, require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig


@check(
    "PLG-MAN-001",
    Level.BRONZE,
    "The factory and the settings that the manifest names can be built.",
    'Correct "package.module:Name" in the manifest, or what the class raises.',
)
def buildable(rig: Rig) -> None:
    """Build the plugin with the settings of the harness."""
    from pmkit.testing.conformance.case import Station

    try:
        Station(rig.harness)
    except PmkitError as error:
        evidence = f"{type(error).__name__}: {error.message}"
        raise Failed(evidence) from error
    except Exception as error:
        evidence = f"{type(error).__name__} while it is built."
        raise Failed(evidence) from error


@check(
    "PLG-MAN-002",
    Level.BRONZE,
    "The plugin works with the version of the contract that this pmkit speaks.",
    "Widen requires_api of the manifest, such as to '>=1.0,<2'.",
)
def speaks(rig: Rig) -> None:
    """Compare the range of the manifest with the version of pmkit."""
    ours = ".".join(map(str, API))
    require(
        rig.manifest.speaks(),
        f"requires_api is {rig.manifest.requires_api!r}, pmkit speaks {ours}",
    )


@check(
    "PLG-MAN-003",
    Level.BRONZE,
    "Every declared operation is one of the kind, and all that are required are there.",
    "Correct the names in capabilities.operations of the manifest.",
)
def known_operations(rig: Rig) -> None:
    """Compare the declared names with those of the kind."""
    operations = OPERATIONS[rig.manifest.kind]
    can = rig.manifest.capabilities
    unknown = [name for name in can.operations if name not in operations]
    require(not unknown, f"unknown to this kind: {', '.join(unknown)}")
    missing = [
        name
        for name, spec in operations.items()
        if spec.required and not can[name].support.usable
    ]
    require(not missing, f"required and not declared: {', '.join(missing)}")


@check(
    "PLG-MAN-004",
    Level.SILVER,
    "Of every operation, and of webhooks, the manifest says whether it is there.",
    "Declare FULL, PARTIAL, NOT_IMPLEMENTED or IMPOSSIBLE.",
)
def nothing_unknown(rig: Rig) -> None:
    """Look for what nobody said anything about."""
    can = rig.manifest.capabilities
    silent = [
        name
        for name in OPERATIONS[rig.manifest.kind]
        if can[name].support is Support.UNKNOWN
    ]
    needs_webhooks = rig.manifest.kind is not PluginKind.NOTIFIER
    if needs_webhooks and can.webhooks.support is Support.UNKNOWN:
        silent.append("webhooks")
    require(not silent, f"nothing is said of: {', '.join(silent)}")


@check(
    "PLG-MAN-005",
    Level.SILVER,
    "The manifest says where faults of the plugin are reported.",
    "Set tracker to an https address.",
)
def has_tracker(rig: Rig) -> None:
    """Look for the tracker."""
    tracker = rig.manifest.tracker
    require(tracker.startswith("https://"), f"tracker is {tracker!r}")


@check(
    "PLG-SET-001",
    Level.BRONZE,
    "The settings are a frozen attrs class.",
    "Write @attrs.frozen(kw_only=True) above the class.",
)
def frozen_settings(rig: Rig) -> None:
    """Try to change the settings after they were made."""
    if not rig.manifest.settings:
        return
    found = resolve(rig.manifest.settings)
    require(attrs.has(found), f"{found!r} is no attrs class")
    station = rig.station()
    first = attrs.fields(found)[:1]
    for field in first:
        try:
            setattr(station.settings, field.name, getattr(station.settings, field.name))
        except attrs.exceptions.FrozenInstanceError:
            continue
        evidence = f"{field.name} can be changed"
        raise Failed(evidence)
