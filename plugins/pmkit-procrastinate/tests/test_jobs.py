"""The jobs: committed with their rows, no more than needed, and never lost."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from pmkit_procrastinate.jobs import Jobs

NOW = dt.timedelta()
SOON = dt.timedelta(seconds=30)
MONTH = dt.timedelta(days=30)
JOBS = Jobs()


def begin(connection, worker=None):
    """Take the next job, as a worker of procrastinate does."""
    number = worker
    if worker is None:
        number = ask(connection, "procrastinate_register_worker_v1()")
    text = "SELECT id, args FROM procrastinate.procrastinate_fetch_job_v2(NULL, :w)"
    row = connection.execute(sa.text(text), {"w": number}).one()
    return row.id, row.args and row.args["order_id"]


def ask(connection, what):
    """Call one of its functions."""
    return connection.exec_driver_sql(f"SELECT procrastinate.{what}").scalar_one()


def end(connection, number):
    """Delete a job that went well."""
    ask(connection, f"procrastinate_finish_job_v1({number}, 'succeeded', true)")


def quiet(connection, seconds):
    """Have all workers been silent for some time."""
    text = (
        "UPDATE procrastinate.procrastinate_workers"
        " SET last_heartbeat = now() - make_interval(secs => :seconds)"
    )
    connection.execute(sa.text(text), {"seconds": seconds})


@pytest.fixture
def connection(store):
    """Begin a transaction."""
    with store.engine.begin() as begun:
        yield begun


class TestTakeOver:
    def test_jobs_that_wait_are_dropped(self, connection):
        """Whoever comes back to an order anyway needs no job for it."""
        for order_id in ("TA-1", "TA-2", "TA-3"):
            JOBS.put(connection, order_id, NOW)
        dropped = JOBS.take_over(connection, {"TA-1", "TA-3", "TA-4"})

        assert dropped == 2
        assert begin(connection)[1] == "TA-2"

    def test_later_moments_and_what_has_begun_are_left(self, connection):
        """A job that is not due stands for something else, a taken one is done."""
        JOBS.put(connection, "TA-1", NOW)
        begin(connection)
        JOBS.put(connection, "TA-2", SOON)

        assert JOBS.take_over(connection, {"TA-1", "TA-2"}) == 0


class TestPut:
    def test_a_rollback_takes_the_job_with_it(self, store):
        """Nobody is woken for rows that were never written."""
        with store.engine.connect() as undone:
            undone.begin()
            JOBS.put(undone, "TA-1", NOW)
            undone.rollback()
        with store.engine.connect() as connection:
            count = JOBS.count(connection)

        assert count == {}

    def test_a_savepoint_takes_the_job_with_it(self, connection):
        """A command that is refused inside another transaction wakes nobody."""
        part = connection.begin_nested()
        JOBS.put(connection, "TA-1", NOW)
        part.rollback()
        JOBS.put(connection, "TA-2", NOW)

        assert begin(connection)[1] == "TA-2"
        assert begin(connection)[1] is None

    def test_one_job_that_waits_is_enough(self, connection):
        """Ten changes of an order before anybody comes are one job."""
        put = [JOBS.put(connection, "TA-1", NOW) for _ in range(10)]

        assert put == [True] + [False] * 9
        assert JOBS.count(connection) == {"todo": 1}

    def test_a_job_that_waits_for_later_is_not_enough(self, connection):
        """An order that wakes in a minute is woken now as well, if it has to be."""
        JOBS.put(connection, "TA-1", SOON)
        sooner = JOBS.put(connection, "TA-1", NOW)
        later = JOBS.put(connection, "TA-1", SOON)

        assert (sooner, later) == (True, False)

    def test_a_job_that_has_begun_is_not_enough(self, connection):
        """What is written while an order is worked on wakes it once more."""
        JOBS.put(connection, "TA-1", NOW)
        begin(connection)

        assert JOBS.put(connection, "TA-1", NOW)

    def test_nobody_takes_a_job_that_stands_for_rows_to_come(self, store):
        """A job that was found enough is not run before those rows are there."""
        with store.engine.begin() as first:
            JOBS.put(first, "TA-1", NOW)
        with store.engine.connect() as writer, store.engine.connect() as worker:
            writer.begin()
            enough = not JOBS.put(writer, "TA-1", NOW)
            worker.begin()
            before = begin(worker)[1]
            writer.commit()
            after = begin(worker)[1]
            worker.rollback()

        assert enough
        assert (before, after) == (None, "TA-1")

    def test_a_job_that_is_being_taken_is_not_enough(self, store):
        """Whoever takes it may have looked at the order before."""
        with store.engine.begin() as first:
            JOBS.put(first, "TA-1", NOW)
        with store.engine.connect() as worker, store.engine.connect() as writer:
            worker.begin()
            begin(worker)
            writer.begin()
            added = JOBS.put(writer, "TA-1", NOW)
            writer.commit()
            worker.rollback()

        assert added

    def test_two_commands_never_wait_for_each_other(self, store):
        """The jobs of messages, which belong to no order, are nobody's queue."""
        with store.engine.begin() as first:
            JOBS.put(first, "", NOW)
        with store.engine.connect() as one, store.engine.connect() as other:
            one.begin()
            other.begin()
            other.exec_driver_sql("SET LOCAL lock_timeout TO '200ms'")
            added = JOBS.put(one, "", NOW), JOBS.put(other, "", NOW)
            one.rollback()
            other.rollback()

        assert added == (False, True)

    def test_a_transaction_that_sees_one_state_only_is_not_broken(self, store):
        """An application may join with REPEATABLE READ, and need not begin anew."""
        with store.engine.begin() as first:
            JOBS.put(first, "TA-1", NOW)
        serial = store.engine.execution_options(isolation_level="REPEATABLE READ")
        with serial.connect() as writer:
            writer.begin()
            writer.exec_driver_sql("SELECT 1")
            with store.engine.begin() as worker:
                begin(worker)
            added = JOBS.put(writer, "TA-1", NOW)
            writer.commit()

        assert added


