"""
The store: orders, their hash-chained events, and everything committed with them.
"""

from __future__ import annotations

from pmkit.core.effects import EffectState
from pmkit.shell.store.rows import (
    EffectRow,
    InboxRow,
    OrderRow,
    RecordedEvent,
    Remembered,
    Resolution,
)
from pmkit.shell.store.store import Store
from pmkit.shell.store.transaction import Transaction
from pmkit.shell.store.verify import Difference, verify

__all__ = [
    "Difference",
    "EffectRow",
    "EffectState",
    "InboxRow",
    "OrderRow",
    "RecordedEvent",
    "Remembered",
    "Resolution",
    "Store",
    "Transaction",
    "verify",
]
