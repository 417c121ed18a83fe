"""Laws of money on its way, for every order in which news can arrive."""

from __future__ import annotations

import collections
import datetime as dt

import pytest
from hypothesis import given, strategies as st
from tests.core.steps.tills import (
    SERVICE,
    at_apart,
    at_initial,
    cancelled,
    china,
    observe,
    start,
    swept,
)

from pmkit.core.money import Money
from pmkit.core.payment import PaymentState, Purpose
from pmkit.core.ports import PaymentNews, PaymentObservation

DUE = 4800
HEARD = china("01-16T09:00")


@st.composite
def news(draw, payments=("pay-pm",), kinds=tuple(PaymentNews), orders=("TA-1", "TA-2")):
    """Draw something that a processor may say, right or wrong."""
    kind = draw(st.sampled_from(kinds))
    currency = draw(st.sampled_from(["USD", "USD", "USD", "EUR"]))
    minor = draw(st.one_of(st.integers(1, 2 * DUE), st.just(DUE)))
    return PaymentObservation(
        id=f"n{draw(st.integers(0, 20))}",
        order_id=draw(st.sampled_from(orders)),
        payment_id=draw(st.sampled_from(payments)),
        news=kind,
        at=china("01-13T09:00") + draw(st.integers(0, 96)) * dt.timedelta(hours=1),
        amount=Money(minor, currency) if kind is PaymentNews.RECEIVED else None,
        linked=draw(st.booleans()),
    )


ARRIVED = (PaymentNews.RECEIVED,)
TWO = ("pay-pm", "pay-2")


def begun():
    """Give an order with two payments for one service."""
    return start(
        at_apart(), "pay-2", Purpose.SERVICE, at="01-14T09:30", service_id=SERVICE
    )


def heard(outcome, told):
    """Hear everything, a minute apart."""
    for number, seen in enumerate(told):
        outcome = observe(outcome, seen, heard=HEARD + number * dt.timedelta(minutes=1))
    return outcome


def sums(monies):
    """Add up by currency, in plain integers."""
    result = collections.Counter()
    for money in monies:
        result[money.currency] += money.minor
    return +result


def arrived(told):
    """Add up what the processor said, one id once: the first that was heard."""
    first = {}
    for seen in told:
        if seen.news is PaymentNews.RECEIVED:
            first.setdefault(seen.id, seen)
    return first.values()


def receipts(order):
    return [r for payment in order.payments for r in payment.receipts]


def of_tests(order):
    """Leave the initial payment of the builder out."""
    return [r for p in order.payments if p.id != "initial" for r in p.receipts]


class TestNothingIsLost:
    @given(st.lists(news(TWO), max_size=12))
    def test_everything_that_arrived_is_on_a_receipt(self, told) -> None:
        """What the processor reported is what the receipts add up to."""
        order = heard(begun(), told).order

        assert sums(seen.amount for seen in arrived(told)) == sums(
            r.amount for r in of_tests(order)
        )

    @given(st.lists(news(TWO), max_size=12))
    def test_counted_and_held_are_all(self, told) -> None:
        """Each receipt is counted and held, and nothing else."""
        for receipt in receipts(heard(begun(), told).order):
            parts = sums([receipt.counted, receipt.held])

            assert parts == sums([receipt.amount])
            assert (receipt.held_reason is None) == (receipt.held.minor == 0)

    @given(st.lists(news(TWO), max_size=12))
    def test_what_is_held_goes_back(self, told) -> None:
        """The refunds that are for no service are what was held or became needless."""
        order = heard(begun(), told).order
        needless = [
            p.counted
            for p in order.payments
            if p.state is PaymentState.RETURNED and p.counted.minor
        ]

        assert sums([*(r.held for r in receipts(order)), *needless]) == sums(
            r.amount for r in order.refunds if r.service_id is None
        )

    @given(st.lists(news(TWO), max_size=12))
    def test_no_payment_counts_more_than_is_due(self, told) -> None:
        """A payment counts at most its amount, and is complete exactly then."""
        for payment in heard(begun(), told).order.payments:
            counted = sum(r.counted.minor for r in payment.receipts)

            assert counted <= payment.amount.minor
            assert (payment.received_at is not None) == (
                counted == payment.amount.minor
            )

    @given(st.lists(news(TWO), max_size=12))
    def test_one_service_is_paid_once(self, told) -> None:
        """However the money comes, at most one price is kept."""
        order = heard(begun(), told).order
        kept = sums(r.amount for r in of_tests(order))
        kept.subtract(sums(r.amount for r in order.refunds))

        assert kept["USD"] <= DUE + sum(
            p.counted.minor
            for p in order.payments
            if p.state is PaymentState.PART_RECEIVED
        )
        assert kept["EUR"] == 0


