"""
Before the visit: what to look at, when and where; then move it or refuse it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pmkit.core.clauses import change_by
from pmkit.core.errors import InputError
from pmkit.core.events import Outcome, happened
from pmkit.core.events.visiting import (
    AppointmentConfirmed,
    AppointmentProposed,
    InformationGiven,
    InspectorAssigned,
    VisitMoved,
)
from pmkit.core.moments import to_utc
from pmkit.core.report import require_sha256
from pmkit.core.roles import Action, require_on_service
from pmkit.core.rules.arranging import (
    check_move,
    check_still_movable,
    check_still_possible,
    check_time,
    when_accepted,
)
from pmkit.core.rules.liability import failed, late_move_fee
from pmkit.core.service import BuyerInformation
from pmkit.core.visit import (
    Appointment,
    MissedCause,
    Move,
    VisitState,
    require_state,
)

if TYPE_CHECKING:
    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor

#: Visits that an inspector went to, named or not.
_BEGUN = frozenset({VisitState.ON_SITE, VisitState.COMPLETED, VisitState.ABORTED})


def give_information(
    order: Order,
    *,
    service_id: str,
    actor: Actor,
    at: dt.datetime,
    product_details: str,
    sample_pictures: tuple[str, ...] = (),
    special_requirements: str = "",
) -> Outcome:
    """
    Tell the agency what to look at; the last word before the visit holds.

    After payment the buyer is asked for product information and pictures of the
    approved sample.
    https://www.alifaq.org/category/production-monitoring

    Args:
        order: The order.

        service_id: A paid service whose visit has not begun.

        actor: The buyer or the buyer's approver.

        at: When, in any zone.

        product_details: What to look at and against what.

        sample_pictures: SHA-256 of each picture.

        special_requirements: Anything beyond the service kind's checks.

    Raises:
        pmkit.InputError: If the details are empty or a picture is no SHA-256.

        pmkit.RefusedError: If the visit has begun, or the role may not.
    """
    at = to_utc(at)
    require_on_service(order, service_id, actor, Action.GIVE_INFORMATION)
    for picture in sample_pictures:
        require_sha256(picture, field="sample_pictures")
    information = BuyerInformation(
        product_details=product_details,
        sample_pictures=tuple(sample_pictures),
        special_requirements=special_requirements,
        at=at,
    )
    return happened(
        order,
        InformationGiven(
            at=at, by=actor, service_id=service_id, information=information
        ),
    )


def propose_appointment(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    appointment: Appointment,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Propose when and where a visit is to be; a later proposal replaces it.

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit that is not confirmed.

        actor: The supplier, the agency or the operator.

        at: When, in any zone.

        appointment: The time, after *at* and not after the ship date, and place.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.InputError: If the appointment has begun or is after the ship date.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.OutOfOrderError: If the visit is confirmed already, or further.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.PROPOSE_APPOINTMENT)
    require_state(service.visit(visit), VisitState.REQUESTED, VisitState.PROPOSED)
    check_time(order, appointment, at, calendar.zone)
    return happened(
        order,
        AppointmentProposed(
            at=at, by=actor, service_id=service_id, visit=visit, appointment=appointment
        ),
    )


def confirm_appointment(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    calendar: WorkingCalendar,
    accepted_at: dt.datetime | None = None,
    proposed_at: dt.datetime | None = None,
) -> Outcome:
    """
    Agree to a proposed appointment; from now on CHANGE-1 runs.

    What the agency sent in time is in time, however late it is heard.

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit with a proposal.

        actor: The agency or the operator.

        at: When this is said, in any zone.

        calendar: The working days and the zone of the place.

        accepted_at: When the agency agreed, in any zone; believed if the proposal
            stood by then and it is not after *at*, which counts otherwise.

        proposed_at: Since when the proposal stands, in any zone; left out, nothing
            but *at* is believed.

    Raises:
        pmkit.OutOfOrderError: If nothing is proposed, or the ship date has moved
            to before the proposal.

        pmkit.TooLateError: If the proposed time has begun.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.CONFIRM_APPOINTMENT)
    found = service.visit(visit)
    require_state(found, VisitState.PROPOSED)
    accepted = when_accepted(accepted_at, proposed_at, at)
    check_still_possible(order, found.agreed, accepted or at, calendar.zone)
    day = found.agreed.local_day(calendar.zone)
    cutoff = dt.time(order.terms.change_cutoff_hour)
    begun = found.agreed.starts_at <= at
    return happened(
        order,
        AppointmentConfirmed(
            at=at,
            by=actor,
            service_id=service_id,
            visit=visit,
            change_by=change_by(day, zone=calendar.zone, at=cutoff),
            accepted_at=accepted if begun else None,
        ),
    )


