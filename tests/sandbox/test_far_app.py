"""The far side by HTTP does what it does in Python, and each thing once."""

from __future__ import annotations

import hashlib
import io
import json
import pathlib
import re
from wsgiref.util import setup_testing_defaults

import httpx
import pytest

from pmkit.core.report import DefectClass, Finding
from pmkit.sandbox import World
from pmkit.sandbox.far.app import LONGEST_BODY, SandboxApp
from pmkit.sandbox.far.routing import Asked
from pmkit.sandbox.far.transport import InProcess
from pmkit.sandbox.forms import write, write_news

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "sandbox.md"


def keyed(key="k-1"):
    """Give the header of a key."""
    return {"Idempotency-Key": key}


def code(response):
    """Give the status and the code of a problem."""
    return response.status_code, response.json()["code"]


@pytest.fixture(name="booked")
def _booked(caller, booking):
    """Book a task."""
    return caller.post("/agency/tasks", json=write(booking()), headers=keyed())


@pytest.fixture(name="refunded")
def _refunded(world, charging, refunding):
    """Have a refund on its way, and name it."""
    world.card.charge(charging())
    world.card.refund(refunding())
    return "r-1"


class TestKeys:
    """The same key is the same thing."""

    def test_a_repetition_gets_the_first_answer(self, caller, booking, world):
        """Two requests alike with one key book one task and answer alike."""
        first = caller.post("/agency/tasks", json=write(booking()), headers=keyed())
        again = caller.post("/agency/tasks", json=write(booking()), headers=keyed())

        assert (201, {"reference": "SBX-0001"}) == (first.status_code, first.json())
        assert (201, first.content) == (again.status_code, again.content)
        assert {"book s-1": 1} == dict(world.agency.ledger.effects)

    def test_another_request_under_a_key_is_refused(self, caller, booking, booked):
        """A key belongs to its request for ever."""
        other = booking("op-2", service_id="s-2")
        response = caller.post("/agency/tasks", json=write(other), headers=keyed())

        assert (422, "key-reused") == code(response)
        assert 201 == booked.status_code

    def test_another_key_does_not_do_an_operation_twice(self, caller, booking, world):
        """The caller's own number is the same task too, under whatever key."""
        for key in ("k-1", "k-2"):
            caller.post("/agency/tasks", json=write(booking()), headers=keyed(key))

        assert {"book s-1": 1} == dict(world.agency.ledger.effects)

    def test_one_operation_is_one_request(self, caller, booking, booked):
        """The caller's own number with other terms is a conflict."""
        other = booking("op-1", service_id="s-2")
        response = caller.post("/agency/tasks", json=write(other), headers=keyed("k-2"))

        assert (422, "conflict") == code(response)
        assert 201 == booked.status_code

    @pytest.mark.parametrize("headers", [{}, keyed(""), keyed("k" * 256)])
    def test_is_needed(self, caller, booking, world, headers):
        """Nothing is done without a key of a size that is taken."""
        response = caller.post("/agency/tasks", json=write(booking()), headers=headers)

        assert (400, "key-needed") == code(response)
        assert [] == world.agency.tasks

    def test_companies_do_not_share_keys(self, caller, booking, charging, booked):
        """The same key at the agency and at the card company are two."""
        response = caller.post(
            "/payments/card/charges", json=write(charging()), headers=keyed()
        )

        assert (201, 201) == (booked.status_code, response.status_code)

    def test_a_refusal_keeps_no_key(self, caller, refunding, charging, world):
        """What changed nothing may be asked again once it can be done."""
        refund = write(refunding())
        path = "/payments/card/refunds"
        refused = caller.post(path, json=refund, headers=keyed())
        world.card.charge(charging())
        done = caller.post(path, json=refund, headers=keyed())

        assert (404, "not-found") == code(refused)
        assert 201 == done.status_code


