"""Settings are read strictly, and no error or printed line holds a value."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import os
import traceback
from collections.abc import Mapping
from typing import Literal

import attrs
import pytest
from hypothesis import given, settings as profile, strategies as st

from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import SettingsError
from pmkit.hooks.fields import setting
from pmkit.hooks.schemas import json_schema
from pmkit.hooks.secrets import Secret
from pmkit.hooks.settings import read_settings, secrets_in, shown_settings

#: A value that must never come out anywhere.
CANARY = "sk-canary-5f0e"


class Office(enum.Enum):
    """Where the agency sits."""

    SHANGHAI = "shanghai"
    HANOI = "hanoi"


def _refuse(_, attribute, value):
    msg = f"It is {value!r}."
    raise InputError(msg, field=attribute.name)


def _leave(_, __, value):
    raise SystemExit(value)


@attrs.frozen(kw_only=True)
class Endpoint:
    """A part of settings."""

    url: str
    token: Secret | None = None


@attrs.frozen(kw_only=True)
class Everything:
    """One field of each type that a file can hold."""

    key: Secret
    url: str = ""
    count: int = 1
    quick: bool = False
    share: float = 0.5
    price: decimal.Decimal = decimal.Decimal(1)
    rest: dt.timedelta = dt.timedelta(seconds=30)
    since: dt.date = dt.date(2026, 1, 1)
    office: Office = Office.SHANGHAI
    mode: Literal["a", "b"] = "a"
    names: tuple[str, ...] = ()
    keys: tuple[Secret, ...] = ()
    pair: tuple[str, int] = ("a", 1)
    tags: frozenset[str] = frozenset()
    headers: Mapping[str, str] = attrs.field(factory=dict)
    endpoint: Endpoint | None = None
    picky: str = attrs.field(default="fine", validator=attrs.validators.max_len(30))


@attrs.frozen(kw_only=True)
class Marked:
    """Fields that know their environment."""

    key: Secret = setting(
        title="API key", note="From the console.", live="sk_live_", sandbox="sk_test_"
    )
    account: str = setting(default="", shown=True, live=("L-", "P-"))
    inner: Endpoint | None = None


def refused(values, kind=Everything, **how):
    """Read settings that must be refused; check that no value is in the error."""
    how = {"plugin": "acme", "instance": "acme-cn"} | how
    with pytest.raises(SettingsError) as caught:
        read_settings(kind, values, **how)
    error = caught.value
    whole = "".join(traceback.format_exception(error)) + repr(error.__dict__)
    assert CANARY not in whole
    assert None is error.__cause__
    assert "acme-cn" == error.instance
    assert str(error).startswith("acme-cn: ")
    return error


class TestRead:
    """A mapping becomes an object."""

    def test_of_every_type(self):
        """Each type is read from what TOML or JSON has for it."""
        values = {
            "key": Secret("k"),
            "url": "https://acme.example",
            "count": 3,
            "quick": True,
            "share": 1,
            "price": "0.10",
            "rest": 2.5,
            "since": "2026-02-27",
            "office": "hanoi",
            "mode": "b",
            "names": ["a", "b"],
            "pair": ["x", 2],
            "tags": ["t"],
            "keys": [Secret("x")],
            "headers": {"X-Team": "a"},
            "endpoint": {"url": "u", "token": Secret("t")},
        }

        found = read_settings(Everything, values)

        assert decimal.Decimal("0.10") == found.price
        assert dt.timedelta(seconds=2.5) == found.rest
        assert dt.date(2026, 2, 27) == found.since
        assert Office.HANOI is found.office
        assert (("a", "b"), ("x", 2), {"t"}) == (found.names, found.pair, found.tags)
        assert "t" == found.endpoint.token.reveal()
        assert ["k", "x", "t"] == list(secrets_in(found))

    def test_an_object_is_taken_as_it_is(self):
        """Settings that the application made are not made again."""
        given = Everything(key=Secret("k"))

        assert given is read_settings(Everything, given)

    @pytest.mark.parametrize(
        ("changed", "field", "reason"),
        [
            ({"url": 3}, "url", "must be a text"),
            ({"count": "3"}, "count", "must be a whole number"),
            ({"count": True}, "count", "must be a whole number"),
            ({"count": 3.0}, "count", "must be a whole number"),
            ({"quick": "no"}, "quick", "must be true or false"),
            ({"quick": 1}, "quick", "must be true or false"),
            ({"share": float("nan")}, "share", "must be a number"),
            ({"share": float("inf")}, "share", "must be a number"),
            ({"share": CANARY}, "share", "must be a number"),
            ({"price": 0.1}, "price", "must be a number, written as text"),
            ({"price": "NaN"}, "price", "must be a number, written as text"),
            ({"price": CANARY}, "price", "must be a number, written as text"),
            ({"rest": 1e300}, "rest", "must be a number of seconds"),
            ({"since": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "since", "must be a"),
            ({"since": CANARY}, "since", "must be a day"),
            ({"office": CANARY}, "office", "must be one of shanghai, hanoi"),
            ({"mode": CANARY}, "mode", "is not what it must be"),
            ({"names": CANARY}, "names", "must be a list"),
            ({"names": {CANARY: 1}}, "names", "must be a list"),
            ({"pair": ["a"]}, "pair", "must be a list of 2"),
            ({"pair": ["a", CANARY]}, "pair.1", "must be a whole number"),
            ({"names": ["a", 3]}, "names.1", "must be a text"),
            ({"keys": [CANARY]}, "keys.0", "stands in the settings themselves"),
            ({"headers": {"X-Team": 3}}, "", "must be a text"),
            ({"endpoint": {"url": "u", "token": CANARY}}, "endpoint.token", "themselv"),
            ({"endpoint": {"uri": CANARY}}, "endpoint", "has no field uri"),
            ({"endpoint": {}}, "endpoint.url", "is missing"),
            ({"picky": CANARY * 3}, "picky", "is not what it must be (ValueError)"),
            ({"key": CANARY}, "key", "stands in the settings themselves"),
            ({"key": 3}, "key", "is no text"),
            ({"key": ""}, "key", "stands in the settings themselves"),
            ({"key": "env:"}, "key", "stands in the settings themselves"),
            ({"kye": CANARY}, "", "have no field kye"),
            ({CANARY + " ": 1}, "", "have no field (a key that is no name)"),
            ({"x" * 99: 1}, "", "have no field (a key that is no name)"),
        ],
    )
    def test_refuses_what_is_not_right(self, changed, field, reason):
        """Each mistake names plugin, instance and field, and never the value."""
        error = refused({"key": Secret("k")} | changed)

        if field:
            assert field == error.field
        assert reason in error.message
        assert "plugin acme" in error.message
        assert error.remedy or reason.startswith("must be")

    @pytest.mark.parametrize("values", [None, {}, [], 3, CANARY, {"url": CANARY}])
    def test_refuses_what_is_no_mapping(self, values):
        """Whatever is given instead of a mapping gives the same kind of error."""
        assert refused(values).message

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.just(CANARY),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
        st.sampled_from([field.name for field in attrs.fields(Everything)]),
    )
    @profile(max_examples=200, deadline=None)
    def test_any_value_gives_settings_or_a_settings_error(self, value, name):
        """No value whatever breaks out, or comes out."""
        values = {"key": Secret("k"), name: value}
        try:
            read_settings(Everything, values, instance="acme-cn")
        except SettingsError as error:
            shown = "".join(traceback.format_exception(error))
            assert CANARY not in shown
            assert "During handling" not in shown

    @pytest.mark.parametrize(
        ("validator", "field", "reason"),
        [(_refuse, "url", "InputError"), (_leave, None, "SystemExit")],
    )
    def test_a_validator_cannot_say_the_value(self, validator, field, reason):
        """A plugin's own validator is not quoted, and cannot leave the process."""

        @attrs.frozen(kw_only=True)
        class Odd:
            url: str = attrs.field(validator=validator)

        error = refused({"url": CANARY}, Odd)

        assert field == error.field
        assert reason in error.message


