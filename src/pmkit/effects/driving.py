"""
The two drivers of HTTP operations: they carry requests over a transport.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from pmkit.effects.conversation import Conversation


def drive(conversation: Conversation, transport: httpx.BaseTransport) -> Any:
    """
    Drive an operation.

    Args:
        conversation: The operation.

        transport: What carries its requests.

    Returns:
        What it returned.

    Raises:
        pmkit.PluginCallError: If it ends with an error.
    """
    request = conversation.start()
    while request is not None:
        lost: Exception | None = None
        try:
            response = transport.handle_request(request)
            response.request = request
            response.read()
            response.close()
        except Exception as exception:  # noqa: BLE001 - a transport may raise anything
            lost = exception
        request = conversation.fail(lost) if lost else conversation.receive(response)
    return conversation.answer


async def adrive(
    conversation: Conversation, transport: httpx.AsyncBaseTransport
) -> Any:
    """
    Drive an operation in an event loop.

    Args:
        conversation: The operation.

        transport: What carries its requests.

    Returns:
        What it returned.

    Raises:
        pmkit.PluginCallError: If it ends with an error.
    """
    request = conversation.start()
    while request is not None:
        lost: Exception | None = None
        try:
            response = await transport.handle_async_request(request)
            response.request = request
            await response.aread()
            await response.aclose()
        except Exception as exception:  # noqa: BLE001 - a transport may raise anything
            lost = exception
        request = conversation.fail(lost) if lost else conversation.receive(response)
    return conversation.answer
