"""
The door for messages of agencies and processors, for any WSGI or ASGI application.

A message is verified, written down durably, and only then acknowledged; what it means
is for `pmkit.Desk.work`.  Who sends again gets the same answer again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import InputError, StoreError
from pmkit.core.plugin_errors import PluginCallError, WebhookRejected
from pmkit.effects.webhooks.delivery import LONGEST_BODY, Delivery
from pmkit.shell.listeners import listeners
from pmkit.shell.messages import Kept, keep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from pmkit.effects.webhooks.listening import Listener
    from pmkit.effects.webhooks.verified import VerifiedWebhook
    from pmkit.hooks.panel import Panel
    from pmkit.shell.clock import Clock
    from pmkit.shell.store import Store

    _Pairs = Iterable[tuple[str | bytes, str | bytes]]
    _Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    _Send = Callable[[dict[str, Any]], Awaitable[None]]

_log = logging.getLogger("pmkit.webhooks")
_CHUNK = 64 * 1024


@attrs.frozen
class _Answer:
    """What the sender is told: a status, and nothing that would help a stranger."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


_TAKEN = _Answer(200, "OK")
_UNREADABLE = _Answer(400, "Bad Request")
_NOT_YOURS = _Answer(401, "Unauthorized")
_NOBODY = _Answer(404, "Not Found")
_ONLY_POST = _Answer(405, "Method Not Allowed", (("Allow", "POST"),))
_OTHER_CONTENT = _Answer(409, "Conflict")
_NO_LENGTH = _Answer(411, "Length Required")
_TOO_LONG = _Answer(413, "Content Too Large")
_FAULT = _Answer(500, "Internal Server Error")
_LATER = _Answer(503, "Service Unavailable", (("Retry-After", "60"),))


