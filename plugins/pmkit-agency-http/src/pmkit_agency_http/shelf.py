"""
What never changes at the agency and need not be asked for again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

#: The most that is kept, in bytes; above that of the largest report.
ROOM = 64 * 1024 * 1024


class Shelf:
    """
    Keeps what was read, the latest used first, up to a number of bytes.

    It only saves requests: what is not on it is read again.

    Args:
        room: The most bytes that it keeps.

    Examples:
        >>> shelf = Shelf(room=3)
        >>> shelf.put(("a",), "first", 2)
        >>> shelf.put(("b",), "second", 2)
        >>> shelf.get(("a",)), shelf.get(("b",))
        (None, 'second')
    """

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._taken = 0
        self._kept: OrderedDict[tuple[str, ...], tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: tuple[str, ...]) -> Any:
        """
        Give what is kept under a name, or nothing.

        Args:
            name: The name.
        """
        with self._lock:
            if name not in self._kept:
                return None
            self._kept.move_to_end(name)
            return self._kept[name][0]

    def put(self, name: tuple[str, ...], value: Any, size: int) -> None:
        """
        Keep something, and drop what was not used for longest.

        Args:
            name: Its name.

            value: What is kept; nobody changes it.

            size: Its bytes.
        """
        with self._lock:
            _, before = self._kept.pop(name, (None, 0))
            self._kept[name] = (value, size)
            self._taken += size - before
            while self._taken > self._room:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._taken -= dropped
