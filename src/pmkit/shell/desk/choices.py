"""
Values as callers write them: members by their text, and nothing that can not be kept.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeVar

from pmkit.core.errors import CorruptStoreError, InputError
from pmkit.shell.plain import canonical_json, read_json
from pmkit.shell.wire import decode_event, encode_event, quick_text_of_event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.events import Event

_E = TypeVar("_E", bound=enum.StrEnum)


def choice(kind: type[_E], value: str, *, field: str) -> _E:
    """
    Take a member of an enumeration, or its text.

    Args:
        kind: The enumeration.

        value: A member, or the text of one.

        field: The argument, for the error.

    Raises:
        pmkit.InputError: If it is neither; the remedy lists what there is.
    """
    try:
        return kind(value)
    except ValueError:
        msg = f"{value!r} is not one of the possible values."
        known = ", ".join(member.value for member in kind)
        raise InputError(msg, field=field, remedy=f"Use {known}.") from None


def require_storable(events: Iterable[Event]) -> list[str]:
    """
    Refuse what could be written but never be read back, such as a number for a text.

    Args:
        events: What was decided.

    Returns:
        The events as canonical JSON.

    Raises:
        pmkit.InputError: If a value is not of its type; the field is its path.
    """
    bodies = []
    for event in events:
        body = quick_text_of_event(event)
        if body is not None:
            bodies.append(body)
            continue
        try:
            body = canonical_json(encode_event(event))
            decode_event(read_json(body))
        except CorruptStoreError as error:
            msg = "A value is not of the type that it has to be."
            remedy = "Give what the signature of the command asks for."
            raise InputError(msg, field=error.field, remedy=remedy) from None
        bodies.append(body)
    return bodies
