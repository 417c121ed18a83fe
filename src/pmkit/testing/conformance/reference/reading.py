"""
Replies, read without trust: a value is what it has to be, or an error says which.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from pmkit.core.errors import PmkitError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.plugin_errors import ProtocolViolationError

if TYPE_CHECKING:
    import httpx

_LONGEST = 200


def _odd(name: str, why: str) -> NoReturn:
    msg = f"The reply is not what it has to be: {why}."
    raise ProtocolViolationError(msg, field=name)


def record_of(response: httpx.Response) -> dict[str, Any]:
    """
    Read the JSON object of a response; numbers stay exact.

    Args:
        response: The response.

    Raises:
        pmkit.ProtocolViolationError: If there is none.
    """
    try:
        found = json.loads(response.content, parse_float=Decimal)
    except (ValueError, RecursionError):
        _odd("body", "no JSON")
    return as_record(found, "body")


def as_record(value: object, name: str) -> dict[str, Any]:
    """Take an object."""
    if not isinstance(value, dict):
        _odd(name, "no object")
    return value


def records(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Take a list of objects."""
    value = data.get(name)
    if not isinstance(value, list):
        _odd(name, "no list")
    return [as_record(item, name) for item in value]


def text(data: dict[str, Any], name: str) -> str:
    """Take a text with something in it."""
    value = data.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        _odd(name, "no text")
    return value


def number(data: dict[str, Any], name: str) -> int:
    """Take a whole number of at least 0."""
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        _odd(name, "no whole number")
    return value


def moment(data: dict[str, Any], name: str) -> dt.datetime:
    """Take an instant with its zone."""
    try:
        return to_utc(dt.datetime.fromisoformat(text(data, name)), field=name)
    except (ValueError, PmkitError):
        _odd(name, "no instant with a zone")


def day(data: object, name: str) -> dt.date:
    """Take a date."""
    try:
        return dt.date.fromisoformat(data if isinstance(data, str) else "")
    except ValueError:
        _odd(name, "no date")


def money(data: dict[str, Any], name: str, currency: str) -> Money:
    """
    Take an amount above nothing, in the currency that it has to be in.

    Args:
        data: The object with the text *name* and the text ``currency``.

        name: Where the amount stands.

        currency: What it has to be in.
    """
    if text(data, "currency") != currency:
        _odd("currency", "another currency")
    try:
        found = Money.of(text(data, name), currency)
    except PmkitError:
        _odd(name, "no exact amount")
    if found.minor < 0:
        _odd(name, "a negative amount")
    return found


def same(data: dict[str, Any], name: str, expected: str) -> None:
    """Check that a reply is about what was asked."""
    if text(data, name) != expected:
        _odd(name, "about something else")
