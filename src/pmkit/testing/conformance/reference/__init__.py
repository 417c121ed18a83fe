"""
Three small plugins that pass every check: what the saboteurs are made from.

They are HTTP plugins like anyone's, with a simulator of their far side and a harness.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmkit.testing.conformance.reference.agency import ReferenceAgency
    from pmkit.testing.conformance.reference.agency_far import AgencyHarness
    from pmkit.testing.conformance.reference.card import ReferenceCard
    from pmkit.testing.conformance.reference.card_far import CardHarness
    from pmkit.testing.conformance.reference.messenger import ReferenceMessenger
    from pmkit.testing.conformance.reference.messenger_far import MessengerHarness

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
