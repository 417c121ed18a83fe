"""Who holds what: claims, fences, and workers that sleep past their lease."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import threading
import time

import pytest
from tests.shell.far import ASKED, KEYED, Crash, FarAgency, FarCard, panel_of

from pmkit.core.effects import EffectKind
from pmkit.core.plugin_errors import ProviderUnavailableError
from pmkit.shell.clock import SystemClock
from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.engine.worker import Worker
from pmkit.shell.store import EffectState, Store
from pmkit.shell.store.leasing import LONGEST, Lease, LeaseLostError
from pmkit.testing.engines.bench import Bench, history, paid
from pmkit.testing.engines.child import QUICK
from pmkit.testing.engines.outside import Outside

pytestmark = pytest.mark.enable_socket

AT = dt.datetime(2026, 1, 20, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
LEASE = Lease(owner="one", length=30 * SECOND)
OTHER = Lease(owner="two", length=30 * SECOND)
CHARGE = "TA-1/4/charge"


def make_engine(desk, settings):
    """Make the engine that is always there."""
    return LocalEngine(desk, settings)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request, tmp_path):
    """Name an empty database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.db")
    return request.getfixturevalue("database")


@pytest.fixture
def bench(where, tmp_path):
    """Set up a database with an order whose payment is about to be charged."""
    made = Bench(make_engine, where, tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(bench):
    """Open a desk on it."""
    opened = bench.desk()
    paid(opened, "TA-1")
    return opened


def claimed(desk, lease, at=AT):
    """Take the calls that are due; name them."""
    with desk.store.transaction() as tx:
        return [
            (dict(claim.key)["operation_id"], claim.fence)
            for claim in tx.claim_effects(lease, at=at, limit=10)
        ]


class TestClaims:
    """A row is held by one worker at a time."""

    def test_the_second_finds_nothing(self, desk):
        """What one worker holds, no other one takes until the lease ends."""
        first = claimed(desk, LEASE)
        second = claimed(desk, OTHER, AT + 29 * SECOND)
        third = claimed(desk, OTHER, AT + 30 * SECOND)

        assert [(CHARGE, 1)] == first
        assert [] == second
        assert [(CHARGE, 2)] == third

    def test_the_fence_only_rises(self, desk):
        """A call that was given back is taken under a higher number."""
        with desk.store.transaction() as tx:
            claim = tx.claim_effect(CHARGE, LEASE, at=AT)
            claim.release(tx)

        assert [(CHARGE, 2)] == claimed(desk, OTHER)

    def test_a_lease_from_before_the_clock_went_back(self, desk):
        """A lease that ends later than any can is void: nothing waits for a year."""
        claimed(desk, LEASE, AT + LONGEST)

        assert [] == claimed(desk, OTHER, AT + 31 * SECOND)
        assert [(CHARGE, 2)] == claimed(desk, OTHER, AT)

    def test_what_is_behind_waits(self, desk):
        """A call about a subject waits for the one that was decided before it."""
        with desk.store.transaction() as tx:
            effect = tx.effect(CHARGE).effect
            later = type(effect)(
                operation_id="TA-1/9/refund",
                kind=EffectKind.REFUND,
                plugin=effect.plugin,
                subject=effect.subject,
            )
            tx.add_effects("TA-1", 4, [later], AT)

        assert [CHARGE] == [name for name, _ in claimed(desk, LEASE)]

    def test_a_renewed_lease_lasts(self, desk):
        """Who says that they are alive keeps what they hold."""
        with desk.store.transaction() as tx:
            claim = tx.claim_effect(CHARGE, LEASE, at=AT)
            renewed = claim.renew(tx, AT + 60 * SECOND)

        assert renewed
        assert [] == claimed(desk, OTHER, AT + 59 * SECOND)


class TestFence:
    """Who slept past the lease cannot write."""

    def test_a_late_outcome_is_dropped(self, desk, bench):
        """A worker that wakes up after another took over writes nothing at all."""
        worker = Worker(desk, QUICK, name="sleeper")
        (held,) = desk.take_calls(worker, plugin="outside-card")
        with desk.store.transaction() as tx:
            tx.claim_effects(OTHER, at=bench.clock.now() + 2 * SECOND)
        before = history(desk, "TA-1")
        desk.carry(held, worker)

        assert before == history(desk, "TA-1")
        assert 1 == worker.leases_lost
        assert {} == bench.outside.did()

    def test_taken_over_in_the_middle_of_the_call(self, desk, bench):
        """What came back is dropped, and found out by whoever took over."""
        worker = Worker(desk, QUICK, name="sleeper")
        (held,) = desk.take_calls(worker, plugin="outside-card")
        flag = bench.outside.hang("charge")
        thread = threading.Thread(target=desk.carry, args=(held, worker))
        thread.start()
        while not bench.outside.entries():
            time.sleep(0.01)
        bench.clock.advance(2 * SECOND)
        other = bench.desk()
        next_one = Worker(other, QUICK, name="next")
        (again,) = other.take_calls(next_one, plugin="outside-card")
        flag.unlink()
        thread.join()
        state = again.row.state
        dropped = [name for name, _ in history(desk, "TA-1")]
        other.carry(again, next_one)

        assert EffectState.SUBMITTING is state
        assert "money-received" not in dropped
        assert (1, 0) == (worker.leases_lost, next_one.leases_lost)
        assert "money-received" in [name for name, _ in history(desk, "TA-1")]
        assert {1} == set(bench.outside.did().values())

    def test_nothing_is_sent_under_a_lease_that_ran_out(self, desk, bench):
        """A worker that slept before the call does not begin it."""
        seconds = [0.0]
        worker = Worker(desk, QUICK, counter=lambda: seconds[0])
        (held,) = desk.take_calls(worker, plugin="outside-card")
        seconds[0] = 1.0
        desk.carry(held, worker)

        assert {} == bench.outside.did()
        assert 1 == worker.leases_lost

    def test_timers_too(self, desk, bench):
        """Who fires the timers of an order another took over writes nothing."""
        bench.clock.advance(dt.timedelta(days=60))
        worker = Worker(desk, QUICK, name="sleeper")
        claim = desk.take_timers(worker)
        bench.clock.advance(2 * SECOND)
        other = Worker(bench.desk(), QUICK, name="next")
        assert other.desk.take_timers(other) is not None
        before = history(desk, "TA-1")
        desk.fire(claim, worker)

        assert before == history(desk, "TA-1")
        assert 1 == worker.leases_lost

    def test_a_store_under_a_claim_that_is_lost(self, desk):
        """The error says that nothing was written."""
        with desk.store.transaction() as tx:
            claim = tx.claim_effect(CHARGE, Lease(), at=AT)
            tx.claim_effect(CHARGE, OTHER, at=AT)
        lost = pytest.raises(LeaseLostError, match="nothing was written")
        with lost, desk.store.transaction() as tx:
            claim.require(tx)


class TestPoison:
    """What never goes through is given up and shown, and the rest goes on."""

    def test_a_call_that_never_leaves(self, desk, bench, monkeypatch):
        """After twenty attempts it waits for a person; it can be tried again."""
        card = desk.panel.method("outside-card")

        def down(_):
            message = "Down."
            raise ProviderUnavailableError(message)

        monkeypatch.setattr(card, "charge", down)
        for _ in range(25):
            desk.work()
            bench.clock.advance(dt.timedelta(minutes=61))
        with desk.store.snapshot() as tx:
            (left,) = tx.given_up()
            metrics = tx.metrics(bench.clock.now())

        assert (CHARGE, 20) == (left.name, left.attempts)
        assert 1 == metrics.dead_letters

    def test_a_notifier_that_fails(self, desk, bench, monkeypatch):
        """One that fails is not told again what it was told, and holds up no other."""
        post = desk.panel.notifier("outside-post")

        def fails(_):
            raise OSError

        monkeypatch.setattr(post, "send", fails)
        for _ in range(25):
            bench.settle(desk)
            bench.clock.advance(dt.timedelta(minutes=61))
        with desk.store.snapshot() as tx:
            dead = tx.deliveries("dead")

        assert {20} == {row.attempts for row in dead}
        assert {"OSError"} == {row.error for row in dead}

    def test_what_was_given_up_is_not_overdue(self, desk, bench, monkeypatch):
        """A notice is overdue until it is told, put off or given up, and no longer."""
        post = desk.panel.notifier("outside-post")

        def fails(_):
            raise OSError

        monkeypatch.setattr(post, "send", fails)
        overdue = []
        for _ in range(25):
            bench.settle(desk)
            overdue.append(desk.metrics().oldest_due)
            bench.clock.advance(dt.timedelta(minutes=61))
        dead = desk.metrics()

        assert {None} == set(overdue)
        assert dead.notices_waiting > 0
        assert 0 == dead.notices_due
        assert dead.oldest_due_for <= dt.timedelta(minutes=61)


def _started(bench, number):
    file = pathlib.Path(__file__)
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pmkit.testing.engines.child",
            bench.database,
            str(bench.outside.folder),
            str(file),
            "make_engine",
        ],
        env={**os.environ, "PMKIT_NUMBER": str(number)},
    )


