"""
Finding what nobody would come back to: orders without a timer, and far moments.

A pmkit of before timers, still running while the tables are newer, writes orders
without one.  A clock that was ahead leaves moments that are right again only then.
"""

from __future__ import annotations

import datetime as dt
import functools
import threading
import time
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pmkit.core.rules.timers import LOOK_EVERY, TimerKind
from pmkit.effects.statuses import LONGEST_WAIT
from pmkit.shell.store.deliveries import WAITING
from pmkit.shell.store.schema import OPEN_EFFECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.shell.store.schema import Tables
    from pmkit.shell.store.store import Store
    from pmkit.shell.store.transaction import Transaction

#: How often somebody asks for orders without a timer.
_EVERY = 60.0
#: At most so many of them are given one at a time.
_MOST = 100
#: Nothing is put off for longer; an hour more is the leeway of clocks that differ.
FAR = max(LOOK_EVERY, LONGEST_WAIT) + dt.timedelta(hours=1)


class Mender:
    """
    Has what was forgotten come back to; engines and desks ask it to when they work.

    Args:
        store: The store.

        counter: Counts seconds and never goes back.
    """

    def __init__(
        self, store: Store, *, counter: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._counter = counter
        self._lock = threading.Lock()
        self._next = -float("inf")
        self._latest: dt.datetime | None = None

    def mend(self, at: dt.datetime) -> None:
        """
        Look for what was forgotten, at most once a minute.

        What lies too far ahead is asked for at the beginning, and when the clock went
        back.

        Args:
            at: The present instant.

        Raises:
            pmkit.StoreError: If the database cannot be reached.
        """
        with self._lock:
            back = self._latest is None or at < self._latest
            now = self._counter()
            if not back and now < self._next:
                return
            self._next, self._latest = now + _EVERY, at
        with self._store.transaction() as tx:
            tx.arm(tx.without_timer(limit=_MOST), at)
            if back:
                bring_back(tx, at)


def bring_back(tx: Transaction, at: dt.datetime) -> None:
    """
    Make due what is put off for longer than anything is.

    The moments of an order itself stay as they are: those are no pauses, and a look
    sets them anew.

    Args:
        tx: A transaction that writes.

        at: The present instant.
    """
    changed = [
        tx.connection.execute(change, {"now": at, "far": at + FAR}).rowcount
        for change in _changes(tx.tables)
    ]
    if any(changed):
        # Who waits for the next look at the rows looks now; they say what is due.
        tx.wake("", at)
        for order_id in tx.due_orders(at, limit=1):
            tx.wake(order_id, at)


@functools.cache
def _changes(names: Tables) -> tuple[sa.Update, ...]:
    timers, effects = names.timers, names.effects
    inbox, deliveries = names.inbox, names.deliveries
    open_ = sa.literal_column(OPEN_EFFECT, sa.Boolean)
    return (
        _change(timers.c.due_at, timers.c.kind == TimerKind.LOOK.value),
        _change(effects.c.next_at, open_),
        _change(inbox.c.next_at, inbox.c.applied_at.is_(None)),
        _change(deliveries.c.next_at, deliveries.c.state == WAITING),
    )


def _change(moment: sa.Column[Any], which: sa.ColumnElement[bool]) -> sa.Update:
    table = moment.table
    now, far = (sa.bindparam(name, type_=moment.type) for name in ("now", "far"))
    key = tuple(table.primary_key.columns)
    # Two that do this at once, and who has a row at this moment, do not wait for each
    # other: a row that somebody writes is on its way anyway.
    found = sa.select(*key).where(which, moment > far)
    locked = found.with_for_update(skip_locked=True)
    mine = sa.tuple_(*key).in_(locked) if len(key) > 1 else key[0].in_(locked)
    return sa.update(table).where(mine).values({moment.name: now})
