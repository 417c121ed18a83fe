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
    The way to one receiver.

    Args:
        gates: Those of all receivers.
    """

    def __init__(self, gates: Gates) -> None:
        self._gates = gates
        self._over = asyncio.Event()
        #: How many stand before it.
        self.waiting = 0
        #: How many have passed and are not back.
        self.passing = 0

    @contextlib.asynccontextmanager
    async def passed(self) -> AsyncIterator[None]:
        """Wait for a place, and give it back at the end."""
        self.waiting += 1
        try:
            while not self._gates.opens(self):
                await self._gates.change.wait()
        finally:
            self.waiting -= 1
        self.passing += 1
        try:
            yield
        finally:
            self.passing -= 1
            self._over.set()
            self._over = asyncio.Event()
            self._gates.changed()

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

    Each has one place of its own, however many others are slow.

    Args:
        share: How many may pass each one at a time.

        spare: How many may pass all of them at a time, beside the first at each.
    """

    def __init__(self, share: int, spare: int) -> None:
        self._share = share
        self._spare = spare
        self._found: dict[str, Gate] = {}
        #: Set when somebody comes back; there is a new one for each time.
        self.change = asyncio.Event()

    def __getitem__(self, receiver: str) -> Gate:
        """Give the gate of a receiver."""
        return self._found.setdefault(receiver, Gate(self))

    def opens(self, gate: Gate) -> bool:
        """
        Tell whether somebody may pass a gate now.

        Args:
            gate: One of these.
        """
        if not gate.passing:
            return True
        beside = sum(max(0, each.passing - 1) for each in self._found.values())
        return gate.passing < self._share and beside < self._spare

    def changed(self) -> None:
        """Have all who wait see whether they may pass now."""
        self.change.set()
        self.change = asyncio.Event()