class WebhookEndpoint:
    """
    Takes messages at ``POST /{instance}`` and writes them down.

    Mount `wsgi` or `asgi` under a path of your application.  It answers 200 once the
    message is in the database, also when it was there before; 404 where no such
    instance hears messages; 401 for a message that is not proven to be from the far
    side; 409 for another message under a known id; 413 above 1 MiB; 500 where the
    plugin fails, and 503 where the database does, so that the sender tries again.  No
    answer has a body.

    Args:
        panel: The attached plugins, or a host with a ``panel()`` of them.

        store: Where messages are kept; that of the desk.

        clock: The only source of "now"; the store's, if not given: on PostgreSQL that
            of the server.

    Raises:
        pmkit.InputError: If an agency and a payment method that both hear have one
            name.

    Examples:
        >>> from pmkit.hooks.panel import Panel
        >>> from pmkit.shell.store import Store
        >>> endpoint = WebhookEndpoint(Panel.of(), Store.memory())
        >>> endpoint.instances
        ()
    """

    def __init__(
        self, panel: Panel | Any, store: Store, *, clock: Clock | None = None
    ) -> None:
        made = getattr(panel, "panel", None)
        self._listeners = listeners(made() if callable(made) else panel)
        self._store = store
        self._clock = store.clock() if clock is None else clock

    @property
    def instances(self) -> tuple[str, ...]:
        """The configured plugins that hear messages, sorted."""
        return tuple(sorted(self._listeners))

    # --------------------------------------------------------------------- WSGI

    def wsgi(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> list[bytes]:
        """
        Answer one request of a WSGI server.

        Args:
            environ: The request.

            start_response: Takes the status and the headers.

        Returns:
            An empty body.
        """
        answer = self._wsgi(environ)
        head = [*answer.headers, ("Content-Length", "0")]
        start_response(f"{answer.status} {answer.reason}", head)
        return [b""]

    def _wsgi(self, environ: dict[str, Any]) -> _Answer:
        hears = self._whose(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        if isinstance(hears, _Answer):
            return hears
        body = _read(environ)
        if isinstance(body, _Answer):
            return body
        headers = [
            (name[5:].replace("_", "-"), value)
            for name, value in environ.items()
            if name.startswith("HTTP_") and isinstance(value, str)
        ]
        return self._take(hears, body, headers)

    # --------------------------------------------------------------------- ASGI

    async def asgi(
        self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send
    ) -> None:
        """
        Answer one request of an ASGI server, without holding up its event loop.

        Args:
            scope: The request.

            receive: Gives the body, in pieces.

            send: Takes the answer.

        Raises:
            pmkit.InputError: If it is anything but HTTP, or the life of the server.
        """
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            msg = f"Messages do not come by {scope['type']}."
            raise InputError(msg, field="scope", remedy="Mount it for HTTP.")
        answer = await self._asgi(scope, receive)
        if answer is None:
            return  # who asked is gone
        head = [*answer.headers, ("content-length", "0")]
        raw = [(name.lower().encode(), value.encode()) for name, value in head]
        await send(
            {"type": "http.response.start", "status": answer.status, "headers": raw}
        )
        await send({"type": "http.response.body", "body": b""})

    async def _asgi(
        self, scope: MutableMapping[str, Any], receive: _Receive
    ) -> _Answer | None:
        mounted = scope.get("root_path", "")
        path = scope["path"]
        if mounted and path.startswith(f"{mounted}/"):
            path = path[len(mounted) :]
        hears = self._whose(scope["method"], path)
        if isinstance(hears, _Answer):
            return hears
        body = await _received(receive)
        if not isinstance(body, bytes):
            return body
        return await asyncio.to_thread(self._take, hears, body, scope["headers"])

    # --------------------------------------------------------------------- both

    def _whose(self, method: str, path: str) -> Listener | _Answer:
        hears = self._listeners.get(path.removeprefix("/"))
        if hears is None:
            return _NOBODY
        return hears if method == "POST" else _ONLY_POST

    def _take(self, hears: Listener, body: bytes, headers: _Pairs) -> _Answer:
        """Verify a message and write it down; never says why it was not taken."""
        try:
            now = self._clock.now()
            delivery = Delivery(body=body, headers=headers, received_at=now)
            verified = hears.verify(delivery)
        except StoreError as error:
            words = "%s: could not tell the time: %s"
            _log.error(words, hears.name, type(error).__name__)
            return _LATER
        except WebhookRejected as error:
            where = _safe(error.field, headers)
            _log.warning("%s: rejected a message: %s", hears.name, where)
            return _NOT_YOURS
        except PluginCallError as error:
            _log.error("%s: could not verify a message: %s", hears.name, error.code)
            return _FAULT
        return self._written(hears.name, verified)

    def _written(self, name: str, verified: VerifiedWebhook) -> _Answer:
        try:
            kept = keep(self._store, name, verified, at=self._clock.now())
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender tries again
            words = "%s: could not keep %s: %s"
            _log.error(words, name, verified.event_id, type(error).__name__)
            return _LATER
        if kept is Kept.OTHER:
            words = "%s: another message under the id %s was refused"
            _log.error(words, name, verified.event_id)
            return _OTHER_CONTENT
        return _TAKEN


def _safe(field: str | None, headers: _Pairs) -> str:
    """Name what was wrong, if that is a word of ours or the name of a header."""
    names = {
        (name.decode("latin-1") if isinstance(name, bytes) else name).lower()
        for name, _ in headers
    }
    return field if field in names | {"signature", "body", "headers"} else "a header"


def _read(environ: dict[str, Any]) -> bytes | _Answer:
    """Read the body of a WSGI request, and never more than is allowed."""
    said = environ.get("CONTENT_LENGTH") or ""
    if said and not (said.isascii() and said.isdigit()):
        return _UNREADABLE
    if not said and not environ.get("wsgi.input_terminated"):
        return _NO_LENGTH
    # Counted before it is read as a number: ten thousand digits are one, too.
    if len(said) > len(str(LONGEST_BODY)) or int(said or 0) > LONGEST_BODY:
        return _TOO_LONG
    most = int(said) if said else LONGEST_BODY + 1
    pieces, size = [], 0
    while size < most and (
        piece := environ["wsgi.input"].read(min(_CHUNK, most - size))
    ):
        pieces.append(piece)
        size += len(piece)
    if said and size < most:
        return _UNREADABLE
    return b"".join(pieces) if size <= LONGEST_BODY else _TOO_LONG


async def _received(receive: _Receive) -> bytes | _Answer | None:
    """Read the body of an ASGI request; `None` if the sender hung up."""
    pieces, size = [], 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        piece = event.get("body", b"")
        size += len(piece)
        if size > LONGEST_BODY:
            return _TOO_LONG
        pieces.append(piece)
        if not event.get("more_body"):
            return b"".join(pieces)


async def _live(receive: _Receive, send: _Send) -> None:
    """Start and stop with the server; there is nothing to prepare."""
    while True:
        event = await receive()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return
