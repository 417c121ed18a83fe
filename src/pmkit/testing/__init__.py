"""
What marketplaces and plugin authors test with; needs the extra ``testing``.

The conformance kit is imported from here::

    from pmkit.testing import Harness, plugin_suite

So are the tests that every engine has to pass: `engine_suite`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmkit.testing.conformance.clock import VirtualClock
    from pmkit.testing.conformance.faults import Fault
    from pmkit.testing.conformance.harness import Harness, canary
    from pmkit.testing.conformance.locating import find_harness
    from pmkit.testing.conformance.output import as_json, as_junit
    from pmkit.testing.conformance.registry import Check, all_checks
    from pmkit.testing.conformance.results import (
        CheckResult,
        ConformanceRecord,
        Level,
        Verdict,
        Waiver,
    )
    from pmkit.testing.conformance.runner import check_plugin, run_check
    from pmkit.testing.conformance.saboteurs.planting import Saboteur, saboteurs
    from pmkit.testing.conformance.self_checking import SelfCheck, self_check
    from pmkit.testing.conformance.simulator import (
        FarSide,
        SimulatedEffect,
        Simulator,
        answer,
        body_of,
    )
    from pmkit.testing.conformance.suite import plugin_suite
    from pmkit.testing.conformance.transport import Wire
    from pmkit.testing.engines.suite import engine_suite

__all__ = [
    "Check",
    "CheckResult",
    "ConformanceRecord",
    "FarSide",
    "Fault",
    "Harness",
    "Level",
    "Saboteur",
    "SelfCheck",
    "SimulatedEffect",
    "Simulator",
    "Verdict",
    "VirtualClock",
    "Waiver",
    "Wire",
    "all_checks",
    "answer",
    "as_json",
    "as_junit",
    "body_of",
    "canary",
    "check_plugin",
    "engine_suite",
    "find_harness",
    "plugin_suite",
    "run_check",
    "saboteurs",
    "self_check",
]

# The strategies need Hypothesis and the kit needs httpx: each is imported when used.
_MODULES = {
    "Check": "conformance.registry",
    "CheckResult": "conformance.results",
    "ConformanceRecord": "conformance.results",
    "FarSide": "conformance.simulator",
    "Fault": "conformance.faults",
    "Harness": "conformance.harness",
    "Level": "conformance.results",
    "Saboteur": "conformance.saboteurs.planting",
    "SelfCheck": "conformance.self_checking",
    "SimulatedEffect": "conformance.simulator",
    "Simulator": "conformance.simulator",
    "Verdict": "conformance.results",
    "VirtualClock": "conformance.clock",
    "Waiver": "conformance.results",
    "Wire": "conformance.transport",
    "all_checks": "conformance.registry",
    "answer": "conformance.simulator",
    "as_json": "conformance.output",
    "as_junit": "conformance.output",
    "body_of": "conformance.simulator",
    "canary": "conformance.harness",
    "check_plugin": "conformance.runner",
    "engine_suite": "engines.suite",
    "find_harness": "conformance.locating",
    "plugin_suite": "conformance.suite",
    "run_check": "conformance.runner",
    "saboteurs": "conformance.saboteurs.planting",
    "self_check": "conformance.self_checking",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
    found = getattr(module, name)
    globals()[name] = found
    return found
