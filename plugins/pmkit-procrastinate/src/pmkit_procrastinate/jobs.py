"""
The jobs: one for each order that has to be come back to, and not more than needed.

A job is only a hint, and the rows of the store are the truth.  It is noted in the
transaction that writes those rows: both are committed, or neither.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit_procrastinate.installing import SCHEMA

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping
    from typing import Any

    from pmkit.shell.store.schema import Tables

#: Seconds added to what is not due yet: whoever comes by a clock that is a little
#: behind that of the server would find nothing.
_MARGIN = 0.05
#: The name of the one task: come back to an order.
WAKE = "pmkit.wake"

# A job that waits for the same order, and not for longer, is enough.  Its row is locked
# until this transaction ends, so that nobody can take the job, look at the order as it
# was before, and find nothing.  One that somebody takes at this moment is passed over,
# and another one noted: a wake is never lost, and nobody ever waits.
#
# Whoever is due first has the highest priority.  procrastinate lets a job wait for
# every earlier one with the same lock, also for one that is due next month, unless its
# own priority is higher.  What is not due yet is a second behind, so that in the same
# second it does not come before what is due now.
_PUT = """
WITH waiting AS MATERIALIZED (
    SELECT job.id FROM {schema}.procrastinate_jobs AS job
    WHERE {lock} AND job.status = 'todo'
        AND job.queue_name = :queue AND job.task_name = :task
        AND (job.scheduled_at IS NULL
            OR job.scheduled_at <= clock_timestamp() + make_interval(secs => :delay))
        AND current_setting('transaction_isolation') = 'read committed'
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
SELECT {schema}.procrastinate_defer_jobs_v1(ARRAY[ROW(
    :queue, :task, {priority}, CAST(:lock AS text), NULL,
    jsonb_build_object('order_id', CAST(:order_id AS text)),
    CASE WHEN :delay > 0
        THEN clock_timestamp() + make_interval(secs => :delay) END
)::{schema}.procrastinate_job_to_defer_v1])
WHERE NOT EXISTS (SELECT FROM waiting)
"""
_PRIORITY = (
    "-ceil(extract(epoch FROM clock_timestamp() - timestamptz '2026-01-01 00:00Z')"
    " + {delay} + CASE WHEN {delay} > 0 THEN 1 ELSE 0 END)::integer"
)

# What a sweep adds; a job that has begun is enough: the next sweep looks again.
_PUT_MISSING = """
WITH wanted AS (
    SELECT due.order_id, due.delay, :queue || ':' || due.order_id AS lock
    FROM unnest(CAST(:ids AS text[]), CAST(:delays AS float8[])) AS due(order_id, delay)
), missing AS MATERIALIZED (
    SELECT wanted.* FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM {schema}.procrastinate_jobs AS job
        WHERE job.lock = wanted.lock AND job.status IN ('todo', 'doing')
            AND (job.status = 'doing' OR job.scheduled_at IS NULL OR job.scheduled_at
                <= clock_timestamp() + make_interval(secs => wanted.delay))
    )
)
SELECT count({schema}.procrastinate_defer_jobs_v1(ARRAY[ROW(
    :queue, :task, {priority}, missing.lock, NULL,
    jsonb_build_object('order_id', missing.order_id),
    CASE WHEN missing.delay > 0
        THEN clock_timestamp() + make_interval(secs => missing.delay) END
)::{schema}.procrastinate_job_to_defer_v1]))
FROM missing
"""

# The new job is another one, so that a worker that was only asleep and ends the old one
# takes nothing away.
_REPLACE = """
WITH lost AS MATERIALIZED (
    SELECT job.* FROM {schema}.procrastinate_jobs AS job
    LEFT JOIN {schema}.procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND job.queue_name = :queue AND {which}
    ORDER BY job.id
    LIMIT 1000
    FOR UPDATE OF job SKIP LOCKED
), ended AS MATERIALIZED (
    SELECT lost.id, {schema}.procrastinate_finish_job_v1(lost.id, 'failed', true)
    FROM lost
)
SELECT count({schema}.procrastinate_defer_jobs_v1(ARRAY[ROW(
    lost.queue_name, lost.task_name, {priority}, lost.lock, NULL, lost.args, NULL
)::{schema}.procrastinate_job_to_defer_v1]))
FROM lost JOIN ended ON ended.id = lost.id
"""
_SILENT = """(
    worker.id IS NULL
    OR worker.last_heartbeat < clock_timestamp() - make_interval(secs => :silent)
)"""
_THESE = "job.id = ANY(:ids)"

# Whoever has taken the calls of these orders comes back to each of them after that.  A
# job that somebody takes at this moment is left to them.
_TAKE_OVER = """
WITH waiting AS MATERIALIZED (
    SELECT job.id FROM {schema}.procrastinate_jobs AS job
    WHERE job.lock = ANY(:locks) AND job.status = 'todo'
        AND job.queue_name = :queue AND job.task_name = :task
        AND (job.scheduled_at IS NULL OR job.scheduled_at <= clock_timestamp())
    FOR UPDATE SKIP LOCKED
)
DELETE FROM {schema}.procrastinate_jobs AS job USING waiting WHERE job.id = waiting.id
"""
_DOING = """
SELECT job.id FROM {schema}.procrastinate_jobs AS job
WHERE job.status = 'doing' AND job.queue_name = :queue AND job.worker_id = ANY(:workers)
"""
# The latest event of a job says when it ended.
_FORGET = """
DELETE FROM {schema}.procrastinate_jobs AS job
WHERE job.queue_name = :queue
    AND job.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
    AND NOT EXISTS (
        SELECT FROM {schema}.procrastinate_events AS event
        WHERE event.job_id = job.id
            AND event.at > clock_timestamp() - make_interval(secs => :age)
    )
