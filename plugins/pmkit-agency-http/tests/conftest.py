"""An agency, its server, the plugin before it, and a listener with the document."""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
import re

import attrs
import httpx
import hypothesis
import jsonschema
import pytest
from hypothesis import strategies as st
from pmkit.core.lookups import FindRequest
from pmkit.core.order import OrderLine
from pmkit.core.ports import BookingRequest, CancelRequest, MoveRequest, QuoteRequest
from pmkit.core.visit import Appointment
from pmkit.effects.attached import attached
from pmkit.effects.webhooks import listening
from pmkit.hooks.manifest import PluginKind
from pmkit.hooks.secrets import Secret
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from pmkit_agency_http import MANIFEST
from pmkit_agency_http.agency import HttpAgency
from pmkit_agency_http.document import document
from pmkit_agency_http.server import Account, AgencyServer, MemoryAgency
from pmkit_agency_http.settings import AgencyHttpSettings

# A slow machine is no failure, and CI does the same every time.
hypothesis.settings.register_profile(
    "agency-http",
    parent=hypothesis.settings(),
    deadline=None,
    derandomize=os.environ.get("HYPOTHESIS_PROFILE") == "ci",
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("agency-http")

NOW = dt.datetime(2026, 2, 2, 1, tzinfo=dt.UTC)
TOKEN = "tok-1"
BASE = "https://agency.example/v1"
ROOT = "urn:agency"


@attrs.mutable(kw_only=True)
class Clock:
    """A clock that stands until it is set."""

    at: dt.datetime = NOW

    def now(self):
        """Tell the instant that it was set to."""
        return self.at


class Oracle:
    """jsonschema over the document: it shares no code with the plugin or the server."""

    def __init__(self):
        found = json.loads(json.dumps(dict(document())))
        resource = Resource.from_contents(found, default_specification=DRAFT202012)
        self.document = found
        #: The schemas that a checked value had a part of.
        self.seen = set()
        self._registry = Registry().with_resource(ROOT, resource)

    def validator(self, pointer):
        """Make a validator for a place of the document."""
        schema = {"$ref": f"{ROOT}#{pointer}"}
        return jsonschema.Draft202012Validator(schema, registry=self._registry)

    def fits(self, name, value):
        """Tell whether a value is what a schema says."""
        return self.validator(f"/components/schemas/{name}").is_valid(value)

    def check(self, pointer, value):
        """Refuse a value that is not what a place of the document says."""
        self.validator(pointer).validate(value)
        self._see({"$ref": f"#{pointer}"}, value)

    def _see(self, schema, value):
        """Note the schemas that a value has parts of."""
        while "$ref" in schema or "oneOf" in schema:
            if "oneOf" in schema:
                chosen = schema["discriminator"]
                key = value[chosen["propertyName"]]
                schema = {"$ref": chosen["mapping"][key]}
            pointer = schema["$ref"].removeprefix("#/")
            self.seen.add(pointer.removeprefix("components/schemas/"))
            schema = self.document
            for part in pointer.split("/"):
                schema = schema[part.replace("~1", "/").replace("~0", "~")]
        for key, item in schema.get("properties", {}).items():
            if key in value:
                self._see(item, value[key])
        for each in value if "items" in schema else ():
            self._see(schema["items"], each)

    def resolve(self, value):
        """Follow a reference inside the document."""
        while isinstance(value, dict) and "$ref" in value:
            found = self.document
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value


def escaped(key):
    """Write a key of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


class Listener(httpx.BaseTransport):
    """Hears every exchange, and holds both sides to the document."""

    def __init__(self, app, oracle):
        self._wsgi = httpx.WSGITransport(app=app)
        self._oracle = oracle
        self.heard = []
        self.strict = True

    def handle_request(self, request):
        """Carry one exchange, checked both ways."""
        where = self._where(request)
        if where and self.strict:
            self._check_request(*where, request)
        response = self._wsgi.handle_request(request)
        body = response.read()
        if where:
            self._check_response(*where[:2], response, body)
        return httpx.Response(
            response.status_code, headers=response.headers, content=body
        )

    def _where(self, request):
        path = request.url.path.removeprefix("/v1")
        for template, item in self._oracle.document["paths"].items():
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            found = re.fullmatch(pattern, path)
            if found and request.method.lower() in item:
                return template, request.method.lower(), found.groupdict()
        return None

    def _check_request(self, path, method, parts, request):
        operation = self._oracle.document["paths"][path][method]
        pointer = f"/paths/{escaped(path)}/{method}"
        if "requestBody" in operation:
            assert "application/json" == request.headers["content-type"]
            place = f"{pointer}/requestBody/content/application~1json/schema"
            self._oracle.check(place, json.loads(request.content))
        given = {k.lower(): v for k, v in request.headers.items()}
        query = dict(request.url.params)
        for ref in operation["parameters"]:
            parameter = self._oracle.resolve(ref)
            place = f"{ref['$ref'].removeprefix('#')}/schema"
            values = {"header": given, "query": query, "path": parts}[parameter["in"]]
            name = parameter["name"]
            name = name.lower() if parameter["in"] == "header" else name
            value = values.get(name)
            if value is None:
                assert not parameter["required"]
                continue
            if parameter["schema"].get("type") == "integer":
                value = int(value)
            self._oracle.check(place, value)
        known = {self._oracle.resolve(r)["name"] for r in operation["parameters"]}
        assert set(query) <= known

    def _check_response(self, path, method, response, body):
        operation = self._oracle.document["paths"][path][method]
        status = f"{response.status_code}"
        if status == "405":
            return
        found = self._oracle.resolve(operation["responses"][status])
        media_type = response.headers["content-type"]
        for name, header in found.get("headers", {}).items():
            value = response.headers[name]
            jsonschema.validate(int(value), header["schema"])
        if "*/*" not in found["content"]:
            assert [media_type] == list(found["content"])
            name = found["content"][media_type]["schema"]["$ref"].rpartition("/")[2]
            self._oracle.check(f"/components/schemas/{name}", json.loads(body))
        self.heard.append(
            (
                operation["operationId"],
                status,
                json.loads(request_body(body, media_type)),
            )
        )


def request_body(body, media_type):
    """Give the JSON of a body; nothing for a file."""
    return body if media_type.endswith("json") else b"null"


@attrs.mutable(kw_only=True)
class World:
    """An agency, its server, and the plugin before it."""

    clock: Clock
    agency: MemoryAgency
    server: AgencyServer
    wire: Listener
    messages: list

    def plugin(self, **settings):
        """Attach the plugin."""
        given = {"base_url": BASE, "token": Secret(TOKEN), **settings}
        return attached(
            HttpAgency(AgencyHttpSettings(**given)),
            MANIFEST,
            name="agency-http",
            hosts=("agency.example",),
            transport=self.wire,
            clock=self.clock.now,
        )

    def hears(self, *secrets):
        """Give what hears the agency's messages with some secrets."""
        made = AgencyHttpSettings(
            base_url=BASE,
            token=Secret(TOKEN),
            webhook_secrets=tuple(Secret(each) for each in secrets),
        )
        return listening.Listener(
            name="agency-http",
            kind=PluginKind.AGENCY,
            implementation=HttpAgency(made),
        )

    def raw(
        self, method, path, *, key=None, token=TOKEN, headers=None, good=False, **given
    ):
        """Send a request that the plugin would not send."""
        more = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            more["Idempotency-Key"] = key
        self.wire.strict = good
        with httpx.Client(transport=self.wire, base_url=BASE) as client:
            try:
                return client.request(
                    method, path, headers={**more, **(headers or {})}, **given
                )
            finally:
                self.wire.strict = True


@pytest.fixture(scope="session")
def oracle():
    """Give the document as jsonschema reads it."""
    return Oracle()


@pytest.fixture(scope="session")
def make_world(oracle):
    """Give a maker of worlds."""

    def make(*, server=None, **given):
        messages = []
        clock = Clock()
        agency = MemoryAgency(now=clock.now, tell=messages.append, **given)
        account = Account(name="northwind", backend=agency)
        app = AgencyServer({TOKEN: account}, **(server or {}))
        wire = Listener(app, oracle)
        return World(
            clock=clock, agency=agency, server=app, wire=wire, messages=messages
        )

    return make


@pytest.fixture
def world(make_world):
    """Give an agency that takes tasks at once."""
    return make_world()


# ------------------------------------------------------------------------ requests

LINES = (OrderLine(product="Desk lamp, matt black", quantity=5000),)


class Asks:
    """Requests of pmkit."""

    lines = LINES

    def quote(self, **given):
        """Ask for a price."""
        fields = {"kind": "PM", "lines": LINES, "currency": "USD", "planned_visits": 1}
        return QuoteRequest(**{**fields, **given})

    def book(self, name="PO-7/12/book", service="service-1", **given):
        """Ask to take a task."""
        fields = {
            "operation_id": name,
            "order_id": "PO-7",
            "service_id": service,
            "kind": "PM",
            "lines": LINES,
            "planned_visits": 1,
            "requirements": "Switch on every lamp.",
        }
        return BookingRequest(**{**fields, **given})

    def move(self, reference="T-0001", name="PO-7/15/move", days=5, **given):
        """Ask for a time."""
        starts = NOW + dt.timedelta(days=days)
        fields = {
            "operation_id": name,
            "service_id": "service-1",
            "reference": reference,
            "visit": 1,
            "appointment": Appointment(
                starts_at=starts,
                ends_at=starts + dt.timedelta(hours=8),
                place="Plant 2, Ningbo",
                contact="Bo Chen",
            ),
        }
        return MoveRequest(**{**fields, **given})

    def find(self, name, kind, subject="service-1"):
        """Ask what became of a call."""
        return FindRequest(
            operation_id=name,
            kind=kind,
            order_id="PO-7",
            subject=subject,
            sent_at=NOW,
        )

    def cancel(self, reference="T-0001", name="PO-7/19/cancel", **given):
        """Ask for the end."""
        fields = {
            "operation_id": name,
            "service_id": "service-1",
            "reference": reference,
            "cause": "The order is over.",
        }
        return CancelRequest(**{**fields, **given})


@pytest.fixture(scope="session")
def asks():
    """Give requests of pmkit."""
    return Asks()


# ---------------------------------------------------------------- values by schema

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_FIXED = {
    "Instant": st.datetimes(
        dt.datetime(2001, 1, 1),  # noqa: DTZ001 - Z is added
        dt.datetime(2099, 1, 1),  # noqa: DTZ001 - Z is added
    ).map(lambda at: f"{at.isoformat()}Z"),
    "Day": st.dates(dt.date(2001, 1, 1), dt.date(2099, 1, 1)).map(dt.date.isoformat),
    "Money": st.builds(
        lambda whole, cents, code: {
            "amount": f"{whole}.{cents:02}",
            "currency": code,
        },
        st.integers(0, 10**9),
        st.integers(0, 99),
        st.sampled_from(["USD", "EUR", "CNY"]),
    ),
    "Sha256": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "Currency": st.sampled_from(["USD", "EUR", "CNY"]),
}


class Values:
    """Random documents by their schema."""

    def __init__(self, oracle):
        self._oracle = oracle

    @functools.cache  # noqa: B019 - there is one for the whole session
    def of(self, name):
        """Give a strategy for a schema."""
        if name in _FIXED:
            return _FIXED[name]
        found = self._oracle.document["components"]["schemas"][name]
        return self._schema(found)

    def _schema(self, schema):
        if "$ref" in schema:
            return self.of(schema["$ref"].rpartition("/")[2])
        if "oneOf" in schema:
            return st.one_of([self._schema(each) for each in schema["oneOf"]])
        return getattr(self, f"_{schema['type']}")(schema)

    def _object(self, schema):
        required = schema["required"]
        known = {k: self._schema(v) for k, v in schema["properties"].items()}
        must = {k: v for k, v in known.items() if k in required}
        may = {k: v for k, v in known.items() if k not in required}
        return st.fixed_dictionaries(must, optional=may)

    def _array(self, schema):
        return st.lists(
            self._schema(schema["items"]),
            min_size=schema.get("minItems", 0),
            max_size=min(3, schema["maxItems"]),
            unique=schema.get("uniqueItems", False),
        )

    def _string(self, schema):
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        if schema.get("pattern", r"\S") != r"\S":
            return st.from_regex(schema["pattern"].rstrip("$") + r"\Z").filter(
                lambda text: len(text) <= schema.get("maxLength", 10**6)
            )
        if "pattern" in schema:
            return _TEXT.filter(lambda text: bool(text.strip()))
        return _TEXT

    def _integer(self, schema):
        return st.integers(schema["minimum"], schema["maximum"])


@pytest.fixture(scope="session")
def values(oracle):
    """Give random documents by their schema."""
    return Values(oracle)