class TestLookUp:
    """What became of a call."""

    def test_by_the_callers_number(self, caller, booked):
        """A booking is found by the operation that the caller named."""
        response = caller.get("/agency/operations?operation_id=op-1")

        assert {"found": True, "reply": booked.json()} == response.json()

    def test_a_charge_is_found_with_its_news(self, caller, charging):
        """The reply that may be lost stands in the answer."""
        charged = caller.post(
            "/payments/card/charges", json=write(charging()), headers=keyed()
        )
        found = caller.get("/payments/card/operations?operation_id=op-1")

        assert {"found": True, "reply": charged.json()} == found.json()

    @pytest.mark.parametrize(
        "path",
        ["/agency", "/payments/card", "/payments/transfer", "/payments/pay-later"],
    )
    def test_what_never_came_is_not_there(self, caller, path):
        """Absence is an answer of its own, not a missing page."""
        response = caller.get(f"{path}/operations?operation_id=op-7")

        assert (200, {"found": False}) == (response.status_code, response.json())

    def test_an_agency_confirms_a_cancellation(self, caller, booking, world):
        """What has no reply but that it was done is found as done."""
        world.agency.book(booking())
        body = {
            "operation_id": "op-2",
            "service_id": "s-1",
            "reference": "SBX-0001",
            "cause": "",
        }
        caller.post("/agency/cancellations", json=body, headers=keyed())
        found = caller.get("/agency/operations?operation_id=op-2")

        assert {"found": True, "reply": {"done": True}} == found.json()
        assert "cancelled" == world.agency.tasks[0].cancelled


class TestProblems:
    """What goes wrong is an answer that a program can read."""

    def test_without_the_key_of_the_caller(self, app):
        """Nobody is told anything without the API key."""
        for given in ("", "Bearer key-2", "key-1", "Bearer schlüssel"):
            asked = Asked(
                method="GET", path="/control/clock", headers={"authorization": given}
            )
            assert 401 == app.answer(asked).status

    def test_an_empty_api_key_asks_for_nothing(self, world):
        """A far side without a key answers anybody."""
        asked = Asked(method="GET", path="/control/clock")

        assert 200 == SandboxApp(world).answer(asked).status

    @pytest.mark.parametrize(
        ("method", "path", "expected"),
        [
            ("GET", "/nowhere", (404, "no-route")),
            ("GET", "/agency/tasks", (405, "no-method")),
            ("GET", "/agency/observations", (422, "bad-input")),
            ("GET", f"/agency/files/{64 * 'a'}", (404, "not-found")),
            ("POST", "/control/agency/arrive", (422, "bad-input")),
        ],
    )
    def test_are_named(self, caller, method, path, expected):
        """Each has a status and a code."""
        response = caller.request(method, path)

        assert expected == code(response)
        assert "application/problem+json" == response.headers["content-type"]

    @pytest.mark.parametrize(
        "body", [b"{", b"[]", b"\xff", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"[" * 9999]
    )
    def test_what_is_no_json_object(self, caller, body):
        """A body that is no object is refused and changes nothing."""
        response = caller.post("/agency/tasks", content=body, headers=keyed())

        assert 422 == response.status_code

    def test_what_is_not_sold(self, caller, quoting):
        """The problem names the field and what can be had."""
        response = caller.post("/agency/quotes", json=write(quoting("XYZ")))

        assert (422, "unavailable") == code(response)
        assert "kind" == response.json()["field"]
        assert "PSI" in response.json()["remedy"]

    def test_a_body_that_is_too_long(self, caller):
        """More than 1 MiB is not read."""
        response = caller.post("/agency/tasks", content=b" " * (LONGEST_BODY + 1))

        assert (413, "too-large") == code(response)

    def test_a_fault_is_an_answer(self, caller, world, monkeypatch):
        """A company that breaks says so, without the words of what broke it."""

        def boom(_):
            msg = "secret"
            raise RuntimeError(msg)

        monkeypatch.setattr(world.agency, "observations", boom)
        response = caller.get("/agency/observations?service_id=s-1")

        assert (500, "fault") == code(response)
        assert b"secret" not in response.content


