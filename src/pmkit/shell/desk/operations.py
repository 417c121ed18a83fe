"""
What the marketplace's own staff see of a call to a plugin, in words.
"""

from __future__ import annotations

import datetime as dt
import enum
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectKind, EffectState
from pmkit.effects.recovery import SETTLING, ParkReason
from pmkit.shell.store.rows import Resolution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmkit.shell.store.rows import EffectRow

#: A call that was tried so often without leaving is shown.
OFTEN = 5
#: A call that is not over so long after it was decided is shown.
LONG = dt.timedelta(days=1)


class OperationOutcome(enum.StrEnum):
    """What a person can say of a call that pmkit could not settle."""

    #: The far side has it.
    HAPPENED = "happened"
    #: The far side does not have it, and never will.
    DID_NOT_HAPPEN = "did-not-happen"
    #: Send it once more, under the same operation id.
    SEND_AGAIN = "send-again"


@attrs.frozen(kw_only=True)
class OperationStatus:
    """
    A call to a plugin, as the marketplace's own staff see it.

    Args:
        operation_id: Its name.

        order_id: The order that it is for.

        kind: What was asked: book, move, cancel, charge or refund.

        plugin: Whom.

        subject: The service, payment or refund that it is about.

        visit: The visit, where it is about one; otherwise 0.

        state: How far it has come.

        certainty: What is known of its effect, once something is.

        parked: Why it waits for a person; empty if it does not.

        why: The same as a sentence, or what it waits for.

        remedy: What can be done, as a sentence; empty if there is nothing to do.

        can_do: What `Desk.resolve` takes for it.

        attempts: How often it was about to be sent.

        result: The class of what went wrong the last time.

        reference: The far side's number of a call that it has not ended.

        digest: The hash of what is sent.

        decided_at: When it was reserved, UTC.

        first_sent_at: When it may first have left this machine, UTC.

        changed_at: When something was last noted of it, UTC.

        next_at: Nothing is done about it before, UTC.

        age: How long ago it was decided.

        resolutions: What people said of it, oldest first.
    """

    operation_id: str
    order_id: str
    kind: EffectKind
    plugin: str
    subject: str
    visit: int
    state: EffectState
    certainty: Certainty | None
    parked: str
    why: str
    remedy: str
    can_do: tuple[OperationOutcome, ...]
    attempts: int
    result: str
    reference: str
    digest: str
    decided_at: dt.datetime
    first_sent_at: dt.datetime | None
    changed_at: dt.datetime
    next_at: dt.datetime | None
    age: dt.timedelta
    resolutions: tuple[Resolution, ...]


_PARKED: Mapping[ParkReason, str] = MappingProxyType(
    {
        ParkReason.NO_LOOK_UP: (
            "Nobody knows whether it happened; the far side has no look-up and "
            "cannot tell a repetition from a second call."
        ),
        ParkReason.WINDOW_PASSED: (
            "Nobody knows whether it happened, and the far side does not recognise "
            "the key any more."
        ),
        ParkReason.DIGEST_DIFFERS: "What would be sent is not what was reserved.",
        ParkReason.CANNOT_BE_SENT: "It was never sent, and cannot be sent as it is.",
        ParkReason.REJECTED: "The far side looked at it and did nothing.",
        ParkReason.NEWS_MISSING: "It happened, and the agency's number is missing.",
        ParkReason.NEWS_REFUSED: (
            "It happened, and what was answered does not fit the order."
        ),
        ParkReason.TRIED_TOO_OFTEN: "It did not leave, however often it was tried.",
        ParkReason.LOST: "The far side took it, and now says that it has no such call.",
    }
)
_STATES: Mapping[EffectState, str] = MappingProxyType(
    {
        EffectState.RESERVED: "It has not been sent yet.",
        EffectState.SUBMITTING: "It was being sent when everything stopped.",
        EffectState.PENDING: "The far side took it and has not told the outcome yet.",
        EffectState.UNKNOWN: "Nobody knows yet whether it happened; it is found out.",
        EffectState.SUCCEEDED: "It happened.",
        EffectState.REJECTED: "It did not happen.",
    }
)
_ASK = "Ask their people, and resolve it with what they say"
_AFTER_REJECTION: Mapping[EffectKind, str] = MappingProxyType(
    {
        EffectKind.BOOK: (
            "Cancel the service and refund it, or repair the cause and send again."
        ),
        EffectKind.MOVE: "Agree on the visit with the agency by other means.",
        EffectKind.CANCEL: "Tell the agency by other means that the task is over.",
        EffectKind.REFUND: "The payer is still owed the money: send it another way.",
    }
)


def status_of(row: EffectRow, now: dt.datetime) -> OperationStatus:
    """
    Put the row of a call into words.

    Args:
        row: Its row in the ledger.

        now: The present instant, UTC.
    """
    effect = row.effect
    return OperationStatus(
        operation_id=effect.operation_id,
        order_id=row.order_id,
        kind=effect.kind,
        plugin=effect.plugin,
        subject=effect.subject,
        visit=effect.visit,
        state=row.state,
        certainty=row.certainty,
        parked=row.parked,
        why=_PARKED[ParkReason(row.parked)] if row.parked else _STATES[row.state],
        remedy=_remedy(row),
        can_do=can_do(row),
        attempts=row.attempts,
        result=row.result,
        reference=row.reference,
        digest=row.digest,
        decided_at=row.created_at,
        first_sent_at=row.first_sent_at,
        changed_at=row.updated_at,
        next_at=row.next_at,
        age=now - row.created_at,
        resolutions=row.resolutions,
    )


def needs_eyes(row: EffectRow, now: dt.datetime) -> bool:
    """
    Tell whether a person should look at a call.

    Args:
        row: Its row in the ledger.

        now: The present instant, UTC.
    """
    if row.parked or row.state is EffectState.UNKNOWN:
        return True
    if row.state is EffectState.SUBMITTING:
        return now - row.updated_at >= SETTLING
    often = row.state is EffectState.RESERVED and row.attempts >= OFTEN
    return not row.state.over and (often or now - row.created_at >= LONG)


def can_do(row: EffectRow) -> tuple[OperationOutcome, ...]:
    """
    Tell what a person can say of a call.

    Args:
        row: Its row in the ledger.
    """
    happened, not_happened, again = OperationOutcome
    if row.state is EffectState.SUCCEEDED:
        return (happened,) if row.parked else ()
    if row.state is EffectState.REJECTED:
        if not row.parked:
            return ()
        # Of a refund that came to nothing the order knows already.
        final = row.effect.kind is EffectKind.REFUND
        return (not_happened,) if final else (happened, not_happened, again)
    if row.parked == ParkReason.DIGEST_DIFFERS:
        return (happened, not_happened)
    if row.state is EffectState.RESERVED and not row.parked:
        return (happened, not_happened)
    return (happened, not_happened, again)


def _remedy(row: EffectRow) -> str:
    """Say what can be done."""
    possible = can_do(row)
    if row.parked == ParkReason.REJECTED:
        return _AFTER_REJECTION[row.effect.kind]
    if row.parked in {ParkReason.NEWS_MISSING, ParkReason.NEWS_REFUSED}:
        return "Ask the agency for its number, and resolve it as happened."
    if row.parked in {ParkReason.CANNOT_BE_SENT, ParkReason.TRIED_TOO_OFTEN}:
        return "Repair the cause and send again, or give it up as did-not-happen."
    if row.parked or row.state is EffectState.UNKNOWN:
        return f"{_ASK}: {', '.join(possible)}."
    if possible:
        return f"It goes on by itself; or resolve it: {', '.join(possible)}."
    return ""
