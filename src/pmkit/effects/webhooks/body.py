"""
The JSON of a message, read without trust in who wrote it.
"""

from __future__ import annotations

import decimal
import itertools
import re
from typing import Any

from pmkit.core.errors import DocumentError
from pmkit.core.plugin_errors import WebhookRejected
from pmkit.core.strict_json import read_json

#: How deep lists and objects may stand in each other.
DEEPEST = 32
_LONGEST = 1024 * 1024
_WHOLE = 2**63
_WHOLE_DIGITS = 20
#: Longer numbers than any amount, and far shorter than what costs time.
_BROKEN_DIGITS = 64
_BROKEN_POWER = 308
_BOM = b"\xef\xbb\xbf"

# Always takes a text to its end, closed or not, so that no character is read twice.
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS = bytes(code for code in range(256) if code not in _STEP)


def read_body(body: bytes) -> Any:
    """
    Read the JSON of a message, and refuse what a lenient reader would guess at.

    Whole numbers are ints of at most 64 bits, others `decimal.Decimal`: exact, as
    amounts have to be.

    Args:
        body: One JSON value, in UTF-8 without a mark before it.

    Returns:
        Plain values.

    Raises:
        pmkit.WebhookRejected: If it is longer than 1 MiB, deeper than 32, not UTF-8,
            not JSON, names a key twice, has a number that is not finite or too
            large, or half of a surrogate pair.

    Examples:
        >>> read_body(b'{"amount": 12.50, "paid": true}')
        {'amount': Decimal('12.50'), 'paid': True}
        >>> read_body(b'{"paid": false, "paid": true}')
        Traceback (most recent call last):
        pmkit.core.plugin_errors.WebhookRejected: body: This key stands there twice.
    """
    if len(body) > _LONGEST:
        msg = f"It is longer than {_LONGEST} bytes."
        raise _rejected(msg)
    if body.startswith(_BOM):
        msg = "A byte order mark stands before it."
        raise _rejected(msg)
    if _depth(body) > DEEPEST:
        msg = f"It is nested more than {DEEPEST} deep."
        raise _rejected(msg)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        msg = f"Byte {error.start} is not UTF-8."
        raise _rejected(msg) from None
    try:
        said = read_json(text, whole=_whole, broken=_broken)
    except DocumentError as error:
        # Its field is a key of the sender, which can be anything.
        raise _rejected(error.message) from None
    if _SURROGATE.search(body) and not _all_characters(said):
        msg = "A text has half of a surrogate pair in it."
        raise _rejected(msg)
    return said


def _rejected(message: str) -> WebhookRejected:
    return WebhookRejected(message, field="body")


def _depth(body: bytes) -> int:
    """Tell how deep it is nested, before a parser goes down there."""
    brackets = _TEXT.sub(b"", body).translate(None, _NO_BRACKETS)
    return max(itertools.accumulate(map(_STEP.__getitem__, brackets)), default=0)


def _whole(digits: str) -> int:
    if len(digits) > _WHOLE_DIGITS or not -_WHOLE <= int(digits) < _WHOLE:
        msg = "A whole number has more than 64 bits."
        raise DocumentError(msg)
    return int(digits)


def _broken(digits: str) -> decimal.Decimal:
    try:
        number = decimal.Decimal(digits) if len(digits) <= _BROKEN_DIGITS else None
    except decimal.InvalidOperation:  # a power that no Decimal has
        number = None
    if number is None or abs(number.adjusted()) > _BROKEN_POWER:
        msg = "A number is too long, too large or too small."
        raise DocumentError(msg)
    return number


def _all_characters(said: Any) -> bool:
    """Tell whether every text, and every key, is made of whole characters."""
    waiting = [said]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and not _is_whole(value):
            return False
    return True


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
