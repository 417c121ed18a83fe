"""
What can go wrong between a plugin and the far side, at any request.
"""

from __future__ import annotations

import enum
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import httpx

if TYPE_CHECKING:
    from pmkit.testing.conformance.clock import VirtualClock

#: Where a redirect leads to: no plugin may ever call it.
TRAP = "trap.invalid"
#: How long the far side asks to be left alone.
RETRY_AFTER = 7
#: The bytes of a body that no plugin should be made to read.
HUGE = 3 * 1024 * 1024


class Fault(enum.StrEnum):
    """One thing that goes wrong with one request."""

    #: Nothing left.
    NO_CONNECTION = "no-connection"
    NO_CONNECTION_IN_TIME = "no-connection-in-time"
    #: It left, and nothing is known; the far side never got it.
    LOST_REQUEST = "lost-request"
    #: The far side did it, and its reply is lost.
    REPLY_TIMEOUT = "reply-timeout"
    REPLY_BROKEN = "reply-broken"
    REPLY_CUT = "reply-cut"
    #: The far side gets it twice; the second reply comes back.
    TWICE = "twice"
    ERROR_BEFORE = "500-before"
    ERROR_AFTER = "500-after"
    BAD_GATEWAY_AFTER = "502-after"
    UNAVAILABLE_BEFORE = "503-before"
    TIMEOUT_STATUS_AFTER = "408-after"
    CONFLICT_BEFORE = "409-before"
    CONFLICT_AFTER = "409-after"
    TOO_EARLY = "425"
    TOO_MANY = "429"
    UNAUTHORIZED = "401"
    UNPROCESSABLE = "422"
    #: A page of somebody else answers 200: nothing happened.
    PORTAL = "html-before"
    HTML_AFTER = "html-after"
    GARBAGE_AFTER = "garbage-after"
    TRUNCATED_AFTER = "truncated-after"
    EMPTY_AFTER = "empty-after"
    NULLS_AFTER = "nulls-after"
    HUGE_AFTER = "huge-after"
    LIST_AFTER = "list-after"
    REDIRECT = "redirect"
    #: One byte every five seconds of virtual time.
    DRIP_AFTER = "drip-after"


#: The far side did not see the request.
NOT_DELIVERED = (Fault.NO_CONNECTION, Fault.NO_CONNECTION_IN_TIME)
#: The reply to something that happened is lost.
LOST_REPLY = (Fault.REPLY_TIMEOUT, Fault.REPLY_BROKEN, Fault.REPLY_CUT)
#: The far side says that it failed.
SERVER_ERRORS = (
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.BAD_GATEWAY_AFTER,
    Fault.UNAVAILABLE_BEFORE,
)
#: A reply that cannot be read.
UNREADABLE = (
    Fault.PORTAL,
    Fault.HTML_AFTER,
    Fault.GARBAGE_AFTER,
    Fault.TRUNCATED_AFTER,
    Fault.EMPTY_AFTER,
    Fault.NULLS_AFTER,
    Fault.HUGE_AFTER,
    Fault.LIST_AFTER,
)

