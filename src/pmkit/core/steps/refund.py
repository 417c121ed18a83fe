"""
Money on its way back: fold what a processor observed of a refund.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.clauses import refund_expected_by
from pmkit.core.events import Outcome, happened
from pmkit.core.events.paying import RefundMoved
from pmkit.core.moments import to_utc
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import RefundState
from pmkit.core.roles import Action, require_on_order
from pmkit.core.rules.refunds import REFUND_AFTER

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.ports import RefundObservation


def observe_refund(
    order: Order,
    *,
    observation: RefundObservation,
    at: dt.datetime,
    bank_calendar: WorkingCalendar,
) -> Outcome:
    """
    Note how far a refund has come.

    Args:
        order: The order.

        observation: What the processor says.

        at: When pmkit heard of it, in any zone.

        bank_calendar: The days on which banks work: REFUND-1 counts those.

    Returns:
        The order after it; unchanged by old news and by news of another order.

    Raises:
        pmkit.NotFoundError: If the order has no such refund.
    """
    at = to_utc(at)
    require_on_order(order, SYSTEM, Action.OBSERVE_REFUND)
    refund = order.refund(observation.refund_id)
    if (
        observation.order_id != order.id
        or observation.state not in REFUND_AFTER[refund.state]
    ):
        return Outcome(order=order)
    expected_by = None
    if observation.state is RefundState.INITIATED:
        believed = refund.requested_at <= observation.at <= at
        expected_by = refund_expected_by(
            observation.at if believed else at,
            calendar=bank_calendar,
            working_days=order.terms.refund_working_days,
        )
    return happened(
        order,
        RefundMoved(
            at=at,
            by=SYSTEM,
            refund_id=refund.id,
            state=observation.state,
            expected_by=expected_by,
            reason=observation.reason,
        ),
    )
