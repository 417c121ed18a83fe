"""
Visit: one is missed and paid for by who caused it, its replacement takes place.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.visit import Appointment, MissedCause, Progress
from pmkit.sandbox.demo.cast import (
    AGENCY,
    BUYER,
    INSPECTOR,
    LAMP,
    ORDER,
    PLANT,
    SUPPLIER,
)
from pmkit.sandbox.photos import photo

if TYPE_CHECKING:
    from pmkit.sandbox.demo.journey import Journey

#: What is made and packed when the inspector counts.
FINISHED, PACKED = 4600, 3900


def visit(journey: Journey) -> None:
    """Arrange a visit, miss it, arrange another one, and check on site."""
    _inform(journey)
    _arrange(journey, 1, asked="01-23 09:30", on="02-09")
    _miss(journey)
    _arrange(journey, 2, asked="02-09 15:00", on="02-13")
    _too_late(journey)
    _check(journey)


def _inform(journey: Journey) -> None:
    journey.at("01-22 16:00")
    picture = photo("The approved sample")
    journey.desk.give_information(
        ORDER,
        journey.service_id,
        actor=BUYER,
        product_details="Matt black, 4000 K, cable 1.8 m with a type F plug.",
        sample_pictures=[picture],
        special_requirements="Switch on every lamp of the sample.",
    )
    journey.tell(
        BUYER,
        "gives the product information and a picture of the approved sample.",
        f"The picture is kept by its content, {len(picture)} bytes.",
    )


def _arrange(journey: Journey, number: int, *, asked: str, on: str) -> None:
    journey.at(asked)
    journey.desk.propose_appointment(
        ORDER,
        journey.service_id,
        actor=SUPPLIER,
        visit_number=number,
        appointment=Appointment(
            starts_at=dt.datetime.fromisoformat(f"2026-{on}T09:00+08:00"),
            ends_at=dt.datetime.fromisoformat(f"2026-{on}T17:30+08:00"),
            place=PLANT,
            contact=SUPPLIER.name,
        ),
    )
    starts = journey.service.visit(number).agreed.starts_at.astimezone(journey.zone)
    journey.tell(
        SUPPLIER,
        f"proposes {starts:%a} {starts:%Y-%m-%d %H:%M} for visit {number}.",
        f"Place: {PLANT}.",
    )
    journey.world.advance(hours=1)
    agency = journey.world.agency
    agency.accept_appointment(journey.service_id, number)
    agency.name_inspector(journey.service_id, number, INSPECTOR.name)
    journey.tell(
        AGENCY,
        f"confirms visit {number} and sends {INSPECTOR.name}.",
        clauses=["CHANGE-1"],
    )


def _miss(journey: Journey) -> None:
    journey.at("02-09 09:40")
    journey.world.agency.miss(
        journey.service_id,
        1,
        MissedCause.NOT_READY,
        "The drivers of the lamps came late; nothing is assembled.",
    )
    journey.work()
    failure = journey.service.visit(1).failure
    assert failure is not None  # noqa: S101 - the agency just said so
    journey.tell(
        INSPECTOR,
        "stands before empty lines: visit 1 is missed.",
        f"Cause: {failure.cause.value}. {failure.note}",
        f"Who pays: the {failure.fee.owed_by.value}, {failure.fee.amount}, "
        "because the cause decides it.",
        "Visit 2 is requested to make up for it.",
    )


def _too_late(journey: Journey) -> None:
    journey.at("02-12 10:00")
    journey.refused(
        BUYER,
        "wants a during-production inspection (DUPRO) as well, one day too late.",
        step="add_service",
        call=lambda: journey.desk.add_service(
            ORDER, actor=BUYER, provider="sandbox-agency", kind="DUPRO"
        ),
        clauses=["BOOK-1"],
    )


def _check(journey: Journey) -> None:
    journey.at("02-13 09:05")
    journey.world.agency.arrive(journey.service_id, 2)
    journey.tell(INSPECTOR, "is on site for visit 2.")
    journey.at("02-13 17:30")
    counted = Progress(
        product=LAMP.product, ordered=LAMP.quantity, finished=FINISHED, packed=PACKED
    )
    journey.world.agency.finish_check(journey.service_id, 2, progress=[counted])
    journey.tell(
        INSPECTOR,
        f"finishes the check: {FINISHED} of {LAMP.quantity} finished, {PACKED} packed.",
        "Product name, quantity, marks and packaging agree with the order.",
        clauses=["REPORT-1"],
    )
