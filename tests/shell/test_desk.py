"""
The desk: one command, one answer; several desks; time.
"""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import multiprocessing

import attrs
import pytest
from tests.shell.counter import (
    BUYER,
    OPERATOR,
    ORDER,
    SUPPLIER,
    Counter,
    at,
)

from pmkit.core.errors import (
    ConflictError,
    NotAllowedError,
    RefusedError,
    StaleWriteError,
)
from pmkit.core.parties import Actor, Role
from pmkit.core.service import Payer, ServiceStage
from pmkit.shell.store import verify


@pytest.fixture
def counter(tmp_path):
    """Give a desk on a file of its own."""
    return Counter(tmp_path)


def stages(counter):
    """Give the stages of all services."""
    return [service.stage for service in counter.order.services]


class TestKeys:
    """One command, one key, one answer."""

    def test_a_repeated_command_is_answered_as_it_was(self, counter):
        """The second answer is the first, although the order has gone on."""
        counter.open()
        first = counter.add(key="k")
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        before = counter.dump()

        assert first == counter.add(key="k")
        assert before == counter.dump()

    def test_a_repeated_payment_charges_once(self, counter):
        """Whoever presses the button twice pays once."""
        counter.open()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        for _ in range(3):
            counter.card(key="pay")

        assert 1 == len(counter.order.payments)
        assert {"capture pay_1": 1} == dict(counter.world.card.ledger.effects)

    def test_other_content_is_a_conflict(self, counter):
        """A key stands for one content; the order stays as it is."""
        counter.open()
        counter.add(key="k")
        before = counter.dump()
        with pytest.raises(ConflictError) as caught:
            counter.add(key="k", requirements="Check the plugs.")

        assert ("key", True) == (caught.value.field, bool(caught.value.remedy))
        assert before == counter.dump()

    def test_keys_of_two_companies_never_meet(self, counter):
        """Buyer and supplier may both call their first command 1."""
        counter.open()
        counter.add(key="1")
        counter.add(key="1", actor=SUPPLIER, payer="supplier")

        assert [Payer.BUYER, Payer.SUPPLIER] == [
            service.payer for service in counter.order.services
        ]

    def test_a_refused_command_does_not_use_up_its_key(self, counter):
        """What was too early may be tried again under the same key."""
        counter.open()
        with pytest.raises(RefusedError):
            counter.desk.pay(ORDER, actor=BUYER, method="sandbox-card", key="k")
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.card(key="k")

        assert 1 == len(counter.order.payments)

    def test_opening_an_order_has_a_key_too(self, counter):
        """Bringing the same order again gives the draft."""
        assert counter.open(key="open") == counter.open(key="open")

    def test_a_key_lives_longer_than_the_desk(self, counter):
        """After a restart the answer is still there."""
        counter.open()
        first = counter.add(key="k")
        counter.desk.close()

        assert first == counter.again().add_service(
            ORDER, actor=BUYER, provider="sandbox-agency", key="k"
        )


def write(path, who, count):
    """Send messages from a process of its own."""
    counter = Counter(path)
    for number in range(count):
        counter.desk.send_message(*counter.on, actor=BUYER, text=f"{who} {number}")


