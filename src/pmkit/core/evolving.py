"""
A record with some of its fields changed.
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any, TypeVar, cast

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

_R = TypeVar("_R")


def evolve(record: _R, **changes: Any) -> _R:
    """
    Give a record with some fields changed, as `attrs.evolve` does.

    What stays as it was is not checked again, field by field: large records of which
    one field changes are what orders are made of.  Rules between fields are checked.

    Args:
        record: Any record.

        changes: The new values by the names of their fields.

    Returns:
        A new record; *record* is unchanged.

    Raises:
        pmkit.InputError: If a new value is refused.

    Examples:
        >>> from pmkit.core.order import OrderLine
        >>> evolve(OrderLine(product="lamp", quantity=5), quantity=6).quantity
        6
    """
    kind: Any = type(record)
    shape = _shape(kind)
    if not shape.plain:
        return cast("_R", attrs.evolve(cast("Any", record), **changes))
    made: _R = object.__new__(kind)
    for put, value in zip(shape.puts.values(), shape.values(record), strict=True):
        put(made, value)
    for name, value in changes.items():
        shape.puts[name](made, value)
    for name, value in changes.items():
        check = shape.checks.get(name)
        if check is not None:
            check(made, shape.fields[name], value)
    if shape.whole is not None:
        shape.whole(made)
    return made


class _Shape:
    """How the records of a class are taken apart and put together."""

    def __init__(self, kind: Any) -> None:
        #: The fields by their names.
        self.fields = {field.name: field for field in attrs.fields(kind)}
        converted = any(field.converter for field in self.fields.values())
        #: Whether values are kept as they are given, and come as several.
        self.plain = not converted and len(self.fields) > 1
        #: Gives the values of all fields, in their order.
        self.values: Callable[[Any], tuple[Any, ...]] = operator.attrgetter(
            *self.fields
        )
        #: What puts a value into a field, frozen or not.
        self.puts = {name: getattr(kind, name).__set__ for name in self.fields}
        self.checks = {
            name: field.validator
            for name, field in self.fields.items()
            if field.validator is not None
        }
        #: What checks a record as a whole, if anything does.
        self.whole: Callable[[Any], None] | None = getattr(
            kind, "__attrs_post_init__", None
        )


@functools.cache
def _shape(kind: type) -> _Shape:
    return _Shape(kind)
