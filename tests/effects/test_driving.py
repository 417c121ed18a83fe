"""How requests are carried to a real server, by both drivers, whatever it does."""

from __future__ import annotations

import asyncio
import time
import tracemalloc

import pytest
from tests.effects.agencies import (
    BOOKING,
    asking,
    attach,
    doing,
    outcome,
    told,
    written,
)
from tests.effects.far_sides import FarSide

from pmkit.core.certainty import Certainty
from pmkit.core.plugin_errors import (
    OutcomeUnknownError,
    ProtocolViolationError,
    ProviderConflictError,
    ProviderUnavailableError,
    RateLimitedError,
    SlotUnavailableError,
)
from pmkit.core.ports import BookingReply
from pmkit.effects.statuses import expect

pytestmark = pytest.mark.enable_socket

BOOKED = BookingReply(reference="R-1")
DRIVERS = ("call", "acall")


@pytest.fixture(name="far_side")
def _far_side():
    """A server on loopback."""
    server = FarSide()
    yield server
    server.close()


@pytest.fixture(name="calling")
def _calling(far_side):
    """Book at a path of the server; every instance is closed at the end."""
    opened = []

    def call(path, *, driver="call", method="POST", **limits):
        limits.setdefault("seconds", 5.0)
        plugin = doing(book=asking(f"{far_side.url}/{path}", method=method))
        agency = attach(plugin, limits=limits, exceptions=[far_side.place])
        opened.append(agency)
        return agency, outcome(agency, driver=driver)

    yield call
    for agency in opened:
        agency.close()


class TestEqualDrivers:
    """Both drivers give the same answers, errors and records."""

    @pytest.mark.parametrize(
        "path",
        [
            "ok",
            "gzip",
            "deflate",
            "huge",
            "bomb",
            "odd-coding",
            "half",
            "half-gzip",
            "reset",
            "gone",
            "no-http",
            "redirect",
            "html",
            "conflict",
            "busy",
            "broken",
        ],
    )
    def test_same_end(self, calling, path):
        """What a server does, both drivers tell in the same words."""
        by_call, one = calling(path)
        by_acall, other = calling(path, driver="acall")

        assert told(one) == told(other)
        assert written(by_call.last_record) == written(by_acall.last_record)

    @pytest.mark.parametrize("driver", DRIVERS)
    @pytest.mark.parametrize("path", ["ok", "gzip", "deflate"])
    def test_answers(self, calling, path, driver):
        """A proper answer arrives, compressed or not."""
        assert calling(path, driver=driver)[1] == BOOKED


@pytest.mark.parametrize("driver", DRIVERS)
class TestBadServers:
    """A server that breaks every promise cannot do more than to be unknown."""

    @pytest.mark.parametrize("path", ["drip", "drip-head", "hang"])
    def test_total_deadline(self, calling, path, driver):
        """A server that sends a byte now and then is cut when the time is over."""
        began = time.monotonic()
        agency, error = calling(path, driver=driver, seconds=0.4)
        took = time.monotonic() - began

        assert type(error) is OutcomeUnknownError
        assert error.certainty is Certainty.UNKNOWN
        assert took < 1.5
        assert agency.last_record.exchanges[0].fault == "OutcomeUnknownError"

    def test_each_read_is_shorter(self, calling, driver):
        """A server that hangs after a while gets only the time that is left."""
        began = time.monotonic()
        _, error = calling("drip-then-hang", driver=driver, seconds=0.6)
        took = time.monotonic() - began

        assert type(error) is OutcomeUnknownError
        assert took < 1.0

    @pytest.mark.parametrize("path", ["huge", "endless", "bomb"])
    def test_cap(self, calling, path, driver):
        """A body over the limit is not read, however it is packed or announced."""
        _, error = calling(path, driver=driver)

        assert type(error) is ProtocolViolationError
        assert error.certainty is Certainty.UNKNOWN

    @pytest.mark.parametrize("path", ["huge", "bomb", "odd-coding"])
    def test_cap_of_a_read(self, calling, path, driver):
        """An answer that is too large to read did not change anything, if it reads."""
        _, error = calling(path, driver=driver, method="GET")

        assert type(error) is ProtocolViolationError
        assert error.certainty is Certainty.REJECTED

    def test_bomb_is_never_whole(self, calling, driver):
        """The bomb of 50 MB never takes more than a few megabytes."""
        calling("ok", driver=driver)
        tracemalloc.start()
        calling("bomb", driver=driver)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert most < 8_000_000

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("half", ProtocolViolationError),
            ("half-gzip", ProtocolViolationError),
            ("gone", ProtocolViolationError),
            ("no-http", ProtocolViolationError),
            ("odd-coding", ProtocolViolationError),
            ("html", ProtocolViolationError),
            ("reset", OutcomeUnknownError),
            ("broken", OutcomeUnknownError),
            ("conflict", ProviderConflictError),
        ],
    )
    def test_unknown(self, calling, path, kind, driver):
        """After an answer that does not tell, nobody knows."""
        _, error = calling(path, driver=driver)

        assert type(error) is kind
        assert error.certainty is Certainty.UNKNOWN
        assert "secret-stack-trace" not in str(error)

    def test_redirect(self, calling, far_side, driver):
        """A redirect to the metadata of a cloud is not followed."""
        _, error = calling("redirect", driver=driver)

        assert type(error) is ProtocolViolationError
        assert [request[1] for request in far_side.seen] == ["/redirect"]

    def test_too_many(self, calling, driver):
        """A call that comes too early was not looked at, and may come again."""
        _, error = calling("busy", driver=driver)

        assert type(error) is RateLimitedError
        assert error.certainty is Certainty.NOT_SENT
        assert error.after.total_seconds() == 7

    def test_nobody_there(self, calling, far_side, driver):
        """Where nobody listens nothing was sent."""
        far_side.close()
        _, error = calling("ok", driver=driver)

        assert type(error) is ProviderUnavailableError
        assert error.certainty is Certainty.NOT_SENT


