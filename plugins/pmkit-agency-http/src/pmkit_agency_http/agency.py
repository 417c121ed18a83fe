"""
The plugin: an agency that serves the protocol, as pmkit calls it.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from pmkit.core.effects import EffectKind
from pmkit.core.lookups import Absent, Found, Pending
from pmkit.core.plugin_errors import (
    SettingsError,
    UnsupportedError,
    WebhookRejected,
)
from pmkit.effects.webhooks import StandardWebhooks

from pmkit_agency_http import asking, records
from pmkit_agency_http.asking import Asker
from pmkit_agency_http.document import MisfitError, check
from pmkit_agency_http.happenings import happenings
from pmkit_agency_http.reading import body_of, violation
from pmkit_agency_http.shelf import Shelf
from pmkit_agency_http.tasks import find_tasks, references, same, taken

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.lookups import FindRequest, ObservationsRequest, VisitDaysRequest
    from pmkit.core.ports import (
        AgencyObservation,
        BookingReply,
        BookingRequest,
        CancelRequest,
        MoveRequest,
        QuoteRequest,
    )
    from pmkit.core.service import Price
    from pmkit.effects.context import CallContext, Operation
    from pmkit.effects.webhooks import Delivery, VerifiedWebhook

    from pmkit_agency_http.settings import AgencyHttpSettings

#: Fewer than the host lets one operation make.
_MOST_REQUESTS = 16
_P = ParamSpec("_P")
_T = TypeVar("_T")
_Steps = Generator[Any, Any, _T]


def _named(*, changes: bool) -> Callable[[Callable[_P, _Steps[_T]]], Any]:
    """Turn what does not fit the document into an error that names the field."""

    def decorate(operation: Callable[_P, _Steps[_T]]) -> Callable[_P, _Steps[_T]]:
        @functools.wraps(operation)
        def run(*args: _P.args, **given: _P.kwargs) -> _Steps[_T]:
            try:
                return (yield from operation(*args, **given))
            except MisfitError as error:
                raise violation(
                    field=error.field, reason=error.reason, changes=changes
                ) from None

        return run

    return decorate


class HttpAgency:
    """
    An inspection agency that serves the open agency protocol.

    Args:
        settings: Where it is, and how it knows us.

    Raises:
        pmkit.SettingsError: If a secret for its messages is none.

    Examples:
        >>> from pmkit.hooks.secrets import Secret
        >>> from pmkit_agency_http.settings import AgencyHttpSettings
        >>> agency = HttpAgency(
        ...     AgencyHttpSettings(
        ...         base_url="https://agency.example/v1", token=Secret("tok-1")
        ...     )
        ... )
    """

    def __init__(self, settings: AgencyHttpSettings) -> None:
        self._ask = Asker(settings)
        self._shelf = Shelf()
        secrets, keys = settings.webhook_secrets, settings.webhook_public_keys
        self._webhooks = (
            StandardWebhooks(secrets=secrets, public_keys=keys)
            if secrets or keys
            else None
        )

    # --------------------------------------------------------- before the booking

    @_named(changes=False)
    def quote(self, request: QuoteRequest, context: CallContext) -> Operation[Price]:
        """
        Ask for a price.

        Args:
            request: What is wanted.

            context: The call.

        Returns:
            The price, in the currency that was asked for.
        """
        response = yield self._ask.search(
            "quotes", "QuoteRequest", asking.quoting(request)
        )
        found = records.price(body_of(response, "Quote", changes=False))
        if found.total.currency != request.currency:
            raise violation(
                field="total.currency", reason="another currency", changes=False
            )
        return found

    @_named(changes=False)
    def visit_days(
        self, request: VisitDaysRequest, context: CallContext
    ) -> Operation[tuple[dt.date, ...]]:
        """
        Ask for the days on which an inspector could come.

        Args:
            request: Which days are asked about.

            context: The call.

        Returns:
            The days, ascending.
        """
        response = yield self._ask.search(
            "visit-days", "VisitDaysRequest", asking.day_asking(request)
        )
        found = body_of(response, "VisitDays", changes=False)
        return records.days(found, request.first, request.last)

    # ------------------------------------------------------------------- the task

    @_named(changes=True)
    def book(
        self, request: BookingRequest, context: CallContext
    ) -> Operation[BookingReply | Pending]:
        """
        Book a task.

        Args:
            request: The task.

            context: The call; its key is the same for every repetition.

        Returns:
            The agency's number; pending while a person there has to take it.
        """
        response = yield self._ask.change(
            "tasks",
            schema="BookingRequest",
            body=asking.booking(request),
            key=context.key,
        )
        task = body_of(response, "Task", changes=True, statuses=(201, 202))
        same(task, "reference", request.operation_id, changes=True)
        same(task, "service", request.service_id, changes=True)
        if (task["state"] == "pending") != (response.status_code == 202):  # noqa: PLR2004
            raise violation(
                field="state", reason="not what the status says", changes=True
            )
        return taken(task)

    @_named(changes=True)
    def move(self, request: MoveRequest, context: CallContext) -> Operation[None]:
        """
        Ask for a time, or for another time.

        Args:
            request: Which visit, and when.

            context: The call.
        """
        response = yield self._ask.change(
            "tasks",
            asking.number(request.reference),
            "appointments",
            schema="AppointmentRequest",
            body=asking.moving(request),
            key=context.key,
        )
        wish = body_of(response, "AppointmentWish", changes=True, statuses=(201,))
        same(wish, "reference", request.operation_id, changes=True)
        same(wish, "task", request.reference, changes=True)
        same(wish, "visit", request.visit, changes=True)
        noted = records.appointment(wish["appointment"], "appointment")
        wanted = request.appointment
        if (noted.starts_at, noted.ends_at) != (wanted.starts_at, wanted.ends_at):
            raise violation(field="appointment", reason="another time", changes=True)

    @_named(changes=True)
    def cancel(self, request: CancelRequest, context: CallContext) -> Operation[None]:
        """
        End a task.

        Args:
            request: Which task, and why.

            context: The call.
        """
        response = yield self._ask.change(
            "tasks",
            asking.number(request.reference),
            "cancellation",
            schema="CancellationRequest",
            body=asking.cancelling(request),
            key=context.key,
        )
        found = body_of(response, "Cancellation", changes=True, statuses=(201,))
        same(found, "reference", request.operation_id, changes=True)
        same(found, "task", request.reference, changes=True)
        records.instant(found["at"], "at")

    @_named(changes=False)
    def find(
        self, request: FindRequest, context: CallContext
    ) -> Operation[Found | Absent | Pending]:
        """
        Ask what became of a call whose answer was lost.

        Args:
            request: The call.

            context: The call that asks.

        Returns:
            What the lost answer would have said, or that nothing arrived.
        """
        if request.kind is EffectKind.BOOK:
            tasks = yield from find_tasks(self._ask, reference=request.operation_id)
            if not tasks:
                return Absent()
            (task,) = tasks
            same(task, "service", request.subject, changes=False, at="tasks[0].")
            news = taken(task)
            return news if isinstance(news, Pending) else Found(news=(news,))
        if request.kind not in (EffectKind.MOVE, EffectKind.CANCEL):
            msg = f"An agency knows nothing of a {request.kind.value}."
            raise UnsupportedError(msg, field="kind")
        tasks = yield from find_tasks(self._ask, service=request.subject)
        known = itertools.chain.from_iterable(map(references, tasks))
        name = (request.kind, request.operation_id)
        return Found() if name in set(known) else Absent()

    # ------------------------------------------------------------------ the visit

    @_named(changes=False)
    def observations(
        self, request: ObservationsRequest, context: CallContext
    ) -> Operation[tuple[AgencyObservation, ...]]:
        """
        Ask what happened on a service.

        Files are read once and kept; where there are many of them, a call reports what
        comes before them and the next call goes on.

        Args:
            request: Which service.

            context: The call.

        Returns:
            What happened, oldest first, with reports and their files.
        """
        tasks = yield from find_tasks(self._ask, service=request.subject)
        found: list[AgencyObservation] = []
        room = iter(range(_MOST_REQUESTS))
        for task in tasks:
            if task["state"] == "pending":
                continue
            seen, whole = yield from happenings(self._ask, self._shelf, task, room)
            found += seen
            if not whole:
                break
        if len({each.id for each in found}) < len(found):
            raise violation(
                field="events", reason="an event stands there twice", changes=False
            )
        return tuple(found)

    # --------------------------------------------------------------- its messages

    def verify(self, delivery: Delivery, context: CallContext) -> VerifiedWebhook:
        """
        Prove that a message is from the agency.

        Args:
            delivery: The message.

            context: The call.

        Raises:
            pmkit.WebhookRejected: If that is not proven.

            pmkit.SettingsError: If the instance has no secret for messages.
        """
        if self._webhooks is None:
            msg = "The instance has no secret for the agency's messages."
            remedy = "Set webhook_secrets to what the agency shows."
            raise SettingsError(msg, field="webhook_secrets", remedy=remedy)
        return self._webhooks.verify(delivery)

    def parse(
        self, verified: VerifiedWebhook, context: CallContext
    ) -> tuple[AgencyObservation, ...]:
        """
        Read a message.

        A report is too long for one: the message that names it only says that there is
        something to ask for.

        Args:
            verified: The message.

            context: The call.

        Returns:
            What it reports; nothing, if it only says that there is something new.

        Raises:
            pmkit.WebhookRejected: If it is not what the document says.
        """
        said = verified.json()
        try:
            check("WebhookMessage", said)
            records.instant(said["timestamp"], "timestamp")
            data = said["data"]
            if said["type"] != "task.event" or data["kind"] == "report-ready":
                return ()
            return (records.observation(data, "data"),)
        except MisfitError as error:
            msg = f"The message is not by the protocol: {error.reason}."
            raise WebhookRejected(msg, field=error.field) from None
