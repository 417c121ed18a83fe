"""
One engine that works off calls which do nothing, beside a plain table as a queue.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from bench.store_orders import (
    AT,
    OPERATOR,
    SERVICE,
    Pattern,
    cancelling,
    order_id,
    write,
)

from pmkit.core.effects import Effect
from pmkit.hooks.panel import Panel
from pmkit.sandbox.agency import SandboxAgency
from pmkit.sandbox.world import World
from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.reserved import reserved_digest
from pmkit.shell.wire import decode, decode_order, read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.ports import CancelRequest
    from pmkit.shell.store import Store

_TABLE = sa.Table(
    "bench_jobs",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("bench_jobs_by_state", "state", "id"),
)


class IdleAgency(SandboxAgency):
    """An agency to which a cancellation means nothing."""

    def cancel(self, request: CancelRequest) -> None:
        """Do nothing."""


def cancelled(desk: Desk) -> None:
    """Bring the order to where its agency is to be told that the service is off."""
    cancelling(desk)
    desk.answer_cancellation(order_id(0), SERVICE, actor=OPERATOR, granted=True)


class Drain:
    """
    A store and a plain table, each with its worker.

    Args:
        store: On an empty database.

        engine: The peer's, on the same database.
    """

    def __init__(self, store: Store, engine: sa.Engine) -> None:
        world = World(AT)
        agency = IdleAgency(clock=world.now, name="sandbox-agency", title="Idle")
        panel = Panel.of(agencies=[agency])
        self.store = store
        self.engine = engine
        self.desk = Desk(store, panel=panel, clock=world.clock)
        self._pattern = Pattern(cancelled)
        self._next = 1
        _TABLE.metadata.create_all(engine)
        self._steps = _steps(engine)

    def fill(self, count: int) -> None:
        """Put so many calls into both."""
        numbers = range(self._next, self._next + count)
        self._next += count
        rows = self._pattern.copies(numbers)
        # Only calls are due: no notice, and no timer.
        for name in ("outbox", "timers"):
            rows[name] = []
        orders = {row["id"]: read_json(row["state"]) for row in rows["orders"]}
        for row in rows["effects"]:
            if row["state"] == "reserved":
                effect = decode(read_json(row["params"]), Effect)
                order = decode_order(orders[row["order_id"]])
                # The names of what is sent are those of the copy.
                row["digest"] = reserved_digest(order, effect)
        with self.store.engine.begin() as connection:
            write(connection, self.store, rows)
        jobs = [
            {"state": "new", "body": row["params"]}
            for row in rows["effects"]
            if row["state"] == "reserved"
        ]
        with self.engine.begin() as connection:
            connection.execute(sa.insert(_TABLE), jobs)

    def ours(self) -> float:
        """Work off all calls; tell how many a second."""
        start = time.perf_counter()
        done = LocalEngine(self.desk).run(once=True)
        return done.carried_out / (time.perf_counter() - start)

    def theirs(self) -> float:
        """Lease, do nothing, complete: each job is durable by itself, as calls are."""
        lease, complete = self._steps
        done = 0
        start = time.perf_counter()
        while True:
            with self.engine.begin() as connection:
                job = connection.execute(lease, {"until": done}).one_or_none()
            if job is None:
                return done / (time.perf_counter() - start)
            with self.engine.begin() as connection:
                connection.execute(complete, {"here": job.id})
            done += 1

    def left(self) -> int:
        """Count the calls that are not over."""
        with self.store.snapshot() as tx:
            return len(tx.due_effects())


def _steps(engine: sa.Engine) -> tuple[Any, Any]:
    jobs = _TABLE.c
    first = sa.select(jobs.id).where(jobs.state == "new").order_by(jobs.id).limit(1)
    if engine.dialect.name == "postgresql":
        first = first.with_for_update(skip_locked=True)
    lease = (
        sa.update(_TABLE)
        .where(jobs.id == first.scalar_subquery())
        .values(state="leased", until=sa.bindparam("until"))
        .returning(jobs.id, jobs.body)
    )
    held = (jobs.id == sa.bindparam("here")) & (jobs.state == "leased")
    return lease, sa.update(_TABLE).where(held).values(state="done")


def measure_drain(
    store: Store, engine: sa.Engine, *, rounds: int, calls: int
) -> list[tuple[float, float]]:
    """Tell the rates of both, round by round."""
    drain = Drain(store, engine)
    found = []
    for number in range(rounds):
        drain.fill(calls)
        pair: list[Callable[[], float]] = [drain.ours, drain.theirs]
        rates = [act() for act in (pair if number % 2 else reversed(pair))]
        mine, peer = rates if number % 2 else reversed(rates)
        found.append((mine, peer))
    if drain.left():
        msg = f"{drain.left()} calls were not worked off."
        raise SystemExit(msg)
    return found
