"""
What has to be true after whatever happened, said of one database and one world.

I-ACK: what was acknowledged is in the log.  I-ONCE: each effect happened at most once,
by meaning.  I-LIVE: nothing hangs without a person who knows.  I-LED: our money is
theirs.  I-FSM: only listed transitions, no gap.  I-CHAIN: the chain verifies.  I-SAME:
the history is the one of a run without faults.  I-ISO: other orders did not notice.
"""

from __future__ import annotations

import collections
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.core.events import fold
from pmkit.core.money import Money
from pmkit.core.payment import RefundRoute, RefundState
from pmkit.shell.store.verify import verify
from pmkit.shell.wire import encode_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pmkit.core.order import Order
    from pmkit.shell.store import Store
    from pmkit.shell.store.rows import RecordedEvent

#: What a visit, a payment and an order may become; by hand, from the pages of states.
_VISIT = {
    "requested": {"proposed", "missed", "cancelled"},
    "proposed": {"confirmed", "missed", "cancelled"},
    "confirmed": {"assigned", "proposed", "on-site", "missed", "cancelled"},
    "assigned": {"on-site", "proposed", "missed", "cancelled"},
    "on-site": {"completed", "aborted"},
    "completed": set(),
    "missed": set(),
    "aborted": set(),
    "cancelled": set(),
}
#: Money that came never counts as never come.
_PAID = {"settled"}
_NOT_AFTER_PAID = {"created", "declined", "expired", "processing", "submitted"}
_ASKED = ("book", "cancel", "charge", "refund")
_OPEN = ("succeeded", "rejected")


def history(store: Store, order_id: str) -> list[RecordedEvent]:
    """Read the events of an order."""
    with store.snapshot() as tx:
        return tx.history(order_id)


def told(store: Store, order_id: str) -> list[str]:
    """Tell the history of an order as (event, by), without moments and names."""
    return [
        f"{each.event.name} by {each.event.by.role.value}"
        for each in history(store, order_id)
    ]


def hanging(store: Store) -> list[str]:
    """List the calls that are not over and that no person is shown."""
    effects = store.tables.effects
    asked = sa.select(effects.c.operation_id, effects.c.state).where(
        effects.c.state.not_in(_OPEN), effects.c.parked == ""
    )
    with store.snapshot() as tx:
        return [f"{row[0]} is {row[1]}" for row in tx.connection.execute(asked)]


def parked(store: Store) -> list[str]:
    """List the calls that wait for a person."""
    effects = store.tables.effects
    asked = sa.select(effects.c.operation_id, effects.c.parked)
    with store.snapshot() as tx:
        rows = tx.connection.execute(asked.where(effects.c.parked != ""))
        return [f"{row[0]}: {row[1]}" for row in rows]


def unsent(store: Store) -> int:
    """Count the notices that were not sent."""
    outbox = store.tables.outbox
    asked = sa.select(sa.func.count()).where(outbox.c.sent_at.is_(None))
    with store.snapshot() as tx:
        return int(tx.connection.execute(asked).scalar_one())


def once(counts: Mapping[str, int]) -> list[str]:
    """I-ONCE: say what was done more than once."""
    return [f"I-ONCE: {did} {n} times" for did, n in sorted(counts.items()) if n > 1]


def acknowledged(store: Store, acks: Iterable[tuple[str, str]]) -> list[str]:
    """I-ACK: say which acknowledged commands are not in the log."""
    commands = store.tables.commands
    with store.snapshot() as tx:
        there = set(tx.connection.execute(sa.select(commands.c.key)).scalars())
    return [
        f"I-ACK: {key} on {order} is gone" for order, key in acks if key not in there
    ]


def live(store: Store) -> list[str]:
    """I-LIVE: say what hangs, and what nobody was told."""
    found = [f"I-LIVE: {each}" for each in hanging(store)]
    with store.snapshot() as tx:
        found += [f"I-LIVE: nobody looks at {each}" for each in tx.without_timer()]
    left = unsent(store)
    return [*found, f"I-LIVE: {left} notices unsent"] if left else found


def lawful(store: Store, order_id: str) -> list[str]:
    """I-FSM: say which transitions are not listed, and where events are missing."""
    events = history(store, order_id)
    found = []
    if [each.seq for each in events] != list(range(1, len(events) + 1)):
        found.append(f"I-FSM: {order_id} has a gap")
    before = fold(each.event for each in events[:1])
    for each in events[1:]:
        after = attrs.evolve(each.event.apply(before), seq=before.seq + 1)
        found += _moved(before, after)
        before = after
    with store.snapshot() as tx:
        held = tx.load(order_id)
    if before != held:
        found.append(f"I-FSM: {order_id} is not what its events make of it")
    return found


