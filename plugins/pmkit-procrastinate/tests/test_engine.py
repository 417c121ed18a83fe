"""The engine: what is committed is worked on, whatever happens to jobs and workers."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import attrs
import far_market
import pytest
import sqlalchemy as sa
from pmkit.core.errors import InputError, StoreError
from pmkit.core.rules.timers import TimerKind
from pmkit.shell.desk import Desk
from pmkit.shell.engine.port import Engine, Waker
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.store import verify
from pmkit.shell.store.mending import Mender

from pmkit_procrastinate import ProcrastinateEngine

PROGRAM = pathlib.Path(far_market.__file__)
#: What the issue asks for is a minute at a lease of 30 s; a lease is 1 s here.
BOUND = 10.0


@contextlib.contextmanager
def running(engine):
    """Have an engine work in a thread."""
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        yield
    finally:
        engine.stop()
        thread.join(20)
    assert not thread.is_alive()


@contextlib.contextmanager
def processes(count, url, folder):
    """Have workers in processes of their own, and kill those that are left."""
    started = [
        subprocess.Popen([sys.executable, PROGRAM, url, folder]) for _ in range(count)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait(10)


def until(condition, seconds=20.0):
    """Wait for something; tell how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.02)
    return time.monotonic() - began


def booked(desk, *order_ids):
    """Tell whether the agency has taken every service."""
    services = [desk.order(each).services[0] for each in order_ids]
    return all(each.booking and each.booking.reference for each in services)


def asked(journal, what):
    """Tell which process a call was made by first; 0 if nobody made one."""
    lines = [line.split() for line in journal.lines()]
    found = [int(w[2]) for w in lines if w[0] == "asked" and w[1].startswith(what)]
    return found[0] if found else 0


def jobs(engine):
    """Count the jobs."""
    with engine.desk.store.engine.begin() as connection:
        return dict(engine.jobs.count(connection))


def erase(engine):
    """Lose all jobs."""
    with engine.desk.store.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE procrastinate.procrastinate_jobs CASCADE")


class TestPort:
    def test_it_is_an_engine(self, desk):
        """Whatever takes an engine takes this one."""
        engine = far_market.engine_on(desk)

        assert isinstance(engine, Engine)
        assert isinstance(engine, Waker)
        assert desk.store.waker is engine

    def test_a_file_has_no_such_engine(self, tmp_path):
        """procrastinate needs PostgreSQL, and says so before anything is done."""
        with (
            Desk.open(tmp_path / "pm.db") as local,
            pytest.raises(StoreError, match="PostgreSQL only"),
        ):
            ProcrastinateEngine(local)

    def test_a_sweep_looks_past_the_next_one(self, desk):
        """Otherwise a moment between two sweeps would come late."""
        with pytest.raises(InputError, match="late"):
            ProcrastinateEngine(desk, ahead=dt.timedelta(seconds=5))

    def test_nothing_due_is_nothing_done(self, desk):
        """Run once on an empty store, it returns at once."""
        assert far_market.engine_on(desk).run(once=True).idle


class TestCommit:
    def test_a_command_notes_its_job_in_its_own_transaction(self, desk):
        """An application's transaction that is undone leaves neither order nor job."""
        engine = far_market.engine_on(desk)
        with desk.store.engine.connect() as connection:
            connection.begin()
            far_market.paid(desk.within(connection), "TA-1")
            inside = dict(engine.jobs.count(connection))
            connection.rollback()
        after = jobs(engine)

        assert inside == {"todo": 1}
        assert after == {}
        assert desk.orders() == ()

    def test_what_is_committed_together_is_done(self, desk, journal):
        """Committed with the application's own rows, the order is worked on."""
        engine = far_market.engine_on(desk)
        with desk.store.engine.begin() as connection:
            far_market.paid(desk.within(connection), "TA-1")
        engine.run(once=True)

        assert booked(desk, "TA-1")
        assert sum(journal.counts("charge").values()) == 1

    def test_an_order_of_an_older_process_has_one(self, desk):
        """A sweep finds an order without a timer, and notes that somebody looks."""
        engine = far_market.engine_on(desk)
        far_market.paid(desk, "TA-1")
        engine.run(once=True)
        erase(engine)
        with desk.store.transaction() as tx:
            tx.connection.execute(sa.delete(tx.tables.timers))
        # The process that sweeps was started anew.
        desk.store.mender = Mender(desk.store)
        engine.sweep()
        with desk.store.snapshot() as tx:
            forgotten = tx.without_timer()

        assert forgotten == []
        assert jobs(engine) == {"todo": 1}

    def test_far_moments_have_no_job(self, desk):
        """A million orders that wait for next month are no million jobs."""
        engine = far_market.engine_on(desk, sweep_every=200)
        engine.wake("TA-1", desk.clock.now() + dt.timedelta(days=30))
        far = jobs(engine)
        engine.wake("TA-1", desk.clock.now() + dt.timedelta(minutes=1))

        assert (far, jobs(engine)) == ({}, {"todo": 1})


