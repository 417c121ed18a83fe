"""
Production monitoring on a protected trade order: book, pay, visit, report, review.

The public names load on first use, so that ``import pmkit`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

#: Public name -> the module that defines it.  Sorted; a test compares both.
_HOME = {
    "InputError": "pmkit.core.errors",
    "NaiveTimeError": "pmkit.core.errors",
    "PmkitError": "pmkit.core.errors",
}

__all__ = list(_HOME)  # noqa: PLE0605 - one table is the only list of public names


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        msg = f"module 'pmkit' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
