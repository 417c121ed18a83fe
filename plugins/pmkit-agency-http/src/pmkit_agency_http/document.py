"""
The document of the protocol, and whether a value is what it says.

It needs the standard library only, so that a server can use it without anything else.
It knows the keywords that the document uses, and refuses to load one with others.
"""

from __future__ import annotations

import functools
import json
import re
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SCHEMAS = "#/components/schemas/"
#: Words for people; they decide nothing.
_WORDS = frozenset({"description", "default", "format", "x-codes"})
_KNOWN = _WORDS | {
    "$ref",
    "additionalProperties",
    "const",
    "discriminator",
    "enum",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "oneOf",
    "pattern",
    "properties",
    "required",
    "type",
    "uniqueItems",
}


class MisfitError(Exception):
    """
    A value is not what the document says.

    Args:
        field: Where, such as ``lines[0].quantity``; empty for the whole.

        reason: What is wrong with it; never the value itself.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field or 'It'}: {reason}")
        self.field = field
        self.reason = reason


@functools.cache
def document() -> Mapping[str, Any]:
    """
    Read the document of the protocol, OpenAPI 3.1.

    Returns:
        Its values; nobody changes them.

    Examples:
        >>> document()["info"]["title"]
        'Agency protocol'
    """
    path = resources.files(__package__) / "openapi.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for schema in _schemas_in(found["components"]["schemas"].values()):
        unknown = set(schema) - _KNOWN
        assert not unknown, unknown  # noqa: S101 - our own file, read by a test
    return MappingProxyType(found)


def check(name: str, value: object) -> None:
    """
    Refuse a value that is not what a schema of the document says.

    Args:
        name: The name of the schema, such as ``"Task"``.

        value: Decoded JSON.

    Raises:
        MisfitError: If it is anything else; it names the field.

    Examples:
        >>> check("Money", {"amount": "48.00", "currency": "USD"})
        >>> check("Money", {"amount": 48.0, "currency": "USD"})
        Traceback (most recent call last):
            ...
        pmkit_agency_http.document.MisfitError: amount: no text
    """
    _check({"$ref": _SCHEMAS + name}, value, "")


def check_parameter(name: str, text: str) -> Any:
    """
    Read a parameter by its schema.

    Args:
        name: Its name among the parameters of the document, such as ``"Limit"``.

        text: What stood in the path, the query or the header.

    Returns:
        The text, or the number that it writes.

    Raises:
        MisfitError: If it is not what the document says.
    """
    parameter = document()["components"]["parameters"][name]
    schema = parameter["schema"]
    value: str | int = text
    if schema.get("type") == "integer":
        value = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text
    _check(schema, value, str(parameter["name"]))
    return value


def codes() -> Mapping[str, Mapping[str, Any]]:
    """
    List the codes of problems: their status, what is certain, what they mean.

    Returns:
        ``status``, ``certainty`` and ``means`` by code.

    Examples:
        >>> codes()["rate-limited"]["certainty"]
        'not-sent'
    """
    found: Mapping[str, Mapping[str, Any]] = document()["components"]["schemas"][
        "Problem"
    ]["x-codes"]
    return found


def _schemas_in(schemas: Any) -> Iterator[Mapping[str, Any]]:
    for schema in schemas:
        yield schema
        yield from _schemas_in(schema.get("properties", {}).values())
        yield from _schemas_in(schema.get("oneOf", ()))
        if "items" in schema:
            yield from _schemas_in([schema["items"]])


def _check(schema: Mapping[str, Any], value: object, field: str) -> None:
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_SCHEMAS)
        schema = document()["components"]["schemas"][name]
    if "oneOf" in schema:
        schema = _chosen(schema, value, field)
    _CHECKS[schema["type"]](schema, value, field)


def _chosen(schema: Mapping[str, Any], value: object, field: str) -> Mapping[str, Any]:
    """Tell which of several schemas a value has to have; one key of it says so."""
    key = schema["discriminator"]["propertyName"]
    if not isinstance(value, dict):
        raise MisfitError(field, "no object")
    kind = value.get(key)
    mapping: Mapping[str, str] = schema["discriminator"]["mapping"]
    if not isinstance(kind, str) or kind not in mapping:
        raise MisfitError(_under(field, key), "not one of those that are known")
    name = mapping[kind].removeprefix(_SCHEMAS)
    found: Mapping[str, Any] = document()["components"]["schemas"][name]
    return found


def _check_object(schema: Mapping[str, Any], value: object, field: str) -> None:
    if not isinstance(value, dict):
        raise MisfitError(field, "no object")
    known: Mapping[str, Any] = schema["properties"]
    for key in schema["required"]:
        if key not in value:
            raise MisfitError(_under(field, key), "missing")
    for key, item in value.items():
        if key in known:
            _check(known[key], item, _under(field, key))
        elif not schema["additionalProperties"]:
            name = str(key)[:100].encode("ascii", "backslashreplace").decode()
            raise MisfitError(_under(field, name), "an unknown key")


def _check_array(schema: Mapping[str, Any], value: object, field: str) -> None:
    if not isinstance(value, list):
        raise MisfitError(field, "no list")
    if not schema.get("minItems", 0) <= len(value) <= schema["maxItems"]:
        raise MisfitError(field, "too few or too many items")
    for index, item in enumerate(value):
        _check(schema["items"], item, f"{field}[{index}]")
    # Only texts are said to be unique, so a set can tell.
    if schema.get("uniqueItems") and len(set(value)) < len(value):
        raise MisfitError(field, "an item stands there twice")


def _check_text(schema: Mapping[str, Any], value: object, field: str) -> None:
    if not isinstance(value, str):
        raise MisfitError(field, "no text")
    if "const" in schema and value != schema["const"]:
        raise MisfitError(field, "not the one text that fits")
    if "enum" in schema and value not in schema["enum"]:
        raise MisfitError(field, "not one of those that are known")
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 65536):
        raise MisfitError(field, "too short or too long")
    if "pattern" in schema and not _pattern(schema["pattern"]).search(value):
        raise MisfitError(field, "not written as it has to be")
    if not value.isascii() and not _encodable(value):
        raise MisfitError(field, "half a character")


def _check_number(schema: Mapping[str, Any], value: object, field: str) -> None:
    # In Python True is a number, and 5.0 equals 5; on the wire neither is one.
    if isinstance(value, bool) or not isinstance(value, int):
        raise MisfitError(field, "no whole number")
    if not schema["minimum"] <= value <= schema["maximum"]:
        raise MisfitError(field, "too small or too large")


_CHECKS: Mapping[str, Callable[[Mapping[str, Any], object, str], None]] = {
    "object": _check_object,
    "array": _check_array,
    "string": _check_text,
    "integer": _check_number,
}


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    # In Python a $ also fits before the last line break; in the document it does not.
    return re.compile(re.sub(r"\$$", r"\\Z", text))


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _under(field: str, key: str) -> str:
    return f"{field}.{key}" if field else key
