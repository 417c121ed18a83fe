"""
Who sees what of a service: its reports, its messages, its support cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.money import Money
from pmkit.core.parties import Actor, Role
from pmkit.core.visit import Liable

if TYPE_CHECKING:
    from pmkit.core.case import Message, SupportCase
    from pmkit.core.report import Report
    from pmkit.core.service import Service
    from pmkit.core.visit import Fee, Visit

_AGENCY = (Role.AGENCY, Role.INSPECTOR)


def reports_seen_by(service: Service, actor: Actor) -> tuple[Report, ...]:
    """
    Tell what somebody may see of the reports of a service.

    Args:
        service: A service of an order that is the actor's.

        actor: Who asks.

    Returns:
        The reports in the order of their visits: whole ones for the buyer, the
        agency and the platform; for the supplier the versions that the buyer
        released, with the decisions on them; for an inspector those of the own
        visits.
    """
    if _other_agency(service, actor):
        return ()
    seen = (report_seen_by(visit, actor) for visit in service.visits)
    return tuple(report for report in seen if report is not None)


def report_seen_by(visit: Visit, actor: Actor) -> Report | None:
    """
    Tell what somebody may see of the report of a visit.

    Args:
        visit: A visit of a service that is the actor's.

        actor: Who asks.

    Returns:
        The report, for the supplier with the released versions only; `None` if
        there is nothing for the actor to see.
    """
    if visit.report is None or not assigned_to(visit, actor):
        return None
    report = _report(visit.report, actor)
    return report if report.versions else None


def visit_seen_by(visit: Visit, actor: Actor) -> Visit:
    """
    Tell what somebody may see of a visit.

    Args:
        visit: A visit of a service that is the actor's.

        actor: Who asks.

    Returns:
        The visit with the report as the actor may see it.  The supplier learns
        neither who comes nor what the buyer has to pay.
    """
    seen = attrs.evolve(visit, report=report_seen_by(visit, actor))
    if actor.role is not Role.SUPPLIER:
        return seen
    return attrs.evolve(
        seen,
        inspector="",
        failure=visit.failure
        and attrs.evolve(visit.failure, fee=_own_fee(visit.failure.fee)),
        moves=tuple(
            attrs.evolve(move, fee=move.fee and _own_fee(move.fee))
            for move in visit.moves
        ),
    )


def _own_fee(fee: Fee) -> Fee:
    """The supplier's own fee; of anybody else's only that it is not the supplier's."""
    if fee.owed_by is Liable.SUPPLIER:
        return fee
    nothing = Money.zero(fee.amount.currency)
    return attrs.evolve(fee, amount=nothing, cause="Nothing for you to pay.")


def thread_seen_by(service: Service, actor: Actor) -> tuple[Message, ...]:
    """
    Tell which messages of a service somebody may see.

    Args:
        service: A service of an order that is the actor's.

        actor: Who asks.

    Returns:
        The messages, oldest first: for the supplier those that name or come from
        it, for an agency none but on its own service, for others all.
    """
    if _other_agency(service, actor):
        return ()
    if actor.role is not Role.SUPPLIER:
        return service.messages
    return tuple(
        message
        for message in service.messages
        if Role.SUPPLIER in message.to or message.by.role is Role.SUPPLIER
    )


def cases_seen_by(service: Service, actor: Actor) -> tuple[SupportCase, ...]:
    """
    Tell which support cases of a service somebody may see.

    Args:
        service: A service of an order that is the actor's.

        actor: Who asks.

    Returns:
        The cases, oldest first: for the supplier those addressed to it, for an
        agency none but on its own service, for others all.
    """
    if _other_agency(service, actor):
        return ()
    return tuple(case for case in service.cases if sees_case(case, actor))


def sees_case(case: SupportCase, actor: Actor) -> bool:
    """
    Tell whether somebody on a service may see one of its cases.

    Args:
        case: The case.

        actor: Who asks.

    Returns:
        Whether it is addressed to the supplier, if the supplier asks.
    """
    return actor.role is not Role.SUPPLIER or case.addressed_to is Role.SUPPLIER


def assigned_to(visit: Visit, actor: Actor) -> bool:
    """
    Tell whether a visit is no other inspector's.

    Args:
        visit: The visit.

        actor: Who asks.

    Returns:
        False only for an inspector where somebody else was named.
    """
    return actor.role is not Role.INSPECTOR or visit.inspector in ("", actor.name)


def _other_agency(service: Service, actor: Actor) -> bool:
    return actor.role in _AGENCY and actor.party != service.provider


def _report(report: Report, actor: Actor) -> Report:
    if actor.role is not Role.SUPPLIER:
        return report
    shown = report.released
    return attrs.evolve(
        report,
        versions=report.versions[:shown],
        decisions=tuple(d for d in report.decisions if d.version <= shown),
    )