class TestPutMissing:
    def test_only_orders_without_a_job_get_one(self, connection):
        """The sweeper adds what was lost, and nothing to what waits or is worked on."""
        JOBS.put(connection, "TA-1", NOW)
        begin(connection)
        JOBS.put(connection, "TA-2", NOW)
        JOBS.put(connection, "TA-3", SOON)
        wanted = dict.fromkeys(["TA-1", "TA-2", "TA-3", "TA-4"], NOW)

        assert JOBS.put_missing(connection, wanted) == 2
        assert JOBS.put_missing(connection, wanted) == 0
        assert [begin(connection)[1] for _ in range(4)] == [
            "TA-2",
            "TA-3",
            "TA-4",
            None,
        ]

    def test_what_is_due_soon_is_noted_for_then(self, connection):
        """A sweep looks ahead, so that a moment is not missed until the next one."""
        added = JOBS.put_missing(connection, {"TA-1": SOON}), begin(connection)[1]

        assert added == (1, None)

    def test_nothing_wanted_is_nothing_added(self, connection):
        """An idle store is swept without a trace."""
        assert JOBS.put_missing(connection, {}) == 0


class TestOrder:
    def test_an_order_is_worked_on_by_one_at_a_time(self, connection):
        """The second job of an order waits until the first is over."""
        JOBS.put(connection, "TA-1", NOW)
        number, _ = begin(connection)
        JOBS.put(connection, "TA-1", NOW)
        meanwhile = begin(connection)[1]
        end(connection, number)

        assert meanwhile is None
        assert begin(connection)[1] == "TA-1"

    def test_messages_are_worked_on_by_several(self, connection):
        """One slow receiver holds up nobody's notices."""
        JOBS.put(connection, "", NOW)
        begin(connection)
        JOBS.put(connection, "", NOW)

        assert begin(connection)[1] == ""

    def test_what_is_due_later_holds_up_nothing(self, connection):
        """procrastinate alone would run the job of now after that of next month."""
        JOBS.put(connection, "TA-1", MONTH)
        JOBS.put(connection, "TA-1", NOW)

        assert begin(connection)[1] == "TA-1"

    def test_what_is_due_in_a_moment_holds_up_nothing(self, connection):
        """Also not within one second, which is as fine as a priority is."""
        came = []
        for number in range(20):
            JOBS.put(connection, f"TA-{number}", dt.timedelta(milliseconds=200))
            JOBS.put(connection, f"TA-{number}", NOW)
            came.append(begin(connection)[1])

        assert came == [f"TA-{number}" for number in range(20)]

    def test_nobody_comes_before_the_time(self, connection):
        """Not before that moment means not before that moment."""
        JOBS.put(connection, "TA-1", SOON)

        assert begin(connection)[1] is None


