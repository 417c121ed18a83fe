"""
Timers: the moments at which an order has to be looked at, committed with its state.

Whatever changes an order writes the difference of its due moments.  An order on which
something can still happen has a *look* besides, so that none is ever forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.rules.timers import LOOK_EVERY, Timer, TimerKind, settled, timers_of
from pmkit.shell.store.leasing import FREE, Lease, free, lost
from pmkit.shell.store.timer_rows import setting, unsetting
from pmkit.shell.store.waking import Waking
from pmkit.shell.store.workers import taken_over

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.order import Order
    from pmkit.shell.store.transaction import Transaction


@attrs.frozen(kw_only=True)
class TimerClaim:
    """
    The due timers of one order, taken together.

    Args:
        order_id: The order.

        lease: Who holds them.

        fences: The fence of each, by kind and subject: that of the look alone, so that
            one worker at a time asks about an order, or those of its moments.

        attempts: How often the one that failed most has failed.
    """

    order_id: str
    lease: Lease
    fences: dict[tuple[str, str], int]
    attempts: int = 0

    @property
    def look(self) -> bool:
        """Whether it is the look of the order, and no moment."""
        return (TimerKind.LOOK.value, "") in self.fences

    def require(self, tx: Transaction) -> None:
        """
        Check that nobody took one over; those that are gone are nobody's.

        Args:
            tx: The transaction that writes.

        Raises:
            LeaseLostError: If another worker took over.
        """
        timers = tx.tables.timers
        asked = sa.select(timers.c.kind, timers.c.subject, timers.c.fence)
        here = asked.where(timers.c.order_id == self.order_id)
        for row in tx.connection.execute(here.with_for_update()):
            # One that was set anew begins at 0; a higher number is that of another.
            if row.fence > self.fences.get((row.kind, row.subject), row.fence):
                raise lost()

    def fence_of(self, operation_id: str) -> None:
        """
        Tell that this is no claim on a call.

        Args:
            operation_id: The call.
        """

    def renew(self, tx: Transaction, until: dt.datetime) -> bool:
        """
        Say that its holder is alive.

        Args:
            tx: A transaction that writes.

            until: When they are free again, unless this is said again.

        Returns:
            Whether one was still held.
        """
        return self._change(tx, {"lease_until": until}, wait=False)

    def release(self, tx: Transaction) -> None:
        """
        Give back those that are still there.

        Args:
            tx: A transaction that writes.
        """
        self._change(tx, FREE)

    def failed(self, tx: Transaction, error: str, until: dt.datetime) -> None:
        """
        Note that it did not go through; it is tried again.

        Args:
            tx: A transaction that writes.

            error: The class of what went wrong; never its words.

            until: When it is due again.
        """
        again = {"due_at": until, "attempts": self.attempts + 1, "error": error}
        self._change(tx, {**again, **FREE})
        tx.wake(self.order_id, until)

    def _change(
        self, tx: Transaction, columns: dict[str, Any], *, wait: bool = True
    ) -> bool:
        changed = 0
        timers = tx.tables.timers
        for (kind, subject), fence in self.fences.items():
            mine = (
                (timers.c.order_id == self.order_id)
                & (timers.c.kind == kind)
                & (timers.c.subject == subject)
                & (timers.c.fence == fence)
                & timers.c.lease_until.is_not(None)
            )
            there = sa.select(timers.c.fence).where(mine)
            locked = there.with_for_update(skip_locked=not wait)
            if tx.connection.execute(locked).first() is None:
                continue
            change = sa.update(timers).where(mine).values(**columns)
            changed += tx.connection.execute(change).rowcount
        return changed > 0


class Timers(Waking):
    """The part of a transaction that is about due moments."""

    def set_timers(self, before: Order | None, after: Order, at: dt.datetime) -> None:
        """
        Write the difference between the due moments of an order before and after.

        Args:
            before: The order as it was; `None` for a new one.

            after: The order as it is now.

            at: The present instant.
        """
        old = {} if before is None else _moments(before)
        new = _moments(after)
        self._unset(after.id, [key for key in old if key not in new])
        self._set(after.id, [new[key] for key in new if new[key] != old.get(key)])
        was_settled = before is not None and settled(before)
        if settled(after) and not was_settled:
            self._unset(after.id, [(TimerKind.LOOK.value, "")])
        elif not settled(after) and (before is None or was_settled):
            self._set(after.id, [_look(at)])

    def claim_timers(
        self,
        lease: Lease,
        *,
        at: dt.datetime,
        order_id: str | None = None,
        looks: bool = False,
    ) -> TimerClaim | None:
        """
        Take all due moments, or the due look, of the order that has waited longest.

        They are apart: what time does waits for nobody who is asked for news.

        Args:
            lease: Who takes them, and for how long.

            at: The present instant.

            order_id: Only those of this order.

            looks: Whether to take looks; moments, if not.

        Returns:
            The claim; `None` if nothing is due.
        """
        timers = self.tables.timers
        look = timers.c.kind == TimerKind.LOOK.value
        due = (timers.c.due_at <= at) & free(timers, at) & (look if looks else ~look)
        if order_id is None:
            first = sa.select(timers.c.order_id).where(due).order_by(timers.c.due_at)
            locked = first.limit(1).with_for_update(skip_locked=True, of=timers)
            order_id = self.connection.execute(locked).scalar_one_or_none()
            if order_id is None:
                return None
        here = timers.c.order_id == order_id
        asked = sa.select(timers).where(here, due)
        locked = asked.with_for_update(skip_locked=True, of=timers)
        rows = self.connection.execute(locked).all()
        if not rows:
            return None
        claim = TimerClaim(
            order_id=order_id,
            lease=lease,
            fences={(row.kind, row.subject): row.fence + 1 for row in rows},
            attempts=max(row.attempts for row in rows),
        )
        owners = {row.lease_owner for row in rows if row.lease_until is not None}
        taken_over(self.connection, self.tables, owners, by=lease.owner)
        for (kind, subject), fence in claim.fences.items():
            self.connection.execute(
                sa.update(timers)
                .where(here, timers.c.kind == kind, timers.c.subject == subject)
                .values(
                    fence=fence, lease_owner=lease.owner, lease_until=lease.until(at)
                )
            )
        return claim

    def timers_fired(
        self,
        order: Order,
        at: dt.datetime,
        *,
        claim: TimerClaim | None = None,
        look_at: dt.datetime | None = None,
    ) -> None:
        """
        Take away the timers that are due, in the transaction of what they led to.

        Those that another worker holds stay, and those that are missing are set: what
        an older pmkit forgot is healed here.

        Args:
            order: The order as it is now.

            at: The present instant.

            claim: Under which they were taken; those that are free, if not given.

            look_at: When somebody looks next; `LOOK_EVERY` from now if not given.
        """
        timers = self.tables.timers
        here = timers.c.order_id == order.id
        mine = free(timers, at)
        if claim is not None:
            mine |= timers.c.lease_owner == claim.lease.owner
        look = timers.c.kind == TimerKind.LOOK.value
        over = timers.c.due_at <= at
        gone = over if settled(order) else over & ~look
        self.connection.execute(sa.delete(timers).where(here, mine, gone))
        if claim is None or claim.look:
            self._look_again(order.id, mine & look, look_at or at + LOOK_EVERY)
        self._heal(order, at)
        self._settle(order)

    def _look_again(
        self, order_id: str, mine: sa.ColumnElement[bool], at: dt.datetime
    ) -> None:
        timers = self.tables.timers
        anew: dict[str, Any] = {"due_at": at, "attempts": 0, "error": "", **FREE}
        change = sa.update(timers).where(timers.c.order_id == order_id, mine)
        if self.connection.execute(change.values(**anew)).rowcount:
            self.wake(order_id, at)

    def _heal(self, order: Order, at: dt.datetime) -> None:
        """Set what is not there, or not at its moment."""
        timers = self.tables.timers
        asked = sa.select(timers.c.kind, timers.c.subject, timers.c.due_at).where(
            timers.c.order_id == order.id
        )
        there = {
            (row.kind, row.subject): row.due_at
            for row in self.connection.execute(asked)
        }
        wanted = [timer for timer in timers_of(order) if timer.due_at > at]
        anew = [
            timer
            for timer in wanted
            if there.get((timer.kind.value, timer.subject)) != timer.due_at
        ]
        look = (TimerKind.LOOK.value, "")
        if not settled(order) and look not in there:
            anew.append(_look(at))
        elif settled(order) and look in there:
            self._unset(order.id, [look])
        self._set(order.id, anew)

    def _settle(self, order: Order) -> None:
        orders = self.tables.orders
        here = (orders.c.id == order.id) & (orders.c.settled != int(settled(order)))
        change = sa.update(orders).where(here).values(settled=int(settled(order)))
        self.connection.execute(change)

    def _set(self, order_id: str, wanted: Iterable[Timer]) -> None:
        rows: list[dict[str, Any]] = [
            {
                "order_id": order_id,
                "kind": timer.kind.value,
                "subject": timer.subject,
                "due_at": timer.due_at,
            }
            for timer in wanted
        ]
        if not rows:
            return
        made = setting(self.tables, self.connection.dialect.name)
        self.connection.execute(made, rows)
        for row in rows:
            self.wake(order_id, row["due_at"])

    def _unset(self, order_id: str, keys: list[tuple[str, str]]) -> None:
        if not keys:
            return
        gone = unsetting(self.tables)
        self.connection.execute(gone, {"here": order_id, "keys": keys})

    # ------------------------------------------------------------------ queries

    def timers(self, order_id: str) -> list[Timer]:
        """
        List the timers of an order, the next one first.

        Args:
            order_id: The order.
        """
        timers = self.tables.timers
        asked = sa.select(timers).where(timers.c.order_id == order_id)
        order = (timers.c.due_at, timers.c.kind, timers.c.subject)
        return [
            Timer(kind=TimerKind(row.kind), subject=row.subject, due_at=row.due_at)
            for row in self.connection.execute(asked.order_by(*order))
        ]

    def due_orders(self, at: dt.datetime, *, limit: int | None = None) -> list[str]:
        """
        List the orders with a timer that is due, the longest due first.

        Args:
            at: The present instant.

            limit: At most so many.
        """
        timers = self.tables.timers
        first = sa.func.min(timers.c.due_at)
        asked = (
            sa.select(timers.c.order_id)
            .where(timers.c.due_at <= at)
            .group_by(timers.c.order_id)
            .order_by(first, timers.c.order_id)
            .limit(limit)
        )
        return list(self.connection.execute(asked).scalars())

    def without_timer(self, *, limit: int | None = None) -> list[str]:
        """
        List the orders that something can still happen to and nobody will look at.

        There are none: whatever writes an order writes its timers.

        Args:
            limit: At most so many.
        """
        orders, timers = self.tables.orders, self.tables.timers
        look = sa.exists().where(
            timers.c.order_id == orders.c.id,
            timers.c.kind == TimerKind.LOOK.value,
        )
        asked = sa.select(orders.c.id).where(orders.c.settled == 0, ~look)
        rows = self.connection.execute(asked.order_by(orders.c.id).limit(limit))
        return list(rows.scalars())

    def arm(self, order_ids: Iterable[str], at: dt.datetime) -> None:
        """
        Have orders looked at.

        Args:
            order_ids: The orders.

            at: When, UTC.
        """
        for order_id in order_ids:
            self._set(order_id, [Timer(kind=TimerKind.LOOK, due_at=at)])


def _moments(order: Order) -> dict[tuple[str, str], Timer]:
    return {(timer.kind.value, timer.subject): timer for timer in timers_of(order)}


def _look(at: dt.datetime) -> Timer:
    return Timer(kind=TimerKind.LOOK, due_at=at + LOOK_EVERY)
