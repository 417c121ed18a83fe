"""
Who sees what of a service: its reports, its messages, its support cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.parties import Actor, Role

if TYPE_CHECKING:
    from pmkit.core.case import Message, SupportCase
    from pmkit.core.report import Report
    from pmkit.core.service import Service
    from pmkit.core.visit import Visit

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
    seen = (
        _report(visit.report, actor)
        for visit in service.visits
        if visit.report is not None and assigned_to(visit, actor)
    )
    return tuple(report for report in seen if report.versions)


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
