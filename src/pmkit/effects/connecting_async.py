"""
The same connections for event loops.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpcore

from pmkit.effects.deadline import shrunk

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from pmkit.effects.connecting import Resolving


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """
    Connect to the address that was checked, never to the name.

    Args:
        resolving: What resolves and checks.

        inner: What makes connections.
    """

    def __init__(
        self, resolving: Resolving, inner: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._resolving = resolving
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, and connect to the first address that answers."""
        host = host.lower()
        lost: Exception = httpcore.ConnectError()
        for address in await self._addresses(host, port, timeout):
            left = shrunk(timeout, httpcore.ConnectTimeout)
            try:
                stream = await self._inner.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                lost = error
            else:
                return AsyncTimedStream(stream)
        raise lost

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - as httpcore calls it
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - as httpcore calls it
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - as httpcore calls it
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: a plugin calls hosts."""
        raise httpcore.UnsupportedProtocol

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _addresses(
        self,
        host: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109 - as httpcore calls it
    ) -> tuple[str, ...]:
        known = self._resolving.known(host, port)
        if known is not None:
            return known
        left = shrunk(timeout, httpcore.ConnectTimeout)
        if not await self._resolving.slots.aacquire(60.0 if left is None else left):
            raise httpcore.ConnectTimeout
        future = asyncio.wrap_future(self._resolving.begin(host, port))
        left = shrunk(timeout, httpcore.ConnectTimeout)
        try:
            found = await asyncio.wait_for(future, left)
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        return self._resolving.checked(host, port, found)


class AsyncTimedStream(httpcore.AsyncNetworkStream):
    """
    A connection whose every read and write ends with the deadline of the operation.

    Args:
        stream: The connection.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore calls it
        """Read some bytes."""
        left = shrunk(timeout, httpcore.ReadTimeout)
        return await self._stream.read(max_bytes, left)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as httpcore calls it
        """Write all bytes."""
        await self._stream.write(buffer, shrunk(timeout, httpcore.WriteTimeout))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
    ) -> httpcore.AsyncNetworkStream:
        """Encrypt it; the certificate has to be for the name."""
        left = shrunk(timeout, httpcore.ConnectTimeout)
        stream = await self._stream.start_tls(ssl_context, server_hostname, left)
        return AsyncTimedStream(stream)

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection."""
        return self._stream.get_extra_info(info)
