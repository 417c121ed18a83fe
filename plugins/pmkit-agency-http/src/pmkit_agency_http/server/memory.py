"""
An agency in memory: what a server is tried with, and where to start from.

Here is what the protocol asks of an agency; what happens there is `Happenings`.
"""

from __future__ import annotations

import copy
import datetime as dt
import decimal
from typing import TYPE_CHECKING, Any, Final

from pmkit_agency_http.server.backend import File, Json, RefusedError
from pmkit_agency_http.server.happening import Happenings, absent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

#: What a man-day costs, and the way there, by currency.
PRICES: Final[Mapping[str, tuple[str, str]]] = {
    "USD": ("240.00", "36.00"),
    "EUR": ("220.00", "33.00"),
    "CNY": ("1680.00", "250.00"),
}
KINDS: Final = ("PM", "IPC", "DUPRO", "PSI", "CLC")
_SATURDAY = 5


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class MemoryAgency(Happenings):
    """
    An agency that remembers what it was asked for, until the process ends.

    Args:
        now: Tells the present instant, aware.

        by_hand: Whether a person has to take each task: `accept` and `decline`.

        tell: Is given each message for the platform; nobody is told, if left out.

        full: The days on which nobody is free.

        kinds: What it sells.

    Attributes:
        prices: What a man-day costs, and the way there, by currency.

        effects: What it really did, oldest first: the operation, the service, and its
            number of the task.

        refuse: What it refuses next, by the id of the operation.

    Examples:
        >>> agency = MemoryAgency()
        >>> agency.visit_days({"first": "2026-02-13", "last": "2026-02-16"})
        {'days': ['2026-02-13', '2026-02-16']}
    """

    def __init__(
        self,
        *,
        now: Callable[[], dt.datetime] = _utc_now,
        by_hand: bool = False,
        tell: Callable[[Json], object] | None = None,
        full: Iterable[dt.date] = (),
        kinds: Iterable[str] = KINDS,
    ) -> None:
        super().__init__(now=now, tell=tell)
        self._by_hand = by_hand
        self._full = frozenset(full)
        self._kinds = tuple(kinds)
        self.prices: Mapping[str, tuple[str, str]] = PRICES
        self._references: set[str] = set()
        self.effects: list[tuple[str, str, str]] = []
        self.refuse: dict[str, Exception] = {}

    # ------------------------------------------------- what the protocol asks of it

    def quote(self, request: Json) -> Json:
        """Name a price: man-days and the way."""
        self._may("quote")
        self._sells(request["kind"])
        if request["currency"] not in self.prices:
            code, sold = "currency-unsupported", ", ".join(self.prices)
            raise RefusedError(code, f"Sold in {sold}.", fields=["currency"])
        currency, visits = request["currency"], request["planned_visits"]
        service, way = (decimal.Decimal(x) * visits for x in self.prices[currency])
        lines = [("service", f"{visits} man-days", service), ("travel", "Way", way)]
        return {
            "lines": [
                {"kind": kind, "description": text, "amount": _money(x, currency)}
                for kind, text, x in lines
            ],
            "total": _money(service + way, currency),
        }

    def visit_days(self, request: Json) -> Json:
        """Tell the days from Monday to Friday that are not full."""
        self._may("visitDays")
        first, last = (dt.date.fromisoformat(request[k]) for k in ("first", "last"))
        days = (first + dt.timedelta(n) for n in range((last - first).days + 1))
        free = (d for d in days if d.weekday() < _SATURDAY and d not in self._full)
        return {"days": [day.isoformat() for day in free]}

    def book(self, request: Json) -> Json:
        """Take a task, once for each reference."""
        with self._lock:
            self._may("book")
            self._sells(request["kind"])
            self._first_time(request["reference"])
            name = f"T-{len(self._events) + 1:04d}"
            self._tasks[name] = {
                "id": name,
                "reference": request["reference"],
                "service": request["service"],
                "state": "pending" if self._by_hand else "accepted",
                "appointments": [],
            }
            self._events[name] = []
            self._note("book", self._tasks[name], request["reference"])
            return copy.deepcopy(self._tasks[name])

    def find_tasks(self, *, reference: str, service: str) -> list[Json]:
        """Find tasks by their reference, or by their service."""
        with self._lock:
            self._may("findTasks")
            return [
                copy.deepcopy(task)
                for task in self._tasks.values()
                if reference in {"", task["reference"]}
                and service in {"", task["service"]}
            ]

    def appoint(self, task: str, request: Json) -> Json:
        """Write down a wish for a time."""
        with self._lock:
            found = self._open("reschedule", task)
            starts, ends = (_instant(request[k]) for k in ("starts_at", "ends_at"))
            if ends <= starts:
                code = "invalid"
                raise RefusedError(
                    code, "It ends before it starts.", fields=["ends_at"]
                )
            if starts <= self._now():
                code = "too-late"
                raise RefusedError(code, "It starts in the past.", fields=["starts_at"])
            if starts.date() in self._full:
                code = "slot-unavailable"
                raise RefusedError(code, "Nobody is free.", fields=["starts_at"])
            self._first_time(request["reference"])
            keys = ("starts_at", "ends_at", "place", "contact")
            wish = {
                "reference": request["reference"],
                "task": task,
                "visit": request["visit"],
                "appointment": {k: request[k] for k in keys if k in request},
            }
            found["appointments"].append(wish)
            self._note("move", found, request["reference"])
            return copy.deepcopy(wish)

    def cancel(self, task: str, request: Json) -> Json:
        """End a task."""
        with self._lock:
            found = self._open("cancel", task)
            self._first_time(request["reference"])
            found["state"] = "cancelled"
            found["cancellation"] = {**request, "task": task, "at": self._stamp()}
            self._note("cancel", found, request["reference"])
            return copy.deepcopy(dict(found["cancellation"]))

    def events(self, task: str, after: str, limit: int) -> Json:
        """Give a page of events; a cursor is the number of those before."""
        with self._lock:
            self._may("listEvents")
            self._task(task)
            start = _cursor(after, len(self._events[task]))
            page = self._events[task][start : start + limit]
            end = start + len(page)
            more = {"next": f"e{end}"} if end < len(self._events[task]) else {}
            return {"events": copy.deepcopy(page), **more}

    def report(self, task: str, report: str) -> Json:
        """Give a version of a report."""
        with self._lock:
            self._may("readReport")
            if (task, report) not in self._reports:
                raise absent()
            return copy.deepcopy(self._reports[task, report])

    def file(self, task: str, sha256: str) -> File:
        """Give a file of a report."""
        with self._lock:
            self._may("readFile")
            if (task, sha256) not in self._files:
                raise absent()
            return self._files[task, sha256]

    def _may(self, operation: str) -> None:
        error = self.refuse.pop(operation, None)
        if error is not None:
            raise error

    def _sells(self, kind: str) -> None:
        if kind not in self._kinds:
            code, sold = "kind-unsupported", ", ".join(self._kinds)
            raise RefusedError(code, f"Sold are {sold}.", fields=["kind"])

    def _first_time(self, reference: str) -> None:
        if reference in self._references:
            code = "reference-taken"
            raise RefusedError(code, "The reference came before.", fields=["reference"])

    def _note(self, operation: str, task: Json, reference: str) -> None:
        self._references.add(reference)
        self.effects.append((operation, task["service"], task["id"]))

    def _open(self, operation: str, task: str) -> dict[str, Any]:
        self._may(operation)
        found = self._task(task)
        if found["state"] == "cancelled":
            code = "task-over"
            raise RefusedError(code, "The task is cancelled.")
        return found


def _money(amount: decimal.Decimal, currency: str) -> dict[str, str]:
    return {"amount": f"{amount:f}", "currency": currency}


def _instant(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        code = "invalid"
        raise RefusedError(code, "No clock shows this instant.") from None


def _cursor(after: str, length: int) -> int:
    if not after:
        return 0
    digits = after.removeprefix("e")
    if not (digits.isdecimal() and digits.isascii() and int(digits[:9]) <= length):
        code = "malformed"
        raise RefusedError(code, "No page begins there.", fields=["after"])
    return int(digits[:9])