_RAISED: dict[Fault, tuple[type[httpx.TransportError], bool]] = {
    # the error, and whether the far side acts first
    Fault.NO_CONNECTION: (httpx.ConnectError, False),
    Fault.NO_CONNECTION_IN_TIME: (httpx.ConnectTimeout, False),
    Fault.LOST_REQUEST: (httpx.ReadTimeout, False),
    Fault.REPLY_TIMEOUT: (httpx.ReadTimeout, True),
    Fault.REPLY_BROKEN: (httpx.RemoteProtocolError, True),
    Fault.REPLY_CUT: (httpx.ReadError, True),
}
_STATUSES: dict[Fault, tuple[int, bool]] = {
    Fault.ERROR_BEFORE: (500, False),
    Fault.ERROR_AFTER: (500, True),
    Fault.BAD_GATEWAY_AFTER: (502, True),
    Fault.UNAVAILABLE_BEFORE: (503, False),
    Fault.TIMEOUT_STATUS_AFTER: (408, True),
    Fault.CONFLICT_BEFORE: (409, False),
    Fault.CONFLICT_AFTER: (409, True),
    Fault.TOO_EARLY: (425, False),
    Fault.TOO_MANY: (429, False),
    Fault.UNAUTHORIZED: (401, False),
    Fault.UNPROCESSABLE: (422, False),
}
_PAGE = b"<!doctype html><html><body>Welcome to the hotel.</body></html>"
_BODIES: dict[Fault, Callable[[bytes], bytes]] = {
    Fault.PORTAL: lambda _: _PAGE,
    Fault.HTML_AFTER: lambda _: _PAGE,
    Fault.GARBAGE_AFTER: lambda _: bytes(range(256)),
    Fault.TRUNCATED_AFTER: lambda body: body[: len(body) // 2],
    Fault.EMPTY_AFTER: lambda _: b"",
    Fault.NULLS_AFTER: lambda body: json.dumps(_nulls(body)).encode(),
    Fault.HUGE_AFTER: lambda _: b'{"a": "' + b"x" * HUGE + b'"}',
    Fault.LIST_AFTER: lambda _: b'[["a"], 1, null]',
}


def _nulls(body: bytes) -> object:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return dict.fromkeys(found) if isinstance(found, dict) else None


@attrs.frozen
class Rewritten:
    """
    A fault that changes the body of a reply to something that happened.

    Args:
        change: Gets the body, gives another one.
    """

    change: Callable[[bytes], bytes]


Planned = Fault | Rewritten


def replaced(
    response: httpx.Response, body: bytes, kind: str = "application/json"
) -> httpx.Response:
    """
    Give a response the same status and another body.

    Args:
        response: The response.

        body: Its new body.

        kind: Its new content type.
    """
    return httpx.Response(
        response.status_code, headers={"content-type": kind}, content=body
    )


class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
    """
    A body that comes one byte every five seconds of virtual time.

    Args:
        body: The bytes.

        clock: The clock that goes on meanwhile.
    """

    def __init__(self, body: bytes, clock: VirtualClock) -> None:
        self._body = body or b" "
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for at in range(len(self._body)):
            self._clock.advance(5.0)
            yield self._body[at : at + 1]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


def suffer(
    fault: Planned,
    request: httpx.Request,
    handle: Callable[[httpx.Request], httpx.Response],
    clock: VirtualClock,
) -> httpx.Response:
    """
    Let one thing go wrong with one request.

    Args:
        fault: What.

        request: The request.

        handle: The far side.

        clock: The virtual clock.

    Returns:
        The response that comes back.

    Raises:
        httpx.TransportError: If none comes back.
    """
    if isinstance(fault, Rewritten):
        response = handle(request)
        return replaced(response, fault.change(response.content))
    if fault in _RAISED:
        error, acts = _RAISED[fault]
        if acts:
            handle(request)
        msg = f"simulated: {fault.value}"
        raise error(msg, request=request)
    if fault in _STATUSES:
        return _refuse(fault, request, handle)
    if fault is Fault.TWICE:
        handle(request)
        return handle(request)
    if fault is Fault.REDIRECT:
        elsewhere = f"https://{TRAP}{request.url.path}"
        return httpx.Response(307, headers={"location": elsewhere})
    if fault is Fault.DRIP_AFTER:
        response = handle(request)
        return httpx.Response(200, stream=Drip(response.content, clock))
    return _unreadable(fault, request, handle)


def _refuse(
    fault: Fault,
    request: httpx.Request,
    handle: Callable[[httpx.Request], httpx.Response],
) -> httpx.Response:
    status, acts = _STATUSES[fault]
    if acts:
        handle(request)
    headers: dict[str, Any] = {"content-type": "application/json"}
    if fault in (Fault.TOO_EARLY, Fault.TOO_MANY):
        headers["retry-after"] = str(RETRY_AFTER)
    return httpx.Response(status, headers=headers, content=b'{"error": "simulated"}')


def _unreadable(
    fault: Fault,
    request: httpx.Request,
    handle: Callable[[httpx.Request], httpx.Response],
) -> httpx.Response:
    if fault is Fault.PORTAL:
        kind = {"content-type": "text/html"}
        return httpx.Response(200, headers=kind, content=_PAGE)
    response = handle(request)
    kind_of = "text/html" if fault is Fault.HTML_AFTER else "application/json"
    return replaced(response, _BODIES[fault](response.content), kind_of)
