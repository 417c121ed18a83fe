"""What the companies write can be read back, and nothing else can."""

from __future__ import annotations

import json

import attrs
import pytest

from pmkit.core.errors import InputError
from pmkit.core.money import Money
from pmkit.core.ports import BookingRequest, PaymentObservation
from pmkit.core.report import DefectClass, Finding
from pmkit.sandbox.forms import read, read_news, write, write_news


def over_the_wire(plain):
    """Make of plain values what arrives of them."""
    return json.loads(json.dumps(plain))


class TestForm:
    """Records as JSON."""

    def test_money_is_a_text_with_its_currency(self):
        """An amount has all its digits and never is a number."""
        assert {"amount": "48.00", "currency": "USD"} == write(Money.of("48", "USD"))
        assert {"amount": "1200", "currency": "JPY"} == write(Money.of(1200, "JPY"))

    def test_an_instant_is_utc_with_z(self, world, charging):
        """Instants are RFC 3339."""
        (news,) = world.card.charge(charging(instrument="tok-declines"))

        assert "2026-01-20T01:00:00Z" == write_news(news)["at"]
        assert "payment" == write_news(news)["type"]

    def test_requests_come_back(self, booking):
        """What was written is read back as it was."""
        request = booking()

        assert request == read(over_the_wire(write(request)), BookingRequest)

    def test_all_news_of_a_visit_come_back(self, world, booking):
        """Every kind of news is itself again; only bytes stay behind."""
        agency = world.agency
        agency.book(booking())
        scratch = Finding(
            defect_class=DefectClass.MINOR, description="Scratch", count=2
        )
        agency.accept_appointment("s-1", 1)
        agency.name_inspector("s-1", 1, "Li Na")
        agency.arrive("s-1", 1)
        agency.finish_check("s-1", 1)
        agency.deliver_report("s-1", 1, findings=[scratch])
        news = agency.observations("s-1")

        back = [read_news(over_the_wire(write_news(each))) for each in news]

        assert list(news[:-1]) == back[:-1]
        assert attrs.evolve(news[-1], files=()) == back[-1]

    def test_offsets_and_long_fractions_are_read(self):
        """An instant of any zone is read; digits beyond the sixth are cut off."""
        said = {
            "type": "payment",
            "id": "n-1",
            "order_id": "o-1",
            "payment_id": "p-1",
            "news": "submitted",
            "at": "2026-01-20T09:00:00.1234567+08:00",
        }

        assert "2026-01-20T01:00:00.123456+00:00" == read_news(said).at.isoformat()

    def test_keys_of_tomorrow_are_passed_over_in_news(self, world, charging):
        """A caller goes on when the far side learns to say more."""
        (news,) = world.card.charge(charging(instrument="tok-declines"))

        assert news == read_news({**over_the_wire(write_news(news)), "mood": "bad"})


class TestBadInput:
    """What is no record."""

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"operation_id": 5}, "operation_id"),
            ({"lines": "abc"}, "lines"),
            ({"lines": [{"product": "Cup", "quantity": True}]}, "lines[0].quantity"),
            ({"lines": [{"product": "Cup", "quantity": 2.0}]}, "lines[0].quantity"),
            ({"planned_visits": "1"}, "planned_visits"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_names_the_field(self, booking, change, field):
        """The error says where it is."""
        with pytest.raises(InputError) as caught:
            read(over_the_wire(write(booking())) | change, BookingRequest)
        assert field == caught.value.field

    @pytest.mark.parametrize("value", [None, [], "text", 7, {"type": "gossip"}, {}])
    def test_is_no_news(self, value):
        """What is no object of a known type is refused."""
        with pytest.raises(InputError):
            read_news(value)

    @pytest.mark.parametrize(
        "amount",
        [
            48,
            48.5,
            None,
            {"amount": 48, "currency": "USD"},
            {"amount": "48.005", "currency": "USD"},
            {"amount": "1E2", "currency": "USD"},
            {"amount": "48", "currency": "XXQ"},
            {"amount": "48"},
        ],
    )
    def test_is_no_money(self, amount):
        """A number, or more digits than the currency has, is no money."""
        with pytest.raises(InputError):
            read(amount, Money)

    @pytest.mark.parametrize(
        "at",
        [
            "2026-01-20T09:00:00",
            "2026-01-20",
            "2026-01-20 09:00:00Z",
            "20260120T090000Z",
            "2026-02-30T09:00:00Z",
            "2026-W04-2T09:00:00Z",
            1768899600,
            "0001-01-01T00:00:00+08:00",
            "",
        ],
    )
    def test_is_no_instant(self, at):
        """Only RFC 3339 with its zone is an instant."""
        said = {"id": "n", "order_id": "o", "payment_id": "p", "news": "submitted"}
        with pytest.raises(InputError):
            read({**said, "at": at}, PaymentObservation)
