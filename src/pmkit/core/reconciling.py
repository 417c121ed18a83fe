"""
The three-way match: what we booked, what the processor lists, what the bank shows.

Nothing is ever written off: each entry that is given stands in the answer exactly
once, in a match or in an item that somebody has to clear.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc
from pmkit.core.money import Money
from pmkit.core.parties import Role
from pmkit.core.payment import RefundRoute, RefundState
from pmkit.core.reconciliation import (
    BookEntry,
    Entry,
    Flow,
    Matched,
    Mismatch,
    OpenItem,
    ProcessorEntry,
    Reconciliation,
    StatementLine,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
    )

    from pmkit.core.order import Order


_E = TypeVar("_E", bound=Entry)
_NONE = dt.timedelta()
#: What one side may only not have told yet.
_LATE = frozenset(
    {
        Mismatch.NOT_AT_PROCESSOR,
        Mismatch.NOT_IN_OUR_BOOKS,
        Mismatch.NOT_PAID_OUT,
        Mismatch.NOT_ON_STATEMENT,
        Mismatch.UNKNOWN_LINE,
    }
)


def reconcile(
    books: Iterable[BookEntry],
    listed: Iterable[ProcessorEntry],
    statement: Iterable[StatementLine],
    *,
    now: dt.datetime,
    direct: Collection[str] = (),
    owners: Mapping[str, str] | None = None,
    since: dt.datetime | None = None,
    grace: dt.timedelta = _NONE,
) -> Reconciliation:
    """
    Match our books, a processor's list and a bank statement.

    Args:
        books: What the orders have as arrived or gone back.

        listed: What the processors list.

        statement: What the bank shows.

        now: The present instant, aware; items are aged by it.

        direct: Methods without a processor: their money comes straight to the
            account, and the statement names the arrival or refund itself.

        owners: Who clears what does not match, by method; ``""`` for lines that
            belong to none.  The operator, if nobody is named.

        since: Where the lists begin, aware: what we booked before and they do not
            name is not missed in them.

        grace: So long one side may be late: what it has not told waits until then.
            What differs never waits.

    Returns:
        What agrees and what does not; each entry stands in it exactly once.

    Raises:
        pmkit.NaiveTimeError: If *now* or *since* has no zone.

        pmkit.InputError: If *grace* is negative.

    Examples:
        >>> from pmkit.core.money import Money
        >>> came = dt.datetime(2026, 2, 3, 8, tzinfo=dt.UTC)
        >>> ours = BookEntry(
        ...     id="ch-1",
        ...     method="card",
        ...     flow=Flow.IN,
        ...     amount=Money.of("48.00", "USD"),
        ...     at=came,
        ...     order_id="order-1",
        ... )
        >>> found = reconcile([ours], [], [], now=came + dt.timedelta(days=3))
        >>> [(item.reason.value, item.age.days) for item in found.open_items]
        [('not-at-processor', 3)]
    """
    if grace < _NONE:
        msg = "Nothing can be open before it happened."
        raise InputError(msg, field="grace", remedy="Give 0 or more.")
    begins = None if since is None else to_utc(since, field="since")
    clerk = _Clerk(to_utc(now, field="now"), owners or {}, begins, grace)
    ours = clerk.once(books, _name)
    theirs = clerk.once(listed, _name)
    lines = clerk.once(statement, lambda line: line.id)
    payouts = _payouts(clerk, ours, theirs, direct)
    matched = tuple(_settled(clerk, payouts, lines.values()))
    items = sorted(clerk.items, key=lambda item: item.since)
    return Reconciliation(
        matched=matched,
        open_items=tuple(item for item in items if not clerk.waits(item)),
        waiting=tuple(item for item in items if clerk.waits(item)),
        earlier=tuple(clerk.earlier),
    )


def book_entries(order: Order) -> Iterator[BookEntry]:
    """
    List what an order has as arrived, and as gone back the way it came.

    Args:
        order: The order.

    Returns:
        Each receipt by the processor's name of it, each refund by ours.
    """
    for payment in order.payments:
        for receipt in payment.receipts:
            yield BookEntry(
                id=receipt.id,
                method=payment.method,
                flow=Flow.IN,
                amount=receipt.amount,
                at=receipt.received_at,
                order_id=order.id,
            )
    for refund in order.refunds:
        went = refund.state is RefundState.DONE
        if went and refund.route is RefundRoute.BACK_TO_METHOD:
            yield BookEntry(
                id=refund.id,
                method=order.payment(refund.payment_id).method,
                flow=Flow.OUT,
                amount=refund.amount,
                at=refund.requested_at,
                order_id=order.id,
            )


def _name(entry: BookEntry | ProcessorEntry) -> tuple[str, Flow, str]:
    return entry.method, entry.flow, entry.id


@attrs.frozen
class _Payout:
    """A sum that the bank should show, and what of it both sides know."""

    nets: list[Money] = attrs.field(factory=list)
    pairs: list[tuple[BookEntry, ProcessorEntry | None]] = attrs.field(factory=list)


class _Clerk:
    """Keeps the items that somebody has to clear."""

    def __init__(
        self,
        now: dt.datetime,
        owners: Mapping[str, str],
        begins: dt.datetime | None,
        grace: dt.timedelta,
    ) -> None:
        self.now = now
        self.owners = owners
        self.begins = begins
        self.grace = grace
        self.items: list[OpenItem] = []
        self.earlier: list[BookEntry] = []

    def once(
        self, entries: Iterable[_E], name: Callable[[_E], Hashable]
    ) -> dict[Any, _E]:
        """Take each name once; the same name again is an item of its own."""
        found: dict[Any, _E] = {}
        for entry in entries:
            if found.setdefault(name(entry), entry) is not entry:
                self.opens(Mismatch.LISTED_TWICE, entry)
        return found

    def misses(self, reason: Mismatch, *ours: BookEntry) -> None:
        """Note what no list names, unless it is older than they are."""
        for entry in ours:
            if self.begins is not None and entry.at < self.begins:
                self.earlier.append(entry)
            else:
                self.opens(reason, entry)

    def waits(self, item: OpenItem) -> bool:
        """Tell whether time alone may clear an item."""
        return item.reason in _LATE and item.age < self.grace

    def opens(self, reason: Mismatch, *entries: Entry) -> None:
        """Note an item; who owns it follows from its payment method."""
        since = min(_instant(entry) for entry in entries)
        methods = (e.method for e in entries if not isinstance(e, StatementLine))
        self.items.append(
            OpenItem(
                reason=reason,
                entries=entries,
                since=since,
                age=max(self.now - since, dt.timedelta(0)),
                owner=self.owners.get(next(methods, ""), Role.OPERATOR.value),
            )
        )


def _instant(entry: Entry) -> dt.datetime:
    return entry.booked_at if isinstance(entry, StatementLine) else entry.at


def _payouts(
    clerk: _Clerk,
    ours: dict[Any, BookEntry],
    theirs: dict[Any, ProcessorEntry],
    direct: Collection[str],
) -> dict[str, _Payout]:
    """Match our books with the processor's list; gather what the bank should show."""
    payouts: dict[str, _Payout] = defaultdict(_Payout)
    # The bank pays out what the processor lists, whether we know of it or not.
    for line in theirs.values():
        if line.payout:
            payouts[line.payout].nets.append(line.net)
    for key, entry in ours.items():
        other = theirs.pop(key, None)
        if other is None and entry.method in direct:
            payouts[entry.id].nets.append(signed(entry))
            payouts[entry.id].pairs.append((entry, None))
        elif other is None:
            clerk.misses(Mismatch.NOT_AT_PROCESSOR, entry)
        elif other.amount != entry.amount:
            clerk.opens(Mismatch.AMOUNT_DIFFERS, entry, other)
        elif not other.payout:
            clerk.opens(Mismatch.NOT_PAID_OUT, entry, other)
        else:
            payouts[other.payout].pairs.append((entry, other))
    for stray in theirs.values():
        clerk.opens(Mismatch.NOT_IN_OUR_BOOKS, stray)
    return payouts


