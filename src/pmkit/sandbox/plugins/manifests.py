"""
What the plugins of the simulated companies say of themselves.
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

#: The address that stands for the far side in the same process; it is nowhere else.
IN_PROCESS = "sandbox.pmkit.invalid"

_SETTINGS = "pmkit.sandbox.plugins.settings:SandboxSettings"
_PAGE = "https://pmkit-sdk.readthedocs.io/en/latest/reference/sandbox.html"
_TRACKER = "https://pmkit-sdk.readthedocs.io/en/latest/how-to/"
_ONCE = Capability(
    support=Support.FULL,
    idempotency=Idempotency.NATIVE,
    key_length=255,
    look_up=LookUp.AUTHORITATIVE_ABSENCE,
)
_SENT = Capability(support=Support.FULL, idempotency=Idempotency.NATIVE, key_length=255)
_NEVER = Capability(support=Support.IMPOSSIBLE)
_TOLD = Capability(
    support=Support.PARTIAL,
    note="A report is told without its files; they are read with the observations.",
)
_CURRENCIES = ("CNY", "EUR", "GBP", "USD")

AGENCY = PluginManifest(
    id="sandbox-agency",
    kind=PluginKind.AGENCY,
    title="Sandbox Inspection",
    factory="pmkit.sandbox.plugins.agency:AgencyPlugin",
    settings=_SETTINGS,
    capabilities=Capabilities(
        operations={
            "quote": FULL,
            "visit_days": _NEVER,
            "book": _ONCE,
            "move": _ONCE,
            "cancel": _ONCE,
            "observations": FULL,
            "find": FULL,
        },
        webhooks=_TOLD,
        currencies=("CNY", "EUR", "USD"),
    ),
    hosts=(IN_PROCESS,),
    homepage=_PAGE,
    tracker=_TRACKER,
)


def _payment(
    plugin_id: str, title: str, company: str, *, webhooks: Capability = FULL
) -> PluginManifest:
    return PluginManifest(
        id=plugin_id,
        kind=PluginKind.PAYMENT,
        title=title,
        factory=f"pmkit.sandbox.plugins.payments:{company}",
        settings=_SETTINGS,
        capabilities=Capabilities(
            operations={
                "availability": FULL,
                "beneficiary": FULL,
                "charge": _ONCE,
                "refund": _ONCE,
                "observations": FULL,
                "find": FULL,
            },
            webhooks=webhooks,
            currencies=_CURRENCIES,
        ),
        hosts=(IN_PROCESS,),
        homepage=_PAGE,
        tracker=_TRACKER,
    )


CARD = _payment("sandbox-card", "Card", "CardPlugin")
TRANSFER = _payment("sandbox-transfer", "Bank transfer (T/T)", "TransferPlugin")
PAY_LATER = _payment(
    "sandbox-pay-later", "Pay Later", "PayLaterPlugin", webhooks=_NEVER
)

MESSAGES = PluginManifest(
    id="sandbox-messages",
    kind=PluginKind.NOTIFIER,
    title="Sandbox Messages",
    factory="pmkit.sandbox.plugins.messages:MessagesPlugin",
    settings=_SETTINGS,
    capabilities=Capabilities(operations={"send": _SENT}, webhooks=_NEVER),
    hosts=(IN_PROCESS,),
    homepage=_PAGE,
    tracker=_TRACKER,
)

#: All of them.
ALL = (AGENCY, CARD, TRANSFER, PAY_LATER, MESSAGES)
