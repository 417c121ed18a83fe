"""
Which configured plugins hear messages of their far sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.errors import InputError
from pmkit.effects.webhooks.listening import Listener, listener
from pmkit.hooks.manifest import PluginKind

if TYPE_CHECKING:
    from pmkit.hooks.panel import Panel


def listeners(panel: Panel) -> dict[str, Listener]:
    """
    Find what hears messages on a panel.

    Args:
        panel: The attached plugins.

    Returns:
        The listeners by their names.

    Raises:
        pmkit.InputError: If an agency and a payment method that both hear have one
            name: nobody could tell whose message it is.
    """
    found: dict[str, Listener] = {}
    offers = [
        *((PluginKind.AGENCY, *item) for item in panel.agencies.items()),
        *((PluginKind.PAYMENT, *item) for item in panel.methods.items()),
    ]
    for kind, name, offer in offers:
        hears = listener(name, kind, offer)
        if hears is None:
            continue
        if name in found:
            msg = f"An agency and a payment method are both called {name!r}."
            raise InputError(msg, field="panel", remedy="Attach one by another name.")
        found[name] = hears
    return found
