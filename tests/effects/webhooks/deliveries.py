"""
What the tests of all schemes do with messages.
"""

from __future__ import annotations

from pmkit.core.plugin_errors import WebhookRejected


def flips(data: bytes) -> list[bytes]:
    """Give every text that differs in one bit."""
    found = []
    for where in range(len(data) * 8):
        changed = bytearray(data)
        changed[where // 8] ^= 1 << where % 8
        found.append(bytes(changed))
    return found


def outcome(verifier, delivery) -> str:
    """Say whether a message is taken; any other error goes on."""
    try:
        verifier.verify(delivery)
    except WebhookRejected:
        return "rejected"
    return "taken"
