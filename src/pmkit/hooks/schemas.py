"""
A settings class as JSON Schema, for forms and editors.

Source: https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
import types
import typing
from collections.abc import Collection, Mapping
from typing import Any

import attrs

from pmkit.core.errors import InputError
from pmkit.hooks.failures import said
from pmkit.hooks.fields import hints_of
from pmkit.hooks.secrets import Secret

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = "^(env|file|hook):.+$"
_SIMPLE: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    decimal.Decimal: {"type": ["string", "integer"]},
    dt.date: {"type": "string", "format": "date"},
    dt.timedelta: {"type": "number", "description": "seconds"},
    type(None): {"type": "null"},
}


def json_schema(settings_class: type) -> dict[str, Any]:
    """
    Describe a settings class, as it is written in a file.

    Beside the words of JSON Schema each field may have ``x-pmkit``, with what a form
    needs: ``secret``, ``placeholder``, ``shown``, and how values of each environment
    begin.  A default that is a secret is never given.

    Args:
        settings_class: A frozen attrs class.

    Returns:
        The schema, of draft 2020-12.

    Raises:
        pmkit.InputError: If it is no attrs class, or a field has a type that cannot
            be written in a file.

    Examples:
        >>> from pmkit.hooks.fields import setting
        >>> @attrs.frozen(kw_only=True)
        ... class AcmeSettings:
        ...     key: Secret = setting(title="API key", live="sk_live_")
        ...     office: str = "Shanghai"
        >>> schema = json_schema(AcmeSettings)
        >>> schema["required"], schema["properties"]["office"]
        (['key'], {'type': 'string', 'default': 'Shanghai'})
        >>> schema["properties"]["key"]["x-pmkit"]
        {'secret': True, 'live': ['sk_live_']}
    """
    try:
        described = _record(settings_class)
    except (NameError, TypeError, RecursionError) as error:
        # A name that is imported for type checkers only, or a record in itself.
        msg = f"The types of {settings_class!r:.80} cannot be read: {said(error)}."
        remedy = "Import them at run time, and let no record hold itself."
        raise InputError(msg, field="settings", remedy=remedy) from None
    return {"$schema": _DRAFT, "title": settings_class.__name__} | described


def _record(kind: Any) -> dict[str, Any]:
    if not isinstance(kind, type) or not attrs.has(kind):
        msg = f"{kind!r:.80} is no attrs class."
        raise InputError(msg, field="settings", remedy="Write @attrs.frozen.")
    types_of = typing.get_type_hints(kind)
    fields = [field for field in attrs.fields(kind) if field.init]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            field.alias or field.name: _field(field, types_of[field.name])
            for field in fields
        },
        "required": [
            field.alias or field.name
            for field in fields
            if field.default is attrs.NOTHING
        ],
    }


def _field(field: attrs.Attribute[Any], kind: Any) -> dict[str, Any]:
    found = dict(_of(kind, field.name))
    hints = hints_of(field)
    if hints.title:
        found["title"] = hints.title
    if hints.note:
        found["description"] = hints.note
    if _is_plain(field.default):
        found["default"] = field.default
    more = {
        "secret": _holds_secret(kind),
        "placeholder": hints.placeholder,
        "shown": hints.shown,
        "live": list(hints.live),
        "sandbox": list(hints.sandbox),
    }
    asked = {name: value for name, value in more.items() if value}
    return found | ({"x-pmkit": asked} if asked else {})


def _of(kind: Any, name: str) -> dict[str, Any]:
    """Describe one type."""
    if kind is Secret:
        return {"type": "string", "pattern": _REFERENCE, "writeOnly": True}
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {"enum": [each.value for each in kind]}
    if isinstance(kind, type) and attrs.has(kind):
        return _record(kind)
    return _generic(kind, name)


def _generic(kind: Any, name: str) -> dict[str, Any]:
    """Describe a type that is made of others."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if origin in {typing.Union, types.UnionType}:
        return {"anyOf": [_of(each, name) for each in inner]}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(inner[1], name)}
    if isinstance(origin, type) and issubclass(origin, Collection):
        return {"type": "array", "items": _of(inner[0], name)}
    msg = f"{kind!r:.80} cannot be written in a file."
    raise InputError(msg, field=name, remedy="Use a text, number, list or record.")


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | bool | int)


def _holds_secret(kind: Any) -> bool:
    return kind is Secret or any(map(_holds_secret, typing.get_args(kind)))
