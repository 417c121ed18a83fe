"""
The panel of a world: its HTTP plugins, attached to its application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.hooks.host import PluginHost
from pmkit.hooks.secrets import Secret
from pmkit.sandbox.far.transport import InProcess
from pmkit.sandbox.plugins import manifests
from pmkit.sandbox.plugins.settings import SandboxSettings

if TYPE_CHECKING:
    from pmkit.hooks.panel import Panel
    from pmkit.sandbox.world import World

# The application asks for none, but every instance has one.
_KEY = "in-process"


def panel_of(world: World) -> Panel:
    """
    Attach the plugins of a world as an application attaches those of anybody.

    Args:
        world: The companies; their plugins call them in this process.

    Returns:
        A panel with these instances and nothing else.
    """
    host = PluginHost(strict=True)
    transport = InProcess(world.app)
    settings = SandboxSettings(api_key=Secret(_KEY))
    names = {manifests.MESSAGES.id: world.notifier.name}
    for manifest in manifests.ALL:
        host.register(manifest, source="pmkit")
        host.attach(
            manifest.id,
            name=names.get(manifest.id, ""),
            settings=settings,
            transport=transport,
            async_transport=transport,
            clock=world.now,
        )
    return host.panel()
