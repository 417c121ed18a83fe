"""Every operation, status, code and schema, exchanged and held to the document."""

from __future__ import annotations

import datetime as dt

import pytest
from pmkit.core.effects import EffectKind
from pmkit.core.lookups import ObservationsRequest, VisitDaysRequest
from pmkit.core.plugin_errors import PluginCallError

from pmkit_agency_http.document import codes, document
from pmkit_agency_http.server import RefusedError

KEY = "k" * 32
SAMPLE = {
    "lot_size": 5000,
    "level": "II",
    "code_letter": "L",
    "sample_size": 200,
    "classes": [
        {
            "defect_class": "major",
            "aql": "2.5",
            "found": 3,
            "acceptance_number": 10,
            "rejection_number": 11,
        }
    ],
}
APPOINTMENT = {
    "starts_at": "2026-02-13T01:00:00Z",
    "ends_at": "2026-02-13T09:30:00Z",
    "place": "Plant 2, Ningbo",
}
#: A request of each operation that the server takes: method, path, body.
SENT = {
    "quote": (
        "POST",
        "/quotes",
        {
            "kind": "PM",
            "lines": [{"product": "Lamp", "quantity": 5}],
            "currency": "USD",
            "planned_visits": 1,
        },
    ),
    "visitDays": (
        "POST",
        "/visit-days",
        {
            "kind": "PM",
            "lines": [{"product": "Lamp", "quantity": 5}],
            "first": "2026-02-09",
            "last": "2026-02-15",
        },
    ),
    "findTasks": ("GET", "/tasks?service=service-1", None),
    "book": (
        "POST",
        "/tasks",
        {
            "reference": "PO-8/1/book",
            "order": "PO-8",
            "service": "service-8",
            "kind": "PM",
            "lines": [{"product": "Lamp", "quantity": 5}],
            "planned_visits": 1,
        },
    ),
    "reschedule": (
        "POST",
        "/tasks/T-0001/appointments",
        {"reference": "PO-8/2/move", "visit": 1, **APPOINTMENT},
    ),
    "cancel": ("POST", "/tasks/T-0001/cancellation", {"reference": "PO-8/3/cancel"}),
    "listEvents": ("GET", "/tasks/T-0001/events", None),
    "readReport": ("GET", "/tasks/T-0001/reports/R-0001", None),
    "readFile": ("GET", f"/tasks/T-0001/files/{'0' * 64}", None),
}
OPERATIONS = {
    operation["operationId"]: operation
    for item in document()["paths"].values()
    for operation in item.values()
}
DOCUMENTED = [
    (name, status)
    for name, operation in OPERATIONS.items()
    for status in operation["responses"]
]


def may_refuse(name):
    """List the codes whose status an operation may answer with."""
    responses = OPERATIONS[name]["responses"]
    return [
        code for code in sorted(codes()) if f"{codes()[code]['status']}" in responses
    ]


def sending(world, name, **more):
    """Send the request of an operation."""
    method, path, body = SENT[name]
    key = KEY if name in {"book", "reschedule", "cancel"} else None
    given = {"key": key, **({} if body is None else {"json": body}), **more}
    return world.raw(method, path, **given)


def whole_road(world, asks):
    """Walk the whole road by the plugin."""
    plugin, agency = world.plugin(), world.agency
    plugin.quote(asks.quote())
    plugin.visit_days(
        VisitDaysRequest(
            kind="PM",
            lines=asks.lines,
            first=dt.date(2026, 2, 9),
            last=dt.date(2026, 2, 15),
        )
    )
    plugin.book(asks.book())
    plugin.move(asks.move())
    for kind, fields in (
        ("appointment-accepted", {}),
        ("appointment-offered", {"appointment": APPOINTMENT}),
        ("inspector-named", {"inspector": "Wang Fang"}),
        ("arrived-on-site", {"by": "Wang Fang"}),
        (
            "check-done",
            {
                "progress": [
                    {"product": "Lamp", "ordered": 9, "finished": 5, "packed": 4}
                ],
                "checks": [{"checkpoint": "progress", "result": "conforms"}],
            },
        ),
        ("check-failed", {"visit": 2, "cause": "goods-not-ready"}),
    ):
        agency.happen("T-0001", kind, **fields)
    agency.deliver_report(
        "T-0001",
        files=[("image/jpeg", "The arm", b"a photo")],
        findings=[{"defect_class": "major", "description": "Loose", "count": 3}],
        sample=SAMPLE,
        summary="On schedule.",
    )
    for _ in range(100):
        agency.happen("T-0001", "arrived-on-site")
    plugin.observations("service-1")
    world.plugin(account="northwind").observations("service-1")
    world.raw("GET", "/tasks/T-0001/events?limit=1", good=True)
    plugin.cancel(asks.cancel())
    plugin.find(asks.find("PO-7/12/book", EffectKind.BOOK))
    plugin.find(asks.find("PO-7/15/move", EffectKind.MOVE))


def with_task(make_world, asks, **given):
    """Make a world that has the task T-0001."""
    world = make_world(**given)
    world.plugin().book(asks.book())
    return world


