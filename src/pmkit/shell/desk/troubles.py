"""
What did not go through, in words that hold no secret.
"""

from __future__ import annotations

import attrs

from pmkit.core.errors import PmkitError


@attrs.frozen(kw_only=True)
class Trouble:
    """Something that did not go through, and why; nothing of it was lost."""

    order_id: str
    subject: str
    code: str
    message: str


def trouble(order_id: str, subject: str, error: Exception) -> Trouble:
    """
    Put an error into words.

    The message of a foreign exception may hold a secret, so only its class is kept.

    Args:
        order_id: The order; empty, if none is known.

        subject: What it was about: a call, a piece of news, a message.

        error: What went wrong.
    """
    if isinstance(error, PmkitError):
        code, message = error.code, str(error)
    else:
        code, message = "plugin", type(error).__name__
    return Trouble(order_id=order_id, subject=subject, code=code, message=message)
