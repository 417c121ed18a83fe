"""
How fast the engine drains, beside procrastinate alone on the same server.

Each call is of an order of its own.  Jobs for them are either noted one by one, as the
commands that decide the calls do, or found missing by a sweep, which counts.  All have
as many slots; the jobs of procrastinate alone do nothing, and are put in beforehand.

``python plugins/pmkit-procrastinate/bench_engine.py [--jobs N] [--rounds N]`` starts a
PostgreSQL of its own, prints one JSON object, and exits with 1 if a figure is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import logging
import pathlib
import statistics
import sys
import time

import procrastinate

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from bench.store_drain import Drain  # noqa: E402
from pmkit.shell.desk import Desk  # noqa: E402
from pmkit.shell.engine.settings import WorkerSettings  # noqa: E402
from tests.postgresql import server  # noqa: E402

from pmkit_procrastinate import ProcrastinateEngine, install  # noqa: E402
from pmkit_procrastinate.jobs import place_of  # noqa: E402

#: What the engine has to reach of procrastinate's own rate.
WANTED = 0.5
SETTINGS = WorkerSettings(threads=4)
SLOTS = 32
NOW = dt.timedelta()


def alone(store, count):
    """Drain jobs that do nothing, by procrastinate itself."""

    async def drain():
        connector = procrastinate.PsycopgConnector(
            kwargs={**place_of(store.engine), "options": "-c search_path=procrastinate"}
        )
        app = procrastinate.App(connector=connector)

        @app.task(name="noop", queue="alone")
        async def noop(order_id):
            pass

        async with app.open_async():
            await noop.configure(queue="alone").batch_defer_async(
                *[{"order_id": f"NO-{number}"} for number in range(count)]
            )
            began = time.perf_counter()
            await app.run_worker_async(
                queues=["alone"],
                concurrency=SLOTS,
                wait=False,
                listen_notify=False,
                delete_jobs="successful",
                install_signal_handlers=False,
            )
            return time.perf_counter() - began

    return count / asyncio.run(drain())


def idle_wakes(desk, count):
    """Drain wakes of orders on which nothing is due."""
    engine = ProcrastinateEngine(desk, SETTINGS)
    with desk.store.engine.begin() as connection:
        for number in range(count):
            engine.jobs.put(connection, f"NO-{number}", NOW)
    return count / timed(engine)


def calls(drain, count, *, noted):
    """Drain calls that do nothing."""
    drain.fill(count)
    engine = ProcrastinateEngine(drain.desk, SETTINGS)
    if noted:
        with drain.store.snapshot() as tx:
            found = tx.due_calls(drain.desk.clock.now())
        with drain.store.engine.begin() as connection:
            for order_id in found:
                engine.jobs.put(connection, order_id, NOW)
    rate = count / timed(engine)
    if drain.left():
        msg = f"{drain.left()} calls were not worked off."
        raise SystemExit(msg)
    return rate


def timed(engine):
    """Run once; tell the seconds."""
    began = time.perf_counter()
    engine.run(once=True)
    return time.perf_counter() - began


def main():
    """Measure in turns, and compare the medians."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--jobs", type=int, default=1000)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    names = ("alone", "idle_wakes", "calls", "swept_calls", "local_calls")
    found = {name: [] for name in names}
    with server() as running, Desk.open(running.database()) as desk:
        install(desk.store)
        drain = Drain(desk.store, desk.store.engine)
        for _ in range(given.rounds):
            found["alone"].append(alone(desk.store, given.jobs))
            found["idle_wakes"].append(idle_wakes(desk, given.jobs))
            found["calls"].append(calls(drain, given.jobs, noted=True))
            found["swept_calls"].append(calls(drain, given.jobs, noted=False))
            desk.store.waker = None
            drain.fill(given.jobs)
            found["local_calls"].append(drain.ours())
    rates = {name: round(statistics.median(each), 1) for name, each in found.items()}
    ratios = {
        name: round(
            statistics.median(
                a / b for a, b in zip(found[name], found["alone"], strict=True)
            ),
            2,
        )
        for name in ("idle_wakes", "calls", "swept_calls")
    }
    print(json.dumps({"per_second": rates, "ratios": ratios, "wanted": WANTED}))
    return 0 if min(ratios.values()) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
