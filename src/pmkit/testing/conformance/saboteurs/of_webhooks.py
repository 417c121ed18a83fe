"""
Bugs of hearing messages.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import Proof, StampedHmac
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    ReferenceAgency,
    ReferenceCard,
)
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    from pmkit.core.ports import AgencyObservation
    from pmkit.effects.context import CallContext
    from pmkit.effects.webhooks import Delivery, VerifiedWebhook
    from pmkit.testing.conformance.reference.settings import ReferenceSettings

_COUNT = itertools.count(1)


@planted(
    "rejects-true-messages",
    CardHarness,
    "Its stamps are read as milliseconds, and every message is rejected.",
    must=("PLG-HOOK-001",),
)
class Milliseconds(ReferenceCard):
    """Read seconds as milliseconds."""

    def __init__(self, settings: ReferenceSettings) -> None:
        super().__init__(settings)
        secret = settings.webhook_secret
        self._webhooks = StampedHmac(secrets=secret, milliseconds=True)


class _ByTime(StampedHmac):
    """Name a message by when it came."""

    def prove(self, delivery: Delivery) -> Proof:
        proof = super().prove(delivery)
        name = f"evt-{delivery.received_at.timestamp():.0f}"
        return attrs.evolve(proof, event_id=name)


@planted(
    "event-id-by-time",
    CardHarness,
    "A message is named by when it came, so a repetition counts again.",
    must=("PLG-HOOK-002",),
)
class NamedByTime(ReferenceCard):
    """Tell no repetition from a new message."""

    def __init__(self, settings: ReferenceSettings) -> None:
        super().__init__(settings)
        self._webhooks = _ByTime(secrets=settings.webhook_secret)


@planted(
    "news-is-counted",
    AgencyHarness,
    "The news of a message is numbered by a counter of the process.",
    must=("PLG-HOOK-001", "PLG-HOOK-002"),
    may=("PLG-HOOK-003",),
)
class Counting(ReferenceAgency):
    """Number the news."""

    def parse(
        self, verified: VerifiedWebhook, context: CallContext
    ) -> list[AgencyObservation]:
        """Read a message."""
        found = super().parse(verified, context)
        return [attrs.evolve(news, id=f"news-{next(_COUNT)}") for news in found]


@planted(
    "late-messages-dropped",
    AgencyHarness,
    "A message that comes after a younger one is dropped.",
    must=("PLG-HOOK-003",),
)
class Dropping(ReferenceAgency):
    """Drop what comes late."""

    _newest: Any = None

    def parse(
        self, verified: VerifiedWebhook, context: CallContext
    ) -> list[AgencyObservation]:
        """Read a message."""
        found = super().parse(verified, context)
        if self._newest is not None and found[0].at < self._newest:
            return []
        self._newest = found[0].at
        return found


@planted(
    "signed-is-trusted",
    CardHarness,
    "A signed message that is not what it should be breaks it.",
    must=("PLG-HOOK-004",),
)
class TrustingSigned(ReferenceCard):
    """Trust what is signed."""

    def parse(self, verified: VerifiedWebhook, context: CallContext) -> list[Any]:
        """Read a message."""
        status = json.loads(verified.body)["status"]
        if status == "test":
            return []
        return super().parse(verified, context)


@planted(
    "foreign-error-for-a-forgery",
    AgencyHarness,
    "A forged message raises ValueError, which nobody expects.",
    must=("PLG-HOOK-005",),
    may=(
        "PLG-HOOK-006",
        "PLG-HOOK-007",
        "PLG-HOOK-008",
        "PLG-HOOK-009",
        "PLG-HOOK-004",
    ),
)
class RaisingValueError(ReferenceAgency):
    """Raise a foreign exception."""

    def verify(self, delivery: Delivery, context: CallContext) -> VerifiedWebhook:
        """Prove that a message is from the far side."""
        try:
            return super().verify(delivery, context)
        except WebhookRejected:
            msg = "forged"
            raise ValueError(msg) from None
