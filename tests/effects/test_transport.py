"""Encrypted connections, resolvers that hang, and replies that are read strictly."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.effects.agencies import HOST, answering, asking, attach, doing, outcome

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    ProtocolViolationError,
    ProviderUnavailableError,
)
from pmkit.core.ports import BookingReply
from pmkit.effects.replies import read_json
from pmkit.effects.transport import AsyncGuardedTransport, GuardedTransport

DRIVERS = pytest.mark.parametrize("driver", ["call", "acall"])
HTTPS = 443
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def certificate_for(host, folder):
    """Write a certificate and its key for a host."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        made.public_bytes(pem)
        + key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


class Encrypted:
    """A server with a certificate; it remembers which name it was called by."""

    def __init__(self, pem):
        self.names = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pem)
        self._context.sni_callback = self._named
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self):
        """End it."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)

    def _named(self, _connection, name, _context):
        self.names.append(name)

    def _serve(self):
        while True:
            try:
                raw, _ = self._listening.accept()
            except OSError:
                return
            with raw:
                self._answer(raw)

    def _answer(self, raw):
        try:
            with self._context.wrap_socket(raw, server_side=True) as connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + b'{"id":"R-1"}'
                )
        except OSError:
            return


def over(resolver, *, tls=None, port=HTTPS, seconds=5.0):
    """Attach an agency whose names resolve so; the port is let through."""
    how = {
        "resolver": resolver,
        "tls": tls,
        "exceptions": [("api.acme.example", port)] if port != HTTPS else [],
    }
    return attach(
        doing(book=asking(f"https://api.acme.example:{port}/b")),
        transport=GuardedTransport(**how),
        async_transport=AsyncGuardedTransport(**how),
        hosts=[f"api.acme.example:{port}"],
        limits={"seconds": seconds},
    )


@DRIVERS
@pytest.mark.enable_socket
class TestEncryption:
    """The certificate has to be for the name, although an address is called."""

    @pytest.mark.parametrize(
        ("host", "right"), [("api.acme.example", True), ("evil.example", False)]
    )
    def test_certificate(self, tmp_path, host, right, driver):
        """A server is believed with the certificate of the name, and with no other."""
        pem = certificate_for(host, tmp_path)
        server = Encrypted(pem)
        tls = ssl.create_default_context(cafile=str(pem))
        agency = over(lambda *_: ["127.0.0.1"], tls=tls, port=server.port)
        got = outcome(agency, driver=driver)
        agency._carriers._blocking.close()  # noqa: SLF001 - it was given to it
        server.close()

        assert server.names == ["api.acme.example"]
        if right:
            assert got == BookingReply(reference="R-1")
        else:
            assert type(got) is ProviderUnavailableError
            assert got.certainty is Certainty.NOT_SENT

    def test_usual_authorities(self, tmp_path, monkeypatch, driver):
        """A certificate is not believed because the environment names its issuer."""
        pem = certificate_for("api.acme.example", tmp_path)
        server = Encrypted(pem)
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        agency = over(lambda *_: ["127.0.0.1"], port=server.port)
        got = outcome(agency, driver=driver)
        server.close()

        assert type(got) is ProviderUnavailableError


@DRIVERS
class TestResolvers:
    """Resolvers of names are not trusted to end."""

    def test_hanging(self, driver):
        """A resolver that hangs costs no more than the deadline; nothing was sent."""
        release = threading.Event()

        def hang(_host, _port):
            release.wait(10)
            return []

        began = time.monotonic()
        error = outcome(over(hang, seconds=0.2), driver=driver)
        took = time.monotonic() - began
        release.set()

        assert type(error) is ProviderUnavailableError
        assert error.certainty is Certainty.NOT_SENT
        assert took < 1.5

    @pytest.mark.parametrize("raised", [socket.gaierror, UnicodeError, TimeoutError])
    def test_unknown_name(self, raised, driver):
        """A name that nobody knows cannot be reached."""

        def refuse(_host, _port):
            raise raised

        error = outcome(over(refuse), driver=driver)

        assert type(error) is ProviderUnavailableError
        assert error.certainty is Certainty.NOT_SENT


class TestReplies:
    """Replies are read strictly."""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "<html>",
            '{"a": 1, "a": 2}',
            '{"a": NaN}',
            "[" * 10_000,
            "9" * 5_000,
            '{"a": 1',
            "\x00",
        ],
    )
    @pytest.mark.parametrize(
        ("method", "certainty"),
        [("POST", Certainty.UNKNOWN), ("GET", Certainty.REJECTED)],
    )
    def test_garbage(self, text, method, certainty):
        """A reply that cannot be read is unknown after a change only."""
        book = asking(f"{HOST}/b", method=method, after=read_json)
        agency = attach(
            doing(book=book), transport=answering(httpx.Response(200, text=text))
        )
        error = outcome(agency)

        assert type(error) is ProtocolViolationError
        assert error.certainty is certainty

    def test_lost(self):
        """What a transport raises that nobody knows is unknown."""
        agency = attach(
            doing(book=asking(f"{HOST}/b")), transport=answering(ZeroDivisionError())
        )

        assert type(outcome(agency)) is OutcomeUnknownError
