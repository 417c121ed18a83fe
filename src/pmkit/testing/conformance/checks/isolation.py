"""
One instance is not another, and none is the process.
"""

from __future__ import annotations

import decimal
import locale
import logging
import os
import pathlib
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from pmkit.hooks.settings import secrets_in
from pmkit.testing.conformance.case import settings_of
from pmkit.testing.conformance.leaks import forms
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Inapplicable, require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig


@check(
    "PLG-ISO-001",
    Level.SILVER,
    "Two configured instances do not know of each other.",
    "Keep settings and state on the instance, never on the class or the module.",
)
def two_accounts(rig: Rig) -> None:
    """Configure two accounts, and call the first after the second was made."""
    rig.sound()
    first = rig.station()
    second = rig.station(account="second")
    theirs = [
        form
        for secret in secrets_in(settings_of(rig.harness, "second"))
        for form in forms(secret)
    ]
    for operation in rig.sound():
        for station, strangers in ((first, second), (second, first)):
            before = len(strangers.simulator.effects)
            case = rig.case(operation, station=station)
            outcome = case.call()
            who = station.account
            require(outcome.error is None, f"{operation} of the {who}: {outcome}")
            moved = len(strangers.simulator.effects) - before
            require(not moved, f"{operation} of the {who} acts for the other")
    for sent in first.wire.sent:
        text = f"{sent.url} {sorted(sent.headers.items())} {sent.body!r}"
        foreign = any(form in text for form in theirs)
        require(not foreign, f"{sent.line} has a secret of the other account")


def _process() -> dict[str, Any]:
    return {
        "decimal context": repr(decimal.getcontext()),
        "environment": dict(os.environ),
        "folder": pathlib.Path.cwd(),
        "locale": locale.setlocale(locale.LC_ALL),
        "time zone": time.tzname,
        "log level": logging.getLogger().level,
        "log handlers": list(logging.getLogger().handlers),
        "recursion limit": sys.getrecursionlimit(),
    }


@check(
    "PLG-ISO-002",
    Level.SILVER,
    "A call changes nothing of the process, and leaves no thread behind.",
    "Use decimal.localcontext and the like; start no threads.",
)
def process_unchanged(rig: Rig) -> None:
    """Compare the process before and after each operation."""
    called = 0
    for operation in rig.usable():
        try:
            case = rig.case(operation)
        except Inapplicable:
            continue
        called += 1
        before, threads = _process(), set(threading.enumerate())
        try:
            case.call()
        finally:
            after = _process()
        changed = [name for name in before if before[name] != after[name]]
        _restore(before)
        require(not changed, f"{operation} changes: {', '.join(changed)}")
        left = [x for x in threading.enumerate() if x not in threads]
        own = [x.name for x in left if not x.name.startswith("pmkit")]
        require(not own, f"{operation} leaves threads behind: {', '.join(own)}")
    if not called:
        reason = "No operation could be called: PLG-CAP-003 comes first."
        raise Inapplicable(reason)


def _restore(before: dict[str, Any]) -> None:
    decimal.setcontext(decimal.Context())
    os.environ.clear()
    os.environ.update(before["environment"])
    sys.setrecursionlimit(before["recursion limit"])
    os.chdir(before["folder"])
