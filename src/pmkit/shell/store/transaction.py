"""
One transaction: everything that a command reads and writes, all or nothing.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pmkit.core.errors import ConflictError, CorruptStoreError, StaleWriteError
from pmkit.core.rules.timers import settled
from pmkit.shell.store.chain import GENESIS, event_hash
from pmkit.shell.store.inbox import Inbox
from pmkit.shell.store.keeping import Keeping, read_stored
from pmkit.shell.store.outbox import Outbox
from pmkit.shell.store.rows import OrderRow, RecordedEvent
from pmkit.shell.store.schema import inserting_into
from pmkit.shell.store.standing import Standing
from pmkit.shell.store.timers import TimerClaim
from pmkit.shell.wire import decode_event, decode_order, text_of, text_of_event

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pmkit.core.events import Event
    from pmkit.core.order import Order
    from pmkit.shell.store.schema import Tables


class Transaction(Keeping, Outbox, Inbox, Standing):
    """
    An open transaction of a store; made by `Store.transaction`.

    Args:
        connection: The connection that it runs on.

        names: The tables.

        writes: Whether it may write; an order that it loads then waits for others.
    """

    def __init__(
        self, connection: sa.Connection, names: Tables, *, writes: bool = True
    ) -> None:
        super().__init__(connection, names)
        self.writes = writes
        self.wakes = {}
        #: The version and the last hash of each order that was loaded or written.
        self._heads: dict[str, tuple[int, str]] = {}

    def load(self, order_id: str) -> Order | None:
        """
        Read an order as it is now.

        Args:
            order_id: The order.

        Returns:
            The order, or `None` if there is none.

        Raises:
            pmkit.CorruptStoreError: If the row cannot be read back.
        """
        asked = _loading(self.tables, alone=self.writes)
        row = self.connection.execute(asked, {"here": order_id}).one_or_none()
        if row is None:
            return None
        self._heads[order_id] = (row.version, row.head_hash)
        return stored_order(order_id, row.version, row.state)

    def add_order(self, order: Order, events: Sequence[Event], at: dt.datetime) -> None:
        """
        Write an order that is not there yet.

        Args:
            order: The order after *events*.

            events: Its history so far.

            at: The present instant.

        Raises:
            pmkit.ConflictError: If an order of this id is there already.
        """
        orders = self.tables.orders
        there = sa.select(orders.c.id).where(orders.c.id == order.id)
        if self.connection.execute(there).one_or_none() is not None:
            msg = "There is an order of this id already."
            raise ConflictError(msg, field="order_id", remedy="Load it instead.")
        rows = _chained(order.id, 0, GENESIS, events)
        _same_length(order, rows)
        row = {"id": order.id, **_columns(order, rows, at)}
        self.connection.execute(inserting_into(orders), row)
        self.connection.execute(inserting_into(self.tables.events), rows)
        self.set_timers(None, order, at)

    def save(
        self,
        before: Order,
        order: Order,
        events: Sequence[Event],
        at: dt.datetime,
        *,
        bodies: Sequence[str] | None = None,
    ) -> None:
        """
        Write what a command decided, if nobody else was faster.

        Args:
            before: The order that the decision was made on.

            order: The order after *events*.

            events: What happened; nothing is written if it is empty.

            at: The present instant.

            bodies: The events as canonical JSON, if somebody wrote them already.

        Raises:
            pmkit.StaleWriteError: If the stored order is not *before* any more.
        """
        if not events:
            return
        prev = self._head(before)
        if prev is None or order.id != before.id:
            raise _stale()
        rows = _chained(order.id, before.seq, prev, events, bodies)
        _same_length(order, rows)
        columns = _columns(order, rows, at)
        here = {"here": before.id, "was": before.seq}
        written = self.connection.execute(_saving(self.tables), columns | here)
        if written.rowcount != 1:
            raise _stale()
        self.connection.execute(inserting_into(self.tables.events), rows)
        self._heads[order.id] = (order.seq, rows[-1]["hash"])
        if isinstance(self.claim, TimerClaim):
            self.claim.require(self)  # what is taken away next could not be checked
        self.set_timers(before, order, at)

    def _head(self, order: Order) -> str | None:
        """Tell the hash of the last event of an order, if it is as it was."""
        known = self._heads.get(order.id)
        if known is None:
            orders = self.tables.orders
            here = (orders.c.id == order.id) & (orders.c.version == order.seq)
            asked = sa.select(orders.c.head_hash).where(here)
            return self.connection.execute(asked).scalar_one_or_none()
        version, head = known
        return head if version == order.seq else None

    def history(self, order_id: str) -> list[RecordedEvent]:
        """
        Read the events of an order, oldest first; empty if there is no such order.

        Args:
            order_id: The order.

        Raises:
            pmkit.CorruptStoreError: If an event cannot be read back.
        """
        events = self.tables.events
        asked = (
            sa.select(events.c.seq, events.c.body, events.c.prev_hash, events.c.hash)
            .where(events.c.order_id == order_id)
            .order_by(events.c.seq)
        )
        return [
            RecordedEvent(
                order_id=order_id,
                seq=row.seq,
                event=decode_event(read_stored(row.body)),
                prev_hash=row.prev_hash,
                hash=row.hash,
            )
            for row in self.connection.execute(asked)
        ]

    def count_orders(self) -> int:
        """Count all orders."""
        counted = sa.select(sa.func.count()).select_from(self.tables.orders)
        return int(self.connection.execute(counted).scalar_one())

    def moving_orders(self) -> list[str]:
        """List the orders that something can still happen to, by their ids."""
        orders = self.tables.orders
        asked = sa.select(orders.c.id).where(orders.c.settled == 0)
        return list(self.connection.execute(asked.order_by(orders.c.id)).scalars())

    def list_orders(
        self,
        *,
        stage: str | None = None,
        buyer: str | None = None,
        supplier: str | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> list[OrderRow]:
        """
        List orders by their ids.

        Args:
            stage: Only orders in this stage.

            buyer: Only orders of this buyer.

            supplier: Only orders of this supplier.

            after: Only ids that sort after this one: the last id of the page before.

            limit: At most so many.
        """
        orders = self.tables.orders
        asked = sa.select(
            orders.c.id,
            orders.c.version,
            orders.c.stage,
            orders.c.buyer,
            orders.c.supplier,
            orders.c.updated_at,
        ).where(orders.c.id > after)
        for column, wanted in (
            (orders.c.stage, stage),
            (orders.c.buyer, buyer),
            (orders.c.supplier, supplier),
        ):
            if wanted is not None:
                asked = asked.where(column == wanted)
        rows = self.connection.execute(asked.order_by(orders.c.id).limit(limit))
        return [
            OrderRow(
                order_id=row.id,
                version=row.version,
                stage=row.stage,
                buyer=row.buyer,
                supplier=row.supplier,
                updated_at=row.updated_at,
            )
            for row in rows
        ]


# Statements are made once for each store: that costs more than to execute them.


@functools.cache
def _loading(names: Tables, *, alone: bool) -> sa.Select[tuple[int, str, str]]:
    orders = names.orders
    asked = sa.select(orders.c.version, orders.c.head_hash, orders.c.state).where(
        orders.c.id == sa.bindparam("here")
    )
    # Who decides on an order has it alone; SQLite has the whole file already.
    return asked.with_for_update() if alone else asked


@functools.cache
def _saving(names: Tables) -> sa.Update:
    orders = names.orders
    return sa.update(orders).where(
        orders.c.id == sa.bindparam("here"), orders.c.version == sa.bindparam("was")
    )


def stored_order(order_id: str, version: int, state: str) -> Order:
    """
    Read an order that pmkit wrote.

    Args:
        order_id: Whose row it is.

        version: How many events made it.

        state: What the row holds of it.

    Raises:
        pmkit.CorruptStoreError: If it cannot be read back, or is another one.
    """
    order = decode_order(read_stored(state))
    if (order.id, order.seq) != (order_id, version):
        msg = "The stored order is not the one, or not the version, that it says."
        remedy = "Run pmkit orders verify, and restore a backup."
        raise CorruptStoreError(msg, remedy=remedy)
    return order


def _stale() -> StaleWriteError:
    msg = "Another writer changed the order first; nothing was written."
    return StaleWriteError(msg, remedy="Load it again and decide anew.")


def _chained(
    order_id: str,
    seq: int,
    prev: str,
    events: Sequence[Event],
    bodies: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Number the events on from *seq* and tie each to the one before it."""
    rows = []
    if bodies is None:
        bodies = [text_of_event(event) for event in events]
    written = zip(events, bodies, strict=True)
    for number, (event, body) in enumerate(written, start=seq + 1):
        own = event_hash(order_id=order_id, seq=number, body=body, prev=prev)
        rows.append(
            {
                "order_id": order_id,
                "seq": number,
                "at": event.at,
                "name": event.name,
                "by_role": event.by.role.value,
                "by_party": event.by.party,
                "body": body,
                "prev_hash": prev,
                "hash": own,
            }
        )
        prev = own
    return rows


def _same_length(order: Order, rows: list[dict[str, Any]]) -> None:
    if not rows or rows[-1]["seq"] != order.seq:
        raise _stale()


def _columns(
    order: Order, rows: list[dict[str, Any]], at: dt.datetime
) -> dict[str, Any]:
    return {
        "version": order.seq,
        "head_hash": rows[-1]["hash"],
        "stage": order.stage.value,
        "buyer": order.buyer,
        "supplier": order.supplier,
        "state": text_of(order),
        "updated_at": at,
        "settled": int(settled(order)),
    }
