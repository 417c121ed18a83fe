"""
The only source of new names in pmkit, and one that counts instead of drawing.
"""

from __future__ import annotations

import collections
import secrets
from typing import Protocol

#: How the names of each kind of thing begin; other kinds begin with their own name.
PREFIXES = {
    "service": "srv",
    "payment": "pay",
    "receipt": "rcp",
    "refund": "rfd",
    "case": "case",
    "notice": "ntc",
    "operation": "op",
}

# 96 bits: a marketplace with a billion of them has no two alike.
_BYTES = 12


class Ids(Protocol):
    """Something that makes new names."""

    def new(self, kind: str) -> str:
        """
        Make a name that nothing else has.

        Args:
            kind: What it is for, such as ``"service"``.
        """


class RandomIds:
    """Names that nobody can guess, such as ``srv_4f0c...``."""

    def new(self, kind: str) -> str:
        """Draw a name."""
        return f"{PREFIXES.get(kind, kind)}_{secrets.token_hex(_BYTES)}"


class CountedIds:
    """
    Names in a row, the same in every run; for simulations and tests only.

    Examples:
        >>> ids = CountedIds()
        >>> ids.new("service"), ids.new("payment"), ids.new("service")
        ('srv_1', 'pay_1', 'srv_2')
    """

    def __init__(self) -> None:
        self._last: collections.Counter[str] = collections.Counter()

    def new(self, kind: str) -> str:
        """Count on."""
        self._last[kind] += 1
        return f"{PREFIXES.get(kind, kind)}_{self._last[kind]}"


#: The names that a desk gives unless it is told otherwise.
random_ids = RandomIds()
