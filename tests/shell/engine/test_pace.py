"""No instance is called more often in a minute than it takes, by all workers."""

from __future__ import annotations

import concurrent.futures
import contextlib
import datetime as dt

import attrs
import pytest
from tests.shell.counter import BUYER, OPEN, SUPPLIER
from tests.shell.far import FarAgency, FarCard, can

from pmkit.hooks.panel import Panel
from pmkit.sandbox import World
from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.engine.worker import Worker
from pmkit.shell.store import Store
from pmkit.testing.engines.child import QUICK

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
AGENCY = "far-agency"
#: Nobody asks for news meanwhile, which counts as well.
SILENT = attrs.evolve(QUICK, ask_in=dt.timedelta(hours=1))


class AskedAgency(FarAgency):
    """An agency that counts how often it is asked for news."""

    news_asked = 0

    def observations(self, service_id):
        """Say nothing, and count it."""
        self.news_asked += 1
        return super().observations(service_id)


def begin(store, at, *, most=2):
    """Begin a call if there is one left; tell whether it was begun."""
    with store.transaction() as tx:
        if not tx.calls_left(AGENCY, at, per_minute=most, wait=True):
            return False
        tx.count_calls(AGENCY, at, 1)
        return True


@pytest.fixture
def store(tmp_path):
    """Have an empty store."""
    with Store.open(tmp_path / "pace.db") as opened:
        yield opened


@pytest.fixture
def world():
    """Have a world with a clock that stands."""
    return World()


@pytest.fixture
def agency(world):
    """Have an agency that takes five calls a minute."""
    found = AskedAgency(world.now)
    found.capabilities = attrs.evolve(can(), calls_per_minute=5)
    return found


@pytest.fixture
def desks(world, agency, tmp_path):
    """Have three desks on one store, with eight services that are paid."""
    panel = Panel.of(agencies=[agency], methods=[FarCard(world.now)])
    with contextlib.ExitStack() as stack:
        found = [
            stack.enter_context(
                Desk.open(tmp_path / "desk.db", panel=panel, clock=world.clock)
            )
            for _ in range(3)
        ]
        for number in range(8):
            order_id = f"TA-{number}"
            found[0].open_order(order_id, **OPEN)
            found[0].add_service(order_id, actor=BUYER, provider=AGENCY)
            found[0].place_order(order_id, actor=SUPPLIER)
            found[0].pay(order_id, actor=BUYER, method="far-card", instrument="tok-1")
        yield found


def booked(agency):
    """Count the bookings that an agency was asked for."""
    return sum(agency.effects.values())


def test_the_third_call_waits_for_a_minute(store):
    """Of two a minute, a third waits until the second of the first is a minute ago."""
    moments = (0.0, 30.0, 59.9, 60.9, 61.0, 61.1, 90.9, 91.0)
    answers = [begin(store, AT + dt.timedelta(seconds=each)) for each in moments]

    assert [True, True, False, False, True, False, False, True] == answers


def test_a_clock_that_goes_back_stops_no_calls(store):
    """What was counted a day ahead does not count when the clock is right again."""
    ahead = AT + dt.timedelta(days=1)
    answers = [begin(store, at) for at in (ahead, ahead, ahead, AT, AT, AT)]

    assert [True, True, False, True, True, False] == answers


@pytest.mark.enable_socket
def test_sixteen_count_together(database):
    """Sixteen who begin at the same time begin no more than there are, and not less."""
    with (
        Store.open(database) as opened,
        concurrent.futures.ThreadPoolExecutor(16) as pool,
    ):
        answers = list(pool.map(lambda _: begin(opened, AT, most=21), range(64)))

    assert 21 == sum(answers)


@pytest.mark.enable_socket
def test_who_counts_keeps_nobody_waiting(database):
    """While somebody counts, others who would take calls are told to come later."""
    with Store.open(database) as opened, opened.transaction() as tx:
        before = tx.calls_left(AGENCY, AT, per_minute=2)
        tx.count_calls(AGENCY, AT, 1)
    with Store.open(database) as opened, opened.transaction() as tx:
        mine = tx.calls_left(AGENCY, AT, per_minute=2)
        with Store.open(database) as other, other.transaction() as theirs:
            left = theirs.calls_left(AGENCY, AT, per_minute=2)

    assert (2, 1, 0) == (before, mine, left)


def test_clocks_that_differ_forget_nothing(store):
    """Five minutes apart, each of two nodes has the limit for itself, and no more."""
    ahead = AT + dt.timedelta(minutes=5)
    answers = [begin(store, at) for _ in range(3) for at in (AT, ahead)]

    assert [True, True, True, True, False, False] == answers


def test_workers_share_the_limit(desks, world, agency):
    """Three workers make five calls in a minute together, and the rest in the next."""
    for desk in desks:
        LocalEngine(desk, SILENT).run(once=True)
    first = booked(agency)
    world.clock.advance(dt.timedelta(seconds=62))
    for desk in desks:
        LocalEngine(desk, SILENT).run(once=True)

    assert (5, 8) == (first, booked(agency))


def test_news_is_asked_for_within_the_limit(desks, world, agency):
    """Who looks at eight orders asks for news as often as the limit leaves it."""
    for _ in range(4):
        LocalEngine(desks[0], QUICK).run(once=True)
        world.clock.advance(dt.timedelta(minutes=2))
    before = agency.news_asked, booked(agency)
    LocalEngine(desks[0], QUICK).run(once=True)
    with desks[0].store.transaction() as tx:
        left = tx.calls_left(AGENCY, world.clock.now(), per_minute=5)

    assert (0, 8) == (left, before[1])
    assert 5 == agency.news_asked - before[0]


def test_only_declared_limits_are_kept(desks):
    """A worker keeps the limits that are declared, and no others."""
    worker = Worker(desks[0], QUICK)

    assert 5 == worker.per_minute(AGENCY)
    assert worker.per_minute("far-card") is None
