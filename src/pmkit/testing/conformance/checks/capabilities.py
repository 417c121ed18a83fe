"""
What is declared is there, and what is there is declared.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from pmkit.core.plugin_errors import UnsupportedError
from pmkit.hooks.capabilities import Idempotency, LookUp
from pmkit.hooks.manifest import PluginKind
from pmkit.hooks.operations import OPERATIONS
from pmkit.testing.conformance.outcome import done_as_asked
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Inapplicable, require

if TYPE_CHECKING:
    from pmkit.testing.conformance.rig import Rig

_HEARING = {"verify": ["delivery", "context"], "parse": ["verified", "context"]}


def _declared(rig: Rig) -> dict[str, bool]:
    can = rig.manifest.capabilities
    found = {name: can[name].support.usable for name in OPERATIONS[rig.manifest.kind]}
    return found | dict.fromkeys(_HEARING, can.webhooks.support.usable)


@check(
    "PLG-CAP-001",
    Level.BRONZE,
    "Every declared operation is a method with the arguments of the contract.",
    "Write the method as name(self, request, context), not async, without defaults.",
)
def claimed_is_there(rig: Rig) -> None:
    """Compare the methods with the manifest."""
    implementation = rig.station().implementation
    for name, declared in _declared(rig).items():
        method = getattr(implementation, name, None)
        if not declared:
            continue
        require(callable(method), f"{name} is declared, and there is no such method")
        assert method is not None  # noqa: S101 - required above
        is_async = inspect.iscoroutinefunction(method)
        require(not is_async, f"{name} is async: write a generator function")
        found = inspect.signature(method).parameters
        wanted = _HEARING.get(name, ["request", "context"])
        same = list(found) == wanted
        require(same, f"{name} takes ({', '.join(found)}), not ({', '.join(wanted)})")
        plain = all(x.default is x.empty for x in found.values())
        require(plain, f"an argument of {name} has a default")


@check(
    "PLG-CAP-002",
    Level.BRONZE,
    "Every operation that is there is declared.",
    "Declare it in the manifest, or take the method away.",
)
def there_is_claimed(rig: Rig) -> None:
    """Look for methods that the manifest does not know."""
    implementation = rig.station().implementation
    hidden = [
        name
        for name, declared in _declared(rig).items()
        if not declared and hasattr(implementation, name)
    ]
    require(not hidden, f"there, and not declared: {', '.join(hidden)}")


@check(
    "PLG-CAP-003",
    Level.BRONZE,
    "Every declared operation works before a healthy far side, and acts there once.",
    "Make it work with the simulator of the harness, or do not declare it.",
)
def claimed_works(rig: Rig) -> None:
    """Call every operation, and count what the far side did."""
    for operation in rig.usable():
        case = rig.case(operation)
        outcome = case.call()
        unsupported = isinstance(outcome.error, UnsupportedError)
        require(not unsupported, f"{operation} is declared, and it says: {outcome}")
        wrong = done_as_asked(case, outcome)
        require(not wrong, f"{operation}: {wrong}")


@check(
    "PLG-CAP-004",
    Level.GOLD,
    "Every operation that moves people or money can be repeated or looked up.",
    "Declare, and use, an idempotency key, our reference, or a look-up by it.",
    kinds=(PluginKind.AGENCY, PluginKind.PAYMENT),
)
def recoverable(rig: Rig) -> None:
    """Look for operations whose outcome nobody could ever find out."""
    can = rig.manifest.capabilities
    by_name = (LookUp.AUTHORITATIVE, LookUp.AUTHORITATIVE_ABSENCE)
    lost = [
        name
        for name in rig.usable(mutates=True)
        if can[name].idempotency is Idempotency.NONE
        and can[name].look_up not in by_name
    ]
    require(not lost, f"after a lost reply nobody can tell: {', '.join(lost)}")


@check(
    "PLG-CAP-005",
    Level.BRONZE,
    "The plugin calls no host but those that it declares.",
    "Name the host in the manifest, or stop calling it.",
)
def declared_hosts(rig: Rig) -> None:
    """Call every operation, and look for refused addresses."""
    found = 0
    for operation in rig.usable():
        try:
            case = rig.case(operation)
        except Inapplicable:
            continue
        found += 1
        outcome = case.call()
        code = outcome.error.code if outcome.error else ""
        require(code != "plugin-address", f"{operation}: {outcome}")
    if not found:
        reason = "No operation could be called: PLG-CAP-003 comes first."
        raise Inapplicable(reason)
