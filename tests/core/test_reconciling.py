"""The three-way match: books, processor and bank, by hand."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.roads import road_to

from pmkit.core.errors import InputError, NaiveTimeError
from pmkit.core.money import Money
from pmkit.core.payment import RefundRoute, RefundState
from pmkit.core.reconciliation import (
    BookEntry,
    Flow,
    ProcessorEntry,
    StatementLine,
)
from pmkit.core.reconciling import book_entries, reconcile
from pmkit.core.service import ServiceStage

CAME = dt.datetime(2026, 2, 3, 8, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 2, 10, 8, tzinfo=dt.UTC)


def usd(amount):
    """Write an amount of dollars."""
    return Money.of(amount, "USD")


def booked(name="ch-1", amount="48.00", *, method="card", flow=Flow.IN, at=CAME):
    """Write what an order has."""
    return BookEntry(
        id=name, method=method, flow=flow, amount=usd(amount), at=at, order_id="order-1"
    )


def listed(name="ch-1", amount="48.00", *, payout="po-1", flow=Flow.IN, fee=None):
    """Write what the processor has."""
    return ProcessorEntry(
        id=name,
        method="card",
        flow=flow,
        amount=usd(amount),
        at=CAME,
        payout=payout,
        fee=None if fee is None else usd(fee),
    )


def shown(amount="48.00", *, reference="po-1", name="line-1"):
    """Write what the bank shows."""
    return StatementLine(
        id=name, reference=reference, amount=usd(amount), booked_at=CAME
    )


def opened(found):
    """List the reasons and names of what does not match."""
    return [
        (item.reason.value, [entry.id for entry in item.entries])
        for item in found.open_items
    ]


def match(books=(), processor=(), bank=(), **more):
    """Match at a fixed instant."""
    return reconcile(books, processor, bank, now=NOW, **more)


class TestAgreement:
    """What agrees on all sides."""

    def test_one_payment(self):
        """A charge that all three sides have is matched and nothing is open."""
        found = match([booked()], [listed()], [shown()])

        assert found.clean
        assert [("po-1", ("line-1",), ("ch-1",))] == [
            (m.reference, tuple(x.id for x in m.lines), tuple(a.id for a, _ in m.pairs))
            for m in found.matched
        ]

    def test_a_payout_of_several_less_fees_and_refunds(self):
        """Two charges of 48 and 52, a refund of 10, fees of 2: the bank shows 88."""
        books = [
            booked("ch-1"),
            booked("ch-2", "52.00"),
            booked("re-1", "10.00", flow=Flow.OUT),
        ]
        processor = [
            listed("ch-1", fee="1.00"),
            listed("ch-2", "52.00", fee="1.00"),
            listed("re-1", "10.00", flow=Flow.OUT),
        ]

        assert match(books, processor, [shown("88.00")]).clean

    def test_a_line_that_the_bank_split(self):
        """Two lines of one payout are added up."""
        bank = [shown("40.00"), shown("8.00", name="line-2")]

        assert match([booked()], [listed()], bank).clean

    def test_a_transfer_has_no_processor(self):
        """Money that comes straight to the account is matched with its line."""
        books = [booked("tt-1", method="transfer")]
        bank = [shown(reference="tt-1")]

        assert match(books, [], bank, direct=["transfer"]).clean


class TestOpenItems:
    """What somebody has to clear."""

    @pytest.mark.parametrize(
        ("books", "processor", "bank", "expected"),
        [
            ([booked()], [], [], [("not-at-processor", ["ch-1"])]),
            ([], [listed(payout="")], [], [("not-in-our-books", ["ch-1"])]),
            (
                [booked()],
                [listed(amount="47.00", payout="")],
                [],
                [("amount-differs", ["ch-1", "ch-1"])],
            ),
            ([booked()], [listed(payout="")], [], [("not-paid-out", ["ch-1", "ch-1"])]),
            ([booked()], [listed()], [], [("not-on-statement", ["ch-1", "ch-1"])]),
            (
                [booked()],
                [listed()],
                [shown("47.99")],
                [("payout-differs", ["ch-1", "ch-1", "line-1"])],
            ),
            ([], [], [shown()], [("unknown-line", ["line-1"])]),
            (
                [booked(), booked()],
                [listed()],
                [shown()],
                [("listed-twice", ["ch-1"])],
            ),
            ([booked()], [listed(), listed()], [shown()], [("listed-twice", ["ch-1"])]),
            (
                [booked()],
                [listed()],
                [shown(), shown()],
                [("listed-twice", ["line-1"])],
            ),
            (
                [booked("tt-1", method="transfer")],
                [],
                [],
                [("not-at-processor", ["tt-1"])],
            ),
            (
                [],
                [listed()],
                [shown()],
                [("not-in-our-books", ["ch-1"]), ("unknown-line", ["line-1"])],
            ),
        ],
    )
    def test_each_has_its_reason(self, books, processor, bank, expected):
        """Each way in which three sides can differ has a name of its own."""
        assert expected == opened(match(books, processor, bank))

    def test_a_stray_charge_leaves_its_payout_matched(self):
        """The bank pays out what we never booked, too: only the stray stays open."""
        processor = [listed(), listed("ch-9", "5.00")]
        found = match([booked()], processor, [shown("53.00")])

        assert [("not-in-our-books", ["ch-9"])] == opened(found)
        assert ["po-1"] == [m.reference for m in found.matched]

    def test_a_charge_and_a_refund_of_one_name_are_two_things(self):
        """The way that money went is part of its name."""
        found = match([booked()], [listed(flow=Flow.OUT, payout="")], [])

        assert [("not-at-processor", ["ch-1"]), ("not-in-our-books", ["ch-1"])] == (
            opened(found)
        )

    def test_two_currencies_are_never_one_sum(self):
        """A payout in dollars is no line in euros, however equal the numbers."""
        line = StatementLine(
            id="line-1",
            reference="po-1",
            amount=Money.of("48.00", "EUR"),
            booked_at=CAME,
        )

        assert [("payout-differs", ["ch-1", "ch-1", "line-1"])] == opened(
            match([booked()], [listed()], [line])
        )

    def test_the_oldest_comes_first_and_all_are_aged(self):
        """An item is as old as its oldest entry; seven days here."""
        late = booked("ch-2", at=NOW - dt.timedelta(hours=5))
        found = match([late, booked()])

        assert [("ch-1", 7 * 24), ("ch-2", 5)] == [
            (item.entries[0].id, item.age / dt.timedelta(hours=1))
            for item in found.open_items
        ]

    def test_nothing_is_younger_than_now(self):
        """An entry dated ahead of our clock has the age zero."""
        ahead = booked(at=NOW + dt.timedelta(hours=1))

        assert [dt.timedelta(0)] == [x.age for x in match([ahead]).open_items]

    def test_somebody_owns_each(self):
        """Who clears an item follows from its method; the operator if nobody does."""
        owners = {"card": "Kim", "": "Lee"}
        named = match([booked()], [], [shown(reference="?")], owners=owners)
        unnamed = match([booked()])

        assert ["Kim", "Lee"] == [item.owner for item in named.open_items]
        assert ["operator"] == [item.owner for item in unnamed.open_items]


class TestSince:
    """What the lists do not go back to."""

    @pytest.mark.parametrize("method", ["card", "transfer"])
    @pytest.mark.parametrize(("late", "names"), [(1, ["ch-1"]), (0, []), (-1, [])])
    def test_older_entries_need_no_list(self, method, late, names):
        """What came before the first moment of the lists is not missed in them."""
        ours = booked(method=method)
        since = CAME + dt.timedelta(seconds=late)
        found = match([ours], direct=["transfer"], since=since)

        assert names == [entry.id for entry in found.earlier]
        assert bool(names) is found.clean

    def test_what_is_listed_is_compared_however_old(self):
        """An old entry with another amount, or paid out and not shown, stays open."""
        ours = [booked("a"), booked("b"), booked("c")]
        theirs = [listed("a", "1.00"), listed("b"), listed("c", payout="")]
        found = match(ours, theirs, since=NOW)

        assert {"amount-differs", "not-on-statement", "not-paid-out"} == {
            reason for reason, _ in opened(found)
        }
        assert found.earlier == ()

    def test_an_old_transfer_is_matched_if_it_is_shown(self):
        """A line that reaches further back than the others agrees all the same."""
        ours = booked(method="transfer")
        found = match(
            [ours], [], [shown(reference="ch-1")], direct=["transfer"], since=NOW
        )

        assert (1, ()) == (len(found.matched), found.earlier)


class TestGrace:
    """What may still come by itself."""

    SOON = dt.timedelta(days=8)

    @pytest.mark.parametrize(
        ("books", "processor", "bank"),
        [
            ([booked()], [], []),
            ([], [listed(payout="")], []),
            ([booked()], [listed(payout="")], []),
            ([booked()], [listed()], []),
            ([], [], [shown()]),
        ],
        ids=["unlisted", "unknown", "unpaid", "unshown", "line"],
    )
    def test_one_side_may_be_late(self, books, processor, bank):
        """What a side has not told yet waits, and is no open item before its time."""
        waits = match(books, processor, bank, grace=self.SOON)
        over = match(books, processor, bank, grace=NOW - CAME)

        assert (True, 1) == (waits.clean, len(waits.waiting))
        assert (False, ()) == (over.clean, over.waiting)

    @pytest.mark.parametrize(
        ("books", "processor", "bank"),
        [
            ([booked()], [listed(amount="1.00")], []),
            ([booked()], [listed()], [shown("1.00")]),
            ([booked(), booked()], [listed()], [shown()]),
        ],
        ids=["amount", "payout", "twice"],
    )
    def test_what_differs_does_not_wait(self, books, processor, bank):
        """Time does not make two amounts equal."""
        found = match(books, processor, bank, grace=self.SOON)

        assert (False, ()) == (found.clean, found.waiting)


class TestInput:
    """What can never be right."""

    def test_now_has_a_zone(self):
        """Ages need an instant."""
        with pytest.raises(NaiveTimeError):
            reconcile([], [], [], now=NOW.replace(tzinfo=None))

    def test_since_has_a_zone(self):
        """A day begins somewhere."""
        with pytest.raises(NaiveTimeError, match="since"):
            match(since=NOW.replace(tzinfo=None))

    def test_grace_is_no_debt(self):
        """Nothing is open before it happened."""
        with pytest.raises(InputError, match="grace"):
            match(grace=dt.timedelta(seconds=-1))

    def test_entries_have_names(self):
        """An entry without a name cannot be matched."""
        with pytest.raises(InputError):
            booked(name="")


class TestBooks:
    """What an order has."""

    def test_what_came_and_what_went_back(self):
        """Receipts by their arrival, refunds to the method once they are done."""
        order = road_to(ServiceStage.CANCELLED).order
        (refund,) = order.refunds
        going = attrs.evolve(refund, route=RefundRoute.BACK_TO_METHOD)
        done = attrs.evolve(going, state=RefundState.DONE)
        reduced = attrs.evolve(done, route=RefundRoute.REDUCE_BALANCE)
        came = [
            (receipt.id, "in")
            for payment in order.payments
            for receipt in payment.receipts
        ]

        assert came
        assert came == names(order.with_refund(going))
        assert [*came, (refund.id, "out")] == names(order.with_refund(done))
        assert came == names(order.with_refund(reduced))


def names(order):
    """Name the entries of an order and their ways."""
    return [(entry.id, entry.flow.value) for entry in book_entries(order)]
