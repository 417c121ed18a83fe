"""
The only clock of pmkit, and one that stands still until it is set.
"""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> dt.datetime:
        """Tell the present instant, UTC."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> dt.datetime:
        """Tell the present instant, UTC."""
        return dt.datetime.now(dt.UTC)


class SetClock:
    """
    A clock that shows what it was set to, for simulations and tests.

    Args:
        at: What it shows first, in any zone.

    Examples:
        >>> clock = SetClock(dt.datetime.fromisoformat("2026-01-05T09:00+08:00"))
        >>> clock.advance(dt.timedelta(hours=2)).isoformat()
        '2026-01-05T03:00:00+00:00'
    """

    def __init__(self, at: dt.datetime) -> None:
        self._now = to_utc(at)

    def now(self) -> dt.datetime:
        """Tell the instant it was set to, UTC."""
        return self._now

    def set(self, at: dt.datetime) -> dt.datetime:
        """
        Set it, forward or back.

        Args:
            at: What it shows from now on, in any zone.

        Returns:
            The same instant in UTC.
        """
        self._now = to_utc(at)
        return self._now

    def advance(self, by: dt.timedelta) -> dt.datetime:
        """
        Let time pass.

        Args:
            by: How much; elapsed time, not negative.

        Returns:
            The new instant, UTC.

        Raises:
            pmkit.InputError: If *by* is negative.
        """
        if by < dt.timedelta():
            msg = "Time does not pass backwards."
            raise InputError(msg, field="by", remedy="Use set() to turn it back.")
        self._now += by
        return self._now
