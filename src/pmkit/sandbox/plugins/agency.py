"""
The plugin of the simulated inspection company.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from pmkit.core.effects import EffectKind
from pmkit.core.lookups import Absent, Found
from pmkit.core.plugin_errors import OutOfCoverageError, PluginCallError
from pmkit.core.ports import AgencyObservation, BookingReply, ReportReady
from pmkit.core.service import Price
from pmkit.sandbox.plugins.hearing import Hearing
from pmkit.sandbox.plugins.speaking import (
    Speaking,
    news_of,
    require_done,
    said_as,
    violation,
)

if TYPE_CHECKING:
    from pmkit.core.lookups import FindRequest, ObservationsRequest
    from pmkit.core.ports import (
        BookingRequest,
        CancelRequest,
        MoveRequest,
        QuoteRequest,
    )
    from pmkit.effects.context import CallContext, Operation
    from pmkit.sandbox.plugins.settings import SandboxSettings

_FILES_KEPT = 256


class AgencyPlugin(Hearing, Speaking):
    """
    Book inspections at the simulated company.

    Args:
        settings: Where the far side is, and what it knows us by.
    """

    company = "/agency"
    sender = "agency"
    hears = (AgencyObservation,)

    def __init__(self, settings: SandboxSettings) -> None:
        super().__init__(settings)
        # News repeat, files need not: a file is what its hash says, for ever.
        self._files: OrderedDict[str, bytes] = OrderedDict()

    def quote(self, request: QuoteRequest, context: CallContext) -> Operation[Price]:
        """Ask for a price."""
        del context
        return said_as((yield from self.inquire("/quotes", request)), Price)

    def book(
        self, request: BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Give the company a task."""
        said = yield from self.tell("/tasks", request, context)
        return said_as(said, BookingReply)

    def move(self, request: MoveRequest, context: CallContext) -> Operation[None]:
        """Say that a visit is wanted at another time."""
        require_done((yield from self.tell("/moves", request, context)))

    def cancel(self, request: CancelRequest, context: CallContext) -> Operation[None]:
        """Say that a task is over."""
        require_done((yield from self.tell("/cancellations", request, context)))

    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[tuple[AgencyObservation, ...]]:
        """Read what happened on a service, with the files of its reports."""
        del context
        said = yield from self.ask("/observations", service_id=request.subject)
        found: list[AgencyObservation] = []
        for news in news_of(said):
            if not isinstance(news, AgencyObservation):
                raise violation(field="observations")
            if isinstance(news, ReportReady):
                found.append((yield from self._with_files(news)))
            else:
                found.append(news)
        return tuple(found)

    def find(
        self, request: FindRequest, context: CallContext
    ) -> Operation[Found | Absent]:
        """Ask what became of a call."""
        del context

        def news(reply: dict[str, Any]) -> Found:
            if request.kind is EffectKind.BOOK:
                return Found(news=(said_as(reply, BookingReply),))
            require_done(reply)
            return Found()

        return (yield from self.look_up(request, news))

    def refused(self, code: str, field: str) -> PluginCallError:
        """Give the error of a refusal; what is not sold is out of coverage."""
        if code != "unavailable":
            return super().refused(code, field)
        msg = "The agency does not sell this."
        remedy = "Ask for another kind of service, or in another currency."
        return OutOfCoverageError(
            msg, provider_code=code, field=field or None, remedy=remedy
        )

    def _with_files(self, news: ReportReady) -> Operation[ReportReady]:
        files = []
        for proof in news.evidence:
            content = self._files.get(proof.sha256)
            if content is None:
                content = yield from self._fetched(proof.sha256)
            files.append(content)
        return attrs.evolve(news, files=tuple(files))

    def _fetched(self, sha256: str) -> Operation[bytes]:
        url = f"{self._settings.base_url}{self.company}/files/{sha256}"
        response = yield httpx.Request("GET", url, headers=self._headers())
        content = response.content
        if hashlib.sha256(content).hexdigest() != sha256:
            raise violation(field="evidence")
        self._files[sha256] = content
        while len(self._files) > _FILES_KEPT:
            self._files.popitem(last=False)
        return content
