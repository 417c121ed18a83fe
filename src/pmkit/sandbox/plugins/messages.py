"""
The plugin of the simulated messenger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.sandbox.plugins.speaking import Speaking, require_done

if TYPE_CHECKING:
    from pmkit.core.ports import Notice
    from pmkit.effects.context import CallContext, Operation


class MessagesPlugin(Speaking):
    """Put notices into the box of the simulated messenger."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        require_done((yield from self.tell("/messages", request, context)))
