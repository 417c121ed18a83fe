"""
Calls to plugins as people and programs read them.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pmkit.core.effects import EffectKind
from pmkit.shell.desk.operations import OperationOutcome
from pmkit.shell.wire import instant_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from pmkit.shell.desk.asked import TimelineEntry
    from pmkit.shell.desk.operations import OperationStatus
    from pmkit.shell.store.rows import Resolution

_DAY = 24 * 60 * 60
_HOUR = 60 * 60


def operation_record(found: OperationStatus) -> dict[str, Any]:
    """Write a call under stable names."""
    return {
        "operation": found.operation_id,
        "order": found.order_id,
        "kind": found.kind.value,
        "plugin": found.plugin,
        "subject": found.subject,
        "visit": found.visit,
        "state": found.state.value,
        "certainty": None if found.certainty is None else found.certainty.value,
        "parked": found.parked or None,
        "why": found.why,
        "remedy": found.remedy,
        "can_do": [each.value for each in found.can_do],
        "attempts": found.attempts,
        "result": found.result,
        "reference": found.reference or None,
        "decided_at": instant_text(found.decided_at),
        "first_sent_at": _instant(found.first_sent_at),
        "changed_at": instant_text(found.changed_at),
        "next_at": _instant(found.next_at),
        "age_seconds": int(found.age.total_seconds()),
        "resolutions": [_resolution(each) for each in found.resolutions],
    }


def whole_record(
    found: OperationStatus, decided: TimelineEntry | None
) -> dict[str, Any]:
    """Write a call with its digest and the event that asked for it."""
    event = None
    if decided is not None:
        event = {
            "seq": decided.seq,
            "at": instant_text(decided.at),
            "event": decided.event,
            "by": decided.by,
        }
    return {**operation_record(found), "digest": found.digest, "decided_by": event}


def deciding(
    found: OperationStatus, timeline: Sequence[TimelineEntry]
) -> TimelineEntry | None:
    """Find the event that asked for a call: its number stands in the name."""
    number = found.operation_id.split("/")[-2]
    return next((each for each in timeline if str(each.seq) == number), None)


def show_operations(found: Iterable[OperationStatus]) -> None:
    """Print a table of calls."""
    table = Table("Operation", "Plugin", "Age", "State", "Why, and what can be done")
    for each in found:
        table.add_row(
            each.operation_id,
            each.plugin,
            _age(each.age),
            each.state.value,
            Text.assemble(each.why, " ", (each.remedy, "bold")),
        )
    if table.row_count:
        Console(highlight=False).print(table)
    else:
        _print("Nothing is unresolved.")


def show_operation(
    found: OperationStatus, decided: TimelineEntry | None, zone: str
) -> None:
    """Print the story of one call, at the place's own time."""
    place = zoneinfo.ZoneInfo(zone)
    _print(f"{found.operation_id}: {found.state.value}", "bold")
    _print(f"  {found.kind.value} by {found.plugin}, about {found.subject}")
    if decided is not None:
        _line(found.decided_at, place, f"decided by {decided.event}, {decided.by}")
    if found.first_sent_at is not None:
        times = "once" if found.attempts == 1 else f"{found.attempts} times"
        _line(found.first_sent_at, place, f"first sent; about to be sent {times}")
    for said in found.resolutions:
        number = f", number {said.reference}" if said.reference else ""
        forced = ", by force" if said.forced else ""
        words = f"{said.outcome}{number}{forced}, says {said.by}: {said.evidence}"
        _line(said.at, place, words)
    last = f" ({found.result})" if found.result else ""
    _line(found.changed_at, place, f"{found.why}{last}")
    if found.next_at is not None:
        _line(found.next_at, place, "not before this is anything done")
    if found.certainty is not None:
        _print(f"  Its effect: {found.certainty.value}")
    if found.remedy:
        _print(f"  {found.remedy}", "green")


def show_resolved(found: OperationStatus) -> None:
    """Print what follows from a resolution."""
    said = found.resolutions[-1]
    _print(f"{found.operation_id} is {found.state.value} now: {said.outcome}.")
    money = found.kind in {EffectKind.CHARGE, EffectKind.REFUND}
    if money and said.outcome == OperationOutcome.HAPPENED:
        _print(f"The money counts when {found.plugin} reports it.")
    if said.forced:
        _print("It is sent by force: watch the far side for a second effect.")


def _line(at: dt.datetime, place: zoneinfo.ZoneInfo, words: str) -> None:
    _print(f"  {at.astimezone(place):%Y-%m-%d %H:%M}  {words}")


def _age(age: dt.timedelta) -> str:
    seconds = int(age.total_seconds())
    if seconds >= _DAY:
        return f"{seconds // _DAY} d"
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} h"
    return f"{max(seconds, 0) // 60} min"


def _resolution(said: Resolution) -> dict[str, Any]:
    return {
        "at": instant_text(said.at),
        "by": said.by,
        "outcome": said.outcome,
        "evidence": said.evidence,
        "reference": said.reference or None,
        "state": said.state.value,
        "forced": said.forced,
    }


def _instant(at: dt.datetime | None) -> str | None:
    return None if at is None else instant_text(at)


def _print(text: str, style: str = "") -> None:
    # A line stays a line, so that other programs can read it.
    Console(highlight=False).print(Text(text, style=style), soft_wrap=True)
