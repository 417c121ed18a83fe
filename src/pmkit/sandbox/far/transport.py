"""
The far side without a socket: requests of httpx become calls of the application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from pmkit.sandbox.far.routing import Asked

if TYPE_CHECKING:
    from pmkit.sandbox.far.app import SandboxApp


class InProcess(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    Call an application in this process, for sync and async callers.

    Args:
        app: The application.

    Examples:
        >>> from pmkit.sandbox import World
        >>> app = World("2026-01-20T09:00+08:00").app
        >>> with httpx.Client(transport=InProcess(app)) as client:
        ...     client.get("https://sandbox.invalid/control/messages").json()
        {'messages': []}
    """

    def __init__(self, app: SandboxApp) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        answer = self._app.answer(
            Asked(
                method=request.method,
                path=request.url.path,
                query=dict(request.url.params),
                headers=dict(request.headers),
                body=body,
            )
        )
        return httpx.Response(
            answer.status,
            headers={"content-type": answer.media_type, **answer.headers},
            content=answer.body,
        )
