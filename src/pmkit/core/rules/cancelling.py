"""
What it costs to cancel a paid service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.money import Money
from pmkit.core.service import Service, visit_price
from pmkit.core.visit import PAYING, Fee, Liable, VisitState

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.order import Order


@attrs.frozen(kw_only=True)
class CancellationTerms:
    """
    What it costs to cancel a service at one moment.

    Args:
        in_time: Whether it is free of charge.

        fee: What is owed for visits that can not be called off any more.

        completed: The price of the visits that took place.

        refundable: What goes back: the price less both.
    """

    in_time: bool
    fee: Fee
    completed: Money
    refundable: Money


def cancellation_terms(
    order: Order,
    service: Service,
    at: dt.datetime,
    at_fault: Liable = Liable.BUYER,
) -> CancellationTerms:
    """
    Tell what it costs to cancel a service at one moment.

    It is free before a visit is confirmed and until CHANGE-1 of each confirmed
    one.  A confirmed visit whose CHANGE-1 has passed costs the terms'
    percentage of its price, and whoever made the cancellation necessary bears
    it: the supplier owes what it caused, and for the agency's or the platform's
    fault nobody pays.  A visit that took place is not refunded.

    Args:
        order: The order, whose terms hold.

        service: A service of it.

        at: When, in any zone.

        at_fault: Whose doing it is.

    Returns:
        The cost; fee and completed visits are never more than the price.

    Source: https://www.qima.ae/inspection-cancellation-policy for the cut-off;
    https://beeinspection.com/pages/Refund-Policy for what the supplier causes.
    """
    price = service.price.total
    each = visit_price(service)
    done = sum(visit.state is VisitState.COMPLETED for visit in service.visits)
    late = [
        visit.number
        for visit in service.visits
        if visit.state in _CONFIRMED
        and visit.change_by is not None
        and not visit.change_by.allows(at)
    ]
    completed = min(each * done, price)
    owed = (each * len(late)).percent(order.terms.late_change_percent)
    owed = min(owed, price - completed)
    if at_fault not in PAYING:
        owed = Money.zero(price.currency)
    buyers = owed if at_fault is Liable.BUYER else Money.zero(price.currency)
    cause = "No visit had passed its last time for a free change."
    if late:
        visits = ", ".join(str(number) for number in late)
        cause = f"The time to change was over for visit {visits}."
    return CancellationTerms(
        in_time=not late,
        fee=Fee(owed_by=at_fault, amount=owed, cause=cause),
        completed=completed,
        refundable=price - completed - buyers,
    )


_CONFIRMED = frozenset({VisitState.CONFIRMED, VisitState.ASSIGNED, VisitState.ON_SITE})
