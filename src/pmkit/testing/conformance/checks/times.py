"""
Instants of the far side, however it writes them; and no clock of the plugin's own.
"""

from __future__ import annotations

import datetime as dt
import re
import urllib.parse
import zoneinfo
from typing import TYPE_CHECKING, Any

from pmkit.testing.conformance.bodies import leaves, replaced_by, replies, with_value
from pmkit.testing.conformance.checks.bodies import prepared
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Inapplicable, require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.testing.conformance.outcome import Outcome
    from pmkit.testing.conformance.rig import Rig

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?|\b1[5-9]\d{8}(\d{3})?\b")
#: The virtual day is years away from any day on which this runs.
_NEAR = dt.timedelta(days=2)
#: A gap, a doubled hour, and the moments around them, where clocks change.
_CHANGES = (
    ("Europe/Berlin", dt.datetime(2031, 3, 30, 0, 59, 59, tzinfo=dt.UTC)),
    ("Europe/Berlin", dt.datetime(2031, 10, 26, 0, 30, tzinfo=dt.UTC)),
    ("Europe/Berlin", dt.datetime(2031, 10, 26, 1, 30, tzinfo=dt.UTC)),
    ("Asia/Shanghai", dt.datetime(2031, 3, 3, 23, 30, tzinfo=dt.UTC)),
    ("Asia/Kathmandu", dt.datetime(2031, 3, 3, 18, 20, tzinfo=dt.UTC)),
)


def _instants(answer: Any) -> list[dt.datetime]:
    items = answer if isinstance(answer, tuple) else (answer,)
    found = [getattr(item, "at", None) for item in items]
    return [at for at in found if isinstance(at, dt.datetime)]


def _with_instants(
    rig: Rig, change: Callable[[str], str]
) -> Iterator[tuple[str, str, Outcome, list[dt.datetime]]]:
    """Change all instants of the replies of ``observations``, the rest not."""
    if "observations" not in rig.usable():
        reason = "The plugin reports nothing."
        raise Inapplicable(reason)
    rig.told()
    normal = _instants(prepared(rig, "observations").call().answer)
    for index, body in enumerate(replies(prepared(rig, "observations"))):
        changed, example = body, ""
        for path, value in leaves(body):
            if isinstance(value, str) and _INSTANT.fullmatch(value):
                example = change(value)
                changed = with_value(changed, path, example)
        if example and normal:
            case = prepared(rig, "observations")
            outcome = case.call({index: replaced_by(changed)})
            yield "observations", example, outcome, normal
            return
    reason = "No reply has an instant of ISO 8601 with its zone."
    raise Inapplicable(reason)


@check(
    "PLG-TIME-001",
    Level.SILVER,
    "An instant without a zone is never taken for one in some zone.",
    "Refuse it with ProtocolViolationError: its zone is not known.",
    needs="observations",
)
def no_zone(rig: Rig) -> None:
    """Take the zone away from each instant of a reply."""
    for operation, text, outcome, _ in _with_instants(rig, lambda x: x[:19]):
        took = _instants(outcome.answer)
        said = ", ".join(at.isoformat() for at in took[:2])
        require(not took, f"{operation}: {text!r} is taken for {said}")


@check(
    "PLG-TIME-002",
    Level.BRONZE,
    "An instant is the same in whatever zone the far side writes it, clocks changed.",
    "Read the offset, and convert: datetime.fromisoformat does.",
    needs="observations",
)
def other_zones(rig: Rig) -> None:
    """Write the same instants in other zones, in gaps and doubled hours."""
    for name, at in _CHANGES:
        zone = zoneinfo.ZoneInfo(name)
        local = at.astimezone(zone).isoformat()
        for _, text, outcome, normal in _with_instants(rig, _always(local)):
            require(outcome.error is None, f"{text!r} is refused: {outcome}")
            took = _instants(outcome.answer)
            wrong = [x.isoformat() for x in took if x != at] or len(took) != len(normal)
            require(not wrong, f"{text!r} is taken for {wrong}")


@check(
    "PLG-TIME-003",
    Level.SILVER,
    "An instant with no, one, six or seven digits of a second is read, and not moved.",
    "Read it with datetime.fromisoformat, which takes any fraction.",
    needs="observations",
)
def fractions(rig: Rig) -> None:
    """Write the instants with other fractions of a second."""
    for fraction in ("", ".5", ".123456", ".1234567", ".999999999"):

        def change(_: str, tail: str = fraction) -> str:
            return f"2031-03-03T01:00:59{tail}Z"

        for _, text, outcome, normal in _with_instants(rig, change):
            require(outcome.error is None, f"{text!r} is refused: {outcome}")
            took = _instants(outcome.answer)
            same = [at.replace(microsecond=0).isoformat() for at in took]
            right = len(took) == len(normal) and set(same) == {
                "2031-03-03T01:00:59+00:00"
            }
            require(right, f"{text!r} is taken for {same[:2]}")


@check(
    "PLG-TIME-004",
    Level.SILVER,
    "The plugin knows the present instant from its context, and from nowhere else.",
    "Use context.now; do not read the clock of the machine.",
)
def own_clock(rig: Rig) -> None:
    """Look for today's date in requests that are made on a virtual day."""
    real = dt.datetime.now(dt.UTC)
    for operation in rig.usable():
        try:
            case = rig.case(operation)
        except Inapplicable:
            continue
        outcome = case.call()
        for sent in case.station.wire.sent:
            url = urllib.parse.unquote(f"{sent.url}")
            text = f"{url} {sorted(sent.headers.items())} {sent.body!r}"
            near = [x for x in _stamps(text) if abs(x - real) < _NEAR]
            require(not near, f"{operation} sends the time of this machine")
        near = [x for x in _instants(outcome.answer) if abs(x - real) < _NEAR]
        require(not near, f"{operation} answers with the time of this machine")


def _always(text: str) -> Callable[[str], str]:
    return lambda _: text


def _stamps(text: str) -> Iterator[dt.datetime]:
    for found in _STAMP.finditer(text):
        word = found[0]
        if word.isdigit():
            yield dt.datetime.fromtimestamp(int(word[:10]), dt.UTC)
            continue
        try:
            yield dt.datetime.fromisoformat(word).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
