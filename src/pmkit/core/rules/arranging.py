"""
What an appointment has to be, and until when each side may change its mind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.errors import InputError, OutOfOrderError, TooLateError
from pmkit.core.moments import to_utc
from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    import datetime as dt
    import zoneinfo

    from pmkit.core.order import Order
    from pmkit.core.visit import Appointment, Visit


def _after_shipping(order: Order, day: dt.date) -> bool:
    return order.ship_day is not None and day > order.ship_day


def check_time(
    order: Order, appointment: Appointment, at: dt.datetime, zone: zoneinfo.ZoneInfo
) -> None:
    """
    Refuse a new time that has begun or comes after the goods have gone.

    Args:
        order: The order.

        appointment: The new time.

        at: When it is proposed, UTC.

        zone: The zone of the place.

    Raises:
        pmkit.InputError: If it can not be.
    """
    if appointment.starts_at <= at:
        msg = f"{appointment.starts_at.isoformat()} is not in the future."
        raise InputError(msg, field="appointment", remedy="Give a later time.")
    day = appointment.local_day(zone)
    if _after_shipping(order, day):
        msg = f"{day} is after the ship date {order.ship_day}."
        raise InputError(msg, field="appointment", remedy="Give an earlier day.")


def check_still_possible(
    order: Order, appointment: Appointment, at: dt.datetime, zone: zoneinfo.ZoneInfo
) -> None:
    """
    Refuse to confirm what was possible once, when it was proposed.

    Args:
        order: The order.

        appointment: The proposed time.

        at: When it is to be confirmed, UTC.

        zone: The zone of the place.

    Raises:
        pmkit.TooLateError: If the time has begun.

        pmkit.OutOfOrderError: If the ship date has moved to before it.
    """
    if appointment.starts_at <= at:
        msg = f"The proposed time, {appointment.starts_at.isoformat()}, has begun."
        raise TooLateError(msg, allowed="Propose a later time.")
    day = appointment.local_day(zone)
    if _after_shipping(order, day):
        msg = f"The proposed day, {day}, is after the ship date {order.ship_day}."
        raise OutOfOrderError(msg, allowed="Propose an earlier day.")


def when_accepted(
    said: dt.datetime | None, since: dt.datetime | None, at: dt.datetime
) -> dt.datetime | None:
    """
    Tell when an agency agreed to a proposal, as far as it is believed.

    Args:
        said: What the agency says, in any zone.

        since: Since when the proposal stands, in any zone.

        at: When this is heard, UTC.

    Returns:
        An instant before *at* at which the proposal stood, UTC; `None` if only *at*
        is believed.

    Raises:
        pmkit.NaiveTimeError: If one of them has no zone.
    """
    if said is None or since is None:
        return None
    said = to_utc(said, field="accepted_at")
    return said if to_utc(since, field="proposed_at") <= said < at else None


def check_move(visit: Visit, appointment: Appointment, reason: str) -> None:
    """
    Refuse a move that says nothing.

    Args:
        visit: The visit.

        appointment: Where it is to be moved.

        reason: Why.

    Raises:
        pmkit.InputError: If there is no reason, or nothing moves.
    """
    if not reason.strip():
        msg = "The move has no reason."
        raise InputError(msg, field="reason", remedy="Say why.")
    if appointment == visit.appointment:
        msg = "The visit is at that time and place already."
        raise InputError(msg, field="appointment", remedy="Give another time.")


def check_still_movable(visit: Visit, actor: Actor, at: dt.datetime) -> None:
    """
    Hold the two sides of the trade to a visit whose time has come.

    Args:
        visit: A confirmed visit.

        actor: Who wants to move it.

        at: When, UTC.

    Raises:
        pmkit.OutOfOrderError: If the supplier asks on the day of the visit, or
            the buyer after its time.
    """
    day_begins = visit.day_begins
    on_its_day = day_begins is not None and day_begins <= at
    if actor.role is Role.SUPPLIER and on_its_day:
        msg = "It is the day of the visit: called off now, it counts as missed."
        allowed = "Receive the inspector, or refuse the visit at your cost."
        raise OutOfOrderError(msg, allowed=allowed)
    if actor.role in (Role.BUYER, Role.APPROVER) and visit.agreed.ends_at <= at:
        msg = "The time of the visit is over: it took place or was missed."
        allowed = "The agency says which, or the platform moves the visit."
        raise OutOfOrderError(msg, allowed=allowed)
