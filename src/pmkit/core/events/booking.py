"""
What happens until a service is agreed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.events.base import Event, ServiceEvent
from pmkit.core.evolving import evolve
from pmkit.core.service import (
    ChangeRequest,
    Consent,
    Ended,
    EndKind,
    Price,
    Service,
)

if TYPE_CHECKING:
    from pmkit.core.order import Order


@attrs.frozen(kw_only=True)
class ServiceAdded(Event):
    """A service was added to the order."""

    service: Service

    def apply(self, order: Order) -> Order:
        """Put it at the end."""
        return order.with_service(self.service)


@attrs.frozen(kw_only=True)
class ServiceApproved(ServiceEvent):
    """The buyer agreed to pay for what the supplier proposed."""

    def change(self, service: Service) -> Service:
        """Note it."""
        return evolve(service, approved=True)


@attrs.frozen(kw_only=True)
class ConsentGiven(ServiceEvent):
    """The supplier agreed to a service added after the initial payment."""

    def change(self, service: Service) -> Service:
        """Note it."""
        return evolve(service, consent=Consent.GIVEN)


@attrs.frozen(kw_only=True)
class ServiceEdited(ServiceEvent):
    """
    An unpaid service was changed.

    Args:
        approved: Whether who pays still agrees to the price.

        consent: Whether the supplier still agrees to the visit.
    """

    kind: str
    provider: str
    requirements: str
    planned_visits: int
    price: Price
    approved: bool
    consent: Consent
    book_by: Deadline | None

    def change(self, service: Service) -> Service:
        """Put the new words in place of the old."""
        return evolve(
            service,
            kind=self.kind,
            provider=self.provider,
            requirements=self.requirements,
            planned_visits=self.planned_visits,
            price=self.price,
            approved=self.approved,
            consent=self.consent,
            book_by=self.book_by,
        )


@attrs.frozen(kw_only=True)
class ServiceRemoved(ServiceEvent):
    """An unpaid service was deselected, or the supplier did not agree to it."""

    cause: str

    def change(self, service: Service) -> Service:
        """Take it off the road."""
        ended = Ended(kind=EndKind.REMOVED, at=self.at, cause=self.cause)
        return evolve(service, ended=ended)


@attrs.frozen(kw_only=True)
class ChangeRequested(ServiceEvent):
    """The buyer asked for a change of a paid service."""

    request: ChangeRequest

    def change(self, service: Service) -> Service:
        """Note it."""
        return evolve(service, change_request=self.request)


@attrs.frozen(kw_only=True)
class ChangeAnswered(ServiceEvent):
    """
    The agency or the platform answered a wish for change.

    Args:
        requirements: The requirements from now on.
    """

    granted: bool
    answer: str
    requirements: str

    def change(self, service: Service) -> Service:
        """Note the answer."""
        request = service.change_request
        answered = request and evolve(request, granted=self.granted, answer=self.answer)
        return evolve(service, change_request=answered, requirements=self.requirements)
