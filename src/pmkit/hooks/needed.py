"""
Which operations each kind of plugin has, and which every plugin of the kind must have.

`pmkit.hooks.operations` says what they take and answer; that imports the whole core,
and a start-up that only reads manifests does without.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pmkit.hooks.manifest import PluginKind

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By kind, each operation and whether it is required, in the order of the tables.
NEEDED: Mapping[PluginKind, Mapping[str, bool]] = MappingProxyType(
    {
        PluginKind.AGENCY: {
            "quote": True,
            "visit_days": False,
            "book": True,
            "move": True,
            "cancel": True,
            "observations": True,
            "find": False,
        },
        PluginKind.PAYMENT: {
            "availability": True,
            "beneficiary": False,
            "charge": True,
            "refund": True,
            "observations": True,
            "find": False,
        },
        PluginKind.NOTIFIER: {"send": True},
    }
)
