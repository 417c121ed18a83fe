"""
A reference server of the agency protocol; the standard library is all it needs.

An agency puts its own `AgencyBackend` behind `AgencyServer`, and keeps keys and
messages in its database.  To try the protocol with an agency in memory:
``python -m pmkit_agency_http.server``.
"""

from __future__ import annotations

from pmkit_agency_http.server.app import Account, AgencyServer
from pmkit_agency_http.server.backend import AgencyBackend, File, RefusedError
from pmkit_agency_http.server.keys import WINDOW, Earlier, KeyStore, MemoryKeys
from pmkit_agency_http.server.memory import MemoryAgency
from pmkit_agency_http.server.sending import (
    SCHEDULE,
    Message,
    WebhookSender,
    deliver_by_http,
    new_secret,
    sign,
)
from pmkit_agency_http.server.serving import listen, serving

__all__ = [
    "SCHEDULE",
    "WINDOW",
    "Account",
    "AgencyBackend",
    "AgencyServer",
    "Earlier",
    "File",
    "KeyStore",
    "MemoryAgency",
    "MemoryKeys",
    "Message",
    "RefusedError",
    "WebhookSender",
    "deliver_by_http",
    "listen",
    "new_secret",
    "serving",
    "sign",
]
