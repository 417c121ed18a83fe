"""Plugins of agencies that do what a test tells them to."""

from __future__ import annotations

import asyncio
import datetime as dt

import httpx

from pmkit.core.effects import EffectKind
from pmkit.core.lookups import FindRequest
from pmkit.core.plugin_errors import PluginCallError
from pmkit.core.ports import BookingReply, BookingRequest
from pmkit.effects.attached import attached
from pmkit.effects.limits import Limits
from pmkit.hooks.capabilities import FULL, Capabilities, Capability, Support
from pmkit.hooks.manifest import PluginKind, PluginManifest

NOW = dt.datetime(2026, 1, 15, 1, 0, tzinfo=dt.UTC)
HOST = "https://api.acme.example"
#: What no error, record or representation may ever show.
CANARY = "sk-live-canary"

MANIFEST = PluginManifest(
    id="acme-agency",
    kind=PluginKind.AGENCY,
    title="Acme Inspections",
    factory="acme_pmkit.agency:AcmeAgency",
    hosts=("api.acme.example", "*.files.acme.example"),
    capabilities=Capabilities(
        operations={
            **dict.fromkeys(
                ("quote", "visit_days", "book", "move", "cancel", "observations"), FULL
            ),
            "find": Capability(support=Support.FULL),
        }
    ),
)

BOOKING = BookingRequest(
    operation_id="op-1",
    order_id="TA-1",
    service_id="pm-1",
    kind="FRI",
    lines=(),
    planned_visits=1,
    requirements="",
)
FIND = FindRequest(
    operation_id="op-1",
    kind=EffectKind.BOOK,
    order_id="TA-1",
    subject="pm-1",
    sent_at=NOW,
)


def doing(**operations):
    """Make a plugin of functions that take the request and the context."""
    return type("AcmeAgency", (), {k: staticmethod(v) for k, v in operations.items()})()


def attach(plugin=None, *, limits=None, **how):
    """Attach a plugin in a sandbox, on a clock that stands still."""
    how.setdefault("clock", lambda: NOW)
    return attached(plugin, MANIFEST, limits=Limits(**(limits or {})), **how)


def asking(url, *, method="POST", after=None, **how):
    """Book with one request; *after* may look at the response."""

    def book(_request, _context):
        response = yield httpx.Request(method, url, **how)
        if after is not None:
            after(response)
        return BookingReply(reference=response.json()["id"])

    return book


def answering(*responses):
    """Make a transport that gives these one after another; an exception is raised."""
    rest = list(responses)

    def handle(request):
        given = rest.pop(0)
        if isinstance(given, BaseException):
            raise given
        if callable(given):
            return given(request)
        if isinstance(given, int):
            return httpx.Response(given, json={"id": "R-1"})
        return given

    return httpx.MockTransport(handle)


def outcome(agency, operation="book", request=BOOKING, *, driver="call"):
    """Call, and give the answer or the error."""
    try:
        if driver == "call":
            return agency.call(operation, request)
        return asyncio.run(_acalled(agency, operation, request))
    except PluginCallError as error:
        return error


async def _acalled(agency, operation, request):
    try:
        return await agency.acall(operation, request)
    finally:
        await agency.aclose()


def told(given):
    """Say what a caller can tell of an outcome."""
    if not isinstance(given, PluginCallError):
        return given
    return (
        type(given),
        str(given),
        given.certainty,
        given.retry,
        given.blame,
        given.after,
        given.provider_code,
    )


def written(record):
    """Say what stands in a record, without its times."""
    exchanges = [
        (ex.method, ex.path, ex.status, ex.size, ex.fault) for ex in record.exchanges
    ]
    return record.operation_id, record.certainty, record.code, exchanges
