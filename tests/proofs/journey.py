"""
The journey that proofs kill: one service down the whole road, one that is cancelled.

It is cut into steps that can each be taken again.  A step of the desk is one command
with its key, or a round of work; a step of the outside is something that happens there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
from tests.proofs.far import Remote

from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.core.visit import Appointment
from pmkit.sandbox.card import CAPTURES
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk

BUYER = Actor(role=Role.BUYER, party="Nordwind GmbH", name="Jana Berg")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Ningbo Hexing", name="Chen Wei")
AGENCY = Actor(role=Role.AGENCY, party="sandbox-agency", name="Li Na")
OPERATOR = Actor(role=Role.OPERATOR, party="platform", name="Ops")

ROAD, LEFT, BYSTANDER = "TA-ROAD", "TA-LEFT", "TA-BYSTANDER"
LINE = OrderLine(
    product="LED desk lamp",
    quantity=500,
    unit="pieces",
    packaging="1 per box",
    shipping_mark="NW",
    inner_carton_mark="NW-20",
)
USD = "USD"
PLANT = "18 Jinshan Road, Ningbo"


def china(local: str) -> dt.datetime:
    """Give an instant of 2026 by the clocks of the place, such as ``01-20 09:00``."""
    day, _, hour = local.partition(" ")
    return dt.datetime.fromisoformat(f"2026-{day}T{hour}+08:00")


BEGINNING = china("01-20 09:00")


@attrs.frozen
class Step:
    """
    One step of the journey.

    Args:
        name: What happens.

        at: When, by the clocks of the place.

        take: What the desk does; nothing for a step of the outside.

        happen: What happens outside, given the desk to look things up.
    """

    name: str
    at: str
    take: Callable[[Desk], object] | None = None
    happen: Callable[[Desk, Remote], object] | None = None


def service_of(desk: Desk, order_id: str) -> str:
    """Name the one service of an order."""
    return desk.order(order_id).services[0].id


def command(at: str, method: str, order_id: str, /, **given: Any) -> Step:
    """Make a step of one command; its key is its name."""
    name = f"{method} {order_id}"
    on_service = given.pop("on_service", False)
    apart = given.pop("apart", False)

    def take(desk: Desk) -> object:
        about = (service_of(desk, order_id),) if on_service else ()
        if apart:
            given["service_id"] = service_of(desk, order_id)
        key = f"{name} {given.get('instrument', given.get('purpose', ''))}"
        return getattr(desk, method)(order_id, *about, key=key, **given)

    return Step(name, at, take=take)


def work(at: str) -> Step:
    """Make a step of a round of work."""
    return Step("work", at, take=lambda desk: desk.work())


def outside(at: str, path: str, **given: Any) -> Step:
    """Make a step of the agency on the road's visit."""

    def happen(desk: Desk, far: Remote) -> None:
        about = {"service_id": service_of(desk, ROAD), "visit": 1}
        far.control(f"agency/{path}", **about, **given)

    return Step(path, at, happen=happen)


def opening(
    order_id: str, at: str, *, instrument: str = CAPTURES, apart: bool = False
) -> list[Step]:
    """Open, place and pay an order with a service, or the service of it apart."""
    return [
        command(
            at,
            "open_order",
            order_id,
            actor=SUPPLIER,
            buyer=BUYER.party,
            supplier=SUPPLIER.party,
            lines=[LINE],
            initial=Money.of("3600.00", USD),
            balance=Money.of("8400.00", USD),
            ship=dt.date(2026, 2, 27),
        ),
        command(
            at,
            "add_service",
            order_id,
            actor=BUYER,
            provider="sandbox-agency",
            kind="PM",
            paid_apart=apart,
        ),
        command(at, "place_order", order_id, actor=BUYER),
        command(
            at,
            "pay",
            order_id,
            actor=BUYER,
            method="sandbox-card",
            instrument=instrument,
            apart=apart,
        ),
        work(at),
    ]


