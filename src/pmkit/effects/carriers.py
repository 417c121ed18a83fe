"""
What carries the requests of one instance: given transports, or guarded ones.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from typing import TYPE_CHECKING

import httpx

from pmkit.core.plugin_errors import SettingsError

if TYPE_CHECKING:
    import ssl

    from pmkit.effects.limits import Limits


class Carriers:
    """
    The transports of one instance; guarded ones are made when they are needed.

    Args:
        blocking: What carries requests, if not a guarded transport.

        looping: The same for event loops.

        exceptions: Hosts and ports that may be called whatever their address.

        limits: How much the instance may take.

        tls: How certificates are checked; by the usual authorities, if left out.
    """

    def __init__(
        self,
        blocking: httpx.BaseTransport | None,
        looping: httpx.AsyncBaseTransport | None,
        *,
        exceptions: frozenset[tuple[str, int]],
        limits: Limits,
        tls: ssl.SSLContext | None,
    ) -> None:
        both: object = blocking
        if looping is None and isinstance(both, httpx.AsyncBaseTransport):
            looping = both
        self._blocking = blocking
        self._looping = looping
        self._exceptions = exceptions
        self._limits = limits
        self._tls = tls
        self._lock = threading.Lock()
        self._own: httpx.BaseTransport | None = None
        # Connections belong to the event loop in which they were opened.
        self._owns: weakref.WeakKeyDictionary[
            asyncio.AbstractEventLoop, httpx.AsyncBaseTransport
        ] = weakref.WeakKeyDictionary()

    def blocking(self) -> httpx.BaseTransport:
        """
        Give what carries requests for threads.

        Raises:
            pmkit.SettingsError: If the only transport is one for event loops.
        """
        if self._blocking is not None:
            return self._blocking
        if self._looping is not None:
            msg = "The instance has a transport for event loops only."
            raise SettingsError(msg, field="transport", remedy="Use acall.")
        with self._lock:
            if self._own is None:
                from pmkit.effects.transport import GuardedTransport

                self._own = GuardedTransport(
                    exceptions=self._exceptions,
                    connections=self._limits.concurrent,
                    tls=self._tls,
                )
            return self._own

    def looping(self) -> httpx.AsyncBaseTransport:
        """Give what carries requests for the event loop that runs."""
        if self._looping is not None:
            return self._looping
        if self._blocking is not None:
            from pmkit.effects.transport import ThreadedTransport

            limit = self._limits.body
            self._looping = ThreadedTransport(self._blocking, limit=limit)
            return self._looping
        loop = asyncio.get_running_loop()
        own = self._owns.get(loop)
        if own is None:
            from pmkit.effects.transport import AsyncGuardedTransport

            own = self._owns[loop] = AsyncGuardedTransport(
                exceptions=self._exceptions,
                connections=self._limits.concurrent,
                tls=self._tls,
            )
        return own

    def close(self) -> None:
        """Close the connections that were opened for threads."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None:
            own.close()

    async def aclose(self) -> None:
        """Close the connections of this event loop, and those for threads."""
        own = self._owns.pop(asyncio.get_running_loop(), None)
        if own is not None:
            await own.aclose()
        self.close()
