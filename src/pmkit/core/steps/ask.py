"""
Beside the road: questions about a report with their clocks, and messages.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pmkit.core.case import (
    CASE_OVER,
    CaseEntry,
    CaseState,
    Message,
    SupportCase,
    no_such_case,
)
from pmkit.core.clauses import answer_by, escalates_at, escalation_opens
from pmkit.core.errors import InputError, NotYetError, OutOfOrderError
from pmkit.core.events import Outcome, happened
from pmkit.core.events.asking import (
    CaseAnswered,
    CaseClosed,
    CaseEscalated,
    CaseOpened,
    CaseWithdrawn,
    MessageSent,
)
from pmkit.core.moments import to_utc
from pmkit.core.parties import Actor, Role
from pmkit.core.roles import Action, require_on_service
from pmkit.core.rules.sight import cases_seen_by, sees_case, thread_seen_by

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.service import Service

__all__ = [
    "answer_case",
    "cases_seen_by",
    "close_case",
    "escalate_case",
    "open_case",
    "send_message",
    "thread_seen_by",
    "withdraw_case",
]

_ADDRESSEES = (Role.SUPPLIER, Role.OPERATOR)

#: Who may write to whom; the first is who is meant if nobody is named.
_WRITES_TO = MappingProxyType(
    {
        Role.BUYER: (Role.AGENCY, Role.SUPPLIER, Role.OPERATOR),
        Role.APPROVER: (Role.AGENCY, Role.SUPPLIER, Role.OPERATOR),
        Role.AGENCY: (Role.BUYER, Role.SUPPLIER, Role.OPERATOR),
        Role.INSPECTOR: (Role.BUYER, Role.SUPPLIER, Role.OPERATOR),
        Role.SUPPLIER: (Role.AGENCY, Role.BUYER),
        Role.OPERATOR: (Role.BUYER, Role.AGENCY, Role.SUPPLIER),
    }
)


def open_case(
    order: Order,
    *,
    service_id: str,
    case_id: str,
    actor: Actor,
    at: dt.datetime,
    addressed_to: Role,
    question: str,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Ask the supplier or the platform about a service or its report.

    https://www.alifaq.org/how-do-i-use-the-production-monitoring-service/

    Args:
        order: The order.

        service_id: A service that was paid once.

        case_id: The new case's name.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

        addressed_to: The supplier or the operator.

        question: In words.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.InputError: If there is a case of that name, the addressee is
            neither, or the question is empty.

        pmkit.RefusedError: If the service was never paid, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.OPEN_CASE)
    if any(case.id == case_id for case in service.cases):
        msg = f"There is a case {case_id!r} already."
        raise InputError(msg, field="case_id", remedy="Give it another name.")
    if addressed_to not in _ADDRESSEES:
        msg = f"A case is not addressed to the {addressed_to.value}."
        raise InputError(msg, field="addressed_to", remedy="Use supplier or operator.")
    zone, terms = calendar.zone, order.terms
    case = SupportCase(
        id=case_id,
        addressed_to=addressed_to,
        entries=(CaseEntry(at=at, by=actor, text=question),),
        answer_by=answer_by(at, zone=zone, days=terms.answer_days),
        escalation_opens=escalation_opens(
            at, zone=zone, day=terms.escalation_opens_day
        ),
        escalates_at=escalates_at(at, zone=zone, day=terms.escalates_day),
    )
    return happened(
        order, CaseOpened(at=at, by=actor, service_id=service_id, case=case)
    )


def answer_case(
    order: Order,
    *,
    service_id: str,
    case_id: str,
    actor: Actor,
    at: dt.datetime,
    text: str,
) -> Outcome:
    """
    Say something in a case: an answer, or the buyer's follow-up.

    A follow-up opens an answered case again; an escalated one stays escalated.

    Args:
        order: The order.

        service_id: A service with the case.

        case_id: The case.

        actor: The buyer, the approver, the operator, or the supplier if the case
            is addressed to it.

        at: When, in any zone.

        text: The words.

    Raises:
        pmkit.NotFoundError: If there is no such case for the actor.

        pmkit.OutOfOrderError: If the case is over.

        pmkit.InputError: If there are no words.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.ANSWER_CASE)
    case = _live_case(service, case_id, actor)
    asks = actor.role in (Role.BUYER, Role.APPROVER)
    state = CaseState.OPEN if asks else CaseState.ANSWERED
    return happened(
        order,
        CaseAnswered(
            at=at,
            by=actor,
            service_id=service_id,
            case_id=case_id,
            entry=CaseEntry(at=at, by=actor, text=text),
            state=case.state if case.state is CaseState.ESCALATED else state,
        ),
    )


