"""
Reading the body of a response within its limit, before and after decompression.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import httpx

from pmkit.core.plugin_errors import ProtocolViolationError

if TYPE_CHECKING:
    from collections.abc import Mapping

_AUTO = 32 + zlib.MAX_WBITS
_BARE = -zlib.MAX_WBITS
_DROPPED = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class Body:
    """
    The body of one response, as it comes in.

    No piece of it is ever held that is larger than the limit, however small it was
    before decompression.

    Args:
        headers: Those of the response.

        limit: The most bytes of the body, after decompression.

    Raises:
        pmkit.ProtocolViolationError: If it is compressed in a way we do not know.
    """

    def __init__(self, headers: Mapping[str, str], *, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._pieces: list[bytes] = []
        coding = headers.get("content-encoding", "").strip().lower()
        if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            msg = "The far side compressed its answer in a way that we do not know."
            raise ProtocolViolationError(msg)
        self._unpack = None if coding in {"", "identity"} else zlib.decompressobj(_AUTO)
        self._bare = coding == "deflate"
        self._raw = 0

    def feed(self, chunk: bytes) -> None:
        """
        Take the next bytes from the wire.

        Args:
            chunk: The bytes, still compressed.

        Raises:
            pmkit.ProtocolViolationError: If the body is too large, or is garbled.
        """
        self._raw += len(chunk)
        if self._raw > self._limit:
            raise self._too_large()
        self._keep(chunk if self._unpack is None else self._unpacked(chunk))

    def content(self) -> bytes:
        """
        Give the whole body, decompressed.

        Raises:
            pmkit.ProtocolViolationError: If the compressed body breaks off.
        """
        if self._unpack is not None and self._raw and not self._unpack.eof:
            raise _garbled()
        return b"".join(self._pieces)

    def _unpacked(self, chunk: bytes) -> bytes:
        room = self._limit - self._size + 1
        raised = False
        try:
            return self._unpack.decompress(chunk, room)  # type: ignore[union-attr]
        except zlib.error:
            raised = True
        if raised and self._bare and not self._pieces:
            # Some servers send deflate without the header that the standard asks for.
            self._bare, self._unpack = False, zlib.decompressobj(_BARE)
            return self._unpacked(chunk)
        raise _garbled()

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise self._too_large()
        self._pieces.append(piece)

    def _too_large(self) -> ProtocolViolationError:
        msg = f"The answer of the far side is larger than {self._limit} bytes."
        return ProtocolViolationError(msg)


def _garbled() -> ProtocolViolationError:
    return ProtocolViolationError("The compressed answer of the far side is garbled.")


def plain(
    response: httpx.Response, content: bytes, request: httpx.Request
) -> httpx.Response:
    """
    Give the response that the plugin sees: read, decompressed, without a connection.

    Args:
        response: The response from the wire.

        content: Its body, decompressed.

        request: What it answers.
    """
    headers = [pair for pair in response.headers.raw if pair[0].lower() not in _DROPPED]
    return httpx.Response(
        response.status_code, headers=headers, content=content, request=request
    )