class TestRefunds:
    @given(
        st.lists(news(TWO), max_size=10),
        st.sampled_from(["nothing", "cancel", "sweep", "late"]),
    )
    def test_never_more_than_was_captured(self, told, then) -> None:
        """Whatever happens, no payment gives back more than came in by it."""
        order = {
            "nothing": lambda o: o,
            "cancel": cancel_if_booked,
            "sweep": lambda o: swept(o, "01-18T09:00"),
            "late": lambda o: swept(o, "02-12T00:00"),
        }[then](heard(begun(), told)).order

        for payment in order.payments:
            came = sums(r.amount for r in payment.receipts)
            back = sums(r.amount for r in order.refunds if r.payment_id == payment.id)
            assert all(back[currency] <= came[currency] for currency in back)

    @given(st.lists(news(TWO), max_size=10))
    def test_every_refund_has_its_name(self, told) -> None:
        """No two refunds share a name, so that none overwrites another."""
        outcome = swept(heard(begun(), told), "02-12T00:00")
        asked = [e for e in outcome.events if e.name == "refund-requested"]

        assert len(asked) == len(outcome.order.refunds)
        assert len({r.id for r in outcome.order.refunds}) == len(asked)

    @given(st.lists(news(TWO), max_size=10))
    def test_a_service_without_a_booking_keeps_no_money(self, told) -> None:
        """After the cut-off, who has no booking has all the settled money back."""
        order = swept(heard(begun(), told), "02-12T00:00").order
        if order.service(SERVICE).ended is not None:
            kept = sums(r.amount for r in of_tests(order))
            kept.subtract(sums(r.amount for r in order.refunds))

            assert +kept == {}


def cancel_if_booked(outcome):
    if outcome.order.service(SERVICE).booking is None:
        return outcome
    return cancelled(outcome, "01-20T09:00")


class TestAgain:
    @given(st.lists(news(TWO, kinds=ARRIVED), max_size=10))
    def test_money_heard_twice_is_heard_once(self, told) -> None:
        """Delivering all arrivals again changes nothing."""
        once = heard(begun(), told)

        assert once.order == heard(once, told).order

    @given(st.lists(news(TWO), max_size=10), st.data())
    def test_the_last_news_again(self, told, data) -> None:
        """Delivering any news twice in a row changes nothing the second time."""
        seen = data.draw(news(TWO))
        once = heard(begun(), [*told, seen])

        assert once.order == observe(once, seen, heard=HEARD).order

    @given(st.lists(news(TWO), max_size=10))
    def test_settled_is_settled(self, told) -> None:
        """No news takes a payment that is complete out of its state, but linking."""
        outcome = begun()
        for seen in told:
            before = outcome.order.payment(seen.payment_id)
            outcome = observe(outcome, seen, heard=HEARD)
            after = outcome.order.payment(seen.payment_id)
            if before.received_at is not None:
                assert (after.state, after.received_at) == (
                    before.state,
                    before.received_at,
                )

    @given(
        st.lists(news(TWO), max_size=8),
        st.sampled_from(["01-18T09:00", "02-12T00:00", "06-01T00:00"]),
    )
    def test_a_second_sweep_does_nothing(self, told, at) -> None:
        """Time that has done its work has no more to do."""
        once = swept(heard(begun(), told), at)

        assert once.order == swept(once, at, refund_id="again").order


class TestAnyOrder:
    @given(
        st.lists(news(kinds=ARRIVED), max_size=8, unique_by=lambda n: n.id), st.data()
    )
    def test_the_counted_total_is_the_same(self, told, data) -> None:
        """In whatever order money is heard of, the same sum counts."""
        shuffled = data.draw(st.permutations(told))
        good = [
            n.amount.minor
            for n in told
            if n.order_id == "TA-1" and n.amount.currency == "USD"
        ]

        for outcome in (heard(at_apart(), told), heard(at_apart(), shuffled)):
            counted = outcome.order.payment("pay-pm").counted.minor

            assert min(DUE, sum(good)) == counted

    @given(
        st.lists(news(kinds=ARRIVED), max_size=8, unique_by=lambda n: n.id), st.data()
    )
    def test_the_refunds_are_the_same_sum(self, told, data) -> None:
        """In whatever order money is heard of, the same sum goes back."""
        shuffled = data.draw(st.permutations(told))
        one, other = heard(at_apart(), told), heard(at_apart(), shuffled)

        assert sums(r.amount for r in one.order.refunds) == sums(
            r.amount for r in other.order.refunds
        )


class TestSteps:
    @given(st.lists(news(("initial",)), max_size=8))
    def test_nothing_is_mutated(self, told) -> None:
        """A step leaves the order that it was given as it was."""
        before = at_initial()
        copy = at_initial().order
        heard(before, told)

        assert before.order == copy

    @pytest.mark.parametrize("count", [2, 3])
    def test_parts_in_every_split(self, count: int) -> None:
        """A price paid in equal parts is complete with the last of them."""
        parts = Money(DUE, "USD").split(count)
        told = [
            PaymentObservation(
                id=f"p{number}",
                order_id="TA-1",
                payment_id="pay-pm",
                news=PaymentNews.RECEIVED,
                at=china("01-15T09:00"),
                amount=part,
            )
            for number, part in enumerate(parts)
        ]

        assert heard(at_apart(), told[:-1]).order.payment("pay-pm").received_at is None
        assert heard(at_apart(), told).order.payment("pay-pm").received_at is not None
