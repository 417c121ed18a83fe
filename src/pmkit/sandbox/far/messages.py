"""
The route of the simulated messenger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.ports import Notice
from pmkit.sandbox.far.routing import Answer, Asked, told
from pmkit.sandbox.forms import read

if TYPE_CHECKING:
    from pmkit.sandbox.far.app import SandboxApp
    from pmkit.sandbox.world import World


def add_routes(app: SandboxApp, world: World) -> None:
    """
    Add the routes under ``/messages``.

    Args:
        app: The application.

        world: The companies; looked at with each request.
    """

    def send(asked: Asked) -> Answer:
        world.notifier.send(read(asked.json(), Notice))
        return told({"done": True}, 201)

    app.add("POST", "/messages", send, keyed=True)
