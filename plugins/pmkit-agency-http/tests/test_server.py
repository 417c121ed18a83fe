"""The reference server does each thing once, and believes no request."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import threading

import httpx
import pytest
from hypothesis import given, settings, strategies as st
from pmkit.hooks.secrets import Secret

from pmkit_agency_http.document import codes
from pmkit_agency_http.server import (
    Account,
    AgencyServer,
    MemoryAgency,
    MemoryKeys,
    serving,
)

KEY = "k" * 32
BOOKING = {
    "reference": "PO-7/12/book",
    "order": "PO-7",
    "service": "service-1",
    "kind": "PM",
    "lines": [{"product": "Lamp", "quantity": 5}],
    "planned_visits": 1,
}
WISH = {
    "reference": "PO-7/15/move",
    "visit": 1,
    "starts_at": "2026-02-13T01:00:00Z",
    "ends_at": "2026-02-13T09:30:00Z",
    "place": "Plant 2, Ningbo",
}


def book(world, key=KEY, **changes):
    """Book by hand."""
    return world.raw("POST", "/tasks", key=key, json={**BOOKING, **changes})


class TestOnce:
    """Keys and references."""

    def test_a_repetition_has_no_effect(self, world):
        """The same key and request: the same answer, and one task."""
        first, again = book(world), book(world)

        assert 201 == first.status_code == again.status_code
        assert first.json() == again.json()
        assert [("book", "service-1", "T-0001")] == world.agency.effects

    def test_the_order_of_keys_in_a_body_means_nothing(self, world):
        """A body with the same content is the same request."""
        book(world)
        turned = dict(reversed(BOOKING.items()))
        again = world.raw("POST", "/tasks", key=KEY, json=turned)

        assert 201 == again.status_code

    def test_another_request_under_a_key(self, world):
        """It is refused, and the first one stays."""
        book(world)
        other = book(world, service="service-2")

        assert (409, "key-reused") == (other.status_code, other.json()["code"])
        assert 1 == len(world.agency.effects)

    def test_another_operation_under_a_key(self, world):
        """A key belongs to one operation on one task."""
        book(world)
        other = world.raw("POST", "/tasks/T-0001/appointments", key=KEY, json=WISH)

        assert "key-reused" == other.json()["code"]

    def test_the_same_words_about_another_task(self, world):
        """A key belongs to its path too: another task is another request."""
        book(world)
        book(world, key="n" * 32, reference="PO-7/13/book")
        over = {"reference": "PO-7/19/cancel"}
        paths = [f"/tasks/T-000{n}/cancellation" for n in (1, 2)]
        answers = [world.raw("POST", p, key="c" * 32, json=over) for p in paths]

        assert [201, 409] == [answer.status_code for answer in answers]
        assert "key-reused" == answers[1].json()["code"]

    def test_while_the_first_is_worked_on(self, world, monkeypatch):
        """A repetition that comes meanwhile is told to come again."""
        meanwhile = []
        real = world.agency.book

        def slow(request):
            meanwhile.append(book(world))
            return real(request)

        monkeypatch.setattr(world.agency, "book", slow)
        first = book(world)

        assert 201 == first.status_code
        assert [(409, "in-progress")] == [
            (answer.status_code, answer.json()["code"]) for answer in meanwhile
        ]
        assert 1 == len(world.agency.effects)

    def test_a_reference_is_for_ever(self, world):
        """After the key is forgotten, the reference still is not taken twice."""
        book(world)
        world.clock.at += dt.timedelta(days=31)
        other = book(world, key="n" * 32)

        assert "reference-taken" == other.json()["code"]
        assert 1 == len(world.agency.effects)

    def test_a_key_is_kept_for_thirty_days(self, make_world, clock_keys):
        """To the last instant of the window, and not after it."""
        clock, keys = clock_keys
        keys.begin("a", KEY, "digest")
        clock.at += dt.timedelta(days=30)

        assert keys.begin("a", KEY, "digest") is not None

        clock.at += dt.timedelta(microseconds=1)

        assert keys.begin("a", KEY, "digest") is None

    def test_keys_are_of_one_account(self, clock_keys):
        """Two customers may use the same key."""
        _, keys = clock_keys
        keys.begin("a", KEY, "digest")

        assert keys.begin("b", KEY, "digest") is None

    def test_a_refused_request_frees_its_key(self, world):
        """Nothing happened, so the same key may ask again."""
        refused = book(world, kind="LAB")
        taken = book(world)

        assert (422, 201) == (refused.status_code, taken.status_code)

    @pytest.mark.parametrize(
        "path", ["/tasks/T-0001/appointments", "/tasks/T-0001/cancellation"]
    )
    def test_changes_are_done_once(self, world, path):
        """A wish and a cancellation are repeated without effect."""
        book(world)
        body = WISH if path.endswith("appointments") else {"reference": "c"}
        answers = [world.raw("POST", path, key="m" * 32, json=body) for _ in "ab"]

        assert answers[0].json() == answers[1].json()
        assert 2 == len(world.agency.effects)

    def test_twenty_at_the_same_time(self, world):
        """Of many requests with one key, one does it; the others hear of it."""
        barrier = threading.Barrier(20)
        found = []

        def ask():
            barrier.wait()
            found.append(book(world))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert 1 == len(world.agency.effects)
        assert {201, 409} >= {answer.status_code for answer in found}
        assert {"in-progress"} >= {
            answer.json()["code"] for answer in found if answer.status_code == 409
        }

    @pytest.mark.parametrize("key", ["", "short", "x" * 256, "with blank in it...."])
    def test_no_key(self, world, key):
        """A change without a key that can tell it apart is not made."""
        headers = {"Idempotency-Key": key.encode()}
        answer = world.raw("POST", "/tasks", headers=headers, json=BOOKING)

        assert (400, ["Idempotency-Key"]) == (
            answer.status_code,
            answer.json()["fields"],
        )
        assert [] == world.agency.effects


@pytest.fixture
def clock_keys(world):
    """Give keys on a clock that stands."""
    return world.clock, MemoryKeys(now=world.clock.now)


class TestRequests:
    """What comes in."""

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b"\xff\xfe",
            json.dumps(BOOKING)[:-1].encode() + b', "kind": "PSI"}',
            b'{"planned_visits": NaN}',
            b'{"planned_visits": 1.0}',
            b'{"planned_visits": ' + b"9" * 5000 + b"}",
            b"[" * 100_000,
            b'{"\\ud800": 1}',
        ],
    )
    def test_a_body_that_is_no_request(self, world, body):
        """It is refused as malformed, whatever it is, and nothing happens."""
        headers = {"Content-Type": "application/json"}
        answer = world.raw("POST", "/tasks", key=KEY, headers=headers, content=body)

        assert (400, "malformed") == (answer.status_code, answer.json()["code"])
        assert [] == world.agency.effects

    @settings(max_examples=100)
    @given(body=st.binary(max_size=60))
    def test_random_bytes(self, make_world, body):
        """No bytes break the server."""
        headers = {"Content-Type": "application/json"}
        answer = make_world().raw(
            "POST", "/tasks", key=KEY, headers=headers, content=body
        )

        assert 400 == answer.status_code

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?reference=a&service=b",
            "?reference=a&reference=b",
            "?reference=",
            "?reference=%ff",
            "?colour=red",
            "?service",
        ],
    )
    def test_a_query_that_says_nothing(self, world, query):
        """A look-up asks for exactly one thing."""
        answer = world.raw("GET", f"/tasks{query}")

        assert (400, "malformed") == (answer.status_code, answer.json()["code"])

    @pytest.mark.parametrize(
        "query",
        ["?limit=0", "?limit=201", "?limit=1.5", "?limit=-1", "?after=x", "?after=e9"],
    )
    def test_a_page_that_is_none(self, world, query):
        """A cursor is one that the agency gave, and a page has 1 to 200 events."""
        book(world)

        assert 400 == world.raw("GET", f"/tasks/T-0001/events{query}").status_code

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/nothing",
            "/tasks/T-9/events",
            "/tasks/%2e%2e/events",
            "/tasks/T-0001/reports/R-9",
            f"/tasks/T-0001/files/{'0' * 64}",
            "/tasks/T-0001/files/x",
            "/tasks/T-0001",
        ],
    )
    def test_a_path_to_nothing(self, world, path):
        """It is not found, and the answer is a problem."""
        book(world)
        answer = world.raw("GET", path)

        assert (404, "not-found") == (answer.status_code, answer.json()["code"])

    def test_another_version(self, world):
        """What is served is the version that the path names."""
        with httpx.Client(transport=world.wire) as client:
            answer = client.get(
                "https://agency.example/v2/tasks?service=a",
                headers={"Authorization": "Bearer tok-1"},
            )

        assert 404 == answer.status_code

    @pytest.mark.parametrize(
        "first_last",
        [
            ("2026-02-10", "2026-02-09"),
            ("2026-02-30", "2026-03-01"),
            ("2026-01-01", "2026-12-31"),
        ],
    )
    def test_days_that_are_none(self, world, first_last):
        """They exist, ascend, and are at most 92 days apart."""
        first, last = first_last
        body = {"kind": "PM", "lines": BOOKING["lines"], "first": first, "last": last}
        answer = world.raw("POST", "/visit-days", json=body)

        assert (422, "invalid") == (answer.status_code, answer.json()["code"])

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"ends_at": WISH["starts_at"]}, "invalid"),
            ({"starts_at": "2026-02-30T00:00:00Z"}, "invalid"),
            ({"starts_at": "2026-02-01T00:00:00Z"}, "too-late"),
        ],
    )
    def test_times_that_are_none(self, world, changes, code):
        """A wish that cannot be met is refused with its reason."""
        book(world)
        answer = world.raw(
            "POST",
            "/tasks/T-0001/appointments",
            key="m" * 32,
            json={**WISH, **changes},
        )

        assert (422, code) == (answer.status_code, answer.json()["code"])

    def test_a_full_day(self, make_world):
        """A day on which nobody is free is no visit day, and no appointment."""
        world = make_world(full=[dt.date(2026, 2, 13)])
        book(world)
        days = {"kind": "PM", "lines": BOOKING["lines"], "first": "2026-02-12"}
        free = world.raw("POST", "/visit-days", json={**days, "last": "2026-02-16"})
        answer = world.raw(
            "POST", "/tasks/T-0001/appointments", key="m" * 32, json=WISH
        )

        assert ["2026-02-12", "2026-02-16"] == free.json()["days"]
        assert "slot-unavailable" == answer.json()["code"]

    def test_a_task_that_is_over(self, world):
        """After the cancellation there is no other change."""
        book(world)
        over = "/tasks/T-0001/cancellation"
        world.raw("POST", over, key="c" * 32, json={"reference": "c-1"})
        again = world.raw("POST", over, key="d" * 32, json={"reference": "c-2"})
        wish = world.raw("POST", "/tasks/T-0001/appointments", key="m" * 32, json=WISH)

        assert "task-over" == again.json()["code"] == wish.json()["code"]


class TestAccounts:
    """Who may what."""

    @pytest.mark.parametrize(
        "header",
        ["", "Bearer", "Bearer ", "Basic tok-1", "Bearer tok-2", "Bearer tok-1 "],
    )
    def test_a_wrong_token(self, world, header):
        """Without the right one nothing is said of any task."""
        answer = world.raw(
            "GET", "/tasks?service=a", token=None, headers={"Authorization": header}
        )

        assert (401, "unauthorized") == (answer.status_code, answer.json()["code"])

    def test_the_tasks_of_others(self):
        """Another customer's task is not found."""
        app = AgencyServer(
            {
                "tok-a": Account(name="a", backend=MemoryAgency()),
                "tok-b": Account(name="b", backend=MemoryAgency()),
            }
        )
        with httpx.Client(transport=httpx.WSGITransport(app=app)) as client:
            base = "https://agency.example/v1/tasks"
            mine = {"Authorization": "Bearer tok-a", "Idempotency-Key": KEY}
            task = client.post(base, json=BOOKING, headers=mine).json()["id"]
            path = f"{base}/{task}/events"
            theirs = client.get(path, headers={"Authorization": "Bearer tok-b"})
            own = client.get(path, headers=mine)

        assert (404, 200) == (theirs.status_code, own.status_code)

    def test_too_many_requests(self, make_world):
        """An account has to wait as long as it is told."""
        world = make_world(server={"wait": lambda _: 7})
        answer = world.raw("GET", "/tasks?service=a")

        assert (429, "7") == (answer.status_code, answer.headers["Retry-After"])


