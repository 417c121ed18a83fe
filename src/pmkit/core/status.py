"""
The status section of an order: where it stands, what is next, who acts, by when.

One query for each role; nobody is shown what is not theirs to see.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from pmkit.core.case import CASE_OVER, CaseState
from pmkit.core.deadlines import Deadline
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.parties import Actor, Role
from pmkit.core.payment import PLAIN_REASON, Payment, PaymentState, Refund, RefundRoute
from pmkit.core.report import Report
from pmkit.core.roles import Action, require_on_order
from pmkit.core.rules.next_step import NextStep, next_step, owes_report
from pmkit.core.rules.sight import cases_seen_by, reports_seen_by, visit_seen_by
from pmkit.core.service import Payer, Service, ServiceStage
from pmkit.core.visit import Visit, VisitState

if TYPE_CHECKING:
    from pmkit.core.order import Order

_STILL_TO_COME = frozenset(
    {
        PaymentState.CREATED,
        PaymentState.ACTION_REQUIRED,
        PaymentState.SUBMITTED,
        PaymentState.PROCESSING,
        PaymentState.PART_RECEIVED,
    }
)


@attrs.frozen(kw_only=True)
class Due:
    """
    A due moment with the words that explain it.

    Args:
        what: What has to happen.

        deadline: Until when, with the clause and the days behind it.

        passed: Whether it is too late already.
    """

    what: str
    deadline: Deadline
    passed: bool

    @property
    def explanation(self) -> str:
        """Why it is that day, in words."""
        return str(self.deadline.explain())


@attrs.frozen(kw_only=True)
class PaymentStatus:
    """A payment, as its payer sees it."""

    payment_id: str
    method: str
    amount: Money
    received: Money
    state: str
    reason: str
    expected_by: dt.datetime | None = None


@attrs.frozen(kw_only=True)
class ServiceStatus:
    """
    The section of one service, as one role sees it.

    Args:
        price: The total; `None` for those whose business it is not.

        refunds: Money that goes back to who paid for it, with its route and its
            state; the supplier sees what the supplier has to pay back.

        report: The report; `None` where there is none, or not for this role.

        overdue: Whether a report is late.

        deadlines: Every due moment of the service, the earliest first.
    """

    service_id: str
    kind: str
    provider: str
    stage: ServiceStage
    next: NextStep
    price: Money | None
    warning: str
    payments: tuple[PaymentStatus, ...]
    refunds: tuple[Refund, ...]
    visits: tuple[Visit, ...]
    report: Report | None
    overdue: bool
    deadlines: tuple[Due, ...]


@attrs.frozen(kw_only=True)
class OrderStatus:
    """The status of an order as one role sees it."""

    order_id: str
    stage: str
    ship_day: dt.date | None
    services: tuple[ServiceStatus, ...]


def status(order: Order, *, actor: Actor, at: dt.datetime) -> OrderStatus:
    """
    Tell one role how an order stands.

    Args:
        order: The order.

        actor: Who asks.

        at: The present instant, in any zone.

    Returns:
        The status, with a section for each service that the role may see.

    Raises:
        pmkit.NotFoundError: If the order is none of the actor's.
    """
    at = to_utc(at)
    require_on_order(order, actor, Action.VIEW)
    mine = [
        service
        for service in order.services
        if actor.role not in (Role.AGENCY, Role.INSPECTOR)
        or service.provider == actor.party
    ]
    return OrderStatus(
        order_id=order.id,
        stage=order.stage.value,
        ship_day=order.ship_day,
        services=tuple(_section(order, service, actor, at) for service in mine),
    )


def _open_step(order: Order, service: Service, at: dt.datetime) -> NextStep:
    """Tell the next step; a review whose window has passed is none any more."""
    step = next_step(order, service)
    reviewing = service.stage in (ServiceStage.CLOSED, ServiceStage.REVIEWED)
    if reviewing and step.by is not None and not step.by.allows(at):
        return NextStep(what="Nothing: the time for a review is over.")
    return step


def _section(
    order: Order, service: Service, actor: Actor, at: dt.datetime
) -> ServiceStatus:
    late = [
        v
        for v in service.visits
        if owes_report(v)
        and v.report_late_after is not None
        and not v.report_late_after.allows(at)
    ]
    return ServiceStatus(
        service_id=service.id,
        kind=service.kind,
        provider=service.provider,
        stage=service.stage,
        next=_open_step(order, service, at),
        price=service.price.total if _sees_price(service, actor) else None,
        warning=service.warning,
        payments=_payments(order, service, actor),
        refunds=_refunds(order, service, actor),
        visits=tuple(visit_seen_by(v, actor) for v in service.visits),
        report=next(reversed(reports_seen_by(service, actor)), None),
        overdue=bool(late),
        deadlines=_dues(service, actor, at),
    )


def _sees_price(service: Service, actor: Actor) -> bool:
    return actor.role is not Role.SUPPLIER or service.payer is Payer.SUPPLIER


def _payments(
    order: Order, service: Service, actor: Actor
) -> tuple[PaymentStatus, ...]:
    """Show payments to who paid and to the platform, to nobody else."""
    payer = (
        (Role.SUPPLIER,)
        if service.payer is Payer.SUPPLIER
        else (Role.BUYER, Role.APPROVER)
    )
    if actor.role not in (*payer, Role.OPERATOR, Role.SYSTEM):
        return ()
    return tuple(_payment(payment) for payment in order.payments_of(service.id))


def _refunds(order: Order, service: Service, actor: Actor) -> tuple[Refund, ...]:
    """Show refunds to who gets them, who has to pay them, and the platform."""
    paid = {payment.payment_id for payment in _payments(order, service, actor)}
    return tuple(
        refund
        for refund in order.refunds
        if refund.service_id in (None, service.id)
        and (
            refund.payment_id in paid
            or (
                actor.role is Role.SUPPLIER
                and refund.service_id == service.id
                and refund.route is RefundRoute.SUPPLIER_REFUND
            )
        )
    )


def _payment(payment: Payment) -> PaymentStatus:
    plain = PLAIN_REASON[payment.state]
    # What was expected too late is of no use once the money has come or never will.
    warning = payment.warning if payment.state in _STILL_TO_COME else ""
    reason = " ".join(p for p in (plain, payment.reason, warning) if p)
    return PaymentStatus(
        payment_id=payment.id,
        method=payment.method,
        amount=payment.amount,
        received=payment.counted,
        state=payment.state.value,
        reason=reason,
        expected_by=payment.expected_by,
    )


def _dues(service: Service, actor: Actor, at: dt.datetime) -> tuple[Due, ...]:
    found: list[tuple[str, Deadline | None]] = []
    if not service.over:
        found.append(("Book and pay the service.", service.book_by))
    for visit in service.visits:
        number = visit.number
        if visit.state in (VisitState.CONFIRMED, VisitState.ASSIGNED):
            found.append((f"Change visit {number} for nothing.", visit.change_by))
        if visit.ended_at is not None:
            found.append(
                (f"Report of visit {number} expected.", visit.report_expected_by)
            )
            found.append((f"Report of visit {number} late.", visit.report_late_after))
    found.append(("Review the service.", service.review_until))
    if service.review is not None:
        found.append(("Revise the review.", service.review.revise_until))
    for case in cases_seen_by(service, actor):
        if case.state in CASE_OVER:
            continue
        if case.state is CaseState.OPEN:
            found.append((f"Answer case {case.id}.", case.answer_by))
        found.append((f"Case {case.id} escalates by itself.", case.escalates_at))
    dues = [
        Due(what=what, deadline=deadline, passed=not deadline.allows(at))
        for what, deadline in found
        if deadline is not None
    ]
    return tuple(sorted(dues, key=lambda due: due.deadline.at))