def _stop_between(process, bench):
    """Stop a process between two transactions: in one it would lock a whole file."""
    os.kill(process.pid, signal.SIGSTOP)
    while not (_can_be_written(bench.database) and _is_free(bench.outside)):
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGSTOP)


def _is_free(outside):
    with (outside.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _can_be_written(database):
    if "://" in database:
        return True
    raw = sqlite3.connect(database, timeout=0.05, isolation_level=None)
    try:
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    else:
        return True
    finally:
        raw.close()


def _wait(tell, seconds=30.0):
    end = time.monotonic() + seconds
    while not tell():
        assert time.monotonic() < end
        time.sleep(0.02)


class TestProcesses:
    """Real processes, with leases of a second."""

    def test_stopped_past_its_lease(self, bench):
        """A worker that is stopped past its lease does nothing twice when it wakes."""
        desk = bench.desk(SystemClock())
        ship = SystemClock().now().date() + dt.timedelta(days=60)
        paid(desk, "TA-1", ship=ship)
        flag = bench.outside.hang("charge")
        sleeper = _started(bench, 1)
        try:
            _wait(lambda: bool(bench.outside.entries()))
            _wait(lambda: desk.metrics().notices_waiting == 0)
            _stop_between(sleeper, bench)
            flag.unlink()
            second = _started(bench, 2)
            try:
                names = {"booking-confirmed"}
                _wait(lambda: names <= {n for n, _ in history(desk, "TA-1")})
                os.kill(sleeper.pid, signal.SIGCONT)
                _wait(lambda: desk.metrics().leases_lost > 0)
            finally:
                second.kill()
                second.wait()
        finally:
            sleeper.kill()
            sleeper.wait()

        assert {1} == set(bench.outside.did().values())
        assert len(history(desk, "TA-1")) == len(set(history(desk, "TA-1")))


class TestRecovery:
    """What a dead worker had begun."""

    @pytest.mark.parametrize("capabilities", [ASKED, KEYED])
    def test_is_settled_when_its_lease_ends(self, tmp_path, capabilities):
        """A call under a lease that ran out is found out about at once."""
        bench = Bench(make_engine, str(tmp_path / "desk.db"), tmp_path)
        agency = FarAgency(bench.clock.now, capabilities)
        card = FarCard(bench.clock.now, capabilities)
        desk = bench.desk()
        card.name = "outside-card"
        agency.name = "outside-agency"
        desk.panel = panel_of(Outsider(desk.panel), agency, card)
        paid(desk, "TA-1")
        card.faults.append("crash-after")
        worker = Worker(desk, QUICK)
        (held,) = desk.take_calls(worker, plugin="outside-card")
        with pytest.raises(Crash):
            desk.carry(held, worker)
        early = desk.take_calls(worker, plugin="outside-card")
        bench.clock.advance(1.1 * SECOND)
        (again,) = desk.take_calls(worker, plugin="outside-card")
        desk.carry(again, worker)
        bench.close()

        assert [] == early
        assert {1} == set(card.effects.values())


class Outsider:
    """What `panel_of` asks of a world."""

    def __init__(self, panel):
        (self.notifier,) = panel.notifiers.values()


def test_a_store_in_memory_has_no_order_without_a_timer():
    """The invariant holds of nothing, too."""
    with Store.memory() as store, store.snapshot() as tx:
        assert [] == tx.without_timer()


def test_the_world_outside_counts_by_meaning(tmp_path):
    """Two keys of one meaning are two effects of it."""
    outside = Outside(tmp_path, SystemClock().now)
    outside.do("a", "book srv_1")
    outside.do("a", "book srv_1")
    outside.do("b", "book srv_1")

    assert {"book srv_1": 2} == outside.did()


def test_a_worker_on_a_desk_in_memory():
    """It says that it is alive, and stops."""
    with Desk.open() as desk:
        with Worker(desk, QUICK, name="w-1"), desk.store.snapshot() as tx:
            (seen,) = tx.workers_seen()

        assert "w-1" == seen.name
