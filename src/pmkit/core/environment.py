"""
Whether what is done is done in earnest.
"""

from __future__ import annotations

import enum


class Environment(enum.StrEnum):
    """Whether an instance moves real money and people."""

    SANDBOX = "sandbox"
    LIVE = "live"
