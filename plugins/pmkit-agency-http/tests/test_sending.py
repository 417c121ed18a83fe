"""Messages are signed, tried ten times over three days, and never forgotten."""

from __future__ import annotations

import datetime as dt
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from pmkit.core.plugin_errors import SettingsError, WebhookRejected
from pmkit.effects.webhooks import Delivery

from pmkit_agency_http.document import MisfitError
from pmkit_agency_http.server import WebhookSender, deliver_by_http, new_secret, sign

NOW = dt.datetime(2026, 2, 2, 1, tzinfo=dt.UTC)
PING = {"type": "ping", "timestamp": "2026-02-02T01:00:00Z", "data": {}}
SECRET = "whsec_" + 8 * "c2VjcmV0"
OTHER = "whsec_" + 8 * "b3RoZXJz"


@attrs.mutable
class Platform:
    """Hears messages and answers as it is told."""

    status: int = 503
    at: dt.datetime = NOW
    heard: list = attrs.field(factory=list)

    def now(self):
        """Tell the instant that it was set to."""
        return self.at

    def deliver(self, url, headers, body):
        """Take a message, or do not."""
        self.heard.append((self.at, headers, body))
        return self.status

    def sender(self, keys=(SECRET,)):
        """Make a sender to it, on its clock."""
        return WebhookSender(
            "https://platform.example/hear",
            keys=keys,
            deliver=self.deliver,
            now=self.now,
            spread=lambda: 0.0,
        )


@pytest.fixture
def platform():
    """Give a platform that takes nothing."""
    return Platform()


class TestAttempts:
    """When they are made."""

    def test_ten_in_three_days(self, platform):
        """At 0, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h after the one before."""
        sender = platform.sender()
        sender.send(PING)
        for _ in range(80 * 60):
            sender.run()
            platform.at += dt.timedelta(minutes=1)
        hours = [(at - NOW).total_seconds() / 3600 for at, _, _ in platform.heard]

        assert [0, 0, 0, 0, 2, 7, 17, 31, 51, 75] == [int(x) for x in hours]
        assert [] == sender.waiting
        assert 1 == len(sender.given_up)

    def test_nothing_is_sent_before_it_is_due(self, platform):
        """A pause is a pause to its last microsecond."""
        sender = platform.sender()
        sender.send(PING)
        sender.run()
        platform.at += dt.timedelta(seconds=5, microseconds=-1)
        sender.run()

        assert 1 == len(platform.heard)

        platform.at += dt.timedelta(microseconds=1)
        sender.run()

        assert 2 == len(platform.heard)

    @pytest.mark.parametrize("status", [200, 202, 204])
    def test_any_success_ends_it(self, platform, status):
        """What is taken is not sent again."""
        platform.status = status
        sender = platform.sender()
        sender.send(PING)

        assert 1 == sender.run()
        assert [] == sender.waiting == sender.given_up

    @pytest.mark.parametrize("status", [0, 301, 307, 400, 401, 404, 500])
    def test_everything_else_is_tried_again(self, platform, status):
        """A redirect and a refusal are failed attempts too."""
        platform.status = status
        sender = platform.sender()
        sender.send(PING)

        assert 0 == sender.run()
        assert 1 == len(sender.waiting)

    def test_gone_is_gone(self, platform):
        """After 410 the address hears nothing any more."""
        platform.status = 410
        sender = platform.sender()
        sender.send(PING)
        sender.run()
        sender.send(PING)
        sender.run()

        assert sender.gone
        assert 1 == len(platform.heard)

    def test_all_attempts_have_one_id_and_their_own_stamp(self, platform):
        """A repetition is known by its id, and its age by its stamp."""
        sender = platform.sender()
        sender.send(PING)
        sender.run()
        platform.at += dt.timedelta(seconds=5)
        sender.run()
        first, second = (headers for _, headers, _ in platform.heard)

        assert first["webhook-id"] == second["webhook-id"]
        assert 5 == int(second["webhook-timestamp"]) - int(first["webhook-timestamp"])


class TestSignatures:
    """Who it is from."""

    def test_the_example_of_the_standard(self):
        """
        The example that the libraries of the standard are tested with.

        https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries
        """
        headers = sign(
            b'{"test": 2432232314}',
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            at=dt.datetime.fromtimestamp(1614265330, dt.UTC),
            keys=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        )

        assert (
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
            == headers["webhook-signature"]
        )

    def test_the_plugin_takes_it(self, platform, world):
        """Both sides mean the same by a signature."""
        sender = platform.sender()
        sender.send(PING)
        sender.run()
        at, headers, body = platform.heard[0]
        plugin = world.hears(SECRET)
        verified = plugin.verify(Delivery(body=body, headers=headers, received_at=at))

        assert headers["webhook-id"] == verified.event_id

    @pytest.mark.parametrize("known", [SECRET, OTHER])
    def test_while_a_secret_is_replaced(self, platform, world, known):
        """With two secrets a message is taken by who knows either."""
        sender = platform.sender(keys=(SECRET, OTHER))
        sender.send(PING)
        sender.run()
        at, headers, body = platform.heard[0]
        plugin = world.hears(known)

        assert plugin.verify(Delivery(body=body, headers=headers, received_at=at))

    def test_a_stranger_is_not_taken(self, platform, world):
        """A message that is signed with another secret is dropped."""
        sender = platform.sender(keys=(OTHER,))
        sender.send(PING)
        sender.run()
        at, headers, body = platform.heard[0]
        plugin = world.hears(SECRET)
        with pytest.raises(WebhookRejected):
            plugin.verify(Delivery(body=body, headers=headers, received_at=at))

    def test_a_new_secret_can_be_used(self, platform):
        """What the program shows can be set on both sides."""
        assert WebhookSender("https://a.example", keys=[new_secret()])

    @pytest.mark.parametrize(
        "key", ["", "secret", "whsec_", "whsec_c2hvcnQ=", "whsec_*"]
    )
    def test_a_secret_that_is_none(self, key):
        """A key that could be guessed, or read wrongly, is refused at once."""
        with pytest.raises(ValueError, match="24 to 64 bytes"):
            WebhookSender("https://a.example", keys=[key])

    @pytest.mark.parametrize("url", ["", "file:///etc/passwd", "platform.example"])
    def test_an_address_that_is_none(self, url):
        """Messages go over http."""
        with pytest.raises(ValueError, match="http"):
            WebhookSender(url, keys=[SECRET])