def escalate_case(
    order: Order, *, service_id: str, case_id: str, actor: Actor, at: dt.datetime
) -> Outcome:
    """
    Ask the platform in: a side from CASE-3 on, the clock at CASE-2.

    https://service.alibaba.com/buyer/faq_detail/20155175.htm

    Args:
        order: The order.

        service_id: A service with the case.

        case_id: The case.

        actor: The buyer, the approver, the supplier if the case is addressed to
            it, or the system.

        at: When, in any zone.

    Raises:
        pmkit.NotYetError: If it is too early.

        pmkit.NotFoundError: If there is no such case for the actor.

        pmkit.OutOfOrderError: If the case is over or escalated already.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.ESCALATE_CASE)
    case = _live_case(service, case_id, actor)
    if case.state is CaseState.ESCALATED:
        msg = "The case is with the platform already."
        raise OutOfOrderError(msg, allowed="Wait for its resolution.")
    if actor.role is Role.SYSTEM:
        early, opens = case.escalates_at.allows(at), case.escalates_at.at
    else:
        early, opens = not case.escalation_opens.allows(at), case.escalation_opens.at
    if early:
        msg = "The two sides still have time to settle it."
        raise NotYetError(msg, allowed=f"Possible from {opens.isoformat()} on.")
    return happened(
        order, CaseEscalated(at=at, by=actor, service_id=service_id, case_id=case_id)
    )


def close_case(
    order: Order,
    *,
    service_id: str,
    case_id: str,
    actor: Actor,
    at: dt.datetime,
    resolution: str,
) -> Outcome:
    """
    End a case with its resolution.

    Args:
        order: The order.

        service_id: A service with the case.

        case_id: The case.

        actor: The buyer, the approver or the operator.

        at: When, in any zone.

        resolution: What was settled.

    Raises:
        pmkit.InputError: If the resolution is empty.

        pmkit.NotFoundError: If there is no such case.

        pmkit.OutOfOrderError: If the case is over.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.CLOSE_CASE)
    _live_case(service, case_id, actor)
    if not resolution.strip():
        msg = "The case has no resolution."
        raise InputError(msg, field="resolution", remedy="Say what was settled.")
    return happened(
        order,
        CaseClosed(
            at=at,
            by=actor,
            service_id=service_id,
            case_id=case_id,
            resolution=resolution,
        ),
    )


def withdraw_case(
    order: Order, *, service_id: str, case_id: str, actor: Actor, at: dt.datetime
) -> Outcome:
    """
    Take a question back; it can not be opened again.

    https://www.alicustomerservice.com/faq10_how-to-cancel-a-dispute-for-the-trade-assurance-order-590.html

    Args:
        order: The order.

        service_id: A service with the case.

        case_id: The case.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

    Raises:
        pmkit.NotFoundError: If there is no such case.

        pmkit.OutOfOrderError: If the case is over.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.WITHDRAW_CASE)
    _live_case(service, case_id, actor)
    return happened(
        order, CaseWithdrawn(at=at, by=actor, service_id=service_id, case_id=case_id)
    )


def send_message(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    text: str,
    to: tuple[Role, ...] = (),
) -> Outcome:
    """
    Write in the thread of a service.

    https://www.alifaq.org/category/production-monitoring

    Args:
        order: The order.

        service_id: A paid service.

        actor: Anybody on it but the system.

        at: When, in any zone.

        text: The words.

        to: Whom it is for; by default the agency, or the buyer if the agency or
            the platform writes.

    Raises:
        pmkit.InputError: If it is for a role that the actor does not write to,
            or there are no words.

        pmkit.RefusedError: If the service is not paid, or the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.SEND_MESSAGE)
    allowed = _WRITES_TO[actor.role]
    named = tuple(dict.fromkeys(to)) or allowed[:1]
    if any(role not in allowed for role in named):
        msg = f"A {actor.role.value} does not write to this."
        names = ", ".join(role.value for role in allowed)
        raise InputError(msg, field="to", remedy=f"Name some of {names}.")
    message = Message(
        number=len(service.messages) + 1, at=at, by=actor, to=named, text=text
    )
    return happened(
        order, MessageSent(at=at, by=actor, service_id=service_id, message=message)
    )


def _live_case(service: Service, case_id: str, actor: Actor) -> SupportCase:
    """Find a case that the actor sees and that is not over."""
    case = service.case(case_id)
    if not sees_case(case, actor):
        raise no_such_case()
    if case.state in CASE_OVER:
        msg = f"The case is {case.state.value}."
        raise OutOfOrderError(msg, allowed="Open a new one.")
    return case