def _sends(path: str) -> Callable[[Desk, Remote], object]:
    def happen(desk: Desk, far: Remote) -> object:
        payment = desk.order(ROAD).payments[-1]
        return far.control(f"payments/transfer/{path}", payment_id=payment.id)

    return happen


def _settles(desk: Desk, far: Remote) -> object:
    refund = desk.order(LEFT).refunds[-1]
    return far.control("payments/card/settle-refund", refund_id=refund.id)


def _appointment() -> Appointment:
    return Appointment(
        starts_at=china("02-10 09:00"),
        ends_at=china("02-10 17:30"),
        place=PLANT,
        contact=SUPPLIER.name,
    )


def _road() -> list[Step]:
    counted = {"product": LINE.product, "ordered": 500, "finished": 480, "packed": 400}
    buyer = {"actor": BUYER, "on_service": True}
    return [
        command(
            "01-22 09:00",
            "give_information",
            ROAD,
            product_details="Matt black.",
            sample_pictures=[b"\x89PNG proof"],
            **buyer,
        ),
        command(
            "01-23 09:00",
            "propose_appointment",
            ROAD,
            actor=SUPPLIER,
            on_service=True,
            appointment=_appointment(),
        ),
        work("01-23 09:00"),
        outside("01-23 11:00", "accept-appointment"),
        outside("01-23 11:00", "name-inspector", inspector="Zhao Min"),
        work("01-23 11:10"),
        outside("02-10 09:05", "arrive"),
        work("02-10 09:10"),
        outside("02-10 17:00", "finish-check", progress=[counted]),
        work("02-10 17:10"),
        outside("02-11 10:00", "deliver-report", photos=["On the line"]),
        work("02-11 10:10"),
        command("02-11 12:00", "decide_report", ROAD, decision="release", **buyer),
        command("02-11 12:10", "release_report", ROAD, **buyer),
        command("02-12 09:00", "review", ROAD, rating=5, text="Quick.", **buyer),
        command(
            "02-12 10:00",
            "reply_review",
            ROAD,
            actor=AGENCY,
            text="Thanks.",
            on_service=True,
        ),
        command(
            "02-12 11:00",
            "pay",
            ROAD,
            actor=BUYER,
            method="sandbox-transfer",
            purpose="balance",
        ),
        work("02-12 11:00"),
        Step("sends", "02-12 11:30", happen=_sends("sends")),
        Step("arrives", "02-13 11:30", happen=_sends("arrives")),
        work("02-13 12:00"),
        command("02-13 13:00", "ship_goods", ROAD, actor=SUPPLIER),
        work("02-13 13:10"),
    ]


def _left() -> list[Step]:
    return [
        command(
            "01-22 10:00",
            "request_cancellation",
            LEFT,
            actor=BUYER,
            on_service=True,
            cause="The plans changed.",
        ),
        command(
            "01-22 11:00",
            "answer_cancellation",
            LEFT,
            actor=OPERATOR,
            on_service=True,
            granted=True,
        ),
        work("01-22 11:10"),
        Step("settles", "01-23 08:00", happen=_settles),
        work("01-23 08:30"),
    ]


def journey() -> list[Step]:
    """List every step, in the order of their times."""
    steps = [
        *opening(LEFT, "01-21 09:00", apart=True),
        *opening(ROAD, "01-21 10:00", instrument="tok-declines"),
        command(
            "01-21 10:20",
            "pay",
            ROAD,
            actor=BUYER,
            method="sandbox-card",
            instrument=CAPTURES,
        ),
        work("01-21 10:20"),
        *_left(),
        *_road(),
    ]
    return sorted(steps, key=lambda step: step.at)


def clock_at(step: Step, *, later: dt.timedelta = dt.timedelta()) -> SetClock:
    """Make a clock that shows the moment of a step."""
    return SetClock(china(step.at) + later)
