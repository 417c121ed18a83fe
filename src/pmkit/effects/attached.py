"""
A configured plugin, as the desk calls it.
"""

from __future__ import annotations

import datetime as dt
import inspect
import time
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from pmkit.core.certainty import Certainty
from pmkit.core.lookups import FindRequest, ObservationsRequest
from pmkit.core.plugin_errors import (
    PluginCallError,
    ProtocolViolationError,
    SettingsError,
    UnsupportedError,
)
from pmkit.effects import answers, faults
from pmkit.effects.context import CallContext, CallRecord, Environment
from pmkit.effects.conversation import Conversation
from pmkit.effects.driving import adrive, drive
from pmkit.effects.guard import Guard
from pmkit.effects.keys import wire_key
from pmkit.effects.limits import Limits
from pmkit.hooks.manifest import PluginKind, PluginManifest
from pmkit.hooks.operations import OPERATIONS, OperationSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmkit.core.ports import (
        AgencyObservation,
        Availability,
        BookingReply,
        BookingRequest,
        CancelRequest,
        ChargeRequest,
        MoveRequest,
        Notice,
        PaymentObservation,
        PaymentQuery,
        QuoteRequest,
        RefundObservation,
        RefundOrder,
    )
    from pmkit.core.lookups import Absent, Found, Pending, VisitDaysRequest
    from pmkit.core.payment import Beneficiary
    from pmkit.core.service import Price
    from pmkit.hooks.capabilities import Capabilities


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Attached:
    """One configured instance of a plugin."""

    def __init__(
        self,
        implementation: Any,
        manifest: PluginManifest,
        *,
        name: str = "",
        environment: Environment | str = Environment.SANDBOX,
        hosts: Iterable[str] = (),
        exceptions: Iterable[str] = (),
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
        async_transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], dt.datetime] | None = None,
        monotonic: Callable[[], float] | None = None,
        on_call: Callable[[CallRecord], None] | None = None,
    ) -> None:
        self.implementation = implementation
        self.manifest = manifest
        self.name = name or manifest.id
        self.title = manifest.title
        self.environment = Environment(environment)
        self.limits = limits or Limits()
        self.on_call = on_call
        self.last_record: CallRecord | None = None
        self._guard = Guard(
            hosts=(*manifest.hosts, *hosts),
            exceptions=exceptions,
            environment=self.environment,
        )
        self._clock = clock or _utc_now
        self._monotonic = monotonic or time.monotonic
        self._transport = transport or httpx.HTTPTransport(trust_env=False)
        if async_transport is None and isinstance(transport, httpx.AsyncBaseTransport):
            async_transport = transport
        self._async_transport = async_transport or httpx.AsyncHTTPTransport(
            trust_env=False
        )

    @property
    def capabilities(self) -> Capabilities:
        """What it says it can do."""
        return self.manifest.capabilities

    def call(self, operation: str, request: Any, *, operation_id: str = "") -> Any:
        """Make a call."""
        spec, context = self._begin(operation, request, operation_id)
        talk: Conversation | None = None
        error: PluginCallError | None = None
        started = self._monotonic()
        answer: Any = None
        try:
            given = self._given(spec, request, context)
            if inspect.isgenerator(given):
                talk = self._talk(given, spec, context)
                try:
                    given = drive(talk, self._transport)
                finally:
                    talk.close()
            answer = self._checked(spec, request, given, talk)
        except PluginCallError as raised:
            error = raised
        except BaseException:
            self._record(spec, context, started, talk, cut=True)
            raise
        return self._end(spec, context, started, talk, error, answer)

    async def acall(
        self, operation: str, request: Any, *, operation_id: str = ""
    ) -> Any:
        """Make a call in an event loop."""
        spec, context = self._begin(operation, request, operation_id)
        talk: Conversation | None = None
        error: PluginCallError | None = None
        started = self._monotonic()
        answer: Any = None
        try:
            given = self._given(spec, request, context)
            if inspect.isgenerator(given):
                talk = self._talk(given, spec, context)
                try:
                    given = await adrive(talk, self._async_transport)
                finally:
                    talk.close()
            answer = self._checked(spec, request, given, talk)
        except PluginCallError as raised:
            error = raised
        except BaseException:
            self._record(spec, context, started, talk, cut=True)
            raise
        return self._end(spec, context, started, talk, error, answer)

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    def _begin(
        self, operation: str, request: Any, operation_id: str
    ) -> tuple[OperationSpec, CallContext]:
        spec = OPERATIONS[self.manifest.kind].get(operation)
        capability = self.manifest.capabilities[operation]
        method = getattr(self.implementation, operation, None)
        if spec is None or not capability.support.usable or method is None:
            msg = f"The plugin {self.manifest.id} does not offer {operation!r}."
            raise UnsupportedError(msg, instance=self.name, operation=operation)
        operation_id = operation_id or getattr(request, "operation_id", "")
        keyed = capability
        if isinstance(request, FindRequest):
            keyed = self.manifest.capabilities[request.kind.value]
        context = CallContext(
            operation_id=operation_id,
            key=wire_key(operation_id, keyed),
            instance=self.name,
            environment=self.environment,
            now=self._clock(),
            seconds=self.limits.seconds,
        )
        return spec, context

    def _given(self, spec: OperationSpec, request: Any, context: CallContext) -> Any:
        raised: BaseException
        try:
            return getattr(self.implementation, spec.name)(request, context)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except PluginCallError as error:
            raised = error
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            raised = error
        if isinstance(raised, PluginCallError):
            raise faults.copied(raised)
        msg = "The plugin raised a foreign exception."
        raise faults.fault(msg, left=True)

    def _talk(
        self, given: Any, spec: OperationSpec, context: CallContext
    ) -> Conversation:
        return Conversation(
            given,
            guard=self._guard,
            mutates=spec.mutates,
            requests=self.limits.requests,
            now=context.now,
        )

    def _checked(
        self, spec: OperationSpec, request: Any, given: Any, talk: Conversation | None
    ) -> Any:
        if spec.many:
            found = answers.materialised(given, self.limits.answers)
            given = given if found is None else found
        left = talk is None or talk.left
        wrong = answers.misfit(spec, given)
        if wrong:
            raise faults.fault(f"The plugin {wrong}.", left=left)
        wrong = answers.stranger(request, given)
        if wrong:
            raise ProtocolViolationError(f"The plugin {wrong}.")
        return given

    def _end(
        self,
        spec: OperationSpec,
        context: CallContext,
        started: float,
        talk: Conversation | None,
        error: PluginCallError | None,
        answer: Any,
    ) -> Any:
        self._record(spec, context, started, talk, error=error)
        if error is not None:
            error.instance = self.name
            error.operation = spec.name
            raise error from None
        return answer

    def _record(
        self,
        spec: OperationSpec,
        context: CallContext,
        started: float,
        talk: Conversation | None,
        *,
        error: PluginCallError | None = None,
        cut: bool = False,
    ) -> None:
        certainty = error.certainty if error else Certainty.APPLIED
        if cut:
            certainty = Certainty.UNKNOWN
        record = CallRecord(
            instance=self.name,
            operation=spec.name,
            operation_id=context.operation_id,
            certainty=certainty,
            code="cancelled" if cut else error.code if error else "",
            seconds=self._monotonic() - started,
            exchanges=tuple(talk.exchanges) if talk else (),
        )
        self.last_record = record
        if self.on_call is not None:
            self.on_call(record)


