"""
The two drivers of HTTP operations: they carry requests over a transport, in time.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

import httpx

from pmkit.core.plugin_errors import ProviderUnavailableError
from pmkit.effects.bodies import Body, plain
from pmkit.effects.deadline import CURRENT, Deadline

if TYPE_CHECKING:
    from pmkit.effects.conversation import Conversation

#: A transport that knows the deadline ends by itself, and says more exactly how.
_GRACE: Final = 0.05


def drive(
    conversation: Conversation,
    transport: httpx.BaseTransport,
    *,
    deadline: Deadline,
    limit: int,
) -> Any:
    """
    Drive an operation, and close it whatever happens.

    Args:
        conversation: The operation.

        transport: What carries its requests.

        deadline: When it has to be over.

        limit: The most bytes of the body of a response.

    Returns:
        What it returned.

    Raises:
        pmkit.PluginCallError: If it ends with an error.
    """
    token = CURRENT.set(deadline)
    try:
        request = conversation.start()
        while request is not None:
            came = _exchange(request, transport, deadline, limit)
            if isinstance(came, httpx.Response):
                request = conversation.receive(came)
            else:
                request = conversation.fail(came)
    finally:
        CURRENT.reset(token)
        conversation.close()
    return conversation.answer


async def adrive(
    conversation: Conversation,
    transport: httpx.AsyncBaseTransport,
    *,
    deadline: Deadline,
    limit: int,
) -> Any:
    """
    Drive an operation in an event loop, and close it whatever happens.

    Args:
        conversation: The operation.

        transport: What carries its requests.

        deadline: When it has to be over.

        limit: The most bytes of the body of a response.

    Returns:
        What it returned.

    Raises:
        pmkit.PluginCallError: If it ends with an error.
    """
    token = CURRENT.set(deadline)
    try:
        request = conversation.start()
        while request is not None:
            came = await _aexchange(request, transport, deadline, limit)
            if isinstance(came, httpx.Response):
                request = conversation.receive(came)
            else:
                request = conversation.fail(came)
    finally:
        # A coroutine that is thrown away is closed elsewhere.
        with contextlib.suppress(ValueError):
            CURRENT.reset(token)
        conversation.close()
    return conversation.answer


def _exchange(
    request: httpx.Request,
    transport: httpx.BaseTransport,
    deadline: Deadline,
    limit: int,
) -> httpx.Response | Exception:
    """Send a request and read its response; give what went wrong instead."""
    left = deadline.left()
    if left <= 0:
        return _too_late()
    stream: Any = None
    try:
        response = transport.handle_request(_timed(request, left))
        stream = response.stream
        body = Body(response.headers, limit=limit)
        for chunk in stream:
            body.feed(chunk)
            if deadline.left() <= 0:
                return httpx.ReadTimeout("")
        return plain(response, body.content(), request)
    except Exception as error:  # noqa: BLE001 - a transport may raise anything
        return error
    finally:
        if stream is not None:
            _shut(stream)


async def _aexchange(
    request: httpx.Request,
    transport: httpx.AsyncBaseTransport,
    deadline: Deadline,
    limit: int,
) -> httpx.Response | Exception:
    """Send a request and read its response; give what went wrong instead."""
    left = deadline.left()
    if left <= 0:
        return _too_late()
    stream: Any = None
    try:
        async with asyncio.timeout(left + _GRACE):
            response = await transport.handle_async_request(_timed(request, left))
            stream = response.stream
            body = Body(response.headers, limit=limit)
            async for chunk in stream:
                body.feed(chunk)
                if deadline.left() <= 0:
                    return httpx.ReadTimeout("")
            return plain(response, body.content(), request)
    except TimeoutError:
        return httpx.ReadTimeout("")
    except Exception as error:  # noqa: BLE001 - a transport may raise anything
        return error
    finally:
        if stream is not None:
            await _ashut(stream)


def _timed(request: httpx.Request, left: float) -> httpx.Request:
    request.extensions["timeout"] = dict.fromkeys(
        ("connect", "read", "write", "pool"), left
    )
    return request


def _too_late() -> ProviderUnavailableError:
    return ProviderUnavailableError("No time was left for another request.")


def _shut(stream: httpx.SyncByteStream) -> None:
    # The response was read, or is given up.
    with contextlib.suppress(Exception):
        stream.close()


async def _ashut(stream: httpx.AsyncByteStream) -> None:
    # The response was read, or is given up.
    with contextlib.suppress(Exception):
        await stream.aclose()