def _moved(before: Order, after: Order) -> list[str]:
    found = []
    visits = {
        (service.id, visit.number): visit.state.value
        for service in before.services
        for visit in service.visits
    }
    for service in after.services:
        for visit in service.visits:
            was = visits.get((service.id, visit.number), visit.state.value)
            if visit.state.value not in _VISIT[was] | {was}:
                found.append(f"I-FSM: visit {was} -> {visit.state.value}")
    paid = {p.id for p in before.payments if p.state.value in _PAID}
    found += [
        f"I-FSM: payment settled -> {payment.state.value}"
        for payment in after.payments
        if payment.id in paid and payment.state.value in _NOT_AFTER_PAID
    ]
    return found


def ledger(store: Store, order_id: str, counts: Mapping[str, int]) -> list[str]:
    """I-LED: compare what we count with what the far side did."""
    with store.snapshot() as tx:
        order = tx.load(order_id)
    assert order is not None
    found = []
    out: dict[str, Money] = collections.defaultdict(lambda: Money.zero("USD"))
    for refund in order.refunds:
        if refund.route is not RefundRoute.BACK_TO_METHOD:
            continue  # nobody but us has to do anything
        done = counts.get(f"refund {refund.id} {refund.amount}", 0)
        said = refund.state in {RefundState.INITIATED, RefundState.DONE}
        if refund.state is RefundState.FAILED:
            continue  # refused at once, or taken and given back
        if said != bool(done):
            found.append(
                f"I-LED: refund {refund.id} is {refund.state.value}, did {done}"
            )
        if said:
            out[refund.payment_id] += refund.amount
    for payment in order.payments:
        came = Money.zero("USD")
        for receipt in payment.receipts:
            came += receipt.amount
        if came < out[payment.id]:
            found.append(f"I-LED: {payment.id}: {came} in, {out[payment.id]} out")
        charged = f"charge {payment.id} {payment.amount}" in counts
        if payment.receipts and not charged:
            found.append(f"I-LED: {payment.id} was never charged")
    return found


def settled(store: Store, order_id: str) -> list[str]:
    """I-LED: say which payments count as settled by less than they are about."""
    with store.snapshot() as tx:
        order = tx.load(order_id)
    assert order is not None
    return [
        f"I-LED: {payment.id} is settled by {came}, not {payment.amount}"
        for payment in order.payments
        if payment.state.value in _PAID
        and (came := sum((r.amount.amount for r in payment.receipts), Decimal(0)))
        < payment.amount.amount
    ]


def happened(store: Store, counts: Mapping[str, int]) -> list[str]:
    """I-ONCE, its other half: say what is noted as done, and nobody ever did."""
    effects, outbox = store.tables.effects, store.tables.outbox
    calls = sa.select(effects.c.kind, effects.c.params, effects.c.result)
    notices = sa.select(outbox.c.id).where(outbox.c.sent_at.is_not(None))
    with store.snapshot() as tx:
        done = tx.connection.execute(calls.where(effects.c.state == "succeeded")).all()
        sent = tx.connection.execute(notices).scalars().all()
    found = [f"I-ONCE: notice {n} never" for n in sent if f"notice {n}" not in counts]
    names = {" ".join(did.split(" ")[:2]) for did in counts}
    for row in done:
        subject = json.loads(row.params)["subject"]
        if row.kind != "move" and f"{row.kind} {subject}" not in names:
            found.append(f"I-ONCE: {row.kind} {subject} never")
    return found


def asked(store: Store, counts: Mapping[str, int]) -> list[str]:
    """I-LED, the far side of it: say what was done that nobody of us asked for."""
    effects = store.tables.effects
    with store.snapshot() as tx:
        calls = tx.connection.execute(sa.select(effects.c.kind, effects.c.params)).all()
    meant = {f"{row.kind} {json.loads(row.params)['subject']}" for row in calls}
    return [
        f"I-LED: {did}, which nobody asked for"
        for did in counts
        if did.split(" ")[0] in _ASKED and " ".join(did.split(" ")[:2]) not in meant
    ]


def notices(store: Store) -> int:
    """Count the notices that were ever meant to be sent."""
    asked = sa.select(sa.func.count()).select_from(store.tables.outbox)
    with store.snapshot() as tx:
        return int(tx.connection.execute(asked).scalar_one())


def chained(store: Store) -> list[str]:
    """I-CHAIN and I-SAME: say where the log and the states differ."""
    return [f"I-CHAIN: {each}" for each in verify(store)]


def state_of(store: Store, order_id: str) -> str:
    """Write the whole state of an order, to compare bytes."""
    with store.snapshot() as tx:
        order = tx.load(order_id)
    assert order is not None
    return str(encode_order(order))


def broken(store: Store, orders: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """Say everything that is broken and needs no other run to see it."""
    found = [*once(counts), *live(store), *chained(store), *happened(store, counts)]
    found += asked(store, counts)
    for order_id in orders:
        found += lawful(store, order_id)
        found += ledger(store, order_id, counts)
        found += settled(store, order_id)
    return found