class TestConnections:
    """Connections are kept for the next call, and closed with the instance."""

    def test_kept(self, far_side):
        """Three calls use one connection."""
        plugin = doing(book=asking(f"{far_side.url}/ok"))
        with attach(plugin, exceptions=[far_side.place]) as agency:
            answers = [agency.book(BOOKING) for _ in range(3)]

        assert answers == [BOOKED] * 3
        assert far_side.connections == 1

    def test_kept_in_a_loop(self, far_side):
        """Three calls of one event loop use one connection."""
        plugin = doing(book=asking(f"{far_side.url}/ok"))

        async def three():
            async with attach(plugin, exceptions=[far_side.place]) as agency:
                return [await agency.acall("book", BOOKING) for _ in range(3)]

        answers = asyncio.run(three())

        assert answers == [BOOKED] * 3
        assert far_side.connections == 1

    def test_headers(self, far_side):
        """The host and the length are those of the connection, not of the plugin."""
        lies = {"Host": "evil.example", "Content-Length": "1", "X-Mine": "yes"}
        book = asking(f"{far_side.url}/ok", json={"a": 1}, headers=lies)
        with attach(doing(book=book), exceptions=[far_side.place]) as agency:
            agency.book(BOOKING)
        headers = far_side.seen[0][2]

        assert headers["host"] == far_side.place
        assert headers["content-length"] == "7"
        assert headers["x-mine"] == "yes"
        assert headers["user-agent"] == "pmkit"

    def test_proxy_of_the_environment(self, far_side, monkeypatch):
        """No variable of the environment leads requests elsewhere."""
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        plugin = doing(book=asking(f"{far_side.url}/ok"))
        with attach(plugin, exceptions=[far_side.place]) as agency:
            answer = agency.book(BOOKING)

        assert answer == BOOKED


class TestCancelled:
    """Who gives up waiting has not undone anything."""

    def test_cancellation(self, far_side):
        """A cancelled call is recorded as unknown, and stays cancelled."""
        closed = []

        def book(request, context):
            try:
                return (yield from asking(f"{far_side.url}/hang")(request, context))
            finally:
                closed.append(True)

        agency = attach(doing(book=book), exceptions=[far_side.place])

        async def give_up():
            task = asyncio.create_task(agency.acall("book", BOOKING))
            while not far_side.seen:  # noqa: ASYNC110 - the server is a thread
                await asyncio.sleep(0.01)
            task.cancel()
            try:
                await task
            finally:
                await agency.aclose()

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(give_up())

        assert agency.last_record.certainty is Certainty.UNKNOWN
        assert agency.last_record.code == "cancelled"
        assert closed == [True]
        assert agency.health.busy == 0


class TestEvidence:
    """A plugin narrows what is certain only by an answer that it saw."""

    def test_conflict_is_read(self, far_side):
        """A 409 whose body says why is a no."""

        def book(request, _context):
            import httpx

            request = httpx.Request("POST", f"{far_side.url}/conflict")
            response = yield expect(request, 409)
            if response.json()["code"] == "slot_taken":
                msg = "Nobody is free."
                raise SlotUnavailableError(msg, provider_code="slot_taken")

        with attach(doing(book=book), exceptions=[far_side.place]) as agency:
            error = outcome(agency)

        assert type(error) is SlotUnavailableError
        assert error.certainty is Certainty.REJECTED
        assert error.instance == "acme-agency"
        assert error.operation == "book"
