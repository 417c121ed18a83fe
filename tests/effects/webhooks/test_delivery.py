"""A message as it came in."""

from __future__ import annotations

import datetime as dt

import pytest

from pmkit.core.errors import InputError, NaiveTimeError
from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import Delivery, Headers
from pmkit.effects.webhooks.delivery import LONGEST_BODY

AT = dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC)


class TestHeaders:
    """Names in any case, values as often as they came."""

    def test_names_in_any_case(self):
        """HTTP does not know capitals in the name of a header."""
        headers = Headers({"X-One": "1"})

        assert ["1", "1"] == [headers.one("x-one"), headers.one("X-ONE")]

    def test_texts_and_bytes(self):
        """ASGI gives bytes; every byte has a character."""
        headers = Headers([(b"x-one", b" 1\t"), ("x-two", "2"), (b"x-\xff", b"\xff")])

        assert [("x-one", "1"), ("x-two", "2"), ("x-ÿ", "ÿ")] == list(headers)
        assert len(headers) == 3

    def test_all_of_one_name(self):
        """Each value in its place."""
        headers = Headers([("a", "1"), ("b", "2"), ("A", "3")])

        assert ("1", "3") == headers.all("a")
        assert headers == Headers([("A", "1"), ("B", "2"), ("A", "3")])
        assert headers != Headers() != 5

    @pytest.mark.parametrize(
        "pairs",
        [
            [],
            [("x", "1"), ("X", "1")],
            [("x", "")],
            [("x", " ")],
            [("x", "é")],
            [("x", "a\r\nb")],
            [("x", "a\x00")],
            [("x", "\ud800")],
            [(b"x", b"\xff")],
            [("x", "1" * 4097)],
        ],
        ids=range(10),
    )
    def test_one_that_can_be_used(self, pairs):
        """Missing, twice, empty, not printable or endless: nothing can rest on it."""
        with pytest.raises(WebhookRejected) as raised:
            Headers(pairs).one("x")

        assert raised.value.field == "x"

    def test_the_longest(self):
        """4096 characters are a value still."""
        assert len(Headers([("x", "1" * 4096)]).one("x")) == 4096

    def test_too_many(self):
        """200 headers are many; with 201 the message is not looked at."""
        assert len(Headers([("x", "1")] * 200)) == 200
        with pytest.raises(WebhookRejected, match="200"):
            Headers([("x", "1")] * 201)

    @pytest.mark.parametrize(
        "pairs", [["ab"], [("a",)], [("a", 1)], [(None, "a")], {"a": None}]
    )
    def test_what_is_no_header(self, pairs):
        """That is a mistake of the application, not of the sender."""
        with pytest.raises(InputError):
            Headers(pairs)

    def test_shows_no_value(self):
        """Some senders put a token in clear above the body."""
        assert repr(Headers({"authorization": "Bearer x"})) == "Headers(1 headers)"


class TestDelivery:
    """Bytes, headers, and when they came."""

    def test_the_longest_body(self):
        """One mebibyte is looked at, one byte more is not."""
        at_most = Delivery(body=b" " * LONGEST_BODY, headers=(), received_at=AT)

        assert LONGEST_BODY == 1_048_576 == len(at_most.body)
        with pytest.raises(WebhookRejected, match="1048576"):
            Delivery(body=b" " * (LONGEST_BODY + 1), headers=(), received_at=AT)

    @pytest.mark.parametrize("body", ["{}", None, bytearray(b"{}"), {"a": 1}])
    def test_only_bytes_are_signed(self, body):
        """What was decoded already cannot be verified any more."""
        with pytest.raises(InputError, match="bytes"):
            Delivery(body=body, headers=(), received_at=AT)

    def test_when_it_came_has_a_zone(self):
        """Nobody can compare a stamp with an instant that nobody can tell."""
        with pytest.raises(NaiveTimeError):
            Delivery(
                body=b"",
                headers=(),
                received_at=dt.datetime(2026, 1, 20),  # noqa: DTZ001 - that is the mistake
            )

    def test_shows_no_body(self):
        """A message is not printed by accident."""
        assert "sk-1" not in repr(Delivery(body=b"sk-1", headers=(), received_at=AT))
