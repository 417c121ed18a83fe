"""
The reference messenger: one request for a notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from pmkit.testing.conformance.reference.reading import record_of, same

if TYPE_CHECKING:
    from pmkit.core.ports import Notice
    from pmkit.effects.context import CallContext, Operation
    from pmkit.testing.conformance.reference.settings import MessengerSettings


class ReferenceMessenger:
    """
    Send notices by the reference far side.

    Args:
        settings: One account there.
    """

    def __init__(self, settings: MessengerSettings) -> None:
        self._settings = settings

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        said = record_of((yield self._message(request, context)))
        same(said, "notice", request.id)

    def _message(self, notice: Notice, context: CallContext) -> httpx.Request:
        token = self._settings.api_key.reveal()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": context.key}
        body = {
            "notice": notice.id,
            "to": notice.party,
            "subject": notice.subject,
            "text": notice.text,
        }
        url = f"{self._settings.base_url}/messages"
        return httpx.Request("POST", url, headers=headers, json=body)
