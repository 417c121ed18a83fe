"""A far side on loopback that answers as badly as it is told to, by the path."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import struct
import threading
import zlib

#: So many bytes come out of the bomb.
BOMB = 50_000_000
_PACKED = gzip.compress(b" " * BOMB)


def found(status, body, *headers):
    """Write a response."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _json(**said):
    return json.dumps({"id": "R-1", **said}).encode()


def bare_deflate(body):
    """Compress as some servers do, without the header of zlib."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


class FarSide:
    """
    A server on loopback.

    Its path says how it answers; what it was asked stands in ``seen``.
    """

    def __init__(self):
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._open = []
        self._threads = []
        self.port = self._listening.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.place}"
        self.seen = []
        self.connections = 0
        self._start(self._accept)

    def close(self):
        """End it, and everything that hangs on it."""
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _start(self, run, *given):
        thread = threading.Thread(target=run, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                self._open.append(connection)
                self._start(self._serve, connection)

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            while request := self._request(connection):
                self.seen.append(request)
                path = request[1].lstrip("/").partition("?")[0]
                answer = getattr(self, f"_{path.replace('-', '_')}")
                if not answer(connection):
                    return

    def _request(self, connection):
        came = b""
        while b"\r\n\r\n" not in came:
            piece = connection.recv(65536)
            if not piece:
                return None
            came += piece
        head, _, body = came.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in lines)
        }
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        method, path, _ = first.split(" ")
        return method, path, headers, body

    def _ok(self, connection):
        connection.sendall(found(200, _json()))
        return True

    def _gzip(self, connection):
        connection.sendall(found(200, gzip.compress(_json()), "Content-Encoding: gzip"))
        return True

    def _deflate(self, connection):
        body = bare_deflate(_json())
        connection.sendall(found(200, body, "Content-Encoding: deflate"))
        return True

    def _drip(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not self._ended.wait(0.05):
            connection.sendall(b" ")

    def _drip_head(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self._ended.wait(0.05):
            connection.sendall(b"a")

    def _drip_then_hang(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(5):
            self._ended.wait(0.1)
            connection.sendall(b" ")
        connection.recv(1)

    def _hang(self, connection):
        connection.recv(1)

    def _huge(self, connection):
        connection.sendall(found(200, b" " * 3_000_000))

    def _endless(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    def _bomb(self, connection):
        connection.sendall(found(200, _PACKED, "Content-Encoding: gzip"))

    def _odd_coding(self, connection):
        connection.sendall(found(200, _json(), "Content-Encoding: br"))

    def _half(self, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")

    def _half_gzip(self, connection):
        body = gzip.compress(_json())[:-9]
        connection.sendall(found(200, body, "Content-Encoding: gzip"))

    def _reset(self, connection):
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _gone(self, connection):
        """Close without a word."""

    def _no_http(self, connection):
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")

    def _redirect(self, connection):
        to = "Location: http://169.254.169.254/latest/meta-data"
        connection.sendall(found(302, b"", to))
        return True

    def _html(self, connection):
        connection.sendall(found(200, b"<html>Hello"))
        return True

    def _conflict(self, connection):
        connection.sendall(found(409, _json(code="slot_taken")))
        return True

    def _busy(self, connection):
        connection.sendall(found(429, b"", "Retry-After: 7"))
        return True

    def _broken(self, connection):
        connection.sendall(found(500, b"secret-stack-trace"))
        return True
