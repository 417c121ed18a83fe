"""
Entries of three books, and what a match of them can come to.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.checked import filled, utc
from pmkit.core.money import Money


class Flow(enum.StrEnum):
    """Which way money went."""

    IN = "in"
    OUT = "out"


class Mismatch(enum.StrEnum):
    """Why an item does not match."""

    #: We booked it, the processor does not list it.
    NOT_AT_PROCESSOR = "not-at-processor"
    #: The processor lists it, we never booked it.
    NOT_IN_OUR_BOOKS = "not-in-our-books"
    #: Both have it, and not the same amount.
    AMOUNT_DIFFERS = "amount-differs"
    #: One side has the same name twice.
    LISTED_TWICE = "listed-twice"
    #: The processor has not paid it out yet.
    NOT_PAID_OUT = "not-paid-out"
    #: Paid out as the processor says, and not on the statement.
    NOT_ON_STATEMENT = "not-on-statement"
    #: The statement shows another sum than the payout has.
    PAYOUT_DIFFERS = "payout-differs"
    #: On the statement, and nobody knows what it is.
    UNKNOWN_LINE = "unknown-line"


@attrs.frozen(kw_only=True)
class BookEntry:
    """
    Money that an order has as arrived or gone back.

    Args:
        id: The processor's name of the arrival, or our name of the refund.

        method: The payment method.

        flow: Which way it went.

        amount: How much; never negative.

        at: When, UTC.

        order_id: The order.
    """

    id: str = attrs.field(validator=filled)
    method: str = attrs.field(validator=filled)
    flow: Flow
    amount: Money
    at: dt.datetime = attrs.field(validator=utc)
    order_id: str = attrs.field(validator=filled)


@attrs.frozen(kw_only=True)
class ProcessorEntry:
    """
    One line of a processor's list.

    Args:
        id: Its name of the arrival, or our name of the refund.

        method: The payment method.

        flow: Which way it went.

        amount: How much; never negative.

        at: When, UTC.

        payout: Its name of the sum in which it paid this out; empty if not yet.

        fee: What it kept of it.
    """

    id: str = attrs.field(validator=filled)
    method: str = attrs.field(validator=filled)
    flow: Flow
    amount: Money
    at: dt.datetime = attrs.field(validator=utc)
    payout: str = ""
    fee: Money | None = None

    @property
    def net(self) -> Money:
        """What it adds to its payout; negative for money that went back."""
        gross = signed(self)
        return gross if self.fee is None else gross - self.fee


@attrs.frozen(kw_only=True)
class StatementLine:
    """
    One line of a bank statement.

    Args:
        id: The bank's name of the line; one id counts once for ever.

        reference: The payout, or the arrival or refund itself, that it names.

        amount: How much; negative if it left the account.

        booked_at: When the bank booked it, UTC.
    """

    id: str = attrs.field(validator=filled)
    reference: str
    amount: Money
    booked_at: dt.datetime = attrs.field(validator=utc)


#: Anything that takes part in the match.
Entry = BookEntry | ProcessorEntry | StatementLine


def signed(entry: BookEntry | ProcessorEntry) -> Money:
    """Give the amount of an entry, negative if it went out."""
    return entry.amount if entry.flow is Flow.IN else -entry.amount


@attrs.frozen(kw_only=True)
class OpenItem:
    """
    Something that does not match, and who clears it.

    Args:
        reason: Why.

        entries: What is known of it.

        since: The instant of the oldest of these, UTC.

        age: How old it is.

        owner: Who has to clear it.
    """

    reason: Mismatch
    entries: tuple[Entry, ...]
    since: dt.datetime
    age: dt.timedelta
    owner: str


@attrs.frozen(kw_only=True)
class Matched:
    """
    What agrees on all sides.

    Args:
        reference: The payout, or the arrival or refund itself, that the lines name.

        lines: The lines of the statement; one, unless the bank split it.

        pairs: What they consist of: our entry, and the processor's if there is one.
    """

    reference: str
    lines: tuple[StatementLine, ...]
    pairs: tuple[tuple[BookEntry, ProcessorEntry | None], ...]


@attrs.frozen(kw_only=True)
class Reconciliation:
    """
    The outcome of a three-way match.

    Args:
        matched: What agrees, in the order of the statement.

        open_items: What does not, the oldest first.

        waiting: What one side may still tell by itself, the oldest first.

        earlier: Entries of our books from before the lists, which do not name them.
    """

    matched: tuple[Matched, ...]
    open_items: tuple[OpenItem, ...]
    waiting: tuple[OpenItem, ...] = ()
    earlier: tuple[BookEntry, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing has to be cleared."""
        return not self.open_items
