"""
The quick way back from plain JSON values to records.

For each record a function is written and compiled when it is first needed, as attrs
writes the methods of the records themselves: every command reads an order of some
hundred fields.  It takes what pmkit wrote and nothing else: whatever is in any way odd
raises something, and `pmkit.shell.wire.decode` then asks the slow way, which decides
and says where.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import types
import typing
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.checked import filled, utc
from pmkit.core.money import Money
from pmkit.shell.scalars import SHIP_KINDS, kept_day, kept_instant, kept_money

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Gives a record for plain values, or raises whatever it likes.
    Read = Callable[[Any], Any]


class OddError(Exception):
    """The quick way does not know what this is."""


@functools.cache
def reader(kind: Any) -> Read:
    """
    Give the quick reader of a record.

    Args:
        kind: The record.

    Returns:
        A function from plain values to a record; it raises anything if one is odd.

    Raises:
        OddError: If there is none for the type of a field.
    """
    attrs.resolve_types(kind)
    names = _Names()
    fields = [field for field in attrs.fields(kind) if field.init]
    required = [field.name for field in fields if field.default is attrs.NOTHING]
    lines = [f"left = len(plain) - {len(required)}"]
    for field in fields:
        read = f"got_{field.name} = {names.value(field.type)}"
        if field.name in required:
            lines += [f"value = plain[{field.name!r}]", read]
            continue
        lines += [
            f"value = plain.get({field.name!r}, absent)",
            f"if value is absent: got_{field.name} = {names.name(field.default)}",
            "else:",
            "    left -= 1",
            f"    {read}",
        ]
    return names.function(kind, lines, fields)


class _Names:
    """What the expressions of a written function speak of."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {
            "odd": _odd,
            "absent": object(),
            "new": object.__new__,
        }

    def name(self, what: object) -> str:
        """Give something a name."""
        name = f"known_{len(self._known)}"
        self._known[name] = what
        return name

    def function(self, kind: Any, lines: list[str], fields: list[Any]) -> Read:
        """Compile a function that makes a record of what it read."""
        puts = [
            f"{self.name(getattr(kind, field.name).__set__)}(made, got_{field.name})"
            for field in fields
        ]
        whole = getattr(kind, "__attrs_post_init__", None)
        body = "\n    ".join(
            [
                *lines,
                # What nobody knows is left over.
                "if left: odd()",
                f"made = new({self.name(kind)})",
                *puts,
                *(line for field in fields for line in self._checks(field)),
                *([] if whole is None else [f"{self.name(whole)}(made)"]),
                "return made",
            ]
        )
        # The source is made of the names of fields and of what is given names here.
        exec(f"def read(plain):\n    {body}\n", self._known)  # noqa: S102
        made: Read = self._known["read"]
        return made

    def _checks(self, field: Any) -> list[str]:
        """Write what the record would check of a field that was read."""
        moment = field.type in {dt.datetime, dt.datetime | None}
        if field.converter is not None and not moment:
            raise OddError
        # A moment that was read is one in UTC; nothing has to be converted or checked.
        if field.validator is None or (moment and field.validator is utc):
            return []
        got = f"got_{field.name}"
        if field.validator is filled and field.type is str:
            return [f"if not {got}.strip(): odd()"]
        check, of = self.name(field.validator), self.name(field)
        return [f"{check}(made, {of}, {got})"]

    def value(self, kind: Any, value: str = "value") -> str:
        """Write the expression that gives the value of a plain one."""
        if kind in {str, int, bool}:
            return self._checked(value, kind, value)
        if kind in _READERS:
            return f"{self.name(_READERS[kind])}({value})"
        if isinstance(kind, type) and issubclass(kind, enum.StrEnum):
            members = self.name({member.value: member for member in kind})
            return f"{members}[{value}]"
        if attrs.has(kind):
            return f"{self.name(reader(kind))}({value})"
        return self._composed(kind, value)

    def _checked(self, value: str, exactly: type, read: str) -> str:
        return f"({read} if type({value}) is {exactly.__name__} else odd())"

    def _composed(self, kind: Any, value: str) -> str:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is tuple and inner[1:] == (Ellipsis,):
            each = f"tuple([{self.value(inner[0], 'item')} for item in {value}])"
            return self._checked(value, list, each)
        if origin is tuple:
            each = "".join(
                f"{self.value(one, f'{value}[{place}]')}, "
                for place, one in enumerate(inner)
            )
            whole = f"(({each}) if len({value}) == {len(inner)} else odd())"
            return self._checked(value, list, whole)
        if origin not in {types.UnionType, typing.Union}:
            raise OddError
        if set(inner) == set(SHIP_KINDS.values()):
            return f"{self.name(_ship)}({value})"
        (one,) = (each for each in inner if each is not types.NoneType)
        return f"(None if {value} is None else {self.value(one, value)})"


def _odd() -> Any:
    raise OddError


def _ship(plain: dict[str, Any]) -> Any:
    rest = dict(plain)
    return reader(SHIP_KINDS[rest.pop("kind")])(rest)


def _money(plain: dict[str, str]) -> Money:
    amount, currency = plain["amount"], plain["currency"]
    if len(plain) != 2:  # noqa: PLR2004 - the two of the line before
        raise OddError
    return kept_money(amount, currency)


_READERS: dict[Any, Callable[[Any], Any]] = {
    dt.datetime: kept_instant,
    dt.date: kept_day,
    Money: _money,
}
