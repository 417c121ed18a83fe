"""
Leaving the road: cancel a paid service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.errors import InputError
from pmkit.core.events import Event, Outcome, happened
from pmkit.core.events.leaving import (
    CancellationRefused,
    CancellationRequested,
    ServiceCancelled,
)
from pmkit.core.events.paying import RefundRequested
from pmkit.core.moments import to_utc
from pmkit.core.roles import Action, require_on_service
from pmkit.core.rules.cancelling import cancellation_terms
from pmkit.core.rules.refunds import refund_names, refund_of_service
from pmkit.core.service import Cancellation
from pmkit.core.visit import Liable

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.order import Order
    from pmkit.core.parties import Actor


def request_cancellation(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    cause: str,
    at_fault: Liable = Liable.BUYER,
) -> Outcome:
    """
    Ask to cancel a paid service; it stands still until that is answered.

    Args:
        order: The order.

        service_id: A booked service.

        actor: The buyer, an approver, or the operator for them.

        at: When, in any zone; what it costs is decided by this moment.

        cause: Why, in words.

        at_fault: Whose doing it is, which decides who bears the cost; the
            operator sees it before answering.

    Raises:
        pmkit.InputError: If *cause* is empty.

        pmkit.RefusedError: If the role may not, or it is not booked.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.REQUEST_CANCELLATION)
    terms = cancellation_terms(order, service, at, at_fault)
    cancellation = Cancellation(
        at=at, by=actor, cause=cause, in_time=terms.in_time, fee=terms.fee
    )
    return happened(
        order,
        CancellationRequested(
            at=at, by=actor, service_id=service_id, cancellation=cancellation
        ),
    )


def answer_cancellation(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    granted: bool,
    answer: str,
    refund_id: str,
) -> Outcome:
    """
    Answer a wish to cancel.

    Granted, the price goes back by its route, less the fee as it was when the
    cancellation was asked for, and less the visits that took place.

    Args:
        order: The order.

        service_id: A service that waits for the answer.

        actor: The operator.

        at: When, in any zone.

        granted: Whether the service ends.

        answer: The platform's words.

        refund_id: The name of the refund, should one be needed.

    Raises:
        pmkit.InputError: If it is refused without a word.

        pmkit.RefusedError: If the role may not, or nobody asked.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.ANSWER_CANCELLATION)
    if not granted:
        if not answer.strip():
            msg = "A refusal needs its reason."
            raise InputError(msg, field="answer", remedy="Say why it is refused.")
        return happened(
            order,
            CancellationRefused(at=at, by=actor, service_id=service_id, answer=answer),
        )
    words = answer.strip() or "The service was cancelled."
    events: list[Event] = [
        ServiceCancelled(at=at, by=actor, service_id=service_id, answer=words)
    ]
    # The service stands still while it waits, so the terms of the request hold.
    asked = service.cancellation
    terms = (
        cancellation_terms(order, service, asked.at, asked.fee.owed_by)
        if asked
        else cancellation_terms(order, service, at)
    )
    refund = refund_of_service(
        order,
        service,
        refund_id=next(refund_names(order, refund_id)),
        at=at,
        cause=words,
        amount=terms.refundable,
    )
    if refund is not None:
        events.append(RefundRequested(at=at, by=actor, refund=refund))
    return happened(order, *events)
