"""
The wire of the kit: an httpx transport, sync and async, over a simulator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs
import httpx

from pmkit.testing.conformance.faults import TRAP, Planned, suffer

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.testing.conformance.clock import VirtualClock
    from pmkit.testing.conformance.simulator import Simulator

#: How long a request takes, in seconds of virtual time.
TRIP = 0.01
_READING = ("GET", "HEAD")


@attrs.frozen
class Sent:
    """
    One request that left the plugin.

    Args:
        method: Such as ``POST``.

        url: Its whole address.

        headers: Its headers, lower case.

        body: Its body.
    """

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: bytes

    @property
    def line(self) -> str:
        """Method, host and path, for evidence."""
        return f"{self.method} {self.url.host}{self.url.path}"


class Wire(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """
    Carry requests to a simulator, and let planned ones go wrong.

    Args:
        simulator: The far side.

        clock: The virtual clock; each request takes a little of it.
    """

    def __init__(self, simulator: Simulator, clock: VirtualClock) -> None:
        self._simulator = simulator
        self._clock = clock
        self._plan: Mapping[int, Planned] = {}
        self._always: Planned | None = None
        self._count = 0
        self._reads = True
        self.sent: list[Sent] = []
        #: Called with the index of each request before the far side sees it.
        self.meanwhile: Callable[[int], None] | None = None
        #: Never answer, until the task is cancelled.
        self.stalled = False

    def arm(
        self,
        plan: Mapping[int, Planned] | None = None,
        *,
        always: Planned | None = None,
        reads: bool = True,
    ) -> None:
        """
        Plan what goes wrong from here on; the next request has the index 0.

        Args:
            plan: What goes wrong with which request.

            always: What goes wrong with each other one.

            reads: Whether requests by GET and HEAD are counted, too.
        """
        self._reads = reads
        self._plan, self._always, self._count = dict(plan or {}), always, 0

    @property
    def count(self) -> int:
        """How many requests left since it was armed."""
        return self._count

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        request.read()
        return self._carry(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request."""
        await request.aread()
        if self.stalled:
            self._note(request)
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        return self._carry(request)

    def _note(self, request: httpx.Request) -> None:
        headers = {k.lower(): v for k, v in request.headers.items()}
        self.sent.append(Sent(request.method, request.url, headers, request.content))

    def _carry(self, request: httpx.Request) -> httpx.Response:
        self._note(request)
        if not self._reads and request.method in _READING:
            self._clock.advance(TRIP)
            return self._handle(request)
        index, self._count = self._count, self._count + 1
        self._clock.advance(TRIP)
        if self.meanwhile is not None:
            self.meanwhile(index)
        fault = self._plan.get(index, self._always)
        if request.url.host == TRAP:
            return httpx.Response(404)
        if fault is None:
            return self._handle(request)
        return suffer(fault, request, self._handle, self._clock)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self._simulator.now = self._clock.now()
        response = self._simulator.handle(request)
        response.read()
        return response