class TestNotices:
    def test_notices_wait_for_a_worker_that_sends_them(self, desk, database):
        """A worker without notifiers leaves them; one with some sends them."""
        far_market.paid(desk, "TA-1")
        silent = attrs.evolve(desk.panel, notifiers={})
        with Desk.open(database, panel=silent) as other:
            ProcrastinateEngine(other, far_market.QUICK).run(once=True)
            left = desk.metrics().notices_waiting
        far_market.engine_on(desk).run(once=True)

        assert left > 0
        assert desk.metrics().notices_waiting == 0


class TestTime:
    def test_an_order_is_woken_at_its_time(self, desk):
        """Not before the moment, and within a second after it, without any sweep."""
        engine = far_market.engine_on(desk, sweep_every=200)
        far_market.paid(desk, "TA-1")
        engine.run(once=True)
        erase(engine)
        with running(engine):
            until(lambda: _worker_of(desk))
            time.sleep(0.5)
            soon = desk.clock.now() + dt.timedelta(seconds=1)
            with desk.store.transaction() as tx:
                tx.arm(["TA-1"], soon)
            until(lambda: _look(desk, "TA-1") > soon)
            after = desk.clock.now() - soon

        assert dt.timedelta() <= after <= dt.timedelta(seconds=1)

    def test_a_timer_of_the_rows_is_met_without_any_job(self, desk):
        """A moment that is committed far ahead gets its job when it is near."""
        engine = far_market.engine_on(desk)
        far_market.paid(desk, "TA-1")
        engine.run(once=True)
        soon = desk.clock.now() + dt.timedelta(seconds=1)
        with desk.store.transaction() as tx:
            tx.arm(["TA-1"], soon)
        erase(engine)
        with running(engine):
            until(lambda: _look(desk, "TA-1") > soon)

        assert desk.clock.now() - soon < dt.timedelta(seconds=2)


class TestBacklog:
    def test_what_waits_for_one_receiver_goes_on_without_a_sweep(self, desk, journal):
        """Orders whose jobs are dropped for a drain are come back to after it."""
        engine = far_market.engine_on(desk, sweep_every=200)
        ids = [f"TA-{number}" for number in range(1, 9)]
        for order_id in ids:
            far_market.paid(desk, order_id)
        with running(engine):
            until(lambda: booked(desk, *ids))

        assert set(journal.counts("charge").values()) == {1}
        assert set(journal.counts("book-file-agency").values()) == {1}

    def test_what_nobody_takes_is_left_to_a_sweep(self, desk):
        """Calls to an agency that is not attached any more keep no worker busy."""
        far_market.paid(desk, "TA-1")
        far_market.paid(desk, "TA-2")
        with Desk.open(str(desk.store.engine.url)) as other:
            engine = far_market.engine_on(other, sweep_every=200)
            engine.run(once=True)

            assert jobs(engine).get("todo", 0) <= 2


