"""
What happens to the order itself.
"""

from __future__ import annotations

import datetime as dt

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.events.base import Event
from pmkit.core.evolving import evolve
from pmkit.core.order import DaysAfterPayment, FixedShipDate, Order


@attrs.frozen(kw_only=True)
class OrderPlaced(Event):
    """The draft was agreed; the initial payment is due."""

    def apply(self, order: Order) -> Order:
        """Note when."""
        return evolve(order, placed_at=self.at)


def _rebook(order: Order, book_by: tuple[tuple[str, Deadline | None], ...]) -> Order:
    """Give services their new booking deadline."""
    for service_id, deadline in book_by:
        service = order.service(service_id)
        order = order.with_service(evolve(service, book_by=deadline))
    return order


@attrs.frozen(kw_only=True)
class ShipDateMoved(Event):
    """
    The ship date was agreed anew.

    Args:
        ship: The new ship date.

        day: The day it means, if that is known already.

        book_by: The new BOOK-1 of each service that is not paid yet, `None` while
            the day is open; a paid service that met the old one keeps it.
    """

    ship: FixedShipDate | DaysAfterPayment
    day: dt.date | None
    book_by: tuple[tuple[str, Deadline | None], ...] = ()

    def apply(self, order: Order) -> Order:
        """Move it, and the deadlines that hang on it."""
        moved = evolve(
            order,
            ship=self.ship,
            ship_day=self.day,
            first_ship_day=order.first_ship_day or self.day,
        )
        return _rebook(moved, self.book_by)


@attrs.frozen(kw_only=True)
class ShipDateFixed(Event):
    """
    The payment that the ship date counts from was received.

    Args:
        day: The day on which the goods ship.

        book_by: BOOK-1 of each service, which was pending until now.
    """

    day: dt.date
    book_by: tuple[tuple[str, Deadline], ...] = ()

    def apply(self, order: Order) -> Order:
        """Note the day, and the deadlines that hang on it."""
        fixed = evolve(
            order, ship_day=self.day, first_ship_day=order.first_ship_day or self.day
        )
        return _rebook(fixed, self.book_by)


@attrs.frozen(kw_only=True)
class GoodsShipped(Event):
    """The supplier shipped the goods."""

    def apply(self, order: Order) -> Order:
        """Note when."""
        return evolve(order, shipped_at=self.at)
