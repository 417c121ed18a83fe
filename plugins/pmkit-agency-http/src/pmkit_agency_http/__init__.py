"""
An inspection agency that serves the open agency protocol, as a plugin of pmkit.

The protocol is one document, `openapi.json` beside this file.  A server of it for
agencies to start from is `pmkit_agency_http.server`.
"""

from __future__ import annotations

import datetime as dt

from pmkit.hooks.capabilities import (
    FULL,
    Capabilities,
    Capability,
    Idempotency,
    LookUp,
    Support,
)
from pmkit.hooks.manifest import PluginKind, PluginManifest

#: What the document promises of each request that changes something.
_ONCE = Capability(
    support=Support.FULL,
    idempotency=Idempotency.NATIVE,
    window=dt.timedelta(days=30),
    look_up=LookUp.AUTHORITATIVE_ABSENCE,
)

#: What the entry point names.
MANIFEST = PluginManifest(
    id="agency-http",
    kind=PluginKind.AGENCY,
    title="Agency by the open agency protocol",
    factory="pmkit_agency_http.agency:HttpAgency",
    settings="pmkit_agency_http.settings:AgencyHttpSettings",
    capabilities=Capabilities(
        operations={
            "quote": FULL,
            "visit_days": FULL,
            "book": _ONCE,
            "move": _ONCE,
            "cancel": _ONCE,
            "observations": FULL,
            "find": FULL,
        },
        webhooks=FULL,
        calls_per_minute=60,
    ),
    homepage="https://pmkit-sdk.readthedocs.io/en/latest/reference/agency-protocol.html",
    tracker="https://pmkit-sdk.readthedocs.io/en/latest/how-to/",
)
