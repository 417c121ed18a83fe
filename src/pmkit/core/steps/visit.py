"""
On site: the inspector arrives, checks and leaves, or the visit fails.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from pmkit.core.catalogue import Checkpoint, ServiceKind, require_kind
from pmkit.core.clauses import report_by
from pmkit.core.errors import InputError, NotYetError
from pmkit.core.events import Outcome, happened
from pmkit.core.events.visiting import InspectorArrived, VisitCompleted
from pmkit.core.moments import to_utc
from pmkit.core.roles import Action, require_on_service
from pmkit.core.rules.liability import failed
from pmkit.core.rules.sight import assigned_to
from pmkit.core.visit import (
    Check,
    CheckResult,
    MissedCause,
    Progress,
    Visit,
    VisitState,
    no_such_visit,
    require_state,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.service import Service


def arrive(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    arrived_at: dt.datetime | None = None,
) -> Outcome:
    """
    Say that the inspector is on site.

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a confirmed visit.

        actor: The agency, or the inspector that it assigned.

        at: When this is said, in any zone.

        arrived_at: Since when, in any zone; believed if it is on the day of the visit
            or later, and not after *at*, which counts otherwise.

    Raises:
        pmkit.NotYetError: If the day of the visit has not begun at its place.

        pmkit.NotFoundError: If there is no such visit, or it is another
            inspector's.

        pmkit.OutOfOrderError: If the visit is not confirmed, or has begun.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.ARRIVE)
    found = _own_visit(service, visit, actor)
    require_state(found, VisitState.CONFIRMED, VisitState.ASSIGNED)
    _require_its_day(found, at)
    return happened(
        order,
        InspectorArrived(
            at=at,
            by=actor,
            service_id=service_id,
            visit=visit,
            arrived_at=_arrived(found, arrived_at, at),
        ),
    )