def every_refusal(world, name):
    """Have one operation refused in every way that the document knows."""
    *_, body = SENT[name]
    sending(world, name, token=None)
    sending(world, name, headers={"Agency-Account": "somebody-else"})
    world.server.closed = True
    sending(world, name)
    world.server.closed = False
    for code in ("rate-limited", "not-found", "malformed"):
        world.agency.refuse[name] = RefusedError(code, "No.")
        sending(world, name)
    world.agency.refuse[name] = ValueError("broken")
    sending(world, name)
    if body is not None:
        sending(world, name, json={**body, "colour": "red"})
        sending(world, name, json=None, content=b"[" + b" " * 1024 * 1024 + b"]")
        sending(world, name, json=None, data={"a": "b"})
        world.agency.refuse[name] = RefusedError("out-of-coverage", "Not there.")
        sending(world, name)
    elif name == "findTasks":
        world.raw("GET", "/tasks")
    if name in {"book", "reschedule", "cancel"}:
        sending(world, name, key="o" * 32)
        sending(world, name, json={**body, "reference": "other"}, key="o" * 32)


@pytest.fixture(scope="module")
def heard(make_world, asks):
    """Exchange everything once; every exchange was checked while it was made."""
    found = []
    road = make_world()
    whole_road(road, asks)
    found += road.wire.heard
    pending = with_task(make_world, asks, by_hand=True)
    found += pending.wire.heard
    for name in OPERATIONS:
        world = with_task(make_world, asks)
        every_refusal(world, name)
        found += [each for each in world.wire.heard if each[0] == name]
    return [*found, *road.messages]


class TestCoverage:
    """Nothing stands in the document that was never exchanged."""

    @pytest.mark.parametrize(("name", "status"), DOCUMENTED)
    def test_each_status(self, heard, name, status):
        """Each operation was answered with each of its statuses."""
        exchanged = {each[:2] for each in heard if isinstance(each, tuple)}

        assert (name, status) in exchanged

    @pytest.mark.parametrize("name", sorted(document()["components"]["schemas"]))
    def test_each_schema(self, heard, oracle, name):
        """Each schema had a value, on the wire or in a message."""
        for message in heard:
            if not isinstance(message, tuple):
                oracle.check("/components/schemas/WebhookMessage", message)
        ping = {"type": "ping", "timestamp": "2026-02-01T00:00:00Z", "data": {}}
        oracle.check("/components/schemas/WebhookMessage", ping)

        assert name in oracle.seen

    @pytest.mark.parametrize("name", sorted(document()["components"]["parameters"]))
    def test_each_parameter(self, heard, oracle, name):
        """Each parameter of path, query and header was sent, and fits."""
        assert heard
        assert f"components/parameters/{name}/schema" in oracle.seen


class TestCodes:
    """Each code reaches the caller of the plugin as what it says is certain."""

    @pytest.mark.parametrize("code", may_refuse("book"))
    def test_on_a_change(self, make_world, asks, code):
        """The error of a booking is as certain as the document says."""
        world = make_world()
        world.agency.refuse["book"] = RefusedError(code, "No.", fields=["kind"])
        with pytest.raises(PluginCallError) as caught:
            world.plugin().book(asks.book())

        # The host believes a 503 on a change less than the document does.
        wanted = codes()[code]["certainty"] if code != "unavailable" else "unknown"
        assert wanted == caught.value.certainty.value
        assert code == caught.value.provider_code

    @pytest.mark.parametrize("code", may_refuse("findTasks"))
    def test_on_a_look_up(self, make_world, asks, code):
        """A look-up that fails never says that there is nothing."""
        world = make_world()
        world.agency.refuse["findTasks"] = RefusedError(code, "No.")
        with pytest.raises(PluginCallError) as caught:
            world.plugin().find(asks.find("x", EffectKind.BOOK))

        assert code == caught.value.provider_code
        assert caught.value.certainty.value in {"rejected", "not-sent"}

    @pytest.mark.parametrize("name", sorted(OPERATIONS))
    def test_elsewhere(self, make_world, asks, name):
        """A code that an operation does not have becomes the one for what broke."""
        world = with_task(make_world, asks)
        for code in sorted(set(codes()) - set(may_refuse(name))):
            world.agency.refuse[name] = RefusedError(code, "No.")

            assert "internal" == sending(world, name).json()["code"]

    def test_another_method(self, make_world):
        """A method that a path does not have is refused, with those that it has."""
        answer = make_world().raw("DELETE", "/tasks")

        assert 405 == answer.status_code
        assert "method-not-allowed" == answer.json()["code"]
        assert "GET, POST" in answer.json()["detail"]


class TestUnknownKeys:
    """Who ignores what."""

    def test_the_plugin_ignores_new_keys(self, make_world, asks):
        """A newer agency may answer with more than this version knows."""
        world = with_task(make_world, asks)
        world.agency.happen("T-0001", "arrived-on-site", weather="rain")

        assert 1 == len(world.plugin().observations("service-1"))

    @pytest.mark.parametrize("name", [n for n in SENT if SENT[n][2] is not None])
    def test_the_server_refuses_them(self, make_world, asks, name):
        """A key that the document does not know is named, and nothing happens."""
        world = with_task(make_world, asks)
        before = list(world.agency.effects)
        answer = sending(world, name, json={**SENT[name][2], "colour": "red"})

        assert 400 == answer.status_code
        assert ["colour"] == answer.json()["fields"]
        assert before == world.agency.effects


def test_observations_need_no_more_than_four_requests(make_world, asks):
    """Events, a report and its file: what never changes is not asked for again."""
    world = with_task(make_world, asks)
    plugin = world.plugin()
    world.agency.deliver_report("T-0001", files=[("image/png", "x", b"abc")])
    first = plugin.call("observations", ObservationsRequest(subject="service-1"))
    count = len(world.wire.heard)
    second = plugin.call("observations", ObservationsRequest(subject="service-1"))

    assert first == second
    assert ["findTasks", "listEvents"] == [n for n, *_ in world.wire.heard[count:]]
    assert b"abc" == second[0].files[0]
