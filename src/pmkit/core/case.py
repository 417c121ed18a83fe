"""
Questions and answers: the support case with its clocks, and the message thread.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.checked import filled, utc
from pmkit.core.deadlines import Deadline, Opening
from pmkit.core.errors import NotFoundError
from pmkit.core.parties import Actor, Role


class CaseState(enum.StrEnum):
    """How far a support case has come."""

    OPEN = "open"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


#: A case in one of these changes no more; a withdrawn one cannot be reopened.
CASE_OVER = frozenset({CaseState.CLOSED, CaseState.WITHDRAWN})


@attrs.frozen(kw_only=True)
class CaseEntry:
    """One thing that was said in a case."""

    at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    text: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class SupportCase:
    """
    A question about the report or the service.

    Args:
        id: Its name within the service.

        addressed_to: The supplier or the operator.

        entries: What was said, oldest first; the first is the question.

        answer_by: Until when an answer is expected.

        escalation_opens: From when buyer or supplier may ask the platform in.

        escalates_at: When it goes to the platform by itself.
    """

    id: str = attrs.field(validator=filled)
    addressed_to: Role
    entries: tuple[CaseEntry, ...]
    state: CaseState = CaseState.OPEN
    answer_by: Deadline
    escalation_opens: Opening
    escalates_at: Deadline
    resolution: str = ""


@attrs.frozen(kw_only=True)
class Message:
    """
    One message of the thread between buyer and agency.

    Args:
        number: 1, 2, 3 ... within the service.

        by: Who wrote it.

        to: The roles it is addressed to; a supplier sees only what names it.

        text: The words.
    """

    number: int
    at: dt.datetime = attrs.field(validator=utc)
    by: Actor
    to: tuple[Role, ...]
    text: str = attrs.field(validator=filled)


def no_such_case() -> NotFoundError:
    """Make the one error for a case that is absent, or somebody else's."""
    msg = "The service has no such case."
    return NotFoundError(msg, field="case_id", remedy="Look at its status.")
