"""
Plain JSON: one canonical text for each value, and a reader that trusts nobody.
"""

from __future__ import annotations

import json

from pmkit.core.errors import InputError, PmkitError
from pmkit.core.strict_json import read_json

__all__ = ["canonical_json", "problem", "read_json"]

#: Made once: `json.dumps` would make one for each value.
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical_json(value: object) -> str:
    """
    Write plain values as the one text that stands for them.

    Sorted keys, no spaces, characters as they are; the same in every process.

    Args:
        value: Dicts with text keys, lists, texts, ints, booleans and `None`.

    Raises:
        pmkit.InputError: If a text in it is not Unicode, or a number not finite.

    Examples:
        >>> canonical_json({"b": [1, None], "a": "货"})
        '{"a":"货","b":[1,null]}'
    """
    try:
        text = _ENCODER.encode(value)
        text.encode()
    except UnicodeEncodeError:
        msg = "A text has half of a surrogate pair in it, which is no character."
        raise InputError(msg, remedy="Decode the text anew from its source.") from None
    except ValueError:
        msg = "A number is not finite."
        raise InputError(msg, remedy="Give a finite number.") from None
    return text


def problem(error: Exception, kind: type[PmkitError]) -> PmkitError:
    """
    Tell the first thing that is wrong, and where, from what a converter raised.

    Args:
        error: What cattrs or a record raised.

        kind: The class for everything that has no class of its own.

    Returns:
        An error whose field is a path, such as ``lines[0].quantity``.
    """
    path, leaf = _first(error)
    if isinstance(leaf, PmkitError):
        return type(leaf)(leaf.message, field=path or None, remedy=leaf.remedy)
    return _named(path, leaf, kind)


def _first(error: Exception) -> tuple[str, Exception]:
    """Walk down to the first cause, writing down the way."""
    from cattrs.errors import ClassValidationError, IterableValidationError

    path = ""
    while isinstance(error, (ClassValidationError, IterableValidationError)):
        noted, plain = error.group_exceptions()
        if noted:
            error, note = noted[0]
            step = getattr(note, "name", None)
            path += f".{step}" if step else f"[{note.index}]"
        else:
            error = plain[0]
    named = getattr(error, "field", None)
    path += f".{named}" if named else ""
    return path.removeprefix("."), error


def _named(path: str, leaf: Exception, kind: type[PmkitError]) -> PmkitError:
    from cattrs.errors import ForbiddenExtraKeysError

    if isinstance(leaf, ForbiddenExtraKeysError):
        extra = min(leaf.extra_fields)
        where = f"{path}.{extra}".removeprefix(".")
        return kind("Nobody knows this key.", field=where, remedy="Leave it out.")
    if isinstance(leaf, KeyError) and leaf.args:
        where = _below(path, str(leaf.args[0]))
        return kind("It is missing.", field=where, remedy="Add it.")
    return kind(
        "It is not a value that can stand here.",
        field=path or None,
        remedy="Compare it with the documented form.",
    )


def _below(path: str, key: str) -> str:
    """A missing key is noted by cattrs with its own name already."""
    there = path == key or path.endswith(f".{key}")
    return path if there else f"{path}.{key}".removeprefix(".")