class AttachedAgency(Attached):
    """A configured plugin of an agency; fits `pmkit.core.ports.Agency`."""

    def quote(self, request: QuoteRequest) -> Price:
        """Name a price; reads only."""
        return self.call("quote", request)

    def visit_days(self, request: VisitDaysRequest) -> tuple[dt.date, ...]:
        """Say on which days an inspector could come; reads only."""
        return self.call("visit_days", request)

    def book(self, request: BookingRequest) -> BookingReply | Pending:
        """Take the task; asked twice with one operation id, take it once."""
        return self.call("book", request)

    def move(self, request: MoveRequest) -> Pending | None:
        """Hear that a visit is wanted at another time."""
        return self.call("move", request)

    def cancel(self, request: CancelRequest) -> Pending | None:
        """Hear that the task is over."""
        return self.call("cancel", request)

    def observations(
        self, service_id: str, reference: str = ""
    ) -> tuple[AgencyObservation, ...]:
        """Report what happened on a service, oldest first."""
        request = ObservationsRequest(subject=service_id, reference=reference)
        return self.call("observations", request)

    def find(self, request: FindRequest) -> Found | Absent | Pending:
        """Say what became of a call whose answer was lost; reads only."""
        return self.call("find", request)


class AttachedMethod(Attached):
    """A configured plugin of a way to pay; fits `pmkit.core.ports.PaymentMethod`."""

    def availability(self, query: PaymentQuery) -> Availability:
        """Say whether it can be used here, and why not; reads only."""
        return self.call("availability", query)

    def beneficiary(self, request: ChargeRequest) -> Beneficiary | None:
        """Name the account that the payer has to send money to, if there is one."""
        if not self.capabilities["beneficiary"].support.usable:
            return None
        return self.call("beneficiary", request)

    def charge(self, request: ChargeRequest) -> tuple[PaymentObservation, ...]:
        """Start the payment; asked twice with one operation id, start it once."""
        return self.call("charge", request)

    def refund(self, order: RefundOrder) -> tuple[RefundObservation, ...]:
        """Send money back; asked twice with one operation id, send it once."""
        return self.call("refund", order)

    def observations(
        self, payment_id: str, reference: str = ""
    ) -> tuple[PaymentObservation | RefundObservation, ...]:
        """Report what happened to a payment, oldest first."""
        request = ObservationsRequest(subject=payment_id, reference=reference)
        return self.call("observations", request)

    def find(self, request: FindRequest) -> Found | Absent | Pending:
        """Say what became of a call whose answer was lost; reads only."""
        return self.call("find", request)


class AttachedNotifier(Attached):
    """A configured plugin that tells people; fits `pmkit.core.ports.Notifier`."""

    def send(self, notice: Notice) -> None:
        """Send it, or raise."""
        self.call("send", notice, operation_id=notice.id)


_CLASSES = {
    PluginKind.AGENCY: AttachedAgency,
    PluginKind.PAYMENT: AttachedMethod,
    PluginKind.NOTIFIER: AttachedNotifier,
}


def attached(implementation: Any, manifest: PluginManifest, **how: Any) -> Attached:
    """Attach an implementation as what its manifest says it is."""
    return _CLASSES[manifest.kind](implementation, manifest, **how)
