"""
Messages of the far side: who sent them, and what they say.

A plugin that hears messages makes one verifier from its settings, and has two methods
without any I/O::

    def verify(self, delivery, context):
        return self._webhooks.verify(delivery)

    def parse(self, verified, context):
        return [read_news(verified.json())]

Only a verifier makes a `VerifiedWebhook`, and ``parse`` takes nothing else: what was
not verified cannot be read by mistake.
"""

from __future__ import annotations

from pmkit.effects.webhooks.body import read_body
from pmkit.effects.webhooks.delivery import Delivery, Headers
from pmkit.effects.webhooks.plain import PlainHmac
from pmkit.effects.webhooks.proof import Proof
from pmkit.effects.webhooks.stamped import StampedHmac
from pmkit.effects.webhooks.standard import StandardWebhooks
from pmkit.effects.webhooks.verified import VerifiedWebhook, Verifier

__all__ = [
    "Delivery",
    "Headers",
    "PlainHmac",
    "Proof",
    "StampedHmac",
    "StandardWebhooks",
    "VerifiedWebhook",
    "Verifier",
    "read_body",
]
