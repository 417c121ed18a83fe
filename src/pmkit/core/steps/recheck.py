"""
Beside the road: hold the open deadlines of an order against a new calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.events import Outcome, happened
from pmkit.core.events.rechecking import DeadlineRechecked
from pmkit.core.moments import to_utc
from pmkit.core.recheck import Advice
from pmkit.core.roles import Action, require_on_order
from pmkit.core.rules.open_deadlines import recheck_order

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.rules.open_deadlines import Finding


def recheck_deadlines(
    order: Order,
    *,
    actor: Actor,
    at: dt.datetime,
    calendars: Mapping[str, WorkingCalendar],
    known: Collection[Finding] = (),
) -> Outcome:
    """
    Do with the open deadlines of an order what its terms say.

    Args:
        order: The order.

        actor: The platform, or the desk itself.

        at: When, in any zone.

        calendars: For the name of a calendar, the one that replaces it.

        known: What was recorded before; it is not recorded again.

    Returns:
        The order after it, with one event; without one if nothing is new.

    Raises:
        pmkit.RefusedError: If the role may not.
    """
    at = to_utc(at)
    require_on_order(order, actor, Action.RECHECK_DEADLINES)
    findings = tuple(
        found
        for found in recheck_order(order, calendars, at=at)
        if found.recheck.advice is not Advice.WAIT and found not in known
    )
    if not findings:
        return Outcome(order=order)
    return happened(order, DeadlineRechecked(at=at, by=actor, findings=findings))
