"""
The stored form: orders and events as plain JSON values, and back.

An absent key means nothing: `None`, an empty text or an empty list.  Every other
value is written, also where it is the default of today, so that a later default
changes no history.  Keys that nobody knows are refused.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from pmkit.core import events
from pmkit.core.errors import CorruptStoreError, InputError, PmkitError
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, Order
from pmkit.shell.document import OrderDocument, read_order_document
from pmkit.shell.plain import canonical_json, problem, read_json
from pmkit.shell.reading import OddError, reader
from pmkit.shell.scalars import (
    SHIP_KINDS,
    instant_text,
    money_in,
    money_out,
    read_day,
    read_instant,
)
from pmkit.shell.writing import writer, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.shell.writing import Write

__all__ = [
    "OrderDocument",
    "canonical_json",
    "decode",
    "decode_event",
    "decode_order",
    "encode",
    "encode_event",
    "encode_order",
    "instant_text",
    "quick_text_of_event",
    "read_instant",
    "read_json",
    "read_order_document",
    "text_of",
    "text_of_event",
]

T = TypeVar("T")


def encode(record: object) -> Any:
    """
    Turn a record into plain JSON values.

    Args:
        record: Any record of the core.

    Raises:
        pmkit.InputError: If it holds something that has no stored form.

    Examples:
        >>> encode(Money.of("48", "USD"))
        {'amount': '48.00', 'currency': 'USD'}
    """
    return ours().unstructure(record)


def decode(value: object, kind: type[T]) -> T:
    """
    Turn plain JSON values back into a record.

    Args:
        value: What `encode` gave.

        kind: The class of the record.

    Raises:
        pmkit.CorruptStoreError: If *value* is not the stored form of a *kind*; the
            field is the path to what is wrong.
    """
    # Only what pmkit wrote passes the quick way; the slow one says what is wrong.
    try:
        return cast("T", reader(cast("Any", kind))(value))
    except Exception:  # noqa: BLE001, S110 - the slow way says what it is
        pass
    try:
        return ours().structure(value, kind)
    except PmkitError as error:
        raise _corrupt(error) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, the row is unreadable
        raise _corrupt(problem(error, CorruptStoreError)) from None


def text_of(record: object) -> str:
    """
    Write a record as it is stored: the canonical JSON of what `encode` gives.

    Args:
        record: Any record of the core, or plain values with records in them.

    Raises:
        pmkit.InputError: If it holds something that has no stored form.

    Examples:
        >>> text_of(Money.of("48", "USD"))
        '{"amount":"48.00","currency":"USD"}'
    """
    try:
        text = written(record)
        text.encode()
    except Exception:  # noqa: BLE001 - the slow way says what it is
        return canonical_json(encode(record))
    return text


def _corrupt(error: PmkitError) -> CorruptStoreError:
    """The words of the cause may quote what is stored; the path does not."""
    return CorruptStoreError(
        "What is stored here cannot be read back.",
        field=error.field,
        remedy="Run pmkit orders verify, and restore a backup.",
    )


def encode_order(order: Order) -> dict[str, Any]:
    """Turn an order into plain JSON values."""
    plain: dict[str, Any] = encode(order)
    return plain


def decode_order(value: object) -> Order:
    """
    Turn plain JSON values back into an order.

    Raises:
        pmkit.CorruptStoreError: If they are not the stored form of an order.
    """
    return decode(value, Order)


def encode_event(event: events.Event) -> dict[str, Any]:
    """
    Turn an event into plain JSON values, with its name under ``"event"``.

    Raises:
        pmkit.InputError: If its class is no kind of event that pmkit knows.
    """
    if events.Event.kinds.get(event.name) is not type(event):
        msg = f"{type(event).__name__} is no kind of event that can be stored."
        raise InputError(msg, field="event", remedy="Use those of pmkit.core.events.")
    return {"event": event.name, **ours().unstructure(event)}


def text_of_event(event: events.Event) -> str:
    """
    Write an event as it is stored: the canonical JSON of what `encode_event` gives.

    Raises:
        pmkit.InputError: If its class is no kind of event that pmkit knows, or if it
            holds something that has no stored form.
    """
    text = quick_text_of_event(event)
    return canonical_json(encode_event(event)) if text is None else text


def quick_text_of_event(event: events.Event) -> str | None:
    """
    Write an event as `text_of_event` does, if each of its values is of its type.

    What is written so can be read back; nobody has to try.

    Returns:
        The text; `None` if something is odd.
    """
    try:
        kind: Any = type(event)
        text = _event_writer(kind)(event)
        text.encode()
    except Exception:  # noqa: BLE001 - the slow way says what it is
        return None
    return text


@functools.cache
def _event_writer(kind: Any) -> Write:
    known: Any = events.Event.kinds.get(kind.name)
    if known is not kind:
        raise OddError
    return writer(kind, kind.name, "event")


def decode_event(value: object) -> events.Event:
    """
    Turn plain JSON values back into an event.

    Raises:
        pmkit.CorruptStoreError: If they are not the stored form of an event.
    """
    named = value if isinstance(value, dict) else {}
    name = named.get("event")
    kind = events.Event.kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        msg = "There is no event of this name."
        remedy = "Run pmkit orders verify, and restore a backup."
        raise CorruptStoreError(msg, field="event", remedy=remedy)
    return decode({key: named[key] for key in named if key != "event"}, kind)


@functools.cache
def ours() -> cattrs.Converter:
    """Give the converter of the stored form; built when it is first needed."""
    converter = cattrs.Converter(
        forbid_extra_keys=True,
        unstruct_collection_overrides={tuple: list},
    )
    converter.register_structure_hook(str, _same(str))
    converter.register_structure_hook(int, _same(int))
    converter.register_structure_hook(bool, _same(bool))
    converter.register_unstructure_hook(dt.datetime, instant_text)
    converter.register_structure_hook(dt.datetime, lambda text, _: read_instant(text))
    converter.register_unstructure_hook(dt.date, dt.date.isoformat)
    converter.register_structure_hook(dt.date, lambda text, _: read_day(text))
    _records(converter)
    converter.register_unstructure_hook(Money, money_out)
    converter.register_structure_hook(Money, lambda value, _: money_in(value))
    ship = FixedShipDate | DaysAfterPayment
    converter.register_unstructure_hook(ship, functools.partial(_ship_out, converter))
    converter.register_structure_hook(ship, functools.partial(_ship_in, converter))
    return converter


def _records(converter: cattrs.Converter) -> None:
    def out(kind: type[Any]) -> Callable[[Any], dict[str, Any]]:
        attrs.resolve_types(kind)
        empty = {
            field.name: override(omit_if_default=True)
            for field in attrs.fields(kind)
            if field.default is None or field.default in ("", ())
        }
        return make_dict_unstructure_fn(kind, converter, **empty)  # type: ignore[arg-type]

    def back(kind: type[Any]) -> Callable[[Any, Any], Any]:
        return make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)

    converter.register_unstructure_hook_factory(attrs.has, out)
    converter.register_structure_hook_factory(attrs.has, back)


def _same(kind: type) -> Callable[[object, Any], object]:
    """Take a value as it is if its type is exactly *kind*; never convert one."""

    def check(value: object, wanted: Any) -> object:
        if type(value) is not kind:
            msg = f"It is not of the type {kind.__name__}."
            raise InputError(msg)
        # The hook of a class is also that of the enums made from it.
        return value if wanted is kind else wanted(value)

    return check


def _ship_out(
    converter: cattrs.Converter, ship: FixedShipDate | DaysAfterPayment
) -> dict[str, Any]:
    kind = next(name for name, kind in SHIP_KINDS.items() if isinstance(ship, kind))
    return {"kind": kind, **converter.unstructure(ship, type(ship))}


def _ship_in(
    converter: cattrs.Converter, value: object, _: Any
) -> FixedShipDate | DaysAfterPayment:
    named = dict(value) if isinstance(value, dict) else {}
    kind = named.pop("kind", None)
    if not isinstance(kind, str) or kind not in SHIP_KINDS:
        msg = "It is no kind of ship date."
        raise InputError(msg)
    ship: FixedShipDate | DaysAfterPayment = converter.structure(
        named, SHIP_KINDS[kind]
    )
    return ship
