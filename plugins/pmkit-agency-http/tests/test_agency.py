"""The plugin reads what the document says, and refuses everything else by name."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json

import httpx
import pytest
from hypothesis import given, settings, strategies as st
from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectKind
from pmkit.core.lookups import Absent, Found, Pending, VisitDaysRequest
from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.plugin_errors import (
    AuthFailedError,
    OutcomeUnknownError,
    PluginCallError,
    PluginFaultError,
    ProtocolViolationError,
    ProviderConflictError,
    ProviderDeadlineError,
    ProviderNotFoundError,
    RateLimitedError,
    RequestInvalidError,
    SlotUnavailableError,
    UnsupportedError,
)
from pmkit.core.ports import BookingReply

from pmkit_agency_http.document import document
from pmkit_agency_http.server import RefusedError

PHOTO = b"the bytes of a photo"
SHA = hashlib.sha256(PHOTO).hexdigest()


def example(path, method, name):
    """Take an example of an answer from the document."""
    responses = document()["paths"][path][method]["responses"]
    content = responses[min(responses)]["content"]["application/json"]
    return copy.deepcopy(content["examples"][name]["value"])


QUOTE = example("/quotes", "post", "one-visit")
TASK = example("/tasks", "post", "taken")
WISH = example("/tasks/{task}/appointments", "post", "a-day")
OVER = example("/tasks/{task}/cancellation", "post", "over")
PAGE = example("/tasks/{task}/events", "get", "a-visit")
REPORT = example("/tasks/{task}/reports/{report}", "get", "a-sampled-check")
DAYS = VisitDaysRequest(
    kind="PM",
    lines=(OrderLine(product="Lamp", quantity=5),),
    first=dt.date(2026, 2, 9),
    last=dt.date(2026, 2, 15),
)
#: What each schema's answer is made of, before something in it changes.
ANSWERS = {
    "Quote": QUOTE,
    "VisitDays": {"days": ["2026-02-11", "2026-02-13"]},
    "Task": TASK,
    "TaskList": {"tasks": [TASK]},
    "AppointmentWish": WISH,
    "Cancellation": OVER,
    "EventPage": PAGE,
    "Report": REPORT,
}


class Says(httpx.BaseTransport):
    """An agency that says what it is told to say."""

    def __init__(self, **said):
        self.said = {**copy.deepcopy(ANSWERS), **said}
        self.file = PHOTO
        self.media_type = "image/jpeg"
        self.status = None

    def handle_request(self, request):
        """Answer by the path."""
        name = self._name(request)
        if name == "file":
            headers = {"Content-Type": self.media_type}
            return httpx.Response(200, headers=headers, content=self.file)
        status = self.status or (201 if name in {"Task", *WRITTEN} else 200)
        return httpx.Response(
            status,
            headers={"Content-Type": "application/json"},
            content=json.dumps(self.said[name]).encode("utf-8", "surrogatepass"),
        )

    def _name(self, request):
        last = request.url.path.split("/")[-1]
        if "/files/" in request.url.path:
            return "file"
        if "/reports/" in request.url.path:
            return "Report"
        post = {"tasks": "Task"} if request.method == "POST" else {"tasks": "TaskList"}
        names = {
            "quotes": "Quote",
            "visit-days": "VisitDays",
            "appointments": "AppointmentWish",
            "cancellation": "Cancellation",
            "events": "EventPage",
            **post,
        }
        return names[last]


WRITTEN = ("AppointmentWish", "Cancellation")


@pytest.fixture(scope="session")
def told(make_world, asks):
    """Give a caller of the plugin before an agency that says what it is told."""

    def call(name, far):
        world = make_world()
        world.wire = far
        plugin = world.plugin()
        calls = {
            "Quote": lambda: plugin.quote(asks.quote()),
            "VisitDays": lambda: plugin.visit_days(DAYS),
            "Task": lambda: plugin.book(asks.book()),
            "TaskList": lambda: plugin.find(asks.find("PO-7/12/book", EffectKind.BOOK)),
            "AppointmentWish": lambda: plugin.move(wished(asks)),
            "Cancellation": lambda: plugin.cancel(asks.cancel("T-2041")),
            "EventPage": lambda: plugin.observations("service-1"),
            "Report": lambda: plugin.observations("service-1"),
        }
        return calls[name]()

    return call


def wished(asks):
    """Ask for the time that the example of the document has."""
    appointment = WISH["appointment"]
    wanted = asks.move("T-2041").appointment
    fields = {
        k: dt.datetime.fromisoformat(appointment[k]) for k in ("starts_at", "ends_at")
    }
    return asks.move("T-2041", appointment=type(wanted)(place="P", **fields))


def refused(told, name, value, **far):
    """Have an answer refused, and give the error."""
    agency = Says(**{name: value})
    for key, given_ in far.items():
        setattr(agency, key, given_)
    with pytest.raises(ProtocolViolationError) as caught:
        told(name, agency)
    return caught.value


def put(value, path, new):
    """Change one place of a document."""
    value = copy.deepcopy(value)
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = new
    return value


def without(value, path):
    """Leave out one place of a document."""
    value = copy.deepcopy(value)
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return value


class TestAnswers:
    """What the examples of the document mean."""

    def test_quote(self, told):
        """The price has its lines, its sum and its number."""
        price = told("Quote", Says())

        assert Money.of("276.00", "USD") == price.total
        assert "Q-881" == price.quote

    def test_visit_days(self, told):
        """The days are days."""
        assert (dt.date(2026, 2, 11), dt.date(2026, 2, 13)) == told("VisitDays", Says())

    def test_book(self, told):
        """The reply is the agency's number."""
        assert BookingReply(reference="T-2041") == told("Task", Says())

    def test_a_pending_task_is_pending(self, told):
        """A 202 says that a person has to take it."""
        far = Says(Task={**TASK, "state": "pending"})
        far.status = 202

        assert Pending(reference="T-2041") == told("Task", far)

    def test_observations(self, told):
        """A visit and its report, with the bytes of its photo."""
        found = told("EventPage", Says())

        assert [
            "AppointmentAccepted",
            "InspectorNamed",
            "ArrivedOnSite",
            "CheckDone",
            "ReportReady",
        ] == [type(each).__name__ for each in found]
        assert (PHOTO,) == found[-1].files
        assert dt.datetime(2026, 2, 13, 9, 31, 40, 250000, dt.UTC) == found[3].at

    @pytest.mark.parametrize(
        ("text", "microsecond"),
        [
            ("2026-02-13T17:05:00.1234567+08:00", 123456),
            ("2026-02-13T09:05:00.999999999Z", 999999),
            ("2026-02-13T14:50:00.5+05:45", 500000),
        ],
    )
    def test_instants(self, told, text, microsecond):
        """Any offset is the same instant; digits beyond a microsecond are dropped."""
        found = told("EventPage", Says(EventPage=put(PAGE, ("events", 2, "at"), text)))
        wanted = dt.datetime(2026, 2, 13, 9, 5, 0, microsecond, dt.UTC)

        assert wanted == found[2].at