class TestFaults:
    """What breaks behind the server."""

    @pytest.mark.parametrize("error", [ValueError("secret words"), SystemError()])
    def test_a_backend_that_breaks(self, world, error, caplog):
        """It is answered with 500, in words of the server's own."""
        world.agency.refuse["book"] = error
        answer = book(world)

        assert (500, "internal") == (answer.status_code, answer.json()["code"])
        assert "secret words" not in answer.text
        assert "broke the server" in caplog.text

    def test_an_answer_that_breaks_the_protocol(self, world, monkeypatch, caplog):
        """What the document does not know never leaves the server."""
        book(world)
        monkeypatch.setattr(
            world.agency, "events", lambda *_: {"events": [{"kind": "x"}]}
        )
        answer = world.raw("GET", "/tasks/T-0001/events")

        assert 500 == answer.status_code
        assert "events[0].kind" in caplog.text

    def test_every_code_can_be_answered(self):
        """The table of codes is complete: each has a status and a meaning."""
        assert all({"status", "certainty", "means"} == set(x) for x in codes().values())


class TestOnTheLoopback:
    """A real server."""

    @pytest.mark.enable_socket
    def test_answers_over_a_socket(self, world, asks):
        """The plugin and the server speak over a port of this machine."""
        with serving(world.server) as url:
            from pmkit.effects.attached import attached

            from pmkit_agency_http import MANIFEST
            from pmkit_agency_http.agency import HttpAgency
            from pmkit_agency_http.settings import AgencyHttpSettings

            plugin = attached(
                HttpAgency(
                    AgencyHttpSettings(base_url=f"{url}/v1", token=Secret("tok-1"))
                ),
                MANIFEST,
                exceptions=[url.removeprefix("http://")],
            )
            reply = plugin.book(asks.book())

        assert "T-0001" == reply.reference

    @pytest.mark.enable_socket
    def test_runs_as_a_program(self):
        """``python -m pmkit_agency_http.server`` shows its address and answers."""
        with subprocess.Popen(
            [sys.executable, "-m", "pmkit_agency_http.server", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "AGENCY_TOKEN": "tok-7"},
        ) as process:
            try:
                assert process.stdout is not None
                url = process.stdout.readline().strip()
                headers = {"Authorization": "Bearer tok-7"}
                said = httpx.get(f"{url}/tasks?service=a", headers=headers).content
            finally:
                process.terminate()

        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1", url)
        assert b'{"tasks": []}' == said
