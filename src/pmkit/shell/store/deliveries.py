"""
Deliveries: each notice to each notifier is a row of its own.

One that is slow or fails holds up no other, and is not told twice what it was told.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.errors import CorruptStoreError
from pmkit.core.ports import Notice
from pmkit.effects.recovery import backoff
from pmkit.shell.store.claiming import Claiming
from pmkit.shell.store.keeping import read_stored
from pmkit.shell.store.leasing import FREE, Lease, RowClaim, free
from pmkit.shell.store.waking import inserting
from pmkit.shell.wire import decode

if TYPE_CHECKING:
    from collections.abc import Collection

#: How often a notice that cannot be read back is tried, if nothing else is said.
TRIES = 20
WAITING = "waiting"
SENT = "sent"
DEAD = "dead"
_KEY = ("notice_id", "notifier")


@attrs.frozen(kw_only=True)
class Delivery:
    """
    A notice that a notifier has to send.

    Args:
        notice: What, and whom to.

        notifier: By whom.

        number: How many notices came before it.

        attempts: How often it failed.

        claim: Under what it is held.
    """

    notice: Notice
    notifier: str
    number: int
    attempts: int
    claim: RowClaim


@attrs.frozen(kw_only=True)
class DeliveryRow:
    """
    How far a delivery has come.

    Args:
        state: ``waiting``, ``sent`` or ``dead``.

        attempts: How often it failed.

        next_at: Not to be tried before, UTC.

        error: The class of what went wrong the last time.
    """

    notice_id: str
    notifier: str
    state: str
    attempts: int
    next_at: dt.datetime | None
    error: str


class Deliveries(Claiming):
    """The part of a transaction that is about who tells people."""

    def hand_out(self, notifiers: Collection[str], at: dt.datetime) -> int:
        """
        Give every notice that is not sent to every notifier.

        Without a notifier there is nobody to tell: the notices count as sent.

        Args:
            notifiers: Their names.

            at: The present instant.

        Returns:
            How many notices nobody has to send.
        """
        outbox, deliveries = self.tables.outbox, self.tables.deliveries
        unsent = outbox.c.sent_at.is_(None)
        if not notifiers:
            change = sa.update(outbox).where(unsent)
            alone = change.values(sent_at=at, attempts=outbox.c.attempts + 1, error="")
            return self.connection.execute(alone).rowcount
        for notifier in sorted(notifiers):
            there = sa.exists().where(
                deliveries.c.notice_id == outbox.c.id,
                deliveries.c.notifier == notifier,
            )
            rows = sa.select(
                outbox.c.id,
                sa.literal(notifier),
                outbox.c.number,
                sa.literal(WAITING),
            ).where(unsent, ~there)
            columns = ["notice_id", "notifier", "number", "state"]
            insert = inserting(self.connection)(deliveries)
            handed = insert.from_select(columns, rows.order_by(outbox.c.number))
            # Another worker may hand out the same at this moment.
            self.connection.execute(handed.on_conflict_do_nothing())
        return 0

    def claim_deliveries(
        self,
        lease: Lease,
        *,
        notifier: str,
        at: dt.datetime,
        limit: int | None = None,
        early: bool = False,
        tries: int = TRIES,
    ) -> list[Delivery]:
        """
        Take what a notifier has to send now, the oldest first.

        A notice that cannot be read back is put aside, and stops no other.

        Args:
            lease: Who takes it, and for how long.

            notifier: Its name.

            at: The present instant.

            limit: At most so many.

            early: Whether also what is to be tried again later only.

            tries: How often one that cannot be read is tried before it is given up.
        """
        table = self.tables.deliveries
        wanted = [
            table.c.notifier == notifier,
            table.c.state == WAITING,
            free(table, at),
        ]
        if not early:
            wanted.append(table.c.next_at.is_(None) | (table.c.next_at <= at))
        columns = (table.c.notice_id, table.c.notifier, table.c.fence)
        asked = (
            sa.select(*columns, table.c.lease_until)
            .where(*wanted)
            .order_by(table.c.number)
            .limit(limit)
        )
        claims = self._take("deliveries", _KEY, asked, lease, at)
        found = [self._delivery(claim, at, tries) for claim in claims]
        return [delivery for delivery in found if delivery is not None]

    def _delivery(
        self, claim: RowClaim, at: dt.datetime, tries: int
    ) -> Delivery | None:
        outbox, deliveries = self.tables.outbox, self.tables.deliveries
        key = dict(claim.key)
        asked = (
            sa.select(outbox.c.notice, outbox.c.number, deliveries.c.attempts)
            .join_from(outbox, deliveries, deliveries.c.notice_id == outbox.c.id)
            .where(outbox.c.id == key["notice_id"])
            .where(deliveries.c.notifier == key["notifier"])
        )
        row = self.connection.execute(asked).one()
        try:
            notice = decode(read_stored(row.notice), Notice)
        except CorruptStoreError as error:
            tried = row.attempts + 1
            later = at + backoff(tried) if tried < tries else None
            self._failed(key, row.attempts, type(error).__name__, later)
            return None
        return Delivery(
            notice=notice,
            notifier=key["notifier"],
            number=row.number,
            attempts=row.attempts,
            claim=claim,
        )

    def delivered(self, delivery: Delivery, at: dt.datetime) -> bool:
        """
        Note that a notifier has sent a notice.

        Args:
            delivery: What it sent.

            at: The present instant.

        Returns:
            Whether it was the last one that had to.
        """
        key = dict(delivery.claim.key)
        self._came(key, {"state": SENT, "error": "", "next_at": None})
        deliveries, outbox = self.tables.deliveries, self.tables.outbox
        left = sa.exists().where(
            deliveries.c.notice_id == delivery.notice.id, deliveries.c.state != SENT
        )
        here = (outbox.c.id == delivery.notice.id) & outbox.c.sent_at.is_(None)
        done = sa.update(outbox).where(here, ~left)
        counted = done.values(sent_at=at, attempts=outbox.c.attempts + 1, error="")
        return self.connection.execute(counted).rowcount == 1

    def undelivered(
        self, delivery: Delivery, error: str, next_at: dt.datetime | None
    ) -> None:
        """
        Note that a notifier could not send a notice.

        Args:
            delivery: What it could not send.

            error: The class of what went wrong; never its words.

            next_at: When it is tried again, UTC; never, if `None`.
        """
        self._failed(dict(delivery.claim.key), delivery.attempts, error, next_at)

    def _failed(
        self,
        key: dict[str, Any],
        attempts: int,
        error: str,
        next_at: dt.datetime | None,
    ) -> None:
        state = DEAD if next_at is None else WAITING
        again = {"attempts": attempts + 1, "next_at": next_at}
        self._came(key, {"state": state, "error": error, **again})
        outbox = self.tables.outbox
        here = outbox.c.id == key["notice_id"]
        change = sa.update(outbox).where(here)
        tried = change.values(attempts=outbox.c.attempts + 1, error=error)
        self.connection.execute(tried)
        if next_at is not None:
            self.wake("", next_at)

    def _came(self, key: dict[str, Any], columns: dict[str, Any]) -> None:
        table = self.tables.deliveries
        here = (table.c.notice_id == key["notice_id"]) & (
            table.c.notifier == key["notifier"]
        )
        self.connection.execute(sa.update(table).where(here).values(**columns, **FREE))

    def deliveries(self, state: str, *, limit: int | None = None) -> list[DeliveryRow]:
        """
        List the deliveries in a state, the oldest first.

        Args:
            state: ``waiting``, ``sent`` or ``dead``.

            limit: At most so many.
        """
        table = self.tables.deliveries
        asked = sa.select(table).where(table.c.state == state)
        order = (table.c.number, table.c.notifier)
        return [
            DeliveryRow(
                notice_id=row.notice_id,
                notifier=row.notifier,
                state=row.state,
                attempts=row.attempts,
                next_at=row.next_at,
                error=row.error,
            )
            for row in self.connection.execute(asked.order_by(*order).limit(limit))
        ]

    def deliver_again(self, notice_id: str, notifier: str, at: dt.datetime) -> bool:
        """
        Have a delivery that was given up tried again.

        Args:
            notice_id: The notice.

            notifier: Who could not send it.

            at: The present instant.

        Returns:
            Whether there was one.
        """
        table = self.tables.deliveries
        here = (table.c.notice_id == notice_id) & (table.c.notifier == notifier)
        change = sa.update(table).where(here, table.c.state == DEAD)
        again = {"state": WAITING, "attempts": 0, "next_at": at}
        found = self.connection.execute(change.values(**again)).rowcount == 1
        if found:
            self.wake("", at)
        return found
