"""
What the store gives back: rows as records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.effects import Effect, EffectState
from pmkit.core.events import Event

#: A call in one of these is to be made, or its outcome to be found out.
DUE = frozenset({EffectState.RESERVED, EffectState.SUBMITTING, EffectState.UNKNOWN})


@attrs.frozen(kw_only=True)
class OrderRow:
    """
    One line of a list of orders.

    Args:
        order_id: The order.

        version: How many events made it.

        stage: How far the order itself has come.

        updated_at: When it was last written, UTC.
    """

    order_id: str
    version: int
    stage: str
    buyer: str
    supplier: str
    updated_at: dt.datetime


@attrs.frozen(kw_only=True)
class RecordedEvent:
    """
    An event as it was recorded.

    Args:
        seq: 1, 2, 3 ... within the order.

        prev_hash: The hash of the event before it.

        hash: Its own hash; see `pmkit.shell.store.chain`.
    """

    order_id: str
    seq: int
    event: Event
    prev_hash: str
    hash: str


@attrs.frozen(kw_only=True)
class Remembered:
    """
    What a command with an idempotency key answered.

    Args:
        digest: The hash of what was asked.

        answer: Plain JSON values.
    """

    digest: str
    order_id: str
    answer: Any


@attrs.frozen(kw_only=True)
class InboxRow:
    """
    A message of the outside that waits to be applied.

    Args:
        provider: Who sent it.

        account: Which of our accounts with them it is about; may be empty.

        event_id: Their name for it.

        digest: The hash of what it says.

        received_at: When it was kept, UTC.

        body: What came, byte by byte.

        headers: What stood above it.

        scheme: How it was verified.

        attempts: How often it could not be applied.

        error: The class of what went wrong the last time.
    """

    provider: str
    account: str
    event_id: str
    digest: str
    order_id: str | None
    received_at: dt.datetime
    body: bytes = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    scheme: str
    attempts: int
    error: str


@attrs.frozen(kw_only=True)
class Resolution:
    """
    What a person said of a call that pmkit could not settle.

    Args:
        at: When, UTC.

        by: Who.

        outcome: What became of the call.

        evidence: How they know.

        reference: The far side's number, where they gave one.

        state: How far the call had come until then.

        forced: Whether it is sent again although that may do it twice.
    """

    at: dt.datetime
    by: str
    outcome: str
    evidence: str
    reference: str = ""
    state: EffectState
    forced: bool = False


@attrs.frozen(kw_only=True)
class EffectRow:
    """
    A call to a plugin, and how far it has come.

    Args:
        seq: The version of the order that decided it.

        attempts: How often it was about to be sent.

        result: What came of it, in a word; never what a plugin said.

        digest: The hash of what is sent; empty if an earlier pmkit noted the call.

        certainty: What is known of its effect, once something is.

        first_sent_at: When it may first have left this machine, UTC.

        next_at: Not to be sent or asked about before, UTC.

        reference: The far side's number of a call that it has not ended.

        parked: Why it waits for a person; empty if it does not.

        resolutions: What people said of it, oldest first.

        lease_until: Until when somebody works on it, UTC; past, if they did not say
            that they are done.

        lease_owner: Who does.
    """

    order_id: str
    seq: int
    effect: Effect
    state: EffectState
    attempts: int
    result: str
    created_at: dt.datetime
    updated_at: dt.datetime
    digest: str = ""
    certainty: Certainty | None = None
    first_sent_at: dt.datetime | None = None
    next_at: dt.datetime | None = None
    reference: str = ""
    parked: str = ""
    resolutions: tuple[Resolution, ...] = ()
    lease_until: dt.datetime | None = None
    lease_owner: str = ""
