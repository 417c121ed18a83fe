"""The document: valid, complete in its examples, and the same as what pmkit means."""

from __future__ import annotations

import copy
import enum
import json
import pathlib

import pytest
from hypothesis import given, settings, strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from pmkit.core.catalogue import CATALOGUE, Checkpoint
from pmkit.core.report import DefectClass, Verdict
from pmkit.core.service import PriceLineKind
from pmkit.core.visit import CheckResult, MissedCause

from pmkit_agency_http.document import MisfitError, check, codes, document
from pmkit_agency_http.reading import ERRORS
from pmkit_agency_http.server.sending import SCHEDULE

ROOT = pathlib.Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "agency-protocol.md"
SCHEMAS = sorted(document()["components"]["schemas"])
OBJECTS = [
    name
    for name in SCHEMAS
    if document()["components"]["schemas"][name].get("type") == "object"
]
#: What the platform sends; everything else comes from the agency.
SENT = {
    "AppointmentRequest",
    "BookingRequest",
    "CancellationRequest",
    "OrderLine",
    "QuoteRequest",
    "VisitDaysRequest",
}
ENUMS = [
    ("PriceLine", "kind", PriceLineKind),
    ("CheckFailed", "cause", MissedCause),
    ("Check", "checkpoint", Checkpoint),
    ("Check", "result", CheckResult),
    ("Report", "verdict", Verdict),
]


def bodies(found):
    """Find the examples of the document: (schema, value)."""
    if isinstance(found, dict):
        name = found.get("schema", {}).get("$ref", "") if "schema" in found else ""
        for example in found.get("examples", {}).values() if name else ():
            yield name.rpartition("/")[2], example["value"]
        for value in found.values():
            yield from bodies(value)
    elif isinstance(found, list):
        for value in found:
            yield from bodies(value)


EXAMPLES = [
    *bodies(document()["paths"]),
    *bodies(document()["webhooks"]),
    *bodies(document()["components"]["responses"]),
]


