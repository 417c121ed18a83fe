"""
Many new orders at once: one statement for each table, and the same rows as one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.events import Event
from pmkit.core.order import Order
from pmkit.core.rules.timers import LOOK_EVERY, Timer, TimerKind, settled, timers_of
from pmkit.shell.store.chain import GENESIS, event_hash
from pmkit.shell.store.schema import inserting_into
from pmkit.shell.wire import text_of, text_of_event

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Sequence

    from pmkit.shell.store.transaction import Transaction


@attrs.frozen(kw_only=True)
class NewOrder:
    """
    An order that is about to be written.

    Args:
        order: The order after its first event.

        event: Its first event, which opened it.

        key: The idempotency key; empty for none.

        digest: The hash of what was asked.
    """

    order: Order
    event: Event
    key: str = ""
    digest: str = ""


def present_orders(tx: Transaction, order_ids: Collection[str]) -> set[str]:
    """
    Tell which of some orders are there already.

    Args:
        tx: The transaction.

        order_ids: The orders; at most some thousands.
    """
    orders = tx.tables.orders
    asked = sa.select(orders.c.id).where(orders.c.id.in_(list(order_ids)))
    return set(tx.connection.execute(asked).scalars())


def recall_digests(
    tx: Transaction, scope: str, keys: Collection[str]
) -> dict[str, str]:
    """
    Tell what some idempotency keys were used for: the hash of what was asked, by key.

    Args:
        tx: The transaction.

        scope: Whose keys they are.

        keys: The keys; at most some thousands.
    """
    commands = tx.tables.commands
    asked = sa.select(commands.c.key, commands.c.digest).where(
        commands.c.scope == scope, commands.c.key.in_(list(keys))
    )
    return {row.key: row.digest for row in tx.connection.execute(asked)}


def add_new_orders(
    tx: Transaction, new: Sequence[NewOrder], at: dt.datetime, *, scope: str
) -> None:
    """
    Write orders that are not there yet, with their events, timers and keys.

    Args:
        tx: A transaction that writes.

        new: The orders, each once.

        at: The present instant.

        scope: Whose keys they have.

    Raises:
        pmkit.StoreError: If an order or a key is there already.
    """
    if not new:
        return
    written = [_rows(each, at) for each in new]
    timers = [row for each in new for row in _timers(each.order, at)]
    answers = [_answer(each, scope, at) for each in new if each.key]
    for table, rows in (
        (tx.tables.orders, [order for order, _ in written]),
        (tx.tables.events, [event for _, event in written]),
        (tx.tables.timers, timers),
        (tx.tables.commands, answers),
    ):
        if rows:
            tx.connection.execute(inserting_into(table), rows)
    for row in timers:
        tx.wake(row["order_id"], row["due_at"])


def _rows(new: NewOrder, at: dt.datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the order and its event as rows; the event holds the order already."""
    order, event = new.order, new.event
    body = text_of_event(event)
    own = event_hash(order_id=order.id, seq=order.seq, body=body, prev=GENESIS)
    first = {
        "order_id": order.id,
        "seq": order.seq,
        "at": event.at,
        "name": event.name,
        "by_role": event.by.role.value,
        "by_party": event.by.party,
        "body": body,
        "prev_hash": GENESIS,
        "hash": own,
    }
    columns = {
        "id": order.id,
        "version": order.seq,
        "head_hash": own,
        "stage": order.stage.value,
        "buyer": order.buyer,
        "supplier": order.supplier,
        "state": text_of(order),
        "updated_at": at,
        "settled": int(settled(order)),
    }
    return columns, first


def _timers(order: Order, at: dt.datetime) -> Iterator[dict[str, Any]]:
    look = Timer(kind=TimerKind.LOOK, due_at=at + LOOK_EVERY)
    for timer in (*timers_of(order), *(() if settled(order) else (look,))):
        yield {
            "order_id": order.id,
            "kind": timer.kind.value,
            "subject": timer.subject,
            "due_at": timer.due_at,
        }


def _answer(new: NewOrder, scope: str, at: dt.datetime) -> dict[str, Any]:
    return {
        "scope": scope,
        "key": new.key,
        "digest": new.digest,
        "order_id": new.order.id,
        "answer": text_of({"seq": new.order.seq}),
        "at": at,
    }
