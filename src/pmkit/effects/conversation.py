"""
One HTTP operation without its I/O: which request is next, and how it ends.

Both drivers, the sync and the async one, do nothing but to carry requests and
responses; everything that could differ between them stands here.
"""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import inspect
import json
from typing import TYPE_CHECKING, Any, Final

import httpx

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginCallError,
    PluginFaultError,
    ProtocolViolationError,
)
from pmkit.effects import faults, statuses
from pmkit.effects.certain import Mark, fold
from pmkit.effects.context import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from pmkit.effects.guard import Guard

#: What the host or the user raises to stop; a plugin's answer to it does not count.
NEVER_SWALLOWED: Final = (KeyboardInterrupt, asyncio.CancelledError, GeneratorExit)
_UNREADABLE = (json.JSONDecodeError, UnicodeDecodeError, httpx.DecodingError)


class Conversation:
    """
    One HTTP operation of a plugin, without its I/O.

    Args:
        operation: The generator that the plugin returned.

        guard: Which addresses it may call.

        mutates: Whether the operation changes the outside world.

        requests: The most requests that it may make.

        now: The present instant, UTC.
    """

    def __init__(
        self,
        operation: Generator[httpx.Request, httpx.Response, Any],
        *,
        guard: Guard,
        mutates: bool,
        requests: int,
        now: dt.datetime,
    ) -> None:
        self._operation = operation
        self._guard = guard
        self._mutates = mutates
        self._requests = requests
        self._now = now
        self._context = contextvars.copy_context()
        self._marks: list[Mark] = []
        self._answered = False
        self._thrown: PluginCallError | None = None
        self._current: httpx.Request | None = None
        #: What was asked and answered so far, without anything secret.
        self.exchanges: list[Exchange] = []
        #: What the operation returned.
        self.answer: Any = None

    @property
    def left(self) -> bool:
        """Whether a request may have left this machine."""
        return any(mark is not Mark.VOID for mark in self._marks) or self._answered

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
            response: The response, read and decoded.

        Returns:
            The next request, or `None` at the end.

        Raises:
            pmkit.PluginCallError: If the operation ends with an error.
        """
        mutates = self._current_mutates()
        status = response.status_code
        self._marks[-1] = statuses.mark_of(status, mutates=mutates)
        self._answered = True
        self._note(status=status, size=len(response.content))
        error = statuses.error_of(response, mutates=mutates, now=self._now)
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
        mutates = self._current_mutates()
        error = faults.error_of(exception, mutates=mutates)
        if error.certainty is Certainty.NOT_SENT:
            self._marks[-1] = Mark.VOID
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

    def _current_mutates(self) -> bool:
        request = self._current
        return self._mutates and not (request and statuses.only_reads(request))

    def _throw(self, error: PluginCallError) -> httpx.Request | None:
        self._thrown = error
        return self._run(self._operation.throw, error)

    def _run(self, step: Callable[[Any], object], given: Any) -> httpx.Request | None:
        """Let the plugin run until it yields a request that may leave, or ends."""
        while True:
            yielded, ended, raised = self._step(step, given)
            if raised is not None:
                raise self._judged(raised)
            if ended:
                return None
            request, refused = self._prepared(yielded)
            if refused is None:
                return request
            self._thrown = refused
            step, given = self._operation.throw, refused

    def _step(
        self, step: Callable[[Any], object], given: Any
    ) -> tuple[object, bool, BaseException | None]:
        """Run the plugin once: what it yielded, whether it ended, what it raised."""
        try:
            return self._context.run(step, given), False, None
        except StopIteration as end:
            self.answer = end.value
            return None, True, None
        except NEVER_SWALLOWED:
            raise
        except BaseException as raised:  # noqa: BLE001 - a plugin may raise anything
            return None, False, raised

    def _prepared(
        self, yielded: object
    ) -> tuple[httpx.Request | None, PluginCallError | None]:
        """Check what the plugin yielded; give the request, or what refuses it."""
        if not isinstance(yielded, httpx.Request):
            msg = f"The plugin yielded {type(yielded).__name__}, not a request."
            raise faults.fault(msg, left=self.left)
        if len(self._marks) >= self._requests:
            msg = f"The plugin made more than {self._requests} requests."
            raise faults.fault(msg, left=self.left)
        refused: PluginCallError | None = None
        request: httpx.Request | None = None
        try:
            request = self._guard.prepare(yielded)
        except PluginCallError as error:
            refused = error
        except Exception:  # noqa: BLE001 - the body is the plugin's own code
            refused = faults.fault("The plugin made a broken request.", left=self.left)
        self._current = request
        if request is None:
            self._marks.append(Mark.VOID)
            return None, refused
        self._marks.append(Mark.LOST if self._current_mutates() else Mark.SAFE)
        return request, None

    def _note(self, *, status: int = 0, size: int = 0, fault: str = "") -> None:
        request = self._current
        if request is None:
            return
        host = request.url.netloc.decode("ascii", "replace")
        self.exchanges.append(
            Exchange(
                method=request.method,
                host=host,
                path=request.url.path,
                status=status,
                size=size,
                fault=fault,
            )
        )

    def _judged(self, raised: BaseException) -> PluginCallError:
        """Say what an exception that ended the operation means for its effect."""
        if not isinstance(raised, PluginCallError):
            return self._foreign(raised)
        error = faults.copied(raised)
        certainty = fold(self._marks, error.certainty)
        if isinstance(error, PluginFaultError) and certainty is Certainty.REJECTED:
            certainty = Certainty.UNKNOWN
        if certainty is error.certainty:
            return error
        if raised is not self._thrown and self._marks and self._marks[-1] is Mark.LOST:
            msg = f"The plugin says {error.certainty.value} of a call without answer."
            return faults.fault(msg, left=True)
        if certainty is Certainty.UNKNOWN:
            msg = f"{error.message} An earlier request may have had an effect."
            return OutcomeUnknownError(msg, blame=error.blame, after=error.after)
        error.certainty = certainty
        return error

    def _foreign(self, raised: BaseException) -> PluginCallError:
        """Name what is not ours, without its words."""
        if isinstance(raised, _UNREADABLE) and self._answered:
            certainty = Certainty.UNKNOWN if self._mutates else Certainty.REJECTED
            msg = "The far side answered something that cannot be read."
            return ProtocolViolationError(msg, certainty=certainty)
        msg = f"The plugin raised {_name(raised)}."
        return faults.fault(msg, left=self.left)


def is_operation(given: object) -> bool:
    """Tell whether a method gave an HTTP operation to drive."""
    return inspect.isgenerator(given)


def _name(raised: BaseException) -> str:
    """Name the class of an exception if it is Python's own."""
    kind = type(raised)
    return kind.__name__ if kind.__module__ == "builtins" else "a foreign exception"