def operations():
    """List the operations with their paths and methods."""
    return [
        (path, method, operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
    ]


def ours(name, value):
    """Tell whether our own reader takes a value."""
    try:
        check(name, value)
    except MisfitError:
        return False
    return True


class TestForm:
    """What the standard asks for."""

    def test_is_openapi_3_1(self):
        """The document is valid by an independent validator."""
        OpenAPIV31SpecValidator(json.loads(json.dumps(dict(document())))).validate()

        assert "3.1.0" == document()["openapi"]

    @pytest.mark.parametrize("name", OBJECTS)
    def test_each_object_says_what_becomes_of_unknown_keys(self, name):
        """A request refuses them, everything from the agency may have them."""
        schema = document()["components"]["schemas"][name]

        assert schema["additionalProperties"] is (name not in SENT)

    @pytest.mark.parametrize(("path", "method", "operation"), operations())
    def test_each_operation_has_examples(self, path, method, operation):
        """A reader finds an example of each request and of each success."""
        good = operation["responses"][min(operation["responses"])]["content"]
        asked = operation.get("requestBody", {"content": {}})["content"]

        assert "application/json" not in good or good["application/json"]["examples"]
        assert "application/json" not in asked or asked["application/json"]["examples"]

    @pytest.mark.parametrize(("path", "method", "operation"), operations())
    def test_each_change_has_a_key(self, path, method, operation):
        """What books, moves or cancels can be repeated; the others need no key."""
        names = {each["$ref"].rpartition("/")[2] for each in operation["parameters"]}
        changes = operation["operationId"] in {"book", "reschedule", "cancel"}

        assert changes is ("Key" in names)
        assert changes is ("409" in operation["responses"])


class TestExamples:
    """Each is what its schema says."""

    @pytest.mark.parametrize(("name", "value"), EXAMPLES)
    def test_fits_its_schema(self, oracle, name, value):
        """An example is valid by jsonschema, and by our own reader."""
        assert oracle.fits(name, value)
        assert ours(name, value)

    def test_a_problem_has_the_status_of_its_code(self):
        """What stands in an example of a problem agrees with the table of codes."""
        problems = [value for name, value in EXAMPLES if name == "Problem"]

        assert problems
        wrong = [p for p in problems if codes()[p["code"]]["status"] != p["status"]]

        assert [] == wrong


class TestMeaning:
    """The words of the document are pmkit's own."""

    @pytest.mark.parametrize(("schema", "key", "words"), ENUMS)
    def test_words(self, schema, key, words):
        """A word that one side knows, the other knows too."""
        found = document()["components"]["schemas"][schema]["properties"][key]["enum"]

        assert sorted(word.value for word in words) == sorted(found)

    def test_defect_classes(self):
        """Critical, major and minor."""
        found = document()["components"]["schemas"]["DefectClass"]["enum"]

        assert sorted(word.value for word in DefectClass) == sorted(found)

    def test_kinds_of_service(self, oracle):
        """Every kind of the catalogue can be asked for."""
        assert [k for k in CATALOGUE.kinds if not oracle.fits("ServiceKind", k)] == []

    def test_codes(self):
        """Each code is in the list, has an error of the plugin, and a certainty."""
        listed = document()["components"]["schemas"]["Problem"]["properties"]["code"]

        assert set(listed["enum"]) == set(codes()) == set(ERRORS)
        assert {"rejected", "not-sent", "unknown"} == {
            code["certainty"] for code in codes().values()
        }

    def test_only_these_leave_it_open(self):
        """Where the agency may have done something, the code says so."""
        found = {n for n, code in codes().items() if code["certainty"] == "unknown"}

        assert {"in-progress", "internal", "key-reused", "reference-taken"} == found

    def test_the_times_of_messages_are_those_that_it_names(self):
        """The schedule in the words of the document is the one of the sender."""
        text = "5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h"
        seconds = [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]

        assert text in document()["info"]["description"]
        assert seconds == [pause.total_seconds() for pause in SCHEDULE]


STRANGE = [None, True, 0, -1, 5.0, "", " ", "x", "x\n", "9" * 400, [], {}, [None]]


def places(value, path=()):
    """List every place in a value."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def changed(value, path, new):
    """Put something else into a place, or take it away."""
    if not path:
        return new
    value = copy.deepcopy(value)
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    if new is enum:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return value


def lenient(value):
    """Tell whether jsonschema takes what we do not: 5.0, or a newline at the end."""
    if isinstance(value, dict):
        return any(map(lenient, value.values()))
    if isinstance(value, list):
        return any(map(lenient, value))
    return isinstance(value, float) or (isinstance(value, str) and value[-1:] == "\n")


class TestReader:
    """Our own reader of the document against jsonschema."""

    @pytest.mark.parametrize("name", SCHEMAS)
    @settings(max_examples=15)
    @given(data=st.data())
    def test_takes_what_fits(self, values, oracle, name, data):
        """What a schema can make, both readers take."""
        value = data.draw(values.of(name))

        assert oracle.fits(name, value)
        assert ours(name, value)

    @pytest.mark.parametrize("name", SCHEMAS)
    @settings(max_examples=30)
    @given(data=st.data())
    def test_agrees_about_what_does_not_fit(self, values, oracle, name, data):
        """One place changed: both readers take it, or both refuse it."""
        value = data.draw(values.of(name))
        path = data.draw(st.sampled_from(list(places(value))))
        new = data.draw(st.sampled_from([*STRANGE, enum] if path else STRANGE))
        other = changed(value, path, new)

        if lenient(other):
            assert oracle.fits(name, other) or not ours(name, other)
        else:
            assert oracle.fits(name, other) == ours(name, other)

    @pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
    def test_refuses_half_a_character(self, text):
        """A text that cannot be written as UTF-8 is none."""
        with pytest.raises(MisfitError, match="half a character"):
            check("Reference", text)

    def test_names_the_place(self):
        """A misfit names where, and never what stood there."""
        body = {"lines": [{"product": "Lamp", "quantity": "5 lamps"}], "kind": "PM"}
        with pytest.raises(MisfitError) as caught:
            check("BookingRequest", {**EXAMPLES_OF["BookingRequest"], **body})

        assert "lines[0].quantity" == caught.value.field
        assert "5 lamps" not in f"{caught.value}"

    def test_a_hostile_key_is_written_harmlessly(self):
        """The name of an unknown key can be answered whatever it is."""
        body = {**EXAMPLES_OF["CancellationRequest"], "\ud800\n" * 200: 1}
        with pytest.raises(MisfitError) as caught:
            check("CancellationRequest", body)

        assert caught.value.field.isascii()


EXAMPLES_OF = dict(EXAMPLES)


class TestPages:
    """What is published."""

    def test_the_published_document_is_this_one(self):
        """The file in the documentation is the one that is installed."""
        path = ROOT / "docs" / "reference" / "agency-protocol.openapi.json"
        found = json.loads(path.read_text(encoding="utf-8"))

        assert dict(document()) == found

    @pytest.mark.parametrize(("path", "method", "operation"), operations())
    def test_names_each_operation(self, path, method, operation):
        """The page has each operation with its method, its path and its id."""
        text = PAGE.read_text(encoding="utf-8")

        assert f"`{method.upper()} {path}`" in text
        assert f"`{operation['operationId']}`" in text

    @pytest.mark.parametrize("code", sorted(codes()))
    def test_names_each_code(self, code):
        """The page has each code with its status and what is certain."""
        row = f"| `{code}` | {codes()[code]['status']} | {codes()[code]['certainty']} |"

        assert row in PAGE.read_text(encoding="utf-8")

    @pytest.mark.parametrize("kind", sorted(document()["webhooks"]))
    def test_names_each_message(self, kind):
        """The page has each type of message."""
        post = document()["webhooks"][kind]["post"]["requestBody"]["content"]
        schema = post["application/json"]["schema"]["$ref"].rpartition("/")[2]
        found = document()["components"]["schemas"][schema]["properties"]["type"]

        assert f"`{found['const']}`" in PAGE.read_text(encoding="utf-8")

    def test_names_each_kind_of_event(self):
        """The page has each kind of event."""
        kinds = document()["components"]["schemas"]["TaskEvent"]["discriminator"]
        text = PAGE.read_text(encoding="utf-8")

        assert [k for k in kinds["mapping"] if f"`{k}`" not in text] == []
