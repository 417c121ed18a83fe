"""
What this package needs beyond pmkit itself, and what to do if it is not there.
"""

from __future__ import annotations

import importlib

from pmkit.core.errors import PmkitError


class BulkExtraMissingError(PmkitError, ImportError):
    """numpy is not installed: it comes with the extra ``bulk``."""

    code = "bulk-extra-missing"


def need_numpy() -> None:
    """
    Check that numpy can be imported.

    Raises:
        BulkExtraMissingError: If it cannot; also an `ImportError`.
    """
    try:
        importlib.import_module("numpy")
    except ImportError as error:
        msg = f"pmkit.bulk needs numpy ({error})."
        remedy = "Install the extra: pip install '.[bulk]'"
        raise BulkExtraMissingError(msg, remedy=remedy) from error
