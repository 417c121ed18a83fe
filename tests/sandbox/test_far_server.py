"""The far side on a real socket: this machine alone, one answer to each request."""

from __future__ import annotations

import socket
import threading
import time

import attrs
import httpx
import pytest

from pmkit.core.errors import InputError
from pmkit.sandbox.far.app import LONGEST_BODY
from pmkit.sandbox.far.clocks import RunningClock
from pmkit.sandbox.far.server import SandboxServer, serving
from pmkit.sandbox.forms import write
from pmkit.shell.clock import SystemClock

KEY = {"Authorization": "Bearer key-1"}


@pytest.fixture(name="served")
def _served(app, socket_enabled):
    """Serve the application on loopback."""
    del socket_enabled
    with serving(app) as server:
        yield server


def raw(server, text):
    """Send bytes as they are, and read until the server is done with them."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as wire:
        wire.sendall(text)
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := wire.recv(4096):
            answer += piece
    return answer


class TestServer:
    """A threaded server on loopback."""

    def test_is_on_loopback_alone(self, served):
        """It listens on 127.0.0.1 and says where."""
        assert ("127.0.0.1", served.server_port) == served.server_address
        assert f"http://127.0.0.1:{served.server_port}" == served.url

    def test_keeps_a_connection(self, served):
        """Several requests go over one connection."""
        with httpx.Client(base_url=served.url, headers=KEY) as client:
            first = client.get("/control/clock")
            second = client.get("/control/clock")
            local = [
                r.extensions["network_stream"].get_extra_info("client_addr")
                for r in (first, second)
            ]

        assert first.json() == second.json()
        assert local[0] == local[1]

    def test_one_key_from_many_threads_is_one_task(self, served, booking, world):
        """Eight callers with one key at one time book one task."""
        answers = []

        def book():
            response = httpx.post(
                f"{served.url}/agency/tasks",
                json=write(booking()),
                headers={**KEY, "Idempotency-Key": "k-1"},
            )
            answers.append(response.content)

        callers = [threading.Thread(target=book) for _ in range(8)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

        assert [b'{"reference": "SBX-0001"}'] * 8 == answers
        assert {"book s-1": 1} == dict(world.agency.ledger.effects)

    def test_one_request_at_a_time_is_carried_out(
        self, served, booking, world, monkeypatch
    ):
        """No two callers are at a company at once, so no key is looked up too early."""
        book, inside, most = world.agency.book, [], []

        def slow(request):
            inside.append(request)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()
            return book(request)

        monkeypatch.setattr(world.agency, "book", slow)

        def call(number):
            httpx.post(
                f"{served.url}/agency/tasks",
                json=write(booking(f"op-{number}", service_id=f"s-{number}")),
                headers={**KEY, "Idempotency-Key": f"k-{number}"},
            )

        callers = [threading.Thread(target=call, args=(number,)) for number in range(6)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()

        assert [1] * 6 == most
        assert 6 == len(world.agency.tasks)

    def test_a_query_is_decoded_once(self, served, booking, world):
        """A number with slashes and plus signs is looked up as it is."""
        world.agency.book(attrs.evolve(booking(), operation_id="TA+1/7 %2F/book"))
        response = httpx.get(
            f"{served.url}/agency/operations",
            params={"operation_id": "TA+1/7 %2F/book"},
            headers=KEY,
        )

        assert response.json()["found"]

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            (f"Content-Length: {LONGEST_BODY + 1}", b"413"),
            (f"Content-Length: {'9' * 5000}", b"413"),
            ("Content-Length: many", b"411"),
            ("Content-Length: 1\r\nContent-Length: 2", b"411"),
            ("Content-Length: -1", b"411"),
            ("Transfer-Encoding: chunked", b"411"),
        ],
    )
    def test_a_body_without_a_proper_length(self, served, headers, status):
        """It is refused unread, and the connection ends."""
        text = f"POST /agency/tasks HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n"
        answer = raw(served, text.encode())

        assert b"HTTP/1.1 " + status == answer[:12]
        assert 1 == answer.count(b"HTTP/1.1")

    def test_a_body_that_breaks_off(self, served):
        """Half a request is none, even if its half can be read."""
        text = (
            "POST /control/clock HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer key-1\r\n"
            "Content-Length: 40\r\n\r\n{}"
        )

        assert b"HTTP/1.1 400" == raw(served, text.encode())[:12]

    @pytest.mark.parametrize("address", ["http://[", "//[", "/%00%ff?%ff=%ff"])
    def test_an_address_that_cannot_be_read(self, served, address):
        """It is answered, and nothing is raised in the server."""
        answer = raw(served, f"GET {address} HTTP/1.1\r\nHost: a\r\n\r\n".encode())

        assert answer[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 401"}

    def test_what_is_no_http(self, served):
        """Noise gets an answer or none, and the server goes on."""
        raw(served, b"\x00\xff\r\n\r\n")

        assert 200 == httpx.get(f"{served.url}/control/clock", headers=KEY).status_code

    @pytest.mark.parametrize("port", [-1, 65536])
    def test_a_port_that_is_none(self, app, socket_enabled, port):
        """A number that is no port is refused."""
        del socket_enabled
        with pytest.raises(InputError) as caught:
            SandboxServer(app, port=port)

        assert "port" == caught.value.field

    def test_a_port_that_is_taken(self, app, served):
        """The error says so, and what to do."""
        with pytest.raises(InputError, match="cannot be listened on"):
            SandboxServer(app, port=served.server_port)


class TestRunningClock:
    """The clock of a served sandbox."""

    def test_goes_with_the_machine(self):
        """It shows the time of this machine."""
        before = SystemClock().now()
        shown = RunningClock().now()

        assert before <= shown <= SystemClock().now()

    def test_runs_on_from_where_it_is_put(self):
        """Put forward, it shows the later time and goes on."""
        clock = RunningClock()
        later = clock.now().replace(year=2040)
        clock.set(later)

        assert later <= clock.now()
        assert 2040 == clock.now().year
