"""
One call to a plugin, while it runs.
"""

from __future__ import annotations

import contextvars
import datetime as dt
import decimal
import inspect
import types
from typing import TYPE_CHECKING, Any

from pmkit.core.certainty import Certainty, Retry
from pmkit.core.lookups import Absent
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginCallError,
    ProtocolViolationError,
    ProviderUnavailableError,
)
from pmkit.effects import answers, faults
from pmkit.effects.context import CallRecord
from pmkit.effects.conversation import NEVER_SWALLOWED, Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.effects.breaker import Breaker
    from pmkit.effects.context import CallContext
    from pmkit.effects.deadline import Deadline
    from pmkit.hooks.capabilities import Capability
    from pmkit.hooks.operations import OperationSpec


class Plan:
    """
    What an instance knows of one operation before anybody calls it.

    Args:
        spec: The operation.

        capability: What the plugin says of it.

        method: The method of the plugin.
    """

    __slots__ = ("capability", "http", "method", "spec")

    def __init__(
        self, spec: OperationSpec, capability: Capability, method: Callable[..., Any]
    ) -> None:
        self.spec = spec
        self.capability = capability
        self.method = method
        #: Whether it is a generator function, whose call runs no code of the plugin.
        self.http = inspect.isgeneratorfunction(method)


class Call:
    """
    One call, while it runs.

    Args:
        plan: What is known of the operation.

        request: What is asked.

        context: What the plugin is told beside it.

        deadline: When it has to be over.

        breaker: What lets it through.

        most: The most items of an answer.
    """

    __slots__ = (
        "admitted",
        "breaker",
        "context",
        "deadline",
        "left",
        "most",
        "plan",
        "request",
        "slot",
        "talk",
        "trial",
    )

    def __init__(
        self,
        plan: Plan,
        request: Any,
        context: CallContext,
        *,
        deadline: Deadline,
        breaker: Breaker,
        most: int,
    ) -> None:
        self.plan = plan
        self.request = request
        self.context = context
        self.deadline = deadline
        self.breaker = breaker
        self.most = most
        self.talk: Conversation | None = None
        self.slot = False
        self.admitted = False
        self.trial = False
        #: Whether a plain function of the plugin has begun: nobody sees what it sends.
        self.left = False

    def admit(self, *, slot: bool) -> None:
        """
        Let the call through, or not.

        Args:
            slot: Whether there was a slot for it.

        Raises:
            pmkit.ProviderUnavailableError: If it is not let through.
        """
        self.take(slot=slot)
        trial = self.breaker.admit()
        if trial is None:
            raise resting(self.breaker)
        self.admitted, self.trial = True, trial

    def take(self, *, slot: bool) -> None:
        """
        Hold a slot until the call ends.

        Args:
            slot: Whether there was one.

        Raises:
            pmkit.ProviderUnavailableError: If there was none.
        """
        if not slot:
            msg = "The instance is busy with other calls."
            certainty = Certainty.UNKNOWN if self.left else Certainty.NOT_SENT
            remedy = "Call again later."
            raise ProviderUnavailableError(msg, certainty=certainty, remedy=remedy)
        self.slot = True

    def generator(self) -> Any:
        """
        Call a generator function, which runs nothing of it yet.

        Raises:
            pmkit.PluginFaultError: If it cannot be called as it must be.
        """
        try:
            return self.plan.method(self.request, self.context)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            raised = error
        raise faults.foreign(raised, left=False)

    def run(self) -> tuple[Any, BaseException | None]:
        """Run a plain function of the plugin: what it returned, and what it raised."""
        try:
            return contextvars.copy_context().run(self._isolated), None
        except BaseException as raised:  # noqa: BLE001 - a plugin may raise anything
            return None, raised

    def _isolated(self) -> Any:
        decimal.setcontext(decimal.getcontext().copy())
        answer = self.plan.method(self.request, self.context)
        if self.plan.spec.many and not is_generator(answer):
            found = answers.materialised(answer, self.most)
            return answer if found is None else found
        return answer

    def ended(self, outcome: tuple[Any, BaseException | None]) -> Any:
        """
        Give what a plain function returned.

        Raises:
            pmkit.PluginCallError: If it raised something.
        """
        answer, raised = outcome
        if raised is None:
            if is_generator(answer) and answer.gi_code.co_name == "<genexpr>":
                msg = "The plugin returned a generator expression instead of a list."
                raise faults.fault(msg, left=self.left)
            return answer
        if isinstance(raised, NEVER_SWALLOWED):
            raise raised
        if isinstance(raised, PluginCallError):
            raise faults.copied(raised)
        raise faults.foreign(raised, left=self.left)

    def too_long(self) -> PluginCallError:
        """Name the error of a plain function that nobody waits for any more."""
        msg = "The plugin took too long."
        if self.plan.spec.mutates:
            return OutcomeUnknownError(msg)
        return ProviderUnavailableError(msg, certainty=Certainty.UNKNOWN)

    def checked(self, answer: Any) -> Any:
        """
        Check an answer against the operation and what was asked.

        Raises:
            pmkit.PluginFaultError: If it is of a wrong type.

            pmkit.ProtocolViolationError: If it is about something else.
        """
        try:
            error = self._refused(answer)
        except NEVER_SWALLOWED:
            raise
        except BaseException as raised:  # noqa: BLE001 - a look may run a plugin's code
            error = faults.foreign(raised, left=self._left)
        if error is not None:
            raise error
        return answer

    def _refused(self, answer: Any) -> PluginCallError | None:
        """Say what is wrong with an answer, if something is."""
        spec = self.plan.spec
        wrong = answers.misfit(spec, answer)
        if not wrong and spec.many and len(answer) > self.most:
            wrong = f"answered with more than {self.most} items"
        if wrong:
            return faults.fault(f"The plugin {wrong}.", left=self._left)
        if self.talk and isinstance(answer, Absent) and not self.talk.heard:
            msg = "The plugin says absent although nobody told it."
            return faults.fault(msg, left=self._left)
        wrong = answers.stranger(self.request, answer)
        if wrong:
            certainty = Certainty.UNKNOWN if spec.mutates else Certainty.REJECTED
            return ProtocolViolationError(f"The plugin {wrong}.", certainty=certainty)
        return None

    def record(self, *, error: PluginCallError | None, cut: bool) -> CallRecord:
        """
        Write down the call.

        Args:
            error: How it ended, if not well.

            cut: Whether it was cancelled.
        """
        certainty, code = Certainty.APPLIED, ""
        if error is not None:
            certainty, code = error.certainty, error.code
        elif cut:
            certainty = Certainty.UNKNOWN if self._left else Certainty.NOT_SENT
            code = "cancelled"
        return CallRecord(
            instance=self.context.instance,
            operation=self.plan.spec.name,
            operation_id=self.context.operation_id,
            certainty=certainty,
            code=code,
            seconds=self.context.seconds - self.deadline.left(),
            exchanges=self.talk.exchanges_so_far() if self.talk else (),
        )

    @property
    def _left(self) -> bool:
        return self.left or (self.talk is not None and self.talk.left)


def is_generator(answer: object) -> bool:
    """Tell whether an answer is a generator, without running any code of it."""
    return type(answer) is types.GeneratorType


def resting(breaker: Breaker) -> ProviderUnavailableError:
    """Name the error of a call that is not let through after too many failures."""
    return ProviderUnavailableError(
        "The instance is left alone after several failures.",
        retry=Retry.AFTER,
        after=dt.timedelta(seconds=breaker.waits()),
    )
