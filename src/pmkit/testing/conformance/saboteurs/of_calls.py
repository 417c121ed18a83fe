"""
Bugs of how calls run: they hang, sleep, swallow, mix up.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

from pmkit.core.plugin_errors import ProviderUnavailableError
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
    ReferenceAgency,
    ReferenceCard,
    ReferenceMessenger,
)
from pmkit.testing.conformance.reference.reading import record_of, text
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    import httpx

    from pmkit.core import ports
    from pmkit.core.ports import BookingReply, Notice
    from pmkit.core.service import Price
    from pmkit.effects.context import CallContext, Operation
    from pmkit.testing.conformance.reference.settings import ReferenceSettings


@planted(
    "asks-for-ever",
    AgencyHarness,
    "A booking waits for the visit: it asks again and again.",
    must=("PLG-DEAD-001",),
    may=("PLG-CAP-003",),
)
class Endless(ReferenceAgency):
    """Ask until the visit is over."""

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task, and wait for it."""
        reply = yield from super().book(request, context)
        path = f"/services/{request.service_id}"
        while True:
            said = record_of((yield self._get(path, context)))
            if text(said, "service") == "over":
                return reply


@planted(
    "hangs",
    MessengerHarness,
    "It waits for something that does not come, and no deadline ends it.",
    must=("PLG-DEAD-001",),
    may=("PLG-CAP-003", "PLG-MAP-001", "PLG-ISO-002", "PLG-TIME-004", "PLG-DEAD-004"),
)
class Hanging(ReferenceMessenger):
    """Wait in a plain function."""

    def send(  # type: ignore[override]  # a plain function may stand there, too
        self, request: Notice, context: CallContext
    ) -> None:
        """Wait."""
        del request, context
        threading.Event().wait(0.7)


@planted(
    "late-is-a-refusal",
    AgencyHarness,
    "What did not answer in time counts as refused.",
    must=("PLG-DEAD-002",),
    may=("PLG-ERR-002", "PLG-ERR-003", "PLG-IDEM-002", "PLG-LEDG-001"),
)
class LateIsRefusal(ReferenceAgency):
    """Claim that nothing happened."""

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task."""
        from pmkit.core.certainty import Certainty
        from pmkit.core.plugin_errors import OutcomeUnknownError, SlotUnavailableError

        try:
            return (yield from super().book(request, context))
        except OutcomeUnknownError as error:
            if error.provider_code:
                raise
            msg = "The agency has nobody."
            raise SlotUnavailableError(msg, certainty=Certainty.REJECTED) from None


@planted(
    "swallows-cancellation",
    MessengerHarness,
    "A cancelled call goes on as if nothing was.",
    must=("PLG-DEAD-003",),
)
class Swallowing(ReferenceMessenger):
    """Swallow a cancellation."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        try:
            yield from super().send(request, context)
        except asyncio.CancelledError:
            return


@planted(
    "sleeps-and-repeats",
    AgencyHarness,
    "It sleeps in the middle of an operation, and asks again.",
    must=("PLG-DEAD-004",),
)
class Sleeping(ReferenceAgency):
    """Sleep before a repetition."""

    def quote(
        self, request: ports.QuoteRequest, context: CallContext
    ) -> Operation[Price]:
        """Name a price."""
        try:
            return (yield from super().quote(request, context))
        except ProviderUnavailableError:
            time.sleep(0.001)
            return (yield from super().quote(request, context))


@planted(
    "other-in-a-loop",
    MessengerHarness,
    "In an event loop it sends another key.",
    must=("PLG-PAR-001",),
)
class LoopAware(ReferenceMessenger):
    """Look for a running loop."""

    def _message(self, notice: Notice, context: CallContext) -> httpx.Request:
        request = super()._message(notice, context)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return request
        request.headers["Idempotency-Key"] = f"{context.key}-async"
        return request


@planted(
    "answers-for-another-instance",
    CardHarness,
    "The settings are kept on the class: the last instance wins.",
    must=("PLG-ISO-001",),
    may=("PLG-HOOK-007",),
)
class OneForAll(ReferenceCard):
    """Keep the settings on the class."""

    _last: ReferenceSettings

    def __init__(self, settings: ReferenceSettings) -> None:
        super().__init__(settings)
        type(self)._last = settings  # noqa: SLF001 - that is the bug

    def _request(
        self, method: str, path: str, body: object, context: CallContext
    ) -> httpx.Request:
        self._settings = type(self)._last  # noqa: SLF001 - that is the bug
        return super()._request(method, path, body, context)


@planted(
    "leaves-threads-behind",
    MessengerHarness,
    "Each call starts a thread that nobody ends.",
    must=("PLG-ISO-002",),
)
class Threading(ReferenceMessenger):
    """Start a thread for each notice."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        waiting = threading.Event()
        threading.Thread(target=waiting.wait, args=(0.3,), daemon=True).start()
        yield from super().send(request, context)


@planted(
    "stops-after-eight-calls",
    MessengerHarness,
    "After eight notices it only says that it sent them.",
    must=("PLG-LEDG-001",),
    may=("PLG-IDEM-002", "PLG-IDEM-004"),
)
class Stopping(ReferenceMessenger):
    """Stop working after a while."""

    _left = 8

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        self._left -= 1
        if self._left >= 0:
            yield from super().send(request, context)
