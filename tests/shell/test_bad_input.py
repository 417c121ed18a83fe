"""
Everything that can never be right gets an error with its field and what to do, and
changes nothing in the database.
"""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.shell.counter import (
    ACTORS,
    AGENCY,
    BUYER,
    OPERATOR,
    ORDER,
    SUPPLIER,
    Counter,
    appointment,
    at,
    found,
)

from pmkit.core.errors import (
    CurrencyError,
    InputError,
    MoneyError,
    NaiveTimeError,
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    ShipDateError,
    UnavailableError,
    UnknownKindError,
    UnknownPluginError,
)
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, OrderLine
from pmkit.core.visit import Appointment

NAIVE = dt.datetime(2026, 2, 5, 9)  # noqa: DTZ001 - what is to be refused


@pytest.fixture
def counter(tmp_path):
    """Give a desk on a file of its own."""
    return Counter(tmp_path)


def refused(counter, command):
    """Give the error of a command that has to leave the file as it is."""
    before = counter.dump()
    with pytest.raises(Exception, match=r".") as caught:
        command()

    assert before == counter.dump()
    return caught.value


def told(error):
    """Give what an error says for programs: class, field, whether it helps."""
    return type(error), error.field, bool(error.remedy)


class TestOrders:
    """An order that can not be."""

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"ship": dt.date(2026, 1, 19)}, (ShipDateError, "ship_date", True)),
            ({"initial": 1000.0}, (MoneyError, "initial", True)),
            ({"balance": "4000"}, (MoneyError, "balance", True)),
            (
                {"balance": Money.of("4000.00", "EUR")},
                (CurrencyError, "balance", True),
            ),
            ({"initial": Money.of("-1.00", "USD")}, (InputError, "initial", True)),
            ({"lines": ()}, (InputError, "lines", True)),
            ({"buyer": ""}, (InputError, "buyer", True)),
            ({"supplier": " "}, (InputError, "supplier", True)),
            ({"ship": NAIVE}, (InputError, "ship_date", True)),
        ],
        ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
    )
    def test_each_wrong_value_is_named(self, counter, changes, expected):
        """The field that is wrong stands in the error, and nothing is opened."""
        error = refused(counter, lambda: counter.open(**changes))

        assert expected == told(error)

    def test_the_ship_day_itself_is_not_past(self, counter):
        """20 January is today in China: an order may still ship today."""
        counter.open(ship=dt.date(2026, 1, 20))

        assert counter.order.ship_day == dt.date(2026, 1, 20)

    @pytest.mark.parametrize("quantity", [0, -1, 1.5, True, "500"])
    def test_a_quantity_is_a_whole_number_from_one(self, quantity):
        """Zero, less, parts, yes and text are no quantities."""
        with pytest.raises(InputError) as caught:
            OrderLine(product="lamp", quantity=quantity)

        assert (InputError, "quantity", True) == told(caught.value)

    @pytest.mark.parametrize("days", [0, -5, True])
    def test_days_after_a_payment_begin_with_one(self, days):
        """Zero and negative days after a payment are refused."""
        with pytest.raises(InputError) as caught:
            DaysAfterPayment(days=days)

        assert (InputError, "days", True) == told(caught.value)

    def test_an_order_is_opened_once(self, counter):
        """A second order of the same name is refused, whoever opens it."""
        counter.open()
        error = refused(counter, lambda: counter.open(actor=SUPPLIER))

        assert (InputError, "order_id", True) == told(error)

    def test_an_actor_is_more_than_a_word(self, counter):
        """A text can not act."""
        error = refused(counter, lambda: counter.open(actor="buyer"))

        assert (InputError, "actor", True) == told(error)

    def test_an_agency_opens_no_order(self, counter):
        """Opening is not the agency's business."""
        error = refused(counter, lambda: counter.open(actor=AGENCY))

        assert NotAllowedError is type(error)
        assert "buyer" in error.allowed


class TestMoney:
    """Money that is none."""

    def test_a_float_is_no_money(self):
        """Not even a whole one."""
        with pytest.raises(MoneyError) as caught:
            Money.of(48.0, "USD")

        assert caught.value.remedy

    def test_an_unknown_currency(self):
        """USX is nobody's money."""
        with pytest.raises(CurrencyError) as caught:
            Money.of("48.00", "USX")

        assert (CurrencyError, "currency", True) == told(caught.value)

    def test_a_currency_that_the_agency_does_not_sell_in(self, counter):
        """An order in yen gets no quote from an agency without a list in yen."""
        counter.open(
            initial=Money.of("100000", "JPY"), balance=Money.of("400000", "JPY")
        )
        error = refused(counter, counter.add)

        assert (UnavailableError, "currency", True) == told(error)


