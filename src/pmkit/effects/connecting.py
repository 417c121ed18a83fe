"""
Connections to checked addresses, each read and write within the whole deadline.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpcore

from pmkit.effects.addresses import check_all, check_name, is_literal
from pmkit.effects.deadline import shrunk
from pmkit.effects.slots import Slots, in_thread

if TYPE_CHECKING:
    import concurrent.futures
    import ssl
    from collections.abc import Callable, Iterable, Sequence

#: A slow reader can hold up one write only for the time left when it began.
_PIECE = 16 * 1024


def resolve(host: str, port: int) -> tuple[str, ...]:
    """
    Ask the operating system for all addresses of a name.

    Args:
        host: The name.

        port: The port that is to be called.

    Returns:
        The addresses, in the order in which to try them.

    Raises:
        OSError: If there is none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolving:
    """
    Resolve a name once, and check every address of it.

    Args:
        exceptions: Hosts and ports that may be called whatever their address.

        most: How many names are resolved at a time.

        resolver: What knows the addresses of names.
    """

    def __init__(
        self,
        *,
        exceptions: frozenset[tuple[str, int]],
        most: int,
        resolver: Callable[[str, int], Sequence[str]] = resolve,
    ) -> None:
        self._exceptions = exceptions
        self._resolver = resolver
        self._slots = Slots(most)

    def known(self, host: str, port: int) -> tuple[str, ...] | None:
        """Give the addresses of what needs no resolver; `None` for a name."""
        free = (host, port) in self._exceptions
        if is_literal(host):
            if not free:
                check_all((host,))
            return (host,)
        if not free:
            check_name(host)
        return None

    def checked(self, host: str, port: int, found: Iterable[str]) -> tuple[str, ...]:
        """Check what a resolver said."""
        addresses = tuple(found)
        if (host, port) not in self._exceptions:
            check_all(addresses)
        if not addresses:
            raise httpcore.ConnectError
        return addresses

    def begin(self, host: str, port: int) -> concurrent.futures.Future[Any]:
        """Resolve in a thread that holds its slot until it ends."""
        return in_thread(lambda: self._resolver(host, port), ended=self._slots.release)

    @property
    def slots(self) -> Slots:
        """How many names are resolved at a time."""
        return self._slots


class Backend(httpcore.NetworkBackend):
    """
    Connect to the address that was checked, never to the name.

    Args:
        resolving: What resolves and checks.

        inner: What makes connections.
    """

    def __init__(
        self, resolving: Resolving, inner: httpcore.NetworkBackend | None = None
    ) -> None:
        self._resolving = resolving
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, check, and connect to the first address that answers."""
        host = host.lower()
        lost: Exception = httpcore.ConnectError()
        for address in self._addresses(host, port, timeout):
            left = shrunk(timeout, httpcore.ConnectTimeout)
            try:
                stream = self._inner.connect_tcp(
                    address, port, left, local_address, socket_options
                )
            except httpcore.ConnectError as error:
                lost = error
            else:
                return TimedStream(stream)
        raise lost

    def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - as httpcore calls it
        timeout: float | None = None,  # noqa: ARG002 - as httpcore calls it
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - as httpcore calls it
    ) -> httpcore.NetworkStream:
        """Refuse: a plugin calls hosts."""
        raise httpcore.UnsupportedProtocol

    def _addresses(
        self, host: str, port: int, timeout: float | None
    ) -> tuple[str, ...]:
        known = self._resolving.known(host, port)
        if known is not None:
            return known
        left = shrunk(timeout, httpcore.ConnectTimeout)
        if not self._resolving.slots.acquire(60.0 if left is None else left):
            raise httpcore.ConnectTimeout
        future = self._resolving.begin(host, port)
        try:
            found = future.result(shrunk(timeout, httpcore.ConnectTimeout))
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError from None
        return self._resolving.checked(host, port, found)


class TimedStream(httpcore.NetworkStream):
    """
    A connection whose every read and write ends with the deadline of the operation.

    Args:
        stream: The connection.
    """

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read some bytes."""
        return self._stream.read(max_bytes, shrunk(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all bytes."""
        for start in range(0, len(buffer), _PIECE):
            left = shrunk(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], left)

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Encrypt it; the certificate has to be for the name."""
        left = shrunk(timeout, httpcore.ConnectTimeout)
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection."""
        return self._stream.get_extra_info(info)
