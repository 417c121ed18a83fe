"""
Everything that can never be right gets an error with its field and what to do, and
changes nothing in the database.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3

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
    CalendarHorizonError,
    CorruptStoreError,
    CurrencyError,
    DocumentError,
    ForeignStoreError,
    InputError,
    MoneyError,
    NaiveTimeError,
    NewerStoreError,
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    SamplingError,
    ShipDateError,
    UnavailableError,
    UnknownKindError,
    UnknownPluginError,
)
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, OrderLine
from pmkit.core.visit import Appointment
from pmkit.facts.aql import sampling_plan
from pmkit.facts.calendars import working_calendar
from pmkit.shell.desk import Desk
from pmkit.shell.wire import read_order_document

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


class TestTables:
    """Samples and calendars that nobody has published."""

    @pytest.mark.parametrize("lot", [1, 0, -5])
    def test_a_lot_begins_with_two(self, lot):
        """Of one piece there is no sample."""
        with pytest.raises(InputError) as caught:
            sampling_plan(lot_size=lot, aql="2.5")

        assert caught.value.field == "lot_size"
        assert caught.value.remedy

    @pytest.mark.parametrize("aql", ["2.6", "-1", "nonsense", "0"])
    def test_an_aql_is_one_of_the_tables(self, aql):
        """There is nothing between 2.5 and 4.0."""
        with pytest.raises(SamplingError) as caught:
            sampling_plan(lot_size=5000, aql=aql)

        assert (SamplingError, "aql", True) == told(caught.value)

    def test_a_year_out_of_range(self):
        """What nobody has announced is not guessed."""
        with pytest.raises(CalendarHorizonError) as caught:
            working_calendar("CN").is_working_day(dt.date(2031, 5, 4))

        assert caught.value.remedy


class TestDocuments:
    """Orders from outside that can not be read."""

    @pytest.mark.parametrize(
        "text", ["{", "[]", "null", '{"order": 1, "order": 2}', '{"a": NaN}', ""]
    )
    def test_malformed_json(self, text):
        """Half a document, another document, a key twice, a number that is none."""
        with pytest.raises(DocumentError) as caught:
            read_order_document(text)

        assert caught.value.remedy

    def test_an_unknown_key(self):
        """A key that nobody knows is not dropped in silence."""
        with pytest.raises(DocumentError) as caught:
            read_order_document(json.dumps({"colour": "red"}))

        assert caught.value.remedy


class TestFiles:
    """A file that is no database of this pmkit."""

    def test_a_file_from_a_newer_version(self, counter):
        """It is refused before anything in it is read or changed."""
        counter.open()
        counter.desk.close()
        raw = sqlite3.connect(counter.path)
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
        raw.close()
        error = refused(counter, lambda: Desk.open(counter.path))

        assert NewerStoreError is type(error)
        assert error.remedy

    def test_a_truncated_file(self, counter):
        """Half a database is refused, not repaired."""
        counter.open()
        counter.desk.close()
        whole = counter.path.read_bytes()
        counter.path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(CorruptStoreError) as caught:
            Desk.open(counter.path)

        assert caught.value.remedy

    @pytest.mark.parametrize("content", [b"hello world", b"\x89PNG\r\n" * 50])
    def test_a_foreign_file(self, tmp_path, content):
        """A file of something else is left alone."""
        path = tmp_path / "foreign.db"
        path.write_bytes(content)
        with pytest.raises(ForeignStoreError) as caught:
            Desk.open(path)

        assert caught.value.remedy
        assert path.read_bytes() == content

    def test_a_foreign_database(self, tmp_path):
        """A SQLite file of another program gets no tables of ours."""
        path = tmp_path / "foreign.db"
        raw = sqlite3.connect(path)
        raw.execute("CREATE TABLE recipes (name TEXT)")
        raw.commit()
        raw.close()
        before = path.read_bytes()
        with pytest.raises(ForeignStoreError):
            Desk.open(path)

        assert path.read_bytes() == before
