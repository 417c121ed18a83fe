"""
What a server of the protocol asks of the agency behind it.

Requests and answers are the JSON of the document, as Python has it: a request fits its
schema already when it comes here, and an answer is checked against its schema before it
leaves.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

#: A document of the protocol, decoded.
Json = Mapping[str, Any]


class RefusedError(Exception):
    """
    The agency does not do it, and nothing happened.

    Args:
        code: A code of the document, such as ``"slot-unavailable"``.

        detail: A sentence for people.

        fields: Which parts of the request are wrong.

        retry_after: When to come back, in seconds; for ``rate-limited`` and
            ``unavailable``.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        fields: Sequence[str] = (),
        retry_after: int = 60,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.fields = tuple(fields)
        self.retry_after = retry_after


@dataclasses.dataclass(frozen=True, kw_only=True)
class File:
    """
    A file of a report.

    Args:
        media_type: Such as ``image/jpeg``.

        content: Its bytes.
    """

    media_type: str
    content: bytes = dataclasses.field(repr=False)


class AgencyBackend(Protocol):
    """
    The agency, for one account of one customer.

    A method that does not do what it is asked for raises `RefusedError`, and then
    nothing has happened.  Anything else that it raises is answered with 500.
    """

    def quote(self, request: Json) -> Json:
        """Name a price: ``QuoteRequest`` to ``Quote``."""

    def visit_days(self, request: Json) -> Json:
        """Tell the days that are free: ``VisitDaysRequest`` to ``VisitDays``."""

    def book(self, request: Json) -> Json:
        """
        Take a task: ``BookingRequest`` to ``Task``.

        A reference that was booked before is refused with ``reference-taken``, in the
        same transaction that takes the task.
        """

    def find_tasks(self, *, reference: str, service: str) -> Sequence[Json]:
        """Find tasks by one of both, the other is empty; pending ones too."""

    def appoint(self, task: str, request: Json) -> Json:
        """Write down a wish: ``AppointmentRequest`` to ``AppointmentWish``."""

    def cancel(self, task: str, request: Json) -> Json:
        """End a task: ``CancellationRequest`` to ``Cancellation``."""

    def events(self, task: str, after: str, limit: int) -> Json:
        """Give a page of events after a cursor, or the first: an ``EventPage``."""

    def report(self, task: str, report: str) -> Json:
        """Give a version of a report: a ``Report``."""

    def file(self, task: str, sha256: str) -> File:
        """Give a file of a report of this task."""