#: What an agency could say wrong: the schema, the place, what stands there, the field.
LIES = [
    ("Quote", ("lines", 0, "amount", "amount"), 240.0, "lines[0].amount.amount"),
    ("Quote", ("lines", 0, "amount", "amount"), "-1.00", "lines[0].amount.amount"),
    ("Quote", ("lines", 0, "amount", "amount"), "1e3", "lines[0].amount.amount"),
    ("Quote", ("lines", 0, "amount", "amount"), "240.001", "lines[0].amount"),
    ("Quote", ("lines", 0, "amount", "currency"), "XXX", "lines[0].amount.currency"),
    ("Quote", ("lines", 0, "kind"), "bribe", "lines[0].kind"),
    ("Quote", ("total", "amount"), "275.00", "total"),
    ("Quote", ("total", "amount"), None, "total.amount"),
    ("VisitDays", ("days", 0), "2026-02-30", "days[0]"),
    ("VisitDays", ("days", 0), "2026-02-08", "days[0]"),
    ("VisitDays", ("days", 1), "2026-02-10", "days[1]"),
    ("VisitDays", ("days", 1), "2026-02-13T00:00:00Z", "days[1]"),
    ("Task", ("reference",), "PO-7/12/other", "reference"),
    ("Task", ("service",), "service-2", "service"),
    ("Task", ("state",), "maybe", "state"),
    ("Task", ("state",), "pending", "state"),
    ("Task", ("id",), "../T-1", "id"),
    ("Task", ("id",), "T-1\n", "id"),
    ("TaskList", ("tasks", 0, "reference"), "PO-7/12/other", "tasks[0].reference"),
    ("TaskList", ("tasks", 0, "service"), "service-2", "tasks[0].service"),
    ("TaskList", ("tasks",), [TASK, TASK], "tasks.id"),
    ("TaskList", ("tasks",), None, "tasks"),
    ("AppointmentWish", ("task",), "T-9", "task"),
    ("AppointmentWish", ("visit",), 2, "visit"),
    ("AppointmentWish", ("reference",), "x", "reference"),
    (
        "AppointmentWish",
        ("appointment", "starts_at"),
        "2026-02-12T01:00:00Z",
        "appointment",
    ),
    ("Cancellation", ("task",), "T-9", "task"),
    ("Cancellation", ("reference",), "x", "reference"),
    ("Cancellation", ("at",), "2026-02-30T00:00:00Z", "at"),
    ("EventPage", ("events", 0, "service"), "service-2", "events[0].service"),
    ("EventPage", ("events", 0, "task"), "T-9", "events[0].task"),
    ("EventPage", ("events", 0, "id"), "T-2041-2", "events"),
    ("EventPage", ("events", 0, "kind"), "went-home", "events[0].kind"),
    ("EventPage", ("events", 0, "visit"), 0, "events[0].visit"),
    ("EventPage", ("events", 0, "visit"), 1.0, "events[0].visit"),
    ("EventPage", ("events", 0, "visit"), True, "events[0].visit"),
    ("EventPage", ("events", 0, "at"), "2026-02-09T07:02:11", "events[0].at"),
    ("EventPage", ("events", 0, "at"), "2026-02-09 07:02:11Z", "events[0].at"),
    ("EventPage", ("events", 0, "at"), "2026-02-09T24:02:11Z", "events[0].at"),
    ("EventPage", ("events", 0, "at"), "0001-01-01T00:00:00+14:00", "events[0].at"),
    ("EventPage", ("events", 0, "at"), 1770620531, "events[0].at"),
    (
        "EventPage",
        ("events", 3, "progress", 0, "packed"),
        4601,
        "events[3].progress[0].packed",
    ),
    (
        "EventPage",
        ("events", 3, "checks", 0, "checkpoint"),
        "smell",
        "events[3].checks[0].checkpoint",
    ),
    ("EventPage", ("next",), "", "next"),
    ("EventPage", ("next",), "NDE", "next"),
    ("Report", ("id",), "R-9", "id"),
    ("Report", ("task",), "T-9", "task"),
    ("Report", ("service",), "service-2", "service"),
    ("Report", ("visit",), 2, "visit"),
    ("Report", ("verdict",), "good", "verdict"),
    ("Report", ("sample", "lot_size"), 100, "sample.sample_size"),
    ("Report", ("sample", "code_letter"), "I", "sample.code_letter"),
    (
        "Report",
        ("sample", "classes", 1, "rejection_number"),
        10,
        "sample.classes[1].rejection_number",
    ),
    (
        "Report",
        ("sample", "classes", 1, "defect_class"),
        "critical",
        "sample.classes",
    ),
    ("Report", ("findings", 0, "evidence"), ["0" * 64], "findings[0].evidence"),
    ("Report", ("evidence", 0, "sha256"), SHA.upper(), "evidence[0].sha256"),
    ("Report", ("evidence", 0, "size"), 21, "evidence[0].size"),
    ("Report", ("evidence",), REPORT["evidence"] * 2, "evidence"),
]