class TestServices:
    """A service that can not be."""

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"provider": "nobody"}, (UnknownPluginError, "provider", True)),
            ({"kind": "XYZ"}, (UnknownKindError, "kind", True)),
            ({"payer": "agency"}, (InputError, "payer", True)),
            ({"planned_visits": 0}, (InputError, "planned_visits", True)),
            ({"planned_visits": -1}, (InputError, "planned_visits", True)),
            (
                {"kind": "PSI", "planned_visits": 2},
                (InputError, "planned_visits", True),
            ),
        ],
        ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
    )
    def test_each_wrong_value_is_named(self, counter, changes, expected):
        """The field that is wrong stands in the error, and nothing is added."""
        counter.open()
        error = refused(counter, lambda: counter.add(**changes))

        assert expected == told(error)

    def test_what_is_attached_is_listed(self, counter):
        """Who misspells an agency is told which ones there are."""
        counter.open()
        error = refused(counter, lambda: counter.add(provider="sandbox-agencie"))

        assert "sandbox-agency" in error.remedy

    def test_an_unknown_method(self, counter):
        """Who misspells a method is told which ones there are."""
        counter.open()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        error = refused(
            counter, lambda: counter.desk.pay(ORDER, actor=BUYER, method="cash")
        )

        assert (UnknownPluginError, "method", True) == told(error)
        assert "sandbox-card" in error.remedy

    def test_a_purpose_that_is_none(self, counter):
        """Money is for the initial payment, the balance or a service."""
        counter.open()
        error = refused(
            counter,
            lambda: counter.desk.pay(
                ORDER, actor=BUYER, method="sandbox-card", purpose="bribe"
            ),
        )

        assert (InputError, "purpose", True) == told(error)

    @pytest.mark.parametrize("rating", [0, 6, -1, True, 4.5])
    def test_a_rating_is_one_to_five(self, counter, rating):
        """Everything else is refused by name."""
        counter.booked()
        counter.scheduled()
        counter.visited()
        counter.reported()
        counter.desk.close_service(*counter.on, actor=OPERATOR)
        error = refused(
            counter,
            lambda: counter.desk.review(*counter.on, actor=BUYER, rating=rating),
        )

        assert (InputError, "rating", True) == told(error)


class TestTimes:
    """Moments that are none."""

    @pytest.mark.parametrize("field", ["starts_at", "ends_at"])
    def test_a_naive_appointment(self, field):
        """Nobody can tell when nine o'clock without a zone is."""
        with pytest.raises(NaiveTimeError) as caught:
            attrs.evolve(appointment("02-05"), **{field: NAIVE})

        assert (NaiveTimeError, field, True) == told(caught.value)

    def test_an_appointment_that_ends_before_it_begins(self):
        """The end comes after the beginning."""
        with pytest.raises(InputError) as caught:
            Appointment(
                starts_at=at("02-05T17:00"), ends_at=at("02-05T09:00"), place="Shijie"
            )

        assert (InputError, "ends_at", True) == told(caught.value)

    def test_a_naive_end_of_a_visit(self, counter):
        """The report's clock is not started by a time without a zone."""
        counter.booked()
        counter.scheduled()
        counter.world.set(at("02-05T09:05"))
        counter.desk.arrive(*counter.on, actor=AGENCY)
        error = refused(
            counter,
            lambda: counter.desk.complete_visit(
                *counter.on, actor=AGENCY, ended_at=NAIVE, **found()
            ),
        )

        assert (NaiveTimeError, "ended_at", True) == told(error)

    def test_a_naive_promise_of_money(self, counter):
        """When money can be expected is a moment with a zone."""
        counter.open()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.desk.pay(ORDER, actor=BUYER, method="sandbox-transfer")
        error = refused(
            counter,
            lambda: counter.desk.submit_payment(
                ORDER, counter.order.payments[0].id, actor=BUYER, expected_by=NAIVE
            ),
        )

        assert (NaiveTimeError, "expected_by", True) == told(error)

    def test_an_appointment_in_the_past(self, counter):
        """Nobody can come yesterday."""
        counter.booked()
        error = refused(
            counter,
            lambda: counter.desk.propose_appointment(
                *counter.on, actor=SUPPLIER, appointment=appointment("01-19")
            ),
        )

        assert (InputError, "appointment", True) == told(error)

    def test_a_new_ship_date_in_the_past(self, counter):
        """A date that has passed is no date to move to."""
        counter.open()
        error = refused(
            counter,
            lambda: counter.desk.move_ship_date(
                ORDER, actor=SUPPLIER, ship=dt.date(2026, 1, 19)
            ),
        )

        assert (ShipDateError, "ship_date", True) == told(error)


