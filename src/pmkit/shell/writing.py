"""
The quick way from records to the text that is stored: canonical JSON, straight.

For each record a function is written and compiled when it is first needed, as attrs
writes the methods of the records themselves: an order has some hundred fields, and
every command writes them all.  It knows records whose values are of their types:
whatever is in any way odd raises something, and `pmkit.shell.wire` then writes the
slow way.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import types
import typing
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.money import Money
from pmkit.shell.reading import OddError
from pmkit.shell.scalars import (
    SHIP_KINDS,
    kept_day_text,
    kept_instant_text,
    kept_money_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    #: Gives the text of a value, or raises whatever it likes.
    Write = Callable[[Any], str]


@functools.cache
def writer(kind: Any, tag: str = "", key: str = "kind") -> Write:
    """
    Give the quick writer of a record.

    Args:
        kind: The record.

        tag: What tells it from others where several kinds can stand; empty for none.

        key: The key of the tag.

    Returns:
        A function from a record to its text; it raises anything if a value is odd.

    Raises:
        OddError: If there is none for the type of a field.
    """
    attrs.resolve_types(kind)
    names = _Names()
    fields = {field.name: field for field in attrs.fields(kind) if field.init}
    lines = []
    for name in sorted({*fields, *([key] if tag else [])}):
        if name not in fields:
            lines.append(f"add({_quoted(name) + ':' + _quoted(tag)!r})")
            continue
        lines.append(f"value = record.{name}")
        adds = f"add({_quoted(name) + ':'!r} + {names.text(fields[name].type)})"
        omitted = fields[name].default
        if omitted is None:
            lines.append(f"if value is not None: {adds}")
        elif omitted in {"", ()}:
            lines.append(f"if value != {omitted!r}: {adds}")
        else:
            lines.append(adds)
    return names.function(kind, lines)


def written(value: object) -> str:
    """
    Write a record, or plain values with records in them.

    Args:
        value: A record, or a dict with texts as keys, a list, a tuple, a text, an int,
            a boolean, `None`, an instant, a day, money, or a member of an enumeration.

    Raises:
        OddError: If there is no quick way to write it; or anything else.
    """
    kind: Any = type(value)
    text = _ANY.get(kind)
    if text is not None:
        return text(value)
    write = _writer_of(kind)
    if write is not None:
        return write(value)
    if isinstance(value, dict):
        items = [f"{_quoted(key)}:{written(value[key])}" for key in sorted(value)]
        return "{" + ",".join(items) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([written(item) for item in value]) + "]"
    if isinstance(value, enum.StrEnum):
        return _quoted(value.value)
    raise OddError


@functools.cache
def _writer_of(kind: Any) -> Write | None:
    """Give the quick writer of a record, if there is one."""
    try:
        return writer(kind) if attrs.has(kind) else None
    except OddError:
        return None


class _Names:
    """What the expressions of a written function speak of."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {"odd": _odd, "quoted": encode_basestring}

    def _name(self, what: object) -> str:
        """Give something a name."""
        name = f"known_{len(self._known)}"
        self._known[name] = what
        return name

    def function(self, kind: type, lines: list[str]) -> Write:
        """Compile a function that collects texts."""
        body = "\n    ".join(lines)
        source = (
            "def write(record):\n"
            f"    if type(record) is not {self._name(kind)}: odd(record)\n"
            "    texts = []\n"
            "    add = texts.append\n"
            f"    {body}\n"
            "    return '{' + ','.join(texts) + '}'\n"
        )
        # The source is made of the names of fields and of what is given names here.
        exec(source, self._known)  # noqa: S102
        made: Write = self._known["write"]
        return made

    def text(self, kind: Any, value: str = "value") -> str:
        """Write the expression that gives the text of a value of some type."""
        if kind is str:
            return f"quoted({value})"
        if kind is bool:
            return (
                f"('true' if {value} is True else "
                f"'false' if {value} is False else odd({value}))"
            )
        if kind in _TEXTS:
            exactly, text = _TEXTS[kind]
            return self._checked(value, exactly, f"{self._name(text)}({value})")
        if isinstance(kind, type) and issubclass(kind, enum.StrEnum):
            texts = self._name({member: _quoted(member.value) for member in kind})
            return self._checked(value, kind, f"{texts}[{value}]")
        if attrs.has(kind):
            return f"{self._name(writer(kind))}({value})"
        return self._composed(kind, value)

    def _checked(self, value: str, exactly: type, text: str) -> str:
        return f"({text} if type({value}) is {self._name(exactly)} else odd({value}))"

    def _composed(self, kind: Any, value: str) -> str:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if origin is tuple and inner[1:] == (Ellipsis,):
            each = f"','.join([{self.text(inner[0], 'item')} for item in {value}])"
            return self._checked(value, tuple, f"'[' + {each} + ']'")
        if origin is tuple:
            each = " + ',' + ".join(
                self.text(one, f"{value}[{place}]") for place, one in enumerate(inner)
            )
            whole = f"('[' + {each} + ']' if len({value}) == {len(inner)} else odd())"
            return self._checked(value, tuple, whole)
        if origin not in {types.UnionType, typing.Union}:
            raise OddError
        if set(inner) == set(SHIP_KINDS.values()):
            writers = {of: writer(of, tag) for tag, of in SHIP_KINDS.items()}
            return f"{self._name(writers)}[type({value})]({value})"
        (one,) = (each for each in inner if each is not types.NoneType)
        return f"('null' if {value} is None else {self.text(one, value)})"


def _odd(*_: object) -> str:
    raise OddError


def _quoted(text: str) -> str:
    return encode_basestring(text)


_ANY: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: {True: "true", False: "false"}.__getitem__,
    types.NoneType: lambda _: "null",
    dt.datetime: kept_instant_text,
    dt.date: kept_day_text,
    Money: kept_money_text,
}

#: Types that are written by a function; only exactly they are.
_TEXTS: dict[Any, tuple[type, Callable[[Any], str]]] = {
    int: (int, int.__repr__),
    dt.datetime: (dt.datetime, kept_instant_text),
    dt.date: (dt.date, kept_day_text),
    Money: (Money, kept_money_text),
}
