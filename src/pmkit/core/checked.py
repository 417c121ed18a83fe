"""
Validators for the fields of records: each names the field and the remedy.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc


def positive(_: object, attribute: Any, value: Any) -> None:
    """Refuse anything but an int of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        msg = f"{value!r} is not a whole number of at least 1."
        raise InputError(msg, field=attribute.name, remedy="Give 1, 2, 3 ...")


def not_negative(_: object, attribute: Any, value: Any) -> None:
    """Refuse anything but an int of at least 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        msg = f"{value!r} is not a whole number of at least 0."
        raise InputError(msg, field=attribute.name, remedy="Give 0, 1, 2 ...")


def filled(_: object, attribute: Any, value: Any) -> None:
    """Refuse an empty text, and anything that is no text."""
    if not isinstance(value, str) or not value.strip():
        msg = f"{value!r} is not a text with something in it."
        raise InputError(msg, field=attribute.name, remedy="Give a name or a sentence.")


def utc(_: object, attribute: Any, value: Any) -> None:
    """Refuse anything but a datetime in UTC."""
    if not isinstance(value, dt.datetime):
        msg = f"{value!r} is not a datetime."
        raise InputError(msg, field=attribute.name, remedy="Give an aware datetime.")
    if to_utc(value, field=attribute.name).utcoffset() != value.utcoffset():
        msg = f"{value.isoformat()} is not in UTC."
        raise InputError(msg, field=attribute.name, remedy="Convert it with to_utc().")
