"""
Bugs of proving who sent a message.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from typing import TYPE_CHECKING

import attrs

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import PlainHmac, Proof, StampedHmac, Verifier
from pmkit.testing.conformance.reference import CardHarness, ReferenceCard
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    from pmkit.effects.context import CallContext
    from pmkit.effects.webhooks import Delivery, VerifiedWebhook
    from pmkit.testing.conformance.reference.settings import ReferenceSettings

_TOLERANCE = 300
_PREFIX = 8


def _event_id(body: bytes) -> str:
    try:
        return f"{json.loads(body)['id']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return hashlib.sha256(body).hexdigest()


class Stamped(Verifier):
    """A stamped HMAC in one page, as people write it themselves; it is right."""

    scheme = "stamped-hmac"

    def __init__(self, secret: str) -> None:
        self.keys: tuple[bytes, ...] = (secret.encode(),)

    def prove(self, delivery: Delivery) -> Proof:
        """Prove that a message is from the far side."""
        given = delivery.headers.all("stripe-signature")
        parts = dict(x.partition("=")[::2] for x in "".join(given).split(","))
        at = self.stamp(parts.get("t", ""))
        self.check_age((delivery.received_at - at).total_seconds())
        text = f"{parts.get('t', '')}.".encode() + delivery.body
        made = [hmac.new(key, text, hashlib.sha256).hexdigest() for key in self.keys]
        if not self.fits(made, parts.get("v1", "")):
            self.refuse()
        return Proof(event_id=_event_id(delivery.body), sent_at=at)

    def stamp(self, text: str) -> dt.datetime:
        """Read the stamp."""
        if not (text.isascii() and text.isdigit() and len(text) == 10):  # noqa: PLR2004
            self.refuse()
        return dt.datetime.fromtimestamp(int(text), dt.UTC)

    def check_age(self, seconds: float) -> None:
        """Refuse what is too old or too early."""
        if abs(seconds) > _TOLERANCE:
            self.refuse()

    def fits(self, made: list[str], given: str) -> bool:
        """Compare the signatures."""
        return any(hmac.compare_digest(x.encode(), given.encode()) for x in made)

    def refuse(self) -> None:
        """Reject the message."""
        msg = "It is not from the far side."
        raise WebhookRejected(msg)


class _OwnVerifier(ReferenceCard):
    """A card whose messages are verified by a class of its own."""

    verifier: type[Stamped] = Stamped

    def __init__(self, settings: ReferenceSettings) -> None:
        super().__init__(settings)
        self._own = self.verifier(settings.webhook_secret.reveal())

    def verify(self, delivery: Delivery, context: CallContext) -> VerifiedWebhook:
        """Prove that a message is from the far side."""
        del context
        return self._own.verify(delivery)


class _PrefixOnly(Stamped):
    def fits(self, made: list[str], given: str) -> bool:
        return any(x[:_PREFIX] == given[:_PREFIX] for x in made)


@planted(
    "compares-a-prefix",
    CardHarness,
    "Only the first characters of a signature are compared.",
    must=("PLG-HOOK-005",),
)
class PrefixOnly(_OwnVerifier):
    """Compare a prefix."""

    verifier = _PrefixOnly


class _NeverCompares(Stamped):
    def fits(self, made: list[str], given: str) -> bool:
        return bool(made and given)


@planted(
    "never-compares",
    CardHarness,
    "The signature is computed, and never compared.",
    must=("PLG-HOOK-005", "PLG-HOOK-007"),
)
class NeverCompares(_OwnVerifier):
    """Compare nothing."""

    verifier = _NeverCompares


class _Unsigned(Stamped):
    def prove(self, delivery: Delivery) -> Proof:
        if not any(delivery.headers.all("stripe-signature")):
            return Proof(
                event_id=_event_id(delivery.body), sent_at=delivery.received_at
            )
        return super().prove(delivery)


@planted(
    "unsigned-is-true",
    CardHarness,
    "A message without a signature is taken for true.",
    must=("PLG-HOOK-006",),
    may=("PLG-HOOK-009",),
)
class Unsigned(_OwnVerifier):
    """Take unsigned messages."""

    verifier = _Unsigned


class _EmptySecret(Stamped):
    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self.keys = (secret.encode(), b"")


@planted(
    "empty-secret",
    CardHarness,
    "A message signed with an empty secret is taken for true.",
    must=("PLG-HOOK-007",),
)
class EmptySecret(_OwnVerifier):
    """Know an empty secret."""

    verifier = _EmptySecret


class _NoTolerance(Stamped):
    def check_age(self, seconds: float) -> None:
        del seconds


@planted(
    "no-tolerance",
    CardHarness,
    "A message of yesterday is taken for one of today.",
    must=("PLG-HOOK-008",),
)
class NoTolerance(_OwnVerifier):
    """Ignore the stamp."""

    verifier = _NoTolerance


class _OneWay(Stamped):
    def check_age(self, seconds: float) -> None:
        if seconds > _TOLERANCE:
            self.refuse()


@planted(
    "messages-from-the-future",
    CardHarness,
    "A message that is stamped for tomorrow is taken today.",
    must=("PLG-HOOK-008",),
)
class OneWay(_OwnVerifier):
    """Look at the age in one direction."""

    verifier = _OneWay


class _Weaker(StampedHmac):
    """Try a weaker scheme where the signature is missing."""

    def __init__(self, settings: ReferenceSettings) -> None:
        super().__init__(secrets=settings.webhook_secret)
        self._plain = PlainHmac(secrets=settings.webhook_secret, header="x-signature")

    def prove(self, delivery: Delivery) -> Proof:
        if any(delivery.headers.all("stripe-signature")):
            return super().prove(delivery)
        proof = self._plain.prove(delivery)
        return attrs.evolve(proof, sent_at=delivery.received_at)


@planted(
    "weaker-scheme",
    CardHarness,
    "Without its own signature a message may be signed without a stamp.",
    must=("PLG-HOOK-009",),
)
class Weaker(ReferenceCard):
    """Fall back to a weaker scheme."""

    def __init__(self, settings: ReferenceSettings) -> None:
        super().__init__(settings)
        self._webhooks = _Weaker(settings)
