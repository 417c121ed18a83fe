"""
Configured plugins by their kind, as the desk calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.lookups import ObservationsRequest
from pmkit.effects.instance import Attached
from pmkit.hooks.manifest import PluginKind, PluginManifest

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.lookups import Absent, FindRequest, Found, Pending, VisitDaysRequest
    from pmkit.core.payment import Beneficiary
    from pmkit.core.ports import (
        AgencyObservation,
        Availability,
        BookingReply,
        BookingRequest,
        CancelRequest,
        ChargeRequest,
        MoveRequest,
        Notice,
        PaymentObservation,
        PaymentQuery,
        QuoteRequest,
        RefundObservation,
        RefundOrder,
    )
    from pmkit.core.service import Price

__all__ = [
    "Attached",
    "AttachedAgency",
    "AttachedMethod",
    "AttachedNotifier",
    "attached",
]


class AttachedAgency(Attached):
    """A configured plugin of an agency; fits `pmkit.core.ports.Agency`."""

    def quote(self, request: QuoteRequest) -> Price:
        """Name a price; reads only."""
        answer: Price = self.call("quote", request)
        return answer

    def visit_days(self, request: VisitDaysRequest) -> tuple[dt.date, ...]:
        """Say on which days an inspector could come; reads only."""
        answer: tuple[dt.date, ...] = self.call("visit_days", request)
        return answer

    def book(self, request: BookingRequest) -> BookingReply | Pending:
        """Take the task; asked twice with one operation id, take it once."""
        answer: BookingReply | Pending = self.call("book", request)
        return answer

    def move(self, request: MoveRequest) -> Pending | None:
        """Hear that a visit is wanted at another time."""
        answer: Pending | None = self.call("move", request)
        return answer

    def cancel(self, request: CancelRequest) -> Pending | None:
        """Hear that the task is over."""
        answer: Pending | None = self.call("cancel", request)
        return answer

    def observations(
        self, service_id: str, reference: str = ""
    ) -> tuple[AgencyObservation, ...]:
        """Report what happened on a service, oldest first."""
        request = ObservationsRequest(subject=service_id, reference=reference)
        answer: tuple[AgencyObservation, ...] = self.call("observations", request)
        return answer

    def find(self, request: FindRequest) -> Found | Absent | Pending:
        """Say what became of a call whose answer was lost; reads only."""
        answer: Found | Absent | Pending = self.call("find", request)
        return answer


class AttachedMethod(Attached):
    """A configured plugin of a way to pay; fits `pmkit.core.ports.PaymentMethod`."""

    def availability(self, query: PaymentQuery) -> Availability:
        """Say whether it can be used here, and why not; reads only."""
        answer: Availability = self.call("availability", query)
        return answer

    def beneficiary(self, request: ChargeRequest) -> Beneficiary | None:
        """Name the account that the payer has to send money to, if there is one."""
        if not self.capabilities["beneficiary"].support.usable:
            return None
        answer: Beneficiary | None = self.call("beneficiary", request)
        return answer

    def charge(self, request: ChargeRequest) -> tuple[PaymentObservation, ...]:
        """Start the payment; asked twice with one operation id, start it once."""
        answer: tuple[PaymentObservation, ...] = self.call("charge", request)
        return answer

    def refund(self, order: RefundOrder) -> tuple[RefundObservation, ...]:
        """Send money back; asked twice with one operation id, send it once."""
        answer: tuple[RefundObservation, ...] = self.call("refund", order)
        return answer

    def observations(
        self, payment_id: str, reference: str = ""
    ) -> tuple[PaymentObservation | RefundObservation, ...]:
        """Report what happened to a payment, oldest first."""
        request = ObservationsRequest(subject=payment_id, reference=reference)
        answer: tuple[PaymentObservation | RefundObservation, ...] = self.call(
            "observations", request
        )
        return answer

    def find(self, request: FindRequest) -> Found | Absent | Pending:
        """Say what became of a call whose answer was lost; reads only."""
        answer: Found | Absent | Pending = self.call("find", request)
        return answer


class AttachedNotifier(Attached):
    """A configured plugin that tells people; fits `pmkit.core.ports.Notifier`."""

    def send(self, notice: Notice) -> None:
        """Send it, or raise."""
        self.call("send", notice, operation_id=notice.id)


_KINDS = {
    PluginKind.AGENCY: AttachedAgency,
    PluginKind.PAYMENT: AttachedMethod,
    PluginKind.NOTIFIER: AttachedNotifier,
}


def attached(implementation: Any, manifest: PluginManifest, **how: Any) -> Attached:
    """
    Attach an implementation as what its manifest says it is.

    Args:
        implementation: The object with a method for each operation.

        manifest: What the plugin says of itself.

        how: The other arguments of `Attached`, such as its name and environment.

    Returns:
        An `AttachedAgency`, `AttachedMethod` or `AttachedNotifier`.

    Raises:
        pmkit.SettingsError: If a live instance names exceptions, or one is not exact.

    Examples:
        >>> from pmkit.hooks.capabilities import FULL, Capabilities
        >>> manifest = PluginManifest(
        ...     id="acme-mail",
        ...     kind=PluginKind.NOTIFIER,
        ...     title="Acme Mail",
        ...     factory="acme_pmkit.mail:AcmeMail",
        ...     capabilities=Capabilities(operations={"send": FULL}),
        ... )
        >>> class AcmeMail:
        ...     def send(self, notice, context):
        ...         print("To", notice)
        >>> attached(AcmeMail(), manifest).call("send", "Ms Zhang")
        To Ms Zhang
    """
    return _KINDS[manifest.kind](implementation, manifest, **how)
