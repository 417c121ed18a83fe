"""
A change of a paid service: a wish, and the answer of the agency or the platform.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.errors import OutOfOrderError
from pmkit.core.events import Outcome, happened
from pmkit.core.events.booking import ChangeAnswered, ChangeRequested
from pmkit.core.moments import to_utc
from pmkit.core.roles import Action, require_on_service
from pmkit.core.service import ChangeRequest

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.order import Order
    from pmkit.core.parties import Actor


def request_change(
    order: Order, *, service_id: str, actor: Actor, at: dt.datetime, wish: str
) -> Outcome:
    """
    Ask for a change of a service that is paid already.

    Args:
        order: The order.

        service_id: A paid service whose visits are not done.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

        wish: What should be different, for the agency.

    Raises:
        pmkit.OutOfOrderError: If an earlier wish was not answered yet.

        pmkit.RefusedError: If it is not paid, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.REQUEST_CHANGE)
    if service.change_request is not None and service.change_request.granted is None:
        msg = "An earlier wish for change has not been answered."
        raise OutOfOrderError(msg, allowed="Wait for the answer of the agency.")
    request = ChangeRequest(at=at, by=actor, wish=wish)
    return happened(
        order, ChangeRequested(at=at, by=actor, service_id=service_id, request=request)
    )


def answer_change(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    granted: bool,
    answer: str = "",
) -> Outcome:
    """
    Answer the buyer's wish; a granted one becomes a requirement.

    Args:
        order: The order.

        service_id: A service with an unanswered wish.

        actor: The agency or the operator.

        at: When, in any zone.

        granted: Whether it is done as wished.

        answer: Words for the buyer.

    Raises:
        pmkit.OutOfOrderError: If there is no unanswered wish.

        pmkit.RefusedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.ANSWER_CHANGE)
    request = service.change_request
    if request is None or request.granted is not None:
        msg = "There is no wish for change to answer."
        raise OutOfOrderError(msg, allowed="The buyer has to ask for one.")
    both = [part for part in (service.requirements, request.wish) if part]
    requirements = "\n".join(both) if granted else service.requirements
    return happened(
        order,
        ChangeAnswered(
            at=at,
            by=actor,
            service_id=service_id,
            granted=granted,
            answer=answer,
            requirements=requirements,
        ),
    )
