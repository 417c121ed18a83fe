"""The stored form is strict and stable; orders from outside are read with suspicion."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pathlib
import subprocess
import sys

import pytest
from tests.core.steps.roads import draft_order

from pmkit.core.errors import (
    CorruptStoreError,
    CurrencyError,
    DocumentError,
    InputError,
    MoneyError,
    NaiveTimeError,
    ShipDateError,
)
from pmkit.core.events import Event
from pmkit.core.events.ordering import OrderPlaced, ShipDateMoved
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, Order, OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.core.payment import Purpose
from pmkit.shell.wire import (
    canonical_json,
    decode,
    decode_event,
    encode,
    encode_event,
    quick_text_of_event,
    read_json,
    read_order_document,
    text_of,
    text_of_event,
)

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "order.json"
AT = dt.datetime(2026, 2, 13, 9, 30, tzinfo=dt.UTC)
BY = Actor(role=Role.BUYER, party="Nordwind GmbH")
ONE_DOLLAR = {"amount": "1.00", "currency": "USD"}
PLACED = (
    '{"at":"2026-02-13T09:30:00Z",'
    '"by":{"party":"Nordwind GmbH","role":"buyer"},"event":"order-placed"}'
)


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


class TestStoredForm:
    """Orders and events as JSON."""

    def test_event_by_hand(self):
        """An event is its name, its instant with Z and who did it, keys sorted."""
        event = OrderPlaced(at=AT, by=BY)

        assert PLACED == canonical_json(encode_event(event))

    def test_roles_come_back_as_roles(self):
        """An enum is read back as the enum, not as a text that equals it."""
        event = decode_event(json.loads(PLACED))

        assert Role is type(event.by.role)

    def test_money_by_hand(self):
        """Money is a text with all decimals of its currency."""
        assert encode(Money.of("48", "USD")) == {"amount": "48.00", "currency": "USD"}
        assert encode(Money.of("48", "JPY")) == {"amount": "48", "currency": "JPY"}

    def test_a_ship_date_says_its_kind(self):
        """The two kinds of ship date are told apart by a tag."""
        event = ShipDateMoved(
            at=AT, by=BY, ship=FixedShipDate(day=dt.date(2026, 3, 20)), day=None
        )
        later = DaysAfterPayment(days=30, after=Purpose.BALANCE)
        moved = ShipDateMoved(at=AT, by=BY, ship=later, day=None)

        assert {"kind": "fixed", "day": "2026-03-20"} == encode_event(event)["ship"]
        assert encode_event(moved)["ship"] == {
            "kind": "days-after-payment",
            "days": 30,
            "after": "balance",
        }

    def test_defaults_are_written(self):
        """A default that means something is written, so a later one changes nothing."""
        line = OrderLine(product="lamp", quantity=5)

        assert {"product": "lamp", "quantity": 5, "unit": "pieces"} == encode(line)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"more": 1}, "more"),
            ({"at": "2026-02-13T09:30:00"}, "at"),
            ({"at": "2026-02-13T17:30:00+08:00"}, "at"),
            ({"at": "2026-02-13T09:30:00+00:00"}, "at"),
            ({"at": 5}, "at"),
            ({"by": {"role": "king", "party": "x"}}, "by.role"),
            ({"by": {"role": "buyer", "party": 5}}, "by.party"),
            ({"by": {"role": "buyer"}}, "by.party"),
            ({"by": None}, "by"),
            ({"event": "service-event"}, "event"),
            ({"event": "never-heard-of"}, "event"),
            ({"event": []}, "event"),
        ],
    )
    def test_refuses(self, change, field):
        """What pmkit would not have written so is not read, and the path is named."""
        with pytest.raises(CorruptStoreError) as caught:
            decode_event({**json.loads(PLACED), **change})

        assert field == caught.value.field

    @pytest.mark.parametrize("value", [None, [], "x", 5, {}])
    def test_refuses_what_is_no_object(self, value):
        """Only an object with a name is an event."""
        with pytest.raises(CorruptStoreError, match="no event of this name"):
            decode_event(value)

    @pytest.mark.parametrize("quantity", ["5", True, 5.0, None])
    def test_converts_nothing(self, quantity):
        """A number that became a text, a boolean or a float is not a number."""
        with pytest.raises(CorruptStoreError) as caught:
            decode({"product": "x", "quantity": quantity, "unit": "y"}, OrderLine)

        assert caught.value.field == "quantity"

    @pytest.mark.parametrize(
        "value",
        [
            {"amount": "48", "currency": "USD"},
            {"amount": 48, "currency": "USD"},
            {"amount": "48.00", "currency": "XYZ"},
            {"amount": "48.00"},
            "48.00",
        ],
    )
    def test_money_has_one_form(self, value):
        """Money in another form than pmkit writes is not read."""
        with pytest.raises(CorruptStoreError, match="cannot be read back"):
            decode(value, Money)

    def test_an_error_does_not_quote(self):
        """The error for an unreadable row shows none of its values."""
        with pytest.raises(CorruptStoreError) as caught:
            decode({"product": " ", "quantity": "tok_secret", "unit": ""}, OrderLine)

        assert "tok_secret" not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize(
        "change",
        [
            {"by": BY.party},
            {"by": Actor(role="buyer", party="x")},
            {"by": Actor(role=Role.BUYER, party=5)},
            {"by": Actor(role=Role.BUYER, party="half \ud800")},
            {"at": AT.replace(tzinfo=None)},
        ],
    )
    def test_what_is_odd_is_not_written_quickly(self, change):
        """The quick way leaves to the slow one what it does not know to be right."""
        event = OrderPlaced(at=AT, by=BY)
        for name, value in change.items():
            object.__setattr__(event, name, value)

        assert None is quick_text_of_event(event)

    def test_a_kind_that_nobody_knows(self):
        """What only helps to write events has no text."""
        with pytest.raises(InputError, match="no kind of event"):
            text_of_event(Event(at=AT, by=BY))

    def test_odd_values_are_written_as_they_are(self):
        """What has no quick way has the text of what it is encoded to."""
        assert '{"a":1.5,"b":["x"]}' == text_of({"b": ["x"], "a": 1.5})
        assert '{"a":{"b":"x"}}' == text_of({"a": {"b": Text("x")}})

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"lines": {"0": {}}}, "lines[0]"),
            ({"ship": {"kind": "soon"}}, "ship"),
            ({"initial": {"amount": "1.00"}}, "initial"),
            ({"initial": ONE_DOLLAR | {"more": "x"}}, "initial"),
            ({"terms": None}, "terms"),
            ({"seq": True}, "seq"),
            ({"services": None}, "services"),
            ({"placed_at": "soon"}, "placed_at"),
            ({"more": None}, "more"),
        ],
    )
    def test_an_order_that_is_odd(self, change, field):
        """Wherever an order is not as pmkit wrote it, it is not read."""
        stored = read_json(text_of(draft_order()))

        with pytest.raises(CorruptStoreError) as caught:
            decode(stored | change, Order)

        assert field == caught.value.field

    def test_is_the_same_in_every_process(self):
        """The text does not depend on the seed of Python's hashes."""
        script = (
            "from pmkit.shell.wire import *;"
            f"print(canonical_json(encode_event(decode_event(read_json({PLACED!r})))))"
        )
        texts = {
            subprocess.run(
                [sys.executable, "-c", script],
                env={"PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
                text=True,
            ).stdout.strip()
            for seed in ("0", "1", "77")
        }

        assert {PLACED} == texts


class TestCanonicalJson:
    """One text per value."""

    def test_half_characters_are_refused(self):
        """Half of a surrogate pair is no character and cannot be stored."""
        with pytest.raises(InputError, match="surrogate"):
            canonical_json({"text": "\ud800"})

    def test_infinity_is_refused(self):
        """JSON has no infinity."""
        with pytest.raises(InputError, match="not finite"):
            canonical_json(float("inf"))


class TestReadJson:
    """JSON that a lenient reader would guess at."""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "{'a': 1}",
            '{"a": NaN}',
            '{"a": -Infinity}',
            '{"a": 1, "a": 1}',
            '{"b": {"a": 1, "a": 2}}',
            "[1,]",
            "1 2",
            "[" * 100_000,
            "9" * 5000,
            b"\xff\xfe",
            b'"\xc3"',
        ],
    )
    def test_refuses(self, text):
        """Malformed, doubled or unreadable JSON is a typed error."""
        with pytest.raises(DocumentError):
            read_json(text)

    def test_a_byte_order_mark_is_no_fault(self):
        """Windows writes one before UTF-8."""
        assert {"a": "货"} == read_json(b'\xef\xbb\xbf{"a": "\xe8\xb4\xa7"}')


