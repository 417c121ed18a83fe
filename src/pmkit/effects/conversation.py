"""
One HTTP operation without its I/O: which request is next, and how it ends.

Both drivers, the sync and the async one, do nothing but to carry requests and
responses; everything that could differ between them stands here.
"""

from __future__ import annotations

import asyncio
import contextvars
import decimal
import json
from typing import TYPE_CHECKING, Any, Final

import httpx

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginCallError,
    ProtocolViolationError,
)
from pmkit.effects import faults, statuses
from pmkit.effects.answers import materialised
from pmkit.effects.certain import Mark, felt, fold
from pmkit.effects.context import Exchange

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Generator

    from pmkit.effects.guard import Guard

#: What the host or the user raises to stop; a plugin's answer to it does not count.
NEVER_SWALLOWED: Final = (KeyboardInterrupt, asyncio.CancelledError, GeneratorExit)
_END: Final = object()
_UNREADABLE = (json.JSONDecodeError, UnicodeDecodeError, httpx.DecodingError)


class Conversation:
    """
    One HTTP operation of a plugin, without its I/O.

    Args:
        operation: The generator that the plugin returned.

        guard: Which addresses it may call.

        mutates: Whether the operation changes the outside world.

        requests: The most requests that it may make.

        answers: The most items of its answer, where that is a list.

        now: The present instant, UTC.

        monotonic: The clock, in seconds, that times its requests.
    """

    def __init__(
        self,
        operation: Generator[httpx.Request, httpx.Response, Any],
        *,
        guard: Guard,
        mutates: bool,
        requests: int,
        answers: int | None,
        now: dt.datetime,
        monotonic: Callable[[], float],
    ) -> None:
        self._operation = operation
        self._guard = guard
        self._mutates = mutates
        self._requests = requests
        self._answers = answers
        self._now = now
        self._monotonic = monotonic
        self._context = contextvars.copy_context()
        self._context.run(_own_decimals)
        self._marks: list[Mark] = []
        self._touched = False
        self._changes = mutates
        self._thrown: PluginCallError | None = None
        self._current: httpx.Request | None = None
        self._asked = 0.0
        self._exchanges: list[Exchange] = []
        #: What the operation returned.
        self.answer: Any = None

    @property
    def left(self) -> bool:
        """Whether a request may have left this machine."""
        return self._touched or self._current is not None

    @property
    def heard(self) -> bool:
        """Whether the last request got a response."""
        return bool(self._exchanges) and self._exchanges[-1].status > 0

    def exchanges_so_far(self) -> tuple[Exchange, ...]:
        """Give what was asked and answered so far, without anything secret."""
        if self._current is not None:
            self._note(fault="cancelled")
        return tuple(self._exchanges)

    def start(self) -> httpx.Request | None:
        """
        Run to the first request.

        Returns:
            The request to carry, or `None` at the end.

        Raises:
            pmkit.PluginCallError: If the operation ends with an error.
        """
        return self._run(self._operation.send, None)

    def receive(self, response: httpx.Response) -> httpx.Request | None:
        """
        Hand over the response to the last request, and run to the next one.

        Args:
            response: The response, read and decompressed.

        Returns:
            The next request, or `None` at the end.

        Raises:
            pmkit.PluginCallError: If the operation ends with an error.
        """
        status = response.status_code
        self._touched = True
        self._marks[-1] = statuses.mark_of(status, mutates=self._changes)
        self._note(status=status, size=len(response.content))
        error = statuses.error_of(response, mutates=self._changes, now=self._now)
        if error is None:
            return self._run(self._operation.send, response)
        return self._throw(error)

    def fail(self, exception: BaseException) -> httpx.Request | None:
        """
        Say that the last request got no response, and run to the next one.

        Args:
            exception: What the transport raised.

        Returns:
            The next request, or `None` at the end.

        Raises:
            pmkit.PluginCallError: If the operation ends with an error.
        """
        error = faults.error_of(exception, mutates=self._changes)
        if error.certainty is Certainty.NOT_SENT:
            self._marks[-1] = Mark.UNSENT
        else:
            self._touched = True
        self._note(fault=type(error).__name__)
        return self._throw(error)

    def close(self) -> None:
        """Close the generator; what it raises then does not count."""
        try:
            self._context.run(self._operation.close)
        except NEVER_SWALLOWED:
            raise
        except BaseException:  # noqa: BLE001, S110 - the call has its outcome already
            pass

    def _throw(self, error: PluginCallError) -> httpx.Request | None:
        self._thrown = error
        return self._run(self._operation.throw, error)

    def _run(self, step: Callable[[Any], object], given: Any) -> httpx.Request | None:
        """Let the plugin run until it yields a request that may leave, or ends."""
        while True:
            yielded, raised = self._step(step, given)
            if raised is not None:
                raise self._judged(raised)
            if yielded is _END:
                if self._marks and self._marks[-1] is Mark.LOST:
                    msg = "The plugin says yes to a call that got no answer."
                    raise faults.fault(msg, left=True)
                return None
            refused = self._prepare(yielded)
            if refused is None:
                return self._current
            self._thrown = refused
            step, given = self._operation.throw, refused

    def _step(
        self, step: Callable[[Any], object], given: Any
    ) -> tuple[object, BaseException | None]:
        """Run the plugin once: what it yielded, or `_END`, and what it raised."""
        try:
            try:
                return self._context.run(step, given), None
            except StopIteration as end:
                self.answer = self._whole(end.value)
                return _END, None
        except NEVER_SWALLOWED:
            raise
        except BaseException as raised:  # noqa: BLE001 - a plugin may raise anything
            return None, raised

    def _whole(self, answer: Any) -> Any:
        """Take all items of an answer that is a list: that runs code of the plugin."""
        if self._answers is None:
            return answer
        found = self._context.run(materialised, answer, self._answers)
        return answer if found is None else found

    def _prepare(self, yielded: object) -> PluginCallError | None:
        """Make the next request from what the plugin yielded; give what refuses it."""
        if not isinstance(yielded, httpx.Request):
            msg = "The plugin yielded something that is no request."
            raise faults.fault(msg, left=self.left)
        if len(self._marks) >= self._requests:
            msg = f"The plugin made more than {self._requests} requests."
            raise faults.fault(msg, left=self.left)
        refused: PluginCallError | None = None
        try:
            self._current = self._context.run(self._guard.prepare, yielded)
        except PluginCallError as error:
            refused = error
        except NEVER_SWALLOWED:
            raise
        except BaseException:  # noqa: BLE001 - a body may be the plugin's own code
            refused = faults.fault("The plugin made a broken request.", left=False)
        if self._current is None or refused is not None:
            self._marks.append(Mark.UNSENT)
            return refused
        self._changes = self._mutates and not statuses.only_reads(self._current)
        self._marks.append(Mark.LOST if self._changes else Mark.SAFE)
        self._asked = self._monotonic()
        return None

    def _note(self, *, status: int = 0, size: int = 0, fault: str = "") -> None:
        """Write down the request that is over."""
        request, self._current = self._current, None
        if request is None:
            return
        self._exchanges.append(
            Exchange(
                method=request.method,
                host=request.url.netloc.decode("ascii", "replace"),
                path=request.url.path,
                status=status,
                seconds=self._monotonic() - self._asked,
                size=size,
                fault=fault,
            )
        )

    def _judged(self, raised: BaseException) -> PluginCallError:
        """Say what an exception that ended the operation means for its effect."""
        if not isinstance(raised, PluginCallError):
            return self._foreign(raised)
        error = faults.copied(raised)
        if isinstance(error, ProtocolViolationError) and not felt(self._marks):
            error.certainty = Certainty.REJECTED if self.heard else error.certainty
        certainty = fold(self._marks, error.certainty)
        if certainty is error.certainty:
            return error
        if raised is not self._thrown and self._marks[-1] is Mark.LOST:
            msg = f"The plugin says {error.certainty.value} of a call without answer."
            return faults.fault(msg, left=True)
        if certainty is Certainty.UNKNOWN:
            msg = f"{error.message} A request before may have had an effect."
            unknown = OutcomeUnknownError(msg, blame=error.blame, after=error.after)
            unknown.provider_code = error.provider_code
            return unknown
        error.certainty = certainty
        return error

    def _foreign(self, raised: BaseException) -> PluginCallError:
        """Name what is not ours, without its words."""
        if isinstance(raised, _UNREADABLE) and self.heard:
            certainty = Certainty.UNKNOWN if felt(self._marks) else Certainty.REJECTED
            msg = "The far side answered something that cannot be read."
            return ProtocolViolationError(msg, certainty=certainty)
        return faults.foreign(raised, left=self.left)


def _own_decimals() -> None:
    """Give a plugin a decimal context that it may change."""
    decimal.setcontext(decimal.getcontext().copy())