def _settled(
    clerk: _Clerk, payouts: dict[str, _Payout], statement: Iterable[StatementLine]
) -> Iterator[Matched]:
    """Match the payouts with the statement."""
    lines: dict[str, list[StatementLine]] = defaultdict(list)
    for line in statement:
        lines[line.reference].append(line)
    for reference, payout in payouts.items():
        shown = lines.pop(reference, [])
        known = [entry for pair in payout.pairs for entry in pair if entry is not None]
        if (
            shown
            and payout.pairs
            and _total(payout.nets) == _total([line.amount for line in shown])
        ):
            yield Matched(
                reference=reference, lines=tuple(shown), pairs=tuple(payout.pairs)
            )
        elif shown:
            reason = Mismatch.PAYOUT_DIFFERS if known else Mismatch.UNKNOWN_LINE
            clerk.opens(reason, *known, *shown)
        elif all(other is None for _, other in payout.pairs):
            clerk.misses(Mismatch.NOT_ON_STATEMENT, *(ours for ours, _ in payout.pairs))
        else:
            clerk.opens(Mismatch.NOT_ON_STATEMENT, *known)
    for strays in lines.values():
        for line in strays:
            clerk.opens(Mismatch.UNKNOWN_LINE, line)


def _total(amounts: list[Money]) -> dict[str, int]:
    """Add up by currency: a payout in two currencies never equals one sum."""
    sums: dict[str, int] = defaultdict(int)
    for amount in amounts:
        sums[amount.currency] += amount.minor
    return dict(sums)
