"""
The far side on a real socket, of this machine alone.
"""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pmkit.core.errors import InputError
from pmkit.sandbox.far.app import LONGEST_BODY
from pmkit.sandbox.far.routing import Answer, Asked, problem_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.sandbox.far.app import SandboxApp

#: The one address that is listened on.
HOST = "127.0.0.1"
_MOST_DIGITS = 10
_IDLE_SECONDS = 30
_HIGHEST_PORT = 65535


class SandboxServer(ThreadingHTTPServer):
    """
    Serve an application on loopback, one thread for each connection.

    Args:
        app: The application.

        port: The port; 0 for any that is free.

    Raises:
        pmkit.InputError: If the port cannot be listened on.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, app: SandboxApp, *, port: int = 0) -> None:
        self.app = app
        if not 0 <= port <= _HIGHEST_PORT:
            msg = f"{port} is no port."
            raise InputError(msg, field="port", remedy="Give 0 for any that is free.")
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            msg = f"Port {port} cannot be listened on: {error.strerror}."
            remedy = "Give another one, or 0 for any that is free."
            raise InputError(msg, field="port", remedy=remedy) from None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.server_port}"


@contextlib.contextmanager
def serving(app: SandboxApp, *, port: int = 0) -> Iterator[SandboxServer]:
    """
    Serve an application in threads of this process, as long as the block runs.

    Args:
        app: The application.

        port: The port; 0 for any that is free.

    Raises:
        pmkit.InputError: If the port cannot be listened on.
    """
    with SandboxServer(app, port=port) as server:
        # Looking up often whether to stop keeps the end of a block quick.
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Reads requests off one connection and writes their answers."""

    server: SandboxServer
    protocol_version = "HTTP/1.1"
    server_version = "pmkit-sandbox"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """Answer a GET."""
        self._respond()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._respond()

    do_PUT = do_PATCH = do_DELETE = do_POST  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write nothing: a line could hold what should not be seen."""

    def _respond(self) -> None:
        said = self.headers.get_all("Content-Length", ["0"])
        proper = len(said) == 1 and said[0].isascii() and said[0].isdecimal()
        if not proper or "Transfer-Encoding" in self.headers:
            self._refuse(411, "length-needed", "Content-Length has to be a number.")
        # Counted before it is read as a number: ten thousand digits are one, too.
        elif len(said[0]) > _MOST_DIGITS or int(said[0]) > LONGEST_BODY:
            self._refuse(413, "too-large", f"More than {LONGEST_BODY} bytes.")
        else:
            self._read_and_answer(int(said[0]))

    def _read_and_answer(self, length: int) -> None:
        body = self.rfile.read(length) if length else b""
        try:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query))
        except ValueError:
            self._refuse(400, "bad-address", "The address cannot be read.")
            return
        if len(body) < length:
            self._refuse(400, "broken-off", "The body is shorter than it says.")
            return
        asked = Asked(
            method=self.command,
            path=unquote(parts.path),
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        self._write(self.server.app.answer(asked))

    def _refuse(self, status: int, code: str, detail: str) -> None:
        # The body may not be read, so nothing else can be read off this connection.
        self.close_connection = True
        self._write(problem_answer(status, code, detail))

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", f"{len(answer.body)}")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
