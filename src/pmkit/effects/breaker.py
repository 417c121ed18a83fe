"""
Leaving an instance alone for a while after it failed several times in a row.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import attrs

from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    PluginCallError,
    PluginFaultError,
    ProtocolViolationError,
    ProviderUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

#: Failures of the far side or the plugin; a "no" is an answer and never counts.
_FAILURES = (
    OutcomeUnknownError,
    PluginFaultError,
    ProtocolViolationError,
    ProviderUnavailableError,
)


@attrs.frozen(kw_only=True)
class Health:
    """
    How an instance is.

    Args:
        reasons: Why it does not serve everything, in sentences; empty if it does.

        busy: How many calls run now.
    """

    reasons: tuple[str, ...] = ()
    busy: int = 0

    @property
    def ok(self) -> bool:
        """Whether every call is let through."""
        return not self.reasons


def counts(error: PluginCallError) -> bool:
    """
    Tell whether an error is a failure that a breaker counts.

    Args:
        error: How a call ended.

    Examples:
        >>> from pmkit.core.plugin_errors import SlotUnavailableError
        >>> counts(SlotUnavailableError("Nobody is free."))
        False
    """
    return isinstance(error, _FAILURES)


class Breaker:
    """
    Count failures in a row; at the limit let nothing through for a while, then one.

    Args:
        what: What it lets through, such as ``"reads"``.

        failures: How many failures in a row are too many.

        rest: For how many seconds nothing is let through then.

        monotonic: The clock, in seconds.
    """

    def __init__(
        self,
        what: str,
        *,
        failures: int,
        rest: float,
        monotonic: Callable[[], float],
    ) -> None:
        self._what = what
        self._most = failures
        self._rest = rest
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._row = 0
        self._opened: float | None = None
        self._trying = False
        self._last = ""

    def _open(self) -> bool:
        return self._opened is not None

    def waits(self) -> float:
        """Say for how many seconds nothing is let through any more."""
        opened = self._opened
        if opened is None:
            return 0.0
        return max(0.0, opened + self._rest - self._monotonic())

    def admit(self) -> bool | None:
        """
        Ask to be let through.

        Returns:
            Whether the call is the one that tries whether it works again; `None` if
            it is not let through.
        """
        if not self._open():
            return False
        with self._lock:
            if not self._open():
                return False
            if self._trying or self.waits() > 0:
                return None
            self._trying = True
            return True

    def settle(self, *, trial: bool, error: PluginCallError | None) -> None:
        """
        Say how a call ended that was let through.

        Args:
            trial: What `admit` answered.

            error: How it ended; `None` for success.
        """
        failed = error is not None and counts(error)
        if not failed and not trial and self._row == 0:
            return
        with self._lock:
            if trial:
                self._trying = False
            if failed:
                self._row += 1
                self._last = error.code if error else ""
                if trial or self._row >= self._most:
                    self._opened = self._monotonic()
            elif trial or self._opened is None:
                self._row, self._opened = 0, None

    def forget(self, *, trial: bool) -> None:
        """Say that a call was given up, which says nothing of the far side."""
        if trial:
            with self._lock:
                self._trying = False

    def reason(self) -> str:
        """Say why nothing is let through; empty if something is."""
        if self._opened is None:
            return ""
        return (
            f"{self._what} rest for {self.waits():.0f} s after {self._row} failures "
            f"in a row, the last one {self._last}."
        )
