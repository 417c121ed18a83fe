"""
The form in which the simulated companies speak: records as plain JSON, and back.

Money is a decimal text with its currency, an instant is RFC 3339 in UTC with Z, an
absent key means nothing.  It is the form of the sandbox alone, not the stored form.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

import attrs
import cattrs
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from pmkit.core import ports
from pmkit.core.errors import DocumentError, InputError, PmkitError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.shell.plain import problem
from pmkit.shell.wire import instant_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

#: The name of each kind of news.
NEWS: Mapping[str, type] = MappingProxyType(
    {
        "appointment-accepted": ports.AppointmentAccepted,
        "appointment-offered": ports.AppointmentOffered,
        "inspector-named": ports.InspectorNamed,
        "arrived-on-site": ports.ArrivedOnSite,
        "check-done": ports.CheckDone,
        "check-failed": ports.CheckFailed,
        "report-ready": ports.ReportReady,
        "payment": ports.PaymentObservation,
        "refund": ports.RefundObservation,
    }
)
_NAMES = {kind: name for name, kind in NEWS.items()}

_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def write(record: object) -> Any:
    """
    Turn a record into plain JSON values.

    Args:
        record: A request, a reply or a part of one.

    Examples:
        >>> write(Money.of("48", "USD"))
        {'amount': '48.00', 'currency': 'USD'}
    """
    return _converter(exact=True).unstructure(record)


def read(value: object, kind: type[T], *, exact: bool = True) -> T:
    """
    Turn plain JSON values into a record.

    Args:
        value: What came.

        kind: What it has to be.

        exact: Whether a key that nobody knows is refused, as the far side does, or
            passed over, as a caller does; a caller takes no amount below 0.

    Raises:
        pmkit.InputError: If it is something else; the field is the path to it.
    """
    try:
        return _converter(exact=exact).structure(value, kind)
    except PmkitError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it cannot be read
        raise problem(error, DocumentError) from None


def write_news(news: object) -> dict[str, Any]:
    """
    Turn a piece of news into plain JSON values, with its name under ``"type"``.

    The bytes of files are not in it; their hashes are.
    """
    return {"type": _NAMES[type(news)], **write(news)}


def read_news(value: object) -> Any:
    """
    Turn plain JSON values into a piece of news.

    Raises:
        pmkit.InputError: If they are none, or of a kind that nobody knows.
    """
    named = dict(value) if isinstance(value, dict) else {}
    name = named.pop("type", None)
    kind = NEWS.get(name) if isinstance(name, str) else None
    if kind is None:
        msg = "There are no news of this kind."
        raise DocumentError(msg, field="type", remedy=f"Known: {', '.join(NEWS)}.")
    return read(named, kind, exact=False)


@functools.cache
def _converter(*, exact: bool) -> cattrs.Converter:
    converter = cattrs.Converter(
        forbid_extra_keys=exact, unstruct_collection_overrides={tuple: list}
    )
    for plain in (str, int, bool):
        converter.register_structure_hook(plain, _same(plain))
    converter.register_unstructure_hook(dt.datetime, instant_text)
    converter.register_structure_hook(dt.datetime, lambda text, _: _instant(text))
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    converter.register_structure_hook(dt.date, lambda text, _: _day(text))
    _lists(converter)
    _records(converter, exact=exact)
    converter.register_unstructure_hook(Money, _money_out)
    owed = _money_in if exact else _money_told
    converter.register_structure_hook(Money, lambda value, _: owed(value))
    return converter


def _records(converter: cattrs.Converter, *, exact: bool) -> None:
    def out(kind: type[Any]) -> Callable[[Any], dict[str, Any]]:
        attrs.resolve_types(kind)
        fields: dict[str, Any] = {
            field.name: override(
                omit_if_default=field.default is None or field.default in ("", ()),
                omit=True if field.name == "files" else None,
            )
            for field in attrs.fields(kind)
        }
        return make_dict_unstructure_fn(kind, converter, **fields)

    def back(kind: type[Any]) -> Callable[[Any, Any], Any]:
        return make_dict_structure_fn(
            kind, converter, _cattrs_forbid_extra_keys=exact, **_no_files(kind)
        )

    converter.register_unstructure_hook_factory(attrs.has, out)
    converter.register_structure_hook_factory(attrs.has, back)


def _no_files(kind: type[Any]) -> dict[str, Any]:
    """Bytes do not travel in JSON."""
    there = any(field.name == "files" for field in attrs.fields(kind))
    return {"files": override(omit=True)} if there else {}


def _lists(converter: cattrs.Converter) -> None:
    """Take a list for a list: a text is not one of its letters."""

    def back(kind: Any) -> Callable[[Any, Any], Any]:
        usual = homogenous_tuple_structure_factory(kind, converter)

        def check(value: object, wanted: Any) -> object:
            if not isinstance(value, list):
                msg = "It is no list."
                raise InputError(msg, remedy="Send a list.")
            return usual(value, wanted)

        return check

    converter.register_structure_hook_factory(_is_list, back)


def _is_list(kind: Any) -> bool:
    origin: object = get_origin(kind)
    return origin is tuple


def _same(kind: type) -> Callable[[object, Any], object]:
    """Take a value as it is if its type is exactly *kind*; never convert one."""

    def check(value: object, wanted: Any) -> object:
        if type(value) is not kind:
            msg = f"It is not of the type {kind.__name__}."
            raise InputError(msg, remedy=f"Send a JSON {kind.__name__}.")
        # The hook of a class is also that of the enums made from it.
        return value if wanted is kind else wanted(value)

    return check


def _instant(text: object) -> dt.datetime:
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            return to_utc(dt.datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            pass
    msg = "It is no instant with its zone."
    raise InputError(msg, remedy="Write it like 2026-02-13T09:30:00Z.")


def _day(text: object) -> dt.date:
    if isinstance(text, str) and _DAY.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    msg = "It is no date."
    raise InputError(msg, remedy="Write it like 2026-02-13.")


def _money_out(money: Money) -> dict[str, str]:
    return {"amount": str(money.amount), "currency": money.currency}


def _money_in(value: object) -> Money:
    parts = value if isinstance(value, dict) else {}
    amount, currency = parts.get("amount"), parts.get("currency")
    if not isinstance(amount, str) or not isinstance(currency, str):
        msg = "It is no amount with its currency, both as text."
        remedy = 'Write it like {"amount": "48.00", "currency": "USD"}.'
        raise InputError(msg, remedy=remedy)
    return Money.of(amount, currency)


def _money_told(value: object) -> Money:
    """Read an amount that the far side tells: money comes or goes, it is not owed."""
    money = _money_in(value)
    if money.minor < 0:
        msg = "It is less than nothing."
        raise InputError(msg, remedy="Name what came or went, 0 or more.")
    return money
