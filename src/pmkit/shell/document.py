"""
The outside form of an order: what a marketplace exports and pmkit imports.

It is not the stored form.  That one may change with pmkit; this one is a promise.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import unicodedata
from typing import Any

import attrs
import cattrs

from pmkit.core.checked import filled
from pmkit.core.errors import (
    CurrencyError,
    DocumentError,
    MoneyError,
    NaiveTimeError,
    PmkitError,
    ShipDateError,
)
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, OrderLine
from pmkit.core.payment import Purpose
from pmkit.shell.plain import problem, read_json

_LIKE_DAY = "Write a date like 2026-03-20."


@attrs.frozen(kw_only=True)
class OrderDocument:
    """
    An order as a marketplace exports it.

    Args:
        id: Its name at the marketplace.

        buyer: The buying company.

        supplier: The selling company.

        currency: The one currency of everything on it, ISO 4217.

        initial: What the buyer pays before production.

        balance: What the buyer pays later.

        ship: When the goods ship: a day, or calendar days after a payment.

        lines: What is traded, at least one line.
    """

    id: str = attrs.field(validator=filled)
    buyer: str = attrs.field(validator=filled)
    supplier: str = attrs.field(validator=filled)
    currency: str
    initial: Money
    balance: Money
    ship: FixedShipDate | DaysAfterPayment
    lines: tuple[OrderLine, ...]

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            msg = "An order needs at least one line."
            raise DocumentError(msg, field="lines", remedy="Add what is traded.")
        for name, money in (("initial", self.initial), ("balance", self.balance)):
            if money.currency != self.currency:
                msg = f"{money} is not in the order's currency {self.currency}."
                raise CurrencyError(msg, field=name, remedy="Use one currency.")
            if money.minor < 0:
                msg = f"{money} is negative."
                raise MoneyError(msg, field=name, remedy="Write 0 or more.")


def read_order_document(text: str | bytes) -> OrderDocument:
    """
    Read an order as a marketplace exports it.

    ::

        {
          "id": "TA-2026-0117", "buyer": "Nordwind GmbH", "supplier": "Ningbo Hexing",
          "currency": "USD",
          "initial": {"amount": "3600.00", "currency": "USD"},
          "balance": {"amount": "8400.00", "currency": "USD"},
          "ship": {"date": "2026-03-20"},
          "lines": [{"product": "LED desk lamp", "quantity": 5000}]
        }

    ``ship`` is either ``{"date": ...}`` or ``{"days": 30, "after": "initial"}``
    (``after`` may be ``"balance"``; days are calendar days).  A line may also have
    ``unit``, ``packaging``, ``shipping_mark`` and ``inner_carton_mark``.

    Args:
        text: One JSON object; bytes are UTF-8.

    Raises:
        pmkit.InputError: If anything in it is not as documented; the class says in
            which way, and the field is a path such as ``lines[0].quantity``.

        pmkit.DocumentError: If it is malformed, or a key is missing or unknown.
    """
    value = read_json(text)
    if not isinstance(value, dict):
        msg = "It is not a JSON object."
        raise DocumentError(msg, remedy="Send one JSON object, in UTF-8.")
    with contextlib.suppress(Exception):
        return theirs(explains=False).structure(value, OrderDocument)
    # Something is wrong: the slower one says where.
    try:
        return theirs().structure(value, OrderDocument)
    except PmkitError:
        raise
    except Exception as error:  # noqa: BLE001 - a group of whatever was wrong
        raise problem(error, DocumentError) from None


@functools.cache
def theirs(*, explains: bool = True) -> cattrs.Converter:
    """
    Give the converter of the outside form; built when it is first needed.

    Args:
        explains: Whether its errors say where something is wrong.
    """
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=explains)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(Money, _money)
    converter.register_structure_hook(Purpose, _purpose)
    lines = functools.partial(_lines, converter)
    converter.register_structure_hook_func(_is_lines, lines)
    ship = functools.partial(_ship, converter)
    converter.register_structure_hook(FixedShipDate | DaysAfterPayment, ship)
    return converter


def _text(value: object, _: Any) -> str:
    if not isinstance(value, str):
        msg = "It is not a text."
        raise DocumentError(msg, remedy="Write it in double quotes.")
    # What can be printed has none; only the rest is looked at one by one.
    if not value.isprintable() and any(
        unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in value
    ):
        msg = "There is a control character in the text."
        raise DocumentError(msg, remedy="Leave it out.")
    return value


def _whole(value: object, _: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        msg = "It is not a whole number."
        raise DocumentError(msg, remedy="Write digits, without quotes or a point.")
    return value


def _money(value: object, _: Any) -> Money:
    _keys(value, {"amount", "currency"})
    assert isinstance(value, dict)  # noqa: S101 - _keys saw to it
    amount = value["amount"]
    if not isinstance(amount, str):
        msg = "A JSON number is not exact money."
        raise MoneyError(msg, field="amount", remedy='Write a text like "48.00".')
    return Money.of(amount, _text(value["currency"], None))


def _purpose(value: object, _: Any) -> Purpose:
    if value not in {Purpose.INITIAL.value, Purpose.BALANCE.value}:
        msg = "It is not a payment that a ship date can count from."
        raise DocumentError(msg, remedy='Write "initial" or "balance".')
    return Purpose(value)


def _is_lines(kind: object) -> bool:
    return kind == tuple[OrderLine, ...]


def _lines(converter: cattrs.Converter, value: object, _: Any) -> tuple[OrderLine, ...]:
    if not isinstance(value, list):
        msg = "It is not a list."
        raise DocumentError(msg, remedy="Write the lines in square brackets.")
    return tuple(converter.structure(value, list[OrderLine]))


def _ship(
    converter: cattrs.Converter, value: object, _: Any
) -> FixedShipDate | DaysAfterPayment:
    if isinstance(value, dict) and "date" in value:
        _keys(value, {"date"})
        return FixedShipDate(day=_day(value["date"]))
    _keys(value, {"days", "after"})
    return converter.structure(value, DaysAfterPayment)


def _day(value: object) -> dt.date:
    text = _text(value, None)
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        msg = "There is no such day."
        raise ShipDateError(msg, field="date", remedy=_LIKE_DAY) from None
    if text == at.date().isoformat():
        return at.date()
    if at.tzinfo is None:
        msg = "It is no plain day, and a time without a zone."
        raise NaiveTimeError(msg, field="date", remedy=_LIKE_DAY)
    msg = "It is an instant; goods ship on a day at the place."
    raise ShipDateError(msg, field="date", remedy=_LIKE_DAY)


def _keys(value: object, needed: set[str]) -> None:
    """Refuse anything but an object with these keys."""
    if isinstance(value, dict) and value.keys() == needed:
        return
    if not isinstance(value, dict):
        msg = "It is not a JSON object."
        raise DocumentError(msg, remedy="Write it in curly braces.")
    for key in sorted(value.keys() - needed):
        msg = "Nobody knows this key."
        raise DocumentError(msg, field=key, remedy="Leave it out.")
    for key in sorted(needed - value.keys()):
        msg = "It is missing."
        raise DocumentError(msg, field=key, remedy="Add it.")
