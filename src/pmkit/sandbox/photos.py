"""
Photos for reports: small valid PNG files, the same bytes for the same caption.
"""

from __future__ import annotations

import hashlib
import struct
import zlib

from pmkit.core.report import Evidence

_SIDE = 16
_CELLS = 4
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MEDIA_TYPE = "image/png"


def photo(caption: str) -> bytes:
    """
    Draw a pattern of coloured squares that belongs to a caption.

    The format is https://www.w3.org/TR/png-3/; the caption stands in the file.

    Args:
        caption: What the photo is said to show.

    Returns:
        The bytes of a PNG file of 16 by 16 pixels.

    Examples:
        >>> photo("Outer carton")[:4]
        b'\\x89PNG'
        >>> photo("Outer carton") == photo("Inner carton")
        False
    """
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    text = b"Description\0\0\0\0\0" + caption.encode("utf-8", "backslashreplace")
    return (
        _SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"iTXt", text)
        + _chunk(b"IDAT", _stored(_pixels(caption)))
        + _chunk(b"IEND", b"")
    )


def evidence(content: bytes, caption: str) -> Evidence:
    """
    Describe a photo by the hash of its content.

    Args:
        content: The bytes of the file.

        caption: What it shows.

    Returns:
        The record that a report carries.
    """
    return Evidence(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=_MEDIA_TYPE,
        caption=caption,
        size=len(content),
    )


def _pixels(caption: str) -> bytes:
    """Colour a grid of squares by the hash of the caption, one row after another."""
    digest = hashlib.sha384(caption.encode("utf-8", "backslashreplace")).digest()
    colours = [digest[i : i + 3] for i in range(0, len(digest), 3)]
    width = _SIDE // _CELLS
    rows = [
        b"\0" + b"".join(c * width for c in colours[i : i + _CELLS])
        for i in range(0, _CELLS * _CELLS, _CELLS)
    ]
    return b"".join(row * width for row in rows)


def _stored(data: bytes) -> bytes:
    """Wrap data as an uncompressed zlib stream: every zlib gives the same bytes."""
    size = len(data)
    block = b"\x01" + struct.pack("<HH", size, size ^ 0xFFFF) + data
    return b"\x78\x01" + block + struct.pack(">I", zlib.adler32(data))


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
