"""The wire of the kit: what the far side sees, and what comes back."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from pmkit.testing import FarSide, Fault, VirtualClock, Wire, answer, body_of
from pmkit.testing.conformance.simulator import START


class Letters(FarSide):
    """A far side that takes letters."""

    def __init__(self):
        super().__init__(authorization="Bearer k")
        self.on("POST", "/letters/{name}", self.letter)

    def letter(self, request, name):
        """Take one letter per key."""
        return self.once(request, lambda: self.take(name))

    def take(self, name):
        """Write it down."""
        self.did("send", name)
        return answer({"sent": name}, 201)


def letter(name="a", key="k-1", customer="k"):
    """Make a request for one letter."""
    headers = {"Authorization": f"Bearer {customer}", "Idempotency-Key": key}
    return httpx.Request(
        "POST", f"https://post.example/letters/{name}", headers=headers, json={"n": 1}
    )


@pytest.fixture(name="far")
def _far():
    return Letters()


@pytest.fixture(name="wire")
def _wire(far):
    return Wire(far, VirtualClock(START))


def carried(wire, request):
    """Carry one request; what comes back, or the error."""
    try:
        response = wire.handle_request(request)
        response.read()
    except httpx.TransportError as error:
        return type(error)
    return response.status_code


async def acarried(wire, request):
    """Carry one request by the async side; what comes back, or the error."""
    try:
        response = await wire.handle_async_request(request)
        await response.aread()
    except httpx.TransportError as error:
        return type(error)
    return response.status_code


#: fault -> what comes back, and how often the far side acted without keys.
FELT = [
    (Fault.NO_CONNECTION, httpx.ConnectError, 0),
    (Fault.NO_CONNECTION_IN_TIME, httpx.ConnectTimeout, 0),
    (Fault.LOST_REQUEST, httpx.ReadTimeout, 0),
    (Fault.REPLY_TIMEOUT, httpx.ReadTimeout, 1),
    (Fault.REPLY_BROKEN, httpx.RemoteProtocolError, 1),
    (Fault.REPLY_CUT, httpx.ReadError, 1),
    (Fault.TWICE, 201, 2),
    (Fault.ERROR_BEFORE, 500, 0),
    (Fault.ERROR_AFTER, 500, 1),
    (Fault.BAD_GATEWAY_AFTER, 502, 1),
    (Fault.UNAVAILABLE_BEFORE, 503, 0),
    (Fault.TIMEOUT_STATUS_AFTER, 408, 1),
    (Fault.CONFLICT_BEFORE, 409, 0),
    (Fault.CONFLICT_AFTER, 409, 1),
    (Fault.TOO_EARLY, 425, 0),
    (Fault.TOO_MANY, 429, 0),
    (Fault.UNAUTHORIZED, 401, 0),
    (Fault.UNPROCESSABLE, 422, 0),
    (Fault.PORTAL, 200, 0),
    (Fault.HTML_AFTER, 201, 1),
    (Fault.GARBAGE_AFTER, 201, 1),
    (Fault.TRUNCATED_AFTER, 201, 1),
    (Fault.EMPTY_AFTER, 201, 1),
    (Fault.NULLS_AFTER, 201, 1),
    (Fault.HUGE_AFTER, 201, 1),
    (Fault.LIST_AFTER, 201, 1),
    (Fault.REDIRECT, 307, 0),
    (Fault.DRIP_AFTER, 200, 1),
]


class TestFaults:
    """What goes wrong, and what really happened meanwhile."""

    def test_every_fault_is_in_the_table(self):
        """No fault is added without saying here what it does."""
        assert set(Fault) == {fault for fault, _, _ in FELT}

    @pytest.mark.parametrize(("fault", "back", "acted"), FELT)
    def test_comes_back_and_acts(self, far, wire, fault, back, acted):
        """Each fault gives its answer, and the far side acted as often as it says."""
        wire.arm({0: fault})

        assert back == carried(wire, letter(key=""))
        assert acted == len(far.effects)

    @pytest.mark.parametrize(("fault", "back", "acted"), FELT)
    def test_is_the_same_in_a_loop(self, far, wire, fault, back, acted):
        """The async side of the wire does the same."""
        wire.arm({0: fault})

        assert back == asyncio.run(acarried(wire, letter(key="")))
        assert acted == len(far.effects)

    def test_hits_the_planned_request_only(self, far, wire):
        """The first request is well, the second one is lost, the third one is well."""
        wire.arm({1: Fault.LOST_REQUEST})
        back = [carried(wire, letter(name, key=name)) for name in "abc"]

        assert [201, httpx.ReadTimeout, 201] == back
        assert ["a", "c"] == [x.subject for x in far.effects]

    def test_a_drip_takes_virtual_time_only(self, far):
        """A body that drips takes five virtual seconds for each byte."""
        clock = VirtualClock(START)
        wire = Wire(far, clock)
        wire.arm({0: Fault.DRIP_AFTER})
        carried(wire, letter())

        assert clock.monotonic() == pytest.approx(5 * len('{"sent": "a"}') + 0.01)


class TestFarSide:
    """The far side to build from."""

    def test_a_key_acts_once(self, far):
        """The second request with a key gets the first answer, and nothing happens."""
        first, second = far.handle(letter()), far.handle(letter())

        assert (201, first.content) == (second.status_code, second.content)
        assert [("send", "a")] == [x.meaning for x in far.effects]

    def test_a_key_with_other_content_is_a_conflict(self, far):
        """One key for two letters is answered with 409."""
        far.handle(letter("a"))

        assert 409 == far.handle(letter("b")).status_code
        assert 1 == len(far.effects)

    def test_knows_its_customer(self, far):
        """Other credentials are refused, other paths are not found."""
        elsewhere = httpx.Request(
            "POST", "https://post.example/x", headers={"Authorization": "Bearer k"}
        )

        assert 401 == far.handle(letter(customer="x")).status_code
        assert 404 == far.handle(elsewhere).status_code
        assert [] == far.effects

    def test_reads_bodies_without_trust(self):
        """A body that is no object is an empty one."""
        url = "https://post.example/"
        bodies = [b"", b"[1]", b"{", b'{"a": 1}']
        found = [
            dict(body_of(httpx.Request("POST", url, content=body))) for body in bodies
        ]

        assert [{}, {}, {}, {"a": 1}] == found
