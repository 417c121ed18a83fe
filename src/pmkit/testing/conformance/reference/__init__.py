"""
Three small plugins that pass every check: what the saboteurs are made from.

They are HTTP plugins like anyone's, with a simulator of their far side and a harness.
"""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "AgencyHarness": "agency_far",
    "CardHarness": "card_far",
    "MessengerHarness": "messenger_far",
    "ReferenceAgency": "agency",
    "ReferenceCard": "card",
    "ReferenceMessenger": "messenger",
}

__all__ = [
    "AgencyHarness",
    "CardHarness",
    "MessengerHarness",
    "ReferenceAgency",
    "ReferenceCard",
    "ReferenceMessenger",
]


def __getattr__(name: str) -> Any:
    # The manifests stand beside the implementations, and must stay light.
    if name not in _NAMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
