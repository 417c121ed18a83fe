"""Laws of the stored form: whatever pmkit can hold, it can store and read back."""

from __future__ import annotations

import datetime as dt
import functools
import json

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from pmkit.core import events
from pmkit.core.deadlines import CountingConvention, Deadline, Opening
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, Order, OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.core.report import ClassResult, Evidence, Sample
from pmkit.core.review import Opinion
from pmkit.core.service import Price, PriceLine
from pmkit.core.visit import Appointment, Progress
from pmkit.shell.reading import reader
from pmkit.shell.wire import (
    canonical_json,
    decode_event,
    decode_order,
    encode_event,
    encode_order,
    ours,
    quick_text_of_event,
    read_json,
)
from pmkit.shell.writing import written

KINDS = sorted(events.Event.kinds)

# ------------------------------------------------------- values that records accept

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = texts.filter(str.strip)
numbers = st.integers(1, 10**9)
days = st.dates()
instants = st.datetimes(timezones=st.just(dt.UTC)).map(lambda at: at.replace(fold=0))
monies = st.builds(
    Money, st.integers(-(10**12), 10**12), st.sampled_from(["USD", "JPY", "KWD", "CLF"])
)
dollars = st.builds(Money, st.integers(0, 10**9), st.just("USD"))
actors = st.builds(Actor, role=st.sampled_from(Role), party=texts, name=texts)


def tuples(of):
    # One is enough: two would only make large orders larger.
    return st.lists(of, max_size=1).map(tuple)


def deadlines():
    return st.builds(
        Deadline,
        at=instants,
        last_day=days,
        counted=tuples(days),
        clause=texts,
        convention=st.none() | st.sampled_from(CountingConvention),
        zone=texts,
        event_day=days,
        event_at=st.none() | instants,
        provisional=st.booleans(),
    )


def openings():
    return st.builds(
        Opening,
        at=instants,
        first_day=days,
        clause=texts,
        zone=texts,
        event_day=days,
        event_at=instants,
    )


def appointments():
    return st.builds(
        Appointment,
        starts_at=st.just(dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)),
        ends_at=st.timedeltas(dt.timedelta(minutes=1), dt.timedelta(days=9)).map(
            lambda length: dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC) + length
        ),
        place=names,
        contact=texts,
    )


def samples():
    return st.builds(
        Sample,
        lot_size=st.integers(100, 10**6),
        level=texts,
        code_letter=texts,
        sample_size=st.integers(1, 100),
        classes=tuples(special(ClassResult)),
    )


#: Records whose fields depend on each other.
SPECIAL = {
    Deadline: deadlines,
    Opening: openings,
    Appointment: appointments,
    Sample: samples,
    Money: lambda: monies,
    Actor: lambda: actors,
    Price: lambda: st.builds(
        Price,
        lines=st.lists(generic(PriceLine, amount=dollars), min_size=1, max_size=2).map(
            tuple
        ),
        quote=texts,
    ),
    Order: lambda: generic(
        Order,
        currency=st.just("USD"),
        initial=dollars,
        balance=dollars,
        lines=st.lists(generic(OrderLine), min_size=1, max_size=2).map(tuple),
    ),
    Evidence: lambda: generic(
        Evidence, sha256=st.text("0123456789abcdef", min_size=64, max_size=64)
    ),
    ClassResult: lambda: generic(
        ClassResult,
        # An AQL of 0 would need the numbers 0 and 1.
        aql=st.sampled_from(["0.65", "2.5", "4.0"]),
        acceptance_number=st.integers(0, 5),
        rejection_number=st.integers(6, 9),
    ),
    Progress: lambda: generic(
        Progress, finished=st.integers(100, 200), packed=st.integers(0, 100)
    ),
    Opinion: lambda: generic(Opinion, rating=st.integers(1, 5)),
}

LEAVES = {
    str: names,
    int: numbers,
    bool: st.booleans(),
    dt.datetime: instants,
    dt.date: days,
    FixedShipDate: st.builds(FixedShipDate, day=days),
    DaysAfterPayment: st.builds(DaysAfterPayment, days=numbers),
}


