"""
Time in the kit: it passes only where something takes time.
"""

from __future__ import annotations

import datetime as dt

from pmkit.core.moments import to_utc


class VirtualClock:
    """
    A clock that shows the virtual instant and the virtual seconds since its start.

    Args:
        at: What it shows first, in any zone.

    Examples:
        >>> clock = VirtualClock(dt.datetime(2031, 3, 3, 1, 0, tzinfo=dt.UTC))
        >>> clock.advance(2.5)
        >>> clock.now().isoformat(), clock.monotonic()
        ('2031-03-03T01:00:02.500000+00:00', 2.5)
    """

    def __init__(self, at: dt.datetime) -> None:
        self._start = to_utc(at)
        self._passed = 0.0

    def now(self) -> dt.datetime:
        """Tell the virtual instant, UTC."""
        return self._start + dt.timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Tell the virtual seconds that passed; never fewer than before."""
        return self._passed

    def advance(self, seconds: float) -> None:
        """
        Let time pass.

        Args:
            seconds: How many seconds.
        """
        self._passed += seconds