class TestTwoDesks:
    """Several desks on one file."""

    def texts(self, counter):
        """Give the texts of all messages, sorted."""
        return sorted(message.text for message in counter.service.messages)

    def test_threads_lose_no_message(self, counter):
        """Four desks, ten messages each: forty messages, one history."""
        counter.booked()

        def talk(who):
            with counter.again() as desk:
                for number in range(10):
                    desk.send_message(
                        ORDER, "srv_1", actor=BUYER, text=f"{who} {number}"
                    )

        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(talk, range(4)))
        expected = sorted(f"{who} {number}" for who in range(4) for number in range(10))

        assert expected == self.texts(counter)
        assert [] == verify(counter.desk.store)

    def test_processes_lose_no_message(self, counter, tmp_path):
        """Three processes, eight messages each."""
        counter.booked()
        spawned = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(3, mp_context=spawned) as pool:
            talks = [pool.submit(write, tmp_path, who, 8) for who in range(3)]
            for talk in talks:
                talk.result(timeout=60)
        expected = sorted(f"{who} {number}" for who in range(3) for number in range(8))

        assert expected == self.texts(counter)
        assert [] == verify(counter.desk.store)

    def test_one_key_from_many_threads_is_one_command(self, counter):
        """Eight impatient clicks add one service."""
        counter.open()

        def click(_):
            with counter.again() as desk:
                return desk.add_service(
                    ORDER, actor=BUYER, provider="sandbox-agency", key="click"
                )

        with concurrent.futures.ThreadPoolExecutor() as pool:
            answers = list(pool.map(click, range(8)))

        assert 1 == len({answer.services[0].id for answer in answers})
        assert 1 == len(counter.order.services)

    def test_what_was_decided_on_an_old_order_is_not_written(self, counter):
        """Who decided on what is no longer so has to decide anew."""
        old = counter.open()
        with counter.desk.store.transaction() as tx:
            history = tx.history(ORDER)
        counter.add()
        placed = attrs.evolve(old, seq=2)

        def late():
            with counter.desk.store.transaction() as tx:
                tx.save(old, placed, [history[0].event], counter.world.now())

        before = counter.dump()
        with pytest.raises(StaleWriteError):
            late()

        assert before == counter.dump()

    def test_two_desks_that_work_at_once_book_once(self, counter):
        """The agency gets one task, and the card is charged once."""
        counter.open()
        counter.add()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.desk.pay(
            ORDER, actor=BUYER, method="sandbox-card", instrument="tok-captures"
        )
        other = counter.again()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda desk: desk.work(), [counter.desk, other] * 3))

        assert 1 == counter.world.agency.ledger.effects["book srv_1"]
        assert {"capture pay_1": 1} == dict(counter.world.card.ledger.effects)
        assert [ServiceStage.BOOKED] == stages(counter)
        assert [] == verify(counter.desk.store)


class TestTime:
    """What happens by itself."""

    def test_an_unpaid_service_expires_at_its_deadline(self, counter):
        """A minute before nothing happens, at midnight it is over; only once."""
        counter.open()
        counter.add()
        counter.world.set(at("03-11T23:59"))

        assert not counter.desk.sweep(ORDER)
        counter.world.set(at("03-12T00:00"))
        assert counter.desk.sweep(ORDER)
        assert [ServiceStage.EXPIRED] == stages(counter)
        assert not counter.desk.sweep(ORDER)

    def test_a_late_report_is_noted_once(self, counter):
        """The visit was on Thursday 5 February: late after Monday the 9th."""
        counter.booked()
        counter.scheduled()
        counter.visited()
        late = counter.service.visits[0].report_late_after
        counter.world.set(late.at)
        counter.desk.work()
        counter.desk.work()
        names = [line.event for line in counter.desk.timeline(ORDER, actor=BUYER)]

        assert dt.date(2026, 2, 9) == late.last_day
        assert 1 == names.count("report-overdue")
        assert counter.desk.status(ORDER, actor=BUYER).services[0].overdue

    def test_a_silent_desk_is_idle(self, counter):
        """After everything is done, work finds nothing to do."""
        counter.booked()
        before = counter.dump()

        assert counter.desk.work().idle
        assert before == counter.dump()

    def test_the_platform_s_own_hand_is_no_buyer(self, counter):
        """An operator does not review for the buyer."""
        counter.booked()
        with pytest.raises(NotAllowedError):
            counter.desk.review(*counter.on, actor=OPERATOR, rating=5)

    def test_a_name_with_a_colon_is_no_other_company(self, counter):
        """Keys are kept apart by role and company, however they are written."""
        counter.open()
        odd = Actor(role=Role.OPERATOR, party="Market:1")
        even = Actor(role=Role.OPERATOR, party="Market")
        counter.add(actor=odd, key="k")
        counter.add(actor=even, key="1:k")

        assert 2 == len(counter.order.services)
