"""
Measure the recheck of a million stored deadlines; fail over budget.

The deadlines are BOOK-1 of ship dates drawn from five years, the amendment is that of
27 January 2020.  With the extra ``bulk`` the stored columns are held against those
that the new calendar gives; without it every deadline is a record, read one by one.

Run ``python bench/bench_recheck.py [--json]``, or ``nox -s bench``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

import pmkit
from pmkit import bulk
from pmkit.core.recheck import recheck_all

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = 1_000_000
ROUNDS = 3
#: Seconds for all of them.
BUDGETS = {"with bulk": 1.0, "without": 4.0}


def subjects() -> dict[str, Callable[[], int]]:
    """Prepare what is measured: name -> the call, which counts what differs."""
    amended = pmkit.working_calendar("CN")
    announced = amended.with_days(
        closed=(), worked=[dt.date(2020, 1, 31), dt.date(2020, 2, 1)]
    )
    drawn = np.random.default_rng(1).integers(0, 5 * 365, SIZE)
    ships = np.datetime64("2018-03-01", "D") + drawn
    stored = bulk.book_by(ships, calendar=announced)
    # Each is a record of its own, as it is when read from a database.
    records = [
        pmkit.book_by(day, calendar=announced) for day in ships.astype(object).tolist()
    ]

    def with_bulk() -> int:
        now = bulk.book_by(ships, calendar=amended)
        differs = (now.at != stored.at) | (now.provisional != stored.provisional)
        return int(differs.sum())

    def without() -> int:
        return sum(1 for _ in recheck_all(records, calendar=amended))

    return {"with bulk": with_bulk, "without": without}


def measure() -> dict[str, dict[str, Any]]:
    """Time each some rounds, in turns."""
    calls = subjects()
    rounds: dict[str, list[float]] = {name: [] for name in calls}
    found: dict[str, int] = {}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            start = time.perf_counter()
            found[name] = call()
            rounds[name].append(time.perf_counter() - start)
    return {
        name: {
            "seconds": statistics.median(times),
            "budget": BUDGETS[name],
            "differ": found[name],
        }
        for name, times in rounds.items()
    }


def main() -> int:
    """Print a table or JSON; 1 if a budget is exceeded, or the two disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    measured = measure()
    if as_json:
        print(json.dumps({"size": SIZE, "recheck": measured}))
    else:
        for name, row in measured.items():
            print(
                f"{name:<10} {row['seconds']:7.3f} s of {row['budget']:.0f} s,"
                f" {row['differ']} of {SIZE} differ"
            )
    over = any(row["seconds"] > row["budget"] for row in measured.values())
    return int(over or len({row["differ"] for row in measured.values()}) != 1)


if __name__ == "__main__":
    sys.exit(main())
