"""
Bugs of instants.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from pmkit.core.plugin_errors import ProtocolViolationError
from pmkit.testing.conformance.reference import AgencyHarness, ReferenceAgency
from pmkit.testing.conformance.reference.reading import text
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    import httpx

    from pmkit.core.ports import AgencyObservation
    from pmkit.effects.context import CallContext

_LOCAL = dt.timezone(dt.timedelta(hours=8))


def _parsed(event: dict[str, Any]) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text(event, "at"))
    except ValueError:
        msg = "No instant."
        raise ProtocolViolationError(msg, field="at") from None


@planted(
    "no-zone-is-local",
    AgencyHarness,
    "An instant without a zone is taken for one in Shanghai.",
    must=("PLG-TIME-001",),
)
class LocalTime(ReferenceAgency):
    """Take naive instants for local ones."""

    def _observation(self, event: dict[str, Any]) -> AgencyObservation:
        at = _parsed(event)
        if at.tzinfo is None:
            event = {**event, "at": at.replace(tzinfo=_LOCAL).isoformat()}
        return super()._observation(event)


@planted(
    "offset-dropped",
    AgencyHarness,
    "The offset of an instant is not read.",
    must=("PLG-TIME-002",),
    may=("PLG-TIME-001",),
)
class OffsetDropped(ReferenceAgency):
    """Take every wall time for one in UTC."""

    def _observation(self, event: dict[str, Any]) -> AgencyObservation:
        at = _parsed(event).replace(tzinfo=dt.UTC)
        return super()._observation({**event, "at": at.isoformat()})


@planted(
    "six-digits-only",
    AgencyHarness,
    "An instant with seven digits of a second is refused.",
    must=("PLG-TIME-003",),
)
class SixDigits(ReferenceAgency):
    """Read instants by a fixed form."""

    def _observation(self, event: dict[str, Any]) -> AgencyObservation:
        given = text(event, "at")
        form = "%Y-%m-%dT%H:%M:%S.%f%z" if "." in given else "%Y-%m-%dT%H:%M:%S%z"
        try:
            dt.datetime.strptime(given, form)  # noqa: DTZ007 - %z is in both
        except ValueError:
            msg = "No instant."
            raise ProtocolViolationError(msg, field="at") from None
        return super()._observation(event)


@planted(
    "reads-the-clock",
    AgencyHarness,
    "It asks for days from the day of this machine on.",
    must=("PLG-TIME-004",),
    may=("PLG-PAR-001",),
)
class OwnClock(ReferenceAgency):
    """Send the time of this machine."""

    def _get(self, path: str, context: CallContext) -> httpx.Request:
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        request = super()._get(path, context)
        if path.startswith("/days"):
            request.url = request.url.copy_add_param("asked", now)
        return request
