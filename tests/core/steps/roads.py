"""
Walk the real steps to every stage of an order and of a service.

The order: 500 lamps, 1,000.00 USD before production and 4,000.00 USD later, ships on
Friday 27 February 2026 from China.  BOOK-1 ends with 11 February there, the visit is
on the 12th, and the report of it is expected on the 13th and late after the 14th, a
worked Saturday.

Each function gives an `Order`; `road_to` and `order_road_to` give it with all events.
A service that is walked to a stage was added by method 3, agreed to by the supplier
and paid for separately; only a proposal stands on a draft.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.events import Outcome
from pmkit.core.money import Money
from pmkit.core.order import FixedShipDate, Order, OrderLine, OrderStage
from pmkit.core.parties import SYSTEM, Actor, Role
from pmkit.core.payment import Purpose
from pmkit.core.ports import Availability, PaymentNews, PaymentObservation
from pmkit.core.report import Decision, Verdict
from pmkit.core.service import Price, PriceLine, PriceLineKind, ServiceStage
from pmkit.core.steps import (
    appoint,
    book,
    cancel,
    draft,
    pay,
    receive,
    report,
    review,
    visit,
)
from pmkit.core.terms import TERMS_2026_01
from pmkit.core.visit import Appointment, Check, CheckResult, Progress
from pmkit.facts.calendars import working_calendar

if TYPE_CHECKING:
    from collections.abc import Callable

CHINA = working_calendar("CN")
SHIP_DAY = dt.date(2026, 2, 27)

BUYER = Actor(role=Role.BUYER, party="Nordlicht", name="Ada")
APPROVER = Actor(role=Role.APPROVER, party="Nordlicht", name="Grace")
SUPPLIER = Actor(role=Role.SUPPLIER, party="Dongguan Lamps", name="Li")
AGENCY = Actor(role=Role.AGENCY, party="Sharp Eye", name="Wang")
INSPECTOR = Actor(role=Role.INSPECTOR, party="Sharp Eye", name="Chen")
OPERATOR = Actor(role=Role.OPERATOR, party="Market", name="Kim")

#: One actor of each role who has to do with the order.
ACTORS = {
    actor.role: actor
    for actor in (BUYER, APPROVER, SUPPLIER, AGENCY, INSPECTOR, OPERATOR, SYSTEM)
}
#: The same roles at companies that have nothing to do with the order; the platform
#: has no strangers.
STRANGERS = {
    role: attrs.evolve(actor, party="Somebody Else")
    for role, actor in ACTORS.items()
    if role not in (Role.OPERATOR, Role.SYSTEM)
}

SERVICE = "pm-1"
PRICE = Price(
    lines=(
        PriceLine(
            kind=PriceLineKind.SERVICE,
            description="one man-day",
            amount=Money.of("48.00", "USD"),
        ),
    ),
    quote="Q-1",
)
#: What `add_service` needs beside the order, the actor and the moment.
PM: dict[str, Any] = {
    "service_id": SERVICE,
    "kind": CATALOGUE["PM"],
    "provider": AGENCY.party,
    "price": PRICE,
    "calendar": CHINA,
}


def usd(amount: str) -> Money:
    """Read an amount of dollars."""
    return Money.of(amount, "USD")


def china(text: str) -> dt.datetime:
    """Read a moment of 2026 by the clocks of China: ``"02-11T09:30"``."""
    return dt.datetime.fromisoformat(f"2026-{text}:00+08:00").astimezone(dt.UTC)


def go(outcome: Outcome, step: Callable[..., Outcome], **given: Any) -> Outcome:
    """Take one more step; the events of both stand in the result."""
    more = step(outcome.order, **given)
    return Outcome(order=more.order, events=(*outcome.events, *more.events))


#: The lines of the order.
LAMPS = OrderLine(
    product="desk lamp",
    quantity=500,
    packaging="brown carton",
    shipping_mark="NL-7",
    inner_carton_mark="NL-7/i",
)
#: What `open_order` needs.
ORDER: dict[str, Any] = {
    "order_id": "TA-1",
    "buyer": BUYER.party,
    "supplier": SUPPLIER.party,
    "lines": (LAMPS,),
    "initial": usd("1000.00"),
    "balance": usd("4000.00"),
    "ship": FixedShipDate(day=SHIP_DAY),
    "terms": TERMS_2026_01,
    "actor": BUYER,
    "at": china("01-05T09:00"),
    "calendar": CHINA,
}
#: The visit: Thursday 12 February, nine to five.
VISIT = Appointment(
    starts_at=china("02-12T09:00"),
    ends_at=china("02-12T17:00"),
    place="Shijie, Dongguan",
    contact="Ms Li",
)
#: What the inspector found: all as ordered, 400 of 500 made and 300 packed.
FOUND: dict[str, Any] = {
    "ended_at": china("02-12T17:00"),
    "progress": (Progress(product="desk lamp", ordered=500, finished=400, packed=300),),
    "checks": tuple(
        Check(checkpoint=checkpoint, result=CheckResult.CONFORMS)
        for checkpoint in CATALOGUE["PM"].checks
    ),
    "kind": CATALOGUE["PM"],
    "calendar": CHINA,
}
#: What stands in the report.
WRITTEN: dict[str, Any] = {
    "verdict": Verdict.PASS,
    "sample": None,
    "findings": (),
    "evidence": (),
    "summary": "On schedule.",
    "kind": CATALOGUE["PM"],
}
#: How the payments of the road are paid.
BY_CARD: dict[str, Any] = {
    "method": "card",
    "availability": Availability(available=True),
    "beneficiary": None,
}


def opened(**changes: Any) -> Outcome:
    """Open the order, with some of it changed."""
    return draft.open_order(**{**ORDER, **changes})


def started(
    outcome: Outcome,
    payment_id: str,
    purpose: Purpose,
    *,
    at: str,
    actor: Actor = BUYER,
    service_id: str | None = None,
) -> Outcome:
    """Start a payment by card, which nobody has sent yet."""
    return go(
        outcome,
        pay.start_payment,
        payment_id=payment_id,
        purpose=purpose,
        service_id=service_id,
        actor=actor,
        at=china(at),
        **BY_CARD,
    )


def submitted(outcome: Outcome, payment_id: str, *, at: str) -> Outcome:
    """Let the payer say that the money of a payment was sent."""
    return go(
        outcome,
        pay.submit_payment,
        payment_id=payment_id,
        actor=outcome.order.payment(payment_id).started_by,
        at=china(at),
        expected_by=None,
    )


def received(
    outcome: Outcome,
    payment_id: str,
    *,
    at: str,
    amount: Money | None = None,
    linked: bool = True,
) -> Outcome:
    """Let the money of a payment arrive, all of it if no amount is given."""
    seen = PaymentObservation(
        id=f"{payment_id}/{at}",
        order_id=outcome.order.id,
        payment_id=payment_id,
        news=PaymentNews.RECEIVED,
        at=china(at),
        amount=amount or outcome.order.payment(payment_id).amount,
        linked=linked,
    )
    return go(
        outcome,
        receive.observe_payment,
        observation=seen,
        at=china(at),
        calendar=CHINA,
        refund_id=f"refund-of-{payment_id}",
    )


def on_visit(outcome: Outcome, step: Callable[..., Outcome], **given: Any) -> Outcome:
    """Take a step on the first visit of the service."""
    return go(outcome, step, **{"service_id": SERVICE, "visit": 1, **given})


def on_service(outcome: Outcome, step: Callable[..., Outcome], **given: Any) -> Outcome:
    """Take a step on the service."""
    return go(outcome, step, **{"service_id": SERVICE, **given})


# ------------------------------------------------------------------- the order


def _placed(outcome: Outcome) -> Outcome:
    return go(outcome, draft.place_order, actor=SUPPLIER, at=china("01-06T09:00"))


def _paying(outcome: Outcome) -> Outcome:
    begun = started(outcome, "initial", Purpose.INITIAL, at="01-07T09:00")
    return submitted(begun, "initial", at="01-07T10:00")


def _paid(outcome: Outcome) -> Outcome:
    return received(outcome, "initial", at="01-08T09:00")


def _shipped(outcome: Outcome) -> Outcome:
    return go(
        outcome,
        draft.ship_goods,
        actor=SUPPLIER,
        at=china("02-27T18:00"),
        refund_id="refund-of-shipping",
    )


_ORDER_ROAD: tuple[tuple[OrderStage, Callable[[Outcome], Outcome]], ...] = (
    (OrderStage.DRAFT, lambda outcome: outcome),
    (OrderStage.AWAITING_INITIAL_PAYMENT, _placed),
    (OrderStage.INITIAL_PAYMENT_PROCESSING, _paying),
    (OrderStage.IN_PRODUCTION, _paid),
    (OrderStage.SHIPPED, _shipped),
)


def order_on_from(outcome: Outcome, stage: OrderStage) -> Outcome:
    """Walk a draft on to a stage of the order."""
    for reached, step in _ORDER_ROAD:
        outcome = step(outcome)
        if reached is stage:
            break
    return outcome


@functools.cache
def order_road_to(stage: OrderStage, *, with_service: bool = False) -> Outcome:
    """
    Walk to a stage of the order.

    With a service, the buyer adds it on the draft (method 2) and it is paid with the
    initial payment; the goods ship before its visit, so that it expires at last.
    """
    outcome = opened()
    if with_service:
        outcome = go(
            outcome, book.add_service, actor=BUYER, at=china("01-05T10:00"), **PM
        )
    return order_on_from(outcome, stage)


def draft_order() -> Order:
    """Give an order that nobody has agreed on, without services."""
    return order_road_to(OrderStage.DRAFT).order


def placed_order() -> Order:
    """Give an order that waits for its initial payment, without services."""
    return order_road_to(OrderStage.AWAITING_INITIAL_PAYMENT).order


def paying_order() -> Order:
    """Give an order whose initial payment was sent, without services."""
    return order_road_to(OrderStage.INITIAL_PAYMENT_PROCESSING).order


def in_production() -> Order:
    """Give an order whose initial payment arrived, without services."""
    return order_road_to(OrderStage.IN_PRODUCTION).order


def shipped_order() -> Order:
    """Give an order whose goods have left, without services."""
    return order_road_to(OrderStage.SHIPPED).order


def order_with_service(stage: OrderStage) -> Order:
    """Give an order at a stage with a service that the buyer added on the draft."""
    return order_road_to(stage, with_service=True).order


# ----------------------------------------------------------------- the service


def _proposed(_: Outcome) -> Outcome:
    return go(opened(), book.add_service, actor=SUPPLIER, at=china("01-05T10:00"), **PM)


def _added(_: Outcome) -> Outcome:
    begun = order_road_to(OrderStage.IN_PRODUCTION)
    return go(begun, book.add_service, actor=BUYER, at=china("01-12T09:00"), **PM)


def _agreed(outcome: Outcome) -> Outcome:
    return on_service(
        outcome, book.consent, actor=SUPPLIER, at=china("01-13T09:00"), agrees=True
    )


def _service_paying(outcome: Outcome) -> Outcome:
    begun = started(
        outcome, "pay-pm", Purpose.SERVICE, at="01-14T09:00", service_id=SERVICE
    )
    return submitted(begun, "pay-pm", at="01-14T10:00")


def _booked(outcome: Outcome) -> Outcome:
    return received(outcome, "pay-pm", at="01-15T09:00")


def _scheduled(outcome: Outcome) -> Outcome:
    outcome = on_visit(
        outcome,
        appoint.propose_appointment,
        actor=SUPPLIER,
        at=china("01-20T09:00"),
        appointment=VISIT,
        calendar=CHINA,
    )
    outcome = on_visit(
        outcome,
        appoint.confirm_appointment,
        actor=AGENCY,
        at=china("01-21T09:00"),
        calendar=CHINA,
    )
    return on_visit(
        outcome,
        appoint.assign_inspector,
        actor=AGENCY,
        at=china("01-22T09:00"),
        inspector=INSPECTOR.name,
    )


def _on_site(outcome: Outcome) -> Outcome:
    return on_visit(outcome, visit.arrive, actor=INSPECTOR, at=china("02-12T09:05"))


def _checked(outcome: Outcome) -> Outcome:
    return on_visit(
        outcome,
        visit.complete_visit,
        actor=INSPECTOR,
        at=china("02-12T17:30"),
        **FOUND,
    )


def _reported(outcome: Outcome) -> Outcome:
    return on_visit(
        outcome,
        report.upload_report,
        actor=AGENCY,
        at=china("02-13T15:00"),
        **WRITTEN,
    )


def _closed(outcome: Outcome) -> Outcome:
    return on_visit(
        outcome,
        report.decide_report,
        actor=BUYER,
        at=china("02-14T10:00"),
        decision=Decision.RELEASE,
        calendar=CHINA,
    )


def _reviewed(outcome: Outcome) -> Outcome:
    return on_service(
        outcome,
        review.review,
        actor=BUYER,
        at=china("02-16T10:00"),
        rating=5,
        text="Good eyes.",
    )


def _cancelling(outcome: Outcome) -> Outcome:
    return on_service(
        outcome,
        cancel.request_cancellation,
        actor=BUYER,
        at=china("01-23T09:00"),
        cause="We go there ourselves.",
    )


def _cancelled(outcome: Outcome) -> Outcome:
    return on_service(
        outcome,
        cancel.answer_cancellation,
        actor=OPERATOR,
        at=china("01-24T09:00"),
        granted=True,
        answer="Cancelled as you wished.",
        refund_id="refund-of-pm",
    )


def _removed(outcome: Outcome) -> Outcome:
    return on_service(
        outcome, book.deselect_service, actor=BUYER, at=china("01-14T09:00")
    )


#: stage -> the stage before it, and how to go on from there.
_ROAD: dict[ServiceStage, tuple[ServiceStage | None, Callable[[Outcome], Outcome]]] = {
    ServiceStage.PROPOSED: (None, _proposed),
    ServiceStage.AWAITING_CONSENT: (None, _added),
    ServiceStage.AWAITING_PAYMENT: (ServiceStage.AWAITING_CONSENT, _agreed),
    ServiceStage.PAYMENT_PROCESSING: (ServiceStage.AWAITING_PAYMENT, _service_paying),
    ServiceStage.BOOKED: (ServiceStage.PAYMENT_PROCESSING, _booked),
    ServiceStage.SCHEDULED: (ServiceStage.BOOKED, _scheduled),
    ServiceStage.ON_SITE: (ServiceStage.SCHEDULED, _on_site),
    ServiceStage.AWAITING_REPORT: (ServiceStage.ON_SITE, _checked),
    ServiceStage.REPORTED: (ServiceStage.AWAITING_REPORT, _reported),
    ServiceStage.CLOSED: (ServiceStage.REPORTED, _closed),
    ServiceStage.REVIEWED: (ServiceStage.CLOSED, _reviewed),
    ServiceStage.CANCELLING: (ServiceStage.SCHEDULED, _cancelling),
    ServiceStage.REMOVED: (ServiceStage.AWAITING_PAYMENT, _removed),
    ServiceStage.CANCELLED: (ServiceStage.CANCELLING, _cancelled),
    ServiceStage.EXPIRED: (ServiceStage.SCHEDULED, _shipped),
}


@functools.cache
def road_to(stage: ServiceStage) -> Outcome:
    """Walk the service to a stage."""
    before, step = _ROAD[stage]
    return step(road_to(before) if before else Outcome(order=draft_order()))


def with_service(stage: ServiceStage) -> Order:
    """Give an order whose one service `SERVICE` is at a stage."""
    return road_to(stage).order


def later(outcome: Outcome, **delay: float) -> dt.datetime:
    """Tell the moment one hour, or another delay, after the last event."""
    return outcome.events[-1].at + dt.timedelta(**(delay or {"hours": 1}))
