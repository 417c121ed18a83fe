"""
The manifests of the reference plugins; light, as a manifest's module has to be.
"""

from __future__ import annotations

from pmkit.hooks.capabilities import (
    FULL,
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)
from pmkit.hooks.manifest import PluginKind, PluginManifest

_HERE = "pmkit.testing.conformance.reference"
_TRACKER = "https://pmkit-sdk.readthedocs.io"

#: A mutation that is told from its repetition, and can be looked up for certain.
SURE = Capability(
    support=Support.FULL,
    idempotency=Idempotency.NATIVE,
    look_up=LookUp.AUTHORITATIVE_ABSENCE,
)
#: A mutation that is told from its repetition.
ONCE = Capability(support=Support.FULL, idempotency=Idempotency.NATIVE)
#: What the far side cannot do.
NEVER = Capability(support=Support.IMPOSSIBLE)

AGENCY = PluginManifest(
    id="reference-agency",
    kind=PluginKind.AGENCY,
    title="Reference agency",
    factory=f"{_HERE}.agency:ReferenceAgency",
    settings=f"{_HERE}.settings:ReferenceSettings",
    capabilities=Capabilities(
        operations={
            "quote": FULL,
            "visit_days": FULL,
            "book": SURE,
            "move": SURE,
            "cancel": SURE,
            "observations": FULL,
            "find": FULL,
        },
        webhooks=FULL,
        currencies=("USD", "JPY", "KWD"),
    ),
    hosts=("api.reference.example",),
    homepage=_TRACKER,
    tracker=_TRACKER,
)

CARD = PluginManifest(
    id="reference-card",
    kind=PluginKind.PAYMENT,
    title="Reference card",
    factory=f"{_HERE}.card:ReferenceCard",
    settings=f"{_HERE}.settings:ReferenceSettings",
    capabilities=Capabilities(
        operations={
            "availability": FULL,
            "beneficiary": NEVER,
            "charge": SURE,
            "refund": SURE,
            "observations": FULL,
            "find": FULL,
        },
        webhooks=FULL,
    ),
    hosts=("api.reference.example",),
    homepage=_TRACKER,
    tracker=_TRACKER,
)

MESSENGER = PluginManifest(
    id="reference-messenger",
    kind=PluginKind.NOTIFIER,
    title="Reference messenger",
    factory=f"{_HERE}.messenger:ReferenceMessenger",
    settings=f"{_HERE}.settings:MessengerSettings",
    capabilities=Capabilities(operations={"send": ONCE}, webhooks=NEVER),
    hosts=("api.reference.example",),
    homepage=_TRACKER,
    tracker=_TRACKER,
)
