"""
Bodies of replies, changed in one place at a time.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from pmkit.testing.conformance.faults import Rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.testing.conformance.case import Case

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """
    Give every value inside decoded JSON, with the way to it.

    Args:
        value: The JSON.

        path: The way to it so far.
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """
    Give the way to every value inside decoded JSON, containers included.

    Args:
        value: The JSON.

        path: The way to it so far.
    """
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def with_value(value: Any, path: Path, new: Any) -> Any:
    """
    Copy JSON with another value in one place.

    Args:
        value: The JSON.

        path: The place.

        new: What stands there now.
    """
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return changed


def without(value: Any, path: Path) -> Any:
    """
    Copy JSON without one place.

    Args:
        value: The JSON.

        path: The place.
    """
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return changed


def decoded(body: bytes) -> Any:
    """Decode JSON; `None` if it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def rewrite(change: Callable[[Any], Any]) -> Rewritten:
    """
    Make a fault that changes the decoded JSON of a reply.

    Args:
        change: Gets it, gives another one.
    """

    def changed(body: bytes) -> bytes:
        found = decoded(body)
        return body if found is None else json.dumps(change(found)).encode()

    return Rewritten(changed)


def replaced_by(new: Any) -> Rewritten:
    """
    Make a fault that puts other JSON in the place of a reply.

    Args:
        new: What comes instead.
    """
    return rewrite(lambda _: new)


def replies(case: Case) -> list[Any]:
    """
    Call an operation once and give the JSON of each reply.

    Args:
        case: The operation; it is called.
    """
    seen: list[Any] = []

    def note(body: bytes) -> bytes:
        seen.append(decoded(body))
        return body

    case.call(always=Rewritten(note))
    return seen
