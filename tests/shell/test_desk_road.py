"""
The road through the desk: who sees what, money, ship dates, visits.
"""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.shell.counter import (
    AGENCY,
    APPROVER,
    BUYER,
    ORDER,
    SUPPLIER,
    Counter,
    appointment,
    at,
)

from pmkit.core.errors import (
    NotAllowedError,
    NotFoundError,
    TooLateError,
    UnavailableError,
)
from pmkit.core.money import Money
from pmkit.core.parties import Role
from pmkit.core.payment import PaymentState
from pmkit.core.service import ServiceStage
from pmkit.core.terms import TERMS_2026_01
from pmkit.sandbox.pay_later import PAUSED


@pytest.fixture
def counter(tmp_path):
    """Give a desk on a file of its own."""
    return Counter(tmp_path)


def stages(counter):
    """Give the stages of all services."""
    return [service.stage for service in counter.order.services]


class TestSight:
    """What each role is shown."""

    def reviewed(self, counter):
        """Walk to a released report with a second version behind it."""
        counter.booked()
        counter.scheduled()
        counter.visited()
        counter.reported("First words.")
        counter.desk.release_report(*counter.on, actor=BUYER)
        counter.reported("Second words.")

    def section(self, counter, actor):
        """Give the one section of the status."""
        (section,) = counter.desk.status(ORDER, actor=actor).services
        return section

    def test_the_price_is_the_payers(self, counter):
        """The supplier sees neither the buyer's price nor the buyer's payments."""
        counter.booked()
        mine, theirs = self.section(counter, BUYER), self.section(counter, SUPPLIER)

        assert counter.service.price.total == mine.price
        assert ["pay_1"] == [payment.payment_id for payment in mine.payments]
        assert (None, ()) == (theirs.price, theirs.payments)

    def test_the_supplier_learns_nobody_s_name(self, counter):
        """Neither status nor timeline say who comes."""
        counter.booked()
        counter.desk.propose_appointment(
            *counter.on, actor=SUPPLIER, appointment=appointment("02-05")
        )
        agency = counter.world.agency
        agency.accept_appointment("srv_1", 1)
        agency.name_inspector("srv_1", 1, "Chen")
        counter.desk.work()

        assert "Chen" in repr(self.section(counter, BUYER))
        assert "Chen" not in repr(self.section(counter, SUPPLIER))
        assert "Chen" in repr(counter.desk.timeline(ORDER, actor=BUYER))
        assert "Chen" not in repr(counter.desk.timeline(ORDER, actor=SUPPLIER))

    def test_the_supplier_reads_what_was_released(self, counter):
        """A later version is not released by an earlier release."""
        self.reviewed(counter)

        assert "Second words." in repr(self.section(counter, BUYER))
        assert "First words." in repr(self.section(counter, SUPPLIER))
        assert "Second words." not in repr(self.section(counter, SUPPLIER))
        assert "Second words." not in repr(
            counter.desk.reports(*counter.on, actor=SUPPLIER)
        )

    def test_an_agency_sees_its_own_services(self, counter):
        """Another agency has no section, and a strange one no status."""
        counter.open()
        counter.add()
        with pytest.raises(NotFoundError):
            counter.desk.status(ORDER, actor=attrs.evolve(AGENCY, party="Other"))

        assert "srv_1" == self.section(counter, AGENCY).service_id

    def test_the_next_step_names_its_people(self, counter):
        """Once the service is paid the supplier and the buyer have to act."""
        counter.booked()
        section = self.section(counter, BUYER)

        assert (Role.SUPPLIER, Role.BUYER) == section.next.who
        assert ServiceStage.BOOKED is section.stage

    def test_every_deadline_explains_itself(self, counter):
        """BOOK-1 names its last day, 11 March, and the days it counted."""
        counter.booked()
        (due,) = self.section(counter, BUYER).deadlines

        assert dt.date(2026, 3, 11) == due.deadline.last_day
        assert at("03-12T00:00") == due.deadline.at
        assert not due.passed
        assert "BOOK-1" in due.explanation

    def test_the_timeline_is_dense_and_chained(self, counter):
        """1, 2, 3 ..., each with its name, its hash and who did it."""
        counter.booked()
        lines = counter.desk.timeline(ORDER, actor=BUYER)

        assert list(range(1, len(lines) + 1)) == [line.seq for line in lines]
        assert ["order-opened", "service-added", "order-placed", "payment-started"] == [
            line.event for line in lines[:4]
        ]
        assert len(lines) == len({line.hash for line in lines})
        assert "buyer Nordlicht (Ada)" == lines[0].by


