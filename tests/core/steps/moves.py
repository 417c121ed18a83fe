"""
Take the real step of an action: otherwise valid arguments, any actor, any stage.

The service of the order is `roads.SERVICE`; its visit is the first one.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from tests.core.steps.roads import (
    BY_CARD,
    CHINA,
    FOUND,
    PM,
    SERVICE,
    VISIT,
    WRITTEN,
    china,
)

from pmkit.core.order import FixedShipDate, OrderStage
from pmkit.core.parties import Role
from pmkit.core.payment import Purpose
from pmkit.core.report import Decision
from pmkit.core.roles import Action
from pmkit.core.steps import (
    appoint,
    ask,
    book,
    cancel,
    change,
    draft,
    pay,
    recheck,
    report,
    review,
    visit,
)
from pmkit.core.visit import Appointment, MissedCause

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.events import Outcome
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor

#: Another time for the visit: Friday 13 February, nine to five.
ANOTHER_DAY = Appointment(
    starts_at=china("02-13T09:00"), ends_at=china("02-13T17:00"), place=VISIT.place
)

_ON = {"service_id": SERVICE}
_VISIT = {**_ON, "visit": 1}
_CASE = {**_ON, "case_id": "case-1"}
_WITH_CALENDAR = {"calendar": CHINA}

_EDITED = {
    **_ON,
    "kind": PM["kind"],
    "provider": PM["provider"],
    "requirements": "Look at the plugs.",
    "planned_visits": 1,
    "price": PM["price"],
    "calendar": CHINA,
}


def _pay_order(order: Order, *, actor: Actor, at: dt.datetime) -> Outcome:
    """Pay what is next: the balance once the goods are made."""
    made = order.stage in (OrderStage.IN_PRODUCTION, OrderStage.SHIPPED)
    return pay.start_payment(
        order,
        payment_id="next",
        purpose=Purpose.BALANCE if made else Purpose.INITIAL,
        service_id=None,
        actor=actor,
        at=at,
        **BY_CARD,
    )


def _complete(order: Order, *, actor: Actor, at: dt.datetime) -> Outcome:
    """Say that the inspector leaves this moment."""
    return visit.complete_visit(
        order, actor=actor, at=at, **{**_VISIT, **FOUND, "ended_at": at}
    )


#: action -> the step that takes it, and what the step needs beside actor and moment.
STEPS: dict[Action, tuple[Callable[..., Outcome], dict[str, Any]]] = {
    Action.PLACE_ORDER: (draft.place_order, {}),
    Action.MOVE_SHIP_DATE: (
        draft.move_ship_date,
        {"ship": FixedShipDate(day=dt.date(2026, 3, 6)), "calendar": CHINA},
    ),
    Action.SHIP_GOODS: (draft.ship_goods, {"refund_id": "refund-next"}),
    Action.ADD_SERVICE: (book.add_service, {**PM, "service_id": "pm-next"}),
    Action.PAY_ORDER: (_pay_order, {}),
    Action.LINK_PAYMENT: (pay.link_payment, {"payment_id": "initial"}),
    Action.RECHECK_DEADLINES: (
        recheck.recheck_deadlines,
        {"calendars": {"CN": CHINA}},
    ),
    Action.APPROVE_SERVICE: (book.approve_service, _ON),
    Action.CONSENT: (book.consent, {**_ON, "agrees": True}),
    Action.EDIT_SERVICE: (book.edit_service, _EDITED),
    Action.DESELECT_SERVICE: (book.deselect_service, _ON),
    Action.PAY_SERVICE: (
        pay.start_payment,
        {**_ON, "payment_id": "next", "purpose": Purpose.SERVICE, **BY_CARD},
    ),
    Action.CONFIRM_BOOKING: (pay.confirm_booking, {**_ON, "reference": "SE-1"}),
    Action.REQUEST_CHANGE: (change.request_change, {**_ON, "wish": "Weigh one."}),
    Action.ANSWER_CHANGE: (change.answer_change, {**_ON, "granted": True}),
    Action.GIVE_INFORMATION: (
        appoint.give_information,
        {**_ON, "product_details": "The lamp of the sample."},
    ),
    Action.PROPOSE_APPOINTMENT: (
        appoint.propose_appointment,
        {**_VISIT, "appointment": ANOTHER_DAY, **_WITH_CALENDAR},
    ),
    Action.CONFIRM_APPOINTMENT: (
        appoint.confirm_appointment,
        {**_VISIT, **_WITH_CALENDAR},
    ),
    Action.ASSIGN_INSPECTOR: (appoint.assign_inspector, {**_VISIT, "inspector": "Wu"}),
    Action.MOVE_VISIT: (
        appoint.move_visit,
        {
            **_VISIT,
            "appointment": ANOTHER_DAY,
            "reason": "The line stands still.",
            **_WITH_CALENDAR,
        },
    ),
    Action.REFUSE_VISIT: (appoint.refuse_visit, {**_VISIT, "note": "Not now."}),
    Action.ARRIVE: (visit.arrive, _VISIT),
    Action.COMPLETE_VISIT: (_complete, {}),
    Action.FAIL_VISIT: (
        visit.fail_visit,
        {**_VISIT, "cause": MissedCause.SUPPLIER_REFUSED, "note": "The gate is shut."},
    ),
    Action.UPLOAD_REPORT: (report.upload_report, {**_VISIT, **WRITTEN}),
    Action.DECIDE_REPORT: (
        report.decide_report,
        {**_VISIT, "decision": Decision.REWORK, **_WITH_CALENDAR},
    ),
    Action.RELEASE_REPORT: (report.release_report, _VISIT),
    Action.CLOSE_SERVICE: (report.close_service, {**_ON, **_WITH_CALENDAR}),
    Action.REVIEW: (review.review, {**_ON, "rating": 4, "text": "Good."}),
    Action.REPLY_REVIEW: (
        review.reply_review,
        {**_ON, "text": "Thank you.", **_WITH_CALENDAR},
    ),
    Action.REVISE_REVIEW: (review.revise_review, {**_ON, "rating": 3, "text": "Hm."}),
    Action.OPEN_CASE: (
        ask.open_case,
        {
            **_CASE,
            "addressed_to": Role.SUPPLIER,
            "question": "Why 400?",
            **_WITH_CALENDAR,
        },
    ),
    Action.ANSWER_CASE: (ask.answer_case, {**_CASE, "text": "The line was down."}),
    Action.ESCALATE_CASE: (ask.escalate_case, _CASE),
    Action.CLOSE_CASE: (ask.close_case, {**_CASE, "resolution": "Settled."}),
    Action.WITHDRAW_CASE: (ask.withdraw_case, _CASE),
    Action.SEND_MESSAGE: (ask.send_message, {**_ON, "text": "When do you come?"}),
    Action.REQUEST_CANCELLATION: (
        cancel.request_cancellation,
        {**_ON, "cause": "No more need."},
    ),
    Action.ANSWER_CANCELLATION: (
        cancel.answer_cancellation,
        {
            **_ON,
            "granted": True,
            "answer": "As you wish.",
            "refund_id": "refund-next",
        },
    ),
}


def take(action: Action, order: Order, *, actor: Actor, at: dt.datetime) -> Outcome:
    """Take the real step of an action."""
    step, given = STEPS[action]
    return step(order, actor=actor, at=at, **given)