class TestSecrets:
    """A secret stands elsewhere."""

    def test_from_the_environment(self, monkeypatch):
        """The value of a variable is taken, and the variable can be missing."""
        monkeypatch.setenv("ACME_KEY", CANARY)
        found = read_settings(Everything, {"key": "env:ACME_KEY"})
        monkeypatch.delenv("ACME_KEY")

        assert CANARY == found.key.reveal()
        assert "Set ACME_KEY." == refused({"key": "env:ACME_KEY"}).remedy

    @pytest.mark.parametrize(
        "name", ["A B", "A" * 101, f"{CANARY}", "-"], ids=["blank", "long", "key", "-"]
    )
    def test_a_variable_has_a_name(self, name):
        """What cannot be a variable is not looked up, nor shown."""
        assert "names no variable" in refused({"key": f"env:{name}"}).message

    def test_from_a_file(self, tmp_path):
        """The content of a file is taken without its last line end."""
        file = tmp_path / "key"
        file.write_text(f"{CANARY}\r\n")

        found = read_settings(Everything, {"key": f"file:{file}"})

        assert CANARY == found.key.reveal()

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "empty or too long"),
            (b" \n", "empty or too long"),
            (b"\xff", "UnicodeDecodeError"),
            (b"x" * 65537, "empty or too long"),
            (None, "FileNotFoundError"),
        ],
        ids=["empty", "blank", "bytes", "long", "absent"],
    )
    def test_a_file_that_is_no_secret(self, tmp_path, data, reason):
        """A file that holds none is refused, with the reason."""
        file = tmp_path / "key"
        if data is not None:
            file.write_bytes(data)

        assert reason in refused({"key": f"file:{file}"}).message

    def test_a_pipe_does_not_hang(self, tmp_path):
        """A pipe would be waited for for ever."""
        os.mkfifo(tmp_path / "pipe")

        error = refused({"key": f"file:{tmp_path / 'pipe'}"})

        assert "is no plain file" in error.message
        assert "whole path" in refused({"key": "file:key"}).message

    def test_from_a_source(self):
        """What follows hook: is handed to the source of the host."""
        asked = []

        def source(reference):
            asked.append(reference)
            return CANARY

        found = read_settings(
            Everything, {"key": "hook:vault/acme"}, secret_source=source
        )

        assert ["vault/acme"] == asked
        assert CANARY == found.key.reveal()

    @pytest.mark.parametrize("answer", [None, "", 3, ValueError(CANARY), SystemExit(3)])
    def test_a_source_that_gives_none(self, answer):
        """A source that fails or knows nothing is told without its words."""

        def source(_):
            if isinstance(answer, BaseException):
                raise answer
            return answer

        error = refused({"key": "hook:vault/acme"}, secret_source=source)

        assert "key" == error.field
        assert "host has none" in refused({"key": "hook:vault/acme"}).message


