"""The simulated bank lets money arrive late, short, unlinked or elsewhere."""

from __future__ import annotations

import datetime as dt

import pytest

from pmkit.core.errors import ConflictError, InputError, NotFoundError
from pmkit.core.money import Money
from pmkit.core.payment import RefundState
from pmkit.core.ports import PaymentNews


@pytest.fixture
def bank(world, charging):
    """Give a bank that expects payment p-1 of 292.56 USD."""
    world.transfer.charge(charging(instrument=""))
    return world.transfer


class TestAvailability:
    """Whether and when."""

    def test_takes_five_days(self, world, asking):
        """Money sent on 20 January is expected on 25 January."""
        answer = world.transfer.availability(asking())

        assert answer.available
        assert dt.datetime(2026, 1, 25, 1, 0, tzinfo=dt.UTC) == answer.expected_by

    def test_says_why_not(self, world, asking):
        """A currency without an account is named."""
        answer = world.transfer.availability(asking("500", "JPY"))

        assert not answer.available
        assert "does not take JPY" in answer.reason


class TestBeneficiary:
    """The account shown at checkout."""

    def test_has_a_reference_for_each_payment(self, world, charging):
        """Two payments go to one account under two references."""
        one = world.transfer.beneficiary(charging(payment_id="p-1"))
        two = world.transfer.beneficiary(charging(payment_id="p-2"))

        assert one.account == two.account
        assert one.reference != two.reference

    def test_stays_the_same(self, world, charging):
        """Asked again, it shows the same account and reference."""
        first = world.transfer.beneficiary(charging("op-1"))

        assert first == world.transfer.beneficiary(charging("op-2"))


class TestCharge:
    """Expecting a transfer."""

    def test_nothing_happens_before_the_payer_sends(self, bank):
        """A transfer that was only started is no news."""
        assert () == bank.observations("p-1")

    def test_one_operation_is_one_expectation(self, bank, charging):
        """Asked again with the same operation id, nothing more is expected."""
        bank.charge(charging(instrument=""))

        assert 1 == bank.ledger.effects["expect p-1"]
        with pytest.raises(ConflictError):
            bank.charge(charging(amount="1"))

    def test_nothing_arrives_that_was_not_expected(self, world):
        """The far side cannot act on a payment that it does not have."""
        with pytest.raises(NotFoundError, match="Charge it first"):
            world.transfer.arrives("p-7")


class TestArrival:
    """What can happen to money on its way."""

    def test_travels_from_sent_to_received(self, world, bank):
        """Money is sent, worked on, and arrives whole, each at its own instant."""
        bank.sends("p-1")
        world.advance(days=1)
        bank.processes("p-1")
        world.advance(days=3)
        bank.arrives("p-1")
        told = bank.observations("p-1")

        assert ["submitted", "processing", "received"] == [x.news.value for x in told]
        assert [20, 21, 24] == [x.at.day for x in told]
        assert 25 == told[0].expected_by.day
        assert "292.56 USD" == str(told[2].amount)
        assert told[2].linked

    def test_arrives_short(self, bank):
        """A bank on the way takes 25.00, and 267.56 arrive."""
        seen = bank.arrives_short("p-1", Money.of("25", "USD"))

        assert PaymentNews.RECEIVED is seen.news
        assert "267.56 USD" == str(seen.amount)

    @pytest.mark.parametrize("missing", ["0", "-1", "292.56", "300"])
    def test_short_is_less_and_not_nothing(self, bank, missing):
        """What is missing is a part of what is due."""
        with pytest.raises(InputError, match="missing"):
            bank.arrives_short("p-1", Money.of(missing, "USD"))

    def test_arrives_unlinked(self, bank):
        """Money may arrive before anybody knows whose it is."""
        seen = bank.arrives_unlinked("p-1")

        assert PaymentNews.RECEIVED is seen.news
        assert not seen.linked

    def test_goes_elsewhere_and_comes_back(self, bank):
        """Money sent to another account is misdirected, and that bank returns it."""
        lost = bank.arrives_misdirected("p-1")
        back = bank.bank_returns("p-1")

        assert PaymentNews.MISDIRECTED is lost.news
        assert PaymentNews.RETURNED is back.news
        assert lost.reason
        assert back.reason
        assert 0 == bank.ledger.effects["arrive p-1"]

    def test_arrives_for_another_order(self, bank):
        """The payer wrote the reference of another order on it."""
        seen = bank.arrives_for_other_order("p-1", "o-2")

        assert "o-2" == seen.order_id
        assert "p-1" == seen.payment_id
        assert (seen,) == bank.observations("p-1")

    def test_may_arrive_twice_and_in_another_currency(self, bank):
        """Each arrival is news of its own, with the money that really came."""
        bank.arrives("p-1")
        bank.arrives("p-1", Money.of("270", "EUR"))
        told = bank.observations("p-1")

        assert ["292.56 USD", "270.00 EUR"] == [str(x.amount) for x in told]
        assert 2 == len({x.id for x in told})
        assert 2 == bank.ledger.effects["arrive p-1"]

    def test_counts_from_the_instant_of_the_bank(self, bank):
        """The bank may tell later what arrived before, in its own zone."""
        then = dt.datetime.fromisoformat("2026-01-19T23:59+08:00")

        assert (
            "2026-01-19T15:59:00+00:00" == bank.arrives("p-1", at=then).at.isoformat()
        )


class TestRefund:
    """Sending money back."""

    def test_sends_back_the_currency_that_came(self, bank, refunding):
        """270 euros that came by mistake go back as 270 euros."""
        bank.arrives("p-1", Money.of("270", "EUR"))

        (seen,) = bank.refund(refunding(amount="270", currency="EUR"))

        assert RefundState.INITIATED is seen.state
        assert RefundState.DONE is bank.settle_refund("r-1").state

    def test_sends_nothing_back_before_money_came(self, bank, refunding):
        """A payment that was only sent has nothing to give back."""
        bank.sends("p-1")

        (seen,) = bank.refund(refunding())

        assert RefundState.FAILED is seen.state

    def test_misdirected_money_is_not_ours_to_send_back(self, bank, refunding):
        """What went to another account never came here."""
        bank.arrives_misdirected("p-1")

        (seen,) = bank.refund(refunding())

        assert RefundState.FAILED is seen.state
