"""
How often each instance of a plugin may be called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.hooks.capabilities import Capabilities

if TYPE_CHECKING:
    from pmkit.hooks.panel import Panel


def limits_of(panel: Panel) -> dict[str, int]:
    """
    Give the limit of each instance that declares one, in calls a minute.

    Args:
        panel: The attached plugins, with what they declare.

    Examples:
        >>> from pmkit.hooks.panel import Panel
        >>> limits_of(Panel.of())
        {}
    """
    limits: dict[str, int] = {}
    for name, offer in (*panel.agencies.items(), *panel.methods.items()):
        declared = getattr(offer, "capabilities", None)
        if isinstance(declared, Capabilities) and declared.calls_per_minute:
            most = declared.calls_per_minute
            limits[name] = min(most, limits.get(name, most))
    return limits
