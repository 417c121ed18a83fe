"""
The simulated companies of one world as one HTTP application.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pmkit.core.errors import PmkitError
from pmkit.sandbox.far import agencies, control, messages, payments
from pmkit.sandbox.far.routing import Answer, Asked, Router, problem_answer, refusal
from pmkit.sandbox.far.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmkit.sandbox.world import World

#: The longest body that is read, in bytes.
LONGEST_BODY = 1024 * 1024
#: The longest idempotency key.
LONGEST_KEY = 255

_REASONS = {200: "OK", 201: "Created", 401: "Unauthorized", 404: "Not Found"}


class SandboxApp:
    """
    The companies of a world, by HTTP; it is a WSGI application.

    A route that changes something at a company needs the header ``Idempotency-Key``:
    the same key with the same request gets the first answer again, with another
    request it is refused.  A refusal changes nothing, so it is not kept.

    Args:
        world: The companies and their clock.

        api_key: What callers send as ``Authorization: Bearer ...``; nothing is asked
            for if it is empty.

    Attributes:
        router: The routes.

        sender: The webhooks.

    Examples:
        >>> from pmkit.sandbox import World
        >>> app = SandboxApp(World("2026-01-20T09:00+08:00"))
        >>> app.answer(Asked(method="GET", path="/control/clock")).body
        b'{"now": "2026-01-20T01:00:00Z"}'
    """

    def __init__(self, world: World, *, api_key: str = "") -> None:
        self._api_key = api_key
        self._kept: dict[tuple[str, str], tuple[str, Answer]] = {}
        self._lock = threading.RLock()
        self.router = Router()
        self.sender = Sender(world)
        for routes in (agencies, payments, messages, control):
            routes.add_routes(self, world)

    def add(
        self,
        method: str,
        path: str,
        handler: Callable[[Asked], Answer],
        *,
        keyed: bool = False,
        alone: bool = True,
    ) -> None:
        """
        Add a route.

        Args:
            method: In capitals.

            path: Such as ``/agency/tasks``.

            handler: Answers.

            keyed: Whether it changes something at a company, at most once by key.

            alone: Whether no other request may be answered meanwhile.
        """

        def answer(asked: Asked) -> Answer:
            with self._lock if alone else contextlib.nullcontext():
                return self._once(asked, handler) if keyed else handler(asked)

        self.router.add(method, path, answer)

    def answer(self, asked: Asked) -> Answer:
        """
        Answer a request; whatever goes wrong is an answer too.

        Args:
            asked: The request.
        """
        if len(asked.body) > LONGEST_BODY:
            detail = f"The body has more than {LONGEST_BODY} bytes."
            return problem_answer(413, "too-large", detail)
        if not self._known(asked):
            detail = "The API key is missing or wrong."
            headers = {"WWW-Authenticate": "Bearer"}
            return problem_answer(401, "unauthorized", detail, headers=headers)
        try:
            return self.router.answer(asked)
        except PmkitError as error:
            return refusal(error)
        except Exception as error:  # noqa: BLE001 - a server answers, whatever happens
            return problem_answer(500, "fault", f"It failed: {type(error).__name__}.")

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        answer = self.answer(_asked(environ))
        headers = [
            ("Content-Type", answer.media_type),
            ("Content-Length", f"{len(answer.body)}"),
            *answer.headers.items(),
        ]
        start_response(
            f"{answer.status} {_REASONS.get(answer.status, 'Answer')}", headers
        )
        return [answer.body]

    def _known(self, asked: Asked) -> bool:
        if not self._api_key:
            return True
        given = asked.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {self._api_key}".encode())

    def _once(self, asked: Asked, handler: Callable[[Asked], Answer]) -> Answer:
        key = asked.headers.get("idempotency-key", "")
        if not key or len(key) > LONGEST_KEY:
            detail = f"Idempotency-Key has to have 1 to {LONGEST_KEY} characters."
            return problem_answer(400, "key-needed", detail, field="idempotency-key")
        company = asked.path.rpartition("/")[0]
        digest = hashlib.sha256(asked.path.encode() + b"\n" + asked.body).hexdigest()
        kept = self._kept.get((company, key))
        if kept is not None:
            if kept[0] == digest:
                return kept[1]
            detail = "This key belongs to another request."
            return problem_answer(422, "key-reused", detail, field="idempotency-key")
        answer = handler(asked)
        self._kept[company, key] = digest, answer
        return answer


def _asked(environ: dict[str, Any]) -> Asked:
    """Read a request of WSGI."""
    headers = {
        name[5:].lower().replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    length = environ.get("CONTENT_LENGTH") or "0"
    size = min(int(length), LONGEST_BODY + 1) if length.isdigit() else 0
    return Asked(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace"),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""))),
        headers=headers,
        body=environ["wsgi.input"].read(size) if size else b"",
    )
