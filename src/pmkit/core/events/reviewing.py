"""
What happens when a service is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.events.base import ServiceEvent
from pmkit.core.evolving import evolve
from pmkit.core.review import Opinion, Reply, Review

if TYPE_CHECKING:
    from pmkit.core.service import Service


@attrs.frozen(kw_only=True)
class ServiceClosed(ServiceEvent):
    """
    Every visit is done and decided on; the review is open.

    Args:
        review_until: REVIEW-1, until when the buyer may review.
    """

    review_until: Deadline

    def change(self, service: Service) -> Service:
        """Note when."""
        return evolve(service, closed_at=self.at, review_until=self.review_until)


@attrs.frozen(kw_only=True)
class ServiceReviewed(ServiceEvent):
    """The buyer reviewed the service."""

    opinion: Opinion

    def change(self, service: Service) -> Service:
        """Keep the opinion."""
        return evolve(service, review=Review(first=self.opinion))


@attrs.frozen(kw_only=True)
class ReviewReplied(ServiceEvent):
    """
    The agency answered the review.

    Args:
        revise_until: REVISE-1, until when the buyer may revise it once.
    """

    reply: Reply
    revise_until: Deadline

    def change(self, service: Service) -> Service:
        """Keep the answer."""
        review = service.review and evolve(
            service.review, reply=self.reply, revise_until=self.revise_until
        )
        return evolve(service, review=review)


@attrs.frozen(kw_only=True)
class ReviewRevised(ServiceEvent):
    """The buyer revised the review, which can be done once."""

    opinion: Opinion

    def change(self, service: Service) -> Service:
        """Put the new opinion beside the first."""
        review = service.review and evolve(service.review, revised=self.opinion)
        return evolve(service, review=review)
