"""
Gates: one receiver that is slow or has a lot takes no more than its share.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Gate:
    """
    The way to one receiver, for so many at a time.

    Args:
        share: How many may pass at a time.
    """

    def __init__(self, share: int) -> None:
        self._free = asyncio.Semaphore(share)
        self._over = asyncio.Event()
        #: How many stand before it.
        self.waiting = 0

    @contextlib.asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait for a place, and give it back at the end."""
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self._free.release()
            self._over.set()
            self._over = asyncio.Event()

    async def turn(self, seconds: float) -> None:
        """
        Wait until somebody comes back through it.

        Args:
            seconds: At most so long.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)


class Gates:
    """
    The gates of all receivers, made when they are asked for.

    Args:
        share: How many may pass each one at a time.
    """

    def __init__(self, share: int) -> None:
        self._share = share
        self._found: dict[str, Gate] = {}

    def __getitem__(self, receiver: str) -> Gate:
        """Give the gate of a receiver."""
        return self._found.setdefault(receiver, Gate(self._share))