class TestRescue:
    @pytest.mark.parametrize(
        ("silent", "rescued"), [(5, 0), (40, 1)], ids=["alive", "killed"]
    )
    def test_a_job_of_a_silent_worker_is_done_by_another(
        self, connection, silent, rescued
    ):
        """kill -9 leaves a job begun for ever, unless somebody looks."""
        JOBS.put(connection, "TA-1", NOW)
        begin(connection)
        quiet(connection, silent)

        assert JOBS.rescue(connection, SOON) == rescued
        assert begin(connection)[1] == ("TA-1" if rescued else None)

    def test_a_job_of_a_worker_that_is_forgotten_is_done_by_another(self, connection):
        """Another worker that starts deletes the row by which it could be found."""
        JOBS.put(connection, "TA-1", NOW)
        begin(connection)
        quiet(connection, 40)
        ask(connection, "procrastinate_prune_stalled_workers_v1(30)")

        assert JOBS.rescue(connection, SOON) == 1
        assert begin(connection)[1] == "TA-1"

    def test_a_newer_job_of_the_same_order_is_no_hindrance(self, connection):
        """With a queueing lock the rescue itself would fail here, and then always."""
        JOBS.put(connection, "TA-1", NOW)
        begin(connection)
        JOBS.put(connection, "TA-1", NOW)
        quiet(connection, 40)

        assert JOBS.rescue(connection, SOON) == 1
        assert JOBS.count(connection) == {"todo": 2}

    def test_a_worker_that_only_slept_takes_nothing_away(self, store):
        """It ends a job that is not there any more; the new one stays."""
        with store.engine.begin() as connection:
            JOBS.put(connection, "TA-1", NOW)
            number, _ = begin(connection)
            quiet(connection, 40)
            JOBS.rescue(connection, SOON)
        with (
            store.engine.connect() as late,
            pytest.raises(sa.exc.DBAPIError, match="not found"),
        ):
            end(late, number)
        with store.engine.connect() as connection:
            count = JOBS.count(connection)

        assert count == {"todo": 1}

    def test_a_job_that_nobody_is_at_is_done_again(self, connection):
        """A worker that is alive can lose a job too: when its end was not written."""
        JOBS.put(connection, "TA-1", NOW)
        worker = ask(connection, "procrastinate_register_worker_v1()")
        number, _ = begin(connection, worker)
        doing = JOBS.doing(connection, [worker])

        assert doing == {number}
        assert JOBS.replace(connection, doing) == 1
        assert JOBS.doing(connection, [worker]) == set()
        assert begin(connection)[1] == "TA-1"


class TestForget:
    def test_what_ended_long_ago_is_deleted(self, connection):
        """Jobs that failed are kept to be looked at, but not for ever."""
        for order_id in ("TA-1", "TA-2"):
            JOBS.put(connection, order_id, NOW)
            number, _ = begin(connection)
            ask(connection, f"procrastinate_finish_job_v1({number}, 'failed', false)")
        text = (
            "UPDATE procrastinate.procrastinate_events"
            " SET at = now() - interval '3 days' WHERE job_id < :number"
        )
        connection.execute(sa.text(text), {"number": number})

        assert JOBS.forget(connection, dt.timedelta(days=1)) == 1
        assert JOBS.count(connection) == {"failed": 1}