class TestEnvironments:
    """A key of one environment is not used in the other."""

    @pytest.mark.parametrize(
        ("environment", "values", "field"),
        [
            ("sandbox", {"key": Secret("sk_live_1")}, "key"),
            ("sandbox", {"key": Secret(" sk_live_1")}, "key"),
            ("live", {"key": Secret("sk_test_1")}, "key"),
            ("sandbox", {"key": Secret("x"), "account": "P-1"}, "account"),
        ],
    )
    def test_mixing_is_refused(self, environment, values, field):
        """A live key in a sandbox would move real money from a test."""
        error = refused(values, Marked, environment=environment)

        assert field == error.field
        assert f"Use a value for {environment}." == error.remedy

    @pytest.mark.parametrize(
        ("environment", "key"),
        [("live", "sk_live_1"), ("sandbox", "sk_test_1"), ("live", "other")],
    )
    def test_the_right_one_is_taken(self, environment, key):
        """Each environment takes its own keys, and keys that do not tell."""
        values = {"key": Secret(key)}

        assert (
            key == read_settings(Marked, values, environment=environment).key.reveal()
        )

    def test_an_object_is_looked_at_too(self):
        """Settings that the application made are compared as well."""
        refused(Marked(key=Secret("sk_live_1")), Marked)

        assert Marked(key=Secret("x")) == read_settings(Marked, Marked(key=Secret("x")))

    def test_an_empty_beginning_is_refused(self):
        """A beginning that fits everything would refuse every value."""
        with pytest.raises(InputError, match="fits every value"):
            setting(live="")


