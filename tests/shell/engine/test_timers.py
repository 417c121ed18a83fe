"""Due moments as rows: written with what changes an order, gone when they have come."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from tests.shell.counter import ORDER, SUPPLIER, Counter, appointment

from pmkit.core.rules.timers import LOOK_EVERY, TimerKind, settled, timers_of
from pmkit.shell.engine.worker import Worker
from pmkit.testing.engines.child import QUICK

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def counter(tmp_path):
    """Give a desk whose service is booked and has a visit."""
    made = Counter(tmp_path)
    made.booked()
    made.scheduled()
    yield made
    made.desk.close()


def rows(counter):
    """Read the timers of the order, without the look."""
    with counter.desk.store.snapshot() as tx:
        found = tx.timers(ORDER)
    return [timer for timer in found if timer.kind is not TimerKind.LOOK]


def look(counter):
    """Tell when somebody looks."""
    with counter.desk.store.snapshot() as tx:
        return [t.due_at for t in tx.timers(ORDER) if t.kind is TimerKind.LOOK]


def ahead(counter):
    """List the moments of the order that have not come, by the rules."""
    now = counter.world.now()
    return {timer for timer in timers_of(counter.order) if timer.due_at > now}


class TestRows:
    """The rows follow the order."""

    def test_a_new_order_has_a_look(self, tmp_path):
        """An order is looked at within a day from its first command on."""
        made = Counter(tmp_path)
        made.open()
        found = look(made)
        made.desk.close()

        assert [made.world.now() + LOOK_EVERY] == found

    def test_are_those_of_the_order(self, counter):
        """Every moment that is ahead is a row, and no other one is."""
        assert ahead(counter) == set(rows(counter))
        assert rows(counter)

    def test_move_with_a_visit(self, counter):
        """A visit that is moved takes its moments with it."""
        before = set(rows(counter))
        counter.desk.move_visit(
            *counter.on,
            actor=SUPPLIER,
            appointment=appointment("02-09"),
            reason="Not ready.",
        )

        assert ahead(counter) == set(rows(counter))
        assert before != set(rows(counter))

    def test_are_gone_when_they_have_come(self, counter):
        """After a moment was seen to, it has no row; the look is a day later."""
        first = rows(counter)[0]
        counter.world.set(first.due_at)
        counter.desk.work()

        assert first not in rows(counter)
        assert [first.due_at + LOOK_EVERY] == look(counter)

    def test_what_is_missing_is_set_again(self, counter):
        """Rows that an older pmkit forgot are healed by the next look."""
        wanted = set(rows(counter))
        with counter.desk.store.transaction() as tx:
            timers = tx.tables.timers
            tx.connection.execute(sa.delete(timers).where(timers.c.kind != "look"))
            tx.arm([ORDER], counter.world.now())
        counter.desk.work()

        assert wanted == set(rows(counter))

    def test_a_wake_that_fails_is_tried_later(self, counter, monkeypatch):
        """An order that cannot be looked at is put off, and shown after many times."""
        worker = Worker(counter.desk, QUICK)

        def fails(*_, **__):
            raise OSError

        monkeypatch.setattr(type(counter.desk), "_pass", fails)
        for _ in range(20):
            counter.world.set(look(counter)[0])
            counter.desk.fire(counter.desk.take_timers(worker, looks=True), worker)
        with counter.desk.store.snapshot() as tx:
            (left,) = tx.given_up()

        assert (ORDER, 20, "OSError") == (left.name, left.attempts, left.error)
        assert [counter.world.now() + LOOK_EVERY] == look(counter)

    def test_settled_orders_have_no_look(self, counter):
        """Whether an order is settled stands in its row."""
        with counter.desk.store.snapshot() as tx:
            orders = tx.tables.orders
            (said,) = tx.connection.execute(sa.select(orders.c.settled)).scalars()

        assert said == settled(counter.order)
        assert look(counter)


def test_wakes_are_told_inside_the_transaction(counter):
    """An engine hears of a wake on the connection that decides it, or not at all."""
    told = []

    class Ear:
        """Remembers what it is told."""

        def wake(self, order_id, not_before, *, connection=None):
            """Remember it."""
            told.append((order_id, not_before, connection.in_transaction()))

    store = counter.desk.store
    store.waker = Ear()
    now = counter.world.now()

    def wakes_and_fails():
        with store.transaction() as tx:
            tx.wake(ORDER, now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        wakes_and_fails()
    with store.transaction() as tx:
        tx.wake(ORDER, now + HOUR)
        tx.wake(ORDER, now)

    assert [(ORDER, now, True)] == told
