"""
How many calls of one instance run at a time, in threads and event loops alike.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Slots:
    """
    A number of slots; who finds none waits in a row, in a thread or an event loop.

    Args:
        most: How many there are.

    Examples:
        >>> slots = Slots(1)
        >>> slots.acquire(0.0), slots.acquire(0.0)
        (True, False)
        >>> slots.release()
        >>> slots.busy
        0
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = most
        self._lock = threading.Lock()
        self._row: deque[_Waiter] = deque()

    @property
    def busy(self) -> int:
        """How many are taken."""
        return self._most - self._free

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._row)

    def acquire(self, seconds: float) -> bool:
        """
        Take a slot.

        Args:
            seconds: How long to wait for one.

        Returns:
            Whether there was one.
        """
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            granted = threading.Event()
            waiter = _Waiter(granted.set)
            self._row.append(waiter)
        try:
            granted.wait(max(seconds, 0.0))
        except BaseException:
            self._leave(waiter, keep=False)
            raise
        return self._leave(waiter, keep=True)

    async def aacquire(self, seconds: float) -> bool:
        """
        Take a slot without blocking the event loop.

        Args:
            seconds: How long to wait for one.

        Returns:
            Whether there was one.
        """
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            loop = asyncio.get_running_loop()
            granted: asyncio.Future[None] = loop.create_future()

            def wake() -> None:
                loop.call_soon_threadsafe(_grant, granted)

            waiter = _Waiter(wake)
            self._row.append(waiter)
        try:
            await asyncio.wait({granted}, timeout=max(seconds, 0.0))
        except BaseException:
            self._leave(waiter, keep=False)
            raise
        return self._leave(waiter, keep=True)

    def release(self) -> None:
        """Give a slot back, to who waits first."""
        while True:
            with self._lock:
                if not self._row:
                    self._free += 1
                    return
                waiter = self._row.popleft()
                try:
                    waiter.wake()
                except RuntimeError:  # the event loop of who waited is closed
                    continue
                waiter.granted = True
                return

    def _leave(self, waiter: _Waiter, *, keep: bool) -> bool:
        """Stop waiting; tell whether a slot was given, and is kept."""
        with self._lock:
            if not waiter.granted:
                if waiter in self._row:
                    self._row.remove(waiter)
                return False
        if not keep:
            self.release()
        return keep


class _Waiter:
    """Who waits for a slot, and whether it was given."""

    __slots__ = ("granted", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.wake = wake
        self.granted = False


def _grant(granted: asyncio.Future[None]) -> None:
    if not granted.done():
        granted.set_result(None)


def in_thread(job: Callable[[], Any], *, ended: Callable[[], object]) -> Future[Any]:
    """
    Run a function in a thread of its own.

    The thread dies with the program: one that hangs does not keep it from ending.

    Args:
        job: The function.

        ended: Called when the thread really ends, however long nobody waits any more.

    Returns:
        What it will return, or raise.
    """
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result = job()
        except BaseException as raised:  # noqa: BLE001 - who waits has to hear of it
            ended()
            future.set_exception(raised)
        else:
            ended()
            future.set_result(result)

    thread = threading.Thread(target=run, name="pmkit-call", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        ended()
        raise
    return future