def assign_inspector(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    inspector: str,
) -> Outcome:
    """
    Name the person who goes; naming another one replaces the first.

    Who went can also be said once the visit has begun, if nobody was named before: a
    message of the agency may come late, and the name must not be lost then.

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a confirmed visit, or of a later one without a name.

        actor: The agency.

        at: When, in any zone.

        inspector: The person's name; only this person may then act on site.

    Raises:
        pmkit.InputError: If the name is empty.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.OutOfOrderError: If the visit is not confirmed, or has begun with
            somebody else.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.ASSIGN_INSPECTOR)
    found = service.visit(visit)
    if found.inspector or found.state not in _BEGUN:
        require_state(found, VisitState.CONFIRMED, VisitState.ASSIGNED)
    if not inspector.strip():
        msg = "The inspector has no name."
        raise InputError(msg, field="inspector", remedy="Give the person's name.")
    return happened(
        order,
        InspectorAssigned(
            at=at, by=actor, service_id=service_id, visit=visit, inspector=inspector
        ),
    )


def move_visit(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    appointment: Appointment,
    reason: str,
    calendar: WorkingCalendar,
) -> Outcome:
    """
    Move a confirmed visit; the new time is a proposal until it is confirmed.

    Before CHANGE-1 it costs nobody anything.  After it the side that asks owes
    the fee of the terms.  On the day itself the supplier can not move it any
    more: that is a missed visit.
    https://www.qima.ae/inspection-cancellation-policy

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a confirmed visit.

        actor: Buyer, approver, supplier, agency or operator.

        at: When, in any zone.

        appointment: The new time and place.

        reason: Why, in words for the others.

        calendar: The working days and the zone of the place.

    Raises:
        pmkit.InputError: If there is no reason, the appointment is the old one,
            has begun or is after the ship date.

        pmkit.NotFoundError: If there is no such visit.

        pmkit.OutOfOrderError: If the visit is not confirmed; if the supplier asks
            on its day, or the buyer after its time.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.MOVE_VISIT)
    found = service.visit(visit)
    require_state(found, VisitState.CONFIRMED, VisitState.ASSIGNED)
    check_move(found, appointment, reason)
    check_time(order, appointment, at, calendar.zone)
    check_still_movable(found, actor, at)
    in_time = found.change_by is not None and found.change_by.allows(at)
    move = Move(
        at=at,
        by=actor,
        was=found.agreed,
        reason=reason,
        in_time=in_time,
        fee=None if in_time else late_move_fee(service, order.terms, actor),
    )
    return happened(
        order,
        VisitMoved(
            at=at,
            by=actor,
            service_id=service_id,
            visit=visit,
            move=move,
            appointment=appointment,
        ),
    )


def refuse_visit(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    note: str,
) -> Outcome:
    """
    Do not let the inspector in; the visit is missed and another one requested.

    The supplier owes the fee of a missed visit if this one was confirmed.
    https://beeinspection.com/pages/Refund-Policy

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit that has not begun.

        actor: The supplier.

        at: When, in any zone.

        note: Why, in words for the others.

    Raises:
        pmkit.NotFoundError: If there is no such visit.

        pmkit.OutOfOrderError: If the visit has begun or is over.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.REFUSE_VISIT)
    found = service.visit(visit)
    require_state(
        found,
        VisitState.REQUESTED,
        VisitState.PROPOSED,
        VisitState.CONFIRMED,
        VisitState.ASSIGNED,
    )
    cause = MissedCause.SUPPLIER_REFUSED
    return failed(order, service, found, actor=actor, at=at, cause=cause, note=note)