class TestControl:
    """Who plays the far side by HTTP can do what Python can."""

    def test_the_clock(self, caller, world):
        """Time is set and passes."""
        caller.post("/control/clock", json={"days": 1, "hours": 2})
        later = caller.post("/control/clock", json={"now": "2026-02-01T08:00:00+08:00"})

        assert {"now": "2026-02-01T00:00:00Z"} == later.json()
        assert "2026-02-01T00:00:00+00:00" == world.now().isoformat()

    @pytest.mark.parametrize(
        "said", [{"now": "2026-01-01T00:00:00Z"}, {"days": -1}, {"days": "1"}, {"x": 1}]
    )
    def test_a_time_that_cannot_be(self, caller, world, said):
        """Time only goes on."""
        response = caller.post("/control/clock", json=said)

        assert 422 == response.status_code
        assert "2026-01-20T01:00:00+00:00" == world.now().isoformat()

    def test_a_visit(self, caller, booking, world):
        """A visit goes by HTTP as it goes in Python, to the last byte."""
        twin = World("2026-01-20T09:00+08:00")
        for each in (world, twin):
            each.agency.book(booking())
        scratch = Finding(
            defect_class=DefectClass.MINOR, description="Scratch", count=2
        )
        agency = twin.agency
        agency.accept_appointment("s-1", 1)
        agency.name_inspector("s-1", 1, "Li Na")
        agency.arrive("s-1", 1)
        agency.finish_check("s-1", 1)
        agency.deliver_report("s-1", 1, findings=[scratch], summary="Well made.")
        agency.miss("s-1", 2, "goods-not-ready", "Nothing is made.")
        visit = {"service_id": "s-1", "visit": 1}
        for act, more in (
            ("accept-appointment", {}),
            ("name-inspector", {"inspector": "Li Na"}),
            ("arrive", {}),
            ("finish-check", {}),
            ("deliver-report", {"findings": [write(scratch)], "summary": "Well made."}),
            (
                "miss",
                {"visit": 2, "cause": "goods-not-ready", "note": "Nothing is made."},
            ),
        ):
            done = caller.post(f"/control/agency/{act}", json={**visit, **more})
            assert 201 == done.status_code

        assert agency.observations("s-1") == world.agency.observations("s-1")

    def test_an_offer(self, caller, booking, world):
        """The agency proposes another time."""
        world.agency.book(booking())
        appointment = {
            "starts_at": "2026-02-05T01:00:00Z",
            "ends_at": "2026-02-05T09:00:00Z",
            "place": "Yinzhou, Ningbo",
        }
        response = caller.post(
            "/control/agency/offer-appointment",
            json={"service_id": "s-1", "visit": 1, "appointment": appointment},
        )

        (news,) = world.agency.observations("s-1")
        assert "Yinzhou, Ningbo" == news.appointment.place
        assert [write_news(news)] == response.json()["observations"]

    def test_a_card(self, caller, charging, world):
        """The payer confirms, and the money goes back and arrives."""
        world.card.charge(charging(instrument="tok-needs-step"))
        caller.post("/control/payments/card/confirm", json={"payment_id": "p-1"})

        assert {"effects": {"capture p-1": 1}} == (
            caller.get("/control/payments/card/effects").json()
        )

    def test_a_payer_who_gives_up(self, caller, charging, world):
        """The card then does not pay."""
        world.card.charge(charging(instrument="tok-needs-step"))
        response = caller.post(
            "/control/payments/card/give-up", json={"payment_id": "p-1"}
        )

        assert ["declined"] == [n["news"] for n in response.json()["observations"]]

    @pytest.mark.parametrize(
        "happens",
        [
            ("sends", {}, "submitted"),
            ("processes", {}, "processing"),
            ("arrives", {"linked": True}, "received"),
            (
                "arrives-short",
                {"missing": {"amount": "10.00", "currency": "USD"}},
                "received",
            ),
            ("arrives-unlinked", {}, "received"),
            ("arrives-misdirected", {}, "misdirected"),
            ("arrives-for-other-order", {"order_id": "o-2"}, "received"),
            ("bank-returns", {}, "returned"),
        ],
    )
    def test_a_transfer(self, caller, charging, world, happens):
        """Everything that a bank can do can be made to happen."""
        act, more, news = happens
        world.transfer.charge(charging())
        path = f"/control/payments/transfer/{act}"
        response = caller.post(path, json={"payment_id": "p-1", **more})

        assert [news] == [n["news"] for n in response.json()["observations"]]

    @pytest.mark.parametrize(
        ("act", "more", "state"),
        [
            ("settle-refund", {}, "done"),
            ("fail-refund", {"reason": "Closed."}, "failed"),
        ],
    )
    def test_a_refund(self, caller, refunded, act, more, state):
        """A refund arrives, or comes back."""
        path = f"/control/payments/card/{act}"
        response = caller.post(path, json={"refund_id": refunded, **more})

        assert [state] == [n["state"] for n in response.json()["observations"]]

    def test_what_can_go_back(self, caller, charging, world):
        """The card company says how much of a payment it still has."""
        world.card.charge(charging())
        path = "/control/payments/card/refundable"
        response = caller.get(f"{path}?payment_id=p-1&currency=USD")

        assert {"amount": "292.56", "currency": "USD"} == response.json()["refundable"]

    def test_tasks_are_shown(self, caller, booking, world):
        """What the agency has on its table can be read."""
        world.agency.book(booking())
        (task,) = caller.get("/control/agency/tasks").json()["tasks"]

        assert ("SBX-0001", "s-1", "") == (
            task["reference"],
            task["request"]["service_id"],
            task["cancelled"],
        )

    def test_has_a_route_for_everything(self, app):
        """No method of the far side is without its route."""
        paths = {
            path.rpartition("/")[2].replace("-", "_") for _, path in app.router.routes
        }
        asked = {"quote", "book", "move", "cancel", "refund", "charge", "observations"}
        asked |= {"availability", "beneficiary", "journal", "ledger"}
        world = World()
        for company in (world.agency, world.card, world.transfer):
            public = {name for name in dir(company) if not name.startswith("_")}
            assert set() == public - asked - paths - {"name", "title", "tasks"}


