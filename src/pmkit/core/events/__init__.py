"""
The facts that steps return, one module per part of the road.

Folding all events of an order, oldest first, gives its state.
"""

from __future__ import annotations

from pmkit.core.events import (
    asking,
    booking,
    leaving,
    ordering,
    paying,
    rechecking,
    reporting,
    reviewing,
    visiting,
)
from pmkit.core.events.base import Event, Outcome, fold, happened, opened, then

__all__ = [
    "Event",
    "Outcome",
    "asking",
    "booking",
    "fold",
    "happened",
    "leaving",
    "opened",
    "ordering",
    "paying",
    "rechecking",
    "reporting",
    "reviewing",
    "then",
    "visiting",
]
