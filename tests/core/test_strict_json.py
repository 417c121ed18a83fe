"""
Reading JSON without guessing.
"""

from __future__ import annotations

import pytest

from pmkit.core.errors import DocumentError
from pmkit.core.strict_json import read_json


def test_reads_text_and_bytes():
    """Text and UTF-8 give plain values, with a byte order mark or without."""
    assert {"a": [1, "货"]} == read_json('{"a": [1, "货"]}')
    assert {"a": 1} == read_json(b'\xef\xbb\xbf{"a": 1}')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1, column 1"),
        ("{", "Line 1, column 2"),
        (b"\xff", "Byte 0 is not UTF-8"),
        ('{"a": 1, "a": 2}', "a: This key stands there twice"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 5000, "too many digits"),
    ],
)
def test_refuses_what_others_guess_at(text, words):
    """Malformed JSON, a key given twice and a number JSON does not know are errors."""
    with pytest.raises(DocumentError, match=words):
        read_json(text)
