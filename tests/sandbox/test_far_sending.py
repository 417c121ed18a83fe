"""The companies send what they have to tell, signed, until somebody takes it."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import Delivery, StandardWebhooks
from pmkit.sandbox.forms import write_news

SECRET = "whsec_" + base64.b64encode(b"0123456789" * 3).decode()
OTHER = "whsec_" + base64.b64encode(b"9876543210" * 3).decode()


class Receiver(HTTPServer):
    """An application that receives messages."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Receives)
        self.status = 204
        self.got = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hooks"


class _Receives(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(name="receiver")
def _receiver(socket_enabled):
    """Receive messages on loopback."""
    del socket_enabled
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def subscribe(caller, url, company="agency", secret=SECRET):
    """Have the news of a company go somewhere."""
    said = {"company": company, "url": url, "secret": secret}
    return caller.post("/control/webhooks", json=said)


def deliver(caller):
    """Have everything sent that was not taken yet."""
    return caller.post("/control/webhooks/deliver").json()["deliveries"]


class TestDelivery:
    """Messages over a real socket."""

    def test_are_signed_news(self, caller, world, booking, receiver):
        """What arrives proves its sender, and is what the agency has to tell."""
        world.agency.book(booking())
        news = world.agency.arrive("s-1", 1)
        subscribe(caller, receiver.url)
        deliver(caller)
        ((headers, body),) = receiver.got
        verified = StandardWebhooks(secrets=SECRET).verify(
            Delivery(body=body, headers=headers, received_at=world.now())
        )

        assert {"company": "agency", "observation": write_news(news)} == verified.json()
        assert world.now() == verified.sent_at

    def test_another_secret_proves_nothing(self, caller, world, booking, receiver):
        """Who has not the secret cannot have sent it."""
        world.agency.book(booking())
        world.agency.arrive("s-1", 1)
        subscribe(caller, receiver.url, secret=OTHER)
        deliver(caller)
        ((headers, body),) = receiver.got

        with pytest.raises(WebhookRejected):
            StandardWebhooks(secrets=SECRET).verify(
                Delivery(body=body, headers=headers, received_at=world.now())
            )

    def test_what_was_taken_is_not_sent_again(self, caller, world, charging, receiver):
        """A 2xx ends it; later news are sent when they are there."""
        world.card.charge(charging(instrument="tok-needs-step"))
        subscribe(caller, receiver.url, "card")
        first = deliver(caller)
        again = deliver(caller)
        world.card.confirm("p-1")
        later = deliver(caller)

        assert [204] == [each["status"] for each in first]
        assert [] == again
        assert ["submitted", "received"] == [
            json.loads(body)["observation"]["news"] for _, body in receiver.got[1:]
        ]
        assert 2 == len(later)

    def test_what_was_not_taken_comes_again(self, caller, world, booking, receiver):
        """After an error the same message comes again, with its id and a new stamp."""
        world.agency.book(booking())
        world.agency.arrive("s-1", 1)
        subscribe(caller, receiver.url)
        receiver.status = 503
        failed = deliver(caller)
        receiver.status = 204
        world.advance(minutes=10)
        taken = deliver(caller)

        assert ([503], [204]) == (
            [each["status"] for each in failed],
            [each["status"] for each in taken],
        )
        (first, body), (second, again) = receiver.got
        assert (first["webhook-id"], body) == (second["webhook-id"], again)
        assert first["webhook-timestamp"] != second["webhook-timestamp"]

    def test_nobody_there(self, caller, world, booking, socket_enabled):
        """Without an answer the status is 0, and the message waits."""
        del socket_enabled
        world.agency.book(booking())
        world.agency.arrive("s-1", 1)
        subscribe(caller, "http://127.0.0.1:9/hooks")

        assert [0] == [each["status"] for each in deliver(caller)]
        assert 1 == len(caller.get("/control/webhooks/messages").json()["messages"])

    def test_a_refund_is_told_by_the_card(self, caller, world, charging, refunding):
        """News of refunds are among those of the company."""
        world.card.charge(charging())
        world.card.refund(refunding())
        subscribe(caller, "http://127.0.0.1:9/hooks", "card")
        messages = caller.get("/control/webhooks/messages").json()["messages"]

        assert ["payment", "payment", "refund"] == [
            json.loads(each["body"])["observation"]["type"] for each in messages
        ]

    def test_is_stamped_by_the_clock_of_the_world(self, caller, world, booking):
        """Messages are as old as the world says."""
        world.agency.book(booking())
        world.agency.arrive("s-1", 1)
        subscribe(caller, "http://127.0.0.1:9/hooks")
        (message,) = caller.get("/control/webhooks/messages").json()["messages"]
        stamp = int(message["headers"]["webhook-timestamp"])

        assert dt.datetime(2026, 1, 20, 1, tzinfo=dt.UTC).timestamp() == stamp


class TestBadInput:
    """What cannot be subscribed to."""

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"company": "pay-later"}, "company"),
            ({"url": "http://example.com/hooks"}, "url"),
            ({"url": "http://127.0.0.1.example.com/hooks"}, "url"),
            ({"url": "http://127.0.0.1@example.com/hooks"}, "url"),
            ({"url": "file:///etc/passwd"}, "url"),
            ({"url": 5}, "url"),
            ({"secret": "short"}, "secret"),
            ({"secret": "whsec_c2hvcnQ="}, "secret"),
        ],
    )
    def test_names_the_field(self, caller, change, field):
        """Nothing goes to another machine, or unsigned."""
        said = {"company": "agency", "url": "http://127.0.0.1:9/", "secret": SECRET}
        response = caller.post("/control/webhooks", json={**said, **change})

        assert 422 == response.status_code
        assert field == response.json()["field"]
        assert SECRET not in response.text