@functools.cache
def plainly(record):
    """Give a strategy for a record whose fields are free."""
    return generic(record)


def generic(record, **given):
    """Build a record from strategies for the types of its fields."""
    attrs.resolve_types(record)
    fields = {
        field.name: given.get(field.name, value_of(field.type))
        for field in attrs.fields(record)
    }
    return st.builds(record, **fields)


@functools.cache
def special(kind):
    """Give the one strategy for a record whose fields depend on each other."""
    return SPECIAL[kind]()


@functools.cache
def value_of(kind):  # noqa: PLR0911 - one answer for each sort of type
    """Give a strategy for one type; deferred, so that each is built once."""
    if kind in LEAVES:
        return LEAVES[kind]
    if kind in SPECIAL:
        return st.deferred(lambda: special(kind))
    if attrs.has(kind):
        return st.deferred(lambda: plainly(kind))
    parts = getattr(kind, "__args__", ())
    if getattr(kind, "__origin__", None) is tuple and parts[-1] is Ellipsis:
        return tuples(value_of(parts[0]))
    if getattr(kind, "__origin__", None) is tuple:
        return st.tuples(*map(value_of, parts))
    if parts:
        return st.one_of([value_of(part) for part in parts])
    return st.none() if kind is type(None) else st.sampled_from(kind)


class TestEveryEvent:
    """Storing an event and reading it back gives the same event."""

    @pytest.mark.parametrize("name", KINDS)
    @settings(max_examples=6)
    @given(data=st.data())
    def test_survives(self, name: str, data: st.DataObject) -> None:
        """An event of this kind comes back equal from its text."""
        event = data.draw(plainly(events.Event.kinds[name]))
        text = canonical_json(encode_event(event))

        again = decode_event(read_json(text))

        assert event == again
        # A StrEnum equals its text; their reprs differ.
        assert repr(event) == repr(again)

    @pytest.mark.parametrize("name", KINDS)
    @settings(max_examples=6)
    @given(data=st.data())
    def test_the_quick_ways_are_the_slow_ones(
        self, name: str, data: st.DataObject
    ) -> None:
        """What is written and read quickly is what the converter writes and reads."""
        kind = events.Event.kinds[name]
        event = data.draw(plainly(kind))
        plain = read_json(canonical_json(ours().unstructure(event)))

        assert canonical_json({"event": name} | plain) == quick_text_of_event(event)
        assert canonical_json(plain) == written(event)
        assert ours().structure(plain, kind) == reader(kind)(plain)

    @pytest.mark.parametrize("name", KINDS)
    @settings(max_examples=3)
    @given(data=st.data())
    def test_has_one_text(self, name: str, data: st.DataObject) -> None:
        """What was read back is written as the same text again."""
        event = data.draw(plainly(events.Event.kinds[name]))
        text = canonical_json(encode_event(event))

        assert text == canonical_json(encode_event(decode_event(read_json(text))))


class TestOrders:
    """Storing an order and reading it back gives the same order."""

    @given(st.deferred(lambda: special(Order)))
    def test_survive(self, order: Order) -> None:
        """An order with anything on it comes back equal from its text."""
        text = canonical_json(encode_order(order))

        again = decode_order(read_json(text))

        assert order == again
        assert repr(order) == repr(again)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner),
    max_leaves=8,
)


class TestCanonicalText:
    """Equal values have one text, and it is JSON."""

    @given(plain)
    def test_is_json(self, value: object) -> None:
        """The standard reader reads it back."""
        assert value == json.loads(canonical_json(value))

    @given(st.dictionaries(texts, plain | instants | days | monies | actors))
    def test_records_may_stand_in_it(self, value: dict[str, object]) -> None:
        """Values with records in them have the text of what they are encoded to."""
        assert canonical_json(ours().unstructure(value)) == written(value)

    @given(st.dictionaries(texts, plain))
    def test_order_of_keys_does_not_matter(self, value: dict[str, object]) -> None:
        """A dict that was filled backwards has the same text."""
        backwards = dict(reversed(value.items()))

        assert canonical_json(value) == canonical_json(backwards)
