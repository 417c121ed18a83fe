"""
The far side of the reference messenger, and the harness around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.hooks.secrets import Secret
from pmkit.testing.conformance.harness import Harness, canary
from pmkit.testing.conformance.reference import manifests
from pmkit.testing.conformance.simulator import FarSide, answer, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx


class MessengerFar(FarSide):
    """
    A far side that delivers messages.

    Args:
        api_key: What it knows its customer by.
    """

    def __init__(self, *, api_key: str) -> None:
        super().__init__(authorization=f"Bearer {api_key}")
        self.on("POST", "/messages", self._deliver)

    def _deliver(self, request: httpx.Request) -> httpx.Response:
        def act() -> httpx.Response:
            notice = f"{body_of(request)['notice']}"
            self.did("send", notice)
            return answer({"notice": notice, "state": "queued"}, 201)

        return self.once(request, act)


class MessengerHarness(Harness):
    """The harness of the reference messenger."""

    manifest = manifests.MESSENGER
    target = "pmkit.testing.conformance.reference.manifests:MESSENGER"

    def settings(self, account: str = "first") -> Mapping[str, object]:
        """Give the settings of one account."""
        return {
            "base_url": "https://api.reference.example",
            "api_key": Secret(canary("api_key", account)),
        }

    def simulator(self, account: str = "first") -> MessengerFar:
        """Give a new far side."""
        return MessengerFar(api_key=canary("api_key", account))