class TestLies:
    """An answer that is not by the document is refused, and the field is named."""

    @pytest.mark.parametrize(("name", "path", "new", "field"), LIES)
    def test_is_refused(self, told, name, path, new, field):
        """Nothing is guessed: a violation of the protocol names the place."""
        error = refused(told, name, put(ANSWERS[name], path, new))

        assert field == error.field
        assert error.remedy

    @pytest.mark.parametrize("name", sorted(ANSWERS))
    def test_what_must_be_there(self, told, name):
        """Every key that the document requires is missed by its name."""
        schema = document()["components"]["schemas"][name]

        assert schema["required"]
        for key in schema["required"]:
            assert key == refused(told, name, without(ANSWERS[name], (key,))).field

    @pytest.mark.parametrize("name", ["Task", *WRITTEN])
    def test_after_a_change_nobody_knows(self, told, name):
        """An unreadable answer to a booking says nothing about the booking."""
        error = refused(told, name, {})

        assert Certainty.UNKNOWN is error.certainty

    @pytest.mark.parametrize(
        ("far", "field"),
        [
            ({"file": b"another photo, same sz"}, "evidence[0].sha256"),
            ({"file": b""}, "evidence[0].sha256"),
            ({"media_type": "text/html"}, "Content-Type"),
        ],
    )
    def test_files(self, told, far, field):
        """Bytes that are not those of the report are never taken for it."""
        assert field == refused(told, "Report", REPORT, **far).field

    def test_a_status_that_is_in_no_document(self, told):
        """A success without a body by the document is none."""
        assert "status" == refused(told, "Task", TASK, status=204).field

    def test_a_report_of_too_many_bytes(self, told):
        """More than the document allows is refused before it is loaded."""
        files = [
            {"sha256": f"{n:064x}", "media_type": "image/jpeg", "size": 10485760}
            for n in range(5)
        ]
        value = {**REPORT, "findings": [], "evidence": files}

        assert "evidence" == refused(told, "Report", value).field

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"id": 1, "id": 2}',
            b"\xff",
            b"NaN",
            b"[" * 9999,
        ],
    )
    def test_a_body_that_is_no_json(self, make_world, asks, body):
        """Whatever comes, the error is one of a call, and nothing is certain."""
        world = make_world()
        headers = {"Content-Type": "application/json"}
        world.wire = httpx.MockTransport(
            lambda _: httpx.Response(201, headers=headers, content=body)
        )
        with pytest.raises(ProtocolViolationError) as caught:
            world.plugin().book(asks.book())

        assert Certainty.UNKNOWN is caught.value.certainty

    def test_a_page_of_somebody_else(self, make_world, asks):
        """A login page that answers 200 is no list of tasks."""
        world = make_world()
        world.wire = httpx.MockTransport(lambda _: httpx.Response(200, html="<p>Hi"))
        with pytest.raises(ProtocolViolationError):
            world.plugin().find(asks.find("x", EffectKind.BOOK))

    def test_a_not_found_is_not_absence(self, make_world, asks):
        """A 404 of a wrong address never says that a booking does not exist."""
        world = make_world()
        world.wire = httpx.MockTransport(lambda _: httpx.Response(404, html="<p>No"))
        with pytest.raises(PluginCallError):
            world.plugin().find(asks.find("x", EffectKind.BOOK))


