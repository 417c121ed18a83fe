"""The door for messages: kept first, acknowledged then."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import http.client
import io
import logging
import sqlite3
import threading
import wsgiref.simple_server

import httpx
import pytest
from tests.shell.hearing import (
    OTHER,
    SECRET,
    Speaking,
    answered,
    deliver,
    environ,
    message,
)

from pmkit.core.errors import InputError, StoreError
from pmkit.effects.attached import attached
from pmkit.effects.webhooks import StandardWebhooks
from pmkit.effects.webhooks.delivery import LONGEST_BODY
from pmkit.hooks.capabilities import FULL, Capabilities, Capability
from pmkit.hooks.manifest import PluginKind, PluginManifest
from pmkit.hooks.panel import Panel
from pmkit.shell.clock import SetClock, SystemClock
from pmkit.shell.store import Store
from pmkit.shell.webhooks import WebhookEndpoint

NOW = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)
SIGNER = StandardWebhooks(secrets=SECRET)
BODY = message("n-1")


@pytest.fixture
def clock():
    """Give a clock that stands still."""
    return SetClock(NOW)


@pytest.fixture
def store(tmp_path):
    """Give a store on a file."""
    with Store.open(tmp_path / "door.db") as opened:
        yield opened


@pytest.fixture
def plugin():
    """Give an instance that hears."""
    return Speaking()


@pytest.fixture
def endpoint(plugin, store, clock):
    """Give a door with one instance that hears, and one that does not."""
    panel = Panel(agencies={"acme-cn": plugin, "deaf": object()})
    return WebhookEndpoint(panel, store, clock=clock)


def rows(tmp_path):
    """Read the inbox, past all of pmkit."""
    with contextlib.closing(sqlite3.connect(tmp_path / "door.db")) as raw:
        asked = "SELECT provider, account, event_id, body, applied_at FROM inbox"
        return raw.execute(asked).fetchall()


def signed(body=BODY, name="msg_1", signer=SIGNER):
    """Give the headers of a message."""
    return signer.sign(body, event_id=name, at=NOW)


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    """A server that writes nothing to the terminal."""

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def served(endpoint):
    """Serve a door by WSGI on loopback; give its port."""
    server = wsgiref.simple_server.make_server(
        "127.0.0.1", 0, endpoint.wsgi, handler_class=Quiet
    )
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def by_wsgi(endpoint, path, body, headers, method="POST"):
    """Send a request over loopback."""
    with served(endpoint) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        with contextlib.closing(line):
            line.request(method, path, body=body, headers=headers)
            response = line.getresponse()
            content = response.read()
    return response.status, content, dict(response.getheaders())


def by_asgi(endpoint, path, body, headers, method="POST"):
    """Send a request to the ASGI application."""

    async def send():
        transport = httpx.ASGITransport(endpoint.asgi)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(
                method, f"http://pm.test{path}", content=body, headers=headers
            )

    response = asyncio.run(send())
    return response.status_code, response.content, dict(response.headers)


@pytest.fixture(params=[by_wsgi, by_asgi], ids=["wsgi", "asgi"])
def send(request, endpoint, socket_enabled):
    """Send a request to the door in one way and the other."""
    del socket_enabled
    return lambda *how, **more: request.param(endpoint, *how, **more)


class TestAnswers:
    """What the sender is told, by WSGI and by ASGI."""

    def test_a_message_is_kept(self, send, tmp_path):
        """A true message is in the database, unapplied, once it is acknowledged."""
        assert send("/acme-cn", BODY, signed())[:2] == (200, b"")
        assert rows(tmp_path) == [("acme-cn", "webhook", "msg_1", BODY, None)]

    def test_a_repetition_is_acknowledged(self, send, tmp_path):
        """The same message again is acknowledged again, and kept once."""
        answers = [send("/acme-cn", BODY, signed())[0] for _ in range(3)]

        assert answers == [200, 200, 200]
        assert len(rows(tmp_path)) == 1

    def test_another_message_under_its_id(self, send, tmp_path, caplog):
        """Another content under a known id is refused and logged; the first stays."""
        send("/acme-cn", BODY, signed())
        other = message("n-2")

        assert send("/acme-cn", other, signed(other))[:2] == (409, b"")
        assert [row[3] for row in rows(tmp_path)] == [BODY]
        assert "msg_1" in caplog.text

    @pytest.mark.parametrize(
        ("headers", "body"),
        [
            (signed(signer=StandardWebhooks(secrets=OTHER)), BODY),
            (signed(), BODY + b" "),
            ({}, BODY),
            (signed(), b""),
        ],
        ids=["tenant", "body", "headers", "empty"],
    )
    def test_a_forgery(self, send, tmp_path, headers, body):
        """A forgery is refused without a word, and leaves nothing behind."""
        assert send("/acme-cn", body, headers)[:2] == (401, b"")
        assert rows(tmp_path) == []

    @pytest.mark.parametrize(
        "path", ["/nobody", "/deaf", "/", "/acme-cn/", "/acme-cn/x", "/ACME-CN", "/%00"]
    )
    def test_nobody_there(self, send, path):
        """Whatever does not hear is absent in one and the same way."""
        found = send(path, BODY, signed())
        other = send("/other", BODY, signed())

        assert found[:2] == other[:2] == (404, b"")
        assert sorted(found[2]) == sorted(other[2])

    def test_only_post(self, send, plugin):
        """Nothing else changes anything, and nothing else is looked at."""
        answers = [send("/acme-cn", b"", {}, method=x) for x in ("GET", "PUT", "HEAD")]

        assert [405, 405, 405] == [answer[0] for answer in answers]
        assert "POST" == {k.lower(): v for k, v in answers[0][2].items()}["allow"]
        assert plugin.verified == 0

    def test_too_long(self, send, plugin):
        """One byte above a mebibyte is refused before anybody looks at it."""
        try:
            answer = send("/acme-cn", b"x" * (LONGEST_BODY + 1), {})[0]
        except (ConnectionError, http.client.HTTPException):
            answer = 413  # it was refused so early that the rest could not be sent

        assert answer == 413
        assert plugin.verified == 0

    def test_the_longest(self, send, tmp_path):
        """A mebibyte is taken, if it is signed."""
        body = b'{"news": []' + b" " * (LONGEST_BODY - 12) + b"}"

        assert send("/acme-cn", body, signed(body))[0] == 200
        assert len(rows(tmp_path)[0][3]) == LONGEST_BODY

    def test_a_plugin_that_fails(self, send, plugin, tmp_path, caplog):
        """A fault of the plugin is ours: the sender tries again, and learns nothing."""
        plugin.webhooks = None

        assert send("/acme-cn", BODY, signed())[:2] == (500, b"")
        assert rows(tmp_path) == []
        assert "acme-cn: could not verify a message: plugin-fault" in caplog.text


class Failing:
    """A store whose transactions fail at a moment of choice."""

    def __init__(self, store, moment):
        self._store, self.moment = store, moment

    def attempt(self, work):
        """Work in a transaction that may fail."""
        with self.transaction() as tx:
            return work(tx)

    @contextlib.contextmanager
    def transaction(self):
        """Fail before, inside, or at the commit."""
        if self.moment == "begin":
            msg = "The disk is full."
            raise StoreError(msg)
        with self._store.transaction() as tx:
            yield tx
            if self.moment == "commit":
                msg = "The disk is full."
                raise OSError(msg)


class TestDurability:
    """Nothing is acknowledged that could be lost."""

    def test_is_there_when_it_is_acknowledged(self, endpoint, tmp_path):
        """Another process sees the message before the sender hears of it."""
        seen = []

        def start_response(status, headers):
            del headers
            seen.append((status, len(rows(tmp_path))))

        endpoint.wsgi(environ("/acme-cn", BODY, signed()), start_response)

        assert seen == [("200 OK", 1)]

    @pytest.mark.parametrize("moment", ["begin", "commit"])
    def test_a_store_that_fails(self, plugin, store, clock, tmp_path, moment):
        """A message that could not be kept is not acknowledged: it comes again."""
        failing = Failing(store, moment)
        door = WebhookEndpoint(
            Panel(agencies={"acme-cn": plugin}), failing, clock=clock
        )
        request = {"name": "msg_1", "at": NOW}

        assert deliver(door, "acme-cn", SIGNER, BODY, **request) == 503
        assert rows(tmp_path) == []
        failing.moment = "never"
        assert deliver(door, "acme-cn", SIGNER, BODY, **request) == 200
        assert len(rows(tmp_path)) == 1

    def test_two_at_once(self, endpoint, tmp_path):
        """A message that comes twice in one moment is kept once, acknowledged twice."""
        start = threading.Barrier(2)
        answers = []

        def send():
            start.wait()
            answers.append(
                deliver(endpoint, "acme-cn", SIGNER, BODY, name="msg_1", at=NOW)
            )

        threads = [threading.Thread(target=send) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert answers == [200, 200]
        assert len(rows(tmp_path)) == 1

    def test_ids_of_two_instances_never_meet(self, store, clock):
        """One id of two instances is two messages."""
        panel = Panel(agencies={"a": Speaking(), "b": Speaking(OTHER)})
        door = WebhookEndpoint(panel, store, clock=clock)
        other = StandardWebhooks(secrets=OTHER)

        assert deliver(door, "a", SIGNER, BODY, name="m", at=NOW) == 200
        assert deliver(door, "b", other, message("n"), name="m", at=NOW) == 200
        assert deliver(door, "b", SIGNER, BODY, name="m", at=NOW) == 401


class Unread(io.BytesIO):
    """A body that nobody may touch."""

    def read(self, *_):
        """Tell that it was touched."""
        raise AssertionError


class TestWsgi:
    """What a WSGI server can hand on."""

    @pytest.mark.parametrize(
        ("length", "status"),
        [
            (str(LONGEST_BODY + 1), 413),
            ("9" * 5000, 413),
            ("-1", 400),
            ("1e3", 400),
            ("٣", 400),
            (" 1", 400),
            ("", 411),
        ],
    )
    def test_lengths_that_are_not_read(self, endpoint, length, status):
        """A length that is too large or none at all is refused before reading."""
        request = environ("/acme-cn", BODY, signed())
        request |= {"CONTENT_LENGTH": length, "wsgi.input": Unread()}

        assert status == answered(endpoint, request)

    def test_a_body_that_breaks_off(self, endpoint):
        """Fewer bytes than were announced are no message."""
        request = environ("/acme-cn", BODY, signed())
        request["CONTENT_LENGTH"] = str(len(BODY) + 1)

        assert answered(endpoint, request) == 400

    def test_a_body_without_a_length(self, endpoint):
        """A server that ends the body itself needs no length; the bound stays."""
        request = environ("/acme-cn", BODY, signed()) | {"wsgi.input_terminated": True}
        del request["CONTENT_LENGTH"]
        long = environ("/acme-cn", b"x" * (LONGEST_BODY + 2), signed())
        long |= {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

        assert answered(endpoint, request) == 200
        assert answered(endpoint, long) == 413


def asked(endpoint, scope, events):
    """Run the ASGI application on events; give what it sent."""
    sent = []
    waiting = iter(events)

    async def receive():
        return next(waiting)

    async def send(event):
        sent.append(event)

    asyncio.run(endpoint.asgi(scope, receive, send))
    return sent


def scope(path="/acme-cn", root=""):
    """Make the scope of a request."""
    raw = [(k.encode(), v.encode()) for k, v in signed().items()]
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "root_path": root,
        "headers": raw,
    }


class TestAsgi:
    """What an ASGI server can hand on."""

    def test_a_body_in_pieces(self, endpoint, socket_enabled):
        """The pieces are one message."""
        del socket_enabled
        pieces = [BODY[:5], BODY[5:9], BODY[9:]]
        events = [
            {"type": "http.request", "body": x, "more_body": x is not pieces[-1]}
            for x in pieces
        ]

        assert asked(endpoint, scope(), events)[0]["status"] == 200

    def test_a_body_without_end(self, endpoint, socket_enabled, plugin):
        """A stream is cut at the bound, not at its end."""
        del socket_enabled
        piece = {"type": "http.request", "body": b"x" * 65536, "more_body": True}
        sent = asked(endpoint, scope(), [piece] * 17)

        assert sent[0]["status"] == 413
        assert plugin.verified == 0

    def test_a_sender_that_hangs_up(self, endpoint, socket_enabled, tmp_path):
        """Half a message is none, and nobody is left to be told."""
        del socket_enabled
        events = [
            {"type": "http.request", "body": BODY[:5], "more_body": True},
            {"type": "http.disconnect"},
        ]

        assert asked(endpoint, scope(), events) == []
        assert rows(tmp_path) == []

    def test_is_mounted(self, endpoint, socket_enabled):
        """Below a path of the application the rest of the path counts."""
        del socket_enabled
        event = {"type": "http.request", "body": BODY}
        whole = asked(endpoint, scope("/hooks/acme-cn", "/hooks"), [event])
        cut = asked(endpoint, scope("/acme-cn", "/hooks"), [event])
        other = asked(endpoint, scope("/hooks2/acme-cn", "/hooks"), [event])

        assert [200, 200, 404] == [x[0]["status"] for x in (whole, cut, other)]

    def test_starts_and_stops(self, endpoint, socket_enabled):
        """As an application of its own it lives with its server."""
        del socket_enabled
        events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent = asked(endpoint, {"type": "lifespan"}, events)

        assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == [
            event["type"] for event in sent
        ]

    def test_nothing_but_http(self, endpoint, socket_enabled):
        """A web socket brings no messages."""
        del socket_enabled
        with pytest.raises(InputError, match="websocket"):
            asked(endpoint, {"type": "websocket"}, [])


class TestSilence:
    """What a stranger can learn, and what the log keeps."""

    def test_nothing_is_said_or_logged(self, endpoint, plugin, caplog):
        """Neither bodies nor secrets nor words of strangers get into the log."""
        caplog.set_level(logging.DEBUG)
        canary = b'{"news": [], "token": "canary-1"}'
        forged = {**signed(canary), "webhook-signature": "v1,canary-2"}
        named = {**signed(canary), "webhook-id": "canary-3 x"}
        for headers in (forged, named, {"x-canary-4": "canary-5"}):
            answered(endpoint, environ("/acme-cn", canary, headers))
        answered(endpoint, environ("/canary-6", canary, forged))
        plugin.webhooks = None
        answered(endpoint, environ("/acme-cn", canary, signed(canary)))

        assert "acme-cn" in caplog.text
        assert "canary" not in caplog.text
        assert "c2VjcmV0" not in caplog.text

    def test_says_what_was_wrong(self, endpoint, caplog):
        """The operator learns which part did not fit: a clock, or a secret."""
        late = SIGNER.sign(BODY, event_id="m", at=NOW - dt.timedelta(hours=1))
        answered(endpoint, environ("/acme-cn", BODY, late))
        answered(endpoint, environ("/acme-cn", BODY + b" ", signed()))

        assert ["webhook-timestamp", "signature"] == [
            record.args[1] for record in caplog.records
        ]

    def test_junk_leaves_nothing(self, endpoint, tmp_path):
        """A thousand junk messages fill nothing."""
        junk = {"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,"}

        assert {401} == {
            answered(endpoint, environ("/acme-cn", b"x" * n, junk)) for n in range(1000)
        }
        assert rows(tmp_path) == []


class Gone:
    """The clock of a database that is gone."""

    def now(self):
        """Raise what the store raises."""
        msg = "There is no connection."
        raise StoreError(msg)


class TestClock:
    """By which clock a door decides."""

    def test_of_the_machine(self, store):
        """A message signed now is taken by the clock of the machine with the file."""
        door = WebhookEndpoint(Panel(agencies={"acme-cn": Speaking()}), store)
        now = dt.datetime.now(dt.UTC)

        assert deliver(door, "acme-cn", SIGNER, BODY, name="m", at=now) == 200

    def test_of_the_server(self, database, monkeypatch):
        """An honest message is taken by a machine whose own clock is 5:01 ahead."""
        with Store.open(database) as store:
            now = store.clock().now()
            ahead = now + dt.timedelta(minutes=5, seconds=1)
            monkeypatch.setattr(SystemClock, "now", lambda _: ahead)
            door = WebhookEndpoint(Panel(agencies={"acme-cn": Speaking()}), store)

            assert deliver(door, "acme-cn", SIGNER, BODY, name="m", at=now) == 200
            with store.snapshot() as tx:
                (row,) = tx.inbox_waiting()
            assert dt.timedelta() <= row.received_at - now < dt.timedelta(minutes=1)

    def test_of_a_server_that_is_gone(self, store, tmp_path):
        """Who cannot tell the time takes nothing yet: the sender tries again."""
        panel = Panel(agencies={"acme-cn": Speaking()})
        door = WebhookEndpoint(panel, store, clock=Gone())

        assert deliver(door, "acme-cn", SIGNER, BODY, name="m", at=NOW) == 503
        assert rows(tmp_path) == []


class TestPanel:
    """Who hears."""

    def test_one_name_for_two(self, store):
        """Nobody could tell whose message it is, so the door is not built."""
        panel = Panel(agencies={"acme": Speaking()}, methods={"acme": Speaking()})

        with pytest.raises(InputError, match="'acme'"):
            WebhookEndpoint(panel, store)

    def test_a_host_has_a_panel(self, store):
        """A host can be given in place of its panel."""

        class Host:
            def panel(self):
                return Panel(methods={"b": Speaking()}, agencies={"a": Speaking()})

        assert WebhookEndpoint(Host(), store).instances == ("a", "b")

    @pytest.mark.parametrize(
        ("webhooks", "status"), [(FULL, 200), (Capability(), 404)], ids=["yes", "no"]
    )
    def test_a_configured_plugin(self, store, clock, webhooks, status):
        """An attached plugin is asked if its manifest says that it hears."""
        manifest = PluginManifest(
            id="acme",
            kind=PluginKind.AGENCY,
            title="Acme",
            factory="acme:Acme",
            capabilities=Capabilities(webhooks=webhooks),
        )
        agency = attached(Speaking(), manifest, name="acme-cn")
        door = WebhookEndpoint(
            Panel(agencies={agency.name: agency}), store, clock=clock
        )

        assert status == deliver(door, "acme-cn", SIGNER, BODY, name="m", at=NOW)
