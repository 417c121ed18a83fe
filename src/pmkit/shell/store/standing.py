"""
What lies about: due for long, or given up.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

import attrs
import sqlalchemy as sa

from pmkit.shell.store.deliveries import DEAD
from pmkit.shell.store.due import GIVEN_UP, OFTEN, Due
from pmkit.shell.store.inbox import hear_again, refused
from pmkit.shell.store.schema import Instant


class LeftKind(enum.StrEnum):
    """What is left lying."""

    CALL = "call"
    TIMER = "timer"
    NOTICE = "notice"
    MESSAGE = "message"
    #: An order that nobody would look at any more.
    ORDER = "order"


@attrs.frozen(kw_only=True)
class Left:
    """
    Something that is due for long, or was given up.

    Args:
        kind: A call, a timer, a notice, a message or an order.

        name: What it is called: an operation id, ``notice/notifier``,
            ``provider/event`` of a message, or an order.

        order_id: The order; empty if it is not known.

        who: The plugin that it is for, or that said it; empty if it is none.

        since: Since when it is due, UTC.

        attempts: How often it was tried.

        error: The class of what went wrong the last time.
    """

    kind: LeftKind
    name: str
    order_id: str
    who: str
    since: dt.datetime
    attempts: int
    error: str


class Standing(Due):
    """The part of a transaction that tells what lies about."""

    def left_lying(self, at: dt.datetime, before: dt.datetime) -> list[Left]:
        """
        List what has been due since before some moment, oldest first.

        Args:
            at: The present instant.

            before: The moment, UTC.
        """
        found = [
            *self._calls_left(at, before),
            *self._timers_left(before),
            *self._notices_left(at, before),
            *self._messages_left(before),
            *self._orders_left(),
        ]
        return sorted(found, key=lambda each: (each.since, each.name))

    def given_up(self) -> list[Left]:
        """List what was refused or given up after many attempts, oldest first."""
        effects, timers = self.tables.effects, self.tables.timers
        deliveries = self.tables.deliveries
        found = [
            *self._calls(effects.c.parked == GIVEN_UP),
            *self._timers(timers.c.attempts >= OFTEN),
            *self._notices(deliveries.c.state == DEAD),
            *self._messages(refused(self.tables.inbox)),
        ]
        return sorted(found, key=lambda each: (each.since, each.name))

    def revive(self, left: Left, at: dt.datetime) -> None:
        """
        Have something that was given up tried again, from the first attempt.

        Args:
            left: What was given up.

            at: The present instant.
        """
        if left.kind is LeftKind.NOTICE:
            notice_id, _, notifier = left.name.rpartition("/")
            self.deliver_again(notice_id, notifier, at)
            return
        effects, timers = self.tables.effects, self.tables.timers
        change: sa.Update
        if left.kind is LeftKind.CALL:
            here = effects.c.operation_id == left.name
            change = sa.update(effects).where(here, effects.c.parked == GIVEN_UP)
            change = change.values(parked="", next_at=at, attempts=0)
        elif left.kind is LeftKind.MESSAGE:
            name = (left.who, left.name.removeprefix(f"{left.who}/"))
            change = hear_again(self.tables.inbox, name, at)
        else:
            mine = (timers.c.order_id == left.order_id) & (timers.c.attempts >= OFTEN)
            change = sa.update(timers).where(mine).values(due_at=at, attempts=0)
        self.connection.execute(change)
        # A message belongs to no order until it is heard.
        self.wake("" if left.kind is LeftKind.MESSAGE else left.order_id, at)

    # ------------------------------------------------------------------- kinds

    def _calls_left(self, at: dt.datetime, before: dt.datetime) -> list[Left]:
        effects = self.tables.effects
        moment = sa.func.coalesce(
            effects.c.next_at, effects.c.created_at, type_=Instant
        )
        return self._calls(self._callable(at) & ~self._earlier() & (moment <= before))

    def _calls(self, here: sa.ColumnElement[bool]) -> list[Left]:
        effects = self.tables.effects
        asked = sa.select(effects).where(here).order_by(effects.c.number)
        return [
            Left(
                kind=LeftKind.CALL,
                name=row.operation_id,
                order_id=row.order_id,
                who=row.plugin,
                since=row.next_at or row.created_at,
                attempts=row.attempts,
                error=row.result,
            )
            for row in self.connection.execute(asked)
        ]

    def _timers_left(self, before: dt.datetime) -> list[Left]:
        return self._timers(self.tables.timers.c.due_at <= before)

    def _timers(self, here: sa.ColumnElement[bool]) -> list[Left]:
        timers = self.tables.timers
        found: dict[str, Left] = {}
        asked = sa.select(timers).where(here).order_by(timers.c.due_at)
        for row in self.connection.execute(asked):
            left = Left(
                kind=LeftKind.TIMER,
                name=row.order_id,
                order_id=row.order_id,
                who="",
                since=row.due_at,
                attempts=row.attempts,
                error=row.error,
            )
            found.setdefault(row.order_id, left)
        return list(found.values())

    def _notices_left(self, at: dt.datetime, before: dt.datetime) -> list[Left]:
        outbox = self.tables.outbox
        found = self._notices(self._deliverable(at) & (outbox.c.created_at <= before))
        handed = sa.exists().where(self.tables.deliveries.c.notice_id == outbox.c.id)
        asked = sa.select(outbox).where(
            outbox.c.sent_at.is_(None), outbox.c.created_at <= before, ~handed
        )
        rows = self.connection.execute(asked)
        return [*found, *(_notice(row, row.id, "") for row in rows)]

    def _notices(self, here: sa.ColumnElement[bool]) -> list[Left]:
        outbox, deliveries = self.tables.outbox, self.tables.deliveries
        asked = (
            sa.select(
                deliveries.c.notice_id,
                deliveries.c.notifier,
                deliveries.c.attempts,
                deliveries.c.error,
                outbox.c.order_id,
                outbox.c.created_at,
            )
            .join_from(deliveries, outbox, deliveries.c.notice_id == outbox.c.id)
            .where(here)
        )
        return [
            _notice(row, f"{row.notice_id}/{row.notifier}", row.notifier)
            for row in self.connection.execute(asked)
        ]

    def _messages_left(self, before: dt.datetime) -> list[Left]:
        inbox = self.tables.inbox
        waits = inbox.c.applied_at.is_(None) & inbox.c.body.is_not(None)
        return self._messages(waits & (inbox.c.received_at <= before))

    def _messages(self, here: sa.ColumnElement[bool]) -> list[Left]:
        asked = sa.select(self.tables.inbox).where(here)
        return [
            Left(
                kind=LeftKind.MESSAGE,
                name=f"{row.provider}/{row.event_id}",
                order_id=row.order_id or "",
                who=row.provider,
                since=row.received_at,
                attempts=row.attempts,
                error=row.error,
            )
            for row in self.connection.execute(asked)
        ]

    def _orders_left(self) -> list[Left]:
        orders = self.tables.orders
        asked = sa.select(orders.c.id, orders.c.updated_at).where(
            orders.c.id.in_(self.without_timer())
        )
        return [
            Left(
                kind=LeftKind.ORDER,
                name=row.id,
                order_id=row.id,
                who="",
                since=row.updated_at,
                attempts=0,
                error="",
            )
            for row in self.connection.execute(asked)
        ]


def _notice(row: Any, name: str, who: str) -> Left:
    return Left(
        kind=LeftKind.NOTICE,
        name=name,
        order_id=row.order_id,
        who=who,
        since=row.created_at,
        attempts=row.attempts,
        error=row.error,
    )
