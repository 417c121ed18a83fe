"""
The work that nobody asks for, as people and programs read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from rich.console import Console, Group
from rich.table import Table

from pmkit.shell.wire import instant_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pmkit.shell.store.due import Metrics
    from pmkit.shell.store.standing import Left
    from pmkit.shell.store.workers import WorkerRow

_WORDS = {
    "calls_due": "Calls due",
    "calls_open": "Calls open",
    "calls_unknown": "Calls of unknown outcome",
    "calls_parked": "Calls that wait for a person",
    "timers_due": "Moments of orders due",
    "notices_due": "Notices due",
    "notices_waiting": "Notices not sent",
    "messages_waiting": "Messages not applied",
    "messages_refused": "Messages refused",
    "dead_letters": "Given up",
    "orders_without_timer": "Orders without a timer",
    "leases_lost": "Leases lost",
}


def status_record(metrics: Metrics, workers: Sequence[WorkerRow]) -> dict[str, Any]:
    """Write the numbers under stable names."""
    numbers = {name: getattr(metrics, name) for name in _WORDS}
    return {
        "at": instant_text(metrics.at),
        **numbers,
        "oldest_due": _instant(metrics.oldest_due),
        "oldest_due_seconds": int(metrics.oldest_due_for.total_seconds()),
        "workers": [
            {
                "name": worker.name,
                "started_at": instant_text(worker.started_at),
                "seen_at": instant_text(worker.seen_at),
                "leases_lost": worker.leases_lost,
            }
            for worker in workers
        ],
    }


def left_record(left: Left) -> dict[str, Any]:
    """Write something that lies about under stable names."""
    plain = attrs.asdict(left)
    return {
        "kind": left.kind.value,
        "name": plain["name"],
        "order": plain["order_id"] or None,
        "who": plain["who"] or None,
        "since": instant_text(left.since),
        "attempts": plain["attempts"],
        "error": plain["error"],
    }


def status_table(metrics: Metrics, workers: Sequence[WorkerRow]) -> Group:
    """Lay the numbers out."""
    numbers = Table("What", "How much")
    numbers.columns[1].justify = "right"
    for name, words in _WORDS.items():
        numbers.add_row(words, str(getattr(metrics, name)))
    seconds = int(metrics.oldest_due_for.total_seconds())
    numbers.add_row("Oldest due for", f"{seconds} s")
    seen = Table("Worker", "Last seen", "Leases lost")
    for worker in workers:
        ago = int((metrics.at - worker.seen_at).total_seconds())
        seen.add_row(worker.name, f"{ago} s ago", str(worker.leases_lost))
    return Group(numbers, seen) if workers else Group(numbers)


def show_status(metrics: Metrics, workers: Sequence[WorkerRow]) -> None:
    """Print the numbers."""
    Console(highlight=False).print(status_table(metrics, workers))


def show_left(found: Sequence[Left], *, empty: str) -> None:
    """Print a table of what lies about."""
    console = Console(highlight=False)
    if not found:
        console.print(empty)
        return
    table = Table("Kind", "Name", "For", "Since", "Attempts", "Last error")
    for left in found:
        table.add_row(
            left.kind.value,
            left.name,
            left.who,
            instant_text(left.since),
            str(left.attempts),
            left.error,
        )
    console.print(table)


def _instant(at: dt.datetime | None) -> str | None:
    return None if at is None else instant_text(at)
