"""
A wire to a database that is cut at a commit: before the server hears it, or after.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self

#: How psycopg says it: a simple query.
_COMMIT = b"COMMIT\x00"


class Cutter:
    """
    A proxy on loopback before a PostgreSQL server.

    Args:
        port: That of the server.

    Attributes:
        port: Where the proxy listens.
    """

    def __init__(self, port: int) -> None:
        self._server = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._wanted = 0
        self._heard = False
        self._seen = 0
        self.cuts = 0
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def cut(self, commit: int, *, heard: bool) -> None:
        """Cut at the next but so many commits; *heard* says whether it gets through."""
        with self._lock:
            self._wanted, self._heard, self._seen = commit, heard, 0

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        """Carry one connection, both ways in one thread: a question, its answer."""
        with near, contextlib.suppress(OSError):
            try:
                far = socket.create_connection(("127.0.0.1", self._server), timeout=30)
            except OSError:
                return
            with far:
                back = threading.Thread(
                    target=self._back, args=(far, near), daemon=True
                )
                back.start()
                while chunk := near.recv(65536):
                    if self._is_the_one(chunk):
                        if self._heard:
                            self._wait_for_commit(far, near, chunk)
                        self._shut(near, far)
                        return
                    far.sendall(chunk)
                self._shut(near, far)

    def _wait_for_commit(
        self, far: socket.socket, near: socket.socket, chunk: bytes
    ) -> None:
        """Let the server commit, and keep its answer from the client."""
        self._shut(near)
        far.sendall(chunk)
        # It ends the session only after the commit.
        with contextlib.suppress(OSError):
            far.shutdown(socket.SHUT_WR)
            while far.recv(65536):
                pass

    def _is_the_one(self, chunk: bytes) -> bool:
        if _COMMIT not in chunk:
            return False
        with self._lock:
            self._seen += 1
            if self._seen != self._wanted:
                return False
            self._wanted = 0
            self.cuts += 1
            return True

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := far.recv(65536):
                near.sendall(chunk)
        self._shut(near)

    @staticmethod
    def _shut(*ends: socket.socket) -> None:
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
