"""
The far side in a test: it answers requests, and remembers what it really did.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import attrs
import httpx

from pmkit.core.money import Money

#: When the virtual day of the kit begins, UTC; far from any present day.
START = dt.datetime(2031, 3, 3, 1, 0, tzinfo=dt.UTC)

_Handler = Callable[..., httpx.Response]


@attrs.frozen(kw_only=True)
class SimulatedEffect:
    """
    Something that the far side really did.

    Args:
        kind: What it was, in pmkit's words: the name of the operation, such as
            ``"book"``, ``"charge"`` or ``"send"``.

        subject: The service, payment, refund or notice that it was about, as pmkit
            names it.

        amount: The money that moved, if money moved.

        key: The idempotency key that it came under, if there was one.

        reference: The far side's own number.
    """

    kind: str
    subject: str
    amount: Money | None = None
    key: str = ""
    reference: str = ""

    @property
    def meaning(self) -> tuple[str, str]:
        """What makes two effects the same to a customer: the kind and the subject."""
        return self.kind, self.subject


class Simulator(Protocol):
    """
    What a harness gives as the far side; `FarSide` is one to build from.

    The far side is judged by `effects`, not by what its replies say.
    """

    #: What it did, oldest first.
    effects: list[SimulatedEffect]
    #: The present instant at the far side, UTC; the kit sets it.
    now: dt.datetime

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""


def answer(body: object, status: int = 200) -> httpx.Response:
    """
    Answer with JSON.

    Args:
        body: What is written as JSON.

        status: The status.

    Examples:
        >>> answer({"id": "T-1"}, 201).json()
        {'id': 'T-1'}
    """
    text = json.dumps(body, ensure_ascii=False)
    kind = {"content-type": "application/json"}
    return httpx.Response(status, headers=kind, content=text.encode())


class FarSide:
    """
    A far side to build from: routes, credentials, and keys that it remembers.

    Args:
        authorization: What the header ``Authorization`` must be; anything, if empty.

    Examples:
        >>> class Post(FarSide):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.on("POST", "/letters/{name}", self.letter)
        ...
        ...     def letter(self, request, name):
        ...         return self.once(request, lambda: self.post(name))
        ...
        ...     def post(self, name):
        ...         self.did("send", name)
        ...         return answer({"sent": name})
        >>> far = Post()
        >>> letter = httpx.Request(
        ...     "POST",
        ...     "https://post.example/letters/a",
        ...     headers={"Idempotency-Key": "k"},
        ... )
        >>> far.handle(letter).json(), far.handle(letter).json(), len(far.effects)
        ({'sent': 'a'}, {'sent': 'a'}, 1)
    """

    #: The header in which keys come.
    key_header = "Idempotency-Key"

    def __init__(self, *, authorization: str = "") -> None:
        self.effects: list[SimulatedEffect] = []
        self.requests: list[httpx.Request] = []
        self.now = START
        self._authorization = authorization
        self._routes: list[tuple[str, re.Pattern[str], _Handler]] = []
        self._kept: dict[str, tuple[str, int, bytes]] = {}
        self._lock = threading.RLock()

    def on(self, method: str, path: str, handler: _Handler) -> None:
        """
        Answer requests for one path.

        Args:
            method: Such as ``"POST"``.

            path: The path, with ``{name}`` where a part is handed to the handler.

            handler: Called with the request, and with the named parts.
        """
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
        self._routes.append((method, re.compile(pattern), handler))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request: 401 and 404 included."""
        with self._lock:
            self.requests.append(request)
            given = request.headers.get("authorization", "")
            if self._authorization and given != self._authorization:
                return answer({"error": "unauthorized"}, 401)
            for method, pattern, handler in self._routes:
                found = pattern.fullmatch(request.url.path)
                if found and method == request.method:
                    return handler(request, **found.groupdict())
            return answer({"error": "not_found"}, 404)

    def once(
        self,
        request: httpx.Request,
        act: Callable[[], httpx.Response],
        *,
        key: str | None = None,
    ) -> httpx.Response:
        """
        Act at most once per key: a repetition gets the first answer again.

        Args:
            request: The request.

            act: What to do the first time.

            key: The key; that of the header, if left out. Without any, act each time.

        Returns:
            The answer; 409 if the key came with other content.
        """
        key = request.headers.get(self.key_header, "") if key is None else key
        if not key:
            return act()
        content = request.method.encode() + request.url.raw_path + request.content
        digest = hashlib.sha256(content).hexdigest()
        if key in self._kept:
            first, status, body = self._kept[key]
            if first != digest:
                return answer({"error": "key_reused"}, 409)
            kind = {"content-type": "application/json"}
            return httpx.Response(status, headers=kind, content=body)
        response = act()
        self._kept[key] = (digest, response.status_code, response.content)
        return response

    def did(
        self,
        kind: str,
        subject: str,
        *,
        amount: Money | None = None,
        key: str = "",
        reference: str = "",
    ) -> SimulatedEffect:
        """
        Write down that something really happened.

        Args:
            kind: The name of the operation in pmkit.

            subject: What it was about, as pmkit names it.

            amount: The money that moved.

            key: The key that it came under.

            reference: The far side's own number.
        """
        effect = SimulatedEffect(
            kind=kind, subject=subject, amount=amount, key=key, reference=reference
        )
        self.effects.append(effect)
        return effect


def body_of(request: httpx.Request) -> Mapping[str, Any]:
    """
    Read the JSON object of a request; an empty one if it has none.

    Args:
        request: What came.
    """
    try:
        found = json.loads(request.content or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
