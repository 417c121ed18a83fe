"""
What happens next on a service, who must act, and by when.
"""

from __future__ import annotations

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.order import Order, OrderStage
from pmkit.core.parties import Role
from pmkit.core.payment import Payment, PaymentState
from pmkit.core.service import Payer, Service, ServiceStage
from pmkit.core.visit import Visit, VisitState


@attrs.frozen(kw_only=True)
class NextStep:
    """
    What happens next.

    Args:
        what: The step, in words.

        who: The roles of which one has to act; empty where nobody has to.

        by: The due moment, if it has one.
    """

    what: str
    who: tuple[Role, ...] = ()
    by: Deadline | None = None


def next_step(order: Order, service: Service) -> NextStep:
    """
    Tell what happens next on a service, who must act, and by when.

    Args:
        order: The order.

        service: One of its services.

    Returns:
        The next step.
    """
    stage = service.stage
    if stage is ServiceStage.BOOKED:
        return _arranging(service)
    if stage in (ServiceStage.AWAITING_PAYMENT, ServiceStage.PAYMENT_PROCESSING):
        return _paying(order, service)
    if stage is ServiceStage.AWAITING_REPORT:
        visit = next(v for v in service.visits if owes_report(v))
        return NextStep(
            what="The agency uploads the report.",
            who=(Role.AGENCY,),
            by=visit.report_late_after,
        )
    if stage is ServiceStage.REVIEWED:
        return _after_review(service)
    what, who = _NEXT[stage]
    by = service.review_until if stage is ServiceStage.CLOSED else None
    if stage in (ServiceStage.PROPOSED, ServiceStage.AWAITING_CONSENT):
        by = service.book_by
    return NextStep(what=what, who=who, by=by)


_NEXT: dict[ServiceStage, tuple[str, tuple[Role, ...]]] = {
    ServiceStage.PROPOSED: (
        "The buyer approves or declines what the supplier proposed.",
        (Role.BUYER, Role.APPROVER),
    ),
    ServiceStage.AWAITING_CONSENT: (
        "The supplier agrees to the visit or not.",
        (Role.SUPPLIER,),
    ),
    ServiceStage.SCHEDULED: (
        "The inspector visits the plant.",
        (Role.AGENCY, Role.INSPECTOR),
    ),
    ServiceStage.ON_SITE: (
        "The inspector finishes the check.",
        (Role.AGENCY, Role.INSPECTOR),
    ),
    ServiceStage.REPORTED: (
        "The buyer reads the report and decides.",
        (Role.BUYER, Role.APPROVER),
    ),
    ServiceStage.CLOSED: ("The buyer leaves a review.", (Role.BUYER, Role.APPROVER)),
    ServiceStage.CANCELLING: (
        "The platform decides on the cancellation.",
        (Role.OPERATOR,),
    ),
    ServiceStage.REMOVED: ("Nothing: the service was removed.", ()),
    ServiceStage.CANCELLED: ("Nothing: the service was cancelled.", ()),
    ServiceStage.EXPIRED: ("Nothing: the service can not take place.", ()),
}


def _paying(order: Order, service: Service) -> NextStep:
    payer = Role.SUPPLIER if service.payer is Payer.SUPPLIER else Role.BUYER
    if service.payment_under_way:
        if any(_in_part(payment) for payment in order.payments_of(service.id)):
            what = "The rest of the money is sent."
            return NextStep(what=what, who=(payer,), by=service.book_by)
        return NextStep(what="The money arrives.", by=service.book_by)
    if not service.paid_apart and order.placed_at is None:
        both = (Role.BUYER, Role.SUPPLIER)
        return NextStep(what="The order is placed.", who=both, by=service.book_by)
    # A proposal may be approved when the initial payment is over: it is paid apart.
    due = order.stage is OrderStage.AWAITING_INITIAL_PAYMENT
    with_order = due and not service.paid_apart
    what = "The service is paid" + (" with the initial payment." if with_order else ".")
    return NextStep(what=what, who=(payer,), by=service.book_by)


def _in_part(payment: Payment) -> bool:
    return payment.state is PaymentState.PART_RECEIVED


def _arranging(service: Service) -> NextStep:
    visit = service.current_visit()
    if visit is not None and visit.state is VisitState.PROPOSED:
        return NextStep(what="The agency confirms the date.", who=(Role.AGENCY,))
    what = "The supplier proposes an appointment"
    if service.information is None:
        return NextStep(
            what=f"{what}; the buyer gives product information and sample pictures.",
            who=(Role.SUPPLIER, Role.BUYER),
        )
    return NextStep(what=f"{what}.", who=(Role.SUPPLIER,))


def _after_review(service: Service) -> NextStep:
    review = service.review
    if review is not None and review.reply is None:
        return NextStep(what="The agency may reply to the review.", who=(Role.AGENCY,))
    if review is not None and review.revised is None:
        return NextStep(
            what="The buyer may revise the review once.",
            who=(Role.BUYER, Role.APPROVER),
            by=review.revise_until,
        )
    return NextStep(what="Nothing: the service is done.")


def owes_report(visit: Visit) -> bool:
    """Tell whether the report of a visit is still to come."""
    return visit.state is VisitState.COMPLETED and visit.report is None
