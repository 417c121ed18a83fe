"""
The chain of hashes that ties each event of an order to all before it.

It shows an edit, a drop, an insertion and a swap.  A consistent rewrite of
everything it does not show: that needs an anchor outside the database.
"""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring

#: What stands before the first event.
GENESIS = "0" * 64


def event_hash(*, order_id: str, seq: int, body: str, prev: str) -> str:
    """
    Tell the hash of one event.

    It is the SHA-256 of the canonical JSON of an object with the keys ``event``,
    ``order``, ``prev`` and ``seq``.

    Args:
        order_id: The order.

        seq: The number of the event, from 1.

        body: The event as canonical JSON.

        prev: The hash of the event before it, or `GENESIS`.

    Returns:
        64 lower-case hexadecimal digits.
    """
    # The body is canonical already, and the keys stand as they sort.
    name, last = encode_basestring(order_id), encode_basestring(prev)
    text = f'{{"event":{body},"order":{name},"prev":{last},"seq":{seq:d}}}'
    return hashlib.sha256(text.encode()).hexdigest()


def digest(content: bytes) -> str:
    """Tell the SHA-256 of some bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
