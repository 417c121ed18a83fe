"""
Do the calls and the messages of a database still say what the events ask for?
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pmkit.core.effects import Effect, EffectKind, EffectState, effects_of
from pmkit.core.events import Event, fold
from pmkit.shell.plain import read_json
from pmkit.shell.reserved import reserved_digest
from pmkit.shell.store.chain import digest
from pmkit.shell.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.shell.store.transaction import Transaction

#: What differs: the event, the table and column, what should stand there, what does.
Found = tuple[int | None, str, object, object]
_NOTHING = "nothing"


def verify_calls(
    tx: Transaction, order_id: str, history: list[Event]
) -> Iterator[Found]:
    """
    Check that the calls of an order are those that its events ask for.

    What came of them is not in the events, and cannot be checked.

    Args:
        tx: A transaction that reads.

        order_id: The order.

        history: Its events, verified before.

    Returns:
        What differs.
    """
    effects = tx.tables.effects
    asked = sa.select(
        effects.c.operation_id,
        effects.c.seq,
        effects.c.kind,
        effects.c.plugin,
        effects.c.params,
        effects.c.state,
        effects.c.digest,
    ).where(effects.c.order_id == order_id)
    rows = {row.operation_id: row for row in tx.connection.execute(asked)}
    wanted = {
        call.operation_id: call for call in effects_of(fold(history[:1]), history[1:])
    }
    for name in sorted(wanted.keys() - rows.keys()):
        yield _number(name), "effects", name, _NOTHING
    for name in sorted(rows.keys() - wanted.keys()):
        yield None, "effects", "an event that asks for it", name
    for name in sorted(rows.keys() & wanted.keys()):
        yield from _call(rows[name], wanted[name], history)


def _call(row: Any, wanted: Effect, history: list[Event]) -> Iterator[Found]:
    number = _number(wanted.operation_id)
    columns = {"kind": wanted.kind.value, "plugin": wanted.plugin}
    for name, expected in columns.items():
        if getattr(row, name) != expected:
            yield number, f"effects.{name}", expected, getattr(row, name)
    stored = _stored(row.params)
    if stored is None or _without_instrument(stored) != _without_instrument(wanted):
        yield number, "effects.params", _without_instrument(wanted), row.params
        return
    if not isinstance(row.seq, int) or not number <= row.seq <= len(history):
        yield number, "effects.seq", f"{number} to {len(history)}", row.seq
        return
    forgotten = wanted.kind is EffectKind.CHARGE and row.state in {
        EffectState.SUCCEEDED,
        EffectState.REJECTED,
    }
    if row.digest and not forgotten:
        expected = reserved_digest(fold(history[: row.seq]), stored)
        if row.digest != expected:
            yield number, "effects.digest", expected, row.digest


def _number(operation_id: str) -> int:
    """Read the event from the name of a call that the core gave."""
    return int(operation_id.split("/")[-2])


def _stored(params: object) -> Effect | None:
    try:
        return decode(read_json(params if isinstance(params, str) else ""), Effect)
    except Exception:  # noqa: BLE001 - whatever it is, the row is not ours
        return None


def _without_instrument(call: Effect) -> tuple[object, ...]:
    """What the payer chose to pay with is forgotten when the call is over."""
    return (call.operation_id, call.kind.value, call.plugin, call.subject, call.visit)


def verify_strays(tx: Transaction) -> Iterator[tuple[object, str, object, object]]:
    """
    Check the calls and messages that belong to no order, and what messages say.

    Args:
        tx: A transaction that reads.

    Returns:
        What differs: the order, the table and column, what should stand there, what
        does.
    """
    orders, effects, inbox = tx.tables.orders, tx.tables.effects, tx.tables.inbox
    known = sa.select(orders.c.id)
    lost = sa.select(effects.c.order_id, effects.c.operation_id).where(
        effects.c.order_id.not_in(known)
    )
    for row in tx.connection.execute(lost):
        yield row.order_id, "effects", "a call of an order", row.operation_id
    foreign = sa.select(inbox.c.order_id, inbox.c.event_id).where(
        inbox.c.order_id.is_not(None), inbox.c.order_id.not_in(known)
    )
    for row in tx.connection.execute(foreign):
        yield row.order_id, "inbox.order_id", "an order", row.event_id
    kept = sa.select(inbox.c.order_id, inbox.c.digest, inbox.c.body).where(
        inbox.c.body.is_not(None)
    )
    for message in tx.connection.execute(kept):
        own = digest(message.body) if isinstance(message.body, bytes) else _NOTHING
        if message.digest != own:
            yield message.order_id or "", "inbox.body", message.digest, own
