"""
What a call is reserved with: the hash of everything that will be sent.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import attrs

from pmkit.core.ports import CancelRequest, MoveRequest
from pmkit.effects.carry import request_of
from pmkit.shell.wire import text_of

if TYPE_CHECKING:
    from pmkit.core.effects import Effect
    from pmkit.core.order import Order
    from pmkit.effects.carry import Request


def reserved_digest(order: Order, effect: Effect) -> str:
    """
    Tell the hash of what a call is made with, as it was decided.

    Args:
        order: The order as it was when it asked for the call.

        effect: The call.

    Returns:
        64 lower-case hexadecimal digits.
    """
    return request_digest(effect, request_of(order, effect))


def request_digest(effect: Effect, request: Request | None) -> str:
    """
    Tell the hash of what a call is made with.

    It is the SHA-256 of the canonical JSON of an object with the keys ``kind``,
    ``plugin`` and ``request``.  The agency's own number of a booking is left out: it
    is not decided here, and may come after the call was reserved.

    Args:
        effect: The call.

        request: What it is made with.

    Returns:
        64 lower-case hexadecimal digits.
    """
    if isinstance(request, MoveRequest | CancelRequest):
        request = attrs.evolve(request, reference="")
    plain = {
        "kind": effect.kind.value,
        "plugin": effect.plugin,
        "request": request,
    }
    return hashlib.sha256(text_of(plain).encode()).hexdigest()