class TestSlow:
    def test_five_slow_agencies_starve_no_sixth(self, database, tmp_path, journal):
        """Each agency has a thread of its own, however many of them are slow."""
        slow = [far_market.FileAgency(journal, f"slow-{n}") for n in range(5)]
        attached = far_market.panel(tmp_path)
        names = {each.name: each for each in slow}
        panel = attrs.evolve(attached, agencies={**attached.agencies, **names})
        hangs = [tmp_path / f"hang-book-{name}" for name in names]
        for hang in hangs:
            hang.touch()
        with Desk.open(database, panel=panel) as desk:
            engine = far_market.engine_on(desk)
            for name in names:
                far_market.paid(desk, f"T-{name}-1", name)
                far_market.paid(desk, f"T-{name}-2", name)
            with running(engine):
                until(lambda: all(asked(journal, f"book-{name}") for name in names))
                far_market.paid(desk, "TA-1")
                took = until(lambda: booked(desk, "TA-1"))
                waited = [booked(desk, f"T-{name}-1") for name in names]
                for hang in hangs:
                    hang.unlink()

        assert took < BOUND
        assert waited == [False] * 5


class TestLoss:
    def test_a_lost_job_is_found_by_its_rows(self, desk, journal):
        """Whatever becomes of procrastinate's tables, nothing that was decided is."""
        engine = far_market.engine_on(desk)
        far_market.paid(desk, "TA-1")
        erase(engine)
        with running(engine):
            until(lambda: booked(desk, "TA-1"))

        assert sum(journal.counts("charge").values()) == 1

    def test_a_killed_worker_is_replaced_within_the_bound(
        self, desk, database, journal, tmp_path
    ):
        """kill -9 in the middle of a call: another worker ends it, and once."""
        engine = far_market.engine_on(desk)
        hang = tmp_path / "hang-charge"
        hang.touch()
        with processes(1, database, tmp_path) as (victim,):
            far_market.paid(desk, "TA-1")
            until(lambda: asked(journal, "charge"))
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait(10)
        hang.unlink()
        left = jobs(engine)
        with running(engine):
            took = until(lambda: booked(desk, "TA-1"))

        assert left["doing"] == 1
        assert took < BOUND
        assert set(journal.counts("charge").values()) == {1}
        assert not verify(desk.store)

    def test_a_job_of_a_pruned_worker_is_found(self, desk, database, tmp_path, journal):
        """The next worker's start deletes the row of the dead one; that is no harm."""
        engine = far_market.engine_on(desk)
        hang = tmp_path / "hang-charge"
        hang.touch()
        with processes(1, database, tmp_path):
            far_market.paid(desk, "TA-1")
            until(lambda: asked(journal, "charge"))
        hang.unlink()
        with desk.store.engine.begin() as connection:
            connection.exec_driver_sql(
                "DELETE FROM procrastinate.procrastinate_workers"
            )
        with running(engine):
            until(lambda: booked(desk, "TA-1"))

        assert set(journal.counts("charge").values()) == {1}

    def test_a_job_stranded_under_a_live_worker_is_found(self, desk):
        """Noted as begun by this very worker, which does not know of it."""
        engine = far_market.engine_on(desk)
        with running(engine):
            until(lambda: _worker_of(desk))
            far_market.paid(desk, "TA-1")
            until(lambda: booked(desk, "TA-1"))
            until(lambda: jobs(engine).get("doing", 0) == 0)
            with desk.store.engine.begin() as connection:
                connection.execute(
                    sa.text(
                        "INSERT INTO procrastinate.procrastinate_jobs (queue_name,"
                        " task_name, lock, args, status, worker_id) VALUES ('pmkit',"
                        " 'pmkit.wake', 'pmkit:TA-1', '{\"order_id\": \"TA-1\"}',"
                        " 'doing', :worker)"
                    ),
                    {"worker": _worker_of(desk)},
                )
            until(lambda: jobs(engine).get("doing", 0) == 0)