class TestPeople:
    """Somebody else's business."""

    def test_an_actor_without_the_right(self, counter):
        """The supplier does not approve the buyer's money; the error says who may."""
        counter.open()
        counter.add(actor=SUPPLIER)
        error = refused(
            counter,
            lambda: counter.desk.approve_service(*counter.on, actor=SUPPLIER),
        )

        assert NotAllowedError is type(error)
        assert "buyer" in error.allowed

    def test_a_step_out_of_order(self, counter):
        """Nobody arrives at a plant before the service is paid."""
        counter.open()
        counter.add()
        error = refused(counter, lambda: counter.desk.arrive(*counter.on, actor=AGENCY))

        assert OutOfOrderError is type(error)
        assert "booked" in error.allowed

    @pytest.mark.parametrize("actor", ACTORS[:-1], ids=lambda actor: actor.role.value)
    def test_absent_and_not_yours_sound_the_same(self, counter, actor):
        """No error tells a stranger whether the order exists."""
        counter.open()
        counter.add()
        stranger = attrs.evolve(actor, party="Somebody Else")
        mine = counter.service.id
        errors = {
            str(refused(counter, command))
            for name in (ORDER, "TA-404")
            for command in (
                lambda name=name: counter.desk.status(name, actor=stranger),
                lambda name=name: counter.desk.timeline(name, actor=stranger),
                lambda name=name: counter.desk.reports(name, mine, actor=stranger),
                lambda name=name: counter.desk.review(
                    name, mine, actor=stranger, rating=5
                ),
                lambda name=name: counter.desk.pay(
                    name, actor=stranger, method="sandbox-card", service_id=mine
                ),
            )
        }

        assert {"order_id: There is no such thing here."} == errors

    def test_a_refused_picture_is_not_kept(self, counter):
        """Strangers can not fill the database with files."""
        counter.booked()
        stranger = attrs.evolve(BUYER, party="Somebody Else")
        error = refused(
            counter,
            lambda: counter.desk.give_information(
                *counter.on,
                actor=stranger,
                product_details="Lamps",
                sample_pictures=[b"a picture"],
            ),
        )

        assert NotFoundError is type(error)

    @pytest.mark.parametrize("picture", ["text", None, 5])
    def test_a_picture_is_bytes(self, counter, picture):
        """A path or an address is no picture."""
        counter.booked()
        error = refused(
            counter,
            lambda: counter.desk.give_information(
                *counter.on,
                actor=BUYER,
                product_details="Lamps",
                sample_pictures=[picture],
            ),
        )

        assert (InputError, "sample_pictures", True) == told(error)

    def test_a_file_is_bytes(self, counter):
        """Text has no one form as bytes."""
        error = refused(
            counter, lambda: counter.desk.add_file("text", media_type="text/plain")
        )

        assert (InputError, "content", True) == told(error)


class TestTypes:
    """Values of another type than the signature says."""

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"requirements": 5}, "service.requirements"),
            ({"paid_apart": "yes"}, "service.paid_apart"),
            ({"planned_visits": True}, "planned_visits"),
            ({"planned_visits": 2.0}, "planned_visits"),
            ({"provider": 5}, "provider"),
            ({"kind": None}, "kind"),
        ],
    )
    def test_what_could_not_be_read_back_is_not_written(self, counter, changes, field):
        """Otherwise nobody could open the order again."""
        counter.open()
        error = refused(counter, lambda: counter.add(**changes))

        assert field == error.field
        assert error.remedy

    @pytest.mark.parametrize(
        ("command", "given", "field"),
        [
            ("fail_visit", {"cause": "bored"}, "cause"),
            ("decide_report", {"decision": "shrug"}, "decision"),
            ("upload_report", {"verdict": "nice"}, "verdict"),
            ("send_message", {"text": "Hello.", "to": ["everybody"]}, "to"),
            ("open_case", {"addressed_to": "god", "question": "Why?"}, "addressed_to"),
            ("open_case", {"addressed_to": "agency", "question": "?"}, "addressed_to"),
            ("send_message", {"text": ""}, "text"),
            ("send_message", {"text": 5}, "text"),
        ],
    )
    def test_a_word_that_is_none_of_the_possible(self, counter, command, given, field):
        """The error lists what there is."""
        counter.booked()
        actor = AGENCY if command in {"fail_visit", "upload_report"} else BUYER
        error = refused(
            counter,
            lambda: getattr(counter.desk, command)(*counter.on, actor=actor, **given),
        )

        assert (InputError, field, True) == told(error)
