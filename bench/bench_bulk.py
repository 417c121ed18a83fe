"""
Measure the clauses over arrays beside numpy's own working days; fail over budget.

All figures are of one run, the rounds of the peers take turns, and each figure is the
median of its rounds, so that a busy machine slows all of them.  numpy.busday_offset
gets the dates alone: it knows no zones, no worked weekends and no horizon.

Run ``python bench/bench_bulk.py [--json]``, or ``nox -s bench``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np

import pmkit
from pmkit import bulk

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

SIZE = 1_000_000
ROUNDS = 9
#: The peer of all, and what the others may take of its time.
PEER = "numpy.busday_offset, 7 days, dates alone"
GOAL = "report_by, 7 days, Europe/Berlin"
BUDGET = 0.2
#: Megabytes above the arrays that go in and come out.
MEMORY = 100


def subjects() -> dict[str, Callable[[], Any]]:
    """Prepare what is measured: name -> the call."""
    chance = np.random.default_rng(1)
    first, last = (np.datetime64(day, "us") for day in ("2005-02-01", "2025-12-01"))
    drawn = chance.integers(int(first.astype(int)), int(last.astype(int)), SIZE)
    moments: npt.NDArray[np.datetime64] = drawn.view("datetime64[us]")
    days = moments.astype("datetime64[D]")
    berlin = pmkit.working_calendar("CN", zone="Europe/Berlin")
    shanghai = pmkit.working_calendar("CN")
    holidays = np.array(sorted(berlin.closed), dtype="datetime64[D]")
    theirs = np.busdaycalendar(holidays=holidays)
    prepared = bulk.BulkCalendar(shanghai)
    nanos = moments.astype("datetime64[ns]")
    zone = berlin.zone
    return {
        PEER: lambda: np.busday_offset(days, 7, roll="backward", busdaycal=theirs),
        GOAL: lambda: bulk.report_by(moments, calendar=berlin, working_days=7),
        "the same from nanoseconds": lambda: bulk.report_by(
            nanos, calendar=berlin, working_days=7
        ),
        "report_by, 250 days, Europe/Berlin": lambda: bulk.report_by(
            moments, calendar=berlin, working_days=250
        ),
        "review_until, Europe/Berlin": lambda: bulk.review_until(moments, zone=zone),
        "book_by, 7 days": lambda: bulk.book_by(days, calendar=shanghai),
        "change_by_full_days": lambda: bulk.change_by_full_days(
            days, calendar=shanghai, zone=shanghai.zone
        ),
        "change_by_hours, Europe/Berlin": lambda: bulk.change_by_hours(
            moments, zone=zone
        ),
        "add, 7 days": lambda: prepared.add(days, 7),
        "count": lambda: prepared.count(days[::-1], days),
        "is_working_day": lambda: prepared.is_working_day(days),
    }


def measure(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Tell the milliseconds of each call, the median of rounds that take turns."""
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            found[name].append(1000 * (time.perf_counter() - start))
    return {name: statistics.median(times) for name, times in found.items()}


def megabytes(call: Callable[[], Any]) -> float:
    """Tell the most memory of a call, above the arrays that it gives."""
    tracemalloc.start()
    answer = call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    given = answer.at.nbytes + answer.last_day.nbytes + answer.provisional.nbytes
    return float(most - given) / 1e6


def main() -> int:
    """Print each figure and its share of numpy's time; 1 if one is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    calls = subjects()
    start = time.perf_counter()
    calls[GOAL]()
    first_ms = 1000 * (time.perf_counter() - start)
    found = measure(calls)
    memory = megabytes(calls[GOAL])
    shares = {name: ms / found[PEER] for name, ms in found.items()}
    over = shares[GOAL] > BUDGET or memory > MEMORY
    if as_json:
        rows = {
            name: {"ms": round(ms, 2), "share": round(shares[name], 3)}
            for name, ms in found.items()
        }
        report = {
            "elements": SIZE,
            "rounds": ROUNDS,
            "over": over,
            "budget_share": BUDGET,
            "first_call_ms": round(first_ms, 1),
            "memory_mb": round(memory, 1),
            "budget_memory_mb": MEMORY,
            "costs": rows,
        }
        print(json.dumps(report, indent=2))
    else:
        for name, ms in found.items():
            print(f"{name:42} {ms:7.1f} ms {shares[name]:6.2f} x")
        mark = "OVER" if over else "ok"
        print(f"tables, built at the first call: {first_ms:.0f} ms")
        print(f"above the arrays: {memory:.1f} MB of {MEMORY}")
        print(f"{GOAL}: {shares[GOAL]:.2f} x of {BUDGET} x {mark}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
