"""
Measure how long it takes to find and to load plugins; fail over budget.

Fifty packages are written beside what is installed in this environment.  Each figure
is the median of fresh processes, less that of a bare interpreter that is started in
between.  It is processor time, since nothing here waits and other programs must not
count; the time that passed is told beside it.  All find the same entry points with
names, targets, distributions and versions; that they are equal is checked first.

Run ``python bench/bench_plugins.py [--json] [--runs 20]``, or ``nox -s bench``.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

PLUGINS = 50
GROUP = "pmkit.plugins.v1"
LIGHT = """
from pmkit.hooks.capabilities import FULL, Capabilities
from pmkit.hooks.manifest import PluginKind, PluginManifest

MANIFEST = PluginManifest(
    id="bench-{number}",
    kind=PluginKind.AGENCY,
    title="Bench {number}",
    factory="bench_{number}.agency:Agency",
    settings="bench_{number}.settings:Settings",
    capabilities=Capabilities(
        operations=dict.fromkeys(
            ("quote", "book", "move", "cancel", "observations"), FULL
        )
    ),
    hosts=("api.bench-{number}.example",),
)
"""
SCAN = """
from pmkit.hooks.scan import scan
found = [(e.name, e.target, e.distribution, e.version) for e in scan().installed]
"""
METADATA = f"""
from importlib.metadata import entry_points
found = [
    (e.name, e.value, e.dist.name, e.dist.version)
    for e in entry_points(group={GROUP!r})
]
"""
LOAD = """
from pmkit.hooks.host import PluginHost
host = PluginHost(load="all")
sources = [host.source(name) for name in host.manifests]
found = [(e.name, e.target, e.distribution, e.version) for e in sources]
"""
PLUGGY = f"""
import pluggy
manager = pluggy.PluginManager("pmkit")
manager.load_setuptools_entrypoints({GROUP!r})
dists = {{d.metadata["Name"]: d for _, d in manager.list_plugin_distinfo()}}
found = [
    (e.name, e.value, name, dist.version)
    for name, dist in dists.items()
    for e in dist.entry_points if e.group == {GROUP!r}
]
"""
#: What is measured -> (its code, its budget in milliseconds above bare).
MEASURED: dict[str, tuple[str, float | None]] = {
    "scan": (SCAN, 5.0),
    "importlib.metadata.entry_points": (METADATA, None),
    "scan and load": (LOAD, 80.0),
    "pluggy.load_setuptools_entrypoints": (PLUGGY, None),
}
#: How many times faster the scan must be than importlib.metadata.
TIMES = 5.0


def install(folder: pathlib.Path) -> None:
    """Write the packages, as an installer leaves them."""
    for number in range(PLUGINS):
        package = folder / f"bench_{number}"
        package.mkdir()
        (package / "__init__.py").write_text(LIGHT.format(number=number))
        info = folder / f"pmkit_bench_{number}-1.{number}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.4\nName: pmkit-bench-{number}\nVersion: 1.{number}\n"
            "Requires-Dist: pmkit-sdk\nRequires-Python: >=3.11\n\n" + "Text.\n" * 500
        )
        (info / "entry_points.txt").write_text(
            f"[console_scripts]\nbench-{number} = bench_{number}:main\n\n"
            f"[{GROUP}]\nbench-{number} = bench_{number}:MANIFEST\n"
        )


def surroundings(folder: pathlib.Path) -> dict[str, str]:
    """Give an environment that sees the packages, and keeps bytecode as they do."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": str(folder)}


def spent() -> float:
    """Tell the processor time of all processes that were waited for, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(code: str, folder: pathlib.Path) -> tuple[float, float]:
    """Time one fresh interpreter that runs *code*: processor time, time passed."""
    before, start = spent(), time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=surroundings(folder))
    return spent() - before, time.perf_counter() - start


def answer(code: str, folder: pathlib.Path) -> list[list[str]]:
    """Give what *code* found, sorted."""
    shown = code + "import json; print(json.dumps(sorted(found)))"
    done = subprocess.run(
        [sys.executable, "-c", shown],
        check=True,
        env=surroundings(folder),
        stdout=subprocess.PIPE,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def measure(folder: pathlib.Path, runs: int) -> dict[str, tuple[float, float]]:
    """Tell the milliseconds of each above a bare interpreter, all in turns."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in MEASURED}
    bare: list[tuple[float, float]] = []
    for _ in range(runs):
        for name, (code, _budget) in MEASURED.items():
            bare.append(seconds("pass", folder))
            taken[name].append(seconds(code, folder))
    return {
        name: (above(found, bare, 0), above(found, bare, 1))
        for name, found in taken.items()
    }


def above(
    found: list[tuple[float, float]], bare: list[tuple[float, float]], which: int
) -> float:
    """Give one of the two times above a bare interpreter, in milliseconds."""
    floor = statistics.median(each[which] for each in bare)
    return round(1000 * (statistics.median(each[which] for each in found) - floor), 2)


def main() -> int:
    """Print each figure beside its budget; 1 if one is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        install(folder)
        # The first run of each writes its bytecode, as an installer does.
        answers = {each: answer(code, folder) for each, (code, _) in MEASURED.items()}
        equal = all(found == answers["scan"] for found in answers.values())
        costs = measure(folder, chosen.runs)
    theirs = costs["importlib.metadata.entry_points"][0]
    times = theirs / max(costs["scan"][0], 0.01)
    over = [
        each
        for each, (_, budget) in MEASURED.items()
        if budget is not None and costs[each][0] > budget
    ]
    if times < TIMES:
        over.append("times faster")
    if not equal:
        over.append("equal results")
    report = {
        "plugins": PLUGINS,
        "found": len(answers["scan"]),
        "runs": chosen.runs,
        "equal": equal,
        "times_faster": round(times, 1),
        "times_budget": TIMES,
        "costs": {
            each: {
                "ms": costs[each][0],
                "budget_ms": budget,
                "passed_ms": costs[each][1],
            }
            for each, (_, budget) in MEASURED.items()
        },
        "over": over,
    }
    print(json.dumps(report, indent=2) if chosen.json else table(report))
    return 1 if over else 0


def table(report: dict[str, object]) -> str:
    """Give the figures as people read them."""
    costs = report["costs"]
    assert isinstance(costs, dict)  # noqa: S101 - made above
    lines = [f"{report['plugins']} plugins, ms above a bare interpreter"]
    for name, found in costs.items():
        limit = found["budget_ms"]
        budget = " " * 9 if limit is None else f" of {limit:5.1f}"
        passed = f"({found['passed_ms']:.1f} passed)"
        lines.append(f"  {name:36} {found['ms']:7.2f}{budget}  {passed}")
    lines.append(f"  scan is {report['times_faster']} times faster than importlib")
    lines.append(
        f"  equal results: {report['equal']}; over: {report['over'] or 'none'}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
