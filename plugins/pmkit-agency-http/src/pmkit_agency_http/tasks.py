"""
Tasks as the agency shows them: which one it is, and what it was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.effects import EffectKind
from pmkit.core.lookups import Pending
from pmkit.core.ports import BookingReply

from pmkit_agency_http.asking import not_sayable
from pmkit_agency_http.document import MisfitError, check
from pmkit_agency_http.reading import body_of, violation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmkit.effects.context import Operation

    from pmkit_agency_http.asking import Asker


def find_tasks(ask: Asker, **query: str) -> Operation[list[Mapping[str, Any]]]:
    """
    Find the tasks with a reference, or of a service.

    Args:
        ask: Builds the request.

        **query: Either ``reference`` or ``service``.

    Returns:
        Every task that fits, each a ``Task``.

    Raises:
        pmkit.PluginCallError: If the agency does not answer, or with other tasks.
    """
    ((name, wanted),) = query.items()
    try:
        check("Reference", wanted)
    except MisfitError as error:
        raise not_sayable(MisfitError(name, error.reason)) from None
    response = yield ask.get("tasks", **query)
    tasks = body_of(response, "TaskList", changes=False)["tasks"]
    for index, task in enumerate(tasks):
        same(task, name, wanted, changes=False, at=f"tasks[{index}].")
    for key in ("id", "reference"):
        if len({task[key] for task in tasks}) < len(tasks):
            reason = "two tasks have one"
            raise violation(field=f"tasks.{key}", reason=reason, changes=False)
    return list(tasks)


def taken(task: Mapping[str, Any]) -> BookingReply | Pending:
    """
    Say what a task means for who booked it.

    Args:
        task: A ``Task``.
    """
    if task["state"] == "pending":
        return Pending(reference=task["id"])
    return BookingReply(reference=task["id"])


def references(task: Mapping[str, Any]) -> list[tuple[EffectKind, str]]:
    """
    List what a task was asked for, and under which reference.

    Args:
        task: A ``Task``.
    """
    found = [(EffectKind.MOVE, str(wish["reference"])) for wish in task["appointments"]]
    if "cancellation" in task:
        found.append((EffectKind.CANCEL, task["cancellation"]["reference"]))
    return found


def same(
    document: Mapping[str, Any],
    key: str,
    wanted: object,
    *,
    changes: bool,
    at: str = "",
) -> None:
    """
    Refuse an answer about something else.

    Args:
        document: What came.

        key: What says what it is about.

        wanted: What was asked about.

        changes: Whether the request was to change something.

        at: Where the document stands.

    Raises:
        pmkit.ProtocolViolationError: If it is about something else.
    """
    if document[key] != wanted:
        reason = "not what was asked about"
        raise violation(field=f"{at}{key}", reason=reason, changes=changes)