class TestShown:
    """Settings are printed by permission."""

    def test_only_what_says_so(self):
        """A field that is not marked is masked, secret or not."""
        marked = Marked(
            key=Secret(CANARY), account="A-1", inner=Endpoint(url=f"https://{CANARY}@x")
        )

        assert {"key": "********", "account": "A-1", "inner": "********"} == (
            shown_settings(marked)
        )
        assert CANARY not in repr(shown_settings(Everything(key=Secret(CANARY))))
        assert {} == shown_settings(None)

    def test_of_every_type(self):
        """What may be shown is shown as JSON has it; a mapping never is."""

        @attrs.frozen(kw_only=True)
        class Open:
            key: Secret = setting(shown=True)
            names: tuple[str, ...] = setting(shown=True)
            office: Office = setting(shown=True)
            price: decimal.Decimal = setting(shown=True)
            headers: dict = setting(shown=True)
            inner: Marked = setting(shown=True)

        found = shown_settings(
            Open(
                key=Secret(CANARY),
                names=("a",),
                office=Office.HANOI,
                price=decimal.Decimal("0.10"),
                headers={"a": CANARY},
                inner=Marked(key=Secret(CANARY), account="A"),
            )
        )

        assert CANARY not in repr(found)
        assert ["a"] == found["names"]
        assert ("hanoi", "0.10") == (found["office"], found["price"])
        assert "A" == found["inner"]["account"]


class TestSchema:
    """A settings class as JSON Schema."""

    def test_describes_every_type(self):
        """Each type has its words, and unknown keys are refused."""
        schema = json_schema(Everything)
        fields = schema["properties"]

        assert ["key"] == schema["required"]
        assert False is schema["additionalProperties"]
        assert True is fields["key"]["writeOnly"]
        assert {"type": "integer", "default": 1} == fields["count"]
        assert {"enum": ["shanghai", "hanoi"]} == fields["office"]
        assert {"enum": ["a", "b"], "default": "a"} == fields["mode"]
        assert {"type": "array", "items": {"type": "string"}} == fields["names"]
        assert "string" == fields["headers"]["additionalProperties"]["type"]
        assert {"secret": True} == fields["keys"]["x-pmkit"]
        assert "object" == fields["endpoint"]["anyOf"][0]["type"]

    def test_gives_hints_for_a_form(self):
        """Title, note and beginnings are there; a secret has no default."""
        fields = json_schema(Marked)["properties"]

        assert "API key" == fields["key"]["title"]
        assert "From the console." == fields["key"]["description"]
        assert {
            "secret": True,
            "live": ["sk_live_"],
            "sandbox": ["sk_test_"],
        } == fields["key"]["x-pmkit"]
        assert {"shown": True, "live": ["L-", "P-"]} == fields["account"]["x-pmkit"]

    def test_a_secret_default_is_not_given(self):
        """A default that is a secret stays in the code."""

        @attrs.frozen(kw_only=True)
        class Bad:
            key: Secret = Secret(CANARY)

        assert CANARY not in repr(json_schema(Bad))

    def test_refuses_what_no_file_can_hold(self):
        """A field of another type has no form."""

        @attrs.frozen(kw_only=True)
        class Odd:
            call: type

        with pytest.raises(InputError, match="cannot be written") as caught:
            json_schema(Odd)
        with pytest.raises(InputError, match="no attrs class"):
            json_schema(int)

        assert "call" == caught.value.field
