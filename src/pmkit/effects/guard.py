"""
Which addresses an instance may call, and what a request looks like when it leaves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs
import httpx

from pmkit.core.environment import Environment
from pmkit.core.plugin_errors import (
    AddressRefusedError,
    PluginFaultError,
    SettingsError,
)
from pmkit.effects.faults import fault
from pmkit.effects.statuses import own_words

if TYPE_CHECKING:
    from collections.abc import Iterable

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_PORTS = {"https": 443, "http": 80}
#: What only the connection may say; a plugin that says it is not listened to.
_OURS = frozenset(
    {
        b"host",
        b"connection",
        b"content-length",
        b"expect",
        b"keep-alive",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_DEFAULTS = (
    (b"user-agent", b"pmkit"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip, deflate"),
)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]{0,8192}")
_PLACE = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(?P<port>\d{1,5})")
_HIGHEST_PORT = 65535
_METHOD = "has a method that is not allowed"
_HEADER = "has a header that is not allowed"
_ASYNC = "has a body that only an event loop can read"
_LARGEST_BODY = 32 * 1024 * 1024
_LARGE = f"has a body of more than {_LARGEST_BODY} bytes"
_NO_HOST = "is no https address of a host"
_PLAIN = "is not https"
_UNNAMED = "has a host that the manifest does not name"


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def _places(values: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Read exact places such as ``127.0.0.1:8080`` or ``[::1]:8080``."""
    return frozenset(_place(value) for value in values)


def _place(value: object) -> tuple[str, int]:
    found = _PLACE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not 0 < int(found["port"]) <= _HIGHEST_PORT:
        msg = "An exception is not an exact host and port."
        remedy = 'Write "127.0.0.1:8080".'
        raise SettingsError(msg, field="exceptions", remedy=remedy)
    return found["host"].strip("[]").lower(), int(found["port"])


@attrs.frozen(kw_only=True)
class Guard:
    """
    Which addresses an instance may call.

    Args:
        hosts: Hosts that may be called by https, such as ``"api.acme.example"``,
            ``"*.acme.example"`` or, for another port than 443,
            ``"api.acme.example:8443"``.

        exceptions: Exact places, such as ``"127.0.0.1:8080"``, that may be called by
            http too, whatever their address; for a sandbox instance only.

        environment: Whether the instance moves real money and people.

    Raises:
        pmkit.SettingsError: If a live instance names exceptions, or one is not exact.
    """

    hosts: tuple[str, ...] = attrs.field(default=(), converter=_names)
    exceptions: frozenset[tuple[str, int]] = attrs.field(
        default=frozenset(), converter=_places
    )
    environment: Environment = Environment.SANDBOX

    def __attrs_post_init__(self) -> None:
        if self.exceptions and self.environment is not Environment.SANDBOX:
            msg = "A live instance cannot be let through to private addresses."
            remedy = "Leave the exceptions out, or attach it for the sandbox."
            raise SettingsError(msg, field="exceptions", remedy=remedy)

    def prepare(self, request: httpx.Request) -> httpx.Request:
        """
        Make the request that leaves from the one that the plugin yielded.

        Args:
            request: What the plugin yielded.

        Returns:
            A new request with our headers of the connection.

        Raises:
            pmkit.AddressRefusedError: If it may not be called.

            pmkit.PluginFaultError: If it is no proper request.
        """
        # A copy: what a plugin derives from URL could say something else later.
        url, method = httpx.URL(request.url), request.method
        self.check(url)
        if method not in _METHODS:
            raise _broken(_METHOD)
        headers = [pair for pair in request.headers.raw if pair[0].lower() not in _OURS]
        if not all(_NAME.fullmatch(a) and _VALUE.fullmatch(b) for a, b in headers):
            raise _broken(_HEADER)
        given = {name.lower() for name, _ in headers}
        headers += [pair for pair in _DEFAULTS if pair[0] not in given]
        return httpx.Request(
            method,
            url,
            headers=headers,
            content=_content(request),
            extensions=own_words(request),
        )

    def check(self, url: httpx.URL) -> None:
        """
        Refuse an address that the instance may not call.

        Raises:
            pmkit.AddressRefusedError: If it is not https to a declared host.
        """
        host = url.raw_host.decode("ascii").strip("[]").lower()
        if url.userinfo or not host or url.scheme not in _PORTS:
            raise _refused(_NO_HOST)
        port = url.port or _PORTS[url.scheme]
        if (host, port) in self.exceptions:
            return
        if url.scheme != "https":
            raise _refused(_PLAIN)
        if not any(_matches(host, port, pattern) for pattern in self.hosts):
            raise _refused(_UNNAMED)


def _content(request: httpx.Request) -> bytes:
    """Read the body of a request, which may be a generator of the plugin."""
    if not isinstance(request.stream, httpx.SyncByteStream):
        raise _broken(_ASYNC)
    pieces, size = [], 0
    for piece in request.stream:
        size += len(piece)
        if size > _LARGEST_BODY:
            raise _broken(_LARGE)
        pieces.append(piece)
    return b"".join(pieces)


def _matches(host: str, port: int, pattern: str) -> bool:
    """Tell whether a pattern of the manifest allows a host and port."""
    name, _, wanted = pattern.lower().partition(":")
    if port != int(wanted or _PORTS["https"]):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _refused(what: str) -> AddressRefusedError:
    msg = f"The plugin calls an address that {what}."
    remedy = "Name the host in the manifest, or an exception of a sandbox instance."
    return AddressRefusedError(msg, remedy=remedy)


def _broken(what: str) -> PluginFaultError:
    return fault(f"The plugin made a request that {what}.", left=False)