class TestStop:
    def test_a_call_that_takes_too_long_is_left_to_others(
        self, desk, tmp_path, journal
    ):
        """A worker that is told to stop waits for its grace, and no longer."""
        grace = dt.timedelta(seconds=0.5)
        engine = far_market.engine_on(desk, attrs.evolve(far_market.QUICK, grace=grace))
        hang = tmp_path / "hang-charge"
        hang.touch()
        far_market.paid(desk, "TA-1")
        with running(engine):
            until(lambda: asked(journal, "charge"))
            began = time.monotonic()
        took = time.monotonic() - began
        hang.unlink()
        with running(far_market.engine_on(desk)):
            until(lambda: booked(desk, "TA-1"))

        assert took < 5
        assert set(journal.counts("charge").values()) == {1}


class TestMany:
    def test_two_workers_do_each_thing_once(self, desk, database, tmp_path, journal):
        """Two processes share twelve orders; none is charged or booked twice."""
        names = [f"TA-{number}" for number in range(12)]
        far_market.engine_on(desk)
        with processes(2, database, tmp_path):
            for name in names:
                far_market.paid(desk, name)
            until(lambda: booked(desk, *names), 40)

        assert set(journal.counts("charge").values()) == {1}
        assert set(journal.counts("book-file-agency").values()) == {1}
        assert len(journal.counts("charge")) == 12
        assert not verify(desk.store)

    def test_a_slow_agency_starves_no_other(self, desk, tmp_path):
        """Twenty orders wait for one that never answers; the other agency is booked."""
        settings = WorkerSettings(poll=dt.timedelta(seconds=0.1))
        engine = far_market.engine_on(desk, settings)
        hang = tmp_path / "hang-book-other-agency"
        hang.touch()
        slow = [f"TS-{number}" for number in range(20)]
        for name in slow:
            far_market.paid(desk, name, "other-agency")
        with running(engine):
            try:
                far_market.paid(desk, "TA-1")
                until(lambda: booked(desk, "TA-1"))
                waits = not any(booked(desk, name) for name in slow)
            finally:
                hang.unlink()
            until(lambda: booked(desk, *slow), 60)

        assert waits

    def test_they_share_the_limit_of_an_instance(self, database, tmp_path, journal):
        """Two workers make five calls a minute together, and the rest waits."""
        attached = far_market.panel(tmp_path)
        limited = far_market.FileAgency(journal)
        limited.capabilities = attrs.evolve(limited.capabilities, calls_per_minute=5)
        agencies = {**attached.agencies, limited.name: limited}
        panel = attrs.evolve(attached, agencies=agencies)
        settings = WorkerSettings(poll=dt.timedelta(seconds=0.1))
        with contextlib.ExitStack() as stack:
            desks = [
                stack.enter_context(Desk.open(database, panel=panel)) for _ in range(2)
            ]
            engines = [far_market.engine_on(desk, settings) for desk in desks]
            names = [f"TA-{number}" for number in range(8)]
            for name in names:
                far_market.paid(desks[0], name)
            for engine in engines:
                stack.enter_context(running(engine))
            until(lambda: sum(booked(desks[0], name) for name in names) == 5)
            time.sleep(2)  # several sweeps of both
            done = sum(booked(desks[0], name) for name in names)

        assert done == 5
        assert len(journal.counts("book-file-agency")) == 5


class TestOutage:
    def test_the_worker_goes_on_when_the_server_is_back(
        self, desk, postgresql, journal
    ):
        """A restart of the database stops nobody, and loses nothing."""
        engine = far_market.engine_on(desk)
        with running(engine):
            until(lambda: _worker_of(desk))
            postgresql.stop(immediate=True)
            postgresql.start()
            far_market.paid(desk, "TA-1")
            until(lambda: booked(desk, "TA-1"), 40)

        assert sum(journal.counts("charge").values()) == 1


def _worker_of(desk):
    """Give the number of the newest worker that is registered."""
    with desk.store.engine.connect() as connection:
        asked = "SELECT max(id) FROM procrastinate.procrastinate_workers"
        return connection.exec_driver_sql(asked).scalar_one()


def _look(desk, order_id):
    """Give when an order is looked at next."""
    with desk.store.snapshot() as tx:
        found = {timer.kind: timer.due_at for timer in tx.timers(order_id)}
    return found[TimerKind.LOOK]
