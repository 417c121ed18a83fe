"""
What is due, and how much of it there is.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.effects import EffectState
from pmkit.effects.recovery import backoff
from pmkit.shell.store.deliveries import DEAD, WAITING, Deliveries
from pmkit.shell.store.effect_rows import SpoiltCall, readable
from pmkit.shell.store.inbox import refused
from pmkit.shell.store.leasing import FREE, free
from pmkit.shell.store.ledger import Ledger
from pmkit.shell.store.pacing import Pacing
from pmkit.shell.store.schema import OPEN_EFFECT, Instant
from pmkit.shell.store.timers import Timers
from pmkit.shell.store.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Collection

    from pmkit.shell.store.leasing import Lease, RowClaim
    from pmkit.shell.store.rows import EffectRow

#: Why a call waits for a person that was given up, not one that nobody can decide.
GIVEN_UP = "tried-too-often"
#: A timer that failed so often is shown as given up; it goes on once a day.
OFTEN = 20


@attrs.frozen(kw_only=True)
class Metrics:
    """
    How a database stands, in numbers.

    Args:
        at: When it was looked, UTC.

        calls_due: Calls that may be made or asked about now.

        calls_open: Calls that are not over.

        calls_unknown: Calls whose outcome nobody knows.

        calls_parked: Calls that wait for a person.

        timers_due: Moments of orders that have come and were not seen to.

        notices_due: Notices that a notifier has to send now.

        notices_waiting: Notices that somebody has not sent yet.

        messages_waiting: Messages of plugins that are not applied.

        messages_refused: Messages that were heard and refused, each for its reason.

        dead_letters: What was given up: calls, notices and timers.

        oldest_due: Since when the oldest of what is due has been; `None` if nothing is.

        orders_without_timer: Orders that would be forgotten; always 0.

        leases_lost: How often a worker took over from another one.

        workers: Workers that said in the last minute that they are alive.
    """

    at: dt.datetime
    calls_due: int = 0
    calls_open: int = 0
    calls_unknown: int = 0
    calls_parked: int = 0
    timers_due: int = 0
    notices_due: int = 0
    notices_waiting: int = 0
    messages_waiting: int = 0
    messages_refused: int = 0
    dead_letters: int = 0
    oldest_due: dt.datetime | None = None
    orders_without_timer: int = 0
    leases_lost: int = 0
    workers: int = 0

    @property
    def oldest_due_for(self) -> dt.timedelta:
        """How long the oldest of what is due has been due."""
        return dt.timedelta() if self.oldest_due is None else self.at - self.oldest_due


class Due(Ledger, Timers, Deliveries, Workers, Pacing):
    """The part of a transaction that tells what is due."""

    def _callable(self, at: dt.datetime) -> sa.ColumnElement[bool]:
        """Say which calls something may be done about now."""
        effects = self.tables.effects
        return (
            sa.literal_column(OPEN_EFFECT, sa.Boolean)
            & (effects.c.parked == "")
            & (effects.c.next_at.is_(None) | (effects.c.next_at <= at))
            & free(effects, at)
            & ~self._out(at)
        )

    def due_calls(
        self, at: dt.datetime, *, plugin: str | None = None, limit: int | None = None
    ) -> list[str]:
        """
        List the orders with a call about which something may be done now.

        Args:
            at: The present instant.

            plugin: Only calls to this plugin.

            limit: At most so many calls are looked at.
        """
        effects = self.tables.effects
        asked = sa.select(effects.c.order_id).where(
            self._callable(at), ~self._earlier()
        )
        if plugin is not None:
            asked = asked.where(effects.c.plugin == plugin)
        rows = self.connection.execute(asked.order_by(effects.c.number).limit(limit))
        return list(dict.fromkeys(rows.scalars()))

    def common_due(self, at: dt.datetime, *, notifiers: Collection[str]) -> bool:
        """
        Tell whether a message or a notice waits that may be seen to now.

        Args:
            at: The present instant.

            notifiers: Who there is to send notices.
        """
        if self.message_due(at):
            return True
        table = self.tables.deliveries
        asked = sa.select(table.c.notice_id).where(
            self._deliverable(at), table.c.notifier.in_(notifiers)
        )
        return bool(notifiers) and (self.notice_new(at) or self._any(asked))

    def message_due(self, at: dt.datetime) -> bool:
        """
        Tell whether a message waits to be applied that may be tried now.

        Args:
            at: The present instant.
        """
        return self._any(
            sa.select(self.tables.inbox.c.event_id).where(self._hearable(at))
        )

    def _hearable(self, at: dt.datetime) -> sa.ColumnElement[bool]:
        """Say which messages may be tried now."""
        inbox = self.tables.inbox
        return (
            inbox.c.applied_at.is_(None)
            & inbox.c.body.is_not(None)
            & (inbox.c.next_at.is_(None) | (inbox.c.next_at <= at))
        )

    def notice_new(self, at: dt.datetime) -> bool:
        """
        Tell whether there is a notice that was not handed out yet.

        Args:
            at: The present instant.
        """
        del at  # a notice is due when it is written
        return self._any(sa.select(self.tables.outbox.c.id).where(self._unhanded()))

    def _unhanded(self) -> sa.ColumnElement[bool]:
        """Say which notices nobody was given yet."""
        outbox, deliveries = self.tables.outbox, self.tables.deliveries
        handed = sa.exists().where(deliveries.c.notice_id == outbox.c.id)
        return outbox.c.sent_at.is_(None) & ~handed

    def _any(self, asked: sa.Select[Any]) -> bool:
        return self.connection.execute(asked.limit(1)).first() is not None

    def _deliverable(self, at: dt.datetime) -> sa.ColumnElement[bool]:
        table = self.tables.deliveries
        return (
            (table.c.state == WAITING)
            & (table.c.next_at.is_(None) | (table.c.next_at <= at))
            & free(table, at)
        )

    # ------------------------------------------------------------------ numbers

    def metrics(self, at: dt.datetime) -> Metrics:
        """
        Count what is due, open, unknown and given up.

        Args:
            at: The present instant.
        """
        effects, timers = self.tables.effects, self.tables.timers
        inbox, outbox = self.tables.inbox, self.tables.outbox
        open_ = sa.literal_column(OPEN_EFFECT, sa.Boolean)
        unknown = effects.c.state == EffectState.UNKNOWN.value
        handed = outbox.c.sent_at.is_(None)
        waiting = inbox.c.applied_at.is_(None) & inbox.c.body.is_not(None)
        workers = self.workers_seen()
        since = at - dt.timedelta(minutes=1)
        return Metrics(
            at=at,
            calls_due=self._count(effects, self._callable(at) & ~self._earlier()),
            calls_open=self._count(effects, open_),
            calls_unknown=self._count(effects, unknown),
            calls_parked=self._count(effects, effects.c.parked > ""),
            timers_due=self._count(timers, timers.c.due_at <= at),
            notices_due=self._count(self.tables.deliveries, self._deliverable(at)),
            notices_waiting=self._count(outbox, handed),
            messages_waiting=self._count(inbox, waiting),
            messages_refused=self._count(inbox, refused(inbox)),
            dead_letters=self._dead(),
            oldest_due=self._oldest(at),
            orders_without_timer=len(self.without_timer()),
            leases_lost=self.leases_lost(),
            workers=sum(worker.seen_at >= since for worker in workers),
        )

    def _dead(self) -> int:
        effects, timers = self.tables.effects, self.tables.timers
        deliveries = self.tables.deliveries
        return (
            self._count(effects, effects.c.parked == GIVEN_UP)
            + self._count(deliveries, deliveries.c.state == DEAD)
            + self._count(timers, timers.c.attempts >= OFTEN)
        )

    def _oldest(self, at: dt.datetime) -> dt.datetime | None:
        effects, timers = self.tables.effects, self.tables.timers
        inbox, outbox = self.tables.inbox, self.tables.outbox
        deliveries = self.tables.deliveries
        call = sa.func.coalesce(effects.c.next_at, effects.c.created_at, type_=Instant)
        heard = sa.func.coalesce(inbox.c.next_at, inbox.c.received_at, type_=Instant)
        told = sa.func.coalesce(
            deliveries.c.next_at, outbox.c.created_at, type_=Instant
        )
        asked = (
            sa.select(sa.func.min(call)).where(self._callable(at), ~self._earlier()),
            sa.select(sa.func.min(timers.c.due_at)).where(timers.c.due_at <= at),
            sa.select(sa.func.min(heard)).where(self._hearable(at)),
            sa.select(sa.func.min(told))
            .join_from(deliveries, outbox, deliveries.c.notice_id == outbox.c.id)
            .where(self._deliverable(at)),
            sa.select(sa.func.min(outbox.c.created_at)).where(self._unhanded()),
        )
        found = [self.connection.execute(each).scalar() for each in asked]
        return min((each for each in found if each is not None), default=None)

    def _count(self, table: sa.Table, here: sa.ColumnElement[bool]) -> int:
        asked = sa.select(sa.func.count()).select_from(table).where(here)
        return int(self.connection.execute(asked).scalar_one())

    # ------------------------------------------------------------------ taking

    def take_effects(
        self,
        lease: Lease,
        *,
        at: dt.datetime,
        order_id: str | None = None,
        plugin: str | None = None,
        limit: int = 1,
        per_minute: int | None = None,
        tries: int = OFTEN,
    ) -> list[tuple[EffectRow, RowClaim]]:
        """
        Take calls as `claim_effects` does, read them, and count them as begun.

        One that cannot be read back is put aside, and stops no other.

        Args:
            lease: Who takes them, and for how long.

            at: The present instant.

            order_id: Only calls of this order.

            plugin: Only calls to this plugin.

            limit: At most so many.

            per_minute: How many calls that plugin takes in any minute: then they are
                taken one by one.

            tries: How often one that cannot be read is tried before it is given up.

        Returns:
            Each as it was before, and the claim on it.
        """
        if plugin is not None and per_minute is not None:
            if not self.calls_left(plugin, at, per_minute=per_minute):
                return []
            limit = 1  # what is counted is begun at once
        found = self._claim_effects(
            lease, at=at, order_id=order_id, plugin=plugin, limit=limit
        )
        taken: list[tuple[EffectRow, RowClaim]] = []
        spoilt: list[SpoiltCall] = []
        for row, claim in found:
            taken += [(read, claim) for read in readable([row], spoilt)]
        for each in spoilt:
            self.put_aside(each, at, tries=tries)
        if taken and plugin is not None and per_minute is not None:
            self.count_calls(plugin, at, len(taken))
        return taken

    # ------------------------------------------------------------- putting off

    def put_aside(self, spoilt: SpoiltCall, at: dt.datetime, *, tries: int) -> None:
        """
        Count a call that cannot be read; after many times it is given up, and shown.

        Args:
            spoilt: The call, which nobody holds or we do.

            at: The present instant.

            tries: How often it is tried.
        """
        tried = spoilt.attempts + 1
        self.put_off(
            spoilt.operation_id,
            at + backoff(tried),
            error=type(spoilt.error).__name__,
            parked=GIVEN_UP if tried >= tries else "",
        )

    def put_off(
        self,
        operation_id: str,
        until: dt.datetime,
        *,
        error: str = "",
        parked: str = "",
    ) -> None:
        """
        Leave a call as it is until later, and give it back.

        Args:
            operation_id: The call.

            until: Nothing is done about it before, UTC.

            error: The class of what went wrong, where something did: then it counts
                as an attempt.

            parked: Why a person has to look at it.
        """
        effects = self.tables.effects
        columns: dict[str, Any] = {"next_at": until, "parked": parked, **FREE}
        if error:
            columns |= {"result": error, "attempts": effects.c.attempts + 1}
        here = effects.c.operation_id == operation_id
        self.connection.execute(sa.update(effects).where(here).values(**columns))
        asked = sa.select(effects.c.order_id).where(here)
        self.wake(self.connection.execute(asked).scalar_one(), until)