def changed(path, value):
    """Give the example with one place changed."""
    document = copy.deepcopy(json.loads(EXAMPLE.read_bytes()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(document)


class TestOrderDocument:
    """An order as a marketplace exports it."""

    def test_the_example_reads(self):
        """The example of the documentation is an order for 5,000 lamps."""
        document = read_order_document(EXAMPLE.read_bytes())

        assert document.id == "TA-2026-0117"
        assert Money.of("3600", "USD") == document.initial
        assert Money.of("8400", "USD") == document.balance
        assert FixedShipDate(day=dt.date(2030, 3, 20)) == document.ship
        assert document.lines[0].quantity == 5000

    def test_days_after_a_payment(self):
        """A ship date may count from a payment."""
        document = read_order_document(
            changed(["ship"], {"days": 30, "after": "balance"})
        )

        assert DaysAfterPayment(days=30, after=Purpose.BALANCE) == document.ship

    @pytest.mark.parametrize(
        ("path", "value", "error", "field"),
        [
            (["more"], 1, DocumentError, "more"),
            (["lines", 0, "more"], 1, DocumentError, "lines[0].more"),
            (["initial", "more"], 1, DocumentError, "initial.more"),
            (["ship", "more"], 1, DocumentError, "ship.more"),
            (["id"], "", InputError, "id"),
            (["id"], 5, DocumentError, "id"),
            (["id"], "a\x00b", DocumentError, "id"),
            (["id"], "\ud800", DocumentError, "id"),
            (["buyer"], None, DocumentError, "buyer"),
            (["currency"], 5, DocumentError, "currency"),
            (["currency"], "EUR", CurrencyError, "initial"),
            (["initial", "amount"], 12.5, MoneyError, "initial.amount"),
            (["initial", "amount"], 12, MoneyError, "initial.amount"),
            (["initial", "amount"], "1.234", MoneyError, "initial.amount"),
            (["initial", "amount"], "1e3", MoneyError, "initial.amount"),
            (["initial", "amount"], "-1.00", MoneyError, "initial"),
            (["initial", "currency"], "XYZ", CurrencyError, "initial.currency"),
            (["initial"], {"amount": "1.00"}, DocumentError, "initial.currency"),
            (["initial"], "1.00", DocumentError, "initial"),
            (["lines"], [], DocumentError, "lines"),
            (["lines"], {}, DocumentError, "lines"),
            (["lines"], [5], DocumentError, "lines[0]"),
            (["lines", 0], {"product": "x"}, DocumentError, "lines[0].quantity"),
            (["lines", 0, "quantity"], 0, InputError, "lines[0].quantity"),
            (["lines", 0, "quantity"], -5, InputError, "lines[0].quantity"),
            (["lines", 0, "quantity"], True, DocumentError, "lines[0].quantity"),
            (["lines", 0, "quantity"], "5", DocumentError, "lines[0].quantity"),
            (["lines", 0, "quantity"], 5.0, DocumentError, "lines[0].quantity"),
            (["ship"], None, DocumentError, "ship"),
            (["ship"], {"days": 30}, DocumentError, "ship.after"),
            (["ship"], {"days": 0, "after": "initial"}, InputError, "ship.days"),
            (["ship"], {"days": 3, "after": "service"}, DocumentError, "ship.after"),
            (["ship"], {"days": 3, "after": []}, DocumentError, "ship.after"),
            (["ship", "date"], "2026-02-30", ShipDateError, "ship.date"),
            (["ship", "date"], "soon", ShipDateError, "ship.date"),
            (["ship", "date"], 20260320, DocumentError, "ship"),
            (["ship", "date"], "2026-03-20T10:00", NaiveTimeError, "ship.date"),
            (["ship", "date"], "2026-03-20T10:00Z", ShipDateError, "ship.date"),
        ],
    )
    def test_refuses(self, path, value, error, field):
        """Each fault has its class, its path and a remedy."""
        with pytest.raises(error) as caught:
            read_order_document(changed(path, value))

        assert error is type(caught.value)
        assert field == caught.value.field
        assert caught.value.remedy

    @pytest.mark.parametrize(
        "key", ["id", "buyer", "supplier", "currency", "initial", "ship", "lines"]
    )
    def test_a_missing_key_is_named(self, key):
        """Every key but those with a default has to be there."""
        document = json.loads(EXAMPLE.read_bytes())
        del document[key]

        with pytest.raises(DocumentError) as caught:
            read_order_document(json.dumps(document))

        assert key == caught.value.field

    @pytest.mark.parametrize("text", ["[]", "null", '"x"', "5"])
    def test_only_an_object_is_an_order(self, text):
        """Other JSON is refused."""
        with pytest.raises(DocumentError, match="not a JSON object"):
            read_order_document(text)
