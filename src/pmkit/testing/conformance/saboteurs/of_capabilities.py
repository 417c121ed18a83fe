"""
Bugs of what is declared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from pmkit.core.plugin_errors import UnsupportedError
from pmkit.hooks.capabilities import FULL
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
    ReferenceAgency,
    ReferenceCard,
    ReferenceMessenger,
)
from pmkit.testing.conformance.saboteurs.planting import can, plant, planted

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core import ports
    from pmkit.core.lookups import VisitDaysRequest
    from pmkit.core.ports import Notice
    from pmkit.effects.context import CallContext, Operation

plant(
    "claimed-and-absent",
    CardHarness,
    "It declares a beneficiary, and has no such method.",
    must=("PLG-CAP-001",),
    may=("PLG-CAP-003",),
    manifest=can(CardHarness, beneficiary=FULL),
)


@planted(
    "arguments-of-its-own",
    AgencyHarness,
    "An operation takes other arguments than the contract has.",
    must=("PLG-CAP-001",),
)
class OwnArguments(ReferenceAgency):
    """Take a default that is never used."""

    def visit_days(
        self,
        request: VisitDaysRequest,
        context: CallContext,
        most: int = 1,
    ) -> Operation[list[dt.date]]:
        """Tell the days."""
        found = yield from super().visit_days(request, context)
        return found[:most]


@planted(
    "present-and-unclaimed",
    CardHarness,
    "It names a beneficiary, and the manifest says that it cannot.",
    must=("PLG-CAP-002",),
)
class Hiding(ReferenceCard):
    """Have a method that nobody knows of."""

    def beneficiary(self, request: ports.ChargeRequest, context: CallContext) -> None:
        """Name no account."""
        del request, context


@planted(
    "claimed-and-unsupported",
    AgencyHarness,
    "It declares visit_days, and says that it does not do that.",
    must=("PLG-CAP-003",),
)
class Unsupporting(ReferenceAgency):
    """Do not tell the days."""

    def visit_days(
        self, request: VisitDaysRequest, context: CallContext
    ) -> Operation[list[dt.date]]:
        """Refuse."""
        del request, context
        msg = "Days are not told."
        raise UnsupportedError(msg)


@planted(
    "success-without-doing",
    AgencyHarness,
    "It says that a task is cancelled, and asks nobody.",
    must=("PLG-CAP-003",),
)
class Idle(ReferenceAgency):
    """Cancel nothing."""

    def cancel(  # type: ignore[override]  # a plain function may stand there, too
        self, request: ports.CancelRequest, context: CallContext
    ) -> None:
        """Do nothing."""
        del request, context


@planted(
    "sends-twice",
    MessengerHarness,
    "Each notice is sent twice.",
    must=("PLG-CAP-003",),
)
class Doubling(ReferenceMessenger):
    """Send each notice twice."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send it, and once more to be sure."""
        yield from super().send(request, context)
        again = self._message(request, context)
        again.headers["Idempotency-Key"] = f"{context.key}-again"
        yield again


plant(
    "nobody-can-tell",
    AgencyHarness,
    "A booking can neither be repeated nor looked up.",
    must=("PLG-CAP-004",),
    manifest=can(AgencyHarness, book=FULL),
)


@planted(
    "undeclared-host",
    MessengerHarness,
    "It calls a host that its manifest does not name.",
    must=("PLG-CAP-005",),
    may=("PLG-CAP-003",),
)
class Elsewhere(ReferenceMessenger):
    """Send notices elsewhere."""

    def _message(self, notice: Notice, context: CallContext) -> httpx.Request:
        request = super()._message(notice, context)
        headers: Any = {k: v for k, v in request.headers.items() if k != "host"}
        url = request.url.copy_with(host="eu.reference.example")
        return httpx.Request("POST", url, headers=headers, content=request.content)
