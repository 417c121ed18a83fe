"""
What may be done about a call: send it, ask what became of it, or leave it to a person.

Pure: whoever asks gives the moment, and gets a step.  The rule, in one sentence: a call
whose outcome is not known is looked up where that can be done, else sent again with the
same key while the far side still knows the key, else it waits for a person.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.core.effects import EffectState
from pmkit.hooks.capabilities import Idempotency, LookUp

if TYPE_CHECKING:
    from pmkit.hooks.capabilities import Capability

#: How long a call may still be on its way after it was sent: twice the time that a
#: call may take.
SETTLING = dt.timedelta(seconds=60)
_SHORTEST = dt.timedelta(seconds=5)
#: Longer than this nothing is left alone that is not settled.
LONGEST = dt.timedelta(hours=1)
# 5 s doubled so often is above an hour; more would only be a large number.
_DOUBLINGS = 10


class ParkReason(enum.StrEnum):
    """Why a call waits for a person."""

    #: Nobody can be asked, and the far side cannot tell a repetition.
    NO_LOOK_UP = "no-look-up"
    #: The far side does not recognise the key any more.
    WINDOW_PASSED = "window-passed"
    #: What would be sent is not what was reserved.
    DIGEST_DIFFERS = "digest-differs"
    #: It cannot be sent as it is, now or later.
    CANNOT_BE_SENT = "cannot-be-sent"
    #: The far side looked at it and did nothing.
    REJECTED = "rejected"
    #: It happened, and the answer with the far side's number is missing.
    NEWS_MISSING = "news-missing"
    #: It happened, and what was answered does not fit the order.
    NEWS_REFUSED = "news-refused"
    #: It was tried so often without leaving that more would not help.
    TRIED_TOO_OFTEN = "tried-too-often"
    #: The far side took it, and now says that it does not have it.
    LOST = "lost"


@attrs.frozen
class Send:
    """Send it; nothing of it ever had an effect."""


@attrs.frozen
class Resend:
    """Send it again with the same key; it may have had its effect before."""


@attrs.frozen
class Ask:
    """Ask the far side what became of it."""


@attrs.frozen
class Wait:
    """
    Do nothing yet.

    Args:
        until: Until when, UTC; `None` until there is news.
    """

    until: dt.datetime | None = None


@attrs.frozen
class Park:
    """
    Leave it to a person.

    Args:
        reason: Why.
    """

    reason: ParkReason


Step = Send | Resend | Ask | Wait | Park


@attrs.frozen(kw_only=True)
class Standing:
    """
    How a call stands, as far as recovery has to know.

    Args:
        state: How far it has come.

        first_sent_at: When it may first have been sent, UTC.

        changed_at: When it came into its state, UTC.

        next_at: Nothing is done before, UTC.

        parked: Why it waits for a person, if it does.

        reference: The far side's number, if one is known.

        held_until: Until when a worker had it that did not say that it was done, UTC;
            a worker that is alive holds on to what it sends.
    """

    state: EffectState
    first_sent_at: dt.datetime
    changed_at: dt.datetime
    next_at: dt.datetime | None = None
    parked: ParkReason | None = None
    reference: str = ""
    held_until: dt.datetime | None = None


def next_step(
    call: Standing,
    capability: Capability | None,
    *,
    can_find: bool,
    now: dt.datetime,
) -> Step:
    """
    Tell what may be done about a call now.

    Args:
        call: How it stands; not over.

        capability: What the plugin declares of the operation; `None` for an object
            that declares nothing: it has to take one operation id once, for ever.

        can_find: Whether the plugin can be asked what became of a call.

        now: The present instant, UTC.

    Returns:
        The only step that cannot do anything twice.

    Examples:
        >>> from pmkit.hooks.capabilities import FULL
        >>> at = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
        >>> lost = Standing(
        ...     state=EffectState.UNKNOWN, first_sent_at=at, changed_at=at
        ... )
        >>> next_step(lost, FULL, can_find=True, now=at).reason.value
        'no-look-up'
    """
    if call.parked is not None:
        return Park(call.parked)
    if call.next_at is not None and now < call.next_at:
        return Wait(call.next_at)
    if call.state is EffectState.RESERVED:
        return Send()
    if capability is None:
        return Wait() if call.state is EffectState.PENDING else Resend()
    return _undecided(call, capability, can_find=can_find, now=now)


def _undecided(
    call: Standing, capability: Capability, *, can_find: bool, now: dt.datetime
) -> Step:
    """Tell what may be done about a call that may have had its effect."""
    settled = call.held_until or call.changed_at + SETTLING
    if call.state is EffectState.SUBMITTING and now < settled:
        # Another worker may be waiting for the answer at this moment.
        return Wait(settled)
    if can_find and _can_look_up(capability.look_up, call.reference):
        return Ask()
    if call.state is EffectState.PENDING:
        return Wait()
    return again(call, capability, now=now)


def after_absence(call: Standing, capability: Capability, *, now: dt.datetime) -> Step:
    """
    Tell what may be done after the far side said that it does not have a call.

    Args:
        call: How it stands.

        capability: What the plugin declares of the operation.

        now: The present instant, UTC.

    Returns:
        To send it, where the absence is proof; otherwise what may be done without
        having asked.
    """
    proof = capability.look_up is LookUp.AUTHORITATIVE_ABSENCE
    if call.state is EffectState.PENDING:
        return Park(ParkReason.LOST) if proof else Wait()
    if not proof:
        return again(call, capability, now=now)
    settled = call.first_sent_at + SETTLING
    if capability.idempotency is Idempotency.NONE and now < settled:
        # It may still be on its way, and nothing would tell it from a second one.
        return Wait(settled)
    return Send()


def again(call: Standing, capability: Capability, *, now: dt.datetime) -> Step:
    """
    Tell whether a call may be sent again although it may have had its effect.

    Args:
        call: How it stands.

        capability: What the plugin declares of the operation.

        now: The present instant, UTC.

    Returns:
        To send it again, inside the window of its key; otherwise to park it.
    """
    if capability.idempotency is Idempotency.NONE:
        return Park(ParkReason.NO_LOOK_UP)
    if now < call.first_sent_at:
        # The clock went back: nobody can tell how much of the window is left.
        return Wait(call.first_sent_at)
    if capability.window is None:
        return Resend()
    # What is sent now has to arrive while the key is still known.
    if now + SETTLING < call.first_sent_at + capability.window:
        return Resend()
    return Park(ParkReason.WINDOW_PASSED)


def _can_look_up(look_up: LookUp, reference: str) -> bool:
    if look_up is LookUp.BY_REFERENCE:
        return bool(reference)
    return look_up is not LookUp.NONE


def backoff(attempts: int) -> dt.timedelta:
    """
    Tell how long to wait after so many attempts that did nothing.

    Args:
        attempts: How often it was tried, from 1.

    Returns:
        Five seconds, doubled each time, at most an hour.

    Examples:
        >>> [str(backoff(n)) for n in (1, 2, 3, 40)]
        ['0:00:05', '0:00:10', '0:00:20', '1:00:00']
    """
    doubled = _SHORTEST * (1 << min(max(attempts - 1, 0), _DOUBLINGS))
    return min(doubled, LONGEST)


def pause(since: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """
    Tell how long to wait before asking again about a call.

    Args:
        since: When it was first sent, UTC.

        now: The present instant, UTC.

    Returns:
        Half the time that has passed, at least five seconds, at most an hour.
    """
    return min(max((now - since) / 2, _SHORTEST), LONGEST)
