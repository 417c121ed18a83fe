"""
The stored form of single values: instants, days and money, each in one way only.
"""

from __future__ import annotations

import datetime as dt
import functools

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate

#: The texts that tell the kinds of ship date apart.
SHIP_KINDS = {"fixed": FixedShipDate, "days-after-payment": DaysAfterPayment}

#: How many texts are kept: those of one order come again and again.
_KEPT = 4_096


def instant_text(at: dt.datetime) -> str:
    """
    Write an instant: ISO 8601 in UTC with Z.

    Args:
        at: Any aware datetime.

    Examples:
        >>> instant_text(dt.datetime.fromisoformat("2026-02-13T17:30+08:00"))
        '2026-02-13T09:30:00Z'
    """
    return to_utc(at).isoformat().replace("+00:00", "Z")


def read_instant(text: object) -> dt.datetime:
    """
    Read an instant in exactly the form that `instant_text` writes.

    Raises:
        pmkit.InputError: If *text* has another form.
    """
    try:
        at = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or instant_text(at) != text:
        msg = "It is not an instant in UTC."
        raise InputError(msg, remedy="Write it like 2026-02-13T09:30:00Z.")
    return to_utc(at)


def read_day(text: object) -> dt.date:
    """
    Read a date in the form of ISO 8601.

    Raises:
        pmkit.InputError: If *text* has another form.
    """
    try:
        day = dt.date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        msg = "It is not a date."
        raise InputError(msg, remedy="Write it like 2026-02-13.")
    return day


def money_out(money: Money) -> dict[str, str]:
    """Give an amount, with all decimals of its currency, and the currency."""
    return {"amount": str(money.amount), "currency": money.currency}


def money_in(value: object) -> Money:
    """
    Read what `money_out` gives.

    Raises:
        pmkit.InputError: If *value* has another form.
    """
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        msg = "It is not an amount with its currency."
        raise InputError(msg)
    if not all(isinstance(part, str) for part in value.values()):
        msg = "An amount and its currency are texts."
        raise InputError(msg)
    money = Money.of(value["amount"], value["currency"])
    if money_out(money) != value:
        msg = "It is not written as amounts of this currency are."
        raise InputError(msg)
    return money


# What is read and written often is kept: the values never change.


@functools.lru_cache(_KEPT)
def kept_instant(text: str) -> dt.datetime:
    """Read an instant as `read_instant` does."""
    return read_instant(text)


@functools.lru_cache(_KEPT)
def kept_day(text: str) -> dt.date:
    """Read a day as `read_day` does."""
    return read_day(text)


@functools.lru_cache(_KEPT)
def kept_money(amount: str, currency: str) -> Money:
    """Read money as `money_in` does."""
    return money_in({"amount": amount, "currency": currency})


@functools.lru_cache(_KEPT)
def kept_instant_text(at: dt.datetime) -> str:
    """Write an instant as `instant_text` does, quoted."""
    return f'"{instant_text(at)}"'


@functools.lru_cache(_KEPT)
def kept_day_text(day: dt.date) -> str:
    """Write a day in the form of ISO 8601, quoted."""
    return f'"{day.isoformat()}"'


@functools.lru_cache(_KEPT)
def _kept_money_text(minor: int, currency: str) -> str:
    amount = Money(minor, currency).amount
    return f'{{"amount":"{amount}","currency":"{currency}"}}'


def kept_money_text(money: Money) -> str:
    """Write what `money_out` gives."""
    return _kept_money_text(money.minor, money.currency)
