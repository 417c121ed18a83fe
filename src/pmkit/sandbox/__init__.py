"""
A marketplace on one machine: a simulated agency, payment methods and notifiers.

Nothing here reads a clock or draws a number at random: the same scenario gives the
same answers.  The parts attach through the sockets that any plugin uses, and only
when an application says so.  Names load on first use.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it.
_HOME = {
    "FileNotifier": "pmkit.sandbox.notifier",
    "MemoryNotifier": "pmkit.sandbox.notifier",
    "PayLater": "pmkit.sandbox.pay_later",
    "PriceList": "pmkit.sandbox.prices",
    "SandboxAgency": "pmkit.sandbox.agency",
    "SandboxCard": "pmkit.sandbox.card",
    "SandboxTransfer": "pmkit.sandbox.transfer",
    "World": "pmkit.sandbox.world",
    "draw_sample": "pmkit.sandbox.drawing",
    "photo": "pmkit.sandbox.photos",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
