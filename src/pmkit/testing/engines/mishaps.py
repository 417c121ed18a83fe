"""
What every engine has to do when a worker sleeps, or the database goes away.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import signal
import sqlite3
import time
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pmkit.shell.clock import SystemClock
from pmkit.testing.engines.bench import history, paid
from pmkit.testing.engines.child import QUICK
from pmkit.testing.engines.watching import (
    PROMPT,
    child,
    expect,
    plain,
    running,
    until,
)

if TYPE_CHECKING:
    import subprocess

    from pmkit.shell.desk import Desk
    from pmkit.testing.engines.bench import Bench

_CHARGE = "charge"
_LEASE = QUICK.lease.total_seconds()
#: Seconds in which a server ends what a stopped process had sent it.
_SETTLED = 0.05
#: How often a lease may be lost to a busy machine.
_TRIES = 3
#: Those in a transaction at this moment.
_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend' AND xact_start IS NOT NULL
"""


def survives_kill_9(bench: Bench) -> None:
    """A process that is killed in the middle of a call is recovered from, once."""
    desk = bench.desk(SystemClock())
    paid(desk, "TA-1", ship=_ship())
    flag = bench.outside.hang(_CHARGE)
    worker = child(bench)
    try:
        until(lambda: bool(bench.outside.entries()))
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    flag.unlink()
    wanted = plain(bench)
    with running(bench.engine(desk)):
        until(lambda: len(history(desk, "TA-1")) >= len(wanted))

    expect({1}, set(bench.outside.did().values()))
    expect(wanted, history(desk, "TA-1"))


def sleeps_past_its_lease(bench: Bench) -> None:
    """What a worker writes that slept past its lease is refused; it then works on."""
    desk = bench.desk(SystemClock())
    paid(desk, "TA-1", ship=_ship())
    flag = bench.outside.hang(_CHARGE)
    wanted = plain(bench)
    sleeper = child(bench)
    try:
        until(lambda: bool(bench.outside.entries()))
        until(lambda: desk.metrics().notices_waiting == 0)
        _stop_between(sleeper, bench, desk)
        flag.unlink()
        with running(bench.engine(desk)):
            until(lambda: len(history(desk, "TA-1")) >= len(wanted))
            until(lambda: desk.metrics().notices_waiting == 0)
        woken = desk.clock.now()
        os.kill(sleeper.pid, signal.SIGCONT)
        # Whoever took over counts a lease as lost; the one that slept says it itself.
        until(lambda: _lost_since(desk, woken) == 1, within=PROMPT)
        paid(desk, "TA-2", ship=_ship())
        until(lambda: len(history(desk, "TA-2")) >= len(wanted))
        until(lambda: desk.metrics().notices_waiting == 0)
        expect(None, sleeper.poll())
    finally:
        sleeper.kill()
        sleeper.wait()

    expect({1}, set(bench.outside.did().values()))
    expect([wanted] * 2, [history(desk, name) for name in ("TA-1", "TA-2")])


def _lost_since(desk: Desk, moment: dt.datetime) -> int:
    """Count the leases that workers lost, as those say that are alive by then."""
    with desk.store.snapshot() as tx:
        seen = tx.workers_seen()
    return sum(each.leases_lost for each in seen if each.seen_at > moment)


def database_restarts(bench: Bench) -> None:
    """The database goes away in the middle of a call and comes back: all goes on."""
    desk = bench.desk(SystemClock())
    outage = bench.outage(desk)
    paid(desk, "TA-1", ship=_ship())
    flag = bench.outside.hang(_CHARGE)
    wanted = plain(bench)
    with running(bench.engine(desk)) as thread:
        until(lambda: bool(bench.outside.entries()))
        with outage():
            flag.unlink()
            time.sleep(_LEASE + 0.2)
            expect(True, thread.is_alive())  # noqa: FBT003 - it is the expected value
        until(lambda: len(history(desk, "TA-1")) >= len(wanted))
        _longer_than_its_lease(bench, desk, "TA-2")
        until(lambda: len(history(desk, "TA-2")) >= len(wanted))
        until(lambda: desk.metrics().notices_waiting == 0)

    expect({1}, set(bench.outside.did().values()))
    expect([wanted] * 2, [history(desk, name) for name in ("TA-1", "TA-2")])


def _longer_than_its_lease(bench: Bench, desk: Desk, order_id: str) -> None:
    """Have a call take longer than a lease: whoever lives keeps what it holds."""
    flag = bench.outside.hang(_CHARGE)
    before = len(bench.outside.entries())
    paid(desk, order_id, ship=_ship())

    def charged() -> bool:
        new = bench.outside.entries()[before:]
        return any(entry["meaning"].startswith(_CHARGE) for entry in new)

    until(charged)
    # A heartbeat may come late on a busy machine; one that is gone never comes.
    for _ in range(_TRIES):
        held = _fences(desk, order_id)
        time.sleep(1.5 * _LEASE)
        if kept := held == _fences(desk, order_id):
            break
    expect(True, kept)  # noqa: FBT003 - it is the expected value
    flag.unlink()


def _fences(desk: Desk, order_id: str) -> list[int]:
    """Tell how often the calls of an order were taken."""
    with desk.store.snapshot() as tx:
        effects = tx.tables.effects
        asked = sa.select(effects.c.fence).where(effects.c.order_id == order_id)
        return list(tx.connection.execute(asked).scalars())


def _ship() -> dt.date:
    return SystemClock().now().date() + dt.timedelta(days=60)


def _stop_between(worker: subprocess.Popen[bytes], bench: Bench, desk: Desk) -> None:
    """Stop a process between two transactions: in one it would hold others up."""
    end = time.monotonic() + PROMPT
    while True:
        os.kill(worker.pid, signal.SIGSTOP)
        os.waitpid(worker.pid, os.WUNTRACED)
        time.sleep(_SETTLED)
        if _journal_is_free(bench) and _database_is_free(desk):
            return
        assert time.monotonic() < end, "It is always in a transaction."  # noqa: S101
        os.kill(worker.pid, signal.SIGCONT)
        time.sleep(_SETTLED)


def _journal_is_free(bench: Bench) -> bool:
    with (bench.outside.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _database_is_free(desk: Desk) -> bool:
    """Tell whether nobody else is in a transaction that holds others up."""
    engine = desk.store.engine
    if engine.dialect.name == "sqlite":
        return _can_be_written(str(engine.url.database))
    with engine.connect() as connection:
        return not connection.exec_driver_sql(_OTHERS).scalar_one()


def _can_be_written(file: str) -> bool:
    with contextlib.closing(sqlite3.connect(file, timeout=_SETTLED)) as connection:
        connection.isolation_level = None
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        return True
