"""
The protocol as a WSGI application, for any server that speaks WSGI.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import http
import json
import logging
from typing import TYPE_CHECKING, Any

from pmkit_agency_http.document import check, codes
from pmkit_agency_http.server.backend import File, RefusedError
from pmkit_agency_http.server.keys import KeyStore, MemoryKeys
from pmkit_agency_http.server.requests import (
    Route,
    find_route,
    read_body,
    read_key,
    read_query,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from pmkit_agency_http.server.backend import AgencyBackend, Json

_LOG = logging.getLogger(__name__)
_MOST_DAYS = 92
_WAITING = frozenset({"rate-limited", "unavailable"})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Account:
    """
    What a token is for.

    Args:
        name: The account of the customer.

        backend: The agency, as this account sees it.
    """

    name: str
    backend: AgencyBackend


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """
    What is answered.

    Args:
        status: The status.

        body: The bytes.

        headers: The headers; the length is added.
    """

    status: int
    body: bytes
    headers: Mapping[str, str]


def _no_limit(_: str) -> int:
    return 0


class AgencyServer:
    """
    Serve the protocol.

    Args:
        accounts: What each token is for.

        keys: Where the keys of requests are kept.

        wait: Tells for how many seconds an account has to wait before its next
            request; 0 is not at all.

        prefix: The first part of the path, the version.

    Attributes:
        closed: Answer every request with 503, before anything is done.

    Examples:
        >>> from pmkit_agency_http.server import MemoryAgency
        >>> account = Account(name="northwind", backend=MemoryAgency())
        >>> server = AgencyServer({"tok-1": account})
        >>> environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/tasks"}
        >>> body = server(environ, lambda status, headers: print(status))
        401 Unauthorized
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        *,
        keys: KeyStore | None = None,
        wait: Callable[[str], int] = _no_limit,
        prefix: str = "/v1",
    ) -> None:
        # By their hash: comparing texts tells by its time how much of one was right.
        self._accounts = {_hash(token): each for token, each in accounts.items()}
        self._keys: KeyStore = MemoryKeys() if keys is None else keys
        self._wait = wait
        self._prefix = prefix
        self.closed = False

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer a request, as WSGI has it."""
        try:
            answer = self._answer(environ)
        except RefusedError as error:
            answer = _problem(error)
        except Exception:  # noqa: BLE001 - a backend may raise anything
            _LOG.exception("A request broke the server.")
            answer = _problem(RefusedError("internal", "Something broke here."))
        status = f"{answer.status} {http.HTTPStatus(answer.status).phrase}"
        length = ("Content-Length", f"{len(answer.body)}")
        start_response(status, [*answer.headers.items(), length])
        return [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        account = self._account(environ)
        if self.closed:
            code = "unavailable"
            raise RefusedError(code, "Closed for a while.")
        if seconds := self._wait(account.name):
            code = "rate-limited"
            raise RefusedError(code, "Too many requests.", retry_after=seconds)
        route, parts = find_route(environ["REQUEST_METHOD"], self._path(environ))
        try:
            return self._done(account, route, parts, environ)
        except RefusedError as error:
            if codes()[error.code]["status"] in route.statuses:
                raise
            # The platform does not expect that here, and would not know what it means.
            code = "internal"
            raise RefusedError(code, error.detail) from error

    def _done(
        self,
        account: Account,
        route: Route,
        parts: Mapping[str, str],
        environ: WSGIEnvironment,
    ) -> Answer:
        query = read_query(route, environ.get("QUERY_STRING", ""))
        if not route.schema:
            return _ANSWERS[route.operation](account.backend, parts, query, route)
        key = read_key(environ) if route.once else ""
        body = read_body(route, environ)
        if not key:
            return _ANSWERS[route.operation](account.backend, parts, body, route)
        return self._once(account, key, route, parts, body)

    def _account(self, environ: WSGIEnvironment) -> Account:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        account = self._accounts.get(_hash(token))
        if scheme.lower() != "bearer" or account is None:
            code = "unauthorized"
            raise RefusedError(code, "The token is not known.")
        wanted = environ.get("HTTP_AGENCY_ACCOUNT", account.name)
        if wanted != account.name:
            code = "forbidden"
            raise RefusedError(code, "The token is not for this account.")
        return account

    def _path(self, environ: WSGIEnvironment) -> str:
        path: str = environ.get("PATH_INFO", "")
        return path.removeprefix(self._prefix) if path.startswith(self._prefix) else ""

    def _once(
        self,
        account: Account,
        key: str,
        route: Route,
        parts: Mapping[str, str],
        body: Json,
    ) -> Answer:
        """Do it, or tell what became of it when it was asked for before."""
        asked = json.dumps([route.operation, *parts.items(), body], sort_keys=True)
        digest = hashlib.sha256(asked.encode()).hexdigest()
        earlier = self._keys.begin(account.name, key, digest)
        if earlier is None:
            try:
                answer = _ANSWERS[route.operation](account.backend, parts, body, route)
            except BaseException:
                # A repetition asks the backend again, which knows the reference.
                self._keys.forget(account.name, key)
                raise
            self._keys.finish(account.name, key, answer.body)
            return answer
        if earlier.digest != digest:
            code = "key-reused"
            raise RefusedError(code, "The key came before with another request.")
        if earlier.answer is None:
            code = "in-progress"
            raise RefusedError(code, "The first request with this key is not finished.")
        if route.operation != "book":
            return _json(route, json.loads(earlier.answer), status=201)
        return _task_now(account.backend, body["reference"], route)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _task_now(backend: AgencyBackend, reference: str, route: Route) -> Answer:
    """A pending task may have been taken or declined since."""
    tasks = backend.find_tasks(reference=reference, service="")
    if not tasks:
        code = "declined"
        raise RefusedError(code, "The agency did not take the task.")
    return _json(route, tasks[0], status=_status(tasks[0]))


def _status(task: Json) -> int:
    return 202 if task["state"] == "pending" else 201


def _quote(backend: AgencyBackend, _: Any, body: Json, route: Route) -> Answer:
    return _json(route, backend.quote(body))


def _days(backend: AgencyBackend, _: Any, body: Json, route: Route) -> Answer:
    try:
        first, last = (dt.date.fromisoformat(body[key]) for key in ("first", "last"))
    except ValueError:
        first, last = dt.date.max, dt.date.min
    if not 0 <= (last - first).days <= _MOST_DAYS:
        code = "invalid"
        raise RefusedError(code, "No such days, or too many.", fields=["first", "last"])
    return _json(route, backend.visit_days(body))


def _book(backend: AgencyBackend, _: Any, body: Json, route: Route) -> Answer:
    task = backend.book(body)
    return _json(route, task, status=_status(task))


def _find(backend: AgencyBackend, _: Any, query: Json, route: Route) -> Answer:
    if len(query) != 1:
        code = "malformed"
        raise RefusedError(code, "Give either the reference or the service.")
    tasks = backend.find_tasks(
        reference=query.get("reference", ""), service=query.get("service", "")
    )
    return _json(route, {"tasks": list(tasks)})


def _appoint(backend: AgencyBackend, parts: Any, body: Json, route: Route) -> Answer:
    return _json(route, backend.appoint(parts["task"], body), status=201)


def _cancel(backend: AgencyBackend, parts: Any, body: Json, route: Route) -> Answer:
    return _json(route, backend.cancel(parts["task"], body), status=201)


def _events(backend: AgencyBackend, parts: Any, query: Json, route: Route) -> Answer:
    limit = query.get("limit", 100)
    page = backend.events(parts["task"], query.get("after", ""), limit)
    return _json(route, page)


def _report(backend: AgencyBackend, parts: Any, _: Any, route: Route) -> Answer:
    return _json(route, backend.report(parts["task"], parts["report"]))


def _file(backend: AgencyBackend, parts: Any, _: Any, __: Route) -> Answer:
    found: File = backend.file(parts["task"], parts["sha256"])
    headers = {"Content-Type": found.media_type, "X-Content-Type-Options": "nosniff"}
    return Answer(status=200, body=found.content, headers=headers)


_ANSWERS: Mapping[str, Callable[[AgencyBackend, Any, Any, Route], Answer]] = {
    "quote": _quote,
    "visitDays": _days,
    "book": _book,
    "findTasks": _find,
    "reschedule": _appoint,
    "cancel": _cancel,
    "listEvents": _events,
    "readReport": _report,
    "readFile": _file,
}


def _json(route: Route, body: Any, *, status: int = 200) -> Answer:
    """Answer with a document; one that breaks the protocol never leaves."""
    check(route.answers, body)
    return Answer(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
    )


def _problem(error: RefusedError) -> Answer:
    about = codes()[error.code]
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": about["means"],
        "status": about["status"],
        "code": error.code,
        "detail": error.detail,
    }
    if error.fields:
        body["fields"] = list(error.fields)
    headers = {"Content-Type": "application/problem+json"}
    if error.code in _WAITING:
        headers["Retry-After"] = f"{error.retry_after}"
    return Answer(
        status=about["status"],
        body=json.dumps(body, ensure_ascii=False).encode(),
        headers=headers,
    )
