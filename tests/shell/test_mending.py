"""Orders without a timer, and moments that a clock which was ahead left behind."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from tests.property.market import BALANCE, BEGINNING, INITIAL, LAMPS, OPERATOR, SHIPS

from pmkit.core.rules.timers import LOOK_EVERY
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.store import Store
from pmkit.shell.store.mending import FAR, Mender

pytestmark = pytest.mark.enable_socket

ORDER = "TA-1"
OVER = "succeeded"
MONTH = dt.timedelta(days=30)


@pytest.fixture(name="store", params=["sqlite", "postgresql"])
def _store(request, tmp_path):
    """Open a store of each kind."""
    place = tmp_path / "desk.db"
    if request.param == "postgresql":
        place = request.getfixturevalue("database")
    with Store.open(place) as opened:
        yield opened


@pytest.fixture(name="desk")
def _desk(store):
    """Give a desk with an order, whose clock is set."""
    desk = Desk(store, clock=SetClock(BEGINNING))
    desk.open_order(
        ORDER,
        actor=OPERATOR,
        buyer="b",
        supplier="s",
        lines=(LAMPS,),
        initial=INITIAL,
        balance=BALANCE,
        ship=SHIPS[0],
    )
    return desk


def as_before_timers(store) -> None:
    """Leave the order as a pmkit of the revision before timers does."""
    with store.transaction() as tx:
        tx.connection.execute(sa.delete(tx.tables.timers))


def forgotten(store):
    """List the orders without a timer."""
    with store.snapshot() as tx:
        return tx.without_timer()


def look_at(store):
    """Tell when somebody looks at the order."""
    with store.snapshot() as tx:
        timers = tx.tables.timers
        asked = sa.select(timers.c.due_at).where(timers.c.kind == "look")
        return tx.connection.execute(asked).scalar_one()


class Counted:
    """A counter of seconds that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class TestWithoutTimer:
    """An older process writes orders without a timer while it is still there."""

    def test_a_worker_arms_them(self, desk):
        """A worker that finds one sees to it at once, and then every day."""
        as_before_timers(desk.store)
        LocalEngine(desk).run(once=True)

        assert [] == forgotten(desk.store)
        assert BEGINNING + LOOK_EVERY == look_at(desk.store)

    def test_work_arms_them(self, desk):
        """So does work without a worker."""
        as_before_timers(desk.store)
        desk.work()

        assert [] == forgotten(desk.store)

    def test_once_a_minute(self, desk):
        """What is written later is found a minute later, not at every look."""
        counter = Counted()
        mender = Mender(desk.store, counter=counter)
        mender.mend(BEGINNING)
        as_before_timers(desk.store)
        counter.now = 59.0
        mender.mend(BEGINNING)
        early = forgotten(desk.store)
        counter.now = 60.0
        mender.mend(BEGINNING)

        assert [ORDER] == early
        assert [] == forgotten(desk.store)
        assert BEGINNING == look_at(desk.store)


class TestClockGoesBack:
    """The clock was a month ahead, and somebody worked by it."""

    def test_an_order_is_looked_at(self, desk):
        """A look that was put off by a wrong clock comes a day after the right one."""
        desk.clock.set(BEGINNING + MONTH)
        LocalEngine(desk).run(once=True)
        ahead = look_at(desk.store)
        desk.clock.set(BEGINNING)
        LocalEngine(desk).run(once=True)

        assert BEGINNING + MONTH + LOOK_EVERY == ahead
        assert BEGINNING + LOOK_EVERY == look_at(desk.store)

    def test_everything_that_was_put_off(self, desk):
        """Calls, notices and messages are due again, each unless it is over."""
        far = BEGINNING + MONTH
        with desk.store.transaction() as tx:
            put = lay_aside(tx, far)
        Mender(desk.store).mend(BEGINNING)
        with desk.store.snapshot() as tx:
            found = moments(tx)

        assert {far} == set(put.values())
        assert {
            "call": BEGINNING,
            "call that is over": far,
            "notice": BEGINNING,
            "notice that is sent": far,
            "message": BEGINNING,
            "message that is applied": far,
        } == found

    def test_what_is_put_off_for_a_day_stays(self, desk):
        """A pause that a plugin may ask for is no fault of a clock."""
        near = BEGINNING + FAR
        with desk.store.transaction() as tx:
            lay_aside(tx, near)
        Mender(desk.store).mend(BEGINNING)
        with desk.store.snapshot() as tx:
            found = moments(tx)

        assert {near} == set(found.values())


def lay_aside(tx, until):
    """Write one row of each kind that is put off, and one that is over."""
    names, at = tx.tables, BEGINNING
    call = {
        "order_id": ORDER,
        "seq": 1,
        "kind": "charge",
        "plugin": "p",
        "params": "{}",
        "attempts": 1,
        "result": "",
        "created_at": at,
        "updated_at": at,
        "next_at": until,
    }
    message = {
        "provider": "p",
        "account": "",
        "digest": "",
        "received_at": at,
        "body": b"{}",
        "next_at": until,
    }
    notice = {"notifier": "n", "number": 1, "next_at": until}
    rows = (
        (names.effects, {**call, "operation_id": "call", "state": "reserved"}),
        (names.effects, {**call, "operation_id": "call that is over", "state": OVER}),
        (names.inbox, {**message, "event_id": "message", "applied_at": None}),
        (
            names.inbox,
            {**message, "event_id": "message that is applied", "applied_at": at},
        ),
        (names.deliveries, {**notice, "notice_id": "notice", "state": "waiting"}),
        (
            names.deliveries,
            {**notice, "notice_id": "notice that is sent", "state": "sent"},
        ),
    )
    for table, row in rows:
        tx.connection.execute(sa.insert(table), row)
    return moments(tx)


def moments(tx):
    """Tell until when each row is put off."""
    names = tx.tables
    asked = (
        sa.select(names.effects.c.operation_id, names.effects.c.next_at),
        sa.select(names.inbox.c.event_id, names.inbox.c.next_at),
        sa.select(names.deliveries.c.notice_id, names.deliveries.c.next_at),
    )
    return {
        row[0]: row[1]
        for each in asked
        for row in tx.connection.execute(each)
        if row[1] is not None
    }
