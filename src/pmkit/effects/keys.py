"""
The key of a call on the wire: what the far side tells a repetition by.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pmkit.hooks.capabilities import Capability

#: A derived key says which rule made it, so that the rule can never change unseen.
_RULE = b"pmkit wire key 1\x00"
_MOST = 64


def wire_key(operation_id: str, capability: Capability) -> str:
    """
    Give a call the key that it has on the wire, of the declared length and characters.

    The same id and declaration give the same key for ever.  An id that fits is its own
    key; any other one becomes digits of its SHA-512 in the declared characters.

    Args:
        operation_id: The call, as the core named it; empty for a call without a name.

        capability: What the plugin says of the operation.

    Returns:
        The key; empty for a call without a name.

    Examples:
        >>> from pmkit.hooks.capabilities import Capability
        >>> wire_key("book-1", Capability())
        'book-1'
        >>> digits = Capability(key_length=20, key_alphabet="0123456789")
        >>> wire_key("TA-1/11/book", digits)
        '20032549402096921078'
    """
    allowed = capability.key_alphabet
    fits = len(operation_id) <= capability.key_length
    if fits and set(operation_id) <= set(allowed):
        return operation_id
    digits = sorted(set(allowed))
    length = min(capability.key_length, _MOST)
    seed = _RULE + operation_id.encode("utf-8", "surrogatepass")
    number = int.from_bytes(hashlib.sha512(seed).digest(), "big")
    key = []
    for _ in range(length):
        number, rest = divmod(number, len(digits))
        key.append(digits[rest])
    return "".join(key)
