"""
What happens at an agency in memory: people take tasks, inspectors travel, reports come.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
import threading
from typing import TYPE_CHECKING, Any

from pmkit_agency_http.server.backend import File, Json, RefusedError
from pmkit_agency_http.server.sending import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Happenings:
    """
    The tasks of an agency, and what happens on them.

    Args:
        now: Tells the present instant, aware.

        tell: Is given each message for the platform; nobody is told, if left out.
    """

    def __init__(
        self,
        *,
        now: Callable[[], dt.datetime],
        tell: Callable[[Json], object] | None = None,
    ) -> None:
        self._now = now
        self._tell = tell
        self._tasks: dict[str, dict[str, Any]] = {}
        self._events: dict[str, list[dict[str, Any]]] = {}
        self._reports: dict[tuple[str, str], dict[str, Any]] = {}
        self._files: dict[tuple[str, str], File] = {}
        self._lock = threading.RLock()

    def tell_through(self, tell: Callable[[Json], object]) -> None:
        """
        Tell the platform from now on.

        Args:
            tell: Is given each message.
        """
        self._tell = tell

    def accept(self, task: str) -> None:
        """Take a pending task."""
        with self._lock:
            self._task(task)["state"] = "accepted"
            self._say_changed(task)

    def decline(self, task: str) -> None:
        """Do not take a pending task: it is as if it had never been there."""
        with self._lock:
            self._say_changed(task)
            del self._tasks[task]

    def happen(self, task: str, kind: str, *, visit: int = 1, **fields: Any) -> Json:
        """
        Write an event, and tell the platform.

        Args:
            task: The task.

            kind: The kind of the event, such as ``"arrived-on-site"``.

            visit: The number of the visit.

            **fields: What else stands in it; ``at`` is now, if left out.

        Returns:
            The event, a ``TaskEvent``.
        """
        with self._lock:
            found = self._task(task)
            event = {
                "kind": kind,
                "id": f"{task}-{len(self._events[task]) + 1}",
                "task": task,
                "service": found["service"],
                "visit": visit,
                "at": self._stamp(),
                **fields,
            }
            self._events[task].append(event)
            said = {"type": "task.event", "timestamp": self._stamp(), "data": event}
            long = len(json.dumps(said, ensure_ascii=False).encode()) > MOST_BYTES
            if kind == "report-ready" or long:
                self._say_changed(task)
            elif self._tell is not None:
                self._tell(said)
            return copy.deepcopy(event)

    def deliver_report(
        self,
        task: str,
        *,
        visit: int = 1,
        at: str = "",
        verdict: str = "pass",
        files: Iterable[tuple[str, str, bytes]] = (),
        findings: Iterable[Json] = (),
        **fields: Any,
    ) -> Json:
        """
        Write a version of a report, and the event that names it.

        Args:
            task: The task.

            visit: The number of the visit.

            at: When, an ``Instant``; now, if left out.

            verdict: What the agency says of the goods.

            files: Media type, caption and bytes of each.

            findings: What was found, each a ``Finding``.

            **fields: What else stands in the report, such as ``sample``.

        Returns:
            The report.
        """
        with self._lock:
            evidence = [self._keep(task, *each) for each in files]
            name = f"R-{len(self._reports) + 1:04d}"
            self._reports[task, name] = {
                "id": name,
                "task": task,
                "service": self._task(task)["service"],
                "visit": visit,
                "verdict": verdict,
                "findings": list(findings),
                "evidence": evidence,
                **fields,
            }
            when = {"at": at} if at else {}
            self.happen(task, "report-ready", visit=visit, report=name, **when)
            return copy.deepcopy(self._reports[task, name])

    def _keep(self, task: str, media_type: str, caption: str, content: bytes) -> Json:
        name = hashlib.sha256(content).hexdigest()
        self._files[task, name] = File(media_type=media_type, content=content)
        return {
            "sha256": name,
            "media_type": media_type,
            "caption": caption,
            "size": len(content),
        }

    def _say_changed(self, task: str) -> None:
        if self._tell is not None:
            data = {"task": task, "service": self._task(task)["service"]}
            stamp = self._stamp()
            self._tell({"type": "task.changed", "timestamp": stamp, "data": data})

    def _task(self, task: str) -> dict[str, Any]:
        if task not in self._tasks:
            raise absent()
        return self._tasks[task]

    def _stamp(self) -> str:
        return self._now().astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def absent() -> RefusedError:
    """Say that there is no such thing; also of what is another customer's."""
    return RefusedError("not-found", "There is no such thing here.")
