"""
Requests, answers and the way from one to the other, for one small application.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    PmkitError,
    RefusedError,
    UnavailableError,
)
from pmkit.shell.plain import read_json

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = "application/json"
PROBLEM = "application/problem+json"


@attrs.frozen(kw_only=True)
class Asked:
    """
    A request.

    Args:
        method: In capitals.

        path: Decoded, without the query.

        query: The last value of each name.

        headers: By name in lower case.

        body: The bytes that came.

        named: The parts of the path that the route names.
    """

    method: str
    path: str
    query: Mapping[str, str] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: bytes = b""
    named: Mapping[str, str] = attrs.field(factory=dict)

    def json(self) -> dict[str, Any]:
        """
        Read the body; nothing at all is an object without keys.

        Raises:
            pmkit.InputError: If it is no JSON object.
        """
        found = read_json(self.body) if self.body else {}
        if isinstance(found, dict):
            return found
        msg = "The body is no JSON object."
        raise InputError(msg, field="body", remedy="Send an object.")

    def asks_for(self, name: str) -> str:
        """
        Give a value of the query.

        Raises:
            pmkit.InputError: If it is not there.
        """
        if self.query.get(name):
            return self.query[name]
        msg = f"The query does not say {name}."
        raise InputError(msg, field=name, remedy=f"Add ?{name}=...")


@attrs.frozen(kw_only=True)
class Answer:
    """
    A response.

    Args:
        status: The number.

        body: The bytes.

        media_type: What they are.

        headers: What is said beside.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = JSON
    headers: Mapping[str, str] = attrs.field(factory=dict)


def told(value: object, status: int = 200) -> Answer:
    """
    Answer with plain values.

    Args:
        value: What to say.

        status: The number.
    """
    return Answer(status=status, body=json.dumps(value).encode())


def problem_answer(
    status: int,
    code: str,
    detail: str,
    *,
    field: str = "",
    remedy: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """
    Answer with a problem: https://www.rfc-editor.org/rfc/rfc9457.

    Args:
        status: The number.

        code: One word for a program.

        detail: A sentence for people.

        field: What of the request is wrong.

        remedy: What to do about it.

        headers: What is said beside.
    """
    said = {"status": status, "code": code, "detail": detail}
    more = {"field": field, "remedy": remedy}
    body = said | {name: text for name, text in more.items() if text}
    return Answer(
        status=status,
        body=json.dumps(body).encode(),
        media_type=PROBLEM,
        headers=headers or {},
    )


#: The status of each kind of refusal; the first that fits.
_STATUS: tuple[tuple[type[PmkitError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 422),
    (UnavailableError, 422),
    (RefusedError, 422),
    (InputError, 422),
)


def refusal(error: PmkitError) -> Answer:
    """
    Answer that the far side looked at a request and did nothing.

    Args:
        error: Why.
    """
    status = next((number for kind, number in _STATUS if isinstance(error, kind)), 500)
    return problem_answer(
        status,
        error.code,
        error.message,
        field=error.field or "",
        remedy=error.remedy or "",
    )


class Router:
    """
    Routes by method and path; a part in braces takes anything without a slash.

    Examples:
        >>> router = Router()
        >>> router.add("GET", "/files/{sha256}", lambda asked: told(asked.named))
        >>> router.answer(Asked(method="GET", path="/files/ab")).body
        b'{"sha256": "ab"}'
        >>> router.answer(Asked(method="PUT", path="/files/ab")).status
        405
    """

    def __init__(self) -> None:
        self._routes: dict[tuple[str, ...], dict[str, Callable[[Asked], Answer]]] = {}

    @property
    def routes(self) -> list[tuple[str, str]]:
        """Each method and path, in the order in which they were added."""
        return [
            (method, "/".join(("", *parts)))
            for parts, methods in self._routes.items()
            for method in methods
        ]

    def add(self, method: str, path: str, handler: Callable[[Asked], Answer]) -> None:
        """
        Add a route.

        Args:
            method: In capitals.

            path: Such as ``/agency/files/{sha256}``.

            handler: Answers.
        """
        self._routes.setdefault(_parts(path), {})[method] = handler

    def answer(self, asked: Asked) -> Answer:
        """
        Answer a request by its route.

        Args:
            asked: The request.

        Raises:
            pmkit.PmkitError: Whatever the handler raises.
        """
        given = _parts(asked.path)
        methods = self._routes.get(given)
        named: dict[str, str] = {}
        if methods is None:
            methods, named = self._by_pattern(given)
        if not methods:
            return problem_answer(404, "no-route", f"There is no {asked.path}.")
        handler = methods.get(asked.method)
        if handler is None:
            allow = ", ".join(sorted(methods))
            detail = f"{asked.path} takes {allow}."
            return problem_answer(405, "no-method", detail, headers={"Allow": allow})
        return handler(attrs.evolve(asked, named=named) if named else asked)

    def _by_pattern(
        self, given: tuple[str, ...]
    ) -> tuple[dict[str, Callable[[Asked], Answer]], dict[str, str]]:
        for parts, methods in self._routes.items():
            if len(parts) == len(given):
                named = _named(parts, given)
                if named:
                    return methods, named
        return {}, {}


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[1:])


def _named(parts: tuple[str, ...], given: tuple[str, ...]) -> dict[str, str]:
    named = {}
    for part, value in zip(parts, given, strict=True):
        if part.startswith("{"):
            named[part[1:-1]] = value
        elif part != value:
            return {}
    return named if all(named.values()) else {}
