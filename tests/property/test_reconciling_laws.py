"""Whatever is given to a match comes out of it exactly once."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given, strategies as st

from pmkit.core.money import Money
from pmkit.core.reconciliation import (
    BookEntry,
    Flow,
    ProcessorEntry,
    StatementLine,
)
from pmkit.core.reconciling import reconcile

BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NAMES = st.sampled_from(["a", "b", "c"])
AMOUNTS = st.builds(
    Money, minor=st.integers(0, 3), currency=st.sampled_from(["USD", "EUR"])
)
MOMENTS = st.integers(0, 9).map(lambda days: BEGIN + dt.timedelta(days=days))
METHODS = st.sampled_from(["card", "transfer"])
BOOKS = st.lists(
    st.builds(
        BookEntry,
        id=NAMES,
        method=METHODS,
        flow=st.sampled_from(Flow),
        amount=AMOUNTS,
        at=MOMENTS,
        order_id=st.just("order-1"),
    ),
    max_size=5,
)
LISTED = st.lists(
    st.builds(
        ProcessorEntry,
        id=NAMES,
        method=METHODS,
        flow=st.sampled_from(Flow),
        amount=AMOUNTS,
        at=MOMENTS,
        payout=st.sampled_from(["", "a", "p"]),
    ),
    max_size=5,
)
STATEMENT = st.lists(
    st.builds(
        StatementLine,
        id=st.sampled_from(["l", "m", "n"]),
        reference=st.sampled_from(["", "a", "b", "p"]),
        amount=AMOUNTS,
        booked_at=MOMENTS,
    ),
    max_size=4,
)


class TestConservation:
    """Nothing is written off."""

    @given(
        books=BOOKS,
        listed=LISTED,
        statement=STATEMENT,
        since=st.none() | MOMENTS,
        grace=st.integers(0, 30),
    )
    def test_every_entry_stands_in_the_answer_once(
        self, books, listed, statement, since, grace
    ):
        """Each entry is there as often as it was given, whatever became of it."""
        found = reconcile(
            books,
            listed,
            statement,
            now=BEGIN + dt.timedelta(days=30),
            direct=["transfer"],
            since=since,
            grace=dt.timedelta(days=grace),
        )
        items = [*found.open_items, *found.waiting]
        out = Counter(entry for item in items for entry in item.entries)
        out.update(found.earlier)
        for matched in found.matched:
            out.update(matched.lines)
            out.update(x for pair in matched.pairs for x in pair if x is not None)

        assert Counter([*books, *listed, *statement]) == out

    @given(books=BOOKS, listed=LISTED, statement=STATEMENT)
    def test_what_is_matched_adds_up(self, books, listed, statement):
        """Lines of a match and all that its payout lists are one sum per currency."""
        found = reconcile(
            books,
            listed,
            statement,
            now=BEGIN + dt.timedelta(days=30),
            direct=["transfer"],
        )
        listed_once = {(x.method, x.flow, x.id): x for x in reversed(listed)}.values()
        for matched in found.matched:
            due: Counter[str] = Counter()
            for entry in listed_once:
                if entry.payout == matched.reference:
                    sign = 1 if entry.flow is Flow.IN else -1
                    due[entry.amount.currency] += sign * entry.amount.minor
            for entry, other in matched.pairs:
                if other is None:
                    sign = 1 if entry.flow is Flow.IN else -1
                    due[entry.amount.currency] += sign * entry.amount.minor
            came: Counter[str] = Counter()
            for line in matched.lines:
                came[line.amount.currency] += line.amount.minor

            assert dict(due) == dict(came)
