"""
Ship dates and visits through the desk.
"""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.shell.counter import (
    BUYER,
    INSPECTOR,
    ORDER,
    SUPPLIER,
    Counter,
    at,
    found,
)

from pmkit.core.deadlines import CountingConvention
from pmkit.core.errors import (
    NotFoundError,
    OutOfOrderError,
)
from pmkit.core.order import DaysAfterPayment
from pmkit.core.service import EarlierReport, ServiceStage
from pmkit.core.visit import VisitState


@pytest.fixture
def counter(tmp_path):
    """Give a desk on a file of its own."""
    return Counter(tmp_path)


def stages(counter):
    """Give the stages of all services."""
    return [service.stage for service in counter.order.services]


class TestShipDates:
    """Ship dates that are far, open, or moved."""

    def test_next_january_is_provisional(self, tmp_path):
        """In November nobody has announced January: BOOK-1 says so, and is kept."""
        counter = Counter(tmp_path)
        counter.world.set(at("11-02T09:00"))
        counter.open(ship=dt.date(2027, 1, 15))
        counter.add()
        deadline = counter.service.book_by

        assert deadline.provisional
        assert CountingConvention.EXCLUDE_EVENT_DAY is deadline.convention
        assert dt.date(2027, 1, 6) == deadline.last_day
        assert "provisional" in str(deadline.explain()).lower()

    def test_days_after_the_payment(self, counter):
        """40 days after 20 January is Sunday 1 March: BOOK-1 ends with 13 February."""
        counter.open(ship=DaysAfterPayment(days=40))
        counter.add()

        assert (None, "") == (counter.service.book_by, counter.service.warning)
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.card()
        assert dt.date(2026, 3, 1) == counter.order.ship_day
        assert dt.date(2026, 2, 13) == counter.service.book_by.last_day
        assert [ServiceStage.BOOKED] == stages(counter)

    def test_too_few_days_after_the_payment(self, counter):
        """Seven days hold no seven working days: warned first, then refunded."""
        counter.open(ship=DaysAfterPayment(days=7))
        counter.add()

        assert "7 days after" in counter.service.warning
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.card()
        assert [ServiceStage.EXPIRED] == stages(counter)
        assert [counter.service.price.total] == [
            r.amount for r in counter.order.refunds
        ]

    def test_a_booked_service_keeps_its_deadline(self, counter):
        """Moving the ship date asks nobody to pay again."""
        counter.booked()
        before = counter.service.book_by
        counter.desk.move_ship_date(ORDER, actor=SUPPLIER, ship=dt.date(2026, 2, 2))

        assert before == counter.service.book_by
        assert [ServiceStage.BOOKED] == stages(counter)


class TestVisits:
    """Several visits, missed ones, and a second look."""

    def test_each_visit_has_its_report(self, counter):
        """Two visits, two appointments, two reports; the last decision closes."""
        counter.booked(planned_visits=2)
        for number, day in ((1, "02-05"), (2, "02-10")):
            counter.scheduled(day, number)
            counter.visited(day, number)
            counter.reported(f"Report of {day}.", number)
            counter.desk.decide_report(
                *counter.on, actor=BUYER, decision="release", visit_number=number
            )
        reports = counter.desk.reports(*counter.on, actor=BUYER)

        assert ["Report of 02-05.", "Report of 02-10."] == [
            report.latest.summary for report in reports
        ]
        assert [ServiceStage.CLOSED] == stages(counter)

    def test_a_missed_visit_is_made_up_for(self, counter):
        """The factory was not ready: it owes the fee; another visit is asked for."""
        counter.booked()
        counter.scheduled()
        counter.world.set(at("02-05T09:05"))
        counter.desk.fail_visit(
            *counter.on, actor=INSPECTOR, cause="goods-not-ready", note="Half made."
        )
        missed, again = counter.service.visits

        assert VisitState.MISSED is missed.state
        assert (VisitState.REQUESTED, 1) == (again.state, again.replaces)
        assert counter.service.price.total == missed.failure.fee.amount

    def test_a_second_look_names_the_first(self, counter):
        """A re-inspection tells the agency which report made it necessary."""
        counter.booked()
        counter.scheduled()
        counter.visited()
        counter.reported()
        counter.add(
            reinspects=EarlierReport(service_id="srv_1", visit=1, version=1),
        )
        counter.desk.consent(*counter.on, actor=SUPPLIER)
        counter.card(service_id="srv_2")

        assert "srv_1/1/1" == counter.world.agency.tasks[-1].request.earlier_report

    def test_a_second_look_at_nothing(self, counter):
        """A version that was never uploaded is no reason."""
        counter.booked()
        before = counter.dump()
        with pytest.raises(ValueError, match="does not exist"):
            counter.add(
                reinspects=EarlierReport(service_id="srv_1", visit=1, version=1)
            )

        assert before == counter.dump()

    def test_another_inspector_does_not_act(self, counter):
        """Only the named one is on site."""
        counter.booked()
        counter.scheduled()
        counter.world.set(at("02-05T09:05"))
        with pytest.raises(NotFoundError):
            counter.desk.arrive(*counter.on, actor=attrs.evolve(INSPECTOR, name="Wu"))

    def test_a_visit_is_completed_once(self, counter):
        """What is over is not told again."""
        counter.booked()
        counter.scheduled()
        counter.visited()
        with pytest.raises(OutOfOrderError):
            counter.desk.complete_visit(
                *counter.on,
                actor=INSPECTOR,
                ended_at=at("02-05T17:00"),
                **found(),
            )
