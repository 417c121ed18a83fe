"""
Importing a plugin is cheap and does nothing.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Failed, require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig

#: What the import of a manifest may cost above what every manifest imports, seconds.
DEAREST = 0.050
_TRIES = 3
_HEAVY = ("httpx", "sqlalchemy", "requests", "aiohttp", "pydantic", "numpy", "pandas")
_WEIGH = """
import json, sys, time
sys.path[:0] = {path!r}
import attrs, pmkit.hooks.manifest, pmkit.hooks.capabilities
before = set(sys.modules)
begin = time.process_time()
import {module}
spent = time.process_time() - begin
fresh = set(sys.modules) - before
print(json.dumps([spent, [name for name in {heavy!r} if name in fresh]]))
"""
_WATCH = """
import decimal, json, locale, logging, os, signal, sys, threading, warnings
sys.path[:0] = {path!r}
import httpx, pmkit.hooks.manifest, pmkit.effects.attached, pmkit.effects.webhooks
import {ours}
def state():
    return {{
        "threads": threading.active_count(),
        "environment": sorted(os.environ.items()),
        "folder": os.getcwd(),
        "decimal context": repr(decimal.getcontext()),
        "locale": locale.setlocale(locale.LC_ALL),
        "log handlers": len(logging.getLogger().handlers),
        "log level": logging.getLogger().level,
        "signal handlers": repr([signal.getsignal(n) for n in (2, 15)]),
        "recursion limit": sys.getrecursionlimit(),
        "socket timeout": repr(__import__("socket").getdefaulttimeout()),
    }}
before = state()
import importlib
for name in {modules!r}:
    importlib.import_module(name)
after = state()
print(json.dumps([name for name in before if before[name] != after[name]]))
"""


@cache
def _run(program: str) -> Any:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        evidence = f"a fresh interpreter fails: {last[0]}"
        raise Failed(evidence)
    return json.loads(done.stdout.splitlines()[-1])


def _module_of(rig: Rig) -> str:
    target = rig.harness.target
    if not target:
        group, name = "pmkit.plugins.v1", rig.manifest.id
        found = importlib.metadata.entry_points(group=group, name=name)
        target = next((point.value for point in found), "")
    require(target, "nobody can see where the manifest stands: set target")
    return target.partition(":")[0]


@check(
    "PLG-IMP-001",
    Level.BRONZE,
    "The module of the manifest imports in 50 ms of its own, and nothing heavy.",
    "Put the manifest into a module that imports pmkit.hooks and nothing else.",
)
def light(rig: Rig) -> None:
    """Import it in a fresh interpreter; the best of three tries counts."""
    module = _module_of(rig)
    program = _WEIGH.format(path=sys.path, module=module, heavy=_HEAVY)
    spent = DEAREST
    for attempt in range(_TRIES):
        taken, heavy = _run(f"{program}# {attempt}")
        require(not heavy, f"importing {module} imports {', '.join(heavy)}")
        spent = min(spent, taken)
        if spent < DEAREST:
            return
    evidence = f"importing {module} takes more than {DEAREST * 1000:.0f} ms"
    raise Failed(evidence)


@check(
    "PLG-IMP-002",
    Level.SILVER,
    "Importing the plugin changes nothing of the process.",
    "Move what it does at import into the functions that need it.",
)
def silent(rig: Rig) -> None:
    """Compare the process before and after the import."""
    named = (rig.harness.target, rig.manifest.factory, rig.manifest.settings)
    modules = [name.partition(":")[0] for name in named if name]
    program = _WATCH.format(
        path=sys.path, modules=modules, ours="pmkit.testing.conformance.simulator"
    )
    changed = _run(program)
    require(not changed, f"the import changes: {', '.join(changed)}")
