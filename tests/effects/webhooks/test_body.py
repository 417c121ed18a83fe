"""JSON of somebody who may mean harm."""

from __future__ import annotations

import decimal
import time

import pytest

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import read_body
from pmkit.effects.webhooks.delivery import LONGEST_BODY


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"a": [1, "\xe8\xb4\xa7"]}', {"a": [1, "货"]}),
        (b"12.50", decimal.Decimal("12.50")),
        (b"1e2", decimal.Decimal(100)),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["', "[" * 36),
        (b" null ", None),
        (b"[[], []]", [[], []]),
    ],
    ids=range(9),
)
def test_reads(body, said):
    """Plain values; numbers with a point stay exact."""
    assert said == read_body(body)


def test_reads_what_is_deep():
    """32 lists in each other are read; brackets in a text are no lists."""
    said = read_body(b"[" * 31 + b'["]]]["]' + b"]" * 31)
    for _ in range(31):
        (said,) = said

    assert ["]]]["] == said


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "column 1"),
        (b"{", "column 2"),
        (b'{"a": 1} x', "Extra data"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'[{"b": {"a": 1, "a": 1}}]', "twice"),
        (b"NaN", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b"-Infinity", "Infinity is not JSON"),
        (b"9223372036854775808", "64 bits"),
        (b"-9223372036854775809", "64 bits"),
        (b"1" * 5000, "64 bits"),
        (b"0." + b"1" * 63, "too long"),
        (b"1e309", "too large"),
        (b"1e-309", "too small"),
        (b"1e999999999999", "too"),
        (b"1e9999999999999999999999999", "too"),
        (b"[" * 33 + b"]" * 33, "32 deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "32 deep"),
        (b"[" * 100_000, "32 deep"),
        (b'"' + b"\\" * 1001 + b'"' + b"[" * 40, "column"),
        (b'["\xff"]', "Byte 2 is not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        ('{"a": 1}'.encode("utf-16"), "Byte 0 is not UTF-8"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\uDFFF": 1}', "surrogate"),
        (b'[{"a": ["\\ude00\\ud83d"]}]', "surrogate"),
        (b'"\n"', "control character"),
        (b" " * (LONGEST_BODY + 1), "longer than"),
    ],
    ids=range(28),
)
def test_refuses(body, words):
    """Each is refused in words of ours, as something of the body."""
    with pytest.raises(WebhookRejected, match=words) as raised:
        read_body(body)

    assert raised.value.field == "body"


def test_repeats_nothing_of_the_sender():
    """What a sender writes does not get into the words of the error."""
    with pytest.raises(WebhookRejected) as raised:
        read_body(b'{"sk-live-1": 1, "sk-live-1": 2}')

    assert "sk-live" not in str(raised.value) + repr(raised.value)
    assert raised.value.__cause__ is None


def outcome(body):
    """Say whether it is read."""
    try:
        read_body(body)
    except WebhookRejected:
        return "rejected"
    return "read"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'"' + b'\\"' * (LONGEST_BODY // 2 - 1), "rejected"),
        (b'"' * LONGEST_BODY, "rejected"),
        (b"\\" * LONGEST_BODY, "rejected"),
        (b"[]" * (LONGEST_BODY // 2), "rejected"),
        (b'{"a":"' + b"\\u0041" * (LONGEST_BODY // 6 - 2) + b'"}', "read"),
        (b"[" + b"1," * (LONGEST_BODY // 2 - 2) + b"1]", "read"),
    ],
    ids=["escaped", "quotes", "backslashes", "brackets", "escapes", "numbers"],
)
def test_is_quick_with_what_is_long(body, said):
    """A megabyte of anything takes time in proportion: no part is read again."""
    began = time.process_time()

    assert said == outcome(body)
    assert time.process_time() - began < 3