def complete_visit(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    ended_at: dt.datetime,
    progress: tuple[Progress, ...],
    checks: tuple[Check, ...],
    calendar: WorkingCalendar,
    kind: ServiceKind,
) -> Outcome:
    """
    Say what was found on site; from now on the report is due by REPORT-1.

    Goods that are not as far as the kind needs them are no reason to refuse
    this: whether to go on is the inspector's judgement, see `ready`.
    https://www.alifaq.org/how-do-i-use-the-production-monitoring-service/

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a visit that has begun.

        actor: The agency, or the inspector that it assigned.

        at: When this is said, in any zone.

        ended_at: When the inspector left, in any zone; not after *at*.

        progress: How much of each order line is made and packed; every line,
            if progress was checked.

        checks: Every checkpoint of the kind, once.

        calendar: The working days and the zone of the place.

        kind: The service's kind, from the catalogue.

    Raises:
        pmkit.InputError: If the end is not between arrival and now, a line is
            not the order's, or a checkpoint is foreign, missing or twice there.

        pmkit.NotFoundError: If there is no such visit, or it is another
            inspector's.

        pmkit.OutOfOrderError: If the visit has not begun, or is over.

        pmkit.NotAllowedError: If the role may not.

        pmkit.CalendarHorizonError: If REPORT-1 leaves the announced days.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.COMPLETE_VISIT)
    found = _own_visit(service, visit, actor)
    require_state(found, VisitState.ON_SITE)
    require_kind(kind, service.kind)
    ended = to_utc(ended_at, field="ended_at")
    _check_end(found, ended, at)
    _check_checks(checks, kind)
    _check_progress(order, progress, checks)
    terms = order.terms
    expected, late = (
        report_by(
            ended, calendar=calendar, working_days=days, convention=terms.convention
        )
        for days in (terms.report_expected_working_days, terms.report_late_working_days)
    )
    return happened(
        order,
        VisitCompleted(
            at=at,
            by=actor,
            service_id=service_id,
            visit=visit,
            ended_at=ended,
            progress=tuple(progress),
            checks=tuple(checks),
            expected_by=expected,
            late_after=late,
        ),
    )


def fail_visit(
    order: Order,
    *,
    service_id: str,
    visit: int,
    actor: Actor,
    at: dt.datetime,
    cause: MissedCause,
    note: str,
) -> Outcome:
    """
    Say that a visit did not take place, or was broken off; request another one.

    The cause decides who pays: the factory for goods that are not ready, the
    buyer for papers that are missing, nobody for an inspector who did not come.
    https://beeinspection.com/pages/Refund-Policy

    Args:
        order: The order.

        service_id: A paid service.

        visit: The number of a confirmed visit, or of one that has begun.

        actor: The agency, or the inspector that it assigned.

        at: When, in any zone; before the day of the visit only if the supplier
            refused it.

        cause: What happened.

        note: The inspector's words.

    Raises:
        pmkit.NotYetError: If the day of the visit has not begun at its place.

        pmkit.NotFoundError: If there is no such visit, or it is another
            inspector's.

        pmkit.OutOfOrderError: If the visit is not confirmed, or is over.

        pmkit.NotAllowedError: If the role may not.
    """
    at = to_utc(at)
    service = require_on_service(order, service_id, actor, Action.FAIL_VISIT)
    found = _own_visit(service, visit, actor)
    require_state(found, VisitState.CONFIRMED, VisitState.ASSIGNED, VisitState.ON_SITE)
    if cause is not MissedCause.SUPPLIER_REFUSED:
        _require_its_day(found, at)
    return failed(order, service, found, actor=actor, at=at, cause=cause, note=note)


def ready(progress: Iterable[Progress], kind: ServiceKind) -> bool:
    """
    Tell whether goods are as far as a service kind needs them.

    Args:
        progress: How much of each order line is made and packed.

        kind: The service's kind, from the catalogue.

    Returns:
        Whether every line reaches the kind's readiness.

    Examples:
        A pre-shipment inspection needs all made and four fifths packed:

        >>> from pmkit.core.catalogue import CATALOGUE
        >>> lamps = Progress(product="lamp", ordered=100, finished=100, packed=79)
        >>> ready([lamps], CATALOGUE["PSI"]), ready([lamps], CATALOGUE["PM"])
        (False, True)
    """
    return all(line.reaches(kind.readiness) for line in progress)


def _own_visit(service: Service, number: int, actor: Actor) -> Visit:
    """Find a visit; one that is assigned to another inspector is not there."""
    visit = service.visit(number)
    if not assigned_to(visit, actor):
        raise no_such_visit(number)
    return visit


def _arrived(
    visit: Visit, said: dt.datetime | None, at: dt.datetime
) -> dt.datetime | None:
    """Believe an earlier instant on the day of the visit; `None` if *at* counts."""
    if said is None:
        return None
    said = to_utc(said, field="arrived_at")
    earliest = visit.day_begins or at
    return said if earliest <= said < at else None


def _require_its_day(visit: Visit, at: dt.datetime) -> None:
    begins = visit.day_begins
    if begins is not None and at < begins:
        msg = "The day of the visit has not begun."
        raise NotYetError(msg, allowed=f"Possible from {begins.isoformat()} on.")


def _check_end(visit: Visit, ended: dt.datetime, at: dt.datetime) -> None:
    if not (visit.arrived_at or at) <= ended <= at:
        msg = f"{ended.isoformat()} is not between the arrival and now."
        remedy = "Give the moment at which the inspector left."
        raise InputError(msg, field="ended_at", remedy=remedy)


def _check_checks(checks: Iterable[Check], kind: ServiceKind) -> None:
    """Ask for every checkpoint of the kind, once, and no other."""
    counted = collections.Counter(check.checkpoint for check in checks)
    for checkpoint in counted:
        if checkpoint not in kind.checks:
            msg = f"{kind.code} does not check {checkpoint.value}."
            raise InputError(msg, field="checks", remedy="Leave it out.")
    for checkpoint in kind.checks:
        if counted[checkpoint] != 1:
            times = "twice" if counted[checkpoint] else "not"
            msg = f"{checkpoint.value} is {times} there."
            raise InputError(msg, field="checks", remedy="Give each checkpoint once.")


def _check_progress(
    order: Order, progress: Iterable[Progress], checks: Iterable[Check]
) -> None:
    """Ask for lines of the order as ordered; for all of them if progress counts."""
    ordered = collections.Counter((line.product, line.quantity) for line in order.lines)
    seen = collections.Counter((line.product, line.ordered) for line in progress)
    for product, quantity in seen - ordered:
        msg = f"The order has no further line of {quantity} {product!r}."
        remedy = "Name each line once, as it was ordered."
        raise InputError(msg, field="progress", remedy=remedy)
    looked = any(
        check.checkpoint is Checkpoint.PROGRESS
        and check.result is not CheckResult.NOT_CHECKED
        for check in checks
    )
    for product, quantity in ordered - seen if looked else ():
        msg = f"The line of {quantity} {product!r} is missing."
        raise InputError(msg, field="progress", remedy="Say how far each line is.")
