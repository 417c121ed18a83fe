"""
What happens to deadlines when a calendar is amended, or a year announced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.events.base import Event
from pmkit.core.rules.open_deadlines import Finding, put_back

if TYPE_CHECKING:
    from pmkit.core.order import Order


@attrs.frozen(kw_only=True)
class DeadlineRechecked(Event):
    """
    Open deadlines were held against a new calendar.

    Args:
        findings: Each that differs, as it was and as it would be now, and what was
            done: kept, moved, made final, or left to the operator.
    """

    findings: tuple[Finding, ...]

    def apply(self, order: Order) -> Order:
        """Put in place what moves or becomes final; the rest is noted only."""
        for found in self.findings:
            if found.replaces and found.recheck.new is not None:
                order = put_back(order, found.where, found.recheck.new)
        return order
