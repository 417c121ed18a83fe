"""
Bugs of keys: the same call is made twice.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from pmkit.core.plugin_errors import PluginCallError
from pmkit.core.ports import BookingReply
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
    ReferenceAgency,
    ReferenceCard,
    ReferenceMessenger,
)
from pmkit.testing.conformance.reference.reading import record_of, records, text
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    import httpx

    from pmkit.core import ports
    from pmkit.core.ports import Notice, RefundObservation
    from pmkit.effects.context import CallContext, Operation


@planted(
    "fresh-key-on-retry",
    MessengerHarness,
    "Each repetition has a key of its own.",
    must=(
        "PLG-IDEM-001",
        "PLG-IDEM-002",
        "PLG-IDEM-004",
        "PLG-IDEM-005",
        "PLG-IDEM-007",
    ),
    may=("PLG-PAR-001", "PLG-LEDG-001"),
)
class FreshKey(ReferenceMessenger):
    """Draw a key for each request."""

    def _message(self, notice: Notice, context: CallContext) -> httpx.Request:
        request = super()._message(notice, context)
        request.headers["Idempotency-Key"] = uuid.uuid4().hex
        return request


@planted(
    "no-key",
    AgencyHarness,
    "A booking is sent without a key.",
    must=("PLG-IDEM-001", "PLG-IDEM-003"),
    may=("PLG-IDEM-005", "PLG-IDEM-007", "PLG-LEDG-002"),
)
class NoKey(ReferenceAgency):
    """Send no key."""

    def _post(self, path: str, body: object, context: CallContext) -> httpx.Request:
        request = super()._post(path, body, context)
        if path == "/tasks":
            request.headers.pop("Idempotency-Key", None)
        return request


@planted(
    "repeats-inside-with-a-new-key",
    CardHarness,
    "After a 500 a refund is sent again at once, under another key.",
    must=("PLG-IDEM-004",),
    may=("PLG-ERR-003", "PLG-LEDG-001", "PLG-PAR-001", "PLG-ISO-002"),
)
class RepeatsInside(ReferenceCard):
    """Repeat a refund by itself."""

    def refund(
        self, request: ports.RefundOrder, context: CallContext
    ) -> Operation[list[RefundObservation]]:
        """Send money back."""
        try:
            return (yield from super().refund(request, context))
        except PluginCallError as error:
            if error.provider_code != "500":
                raise
        inner = super().refund(request, context)
        again = next(inner)
        again.headers["Idempotency-Key"] = f"{context.key}-retry"
        try:
            inner.send((yield again))
        except StopIteration as end:
            found: list[RefundObservation] = end.value
            return found
        return []


@planted(
    "looks-before-it-books",
    AgencyHarness,
    "It asks whether the task is there, and else books it without a key.",
    must=("PLG-IDEM-005",),
    may=(
        "PLG-IDEM-003",
        "PLG-BODY-001",
        "PLG-BODY-002",
        "PLG-BODY-003",
        "PLG-LEDG-002",
    ),
)
class LooksFirst(ReferenceAgency):
    """Ask first, then act."""

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task, if it is not there."""
        path = f"/operations?name={request.operation_id}"
        found = records(record_of((yield self._get(path, context))), "operations")
        if found:
            return BookingReply(reference=text(found[0], "task"))
        inner: Any = super().book(request, context)
        booking = next(inner)
        booking.headers.pop("Idempotency-Key", None)
        try:
            inner.send((yield booking))
        except StopIteration as end:
            reply: BookingReply = end.value
            return reply
        return BookingReply(reference="none")


@planted(
    "key-of-the-service",
    AgencyHarness,
    "The key of a move is made of the service: the second move of a visit is lost.",
    must=("PLG-IDEM-006",),
)
class KeyOfTheService(ReferenceAgency):
    """Make the key of the service."""

    def _post(self, path: str, body: object, context: CallContext) -> httpx.Request:
        request = super()._post(path, body, context)
        if path.endswith("/moves"):
            request.headers["Idempotency-Key"] = path
        return request


@planted(
    "key-kept-in-memory",
    MessengerHarness,
    "The key is drawn once per call and kept in memory: a restart forgets it.",
    must=("PLG-IDEM-007",),
    may=("PLG-IDEM-005", "PLG-PAR-001"),
)
class KeyInMemory(ReferenceMessenger):
    """Keep keys in memory."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings)
        self._keys: dict[str, str] = {}

    def _message(self, notice: Notice, context: CallContext) -> httpx.Request:
        request = super()._message(notice, context)
        key = self._keys.setdefault(context.operation_id, uuid.uuid4().hex)
        request.headers["Idempotency-Key"] = key
        return request
