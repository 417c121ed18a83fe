"""
The panel of a world: its HTTP plugins, attached to its application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.effects.attached import attached
from pmkit.hooks.panel import Panel
from pmkit.hooks.secrets import Secret
from pmkit.sandbox.far.transport import InProcess
from pmkit.sandbox.plugins import manifests
from pmkit.sandbox.plugins.agency import AgencyPlugin
from pmkit.sandbox.plugins.messages import MessagesPlugin
from pmkit.sandbox.plugins.payments import CardPlugin, PayLaterPlugin, TransferPlugin
from pmkit.sandbox.plugins.settings import SandboxSettings

if TYPE_CHECKING:
    from pmkit.sandbox.world import World


def panel_of(world: World) -> Panel:
    settings = SandboxSettings(api_key=Secret("in-process"))
    transport = InProcess(world.app)
    def at(i, m, name=""):
        return attached(i(settings), m, name=name, transport=transport, clock=world.now)
    return Panel.of(agencies=[at(AgencyPlugin, manifests.AGENCY)],
      methods=[at(CardPlugin, manifests.CARD), at(TransferPlugin, manifests.TRANSFER), at(PayLaterPlugin, manifests.PAY_LATER)],
      notifiers=[at(MessagesPlugin, manifests.MESSAGES, world.notifier.name)])
