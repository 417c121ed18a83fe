"""
Values of a settings file as Python has them, strictly: cattrs alone reads "no" as true.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import cattrs

from pmkit.hooks.secret_sources import WrongSettingError, fetch
from pmkit.hooks.secrets import Secret

if TYPE_CHECKING:
    from pmkit.hooks.secret_sources import SecretSource

_WHAT = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    float: "a number",
    decimal.Decimal: 'a number, written as text, such as "0.25"',
    dt.timedelta: "a number of seconds",
    dt.date: "a day, such as 2026-02-27",
}


def strict_converter(
    source: SecretSource | None, environ: Mapping[str, str] | None
) -> cattrs.Converter:
    """
    Make a converter that guesses nothing.

    Args:
        source: What answers ``hook:`` references.

        environ: What answers ``env:`` references; the process's own if left out.

    Returns:
        A converter that raises `WrongSettingError` for values.
    """
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind, read in (
        (str, _read_text),
        (int, _read_whole),
        (bool, _read_truth),
        (float, _read_number),
        (decimal.Decimal, _read_decimal),
        (dt.timedelta, _read_span),
        (dt.date, _read_day),
    ):
        converter.register_structure_hook(kind, read)
    converter.register_structure_hook(
        Secret, lambda given, _: fetch(given, source=source, environ=environ)
    )
    converter.register_structure_hook_func(_is_enum, _read_choice)
    converter.register_structure_hook_func(
        _is_list, lambda given, kind: _read_list(given, kind, converter)
    )
    return converter


def _is_list(kind: object) -> bool:
    origin = typing.get_origin(kind)
    return isinstance(origin, type) and (
        issubclass(origin, tuple | list | set | frozenset) or origin is Sequence
    )


def _read_list(given: object, kind: Any, converter: cattrs.Converter) -> Any:
    """Read a list; cattrs alone would take a text for a list of letters."""
    if not isinstance(given, list | tuple):
        msg = "must be a list"
        raise WrongSettingError(msg)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    is_fixed = origin is tuple and inner[-1:] != (...,)
    kinds = inner if is_fixed else inner[:1] * len(given)
    if len(kinds) != len(given):
        msg = f"must be a list of {len(kinds)}"
        raise WrongSettingError(msg)
    found, msg = [], "wrong in a list"
    for index, (each, one) in enumerate(zip(given, kinds, strict=True)):
        try:
            found.append(converter.structure(each, one))
        except Exception as error:  # noqa: BLE001 - cattrs keeps whatever comes
            error.add_note(cattrs.IterableValidationNote(msg, index, one))
            raise cattrs.IterableValidationError(msg, [error], kind) from None
    return tuple(found) if origin is Sequence else origin(found)


def _is_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, enum.Enum)


def _must_be(kind: type) -> WrongSettingError:
    return WrongSettingError(f"must be {_WHAT[kind]}")


def _read_text(given: object, _: object) -> str:
    if not isinstance(given, str):
        raise _must_be(str)
    return given


def _read_whole(given: object, _: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise _must_be(int)
    return given


def _read_truth(given: object, _: object) -> bool:
    if not isinstance(given, bool):
        raise _must_be(bool)
    return given


def _read_number(given: object, _: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _must_be(float)
    if given != given or given in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN
        raise _must_be(float)
    return float(given)


def _read_decimal(given: object, _: object) -> decimal.Decimal:
    if isinstance(given, decimal.Decimal):
        return given
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise _must_be(decimal.Decimal)
    try:
        found = decimal.Decimal(given)
    except decimal.InvalidOperation:
        found = decimal.Decimal("NaN")
    if not found.is_finite():
        raise _must_be(decimal.Decimal)
    return found


def _read_span(given: object, _: object) -> dt.timedelta:
    if isinstance(given, dt.timedelta):
        return given
    try:
        return dt.timedelta(seconds=_read_number(given, float))
    except (WrongSettingError, OverflowError):
        raise _must_be(dt.timedelta) from None


def _read_day(given: object, _: object) -> dt.date:
    if isinstance(given, str):
        try:
            return dt.date.fromisoformat(given)
        except ValueError:
            raise _must_be(dt.date) from None
    if isinstance(given, dt.datetime) or not isinstance(given, dt.date):
        raise _must_be(dt.date)
    return given


def _read_choice(given: object, kind: type[enum.Enum]) -> enum.Enum:
    for each in kind:
        if isinstance(given, kind) and given is each:
            return each
        if type(given) is type(each.value) and given == each.value:
            return each
    choices = ", ".join(f"{each.value}" for each in kind)
    msg = f"must be one of {choices}"
    raise WrongSettingError(msg)
