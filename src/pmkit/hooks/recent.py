"""
A listener that keeps the last calls to plugins.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pmkit.hooks.specs import hookimpl

if TYPE_CHECKING:
    from pmkit.effects.context import CallRecord

_KEPT = 100


class RecentCalls:
    """
    A listener that keeps the last calls, for a page of operations or for a test.

    Args:
        keep: How many calls to keep.

    Examples:
        >>> from pmkit.hooks.host import PluginHost
        >>> calls = RecentCalls()
        >>> host = PluginHost(hooks=[calls])
        >>> calls.records
        ()
    """

    def __init__(self, keep: int = _KEPT) -> None:
        self._records: deque[CallRecord] = deque(maxlen=keep)

    @property
    def records(self) -> tuple[CallRecord, ...]:
        """The calls, oldest first."""
        return tuple(self._records)

    @hookimpl
    def pmkit_on_call(self, record: CallRecord) -> None:
        """Keep it."""
        self._records.append(record)
