"""
The store: orders, their hash-chained events, and everything committed with them.
"""

from __future__ import annotations

from pmkit.shell.store.rows import (
    EffectRow,
    EffectState,
    InboxRow,
    OrderRow,
    RecordedEvent,
    Remembered,
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
    "Store",
    "Transaction",
    "verify",
]