"""
_COUNT = """
SELECT job.status, count(*) FROM {schema}.procrastinate_jobs AS job
WHERE job.queue_name = :queue GROUP BY job.status
"""


def queue_of(tables: Tables) -> str:
    """
    Name the queue of a store: stores in one database do not meet.

    Args:
        tables: The tables of the store, with their schema and prefix.

    Returns:
        Such as ``pmkit``, or ``pmkit:shop.pm_`` for the tables ``shop.pm_orders`` etc.
    """
    place = f"{tables.metadata.schema or ''}.{tables.prefix}".strip(".")
    return f"pmkit:{place}" if place else "pmkit"


def place_of(engine: sa.Engine) -> dict[str, Any]:
    """
    Tell how the driver reaches the database of an engine.

    Args:
        engine: Of SQLAlchemy, on PostgreSQL.

    Returns:
        What `psycopg.connect` takes.
    """
    _, given = engine.dialect.create_connect_args(engine.url)
    return dict(given)


@attrs.frozen(kw_only=True)
class Jobs:
    """
    The jobs of one store.

    Every method takes a connection in a transaction, and nothing counts before that is
    committed.

    Args:
        queue: The queue of the store.

        schema: Where procrastinate's tables are.
    """

    queue: str = "pmkit"
    schema: str = SCHEMA

    def put(
        self, connection: sa.Connection, order_id: str, delay: dt.timedelta
    ) -> bool:
        """
        Note that an order has to be come back to.

        Args:
            connection: In the transaction of the rows that it is about.

            order_id: The order; empty for messages and notices, which belong to none
                and may be worked on by several at once.

            delay: Not before so long from now.

        Returns:
            Whether a job was added; `False` if one that waits is enough.
        """
        lock = f"{self.queue}:{order_id}" if order_id else None
        given = {"lock": lock, "order_id": order_id, "task": WAKE}
        seconds = _seconds(delay)
        statement = _put(self.schema, locked=lock is not None)
        row = connection.execute(
            statement, {**given, "queue": self.queue, "delay": seconds}
        ).one_or_none()
        return row is not None

    def put_missing(
        self, connection: sa.Connection, delays: Mapping[str, dt.timedelta]
    ) -> int:
        """
        Note orders that have to be come back to and that no job is there for.

        Args:
            connection: In a transaction.

            delays: How long from now, for each order.

        Returns:
            How many jobs were added.
        """
        seconds = [_seconds(delay) for delay in delays.values()]
        given = {"ids": list(delays), "delays": seconds, "task": WAKE}
        row = connection.execute(_missing(self.schema), {**given, "queue": self.queue})
        return int(row.scalar_one())

    def take_over(self, connection: sa.Connection, ids: Collection[str]) -> int:
        """
        Drop the jobs of orders that somebody comes back to anyway.

        Args:
            connection: In the transaction that takes what is due on them.

            ids: The orders.

        Returns:
            How many jobs there were.
        """
        locks = [f"{self.queue}:{order_id}" for order_id in sorted(ids)]
        given = {"locks": locks, "queue": self.queue, "task": WAKE}
        return connection.execute(_text(_TAKE_OVER, self.schema), given).rowcount

    def rescue(self, connection: sa.Connection, silent: dt.timedelta) -> int:
        """
        Have others do what workers began that are gone.

        Args:
            connection: In a transaction.

            silent: How long a worker that is alive can be silent.

        Returns:
            How many jobs.
        """
        given = {"queue": self.queue, "silent": silent.total_seconds()}
        statement = _replace(self.schema, _SILENT)
        return int(connection.execute(statement, given).scalar_one())

    def replace(self, connection: sa.Connection, ids: Collection[int]) -> int:
        """
        Have others do jobs that are noted as begun and that nobody is at.

        Args:
            connection: In a transaction.

            ids: The jobs.

        Returns:
            How many of them there were.
        """
        statement = _replace(self.schema, _THESE)
        given = {"queue": self.queue, "ids": sorted(ids)}
        return int(connection.execute(statement, given).scalar_one())

    def doing(self, connection: sa.Connection, workers: Collection[int]) -> set[int]:
        """
        List the jobs that some workers have begun and not ended, as is noted.

        Args:
            connection: In a transaction.

            workers: The numbers that procrastinate gave them.
        """
        given = {"queue": self.queue, "workers": sorted(workers)}
        return set(connection.execute(_text(_DOING, self.schema), given).scalars())

    def forget(self, connection: sa.Connection, age: dt.timedelta) -> int:
        """
        Delete jobs that ended.

        Args:
            connection: In a transaction.

            age: How long ago.

        Returns:
            How many.
        """
        given = {"queue": self.queue, "age": age.total_seconds()}
        return connection.execute(_text(_FORGET, self.schema), given).rowcount

    def count(self, connection: sa.Connection) -> Mapping[str, int]:
        """
        Count the jobs that are there by what became of them.

        Args:
            connection: In a transaction.

        Returns:
            Such as ``{"todo": 3, "doing": 1}``.
        """
        rows = connection.execute(_text(_COUNT, self.schema), {"queue": self.queue})
        return {str(row[0]): int(row[1]) for row in rows}


def _seconds(delay: dt.timedelta) -> float:
    seconds = delay.total_seconds()
    return seconds + _MARGIN if seconds > 0 else 0.0


@functools.cache
def _put(schema: str, *, locked: bool) -> sa.TextClause:
    which = "job.lock = :lock" if locked else "job.lock IS NULL"
    priority = _PRIORITY.format(delay=":delay")
    return _text(_PUT, schema, lock=which, priority=priority)


@functools.cache
def _replace(schema: str, which: str) -> sa.TextClause:
    return _text(_REPLACE, schema, which=which, priority=_PRIORITY.format(delay="0"))


@functools.cache
def _missing(schema: str) -> sa.TextClause:
    priority = _PRIORITY.format(delay="missing.delay")
    return _text(_PUT_MISSING, schema, priority=priority)


@functools.cache
def _text(template: str, schema: str, **parts: str) -> sa.TextClause:
    quoted = '"' + schema.replace('"', '""').replace(":", r"\:") + '"'
    return sa.text(template.format(schema=quoted, **parts))
