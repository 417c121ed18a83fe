"""
Measure the working calendar of China beside its peers; fail over budget.

All figures are of one run, the rounds of the peers take turns, and each figure is the
median of its rounds; a ratio is the median of the ratios of the rounds, so that a busy
machine slows both sides of it.  Peers that cannot hold a worked weekend get the closed
days alone.  A peer that is not installed is named and left out.

Run ``python bench/bench_calendar.py [--json]``, or ``nox -s bench``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import importlib
import json
import statistics
import sys
import time
import warnings
import zoneinfo
from typing import TYPE_CHECKING, Any, NamedTuple

import pmkit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OURS = "pmkit"
PEER = "holidays"
ROUNDS = 9
SECONDS = 0.01
SATURDAY = 5
ZONE = zoneinfo.ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
CHINA = pmkit.working_calendar("CN")
CLOSED = sorted(day for day in CHINA.closed if day.weekday() < SATURDAY)


def starts(year: int, *numbers: int) -> list[dt.date]:
    """List working days of half a year whose answers are no worked weekends."""
    half = CHINA.working_days(dt.date(year, 3, 1), dt.date(year, 9, 30))
    found = [
        day
        for day in half
        if max(to.weekday() for to in (day, *(CHINA.add(day, n) for n in numbers)))
        < SATURDAY
    ]
    return found[:: len(found) // 8]


#: How many working days -> from which; workalendar knows 2018 to 2023 only.
STARTS = {
    7: starts(2019, 7, 250),
    250: starts(2019, 7, 250),
    2500: starts(2014, 2500),
}


class Peer(NamedTuple):
    """How one package is asked: add, count, is it worked, and its kind of day."""

    add: Callable[[Any, int], Any]
    between: Callable[[Any, Any], Any]
    is_worked: Callable[[Any], Any]
    day: Callable[[dt.date], Any] = lambda day: day


def _holidays() -> Peer:
    days = importlib.import_module("holidays").CN(years=range(2004, 2027))
    return Peer(
        days.get_nth_working_day, days.get_working_days_count, days.is_working_day
    )


def _chinesecalendar() -> Peer:
    days = importlib.import_module("chinese_calendar")
    return Peer(
        lambda day, n: days.find_workday(n, day),
        lambda start, end: len(days.get_workdays(start, end)),
        days.is_workday,
    )


def _numpy() -> Peer:
    np = importlib.import_module("numpy")
    days = np.busdaycalendar(holidays=[day.isoformat() for day in CLOSED])
    return Peer(
        lambda day, n: np.busday_offset(day, n, busdaycal=days).item(),
        lambda start, end: np.busday_count(start, end, busdaycal=days),
        lambda day: np.is_busday(day, busdaycal=days),
    )


def _pandas() -> Peer:
    pd = importlib.import_module("pandas")
    offset = pd.offsets.CustomBusinessDay
    one = offset(holidays=CLOSED)
    steps = {n: offset(n, holidays=CLOSED) for n in STARTS}
    return Peer(
        lambda day, n: day + steps[n],
        lambda start, end: len(pd.date_range(start, end, freq=one)),
        one.is_on_offset,
        pd.Timestamp,
    )


def _bizdays() -> Peer:
    days = importlib.import_module("bizdays").Calendar(
        [day.isoformat() for day in CLOSED],
        ["Saturday", "Sunday"],
        "2004-01-01",
        "2026-12-31",
    )
    return Peer(days.offset, days.bizdays, days.isbizday)


def _exchange_calendars() -> Peer:
    package = importlib.import_module("exchange_calendars")
    days = package.get_calendar("XSHG", start="2004-01-01", end="2026-11-30")
    timestamp = importlib.import_module("pandas").Timestamp
    return Peer(days.session_offset, days.sessions_distance, days.is_session, timestamp)


def _workalendar() -> Peer:
    days = importlib.import_module("workalendar.asia").China()
    return Peer(days.add_working_days, days.get_working_days_delta, days.is_working_day)


class Question(NamedTuple):
    """A call, and how many answers it gives."""

    run: Callable[[], Any]
    answers: int = 1


PEERS: dict[str, Callable[[], Peer]] = {
    OURS: lambda: Peer(CHINA.add, CHINA.count, CHINA.is_working_day),
    PEER: _holidays,
    "chinesecalendar": _chinesecalendar,
    "numpy": _numpy,
    "pandas": _pandas,
    "bizdays": _bizdays,
    "exchange_calendars": _exchange_calendars,
    "workalendar": _workalendar,
}


def installed() -> tuple[dict[str, Peer], dict[str, str]]:
    """Load the peers that are there; tell why the others are not."""
    found, missing = {}, {}
    for name, load in PEERS.items():
        try:
            found[name] = load()
        except Exception as error:  # noqa: BLE001 - a peer may fail in any way
            missing[name] = f"{type(error).__name__}: {str(error)[:80]}"
    return found, missing


def timed(subjects: dict[str, Question]) -> dict[str, list[float]]:
    """Take turns; tell the nanoseconds of one answer in each round."""
    times = {}
    for name, question in subjects.items():
        try:
            times[name] = max(1, int(SECONDS / _once(question.run)))
        except Exception as error:  # noqa: BLE001 - a peer may fail in any way
            print(f"{name} does not answer: {str(error)[:60]}", file=sys.stderr)
    rounds: dict[str, list[float]] = {name: [] for name in times}
    gc.disable()
    for _ in range(ROUNDS):
        for name, number in times.items():
            run, answers = subjects[name]
            begin = time.perf_counter()
            for _ in range(number):
                run()
            spent = time.perf_counter() - begin
            rounds[name].append(1e9 * spent / number / answers)
    gc.enable()
    return rounds


def _once(call: Callable[[], Any]) -> float:
    call()
    begin = time.perf_counter()
    call()
    return max(time.perf_counter() - begin, 1e-7)


def over(function: Callable[..., Any], asked: Iterable[tuple[Any, ...]]) -> Question:
    """Give a call that asks *function* all that is *asked*."""
    questions = list(asked)

    def run() -> None:
        for arguments in questions:
            function(*arguments)

    return Question(run, len(questions))


def questions(peers: dict[str, Peer]) -> dict[str, dict[str, Question]]:
    """Prepare what each peer is asked: question -> peer -> the call."""
    asked: dict[str, dict[str, Question]] = {}
    for n, days in STARTS.items():
        spans = [(day, CHINA.add(day, n)) for day in days]
        asked[f"add {n}"] = {
            name: over(peer.add, [(peer.day(day), n) for day in days])
            for name, peer in peers.items()
        }
        asked[f"count {n}"] = {
            name: over(peer.between, [tuple(map(peer.day, span)) for span in spans])
            for name, peer in peers.items()
        }
    asked["is_working_day"] = {
        name: over(peer.is_worked, [(peer.day(day),) for day in STARTS[7]])
        for name, peer in peers.items()
    }
    return asked


def deadlines(peers: dict[str, Peer]) -> dict[str, Question]:
    """Prepare a deadline with its days, beside the bare date by datetime and a peer."""
    nth = peers[PEER].add

    def bare(ship: dt.date) -> dt.datetime:
        end = nth(ship, -7) + DAY
        return dt.datetime.combine(end, dt.time(), ZONE).astimezone(dt.UTC)

    return {
        OURS: over(lambda ship: pmkit.book_by(ship, calendar=CHINA), zip(STARTS[7])),
        PEER: over(bare, zip(STARTS[7])),
    }


def building() -> Question:
    """Prepare a calendar of thirty years."""
    first, last = dt.date(2000, 1, 1), dt.date(2029, 12, 31)
    closed = [day for day in CHINA.closed if day <= last]
    return Question(
        lambda: pmkit.WorkingCalendar.from_days(
            name="CN",
            zone=ZONE,
            first=first,
            last=last,
            closed=closed,
            worked=CHINA.worked,
            official_from=CHINA.official_from,
            official_until=CHINA.official_until,
        )
    )


def ratio(above: list[float], below: list[float]) -> float:
    """Tell the median of the ratios of the rounds."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def budgets(found: dict[str, dict[str, list[float]]]) -> list[dict[str, Any]]:
    """Compare what was found with what is promised."""
    rows: list[tuple[str, float, str, float]] = []
    for word in ("add", "count"):
        for n, wanted in ((7, 40), (250, 2000)):
            times = found[f"{word} {n}"]
            rows.append(
                (
                    f"{PEER} / pmkit, {word} {n}",
                    ratio(times[PEER], times[OURS]),
                    ">=",
                    wanted,
                )
            )
        far, near = found["flat"][f"{word} 2500"], found["flat"][f"{word} 7"]
        rows.append((f"pmkit, {word} 2500 / {word} 7", ratio(far, near), "<=", 1.15))
    times = found["is_working_day"]
    rows.append(
        (f"{PEER} / pmkit, is_working_day", ratio(times[PEER], times[OURS]), ">=", 5)
    )
    times = found["book_by"]
    rows.append(
        (
            f"pmkit / datetime and {PEER}, book_by",
            ratio(times[OURS], times[PEER]),
            "<=",
            0.5,
        )
    )
    built = statistics.median(found["30 years"][OURS]) / 1e6
    rows.append(("pmkit, 30 years built, ms", built, "<=", 3))
    return [
        {
            "what": what,
            "found": round(value, 2),
            "budget": f"{sign} {wanted:g}",
            "kept": value >= wanted if sign == ">=" else value <= wanted,
        }
        for what, value, sign, wanted in rows
    ]


