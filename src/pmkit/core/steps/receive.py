"""
Money on its way: fold what a processor or bank observed of a payment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.events import Outcome, happened
from pmkit.core.moments import to_utc
from pmkit.core.parties import SYSTEM
from pmkit.core.ports import PaymentNews, PaymentObservation
from pmkit.core.roles import Action, require_on_order
from pmkit.core.rules.incoming import received, turned
from pmkit.core.rules.refunds import refund_names

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order


def observe_payment(
    order: Order,
    *,
    observation: PaymentObservation,
    at: dt.datetime,
    calendar: WorkingCalendar,
    refund_id: str,
) -> Outcome:
    """
    Decide what news of a payment means.

    Money is never lost: what does not pay what is due goes back, with its
    reason.  Old news, and news that was heard before, changes nothing.

    Args:
        order: The order.

        observation: What the processor or bank says.

        at: When pmkit heard of it, in any zone.

        calendar: The working days and the zone of the place.

        refund_id: The name of a refund, should one be needed; further ones get
            ``-2``, ``-3`` and so on behind it.

    Returns:
        The order after it, with everything that the money does to services.

    Raises:
        pmkit.InputError: If money arrived and its amount is missing or not
            above zero.

        pmkit.NotFoundError: If the order has no such payment.
    """
    at = to_utc(at)
    require_on_order(order, SYSTEM, Action.OBSERVE_PAYMENT)
    payment = order.payment(observation.payment_id)
    if observation.news is PaymentNews.RECEIVED:
        names = refund_names(order, refund_id)
        return received(
            order, payment, observation, at=at, calendar=calendar, names=names
        )
    return happened(order, *turned(order, payment, observation, at))