class TestPaying:
    """Methods, deadlines and limits."""

    def options(self, counter, **given):
        """Give the options by their names."""
        found_options = counter.desk.payment_options(ORDER, actor=BUYER, **given)
        return {option.name: option for option in found_options}

    def method_3(self, counter):
        """Add a service after the initial payment, agreed to by the supplier."""
        counter.in_production()
        counter.add()
        counter.desk.consent(*counter.on, actor=SUPPLIER)

    def test_pay_later_says_why_not(self, counter):
        """It is on the list, with its reason, and refuses in the same words."""
        counter.open()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        option = self.options(counter)["sandbox-pay-later"]

        assert (False, PAUSED) == (option.available, option.reason)
        with pytest.raises(UnavailableError, match="temporarily unavailable"):
            counter.desk.pay(ORDER, actor=BUYER, method="sandbox-pay-later")

    def test_a_transfer_too_slow_for_the_cut_off(self, counter):
        """Five days before the money comes it is 14 March: refused, with both days."""
        self.method_3(counter)
        counter.world.set(at("03-09T09:00"))
        with pytest.raises(UnavailableError) as caught:
            counter.desk.pay(
                ORDER, actor=BUYER, method="sandbox-transfer", service_id="srv_1"
            )

        assert "method" == caught.value.field
        assert "2026-03-14" in caught.value.message
        assert "faster" in caught.value.allowed
        counter.card(service_id="srv_1")
        assert [ServiceStage.BOOKED] == stages(counter)

    def test_terms_that_count_submission(self, tmp_path):
        """Sent before the cut-off and received after it, the service is booked."""
        terms = attrs.evolve(TERMS_2026_01, submitted_counts=("sandbox-transfer",))
        counter = Counter(tmp_path, terms=terms)
        self.method_3(counter)
        counter.world.set(at("03-11T09:00"))
        counter.desk.pay(
            ORDER, actor=BUYER, method="sandbox-transfer", service_id="srv_1"
        )
        counter.desk.work()
        counter.world.transfer.sends("pay_2")
        counter.desk.work()
        counter.world.set(at("03-14T09:00"))
        counter.world.transfer.arrives("pay_2")
        counter.desk.work()

        assert [ServiceStage.BOOKED] == stages(counter)
        assert at("03-11T09:00") == counter.service.booking.at

    def test_received_late_goes_back(self, counter):
        """Sent in time, received at the cut-off: expired, and all of it refunded."""
        self.method_3(counter)
        counter.world.set(at("03-06T09:00"))
        counter.desk.pay(
            ORDER, actor=BUYER, method="sandbox-transfer", service_id="srv_1"
        )
        counter.desk.work()
        counter.world.transfer.sends("pay_2")
        counter.desk.work()
        counter.world.set(at("03-12T00:00"))
        counter.world.transfer.arrives("pay_2")
        counter.desk.work()

        assert [ServiceStage.EXPIRED] == stages(counter)
        assert [counter.service.price.total] == [
            r.amount for r in counter.order.refunds
        ]
        (refund,) = counter.order.refunds
        assert 1 == counter.world.transfer.ledger.effects[f"refund {refund.id}"]

    def test_a_moment_before_the_cut_off_counts(self, counter):
        """One second before midnight in China the money is in time."""
        self.method_3(counter)
        counter.world.set(at("03-11T23:59"))
        counter.card(service_id="srv_1")

        assert [ServiceStage.BOOKED] == stages(counter)

    def test_at_the_cut_off_it_is_too_late(self, counter):
        """Midnight itself is the first instant that is too late."""
        self.method_3(counter)
        counter.world.set(at("03-12T00:00"))
        with pytest.raises(TooLateError, match="BOOK-1"):
            counter.card(service_id="srv_1")

    def test_a_card_that_needs_a_step(self, counter):
        """Nothing is booked before the payer has confirmed with the bank."""
        counter.open()
        counter.add()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.desk.pay(
            ORDER, actor=BUYER, method="sandbox-card", instrument="tok-needs-step"
        )
        counter.desk.work()

        assert PaymentState.ACTION_REQUIRED is counter.order.payments[0].state
        counter.world.card.confirm("pay_1")
        counter.desk.work()
        assert [ServiceStage.BOOKED] == stages(counter)

    def test_an_amount_above_the_limit_needs_the_approver(self, tmp_path):
        """One person pays up to the limit, two above it."""
        limit = Money.of("1000.00", "USD")
        terms = attrs.evolve(TERMS_2026_01, approval_limit=limit)
        counter = Counter(tmp_path, terms=terms)
        counter.open()
        counter.add()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        with pytest.raises(NotAllowedError, match="approver"):
            counter.card()
        counter.card(actor=APPROVER)

        assert [ServiceStage.BOOKED] == stages(counter)

    def test_the_limit_itself_needs_nobody(self, tmp_path):
        """An amount of exactly the limit is not above it."""
        terms = attrs.evolve(TERMS_2026_01, approval_limit=Money.of("1000.00", "USD"))
        counter = Counter(tmp_path, terms=terms)
        counter.in_production()

        assert counter.order.payments[0].received_at is not None

    def test_what_the_supplier_pays(self, counter):
        """It is paid by the supplier, apart, and the buyer can not pay it."""
        counter.open()
        counter.add(actor=SUPPLIER, payer="supplier")
        counter.desk.place_order(ORDER, actor=BUYER)
        with pytest.raises(NotAllowedError):
            counter.card(service_id="srv_1")
        counter.card(actor=SUPPLIER, service_id="srv_1")

        assert [ServiceStage.BOOKED] == stages(counter)
        assert SUPPLIER == counter.order.payments[0].started_by
        assert () == counter.desk.status(ORDER, actor=BUYER).services[0].payments
