"""
How much one instance of a plugin may take: time, connections, bytes, failures.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from pmkit.core.checked import positive
from pmkit.core.errors import InputError


def _lasting(_: object, attribute: Any, value: Any) -> None:
    """Refuse anything but a number of seconds above zero."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 < value < float("inf"):
        msg = f"{value!r} is no number of seconds."
        raise InputError(msg, field=attribute.name, remedy="Give a number above 0.")


def _span(_: object, attribute: Any, value: Any) -> None:
    """Refuse anything but a time span of zero or more."""
    if not isinstance(value, dt.timedelta) or value < dt.timedelta(0):
        msg = f"{value!r} is no time span."
        raise InputError(msg, field=attribute.name, remedy="Give a timedelta.")


@attrs.frozen(kw_only=True)
class Limits:
    """
    How much one instance of a plugin may take.

    Args:
        seconds: The longest that one operation may take as a whole, in seconds.

        concurrent: How many operations run at a time; more wait for their turn.

        body: The largest body of a response in bytes, after decompression.

        requests: The most requests of one operation.

        answers: The most items of an answer that is a list.

        failures: After so many failures in a row the instance is left alone.

        rest: For how long.

    Raises:
        pmkit.InputError: If a limit is not above zero.

    Examples:
        >>> Limits(seconds=5).concurrent
        8
    """

    seconds: float = attrs.field(default=30.0, validator=_lasting)
    concurrent: int = attrs.field(default=8, validator=positive)
    body: int = attrs.field(default=1024 * 1024, validator=positive)
    requests: int = attrs.field(default=20, validator=positive)
    answers: int = attrs.field(default=10_000, validator=positive)
    failures: int = attrs.field(default=5, validator=positive)
    rest: dt.timedelta = attrs.field(default=dt.timedelta(seconds=30), validator=_span)
