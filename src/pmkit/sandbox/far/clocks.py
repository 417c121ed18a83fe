"""
A clock that goes with that of this machine, and can be put forward.
"""

from __future__ import annotations

import datetime as dt

from pmkit.shell.clock import SetClock, SystemClock


class RunningClock(SetClock):
    """
    A clock that runs, for a far side that real applications call.

    Examples:
        >>> clock = RunningClock()
        >>> before = clock.now()
        >>> clock.advance(dt.timedelta(days=1)) - before >= dt.timedelta(days=1)
        True
    """

    def __init__(self) -> None:
        self._machine = SystemClock()
        self._ahead = dt.timedelta()
        super().__init__(self._machine.now())

    def now(self) -> dt.datetime:
        """Tell the present instant, UTC."""
        return self._machine.now() + self._ahead

    def set(self, at: dt.datetime) -> dt.datetime:
        """
        Put it to an instant, from which it runs on.

        Args:
            at: What it shows from now on, in any zone.

        Returns:
            The same instant in UTC.
        """
        at = super().set(at)
        self._ahead = at - self._machine.now()
        return at

    def advance(self, by: dt.timedelta) -> dt.datetime:
        """
        Put it forward.

        Args:
            by: How much; elapsed time, not negative.

        Returns:
            The new instant, UTC.

        Raises:
            pmkit.InputError: If *by* is negative.
        """
        super().advance(by)
        self._ahead += by
        return self.now()
