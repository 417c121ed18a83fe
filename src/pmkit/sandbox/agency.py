"""
A simulated inspection company.

The first half of `SandboxAgency` is what pmkit asks of any agency.  The second half
moves the far side: each call is something that happens there and that the agency
then reports.  It may report anything, in any order; judging it is the core's task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from pmkit.core import ports
from pmkit.core.errors import NotFoundError, UnavailableError
from pmkit.core.moments import to_utc
from pmkit.core.report import Finding, Sample, Verdict, verdict_of
from pmkit.sandbox.ledger import Ledger
from pmkit.sandbox.photos import evidence, photo
from pmkit.sandbox.prices import PRICES, PriceList
from pmkit.sandbox.tasks import Task, all_conform, all_made, drawn, versions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Sequence

    from pmkit.core.service import Price
    from pmkit.core.visit import Appointment, Check, MissedCause, Progress

_O = TypeVar("_O", bound=ports.AgencyObservation)

#: What a report shows if the scenario does not say.
USUAL_PHOTOS = ("Products on the line", "Outer carton with its shipping mark")


class SandboxAgency:
    """
    An inspection company that does what the scenario says.

    Args:
        clock: Tells the present instant, aware.

        name: Its name as a provider.

        title: Its name for people.

        prices: One list for each currency that it sells in.

    Attributes:
        ledger: What it really did, with counts such as ``effects["book s-1"]``.

        tasks: Its tasks, oldest first.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], dt.datetime],
        name: str = "sandbox-agency",
        title: str = "Sandbox Inspection",
        prices: Iterable[PriceList] = PRICES,
    ) -> None:
        self._clock = clock
        self._name = name
        self._title = title
        self._prices = {each.currency: each for each in prices}
        self.ledger = Ledger()
        self.tasks: list[Task] = []

    @property
    def name(self) -> str:
        """Its name as a provider."""
        return self._name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self._title

    # ------------------------------------------------------- what pmkit asks of it

    def quote(self, request: ports.QuoteRequest) -> Price:
        """
        Name a price: man-days, travel and tax.

        Raises:
            pmkit.UnavailableError: If it does not sell the kind, or not in the
                currency; the remedy says what it sells.
        """
        prices = self._prices.get(request.currency)
        if prices is None:
            msg = f"{self._title} does not sell in {request.currency}."
            sold = ", ".join(sorted(self._prices))
            raise UnavailableError(msg, field="currency", remedy=f"It sells in {sold}.")
        return prices.price(request.kind, request.planned_visits)

    def book(self, request: ports.BookingRequest) -> ports.BookingReply:
        """Take the task under a number; the same operation id is the same task."""

        def act() -> ports.BookingReply:
            reference = f"SBX-{len(self.tasks) + 1:04d}"
            self.tasks.append(Task(reference=reference, request=request))
            self.ledger.effects[f"book {request.service_id}"] += 1
            return ports.BookingReply(reference=reference)

        return self.ledger.once(request.operation_id, request, act)

    def move(self, request: ports.MoveRequest) -> None:
        """Note that a visit is wanted at another time."""

        def act() -> None:
            self._task(request.service_id, request.reference).moves.append(request)
            self.ledger.effects[f"move {request.service_id} {request.visit}"] += 1

        self.ledger.once(request.operation_id, request, act)

    def cancel(self, request: ports.CancelRequest) -> None:
        """Note that the task is over."""

        def act() -> None:
            task = self._task(request.service_id, request.reference)
            task.cancelled = request.cause or "cancelled"
            self.ledger.effects[f"cancel {request.service_id}"] += 1

        self.ledger.once(request.operation_id, request, act)

    def observations(self, service_id: str) -> tuple[ports.AgencyObservation, ...]:
        """Report what happened on a service, oldest first; nothing if not booked."""
        return tuple(
            seen
            for task in self.tasks
            if task.request.service_id == service_id
            for seen in task.observations
        )

    # ---------------------------------------------------- what happens on the far side

    def accept_appointment(
        self, service_id: str, visit: int, *, at: dt.datetime | None = None
    ) -> ports.AppointmentAccepted:
        """Confirm the appointment that was proposed for a visit."""
        return self._tell(ports.AppointmentAccepted, service_id, visit, at)

    def offer_appointment(
        self,
        service_id: str,
        visit: int,
        appointment: Appointment,
        *,
        at: dt.datetime | None = None,
    ) -> ports.AppointmentOffered:
        """Propose an appointment for a visit."""
        offered = ports.AppointmentOffered
        return self._tell(offered, service_id, visit, at, appointment=appointment)

    def name_inspector(
        self,
        service_id: str,
        visit: int,
        inspector: str,
        *,
        at: dt.datetime | None = None,
    ) -> ports.InspectorNamed:
        """Say who goes; from now on reports of this visit are by them."""
        self._task(service_id).inspectors[visit] = inspector
        return self._tell(
            ports.InspectorNamed, service_id, visit, at, inspector=inspector
        )

    def arrive(
        self, service_id: str, visit: int, *, at: dt.datetime | None = None
    ) -> ports.ArrivedOnSite:
        """Have the inspector on site."""
        return self._tell(ports.ArrivedOnSite, service_id, visit, at)

    def finish_check(
        self,
        service_id: str,
        visit: int,
        *,
        progress: Iterable[Progress] | None = None,
        checks: Iterable[Check] | None = None,
        at: dt.datetime | None = None,
    ) -> ports.CheckDone:
        """
        Finish the on-site check.

        Args:
            service_id: The service.

            visit: The number of the visit.

            progress: What is made and packed; everything, if left out.

            checks: What was found; that each checkpoint of the service kind
                conforms, if left out.

            at: When the inspector left, aware; now, if left out.

        Returns:
            What the agency reports.
        """
        request = self._task(service_id).request
        return self._tell(
            ports.CheckDone,
            service_id,
            visit,
            at,
            progress=all_made(request) if progress is None else tuple(progress),
            checks=all_conform(request.kind) if checks is None else tuple(checks),
        )

    def miss(
        self,
        service_id: str,
        visit: int,
        cause: MissedCause,
        note: str = "",
        *,
        at: dt.datetime | None = None,
    ) -> ports.CheckFailed:
        """Report that the visit did not take place, or was broken off."""
        failed = ports.CheckFailed
        return self._tell(failed, service_id, visit, at, cause=cause, note=note)

    def deliver_report(
        self,
        service_id: str,
        visit: int,
        *,
        verdict: Verdict | None = None,
        sample: Sample | None = None,
        findings: Sequence[Finding] = (),
        photos: Sequence[str] = USUAL_PHOTOS,
        summary: str = "",
        at: dt.datetime | None = None,
    ) -> ports.ReportReady:
        """
        Deliver a version of the report.

        Args:
            service_id: The service.

            visit: The number of the visit.

            verdict: What the agency claims; what the sample says, if left out.

            sample: What was drawn.  If left out, a kind that is sampled draws from
                all pieces of the order by the usual limits.

            findings: What was found; one without evidence gets a photo.

            photos: The captions of further photos.

            summary: A sentence.

            at: When it was delivered, aware; now, if left out.

        Returns:
            What the agency reports, with the bytes of the photos.
        """
        task = self._task(service_id)
        lot = sample or drawn(task.request, findings)
        title = f"{task.reference}, visit {visit}, version {versions(task, visit) + 1}"
        shown = [*photos, *(f.description for f in findings if not f.evidence)]
        files = [photo(f"{title}, {n}: {text}") for n, text in enumerate(shown, 1)]
        proofs = [evidence(f, text) for f, text in zip(files, shown, strict=True)]
        theirs = iter(proofs[len(photos) :])
        return self._tell(
            ports.ReportReady,
            service_id,
            visit,
            at,
            verdict=verdict or verdict_of(Verdict.PASS, lot),
            sample=lot,
            findings=tuple(
                f if f.evidence else attrs.evolve(f, evidence=(next(theirs).sha256,))
                for f in findings
            ),
            evidence=tuple(proofs),
            files=tuple(files),
            summary=summary,
        )

    def _task(self, service_id: str, reference: str = "") -> Task:
        """Find the latest task of a service."""
        for task in reversed(self.tasks):
            same = not reference or task.reference == reference
            if task.request.service_id == service_id and same:
                return task
        msg = f"{self._title} has no task {reference or 'for the service'}."
        raise NotFoundError(msg, field="service_id", remedy="Book it first.")

    def _tell(
        self,
        kind: type[_O],
        service_id: str,
        visit: int,
        at: dt.datetime | None,
        **fields: Any,
    ) -> _O:
        """Write one observation into the journal."""
        task = self._task(service_id)
        seen = kind(
            # The service in it keeps two runs on one store apart.
            id=f"{task.reference}-{service_id}-{len(task.observations) + 1}",
            service_id=service_id,
            visit=visit,
            at=to_utc(self._clock() if at is None else at),
            by=task.inspectors.get(visit, ""),
            **fields,
        )
        task.observations.append(seen)
        return seen
