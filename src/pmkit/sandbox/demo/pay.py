"""
Pay: one method is not available, one card is declined, another one pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.sandbox.card import CAPTURES
from pmkit.sandbox.demo.cast import AGENCY, BUYER, ORDER

if TYPE_CHECKING:
    from pmkit.sandbox.demo.journey import Journey
    from pmkit.shell.desk.paying import PaymentOption


def pay(journey: Journey) -> None:
    """Pay the initial payment, with the price of the service inside."""
    journey.at("01-21 10:00")
    options = journey.desk.payment_options(ORDER, actor=BUYER)
    journey.tell(
        BUYER,
        "looks at the ways to pay, goods and service together.",
        *(_offered(journey, option) for option in options),
        clauses=["BOOK-1"],
    )
    journey.refused(
        BUYER,
        "tries Pay Later all the same.",
        step="pay",
        call=lambda: journey.desk.pay(ORDER, actor=BUYER, method="sandbox-pay-later"),
    )
    _decline(journey)
    _capture(journey)


def _decline(journey: Journey) -> None:
    journey.at("01-21 10:10")
    order = journey.desk.pay(
        ORDER, actor=BUYER, method="sandbox-card", instrument="tok-declines"
    )
    started = order.payments[-1]
    journey.work()
    declined = journey.order.payment(started.id)
    journey.tell(
        BUYER,
        f"pays {started.amount} with a card, and it is declined.",
        declined.reason,
        due=[journey.link(started.link_until)],
    )


def _capture(journey: Journey) -> None:
    journey.at("01-21 10:20")
    order = journey.desk.pay(
        ORDER, actor=BUYER, method="sandbox-card", instrument=CAPTURES
    )
    started = order.payments[-1]
    journey.work()
    paid = journey.order.payment(started.id)
    booking = journey.service.booking
    journey.tell(
        BUYER,
        f"pays {paid.counted} with another card; the money is there at once.",
        "The service is booked and paid in time: what counts is money received.",
        clauses=["BOOK-1"],
        due=[journey.link(started.link_until)],
    )
    journey.tell(
        AGENCY,
        f"takes the task under the number {booking.reference if booking else '-'}.",
        "The buyer is asked for product information and sample pictures, "
        "the supplier for an appointment.",
    )


def _offered(journey: Journey, option: PaymentOption) -> str:
    if not option.available:
        return f"{option.title}: not available. {option.reason}"
    when = "at once"
    if option.expected_by is not None and option.expected_by > journey.world.now():
        day = option.expected_by.astimezone(journey.zone)
        when = f"there by {day:%a} {day.date()}"
    return f"{option.title}: {option.amount}, {when}."
