"""The generated photos are PNG files that anybody can open."""

from __future__ import annotations

import struct
import zlib

from pmkit.sandbox.photos import evidence, photo


def chunks(content):
    """Read a PNG file by its format: length, kind, data, check sum."""
    place = 8
    found = []
    while place < len(content):
        (size,) = struct.unpack_from(">I", content, place)
        kind = content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + size]
        (check,) = struct.unpack_from(">I", content, place + 8 + size)
        found.append((kind, data, check == zlib.crc32(kind + data)))
        place += 12 + size
    return found


def test_has_the_chunks_of_a_png_with_right_check_sums():
    """The file has header, text, pixels and end, each with its check sum."""
    found = chunks(photo("Carton"))

    assert [b"IHDR", b"iTXt", b"IDAT", b"IEND"] == [kind for kind, _, _ in found]
    assert all(right for _, _, right in found)


def test_has_all_its_pixels():
    """The pixels unpack to 16 rows, each of a filter byte and 16 colours."""
    data = {kind: data for kind, data, _ in chunks(photo("Carton"))}

    assert (16, 16, 8, 2, 0, 0, 0) == struct.unpack(">IIBBBBB", data[b"IHDR"])
    assert 16 * (1 + 16 * 3) == len(zlib.decompress(data[b"IDAT"]))


def test_carries_its_caption():
    """The caption stands in the file as UTF-8."""
    assert "唛头".encode() in photo("唛头")


def test_a_caption_that_is_no_valid_text_gives_a_photo_too():
    """Half of a character that came from outside does not stop a report."""
    assert photo("\ud800").startswith(b"\x89PNG")


def test_evidence_is_the_hash_of_the_content():
    """The SHA-256 of b"abc" is the one that FIPS 180-4 gives as its example."""
    proof = evidence(b"abc", "Carton")

    assert (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        == proof.sha256
    )
    assert 3 == proof.size