def main() -> int:
    """Print each figure beside its peers and its budget; 1 if one is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    as_json = parser.parse_args().json
    warnings.simplefilter("ignore")  # what peers say about their own years
    peers, missing = installed()
    if PEER not in peers:
        sys.exit(f"the peer of all budgets is missing: {missing[PEER]}")
    found = {name: timed(calls) for name, calls in questions(peers).items()}
    # What is compared takes turns.
    ours = questions({OURS: peers[OURS]})
    found["flat"] = timed({name: calls[OURS] for name, calls in ours.items()})
    found["book_by"] = timed(deadlines(peers))
    found["30 years"] = timed({OURS: building()})
    kept = budgets(found)
    medians = {
        question: {
            name: round(statistics.median(spent)) for name, spent in times.items()
        }
        for question, times in found.items()
    }
    if as_json:
        answer = {"ns": medians, "budgets": kept, "missing": missing}
        print(json.dumps(answer, indent=2))
    else:
        show(medians, kept, missing)
    return 0 if all(row["kept"] for row in kept) else 1


def show(
    medians: dict[str, dict[str, int]],
    kept: list[dict[str, Any]],
    missing: dict[str, str],
) -> None:
    """Print the tables for people."""
    print("nanoseconds for one answer")
    for question, times in medians.items():
        for name, spent in times.items():
            print(f"  {question:16} {name:20} {spent:>12,}")
    for row in kept:
        mark = "ok" if row["kept"] else "OVER"
        print(f"{row['what']:42} {row['found']:>10,} {row['budget']:>8} {mark}")
    for name, why in missing.items():
        print(f"not measured: {name} ({why})")


if __name__ == "__main__":
    sys.exit(main())
