"""Rows that cannot be read back, and work that fails, hold up nothing else."""

from __future__ import annotations

import threading
import time

import pytest
import sqlalchemy as sa
from tests.shell.counter import BUYER, OPERATOR, ORDER, SUPPLIER, Counter

from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.messages import ACCOUNT
from pmkit.testing.engines.child import QUICK

NOISE = "{{{"


@pytest.fixture
def counter(tmp_path):
    """Have a desk with an order that is about to be placed."""
    made = Counter(tmp_path)
    made.open()
    made.add()
    made.desk.work()
    yield made
    made.desk.close()


def message(desk, name):
    """Keep a message that waits to be applied."""
    with desk.store.transaction() as tx:
        tx.inbox_add(
            "sandbox-agency",
            ACCOUNT,
            name,
            digest="",
            order_id=None,
            at=desk.clock.now(),
            body=b"{}",
            headers={},
        )


def spoil(desk, table, column):
    """Make a column of a table unreadable in every row."""
    with desk.store.transaction() as tx:
        rows = getattr(tx.tables, table)
        tx.connection.execute(sa.update(rows).values(**{column: NOISE}))


class TestInPassing:
    """What `Desk.work` makes of rows that cannot be read."""

    def test_a_call(self, tmp_path):
        """A call that cannot be read is not made; after 20 passes it is shown."""
        counter = Counter(tmp_path)
        counter.open()
        counter.desk.place_order(ORDER, actor=SUPPLIER)
        counter.desk.pay(ORDER, actor=BUYER, method="sandbox-card")
        spoil(counter.desk, "effects", "params")
        for _ in range(20):
            troubles = counter.desk.work().troubles
        (left,) = counter.desk.dead(actor=OPERATOR)
        again = counter.desk.work().troubles
        unresolved = counter.desk.unresolved(actor=OPERATOR)
        counter.desk.close()

        assert ["corrupt-store"] == [each.code for each in troubles]
        assert ("call", 20, "CorruptStoreError") == (
            left.kind,
            left.attempts,
            left.error,
        )
        assert troubles == again
        assert () == unresolved

    def test_a_message(self, counter):
        """A message that cannot be read is tried 20 times, then shown as refused."""
        message(counter.desk, "event-1")
        spoil(counter.desk, "inbox", "headers")
        for _ in range(20):
            counter.desk.work()
        (left,) = counter.desk.dead(actor=OPERATOR)

        assert ("message", "corrupt-store") == (left.kind, left.error)


class TestLocalEngine:
    """What the engine in process makes of work that fails each time."""

    def test_it_ends_although_the_inbox_fails(self, counter, monkeypatch):
        """A single run is over when all that is left fails."""
        message(counter.desk, "event-1")
        monkeypatch.setattr(Desk, "hear_inbox", fails)
        done = LocalEngine(counter.desk, QUICK).run(once=True)

        assert {"OSError"} == {each.message for each in done.troubles}

    def test_it_does_not_turn_round_and_round(self, counter, monkeypatch):
        """A receiver to which nothing comes through is asked once in each poll."""
        calls = []
        monkeypatch.setattr(Desk, "hear_inbox", lambda desk: fails(calls.append(desk)))
        message(counter.desk, "event-1")
        engine = LocalEngine(counter.desk, QUICK)
        thread = threading.Thread(target=engine.run)
        thread.start()
        time.sleep(1)
        engine.stop()
        thread.join()

        assert 1 < len(calls) <= 1 / QUICK.poll.total_seconds() + 1


def test_a_second_run_finds_what_came_since(counter):
    """An engine that was run once, and is run again at once, does what is new."""
    engine = LocalEngine(counter.desk)
    engine.run(once=True)
    counter.desk.store.waker = None
    counter.desk.place_order(ORDER, actor=SUPPLIER)
    counter.desk.pay(
        ORDER, actor=BUYER, method="sandbox-card", instrument="tok-captures"
    )

    assert 2 == engine.run(once=True).carried_out


def fails(*_):
    """Fail as a database does that is not there."""
    raise OSError


def test_the_order_is_named(counter):
    """Where the state of an order cannot be read, its trouble names the order."""
    spoil(counter.desk, "orders", "state")
    counter.world.advance(days=2)
    done = LocalEngine(counter.desk, QUICK).run(once=True)

    assert {ORDER} == {each.order_id for each in done.troubles}
