"""
A server on the loopback, to try the protocol with.
"""

from __future__ import annotations

import contextlib
import socketserver
import threading
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication


class _Threads(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Write nothing: an address can name an order."""


def listen(app: WSGIApplication, *, port: int = 0) -> WSGIServer:
    """
    Open a port on 127.0.0.1.

    Args:
        app: What answers.

        port: The port; a free one, if 0.

    Returns:
        The server; `serve_forever` answers, `server_close` closes the port.
    """
    return make_server("127.0.0.1", port, app, _Threads, _Quiet)


@contextlib.contextmanager
def serving(app: WSGIApplication, *, port: int = 0) -> Iterator[str]:
    """
    Answer on a port of 127.0.0.1 while the block runs.

    Args:
        app: What answers.

        port: The port; a free one, if 0.

    Yields:
        The address, such as ``http://127.0.0.1:8730``.
    """
    with listen(app, port=port) as server:
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
