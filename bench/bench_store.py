"""
Measure commands and imports beside bare SQLAlchemy Core; fail over budget.

Everything is on a SQLite file, whose log is synced at each commit, and on a real
PostgreSQL with fsync.  The peer of a command executes the very statements that the
command executed on a third database of the same content, load and key look-up
included, with the same values, in one transaction; the peer of an import inserts the
same rows in batches of the same size; that of an engine is a plain table from which
jobs are leased and completed, one by one.  Commands and imports must leave the same
rows in both databases.  The two take turns, and each figure is the median of its
rounds, because the machine may be busy.

Run ``python bench/bench_store.py [--json] [--quick] [--orders 1000000]``, or
``nox -s bench``.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bench.store_drain import measure_drain  # noqa: E402 - ROOT has to be on the path
from bench.store_orders import (  # noqa: E402 - as above
    COMMANDS,
    OPERATOR,
    TABLES,
    Pattern,
    desk_on,
    everything,
    order_id,
    write,
)
from bench.store_places import FULL, QUICK, places  # noqa: E402 - as above
from bench.store_workers import measure_workers  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bench.store_places import Places, Size

    from pmkit.shell.desk import Desk
    from pmkit.shell.store import Store

    #: Statements with their values, as one command executed them.
    Script = list[tuple[Any, Any]]

BATCH = 200
SMALL = 1_000
#: What must be reached, and what must not be exceeded.
BUDGET = {"command": 0.5, "import": 0.2, "growth": 1.5, "drain": 0.3}


# ------------------------------------------------------------------------ the two


def recorded(store: Store, act: Callable[[], Any]) -> Script:
    """Do something, and give the statements that it executed."""
    script: Script = []

    def note(_: Any, element: Any, many: Any, one: Any, __: Any) -> None:
        script.append((element, many or one))

    sa.event.listen(store.engine, "before_execute", note)
    act()
    sa.event.remove(store.engine, "before_execute", note)
    return script


def replay(engine: sa.Engine, script: Script) -> None:
    """Execute the statements of a command by themselves, in one transaction."""
    with engine.begin() as connection:
        for element, values in script:
            result = connection.execute(element, values)
            if result.returns_rows:
                result.all()


def bare_engine(store: Store) -> sa.Engine:
    """Give an engine as anybody would make it; on SQLite with the same settings."""
    if store.engine.dialect.name == "sqlite":
        return store.engine
    return sa.create_engine(store.engine.url)


def in_turns(
    rounds: int, ours: Callable[[int], int], theirs: Callable[[int], int]
) -> dict[str, float]:
    """Tell the rates of both, and the median of their ratios; each counts its units."""
    rates: dict[str, list[float]] = {"pmkit": [], "core": []}
    for number in range(rounds):
        pair = [("pmkit", ours), ("core", theirs)]
        for name, act in pair if number % 2 else reversed(pair):
            start = time.perf_counter()
            units = act(number)
            rates[name].append(units / (time.perf_counter() - start))
    # The first round fills the caches of both.
    pairs = zip(rates["pmkit"][1:], rates["core"][1:], strict=True)
    return {
        **{f"{name}_per_s": statistics.median(of[1:]) for name, of in rates.items()},
        "ratio": statistics.median(mine / peer for mine, peer in pairs),
    }


def measure_command(there: Places, name: str, size: Size) -> dict[str, Any]:
    """Measure one command beside its own statements."""
    walk, command = COMMANDS[name]
    pattern = Pattern(walk)
    numbers = range(1, size.rounds * size.commands + 1)
    with there.stores(3) as stores:
        for store in stores:
            pattern.fill(store, numbers)
        shown, mine, peer = stores
        showing, desk = desk_on(shown), desk_on(mine)
        scripts = [
            recorded(shown, lambda n=n: command(showing, order_id(n)))  # type: ignore[misc]
            for n in numbers
        ]
        engine = bare_engine(peer)

        def part(number: int) -> Sequence[int]:
            return numbers[number * size.commands : (number + 1) * size.commands]

        def ours(number: int) -> int:
            for each in part(number):
                command(desk, order_id(each))
            return size.commands

        def theirs(number: int) -> int:
            for each in part(number):
                replay(engine, scripts[each - 1])
            return size.commands

        found: dict[str, Any] = in_turns(size.rounds, ours, theirs)
        require_same(mine, peer)
        engine.dispose()
    found["statements"] = [_words(element) for element, _ in scripts[-1]]
    return found


def measure_import(there: Places, size: Size) -> dict[str, Any]:
    """Measure the import of many orders beside batches of the same rows."""
    each = size.batches * BATCH
    documents = [document(number) for number in range(1, size.rounds * each + 1)]
    how: dict[str, Any] = {"actor": OPERATOR, "batch": BATCH, "key_prefix": "i/"}
    with there.stores(3) as (shown, mine, peer):
        desk_on(shown).open_orders(documents, **how)
        batches = list(_batches(shown, len(documents)))
        desk, engine = desk_on(mine), bare_engine(peer)

        def ours(number: int) -> int:
            given = documents[number * each : (number + 1) * each]
            return desk.open_orders(given, **how).opened

        def theirs(number: int) -> int:
            for rows in batches[number * size.batches : (number + 1) * size.batches]:
                with engine.begin() as connection:
                    write(connection, peer, rows)
            return each

        found: dict[str, Any] = in_turns(size.rounds, ours, theirs)
        require_same(mine, peer)
        engine.dispose()
    return found


def document(number: int) -> bytes:
    """Write an order as a marketplace exports it."""
    value = {
        "id": order_id(number),
        "buyer": "Nordwind GmbH",
        "supplier": "Ningbo Hexing Lighting",
        "currency": "USD",
        "initial": {"amount": "3600.00", "currency": "USD"},
        "balance": {"amount": "8400.00", "currency": "USD"},
        "ship": {"date": "2026-06-19"},
        "lines": [{"product": f"LED desk lamp {n}", "quantity": 500} for n in range(3)],
    }
    return json.dumps(value).encode()


def _batches(store: Store, count: int) -> Iterator[dict[str, list[dict[str, Any]]]]:
    """Read the rows of an import back, batch by batch."""
    for start in range(1, count + 1, BATCH):
        ids = [order_id(number) for number in range(start, start + BATCH)]
        rows = {}
        with store.engine.connect() as connection:
            for name in TABLES:
                table = getattr(store.tables, name)
                whose = table.c.id if name == "orders" else table.c.order_id
                asked = sa.select(table).where(whose.in_(ids))
                rows[name] = [dict(row) for row in connection.execute(asked).mappings()]
        yield rows


def require_same(one: Store, other: Store) -> None:
    """Refuse a comparison of unequal work."""
    if everything(one) != everything(other):
        msg = "The two databases do not hold the same rows."
        raise SystemExit(msg)


def _words(element: Any) -> str:
    return str(element).split("\n", maxsplit=1)[0][:60]


# --------------------------------------------------------------------------- growth


def measure_growth(there: Places, size: Size) -> dict[str, Any]:
    """Measure one command among few and many orders; show how it finds its order."""
    walk, command = COMMANDS["place_order"]
    pattern = Pattern(walk)
    with there.stores(2) as stores:
        for store, count in zip(stores, (SMALL, size.orders), strict=True):
            pattern.fill(store, range(1, count + 1))
            with store.engine.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
        desks = [desk_on(store) for store in stores]
        each = min(size.commands, SMALL // (size.rounds + 2))

        def among(desk: Desk, count: int) -> Callable[[int], int]:
            # Spread over all orders, as those of a marketplace are.
            step = count // (each * (size.rounds + 1))

            def act(number: int) -> int:
                for at in range(number * each, (number + 1) * each):
                    command(desk, order_id(1 + at * step))
                return each

            return act

        few, many = among(desks[0], SMALL), among(desks[1], size.orders)
        found = in_turns(size.rounds, few, many)
        plan = plans(stores[1], lambda: command(desks[1], order_id(size.orders)))
    return {
        "orders": [SMALL, size.orders],
        "us": [1e6 / found["pmkit_per_s"], 1e6 / found["core_per_s"]],
        "growth": found["ratio"],
        "plans": plan,
        "scans": [line for lines in plan.values() for line in lines if _scans(line)],
    }


def plans(store: Store, act: Callable[[], Any]) -> dict[str, list[str]]:
    """Do something, and let the database explain each of its statements."""
    asked: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        _, __, statement, values, ___, many = given
        asked.append((statement, values[0] if many else values))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    act()
    sa.event.remove(store.engine, "before_cursor_execute", note)
    kind = store.engine.dialect.name
    explain = "EXPLAIN QUERY PLAN" if kind == "sqlite" else "EXPLAIN"
    found = {}
    with store.engine.connect() as connection:
        for statement, values in asked:
            if not statement.startswith("BEGIN"):
                lines = connection.exec_driver_sql(f"{explain} {statement}", values)
                found[" ".join(statement.split())] = [str(row[-1]) for row in lines]
    return found


def _scans(line: str) -> bool:
    return line.startswith("SCAN") or "Seq Scan" in line


# ------------------------------------------------------------------ engine and main


def measure_engine(there: Places, size: Size) -> dict[str, float]:
    """Measure one engine that works off calls, beside a plain table as a queue."""
    with there.stores(1) as (store,):
        engine = bare_engine(store)
        rounds = max(3, size.rounds // 2)
        pairs = measure_drain(store, engine, rounds=rounds, calls=2 * size.commands)
        engine.dispose()
    ours, theirs = zip(*pairs[1:], strict=True)
    return {
        "pmkit_per_s": statistics.median(ours),
        "core_per_s": statistics.median(theirs),
        "ratio": statistics.median(a / b for a, b in pairs[1:]),
    }


def measure(there: Places, size: Size) -> dict[str, Any]:
    """Measure everything on one kind of database."""
    return {
        "commands": {name: measure_command(there, name, size) for name in COMMANDS},
        "import": measure_import(there, size),
        "growth": measure_growth(there, size),
        "drain": measure_engine(there, size),
        "workers": measure_workers(there, size),
    }


def judge(found: dict[str, dict[str, Any]]) -> list[tuple[str, float, float, bool]]:
    """Compare each figure with its budget: what, figure, budget, whether it is over."""
    verdicts = []
    for kind, figures in found.items():
        for name, command in figures["commands"].items():
            least, ratio = BUDGET["command"], command["ratio"]
            verdicts.append((f"{kind} {name}", ratio, least, ratio < least))
        for name in ("import", "drain"):
            least, ratio = BUDGET[name], figures[name]["ratio"]
            verdicts.append((f"{kind} {name}", ratio, least, ratio < least))
        most, growth = BUDGET["growth"], figures["growth"]["growth"]
        scans = bool(figures["growth"]["scans"])
        verdicts.append((f"{kind} growth", growth, most, growth > most or scans))
    return verdicts


def show(found: dict[str, dict[str, Any]]) -> None:
    """Print the table."""
    for kind, figures in found.items():
        rows = {**figures["commands"], f"import, by {BATCH}": figures["import"]}
        rows["drain of calls"] = figures["drain"]
        for name, row in rows.items():
            rates = f"{row['pmkit_per_s']:9.0f}/s  Core {row['core_per_s']:9.0f}/s"
            print(f"{kind:11} {name:22} {rates}")
        growth = figures["growth"]
        for orders, us in zip(growth["orders"], growth["us"], strict=True):
            print(f"{kind:11} among {orders:<16,} {us:9.0f} us")
        for group, rates in figures["workers"].items():
            shown = "  ".join(f"{n}: {rate:.0f}/s" for n, rate in rates.items())
            print(f"{kind:11} {group:22} {shown}")


def main() -> int:
    """Print each figure and its verdict; 1 if a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--orders", type=int, help="how many are many")
    given = parser.parse_args()
    size = QUICK if given.quick else FULL
    if given.orders:
        size = attrs.evolve(size, orders=given.orders)
    with places() as kinds:
        found = {kind: measure(there, size) for kind, there in kinds.items()}
    verdicts = judge(found)
    over = any(verdict[-1] for verdict in verdicts)
    if given.json:
        print(json.dumps({"over": over, "budget": BUDGET, "found": found}, indent=2))
        return int(over)
    show(found)
    for name, figure, budget, bad in verdicts:
        print(f"{name:34} {figure:6.2f} ({budget}) {'OVER' if bad else 'ok'}")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
