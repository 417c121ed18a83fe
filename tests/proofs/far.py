"""
The way to the outside world: for pmkit a transport, for a proof a remote control.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import pathlib
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from pmkit.hooks.host import PluginHost
from pmkit.hooks.secrets import Secret
from pmkit.sandbox.far.routing import Asked
from pmkit.sandbox.plugins import manifests
from pmkit.sandbox.plugins.settings import SandboxSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.proofs.outside import Outside

    from pmkit.hooks.panel import Panel

ROOT = pathlib.Path(__file__).parents[2]
SECRET = "whsec_cG1raXQtcHJvb2ZzLWFyZS1zaWduZWQtYnktdGhpcw=="  # noqa: S105 - of no use


class LostError(Exception):
    """The reply did not come."""


class Here:
    """The outside in this process: what is killed is pmkit's memory, not this."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    def ask(
        self, method: str, path: str, query: Any, headers: Any, body: bytes
    ) -> tuple[int, str, bytes]:
        """Send a request; give the status, the media type and the body."""
        answer = self.outside.answer(
            Asked(
                method=method,
                path=path,
                query=dict(query),
                headers={name.lower(): value for name, value in headers.items()},
                body=body,
            )
        )
        if answer is None:
            raise LostError
        return answer.status, answer.media_type, answer.body


class There:
    """The outside in its own process, by HTTP on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._kept = threading.local()

    def ask(
        self, method: str, path: str, query: Any, headers: Any, body: bytes
    ) -> tuple[int, str, bytes]:
        """Send a request; give the status, the media type and the body."""
        target = f"{path}?{urlencode(dict(query))}" if query else path
        # A connection is of one thread of one process: a fork must not share it.
        owner, connection = getattr(self._kept, "connection", (0, None))
        if connection is None or owner != os.getpid():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self._kept.connection = os.getpid(), connection
        try:
            connection.request(method, target, body=body, headers=dict(headers))
            response = connection.getresponse()
            media_type = response.headers.get("Content-Type", "")
            return response.status, media_type, response.read()
        except (http.client.HTTPException, OSError):
            connection.close()
            self._kept.connection = 0, None
            raise LostError from None
        except BaseException:
            connection.close()
            self._kept.connection = 0, None
            raise


@contextlib.contextmanager
def outside_process(journal: pathlib.Path) -> Iterator[There]:
    """Run the outside world in its own process for as long as the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.proofs.outside", str(journal)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield There(int(process.stdout.readline()))
        finally:
            process.stdin.close()
            process.wait(10)


class Remote:
    """What a proof makes happen in one world, and asks of it."""

    def __init__(self, way: Here | There, name: str) -> None:
        self.way = way
        self.name = name

    def begin(self, now: str = "", *, like: str = "") -> Remote:
        """Begin the world, or one that has the same behind it as another one."""
        self._proof("open", now=now, like=like)
        return self

    def forget(self) -> None:
        """Have the world gone."""
        self._proof("forget")

    def fault(self, what: str, path: str = "/", times: int = 1) -> None:
        """Have the next calls that change something go wrong."""
        self._proof("fault", fault=what, path=path, times=times)

    def calm(self) -> None:
        """Have nothing go wrong any more."""
        self._proof("calm")

    def deaf(self, *, deaf: bool = True) -> None:
        """Have nobody hear news by asking: they come as messages only."""
        self._proof("deaf", deaf=deaf)

    def counts(self) -> dict[str, int]:
        """Tell what was done, by meaning."""
        return self._proof("counts")

    def control(self, path: str, **said: Any) -> dict[str, Any]:
        """Move the far side, such as ``agency/arrive``."""
        return self._post(f"/w/{self.name}/control/{path}", said)

    def now(self, at: str) -> None:
        """Set its clock."""
        self.control("clock", now=at)

    def messages(self) -> list[dict[str, Any]]:
        """Give each message that was not taken yet, signed now."""
        path = f"/w/{self.name}/control/webhooks/messages"
        found: list[dict[str, Any]] = self._said("GET", path, b"")["messages"]
        return found

    def subscribe(self, url: str = "http://127.0.0.1:9/x") -> None:
        """Have each company sign its news."""
        for company in ("agency", "card", "transfer"):
            name = f"sandbox-{company}"
            where = f"{url}/{name}"
            self.control("webhooks", company=company, url=where, secret=SECRET)

    def _proof(self, what: str, **said: Any) -> dict[str, Any]:
        return self._post(f"/proof/{what}", {"name": self.name, **said})

    def _post(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        return self._said("POST", path, json.dumps(said).encode())

    def _said(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        status, _, found = self.way.ask(method, path, {}, {}, body)
        if status >= 400:
            msg = f"{path} answered {status}: {found.decode()}"
            raise AssertionError(msg)
        said: dict[str, Any] = json.loads(found)
        return said


class Wire(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Carries the requests of pmkit's plugins to one world, past a boundary each."""

    def __init__(
        self, way: Here | There, name: str, boundary: Callable[[str], None]
    ) -> None:
        self.way = way
        self.name = name
        self.boundary = boundary

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request; what changes something has a boundary on each side."""
        path = request.url.path
        changes = "idempotency-key" in request.headers
        if changes:
            self.boundary(f"before {path}")
        try:
            status, media_type, body = self.way.ask(
                request.method,
                f"/w/{self.name}{path}",
                request.url.params,
                dict(request.headers),
                request.read(),
            )
        except LostError:
            msg = "The reply was lost."
            raise httpx.RemoteProtocolError(msg) from None
        if changes:
            self.boundary(f"after {path}")
        return httpx.Response(
            status, headers={"content-type": media_type}, content=body
        )


def panel_to(wire: Wire, clock: Callable[[], Any]) -> Panel:
    """Attach the sandbox plugins over a wire."""
    host = PluginHost(strict=True)
    settings = SandboxSettings(api_key=Secret("proofs"), webhook_secret=Secret(SECRET))
    for manifest in manifests.ALL:
        host.register(manifest, source="pmkit")
        made = host.attach(
            manifest.id,
            settings=settings,
            transport=wire,
            async_transport=wire,
            clock=clock,
        )
        # What failed often is left alone for half a minute: of the time of the proof.
        for breaker in (made._reads, made._changes):  # noqa: SLF001
            breaker._monotonic = lambda: clock().timestamp()  # noqa: SLF001
    return host.panel()
