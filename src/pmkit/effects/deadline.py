"""
How much time a whole operation has left.
"""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """
    The end of the time of one operation.

    Args:
        seconds: How long it may take from now.

        monotonic: The clock, in seconds, that never goes back.

    Examples:
        >>> Deadline(5.0, monotonic=lambda: 100.0).left()
        5.0
    """

    __slots__ = ("_monotonic", "_until")

    def __init__(self, seconds: float, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until = monotonic() + seconds

    def left(self) -> float:
        """Say how many seconds are left; zero or less when it is over."""
        return self._until - self._monotonic()


#: The deadline of the operation that runs here; connections look at it at each read.
CURRENT: Final[contextvars.ContextVar[Deadline | None]] = contextvars.ContextVar(
    "pmkit_deadline", default=None
)


def shrunk(timeout: float | None, expired: type[Exception]) -> float | None:
    """
    Cut the timeout of one read or write to what the whole operation has left.

    Args:
        timeout: What it would be, in seconds; `None` for no limit.

        expired: What to raise if nothing is left.

    Returns:
        The seconds that it may take.
    """
    deadline = CURRENT.get()
    if deadline is None:
        return timeout
    left = deadline.left()
    if left <= 0:
        raise expired
    return left if timeout is None else min(timeout, left)
