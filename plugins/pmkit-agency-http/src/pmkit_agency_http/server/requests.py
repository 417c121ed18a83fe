"""
A request as it comes in: found in the document, and refused where it is not there.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import urllib.parse
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pmkit_agency_http.document import (
    MisfitError,
    check,
    check_parameter,
    document,
)
from pmkit_agency_http.server.backend import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The most bytes of a body.
MOST_BYTES = 1024 * 1024
#: What is read of a longer one, so that its sender gets to read the answer.
_PATIENCE = 8 * MOST_BYTES
_KEY: Final = "HTTP_IDEMPOTENCY_KEY"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Route:
    """
    An operation of the document.

    Args:
        operation: Its id.

        method: Such as ``POST``.

        path: What its path looks like.

        schema: What the document calls the body; empty, if it has none.

        answers: What it calls the answer; empty for bytes.

        query: Its parameters in the query, by their names in the document.

        once: Whether it needs a key.

        statuses: What it may answer.
    """

    operation: str
    method: str
    path: re.Pattern[str]
    schema: str
    answers: str
    query: Mapping[str, str]
    once: bool
    statuses: frozenset[int]


@functools.cache
def routes() -> tuple[Route, ...]:
    """List the operations of the document."""
    return tuple(
        _route(path, method, operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
    )


def _route(path: str, method: str, operation: Mapping[str, Any]) -> Route:
    names = [ref["$ref"].rpartition("/")[2] for ref in operation["parameters"]]
    known = document()["components"]["parameters"]
    body = operation.get("requestBody", {"content": {}})["content"]
    good = min(operation["responses"])
    return Route(
        operation=operation["operationId"],
        method=method.upper(),
        path=re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)),
        schema=_schema(body),
        answers=_schema(operation["responses"][good]["content"]),
        query=MappingProxyType(
            {known[n]["name"]: n for n in names if known[n]["in"] == "query"}
        ),
        once="Key" in names,
        statuses=frozenset(map(int, operation["responses"])),
    )


def _schema(content: Mapping[str, Any]) -> str:
    schema = content.get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rpartition("/")[2]


def find_route(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """
    Find the operation of a request.

    Args:
        method: Its method.

        path: Its path, without the version.

    Returns:
        The operation, and what stands in the path.

    Raises:
        RefusedError: If there is none, or if a part of the path can be none.
    """
    matching = [(r, m) for r in routes() if (m := r.path.fullmatch(path))]
    if not matching:
        raise _not_found()
    for route, match in matching:
        if route.method == method:
            parts = match.groupdict()
            try:
                for name, value in parts.items():
                    check_parameter(name.capitalize(), value)
            except MisfitError:
                raise _not_found() from None
            return route, parts
    code, methods = "method-not-allowed", ", ".join(r.method for r, _ in matching)
    raise RefusedError(code, f"Use {methods}.")


def read_query(route: Route, text: str) -> dict[str, Any]:
    """
    Read the query.

    Args:
        route: The operation.

        text: What stood after the question mark.

    Raises:
        RefusedError: If it has a key that is unknown, twice there, or wrong.
    """
    try:
        pairs = urllib.parse.parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), errors="strict"
        )
    except ValueError:
        raise _malformed(detail="The query cannot be read.") from None
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key not in route.query or key in found:
            raise _malformed(
                key, detail="A key of the query is unknown, or twice there."
            )
        try:
            found[key] = check_parameter(route.query[key], value)
        except MisfitError as error:
            raise _malformed(key, detail=f"{error}") from None
    return found


def read_key(environ: Mapping[str, Any]) -> str:
    """
    Read the key of a request that changes something.

    Args:
        environ: The request, as WSGI has it.

    Raises:
        RefusedError: If there is none.
    """
    try:
        return str(check_parameter("Key", environ.get(_KEY, "")))
    except MisfitError as error:
        raise _malformed(error.field, detail=f"{error}") from None


def read_body(route: Route, environ: Mapping[str, Any]) -> Any:
    """
    Read the body by its schema.

    Args:
        route: The operation.

        environ: The request, as WSGI has it.

    Raises:
        RefusedError: If it is too long, no JSON, or not what the schema says.
    """
    raw = _bytes(environ)
    media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        code = "media-type"
        raise RefusedError(code, "Send application/json.")
    try:
        found = json.loads(
            raw.decode(), object_pairs_hook=_each_once, parse_constant=_no_constant
        )
        check(route.schema, found)
    except MisfitError as error:
        raise _malformed(error.field, detail=f"{error}") from None
    except (ValueError, RecursionError):
        raise _malformed(detail="The body is no JSON in UTF-8.") from None
    return found


def _bytes(environ: Mapping[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    size = int(length) if re.fullmatch(r"[0-9]{1,12}", length) else 0
    stream = environ["wsgi.input"]
    if size > MOST_BYTES:
        left = min(size, _PATIENCE)
        while left > 0 and (read := stream.read(min(left, 65536))):
            left -= len(read)
        code = "too-large"
        raise RefusedError(code, "Send at most 1 MiB.")
    raw: bytes = stream.read(size) if size else b""
    return raw


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        field = ""
        raise MisfitError(field, "a key stands there twice")
    return found


def _no_constant(_: str) -> Any:
    field = ""
    raise MisfitError(field, "a number that is not finite")


def _malformed(*fields: str, detail: str) -> RefusedError:
    return RefusedError("malformed", detail[:2000], fields=[f[:500] for f in fields])


def _not_found() -> RefusedError:
    return RefusedError("not-found", "There is no such thing here.")
