"""
Book: the order is drafted, a service is proposed, another one is taken instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.sandbox.demo.cast import (
    BALANCE,
    BUYER,
    INITIAL,
    LAMP,
    ORDER,
    SHIP_DAY,
    SUPPLIER,
)

if TYPE_CHECKING:
    from pmkit.core.service import Service
    from pmkit.sandbox.demo.journey import Journey


def book(journey: Journey) -> None:
    """Draft the order, agree on one service, and place the order."""
    _draft(journey)
    _choose(journey)
    journey.at("01-21 09:00")
    journey.desk.place_order(ORDER, actor=BUYER)
    journey.tell(BUYER, "places the order; the initial payment is due.")


def _draft(journey: Journey) -> None:
    journey.desk.open_order(
        ORDER,
        actor=SUPPLIER,
        buyer=BUYER.party,
        supplier=SUPPLIER.party,
        lines=[LAMP],
        initial=INITIAL,
        balance=BALANCE,
        ship=SHIP_DAY,
    )
    journey.tell(
        SUPPLIER,
        f"drafts order {ORDER} for {BUYER.party}.",
        f"{LAMP.quantity} {LAMP.unit}, {LAMP.product}; {INITIAL} before production, "
        f"{BALANCE} later; ships on {SHIP_DAY:%a} {SHIP_DAY}.",
    )


def _choose(journey: Journey) -> None:
    journey.at("01-20 09:30")
    drafted = journey.desk.add_service(
        ORDER, actor=SUPPLIER, provider="sandbox-agency", kind="PSI"
    )
    proposed = drafted.services[-1]
    journey.tell(
        SUPPLIER,
        "proposes a pre-shipment inspection (PSI) at the buyer's cost.",
        _priced(proposed),
        "Nothing of it is the buyer's debt unless the buyer approves.",
    )
    journey.at("01-20 15:00")
    drafted = journey.desk.add_service(
        ORDER,
        actor=BUYER,
        provider="sandbox-agency",
        kind="PM",
        requirements="Draw a sample from what is finished.",
    )
    journey.service_id = drafted.services[-1].id
    journey.tell(
        BUYER,
        "adds production monitoring (PM) to the draft order.",
        _priced(journey.service),
        clauses=["BOOK-1"],
    )
    journey.at("01-20 15:05")
    journey.desk.deselect_service(ORDER, proposed.id, actor=BUYER)
    journey.tell(
        BUYER,
        "deselects the pre-shipment inspection that the supplier had proposed.",
        "It was not paid, so it goes without a trace on the bill.",
    )


def _priced(service: Service) -> str:
    lines = ", ".join(
        f"{line.description.lower()} {line.amount}" for line in service.price.lines
    )
    return f"Price: {service.price.total} ({lines})."