class TestMessages:
    """What they say."""

    def test_must_be_in_the_document(self, platform):
        """A message that nobody could read is not sent."""
        with pytest.raises(MisfitError, match="type"):
            platform.sender().send({"type": "hello"})

    def test_have_an_end(self, platform):
        """A message is short; what is long is read as events."""
        with pytest.raises(ValueError, match="20000"):
            platform.sender().send({**PING, "data": {"a": "x" * 20_000}})

    def test_a_long_event_is_only_announced(self, world, asks):
        """The agency says that there is something, and the platform asks."""
        world.plugin().book(asks.book())
        checks = [{"checkpoint": "seal", "result": "deviates", "note": "x" * 5000}] * 5
        world.agency.happen("T-0001", "check-done", progress=[], checks=checks)
        (said,) = world.messages

        assert "task.changed" == said["type"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "timestamp", "data", "kind"]), inner)
    ),
    max_leaves=8,
)


class TestParse:
    """What the plugin makes of them."""

    def parsed(self, world, message):
        """Sign a message, verify it and read it."""
        return self.taken(world, json.dumps(message).encode())

    def taken(self, world, body):
        """Sign bytes, verify them and read them."""
        headers = sign(body, message_id="msg_1", at=world.clock.now(), keys=[SECRET])
        delivery = Delivery(body=body, headers=headers, received_at=world.clock.now())
        plugin = world.hears(SECRET)
        return plugin.parse(plugin.verify(delivery), world.clock.now())

    def test_an_event_is_the_one_that_is_asked_for(self, world, asks):
        """A message and a look-up give the same record, with the same id."""
        world.plugin().book(asks.book())
        world.agency.happen("T-0001", "inspector-named", inspector="Wang Fang")
        (said,) = world.messages

        assert world.plugin().observations("service-1") == tuple(
            self.parsed(world, said)
        )

    def test_a_report_only_says_that_it_is_there(self, world, asks):
        """Its files are read from the agency, by the next round of work."""
        world.plugin().book(asks.book())
        world.agency.deliver_report("T-0001")

        assert [()] == [tuple(self.parsed(world, said)) for said in world.messages]

    def test_a_ping_says_nothing(self, world):
        """It is taken, and nothing follows."""
        assert () == tuple(self.parsed(world, PING))

    @pytest.mark.parametrize(
        "message",
        [
            None,
            [],
            {},
            {"type": "task.event"},
            {**PING, "type": "hello"},
            {**PING, "timestamp": "2026-02-30T00:00:00Z"},
            {**PING, "type": "task.event", "data": {"kind": "x"}},
        ],
    )
    def test_signed_and_wrong(self, world, message):
        """A message that is not by the document is rejected, not guessed at."""
        with pytest.raises(WebhookRejected):
            self.parsed(world, message)

    @settings(max_examples=300)
    @given(
        body=st.one_of(st.binary(max_size=80), _JSON.map(json.dumps).map(str.encode))
    )
    def test_signed_and_hostile(self, make_world, body):
        """Whatever the agency signs, it is rejected and nothing else happens."""
        with pytest.raises(WebhookRejected):
            self.taken(make_world(), body)

    def test_without_a_secret_nothing_is_taken(self, world):
        """An instance that has no secret trusts nobody."""
        delivery = Delivery(body=b"{}", headers={}, received_at=NOW)
        with pytest.raises(SettingsError):
            world.hears().verify(delivery)


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        """Answer with the status in the path."""
        self.rfile.read(int(self.headers["Content-Length"]))
        status = int(self.path.removeprefix("/"))
        self.send_response(status)
        if status in {301, 307}:
            self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Write nothing."""


@pytest.mark.enable_socket
class TestOverHttp:
    """The attempts as bytes on a wire."""

    @pytest.mark.parametrize("status", [200, 204, 301, 307, 404, 410, 503])
    def test_gives_the_status(self, status):
        """What was answered is what counts; redirects are not followed."""
        with HTTPServer(("127.0.0.1", 0), _Answers) as server:
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            url = f"http://127.0.0.1:{server.server_port}/{status}"

            assert status == deliver_by_http(url, {"webhook-id": "a"}, b"{}")

            thread.join()

    def test_nobody_there(self):
        """No answer is no success."""
        assert 0 == deliver_by_http("http://127.0.0.1:9/", {}, b"")
