"""
How fast the engine drains, beside procrastinate alone on the same server.

``python bench_engine.py [--orders N]`` from the root of the repository starts a
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
import tempfile
import time

import procrastinate

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE / "tests")]

import far_market  # noqa: E402
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


class Nothing:
    """Stands where companies keep their journal: what is measured is not theirs."""

    def once(self, what, about, key):
        """Do nothing."""


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


def engine_on(desk):
    """Make an engine that sweeps but once, so that only the drain is measured."""
    return ProcrastinateEngine(
        desk, SETTINGS, sweep_every=dt.timedelta(hours=1), ahead=dt.timedelta(hours=1)
    )


def idle_wakes(desk, count):
    """Drain wakes of orders on which nothing is due."""
    engine = engine_on(desk)
    with desk.store.engine.begin() as connection:
        for number in range(count):
            engine.jobs.put(connection, f"NO-{number}", NOW)
    return count / timed(engine)


def effects(desk, count, name):
    """Drain calls to companies that do nothing: a charge and a booking for each."""
    engine = engine_on(desk)
    for number in range(count):
        far_market.paid(desk, f"{name}-{number}")
    seconds = timed(engine)
    return 2 * count / seconds, count / seconds


def timed(engine):
    """Run once; tell the seconds."""
    began = time.perf_counter()
    engine.run(once=True)
    return time.perf_counter() - began


def main():
    """Measure in turns, and compare the medians."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--orders", type=int, default=100)
    asked.add_argument("--jobs", type=int, default=1000)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    logging.disable(logging.WARNING)
    found = {"alone": [], "idle_wakes": [], "calls": [], "orders": []}
    with server() as running, tempfile.TemporaryDirectory() as folder:
        panel = far_market.panel(folder)
        for each in (*panel.agencies.values(), *panel.methods.values()):
            each.journal = Nothing()
        with Desk.open(running.database(), panel=panel) as desk:
            install(desk.store)
            for number in range(given.rounds):
                found["alone"].append(alone(desk.store, given.jobs))
                found["idle_wakes"].append(idle_wakes(desk, given.jobs))
                calls, orders = effects(desk, given.orders, f"R{number}")
                found["calls"].append(calls)
                found["orders"].append(orders)
    rates = {name: round(statistics.median(each), 1) for name, each in found.items()}
    ratio = rates["idle_wakes"] / rates["alone"]
    print(json.dumps({"per_second": rates, "ratio": round(ratio, 2), "wanted": WANTED}))
    return 0 if ratio >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
