"""
Measure what pmkit costs before it does anything; fail over budget.

Each figure is the median of fresh processes, less that of a bare interpreter that is
started in between, so that a busy machine slows both.

Run ``python bench/imports.py [--json]``, or ``nox -s bench``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

RUNS = 20
FIRST_USE = """
import datetime as dt
import pmkit
pmkit.Order
calendar = pmkit.working_calendar("CN")
pmkit.book_by(dt.date(2026, 2, 27), calendar=calendar, working_days=7)
"""
HELP = "import sys; sys.argv = ['pmkit', '--help']; from pmkit.cli import main; main()"
#: What is measured -> (code, budget in milliseconds above a bare interpreter).
BUDGETS = {
    "import pmkit": ("import pmkit", 10),
    "first order and book_by": (FIRST_USE, 100),
    "pmkit --help": (HELP, 150),
}


def seconds(code: str) -> float:
    """Time one fresh interpreter that runs *code*."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def cost(code: str) -> float:
    """Tell the milliseconds that *code* costs above a bare interpreter."""
    seconds(code)
    pairs = [(seconds(code), seconds("pass")) for _ in range(RUNS)]
    loaded = statistics.median(pair[0] for pair in pairs)
    return 1000 * (loaded - statistics.median(pair[1] for pair in pairs))


def main() -> int:
    """Print each figure beside its budget; 1 if one is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    found = {name: round(cost(code), 1) for name, (code, _) in BUDGETS.items()}
    over = [name for name, (_, budget) in BUDGETS.items() if found[name] > budget]
    if as_json:
        rows = {
            name: {"ms": found[name], "budget_ms": budget}
            for name, (_, budget) in BUDGETS.items()
        }
        print(json.dumps({"runs": RUNS, "over": over, "costs": rows}, indent=2))
    else:
        for name, (_, budget) in BUDGETS.items():
            mark = "OVER" if name in over else "ok"
            print(f"{name:26} {found[name]:6.1f} ms of {budget:3} {mark}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