STRANGE = [None, True, 0, -1, 5.0, 10**30, "", " ", "x", "x\n", "\ud800", [], {}, [[]]]
USED = {
    "Quote": lambda v: v.update(
        lines=[{**x, "amount": {**x["amount"], "currency": "USD"}} for x in v["lines"]],
        total={
            "amount": str(
                sum(Money.of(x["amount"]["amount"], "USD").amount for x in v["lines"])
            ),
            "currency": "USD",
        },
    ),
    "Task": lambda v: v.update(
        reference="PO-7/12/book", service="service-1", state="accepted"
    ),
    "Cancellation": lambda v: v.update(reference="PO-7/19/cancel", task="T-2041"),
}


def places(value, path=()):
    """List every place in a value but the whole."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))


def offered(value):
    """Let an appointment end after it starts."""
    times = sorted(value["appointment"][key] for key in ("starts_at", "ends_at"))
    value["appointment"].update(starts_at=times[0], ends_at="2100-01-01T00:00:00Z")


def done(value):
    """Let no more be packed than is finished."""
    for each in value["progress"]:
        each["packed"] = min(each["packed"], each["finished"])


def reported(value):
    """Let a report agree with itself, and with its one photo."""
    photo = {"sha256": SHA, "media_type": "image/jpeg", "size": len(PHOTO)}
    value.update(id="R-2041-1", task="T-2041", service="service-1", visit=1)
    value["evidence"] = [photo for _ in value["evidence"][:1]]
    for each in value["findings"]:
        each["evidence"] = [photo["sha256"] for photo in value["evidence"]]
    sample = value.get("sample", {"classes": [], "lot_size": 1, "sample_size": 1})
    sample["sample_size"] = min(sample["sample_size"], sample["lot_size"])
    classes = {each["defect_class"]: each for each in sample["classes"]}
    for each in classes.values():
        least = 0 if each["aql"] == "0" else min(each["acceptance_number"], 10**8)
        each.update(acceptance_number=least, rejection_number=least + 1)
    sample["classes"] = list(classes.values())


#: The events, and what no schema can say about them.
EVENTS = {
    "AppointmentAccepted": lambda _: None,
    "AppointmentOffered": offered,
    "ArrivedOnSite": lambda _: None,
    "CheckDone": done,
    "CheckFailed": lambda _: None,
    "InspectorNamed": lambda _: None,
}


def error_of(told, name, far):
    """Give the error that an answer ends in, or nothing."""
    try:
        told(name, far)
    except PluginCallError as error:
        return error
    return None


class TestRandom:
    """Answers that nobody thought of."""

    @pytest.mark.parametrize("name", sorted(USED))
    @settings(max_examples=40)
    @given(data=st.data())
    def test_what_fits_is_taken(self, values, told, name, data):
        """A random answer by the schema, about what was asked, is taken."""
        value = data.draw(values.of(name))
        USED[name](value)

        told(name, Says(**{name: value}))

    @pytest.mark.parametrize("kind", sorted(EVENTS))
    @settings(max_examples=25)
    @given(data=st.data())
    def test_events_are_taken(self, values, told, kind, data):
        """A random event by its schema becomes the record of its kind."""
        value = data.draw(values.of(kind))
        value.update(task="T-2041", service="service-1")
        EVENTS[kind](value)
        (found,) = told("EventPage", Says(EventPage={"events": [value]}))

        assert kind == type(found).__name__
        assert value["id"] == found.id
        assert value["visit"] == found.visit

    @settings(max_examples=40)
    @given(data=st.data())
    def test_reports_are_taken(self, values, told, data):
        """A random report by its schema becomes a report with its photo."""
        value = data.draw(values.of("Report"))
        reported(value)
        *_, found = told("Report", Says(Report=value))

        assert value["verdict"] == found.verdict.value
        assert len(value["findings"]) == len(found.findings)
        assert ("sample" in value) is (found.sample is not None)
        assert [PHOTO] * len(value["evidence"]) == list(found.files)

    @pytest.mark.parametrize("name", sorted(ANSWERS))
    @settings(max_examples=60)
    @given(data=st.data())
    def test_what_does_not_fit_is_refused(self, oracle, told, name, data):
        """One place changed: a typed error, or jsonschema takes it too."""
        path = data.draw(st.sampled_from(list(places(ANSWERS[name]))))
        new = data.draw(st.sampled_from(STRANGE))
        value = put(ANSWERS[name], path, new)
        error = error_of(told, name, Says(**{name: value}))

        assert error is not None or oracle.fits(name, value)
        assert not isinstance(error, PluginFaultError)


class TestErrors:
    """What a caller is told."""

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("slot-unavailable", SlotUnavailableError),
            ("too-late", ProviderDeadlineError),
            ("task-over", ProviderConflictError),
            ("in-progress", OutcomeUnknownError),
            ("rate-limited", RateLimitedError),
        ],
    )
    def test_kinds(self, world, asks, code, kind):
        """A code of the document is an error of pmkit."""
        world.plugin().book(asks.book())
        world.agency.refuse["reschedule"] = RefusedError(code, "No.")
        with pytest.raises(kind):
            world.plugin().move(asks.move())

    @pytest.mark.parametrize(
        ("status", "kind", "certainty"),
        [
            (404, ProviderNotFoundError, Certainty.REJECTED),
            (409, ProviderConflictError, Certainty.UNKNOWN),
            (422, RequestInvalidError, Certainty.REJECTED),
            (429, RateLimitedError, Certainty.NOT_SENT),
            (500, OutcomeUnknownError, Certainty.UNKNOWN),
            (503, OutcomeUnknownError, Certainty.UNKNOWN),
        ],
    )
    def test_a_problem_that_cannot_be_read(self, world, asks, status, kind, certainty):
        """A page in place of a problem: the status alone counts."""
        world.wire = httpx.MockTransport(lambda _: httpx.Response(status, html="<p>"))
        with pytest.raises(kind) as caught:
            world.plugin().book(asks.book())

        assert certainty is caught.value.certainty
        assert "" == caught.value.provider_code

    def test_a_problem_with_the_status_of_another_code(self, make_world, asks):
        """A code stands for one status; with another one it says nothing."""
        world = make_world()
        said = {"type": "about:blank", "title": "x", "code": "too-late", "status": 409}
        headers = {"Content-Type": "application/problem+json"}
        world.wire = httpx.MockTransport(
            lambda _: httpx.Response(409, headers=headers, content=json.dumps(said))
        )
        with pytest.raises(ProviderConflictError) as caught:
            world.plugin().book(asks.book())

        assert Certainty.UNKNOWN is caught.value.certainty

    def test_names_the_fields(self, world, asks):
        """What the agency finds wrong is named, and its own words are not repeated."""
        fields = ["starts_at"]
        world.plugin().book(asks.book())
        world.agency.refuse["reschedule"] = RefusedError(
            "invalid", "<script>", fields=fields
        )
        with pytest.raises(RequestInvalidError) as caught:
            world.plugin().move(asks.move())

        assert ("starts_at",) == caught.value.fields
        assert "script" not in f"{caught.value}"

    def test_a_wrong_token(self, world, asks):
        """Credentials that are not taken are a matter of the settings."""
        from pmkit.hooks.secrets import Secret

        with pytest.raises(AuthFailedError) as caught:
            world.plugin(token=Secret("tok-wrong")).quote(asks.quote())

        assert "tok-wrong" not in f"{caught.value!r} {caught.value}"

    def test_when_to_come_back(self, world, asks):
        """Retry-After is how long to wait."""
        world.agency.refuse["book"] = RefusedError(
            "rate-limited", "No.", retry_after=17
        )
        with pytest.raises(RateLimitedError) as caught:
            world.plugin().book(asks.book())

        assert dt.timedelta(seconds=17) == caught.value.after

    def test_what_the_protocol_cannot_say(self, world, asks):
        """A request that has no form in the document is not sent."""
        with pytest.raises(RequestInvalidError) as caught:
            world.plugin().quote(asks.quote(kind="no such kind!"))

        assert Certainty.NOT_SENT is caught.value.certainty
        assert ("kind",) == caught.value.fields
        assert [] == world.wire.heard

    def test_a_number_that_is_none(self, world, asks):
        """A number that could lead to another path is never sent."""
        with pytest.raises(RequestInvalidError) as caught:
            world.plugin().cancel(asks.cancel("../../admin"))

        assert ("reference",) == caught.value.fields
        assert [] == world.wire.heard


class TestFind:
    """What became of a call."""

    def test_a_booking(self, world, asks):
        """It is found by the reference that it was sent with."""
        world.plugin().book(asks.book())
        found = world.plugin().find(asks.find("PO-7/12/book", EffectKind.BOOK))

        assert Found(news=(BookingReply(reference="T-0001"),)) == found

    @pytest.mark.parametrize(
        "kind", [EffectKind.BOOK, EffectKind.MOVE, EffectKind.CANCEL]
    )
    def test_nothing(self, world, asks, kind):
        """What never arrived is absent."""
        world.plugin().book(asks.book())

        assert Absent() == world.plugin().find(asks.find("never-sent", kind))

    def test_changes(self, world, asks):
        """A wish and a cancellation are found by their own references."""
        world.plugin().book(asks.book())
        world.plugin().move(asks.move())
        world.plugin().cancel(asks.cancel())
        find = world.plugin().find

        assert Found() == find(asks.find("PO-7/15/move", EffectKind.MOVE))
        assert Found() == find(asks.find("PO-7/19/cancel", EffectKind.CANCEL))
        assert Absent() == find(asks.find("PO-7/19/cancel", EffectKind.MOVE))

    def test_by_hand(self, make_world, asks):
        """Pending, then there; and what is declined is absent, and refused."""
        world = make_world(by_hand=True)
        plugin = world.plugin()

        assert Pending(reference="T-0001") == plugin.book(asks.book())
        assert Pending(reference="T-0001") == plugin.find(
            asks.find("PO-7/12/book", EffectKind.BOOK)
        )

        world.agency.accept("T-0001")

        assert BookingReply(reference="T-0001") == plugin.book(asks.book())

        plugin.book(asks.book("PO-9/1/book", "service-9"))
        world.agency.decline("T-0002")

        assert Absent() == plugin.find(
            asks.find("PO-9/1/book", EffectKind.BOOK, "service-9")
        )
        with pytest.raises(PluginCallError) as caught:
            plugin.book(asks.book("PO-9/1/book", "service-9"))
        assert "declined" == caught.value.provider_code
        assert Certainty.REJECTED is caught.value.certainty

    def test_money(self, world, asks):
        """An agency knows nothing of payments."""
        with pytest.raises(UnsupportedError):
            world.plugin().find(asks.find("x", EffectKind.CHARGE))


class TestManyFiles:
    """More than one call may ask for."""

    def test_are_read_over_several_calls(self, world, asks):
        """Forty photos: each call goes on where the last one stopped."""
        plugin = world.plugin()
        plugin.book(asks.book())
        world.agency.happen("T-0001", "arrived-on-site")
        files = [("image/jpeg", "x", f"photo {n}".encode()) for n in range(40)]
        world.agency.deliver_report("T-0001", files=files)
        found = [plugin.observations("service-1") for _ in range(4)]

        assert [1, 1, 2, 2] == [len(each) for each in found]
        assert 40 == len(found[-1][-1].files)
