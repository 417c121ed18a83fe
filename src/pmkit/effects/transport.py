"""
Transports that call checked addresses only, in time: what instances use by default.

They are `httpx` transports over the public pool of httpcore, with HTTP/1.1 and
connections that are kept for a few seconds, no proxies of the environment, no redirects
and no retries.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from pmkit.effects.connecting import Backend, Resolving, resolve
from pmkit.effects.connecting_async import AsyncBackend

if TYPE_CHECKING:
    import ssl
    from collections.abc import (
        AsyncIterable,
        AsyncIterator,
        Callable,
        Iterable,
        Iterator,
        Sequence,
    )

#: Shorter than servers keep an idle connection, so that they rarely close it first.
_KEPT = 4.0
_CAUGHT = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


def _translated(error: Exception) -> httpx.TransportError:
    """Give the exception of httpx that has the name of one of httpcore."""
    for base in type(error).__mro__:
        found = getattr(httpx, base.__name__, None)
        if isinstance(found, type) and issubclass(found, httpx.TransportError):
            return found("")
    return httpx.TransportError("")


def _core(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        ),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


class GuardedTransport(httpx.BaseTransport):
    """
    Call checked addresses only, each read and write within the deadline.

    Args:
        exceptions: Hosts and ports that may be called whatever their address.

        connections: The most connections at a time.

        tls: How certificates are checked; by the usual authorities, if left out.

        resolver: What knows the addresses of names.

        backend: What makes connections to addresses.
    """

    def __init__(
        self,
        *,
        exceptions: Iterable[tuple[str, int]] = (),
        connections: int = 8,
        tls: ssl.SSLContext | None = None,
        resolver: Callable[[str, int], Sequence[str]] = resolve,
        backend: httpcore.NetworkBackend | None = None,
    ) -> None:
        resolving = Resolving(
            exceptions=frozenset(exceptions), most=connections, resolver=resolver
        )
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=connections,
            keepalive_expiry=_KEPT,
            network_backend=Backend(resolving, backend),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the body of the response is still to be read."""
        lost: httpx.TransportError | None = None
        try:
            response = self._pool.handle_request(_core(request))
        except _CAUGHT as error:
            lost = _translated(error)
        if lost is not None:
            raise lost
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Stream(response.stream),  # type: ignore[arg-type]
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close its connections."""
        self._pool.close()


class AsyncGuardedTransport(httpx.AsyncBaseTransport):
    """
    Call checked addresses only, each read and write within the deadline.

    Args:
        exceptions: Hosts and ports that may be called whatever their address.

        connections: The most connections at a time.

        tls: How certificates are checked; by the usual authorities, if left out.

        resolver: What knows the addresses of names.

        backend: What makes connections to addresses.
    """

    def __init__(
        self,
        *,
        exceptions: Iterable[tuple[str, int]] = (),
        connections: int = 8,
        tls: ssl.SSLContext | None = None,
        resolver: Callable[[str, int], Sequence[str]] = resolve,
        backend: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        resolving = Resolving(
            exceptions=frozenset(exceptions), most=connections, resolver=resolver
        )
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=connections,
            keepalive_expiry=_KEPT,
            network_backend=AsyncBackend(resolving, backend),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the body of the response is still to be read."""
        lost: httpx.TransportError | None = None
        try:
            response = await self._pool.handle_async_request(_core(request))
        except _CAUGHT as error:
            lost = _translated(error)
        if lost is not None:
            raise lost
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_AsyncStream(response.stream),  # type: ignore[arg-type]
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close its connections."""
        await self._pool.aclose()


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream: Any = stream

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except _CAUGHT as error:
            raise _translated(error) from None

    def close(self) -> None:
        self._stream.close()


class _AsyncStream(httpx.AsyncByteStream):
    def __init__(self, stream: AsyncIterable[bytes]) -> None:
        self._stream: Any = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream:
                yield chunk
        except _CAUGHT as error:
            raise _translated(error) from None

    async def aclose(self) -> None:
        await self._stream.aclose()


class ThreadedTransport(httpx.AsyncBaseTransport):
    """
    Let an event loop use a transport that blocks.

    Args:
        transport: What blocks, such as an application in this process.

        limit: How many bytes of a body are read; what is larger is refused later.
    """

    def __init__(self, transport: httpx.BaseTransport, *, limit: int) -> None:
        self._transport = transport
        self._limit = limit

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and read its response, in a thread."""
        return await asyncio.to_thread(self._whole, request)

    def _whole(self, request: httpx.Request) -> httpx.Response:
        response = self._transport.handle_request(request)
        stream: Any = response.stream
        content = bytearray()
        try:
            for chunk in stream:
                content += chunk
                if len(content) > self._limit:
                    break
        finally:
            stream.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers.raw,
            stream=_Whole(bytes(content)),
        )


class _Whole(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
