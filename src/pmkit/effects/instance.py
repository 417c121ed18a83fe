"""
One configured instance of a plugin: every call to it goes through here.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from typing import TYPE_CHECKING, Any, Self

from pmkit.core.environment import Environment
from pmkit.core.lookups import FindRequest
from pmkit.core.plugin_errors import PluginCallError, SettingsError, UnsupportedError
from pmkit.effects import faults
from pmkit.effects.breaker import Breaker, Health
from pmkit.effects.calls import Call, Plan, is_generator
from pmkit.effects.carriers import Carriers
from pmkit.effects.context import CallContext, CallRecord
from pmkit.effects.conversation import NEVER_SWALLOWED, Conversation
from pmkit.effects.deadline import Deadline
from pmkit.effects.driving import adrive, drive
from pmkit.effects.guard import Guard
from pmkit.effects.keys import wire_key
from pmkit.effects.limits import Limits
from pmkit.effects.slots import Slots, in_thread
from pmkit.hooks.operations import OPERATIONS

if TYPE_CHECKING:
    import concurrent.futures
    import ssl
    from collections.abc import Callable, Iterable
    from types import TracebackType

    import httpx

    from pmkit.hooks.capabilities import Capabilities
    from pmkit.hooks.manifest import PluginManifest


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _environment(value: Environment | str) -> Environment:
    try:
        return Environment(value)
    except ValueError:
        pass
    msg = "This is no environment."
    remedy = 'Write "sandbox" or "live".'
    raise SettingsError(msg, field="environment", remedy=remedy)


class Attached:
    """
    One configured instance of a plugin.

    It calls the plugin so that whatever the plugin or the far side does, a call ends in
    time, with an answer of the right type or one of the errors of
    `pmkit.core.plugin_errors` that says what is certain.

    Args:
        implementation: The object with a method for each operation.

        manifest: What the plugin says of itself.

        name: The name of the instance; the id of the plugin, if left out.

        environment: Whether it moves real money and people.

        hosts: Hosts beyond those of the manifest that the application allows, by https.

        exceptions: Exact places, such as ``"127.0.0.1:8080"``, that a sandbox instance
            may call whatever their address, by http too.

        limits: How much it may take.

        transport: What carries its requests; by default one that calls checked
            addresses only.

        async_transport: The same for event loops.  A transport for both is used for
            both; one that can only block is used in threads.

        clock: What gives the present instant, UTC.

        monotonic: The clock, in seconds, that deadlines are measured by.

        on_call: Told of each call when it is over.

        tls: How certificates are checked; by the usual authorities, if left out.

    Raises:
        pmkit.SettingsError: If a live instance names exceptions, or one is not exact.
    """

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
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.implementation = implementation
        self.manifest = manifest
        self.name = name or manifest.id
        self.title = manifest.title
        self.environment = _environment(environment)
        self.limits = limits or Limits()
        #: Told of each call when it is over.
        self.on_call = on_call
        #: The call that ended last.
        self.last_record: CallRecord | None = None
        self._guard = Guard(
            hosts=[*manifest.hosts, *hosts],
            exceptions=exceptions,
            environment=self.environment,
        )
        self._clock = clock or _utc_now
        self._monotonic = monotonic or time.monotonic
        self._plans: dict[str, Plan] = {}
        self._isolate(transport, async_transport, tls)

    def _isolate(
        self,
        transport: httpx.BaseTransport | None,
        async_transport: httpx.AsyncBaseTransport | None,
        tls: ssl.SSLContext | None,
    ) -> None:
        """Give the instance connections, slots and breakers of its own."""
        self._carriers = Carriers(
            transport,
            async_transport,
            exceptions=self._guard.exceptions,
            limits=self.limits,
            tls=tls,
        )
        self._slots = Slots(self.limits.concurrent)
        self._reads = self._breaker("Reads")
        self._changes = self._breaker("Changes")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} ({self.environment.value})>"

    @property
    def capabilities(self) -> Capabilities:
        """What it says it can do."""
        return self.manifest.capabilities

    @property
    def health(self) -> Health:
        """How it is: why it does not serve everything, if it does not."""
        reasons = filter(None, (self._reads.reason(), self._changes.reason()))
        return Health(reasons=tuple(reasons), busy=self._slots.busy)

    def call(self, operation: str, request: Any, *, operation_id: str = "") -> Any:
        """
        Make a call.

        Args:
            operation: What is asked of the plugin, such as ``"book"``.

            request: The request of this operation.

            operation_id: The name of the call; that of the request, if left out.

        Returns:
            The answer; a tuple where the operation answers many.

        Raises:
            pmkit.PluginCallError: One of its leaves, which says what is certain.
        """
        call = self._open(operation, request, operation_id)
        answer, failure = None, None
        try:
            call.admit(slot=self._slots.acquire(call.deadline.left()))
            answer = call.checked(self._answer(call))
        except PluginCallError as error:
            failure = error
        except BaseException:
            self._close(call, cut=True)
            raise
        return self._close(call, answer, failure)

    async def acall(
        self, operation: str, request: Any, *, operation_id: str = ""
    ) -> Any:
        """
        Make a call in an event loop.

        Args:
            operation: What is asked of the plugin, such as ``"book"``.

            request: The request of this operation.

            operation_id: The name of the call; that of the request, if left out.

        Returns:
            The answer; a tuple where the operation answers many.

        Raises:
            pmkit.PluginCallError: One of its leaves, which says what is certain.
        """
        call = self._open(operation, request, operation_id)
        answer, failure = None, None
        try:
            call.admit(slot=await self._slots.aacquire(call.deadline.left()))
            answer = call.checked(await self._aanswer(call))
        except PluginCallError as error:
            failure = error
        except BaseException:
            self._close(call, cut=True)
            raise
        return self._close(call, answer, failure)

    def close(self) -> None:
        """Close the connections of `call`."""
        self._carriers.close()

    async def aclose(self) -> None:
        """Close the connections of `acall` in this event loop, and those of `call`."""
        await self._carriers.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _breaker(self, what: str) -> Breaker:
        return Breaker(
            what,
            failures=self.limits.failures,
            rest=self.limits.rest.total_seconds(),
            monotonic=self._monotonic,
        )

    def _open(self, operation: str, request: Any, operation_id: str) -> Call:
        """Begin a call of an operation that the plugin offers."""
        plan = self._plans.get(operation) or self._planned(operation)
        operation_id = operation_id or getattr(request, "operation_id", "")
        capability = plan.capability
        if isinstance(request, FindRequest):
            capability = self.capabilities[request.kind.value]
        seconds = self.limits.seconds
        deadline = Deadline(seconds, monotonic=self._monotonic)
        context = CallContext(
            operation_id=operation_id,
            key=wire_key(operation_id, capability),
            instance=self.name,
            environment=self.environment,
            now=self._clock(),
            seconds=seconds,
        )
        return Call(
            plan,
            request,
            context,
            deadline=deadline,
            breaker=self._changes if plan.spec.mutates else self._reads,
            most=self.limits.answers,
        )

    def _planned(self, operation: str) -> Plan:
        """Remember what is known of an operation."""
        spec = OPERATIONS[self.manifest.kind].get(operation)
        capability = self.capabilities[operation]
        method = self._method(operation) if capability.support.usable else None
        if spec is None or not callable(method):
            msg = f"The plugin {self.manifest.id} does not offer {operation!r}."
            remedy = "See its capabilities: pmkit plugins show"
            raise UnsupportedError(
                msg, instance=self.name, operation=operation, remedy=remedy
            )
        plan = self._plans[operation] = Plan(spec, capability, method)
        return plan

    def _method(self, operation: str) -> Any:
        """Look up a method, which may run code of the plugin."""
        try:
            return getattr(self.implementation, operation, None)
        except NEVER_SWALLOWED:
            raise
        except BaseException as raised:  # noqa: BLE001 - a property may raise anything
            error = faults.foreign(raised, left=False)
        error.instance, error.operation = self.name, operation
        raise error

    def _close(
        self,
        call: Call,
        answer: Any = None,
        error: PluginCallError | None = None,
        *,
        cut: bool = False,
    ) -> Any:
        """End a call: give back what it held, write it down, answer or raise."""
        if call.slot:
            call.slot = False
            self._slots.release()
        if call.admitted and cut:
            call.breaker.forget(trial=call.trial)
        elif call.admitted:
            call.breaker.settle(trial=call.trial, error=error)
        if error is not None:
            error.instance, error.operation = self.name, call.plan.spec.name
        self.last_record = record = call.record(error=error, cut=cut)
        if self.on_call is not None:
            # Who listens cannot change what happened.
            with contextlib.suppress(Exception):
                self.on_call(record)
        if error is not None:
            raise error
        return answer

    def _answer(self, call: Call) -> Any:
        if call.plan.http:
            return self._drive(call, call.generator())
        future = self._begin(call)
        try:
            outcome = future.result(max(call.deadline.left(), 0.0))
        except TimeoutError:
            outcome = None, call.too_long()
        answer = call.ended(outcome)
        if not is_generator(answer):
            return answer
        call.take(slot=self._slots.acquire(call.deadline.left()))
        return self._drive(call, answer)

    async def _aanswer(self, call: Call) -> Any:
        if call.plan.http:
            return await self._adrive(call, call.generator())
        future = asyncio.wrap_future(self._begin(call))
        try:
            outcome = await asyncio.wait_for(future, max(call.deadline.left(), 0.0))
        except TimeoutError:
            outcome = None, call.too_long()
        answer = call.ended(outcome)
        if not is_generator(answer):
            return answer
        call.take(slot=await self._slots.aacquire(call.deadline.left()))
        return await self._adrive(call, answer)

    def _begin(self, call: Call) -> concurrent.futures.Future[Any]:
        """Start a plain function in a thread, which holds the slot until it ends."""
        call.left, call.slot = True, False
        return in_thread(call.run, ended=self._slots.release)

    def _drive(self, call: Call, operation: Any) -> Any:
        talk = self._conversation(call, operation)
        limit = self.limits.body
        carrier = self._carriers.blocking()
        return drive(talk, carrier, deadline=call.deadline, limit=limit)

    async def _adrive(self, call: Call, operation: Any) -> Any:
        talk = self._conversation(call, operation)
        limit = self.limits.body
        carrier = self._carriers.looping()
        return await adrive(talk, carrier, deadline=call.deadline, limit=limit)

    def _conversation(self, call: Call, operation: Any) -> Conversation:
        call.left = False
        call.talk = Conversation(
            operation,
            guard=self._guard,
            mutates=call.plan.spec.mutates,
            requests=self.limits.requests,
            answers=self.limits.answers if call.plan.spec.many else None,
            now=call.context.now,
            monotonic=self._monotonic,
        )
        return call.talk
