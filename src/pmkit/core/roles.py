"""
Who may do what, when: one table, as data, that everything asks.

A cell of the table is a role, an action and a stage.  What is not in it is not
allowed.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from pmkit.core.errors import NotAllowedError, NotFoundError, OutOfOrderError
from pmkit.core.order import NOTHING_HERE, Order, OrderStage
from pmkit.core.parties import Actor, Role
from pmkit.core.service import Service, ServiceStage

if TYPE_CHECKING:
    from collections.abc import Mapping


class Action(enum.StrEnum):
    """Everything that somebody can do on an order."""

    # On the order.
    PLACE_ORDER = "place-order"
    MOVE_SHIP_DATE = "move-ship-date"
    SHIP_GOODS = "ship-goods"
    ADD_SERVICE = "add-service"
    PAY_ORDER = "pay-order"
    OBSERVE_PAYMENT = "observe-payment"
    LINK_PAYMENT = "link-payment"
    OBSERVE_REFUND = "observe-refund"
    SWEEP = "sweep"
    RECHECK_DEADLINES = "recheck-deadlines"
    VIEW = "view"
    # On one service, in the order of the road.
    APPROVE_SERVICE = "approve-service"
    CONSENT = "consent"
    EDIT_SERVICE = "edit-service"
    DESELECT_SERVICE = "deselect-service"
    PAY_SERVICE = "pay-service"
    CONFIRM_BOOKING = "confirm-booking"
    REQUEST_CHANGE = "request-change"
    ANSWER_CHANGE = "answer-change"
    GIVE_INFORMATION = "give-information"
    PROPOSE_APPOINTMENT = "propose-appointment"
    CONFIRM_APPOINTMENT = "confirm-appointment"
    ASSIGN_INSPECTOR = "assign-inspector"
    MOVE_VISIT = "move-visit"
    REFUSE_VISIT = "refuse-visit"
    ARRIVE = "arrive"
    COMPLETE_VISIT = "complete-visit"
    FAIL_VISIT = "fail-visit"
    UPLOAD_REPORT = "upload-report"
    DECIDE_REPORT = "decide-report"
    RELEASE_REPORT = "release-report"
    CLOSE_SERVICE = "close-service"
    REVIEW = "review"
    REPLY_REVIEW = "reply-review"
    REVISE_REVIEW = "revise-review"
    OPEN_CASE = "open-case"
    ANSWER_CASE = "answer-case"
    ESCALATE_CASE = "escalate-case"
    CLOSE_CASE = "close-case"
    WITHDRAW_CASE = "withdraw-case"
    SEND_MESSAGE = "send-message"
    REQUEST_CANCELLATION = "request-cancellation"
    ANSWER_CANCELLATION = "answer-cancellation"


_BUYING = (Role.BUYER, Role.APPROVER)
_CHOOSING = (*_BUYING, Role.OPERATOR)
_ON_SITE = (Role.AGENCY, Role.INSPECTOR)

_DRAFT = frozenset({OrderStage.DRAFT})
_PLACED = frozenset(OrderStage) - _DRAFT
_UNSHIPPED = frozenset(OrderStage) - {OrderStage.SHIPPED}
#: While the initial payment is on its way nothing may be added or changed.
_QUIET = _UNSHIPPED - {OrderStage.INITIAL_PAYMENT_PROCESSING}
_PAYABLE = frozenset(
    {
        OrderStage.AWAITING_INITIAL_PAYMENT,
        OrderStage.IN_PRODUCTION,
        OrderStage.SHIPPED,
    }
)

#: action -> role -> the stages of the order at which the role may take it.
ON_ORDER: Mapping[Action, Mapping[Role, frozenset[OrderStage]]] = {
    Action.PLACE_ORDER: dict.fromkeys((*_CHOOSING, Role.SUPPLIER), _DRAFT),
    Action.MOVE_SHIP_DATE: dict.fromkeys((Role.SUPPLIER, Role.OPERATOR), _UNSHIPPED),
    Action.SHIP_GOODS: {Role.SUPPLIER: frozenset({OrderStage.IN_PRODUCTION})},
    Action.ADD_SERVICE: {**dict.fromkeys(_CHOOSING, _QUIET), Role.SUPPLIER: _DRAFT},
    Action.PAY_ORDER: dict.fromkeys(_BUYING, _PAYABLE),
    Action.OBSERVE_PAYMENT: {Role.SYSTEM: frozenset(OrderStage)},
    Action.LINK_PAYMENT: dict.fromkeys((Role.SUPPLIER, Role.OPERATOR), _PLACED),
    Action.OBSERVE_REFUND: {Role.SYSTEM: frozenset(OrderStage)},
    Action.SWEEP: {Role.SYSTEM: frozenset(OrderStage)},
    Action.RECHECK_DEADLINES: dict.fromkeys(
        (Role.OPERATOR, Role.SYSTEM), frozenset(OrderStage)
    ),
    Action.VIEW: dict.fromkeys(Role, frozenset(OrderStage)),
}

_PROPOSED = frozenset({ServiceStage.PROPOSED})
_UNPAID = frozenset(
    {
        ServiceStage.PROPOSED,
        ServiceStage.AWAITING_CONSENT,
        ServiceStage.AWAITING_PAYMENT,
    }
)
_OWN_UNPAID = frozenset({ServiceStage.PROPOSED, ServiceStage.AWAITING_PAYMENT})
_DUE = frozenset({ServiceStage.AWAITING_PAYMENT})
_BEFORE_VISIT = frozenset({ServiceStage.BOOKED, ServiceStage.SCHEDULED})
#: From booking until the last report: with several visits planned, one can be
#: arranged while another is under way.
_VISITING = frozenset(
    {
        ServiceStage.BOOKED,
        ServiceStage.SCHEDULED,
        ServiceStage.ON_SITE,
        ServiceStage.AWAITING_REPORT,
    }
)
_WITH_REPORT = _VISITING | {ServiceStage.REPORTED}
_DONE = frozenset({ServiceStage.CLOSED, ServiceStage.REVIEWED})
_SINCE_BOOKING = _WITH_REPORT | _DONE | {ServiceStage.CANCELLING}
#: Questions stay possible when the service is over; nobody is left alone.
_ASKABLE = _SINCE_BOOKING | {ServiceStage.CANCELLED, ServiceStage.EXPIRED}

#: action -> role -> the stages of the service at which the role may take it.
ON_SERVICE: Mapping[Action, Mapping[Role, frozenset[ServiceStage]]] = {
    Action.APPROVE_SERVICE: dict.fromkeys(_BUYING, _PROPOSED),
    Action.CONSENT: {Role.SUPPLIER: frozenset({ServiceStage.AWAITING_CONSENT})},
    Action.EDIT_SERVICE: {
        **dict.fromkeys(_CHOOSING, _UNPAID),
        Role.SUPPLIER: _OWN_UNPAID,
    },
    Action.DESELECT_SERVICE: {
        **dict.fromkeys(_CHOOSING, _UNPAID),
        Role.SUPPLIER: _OWN_UNPAID,
    },
    Action.PAY_SERVICE: dict.fromkeys((*_BUYING, Role.SUPPLIER), _DUE),
    # The agency's answer can come late, and must not be lost then.
    Action.CONFIRM_BOOKING: dict.fromkeys(
        (Role.AGENCY, Role.SYSTEM), _SINCE_BOOKING | {ServiceStage.CANCELLED}
    ),
    Action.REQUEST_CHANGE: dict.fromkeys(_BUYING, _BEFORE_VISIT),
    Action.ANSWER_CHANGE: dict.fromkeys((Role.AGENCY, Role.OPERATOR), _BEFORE_VISIT),
    Action.GIVE_INFORMATION: dict.fromkeys(_BUYING, _BEFORE_VISIT),
    Action.PROPOSE_APPOINTMENT: dict.fromkeys(
        (Role.SUPPLIER, Role.AGENCY, Role.OPERATOR), _VISITING
    ),
    Action.CONFIRM_APPOINTMENT: dict.fromkeys((Role.AGENCY, Role.OPERATOR), _VISITING),
    # The name can come late, and must not be lost then.
    Action.ASSIGN_INSPECTOR: {Role.AGENCY: _WITH_REPORT},
    Action.MOVE_VISIT: dict.fromkeys(
        (*_BUYING, Role.SUPPLIER, Role.AGENCY, Role.OPERATOR), _VISITING
    ),
    Action.REFUSE_VISIT: {Role.SUPPLIER: _VISITING},
    Action.ARRIVE: dict.fromkeys(_ON_SITE, _VISITING),
    Action.COMPLETE_VISIT: dict.fromkeys(_ON_SITE, _VISITING),
    Action.FAIL_VISIT: dict.fromkeys(_ON_SITE, _VISITING),
    Action.UPLOAD_REPORT: {Role.AGENCY: _WITH_REPORT},
    Action.DECIDE_REPORT: dict.fromkeys(_BUYING, _WITH_REPORT),
    Action.RELEASE_REPORT: dict.fromkeys(_BUYING, _WITH_REPORT | _DONE),
    Action.CLOSE_SERVICE: dict.fromkeys(
        (Role.OPERATOR, Role.SYSTEM), frozenset({ServiceStage.REPORTED})
    ),
    Action.REVIEW: dict.fromkeys(_BUYING, frozenset({ServiceStage.CLOSED})),
    Action.REPLY_REVIEW: {Role.AGENCY: frozenset({ServiceStage.REVIEWED})},
    Action.REVISE_REVIEW: dict.fromkeys(_BUYING, frozenset({ServiceStage.REVIEWED})),
    Action.OPEN_CASE: dict.fromkeys(_BUYING, _ASKABLE),
    Action.ANSWER_CASE: dict.fromkeys(
        (*_BUYING, Role.SUPPLIER, Role.OPERATOR), _ASKABLE
    ),
    Action.ESCALATE_CASE: dict.fromkeys(
        (*_BUYING, Role.SUPPLIER, Role.SYSTEM), _ASKABLE
    ),
    Action.CLOSE_CASE: dict.fromkeys(_CHOOSING, _ASKABLE),
    Action.WITHDRAW_CASE: dict.fromkeys(_BUYING, _ASKABLE),
    Action.SEND_MESSAGE: dict.fromkeys(
        (*_BUYING, Role.SUPPLIER, Role.AGENCY, Role.INSPECTOR, Role.OPERATOR),
        _SINCE_BOOKING,
    ),
    Action.REQUEST_CANCELLATION: dict.fromkeys(_CHOOSING, _BEFORE_VISIT),
    Action.ANSWER_CANCELLATION: {Role.OPERATOR: frozenset({ServiceStage.CANCELLING})},
}

#: Who may bring an order to pmkit.
OPENERS = frozenset({*_CHOOSING, Role.SUPPLIER, Role.SYSTEM})


def belongs(order: Order, actor: Actor) -> bool:
    """
    Tell whether an actor has anything to do with an order.

    Args:
        order: The order.

        actor: Who asks.

    Returns:
        Whether it is a party to the order, an agency with a service on it, or
        the platform.
    """
    if actor.role in (Role.OPERATOR, Role.SYSTEM):
        return True
    if actor.role in (Role.AGENCY, Role.INSPECTOR):
        return any(service.provider == actor.party for service in order.services)
    return order.party_of(actor.role) == actor.party


def find_service(order: Order, service_id: str, actor: Actor) -> Service:
    """
    Find a service that an actor has to do with.

    Raises:
        pmkit.NotFoundError: If there is none, or it is none of the actor's.
    """
    if not belongs(order, actor):
        raise NotFoundError(NOTHING_HERE, field="service_id")
    service = order.service(service_id)
    if actor.role in (Role.AGENCY, Role.INSPECTOR) and service.provider != actor.party:
        raise NotFoundError(NOTHING_HERE, field="service_id")
    return service


def require_on_order(order: Order, actor: Actor, action: Action) -> None:
    """
    Let an action on an order pass, or say why not.

    Args:
        order: The order as it is.

        actor: Who wants to act.

        action: What they want to do.

    Raises:
        pmkit.NotFoundError: If the order is none of the actor's.

        pmkit.NotAllowedError: If the role may never do this.

        pmkit.OutOfOrderError: If the role may do it at another stage.
    """
    if not belongs(order, actor):
        raise NotFoundError(NOTHING_HERE, field="order_id")
    _require(ON_ORDER[action].get(actor.role), order.stage, actor, action)


def require_on_service(
    order: Order, service_id: str, actor: Actor, action: Action
) -> Service:
    """
    Let an action on a service pass, or say why not.

    Args:
        order: The order as it is.

        service_id: The service.

        actor: Who wants to act.

        action: What they want to do.

    Returns:
        The service.

    Raises:
        pmkit.NotFoundError: If the service is none of the actor's.

        pmkit.NotAllowedError: If the role may never do this.

        pmkit.OutOfOrderError: If the role may do it at another stage.
    """
    service = find_service(order, service_id, actor)
    _require(ON_SERVICE[action].get(actor.role), service.stage, actor, action)
    return service


def _require(
    stages: frozenset[OrderStage] | frozenset[ServiceStage] | None,
    stage: OrderStage | ServiceStage,
    actor: Actor,
    action: Action,
) -> None:
    """Look one cell up."""
    if not stages:
        msg = f"The {actor.role.value} may not {_words(action)}."
        raise NotAllowedError(msg, allowed=f"Allowed to: {_who(action)}.")
    if stage not in stages:
        msg = f"The stage is {stage.value}: you can not {_words(action)} now."
        when = ", ".join(sorted(s.value for s in stages))
        raise OutOfOrderError(msg, allowed=f"Possible while it is: {when}.")


def _words(action: Action) -> str:
    return action.value.replace("-", " ")


def _who(action: Action) -> str:
    table = ON_ORDER.get(action) or ON_SERVICE[action]
    return ", ".join(role.value for role in table)