class TestPage:
    """The page that lists the routes."""

    def test_has_every_route(self, app):
        """No route is undocumented."""
        text = PAGE.read_text(encoding="utf-8")
        company = re.compile("/payments/[a-z-]+")

        missing = [
            path
            for _, path in app.router.routes
            if f" {company.sub('/payments/{company}', path)}`" not in text
            and f" {path}`" not in text
            and f"`{path.rpartition('/')[2]}`" not in text
        ]

        assert [] == missing


class TestFiles:
    """The bytes of a report."""

    def test_come_by_their_hash(self, caller, booking, world):
        """What is downloaded is what the report names."""
        world.agency.book(booking())
        report = world.agency.deliver_report("s-1", 1)
        proof = report.evidence[0]
        response = caller.get(f"/agency/files/{proof.sha256}")

        assert report.files[0] == response.content
        assert proof.sha256 == hashlib.sha256(response.content).hexdigest()
        assert "image/png" == response.headers["content-type"]


class TestWsgi:
    """The same application for a server of anybody."""

    def test_answers_by_wsgi(self, app, world, booking):
        """A WSGI server gets the same answers."""
        body = json.dumps(write(booking())).encode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/agency/tasks",
            "CONTENT_LENGTH": f"{len(body)}",
            "HTTP_AUTHORIZATION": "Bearer key-1",
            "HTTP_IDEMPOTENCY_KEY": "k-1",
            "wsgi.input": io.BytesIO(body),
        }
        setup_testing_defaults(environ)
        started = []
        answer = b"".join(app(environ, lambda *given: started.append(given)))

        assert b'{"reference": "SBX-0001"}' == answer
        assert "201 Created" == started[0][0]
        assert 1 == len(world.agency.tasks)

    def test_httpx_drives_it(self, world):
        """The transport of httpx for WSGI gives what the one of the sandbox gives."""
        app = SandboxApp(world)
        path = "https://far.invalid/agency/operations?operation_id=a%2F1%2Fbook"
        with (
            httpx.Client(transport=httpx.WSGITransport(app=app)) as theirs,
            httpx.Client(transport=InProcess(app)) as ours,
        ):
            assert theirs.get(path).json() == ours.get(path).json()
