"""
What happens when a service leaves the road.
"""

from __future__ import annotations

import attrs

from pmkit.core.events.base import ServiceEvent
from pmkit.core.evolving import evolve
from pmkit.core.service import Cancellation, Ended, EndKind, Service
from pmkit.core.visit import VISIT_OVER, VisitState


@attrs.frozen(kw_only=True)
class CancellationRequested(ServiceEvent):
    """Somebody asked to cancel a paid service."""

    cancellation: Cancellation

    def change(self, service: Service) -> Service:
        """Note it; the service stands still until it is answered."""
        return evolve(service, cancellation=self.cancellation)


@attrs.frozen(kw_only=True)
class CancellationRefused(ServiceEvent):
    """The platform refused; the service goes on."""

    answer: str

    def change(self, service: Service) -> Service:
        """Note the answer."""
        cancellation = service.cancellation and evolve(
            service.cancellation, granted=False, answer=self.answer
        )
        return evolve(service, cancellation=cancellation)


def _stand_down(service: Service) -> Service:
    """Cancel the visits that are not over."""
    for visit in service.visits:
        if visit.state not in VISIT_OVER:
            service = service.with_visit(evolve(visit, state=VisitState.CANCELLED))
    return service


@attrs.frozen(kw_only=True)
class ServiceCancelled(ServiceEvent):
    """
    The service was cancelled.

    Args:
        answer: The platform's words.
    """

    answer: str

    def change(self, service: Service) -> Service:
        """Take it off the road with its visits, and keep its fee."""
        cancellation = service.cancellation
        fees = service.fees
        if cancellation is not None:
            cancellation = evolve(cancellation, granted=True, answer=self.answer)
            fees = (*fees, cancellation.fee)
        ended = Ended(kind=EndKind.CANCELLED, at=self.at, cause=self.answer)
        stood_down = _stand_down(service)
        return evolve(stood_down, cancellation=cancellation, fees=fees, ended=ended)


@attrs.frozen(kw_only=True)
class ServiceExpired(ServiceEvent):
    """
    The service can not take place any more.

    Args:
        cause: The money came too late, or the goods shipped first.
    """

    cause: str

    def change(self, service: Service) -> Service:
        """Take it off the road with its visits."""
        ended = Ended(kind=EndKind.EXPIRED, at=self.at, cause=self.cause)
        return evolve(_stand_down(service), ended=ended)
