"""
Who pays for a visit that failed or was moved late, and what makes up for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.core.events import Outcome, happened
from pmkit.core.events.visiting import VisitAborted, VisitMissed, VisitRequested
from pmkit.core.money import Money
from pmkit.core.parties import Actor, Role
from pmkit.core.service import Service, visit_price
from pmkit.core.visit import (
    PAYING,
    WHO_PAYS,
    Failure,
    Fee,
    Liable,
    MissedCause,
    Visit,
    VisitState,
)

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.order import Order
    from pmkit.core.terms import Terms

_SIDE = {
    Role.BUYER: Liable.BUYER,
    Role.APPROVER: Liable.BUYER,
    Role.SUPPLIER: Liable.SUPPLIER,
    Role.AGENCY: Liable.AGENCY,
}

#: The states of a visit that somebody has agreed to travel for.
_AGREED = frozenset({VisitState.CONFIRMED, VisitState.ASSIGNED, VisitState.ON_SITE})


def fee_for(service: Service, liable: Liable, percent: int, cause: str) -> Fee:
    """
    Tell what one side owes for one visit of a service.

    Args:
        service: The service.

        liable: Who caused it.

        percent: How much of the price of one visit.

        cause: Why, in words for who pays.

    Returns:
        The fee; zero where the agency or the platform bears it.
    """
    price = visit_price(service)
    amount = price.percent(percent) if liable in PAYING else Money.zero(price.currency)
    return Fee(owed_by=liable, amount=amount, cause=cause)


def late_move_fee(service: Service, terms: Terms, actor: Actor) -> Fee:
    """
    Tell what moving a visit after CHANGE-1 costs, and whom.

    Args:
        service: The service.

        terms: The terms of its order.

        actor: Who moves it; that side pays.

    Returns:
        The fee.
    """
    liable = _SIDE.get(actor.role, Liable.PLATFORM)
    cause = f"{actor.role.value} moved the visit after the cut-off"
    return fee_for(service, liable, terms.late_change_percent, cause)


def failed(
    order: Order,
    service: Service,
    visit: Visit,
    *,
    actor: Actor,
    at: dt.datetime,
    cause: MissedCause,
    note: str,
) -> Outcome:
    """
    Let a visit fail for a cause, and ask for one that makes up for it.

    The cause decides who pays, once a visit was confirmed; before that nobody
    travels and nobody owes anything.
    https://beeinspection.com/pages/Refund-Policy

    Args:
        order: The order.

        service: The service.

        visit: A visit that is not over.

        actor: Who says so.

        at: When, UTC.

        cause: What happened.

        note: In words.

    Returns:
        The order with the failed visit, its fee, and one more requested visit.
    """
    percent = order.terms.missed_percent if visit.state in _AGREED else 0
    fee = fee_for(service, WHO_PAYS[cause], percent, cause.value)
    failure = Failure(cause=cause, note=note, fee=fee)
    event = VisitAborted if visit.state is VisitState.ON_SITE else VisitMissed
    over = event(
        at=at, by=actor, service_id=service.id, visit=visit.number, failure=failure
    )
    again = VisitRequested(
        at=at,
        by=actor,
        service_id=service.id,
        number=max(v.number for v in service.visits) + 1,
        replaces=visit.number,
    )
    return happened(order, over, again)
