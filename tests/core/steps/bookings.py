"""
Services beyond the one of the road: of other kinds, or with several visits.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import pathlib
from typing import TYPE_CHECKING, Any

from tests.core.steps import roads
from tests.core.steps.roads import (
    AGENCY,
    BUYER,
    CHINA,
    FOUND,
    INSPECTOR,
    PM,
    SERVICE,
    SUPPLIER,
    VISIT,
    china,
    go,
)

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.order import OrderStage
from pmkit.core.payment import Purpose
from pmkit.core.steps import appoint, book, visit
from pmkit.core.visit import Appointment, Check, CheckResult

if TYPE_CHECKING:
    from pmkit.core.events import Outcome

#: The shortest time there is here.
TICK = dt.timedelta(microseconds=1)

#: Friday 13 February, nine to five.
FRIDAY = Appointment(
    starts_at=china("02-13T09:00"), ends_at=china("02-13T17:00"), place=VISIT.place
)


def answers(name: str) -> list[dict[str, str]]:
    """Read the answers by hand in a file of ``tests/answers``."""
    path = pathlib.Path(__file__).parents[2] / "answers" / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@functools.cache
def booked(kind: str = "PM", planned_visits: int = 1) -> Outcome:
    """Walk a service of a kind to the day on which it is paid for."""
    given = {**PM, "kind": CATALOGUE[kind], "planned_visits": planned_visits}
    begun = roads.order_road_to(OrderStage.IN_PRODUCTION)
    added = go(begun, book.add_service, actor=BUYER, at=china("01-12T09:00"), **given)
    agreed = roads.on_service(
        added, book.consent, actor=SUPPLIER, at=china("01-13T09:00"), agrees=True
    )
    paying = roads.started(
        agreed, "pay-pm", Purpose.SERVICE, at="01-14T09:00", service_id=SERVICE
    )
    sent = roads.submitted(paying, "pay-pm", at="01-14T10:00")
    return roads.received(sent, "pay-pm", at="01-15T09:00")


def at_visit(order: Any, **given: Any) -> dict[str, Any]:
    """Name the order's service and its first visit, unless another is given."""
    return {"order": order, "service_id": SERVICE, "visit": 1, **given}


def scheduled(outcome: Outcome, number: int = 1) -> Outcome:
    """Confirm a visit for Thursday 12 February and name the inspector."""
    which = {"service_id": SERVICE, "visit": number}
    proposed = go(
        outcome,
        appoint.propose_appointment,
        actor=SUPPLIER,
        at=china("01-20T09:00"),
        appointment=VISIT,
        calendar=CHINA,
        **which,
    )
    confirmed = go(
        proposed,
        appoint.confirm_appointment,
        actor=AGENCY,
        at=china("01-21T09:00"),
        calendar=CHINA,
        **which,
    )
    return go(
        confirmed,
        appoint.assign_inspector,
        actor=AGENCY,
        at=china("01-22T09:00"),
        inspector=INSPECTOR.name,
        **which,
    )


def on_site(outcome: Outcome, number: int = 1) -> Outcome:
    """Let the inspector arrive for a visit."""
    return go(
        scheduled(outcome, number),
        visit.arrive,
        service_id=SERVICE,
        visit=number,
        actor=INSPECTOR,
        at=china("02-12T09:05"),
    )


def found(kind: str) -> dict[str, Any]:
    """Tell what a check of a kind finds where all is as ordered."""
    checks = tuple(
        Check(checkpoint=checkpoint, result=CheckResult.CONFORMS)
        for checkpoint in CATALOGUE[kind].checks
    )
    return {**FOUND, "kind": CATALOGUE[kind], "checks": checks}


def checked(outcome: Outcome, kind: str = "PM", number: int = 1) -> Outcome:
    """Let the on-site check of a visit take place."""
    return go(
        on_site(outcome, number),
        visit.complete_visit,
        service_id=SERVICE,
        visit=number,
        actor=INSPECTOR,
        at=china("02-12T17:30"),
        **found(kind),
    )
