"""
What happens around a visit.
"""

from __future__ import annotations

import datetime as dt

import attrs

from pmkit.core.deadlines import Deadline
from pmkit.core.events.base import ServiceEvent, VisitEvent
from pmkit.core.evolving import evolve
from pmkit.core.service import BuyerInformation, Service
from pmkit.core.visit import (
    Appointment,
    Check,
    Failure,
    Move,
    Progress,
    Visit,
    VisitState,
)


@attrs.frozen(kw_only=True)
class InformationGiven(ServiceEvent):
    """The buyer gave the product information and sample pictures."""

    information: BuyerInformation

    def change(self, service: Service) -> Service:
        """Keep it."""
        return evolve(service, information=self.information)


@attrs.frozen(kw_only=True)
class AppointmentProposed(VisitEvent):
    """Somebody proposed when and where."""

    appointment: Appointment

    def turn(self, visit: Visit) -> Visit:
        """Note the proposal."""
        return evolve(
            visit,
            state=VisitState.PROPOSED,
            appointment=self.appointment,
            proposed_by=self.by,
            change_by=None,
            inspector="",
        )


@attrs.frozen(kw_only=True)
class AppointmentConfirmed(VisitEvent):
    """
    The agency confirmed the appointment.

    Args:
        change_by: CHANGE-1, until when it can be changed for nothing.

        accepted_at: When the agency agreed, UTC, where that was heard only after the
            time had begun.
    """

    change_by: Deadline
    accepted_at: dt.datetime | None = None

    def turn(self, visit: Visit) -> Visit:
        """Note it."""
        return evolve(visit, state=VisitState.CONFIRMED, change_by=self.change_by)


@attrs.frozen(kw_only=True)
class InspectorAssigned(VisitEvent):
    """The agency named the person who goes."""

    inspector: str

    def turn(self, visit: Visit) -> Visit:
        """Note the name; one that comes late takes a visit no step back."""
        ahead = visit.state is VisitState.CONFIRMED
        state = VisitState.ASSIGNED if ahead else visit.state
        return evolve(visit, state=state, inspector=self.inspector)


@attrs.frozen(kw_only=True)
class VisitMoved(VisitEvent):
    """
    A confirmed visit was moved to another time, which is now proposed.

    Args:
        move: What it was before, who moved it, and what that costs.

        appointment: The new proposal.
    """

    move: Move
    appointment: Appointment

    def turn(self, visit: Visit) -> Visit:
        """Note the move and the new proposal."""
        return evolve(
            visit,
            state=VisitState.PROPOSED,
            appointment=self.appointment,
            proposed_by=self.by,
            change_by=None,
            inspector="",
            moves=(*visit.moves, self.move),
        )

    def change(self, service: Service) -> Service:
        """Keep the fee of a late move."""
        changed = super().change(service)
        if self.move.fee is None:
            return changed
        return evolve(changed, fees=(*changed.fees, self.move.fee))


@attrs.frozen(kw_only=True)
class InspectorArrived(VisitEvent):
    """
    The inspector is on site.

    Args:
        arrived_at: Since when, UTC, where that was before it was said.
    """

    arrived_at: dt.datetime | None = None

    def turn(self, visit: Visit) -> Visit:
        """Note when."""
        arrived = self.at if self.arrived_at is None else self.arrived_at
        return evolve(visit, state=VisitState.ON_SITE, arrived_at=arrived)


@attrs.frozen(kw_only=True)
class VisitCompleted(VisitEvent):
    """
    The on-site check is done.

    Args:
        ended_at: When the inspector left, UTC; starts the report's clock.

        progress: How much of each order line is made and packed.

        checks: What was found at each checkpoint.

        expected_by: REPORT-1, the report is expected.

        late_after: REPORT-1, the report is late.
    """

    ended_at: dt.datetime
    progress: tuple[Progress, ...]
    checks: tuple[Check, ...]
    expected_by: Deadline
    late_after: Deadline

    def turn(self, visit: Visit) -> Visit:
        """Note what was seen and when the report is due."""
        return evolve(
            visit,
            state=VisitState.COMPLETED,
            ended_at=self.ended_at,
            progress=self.progress,
            checks=self.checks,
            report_expected_by=self.expected_by,
            report_late_after=self.late_after,
        )


@attrs.frozen(kw_only=True)
class _VisitFailed(VisitEvent):
    """A visit did not give what it was for."""

    failure: Failure

    def turn(self, visit: Visit) -> Visit:
        """Note the cause."""
        state = VisitState.ABORTED if visit.arrived_at else VisitState.MISSED
        return evolve(visit, state=state, failure=self.failure)

    def change(self, service: Service) -> Service:
        """Keep the fee."""
        changed = super().change(service)
        return evolve(changed, fees=(*changed.fees, self.failure.fee))


@attrs.frozen(kw_only=True)
class VisitMissed(_VisitFailed):
    """The visit did not take place."""


@attrs.frozen(kw_only=True)
class VisitAborted(_VisitFailed):
    """The visit began and was broken off."""


@attrs.frozen(kw_only=True)
class VisitRequested(ServiceEvent):
    """
    One more visit is needed.

    Args:
        number: Its number.

        replaces: The visit that it makes up for.
    """

    number: int
    replaces: int | None = None

    def change(self, service: Service) -> Service:
        """Ask for it."""
        return service.with_visit(Visit(number=self.number, replaces=self.replaces))
