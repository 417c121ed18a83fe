"""
Step 5 of the road: the buyer's review, the agency's reply, the one revision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.clauses import revise_review_until
from pmkit.core.errors import NotYetError, OutOfOrderError, TooLateError
from pmkit.core.events import Outcome, happened
from pmkit.core.events.reviewing import ReviewReplied, ReviewRevised, ServiceReviewed
from pmkit.core.moments import to_utc
from pmkit.core.review import Opinion, Reply
from pmkit.core.roles import Action, require_on_service

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.deadlines import Deadline
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor


def review(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    rating: int,
    text: str,
) -> Outcome:
    """
    Leave feedback on a closed service, within REVIEW-1.

    https://www.alifaq.org/how-do-i-use-the-production-monitoring-service/

    Args:
        order: The order.

        service_id: A closed service.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

        rating: 1 (worst) to 5 (best).

        text: The buyer's words; may be empty.

    Raises:
        pmkit.TooLateError: If the window is over.

        pmkit.InputError: If the rating is none.

        pmkit.RefusedError: If the service is not closed or reviewed already, or
            the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.REVIEW)
    opinion = Opinion(rating=rating, text=text, at=at)
    _require_in_time(service.review_until, at)
    return happened(
        order, ServiceReviewed(at=at, by=actor, service_id=service_id, opinion=opinion)
    )


def reply_review(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    text: str,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Answer a review, once; from now on REVISE-1 runs.

    https://service.alibaba.com/helpcenter/47a9f417.html

    Args:
        order: The order.

        service_id: A reviewed service.

        actor: The agency.

        at: When, in any zone.

        text: The answer.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.OutOfOrderError: If there is no review, or it was answered.

        pmkit.InputError: If the answer is empty.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.REPLY_REVIEW)
    if service.review is not None and service.review.reply is not None:
        msg = "The review was answered already."
        raise OutOfOrderError(msg, allowed="There is one answer to a review.")
    until = revise_review_until(at, zone=calendar.zone, days=order.terms.revise_days)
    return happened(
        order,
        ReviewReplied(
            at=at,
            by=actor,
            service_id=service_id,
            reply=Reply(text=text, at=at),
            revise_until=until,
        ),
    )


def revise_review(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    rating: int,
    text: str,
) -> Outcome:
    """
    Revise a review that was answered: once, within REVISE-1.

    https://service.alibaba.com/helpcenter/47a9f417.html

    Args:
        order: The order.

        service_id: A reviewed service.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

        rating: 1 (worst) to 5 (best).

        text: The buyer's words; may be empty.

    Raises:
        pmkit.NotYetError: If the agency has not answered.

        pmkit.OutOfOrderError: If there is no review, or it was revised already.

        pmkit.TooLateError: If the window is over.

        pmkit.InputError: If the rating is none.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.REVISE_REVIEW)
    opinion = Opinion(rating=rating, text=text, at=at)
    given = service.review
    if given is None or given.reply is None:
        msg = "The review was not answered yet."
        raise NotYetError(msg, allowed="Possible after the agency's answer.")
    if given.revised is not None:
        msg = "The review was revised already."
        raise OutOfOrderError(msg, allowed="A review can be revised once.")
    _require_in_time(given.revise_until, at)
    return happened(
        order, ReviewRevised(at=at, by=actor, service_id=service_id, opinion=opinion)
    )


def _require_in_time(until: Deadline | None, at: dt.datetime) -> None:
    if until is not None and not until.allows(at):
        msg = "The time to say so is over."
        raise TooLateError(msg, allowed=f"It was possible until {until.last_day}.")
