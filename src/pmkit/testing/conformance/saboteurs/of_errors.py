"""
Bugs of what is claimed after a call went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from pmkit.core.payment import RefundState
from pmkit.core.plugin_errors import (
    AuthFailedError,
    OutcomeUnknownError,
    PaymentDeclinedError,
    PluginCallError,
    ProtocolViolationError,
    ProviderUnavailableError,
    RateLimitedError,
    RequestInvalidError,
)
from pmkit.core.ports import PaymentNews, PaymentObservation, RefundObservation
from pmkit.effects.statuses import expect
from pmkit.testing.conformance.faults import TRAP
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
    ReferenceAgency,
    ReferenceCard,
    ReferenceMessenger,
)
from pmkit.testing.conformance.saboteurs.planting import planted

if TYPE_CHECKING:
    from pmkit.core import ports
    from pmkit.core.ports import Notice
    from pmkit.effects.context import CallContext, Operation

_LOST = ("PLG-DEAD-002", "PLG-LEDG-001", "PLG-IDEM-002")


def _lost(error: PluginCallError) -> bool:
    """Tell whether there was no answer at all."""
    return isinstance(error, OutcomeUnknownError) and not error.provider_code


@planted(
    "not-sent-is-sent",
    MessengerHarness,
    "Where there is no connection a notice counts as sent.",
    must=("PLG-ERR-001",),
    may=("PLG-LEDG-001",),
)
class Offline(ReferenceMessenger):
    """Ignore that nothing was sent."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        try:
            yield from super().send(request, context)
        except ProviderUnavailableError:
            return


@planted(
    "lost-reply-is-declined",
    CardHarness,
    "After a lost reply the payment is reported as declined.",
    must=("PLG-ERR-002", "PLG-DEAD-002"),
    may=("PLG-IDEM-002", "PLG-IDEM-007", "PLG-LEDG-001", "PLG-LEDG-002"),
)
class LostIsDeclined(ReferenceCard):
    """Tell the payer that the bank said no."""

    def charge(
        self, request: ports.ChargeRequest, context: CallContext
    ) -> Operation[list[PaymentObservation]]:
        """Start the payment."""
        try:
            return (yield from super().charge(request, context))
        except OutcomeUnknownError as error:
            if not _lost(error):
                raise
            declined = PaymentObservation(
                id=f"{request.payment_id}-lost",
                order_id=request.order_id,
                payment_id=request.payment_id,
                news=PaymentNews.DECLINED,
                at=context.now,
                reason="The bank did not answer.",
            )
            return [declined]


@planted(
    "lost-reply-is-success",
    AgencyHarness,
    "After a lost reply a task counts as cancelled.",
    must=("PLG-ERR-002",),
    may=_LOST,
)
class LostIsDone(ReferenceAgency):
    """Hope that it was cancelled."""

    def cancel(
        self, request: ports.CancelRequest, context: CallContext
    ) -> Operation[None]:
        """Hear that the task is over."""
        try:
            yield from super().cancel(request, context)
        except OutcomeUnknownError as error:
            if not _lost(error):
                raise


@planted(
    "server-error-is-refusal",
    CardHarness,
    "After a 500 a refund is reported as failed.",
    must=("PLG-ERR-003",),
    may=("PLG-IDEM-004", "PLG-LEDG-001"),
)
class ErrorIsRefusal(ReferenceCard):
    """Tell that no money goes back."""

    def refund(
        self, request: ports.RefundOrder, context: CallContext
    ) -> Operation[list[RefundObservation]]:
        """Send money back."""
        try:
            return (yield from super().refund(request, context))
        except PluginCallError as error:
            if not error.provider_code.startswith("5"):
                raise
            failed = RefundObservation(
                id=f"{request.refund_id}-failed",
                order_id=request.order_id,
                refund_id=request.refund_id,
                state=RefundState.FAILED,
                at=context.now,
            )
            return [failed]


@planted(
    "conflict-is-success",
    AgencyHarness,
    "A 409 counts as moved: it must have been moved before.",
    must=("PLG-ERR-004",),
    may=("PLG-LEDG-001",),
)
class ConflictIsSuccess(ReferenceAgency):
    """Take 409 for a success."""

    def _post(self, path: str, body: object, context: CallContext) -> httpx.Request:
        request = super()._post(path, body, context)
        return expect(request, 409) if path.endswith("/moves") else request

    def move(self, request: ports.MoveRequest, context: CallContext) -> Operation[None]:
        """Hear that a visit is wanted at another time."""
        inner = super().move(request, context)
        response = yield next(inner)
        if response.status_code == httpx.codes.CONFLICT:
            return
        try:
            inner.send(response)
        except StopIteration:
            return


@planted(
    "busy-is-refusal",
    MessengerHarness,
    "After a 429 the notice is given up.",
    must=("PLG-ERR-005",),
    may=("PLG-LEDG-001", "PLG-IDEM-002"),
)
class BusyIsRefusal(ReferenceMessenger):
    """Give up where the far side asks to wait."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        try:
            yield from super().send(request, context)
        except RateLimitedError:
            msg = "Too many notices."
            raise RequestInvalidError(msg) from None


@planted(
    "refusal-is-success",
    AgencyHarness,
    "What the far side refuses to cancel counts as cancelled.",
    must=("PLG-ERR-006",),
)
class RefusalIsSuccess(ReferenceAgency):
    """Ignore that the far side refuses."""

    def cancel(
        self, request: ports.CancelRequest, context: CallContext
    ) -> Operation[None]:
        """Hear that the task is over."""
        try:
            yield from super().cancel(request, context)
        except RequestInvalidError:
            return


@planted(
    "credentials-are-declined",
    CardHarness,
    "Where our key is refused, the payer is told that the bank says no.",
    must=("PLG-ERR-007",),
)
class KeyIsDeclined(ReferenceCard):
    """Blame the payer for our key."""

    def charge(
        self, request: ports.ChargeRequest, context: CallContext
    ) -> Operation[list[PaymentObservation]]:
        """Start the payment."""
        try:
            return (yield from super().charge(request, context))
        except AuthFailedError:
            msg = "The bank says no."
            raise PaymentDeclinedError(msg) from None


@planted(
    "follows-redirects",
    MessengerHarness,
    "Where it is led away it goes there, with its key.",
    must=("PLG-ERR-008",),
)
class LedAway(ReferenceMessenger):
    """Go wherever the far side says."""

    def send(self, request: Notice, context: CallContext) -> Operation[None]:
        """Send a notice."""
        try:
            yield from super().send(request, context)
        except ProtocolViolationError as error:
            if not error.provider_code.startswith("3"):
                raise
            again: Any = self._message(request, context)
            again.url = again.url.copy_with(host=TRAP)
            yield again


@planted(
    "redirect-is-success",
    AgencyHarness,
    "A redirect counts as cancelled.",
    must=("PLG-ERR-008",),
)
class RedirectIsSuccess(ReferenceAgency):
    """Take a redirect for a success."""

    def cancel(
        self, request: ports.CancelRequest, context: CallContext
    ) -> Operation[None]:
        """Hear that the task is over."""
        try:
            yield from super().cancel(request, context)
        except ProtocolViolationError as error:
            if not error.provider_code.startswith("3"):
                raise
