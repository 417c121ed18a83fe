"""
Bugs of look-ups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.lookups import Absent, Found
from pmkit.core.plugin_errors import PluginCallError
from pmkit.core.ports import BookingReply
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    ReferenceAgency,
    ReferenceCard,
)
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    from pmkit.core.lookups import FindRequest
    from pmkit.effects.context import CallContext, Operation


@planted(
    "find-says-absent",
    CardHarness,
    "A look-up never finds anything.",
    must=("PLG-LOOK-001",),
    may=("PLG-LOOK-003",),
)
class FindsNothing(ReferenceCard):
    """Find nothing."""

    def find(self, request: FindRequest, context: CallContext) -> Operation[Any]:
        """Tell that it is absent."""
        yield from super().find(request, context)
        return Absent()


@planted(
    "find-says-found",
    AgencyHarness,
    "A look-up finds everything.",
    must=("PLG-LOOK-002", "PLG-LEDG-002"),
    may=("PLG-IDEM-002", "PLG-IDEM-004", "PLG-LEDG-001"),
)
class FindsAll(ReferenceAgency):
    """Find everything."""

    def find(self, request: FindRequest, context: CallContext) -> Operation[Any]:
        """Tell that it is there."""
        found = yield from super().find(request, context)
        if isinstance(found, Found):
            return found
        if request.kind.value == "book":
            return Found(news=(BookingReply(reference=request.subject),))
        return Found()


@planted(
    "find-finds-another",
    AgencyHarness,
    "A look-up answers with the newest task, whosever it is.",
    must=("PLG-LOOK-001",),
)
class FindsAnother(ReferenceAgency):
    """Answer with another number."""

    def find(self, request: FindRequest, context: CallContext) -> Operation[Any]:
        """Tell another number."""
        found = yield from super().find(request, context)
        if isinstance(found, Found) and found.news:
            return Found(news=(BookingReply(reference="T-9999"),))
        return found


@planted(
    "no-answer-is-absent",
    CardHarness,
    "A look-up that fails says that the call is absent.",
    must=("PLG-LOOK-003",),
    may=("PLG-BODY-001", "PLG-ERR-001", "PLG-ERR-006", "PLG-ERR-007", "PLG-ERR-008"),
)
class FailureIsAbsent(ReferenceCard):
    """Take errors for absence."""

    def find(self, request: FindRequest, context: CallContext) -> Operation[Any]:
        """Tell that it is absent where nobody knows."""
        try:
            return (yield from super().find(request, context))
        except PluginCallError:
            return Absent()


@planted(
    "find-does-it-again",
    AgencyHarness,
    "A look-up makes the call again, to be sure.",
    must=("PLG-LOOK-004",),
    may=(
        "PLG-LOOK-001",
        "PLG-LOOK-002",
        "PLG-LOOK-003",
        "PLG-LEDG-001",
        "PLG-IDEM-002",
        "PLG-IDEM-004",
        "PLG-MAP-001",
        "PLG-LEDG-002",
    ),
)
class FindsByDoing(ReferenceAgency):
    """Book in a look-up."""

    def find(self, request: FindRequest, context: CallContext) -> Operation[Any]:
        """Book it again."""
        if request.kind.value == "book":
            body = {
                "operation": request.operation_id,
                "order": request.order_id,
                "service": request.subject,
            }
            task = self._post("/tasks", body, context)
            task.headers["Idempotency-Key"] = f"{context.key}-find"
            yield task
        return (yield from super().find(request, context))
