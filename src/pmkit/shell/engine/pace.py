"""
How often each instance of a plugin is called.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from pmkit.hooks.capabilities import Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.hooks.panel import Panel

_MINUTE = 60.0


class Pace:
    """
    No more calls in any minute than the far side takes.

    Each worker counts its own: where several work, each may call so often.

    Args:
        panel: The attached plugins, with what they declare.

        counter: Counts seconds and never goes back.

    Examples:
        >>> from pmkit.hooks.panel import Panel
        >>> Pace(Panel.of()).take("anybody")
        True
    """

    def __init__(
        self, panel: Panel, *, counter: Callable[[], float] = time.monotonic
    ) -> None:
        self._counter = counter
        self._lock = threading.Lock()
        self._most: dict[str, int] = {}
        self._calls: dict[str, deque[float]] = {}
        for name, offer in (*panel.agencies.items(), *panel.methods.items()):
            declared = getattr(offer, "capabilities", None)
            most = None
            if isinstance(declared, Capabilities):
                most = declared.calls_per_minute
            if most is not None:
                self._most[name] = min(most, self._most.get(name, most))
                self._calls[name] = deque()

    def take(self, plugin: str) -> bool:
        """
        Count a call, if it may be made now.

        Args:
            plugin: The name of the instance.
        """
        with self._lock:
            if self._left(plugin) < 1:
                return False
            if plugin in self._calls:
                self._calls[plugin].append(self._counter())
            return True

    def left(self, plugin: str, most: int) -> int:
        """
        Tell how many calls may be made now.

        Args:
            plugin: The name of the instance.

            most: More are not asked for.
        """
        with self._lock:
            return min(most, self._left(plugin, most))

    def _left(self, plugin: str, unlimited: int = 1) -> int:
        if plugin not in self._most:
            return unlimited
        calls = self._calls[plugin]
        begin = self._counter() - _MINUTE
        while calls and calls[0] <= begin:
            calls.popleft()
        return self._most[plugin] - len(calls)
