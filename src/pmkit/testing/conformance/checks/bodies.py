"""
Replies that are not what they should be.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pmkit.core.money import Money
from pmkit.core.plugin_errors import PluginFaultError
from pmkit.hooks.manifest import PluginKind
from pmkit.testing.conformance.bodies import (
    leaves,
    places,
    replaced_by,
    replies,
    with_value,
    without,
)
from pmkit.testing.conformance.faults import UNREADABLE
from pmkit.testing.conformance.outcome import lie
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Failed, Inapplicable, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.testing.conformance.bodies import Path
    from pmkit.testing.conformance.case import Case
    from pmkit.testing.conformance.outcome import Outcome
    from pmkit.testing.conformance.rig import Rig

_TALKING = (PluginKind.AGENCY, PluginKind.PAYMENT)
_AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,4})?")
#: What stands where something else should be.
_STRANGE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.1,
    "",
    " ",
    "\u202e\U0001f4a3 \u6df1\u5733 '\";--<b>",
    "x" * 70_000,
    10**40,
    [],
    {},
    [[[[]]]],
)
_MOST = 90
#: A word that no contract knows.
WORD = "xyzzy"


def prepared(rig: Rig, operation: str) -> Case:
    """Prepare an operation; where it reports, the far side has something to tell."""
    if operation != "observations":
        return rig.case(operation)
    try:
        return rig.told()[0]
    except Failed:
        return rig.case(operation)


def _broken(case: Case, outcome: Outcome) -> str:
    if outcome.foreign is not None or isinstance(outcome.error, PluginFaultError):
        return f"the plugin broke: {outcome}"
    return lie(outcome, case.happened) if case.spec.mutates else ""


@check(
    "PLG-BODY-001",
    Level.SILVER,
    "A reply that is no JSON of the contract gives a typed error, and an honest one.",
    "Raise ProtocolViolationError for what cannot be read.",
)
def unreadable(rig: Rig) -> None:
    """Answer each request with pages, halves, nothing, nulls, lists and floods."""
    for case, plan, words in rig.faulted(UNREADABLE, mutates=None):
        wrong = _broken(case, case.call(plan))
        require(not wrong, f"{words}: {wrong}")


def _changes(found: Any) -> Iterator[tuple[Path, str, Any]]:
    for path in places(found):
        yield path, "left out", without(found, path)
        for value in _STRANGE:
            text = f"{value!r}"
            yield path, f"now {text[:30]}", with_value(found, path, value)
    if isinstance(found, dict):
        yield (), "with more keys", {**found, "new": 1, "__proto__": {}, "": []}


@check(
    "PLG-BODY-002",
    Level.SILVER,
    "A field that is missing, null, huge or of another type breaks nothing.",
    "Check the type of each field before it is used; raise ProtocolViolationError.",
)
def one_field(rig: Rig) -> None:
    """Change one field of one reply at a time."""
    for operation in rig.sound():
        for index, found in enumerate(replies(prepared(rig, operation))):
            changes = list(_changes(found))
            if len(changes) > _MOST:
                changes = rig.random.sample(changes, _MOST)
            for path, words, body in changes:
                case = prepared(rig, operation)
                outcome = case.call({index: replaced_by(body)})
                wrong = _broken(case, outcome)
                where = ".".join(map(str, path)) or "body"
                require(not wrong, f"{operation}: {where} {words}: {wrong}")


@check(
    "PLG-BODY-003",
    Level.SILVER,
    "A word that the contract does not know is never taken for one that it knows.",
    "Raise ProtocolViolationError for an unknown status, or leave that news out.",
    kinds=_TALKING,
)
def unknown_words(rig: Rig) -> None:
    """Put an unknown word into each text of each reply."""
    for operation in rig.sound():
        normal = prepared(rig, operation).call().answer
        for index, found in enumerate(replies(prepared(rig, operation))):
            for path, value in leaves(found):
                if not isinstance(value, str):
                    continue
                body = with_value(found, path, WORD)
                outcome = prepared(rig, operation).call({index: replaced_by(body)})
                wrong = _guessed(normal, outcome)
                where = ".".join(map(str, path))
                require(not wrong, f"{operation}: {where} is {WORD!r}: {wrong}")


def _guessed(normal: Any, outcome: Outcome) -> str:
    answer = outcome.answer
    if outcome.error is not None or answer == normal:
        return ""
    before = normal if isinstance(normal, tuple) else (normal,)
    for item in answer if isinstance(answer, tuple) else (answer,):
        if item not in before and WORD not in f"{item!r}":
            return f"it becomes {item!r}"
    return ""


def _amounts(found: Any) -> list[tuple[Path, Any]]:
    """Name the places where an amount may stand, as text or as a number."""
    return [
        (path, value)
        for path, value in leaves(found)
        if re.search("amount|price|total|value|fee|cents", f"{path}", re.IGNORECASE)
        and not isinstance(value, bool)
        and (
            isinstance(value, int | float)
            or (isinstance(value, str) and _AMOUNT.fullmatch(value))
        )
    ]


def _monies(answer: Any) -> list[Money]:
    items = answer if isinstance(answer, tuple) else (answer,)
    found = [getattr(item, "amount", None) for item in items]
    found += [getattr(item, "total", None) for item in items]
    return [money for money in found if isinstance(money, Money)]


def _answered(rig: Rig, operation: str, index: int, body: Any) -> Outcome:
    return prepared(rig, operation).call({index: replaced_by(body)})


def _more(value: Any) -> Any:
    """Give another amount of the same form."""
    return f"{Decimal(value) + 1}" if isinstance(value, str) else value + 1


def _with_amounts(rig: Rig) -> Iterator[tuple[str, int, Any, Path, Any]]:
    """Give every place of every reply from which the plugin reads an amount."""
    found = False
    for operation in rig.sound():
        normal = _monies(prepared(rig, operation).call().answer)
        for index, body in enumerate(replies(prepared(rig, operation))):
            for path, value in _amounts(body):
                changed = with_value(body, path, _more(value))
                outcome = _answered(rig, operation, index, changed)
                if normal and _monies(outcome.answer) != normal:
                    found = True
                    yield operation, index, body, path, value
    if not found:
        reason = "The plugin reads no amount."
        raise Inapplicable(reason)


def _odd(value: Any) -> tuple[Any, ...]:
    """Give what is no amount, in the form of a given one."""
    if isinstance(value, str):
        few = ("0.1234567", "1e3", "NaN", "12,50")
        return (f"{value}0000007", f"-{value}", *few, float(value) + 0.0000007)
    return (-value, value + 0.0000007, True, "12,50", 1e30)


@check(
    "PLG-BODY-004",
    Level.SILVER,
    "An amount that is not exact, negative or not a number is refused, never rounded.",
    "Read it with Money.of and let it fail; refuse amounts below nothing.",
    kinds=_TALKING,
)
def odd_amounts(rig: Rig) -> None:
    """Put amounts that no currency has into each amount of each reply."""
    for operation, index, body, path, value in _with_amounts(rig):
        for odd in _odd(value):
            changed = with_value(body, path, odd)
            took = _monies(_answered(rig, operation, index, changed).answer)
            where = ".".join(map(str, path))
            text = ", ".join(map(str, took))
            ok = all(money.minor == 0 for money in took)
            require(ok, f"{operation}: {where} is {odd!r}, and it takes {text}")


@check(
    "PLG-BODY-005",
    Level.SILVER,
    "An amount in another currency is never taken for one in the currency asked for.",
    "Read the currency of the reply, and compare it with the request.",
    kinds=_TALKING,
)
def other_currency(rig: Rig) -> None:
    """Answer in another currency."""
    for operation, index, body, _, _ in _with_amounts(rig):
        changed = body
        known = {m.currency for m in _monies(prepared(rig, operation).call().answer)}
        hits = [path for path, value in leaves(body) if value in known]
        if not hits:
            continue
        for path in hits:
            changed = with_value(changed, path, "CHF")
        outcome = prepared(rig, operation).call({index: replaced_by(changed)})
        wrong = [m for m in _monies(outcome.answer) if m.currency != "CHF"]
        text = ", ".join(map(str, wrong))
        require(not wrong, f"{operation}: the reply is in CHF, and it takes {text}")
