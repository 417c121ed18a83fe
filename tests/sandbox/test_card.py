"""The simulated cards do what their token says, and take money once."""

from __future__ import annotations

import pytest

from pmkit.core.errors import ConflictError, NotFoundError, OutOfOrderError
from pmkit.core.payment import RefundState
from pmkit.core.ports import PaymentNews
from pmkit.sandbox.card import DECLINES


def news(observations):
    """Tell what happened, in words."""
    return [each.news.value for each in observations]


@pytest.fixture
def card(world):
    """Give the cards of a world."""
    return world.card


class TestAvailability:
    """Whether a card can be used."""

    def test_money_comes_at_once(self, card, asking):
        """A card is expected to pay in the moment it is asked."""
        query = asking()

        answer = card.availability(query)

        assert answer.available
        assert query.now == answer.expected_by

    def test_says_why_not(self, card, asking):
        """A currency that it does not take is named with those that it does."""
        answer = card.availability(asking("500", "JPY"))

        assert not answer.available
        assert "Card does not take JPY, only CNY, EUR, GBP, USD." == answer.reason

    def test_nothing_needs_no_card(self, card, asking):
        """An amount of zero is not charged."""
        assert "There is nothing to pay." == card.availability(asking("0")).reason

    def test_there_is_no_account_to_send_to(self, card, charging):
        """A card is charged; nobody sends money anywhere."""
        assert card.beneficiary(charging()) is None


class TestCharge:
    """Charging a card."""

    def test_captures(self, card, charging):
        """The good card pays the whole amount at once."""
        seen = card.charge(charging())

        assert ["submitted", "received"] == news(seen)
        assert "292.56 USD" == str(seen[-1].amount)
        assert seen == card.observations("p-1")

    def test_one_operation_is_one_capture(self, card, charging):
        """Asked again with the same operation id, it takes nothing more."""
        first = card.charge(charging("op-1"))
        again = card.charge(charging("op-1"))

        assert again == first
        assert 1 == card.ledger.effects["capture p-1"]

    def test_another_operation_takes_money_again(self, card, charging):
        """A retry with a fresh id charges twice, and the ledger shows it."""
        card.charge(charging("op-1"))
        card.charge(charging("op-2"))

        assert 2 == card.ledger.effects["capture p-1"]

    def test_an_operation_id_belongs_to_its_amount(self, card, charging):
        """The same id for another amount is a conflict, and takes nothing."""
        card.charge(charging("op-1"))

        with pytest.raises(ConflictError):
            card.charge(charging("op-1", amount="1.00"))
        assert 1 == card.ledger.effects["capture p-1"]

    @pytest.mark.parametrize(
        ("instrument", "reason"), [*DECLINES.items(), ("tok-x", "known"), ("", "known")]
    )
    def test_declines_with_a_reason(self, card, charging, instrument, reason):
        """A card that does not pay says why, and no money is taken."""
        (seen,) = card.charge(charging(instrument=instrument))

        assert PaymentNews.DECLINED is seen.news
        assert reason in seen.reason
        assert 0 == card.ledger.effects["capture p-1"]

    def test_the_common_decline_is_insufficient_funds(self, card, charging):
        """The declining token says that there is not enough money."""
        (seen,) = card.charge(charging(instrument="tok-declines"))

        assert "insufficient funds" in seen.reason

    def test_ids_are_unique(self, card, charging):
        """No two pieces of news share an id, whatever payment they are about."""
        card.charge(charging("op-1"))
        card.charge(charging("op-2", payment_id="p-2"))
        ids = [x.id for p in ("p-1", "p-2") for x in card.observations(p)]

        assert ["CARD-p-1-1", "CARD-p-1-2", "CARD-p-2-1", "CARD-p-2-2"] == ids


class TestFurtherStep:
    """A bank that wants the payer to confirm."""

    def test_confirming_pays(self, card, charging):
        """Money comes only after the payer took the step."""
        asked = card.charge(charging(instrument="tok-needs-step"))
        before = card.ledger.effects["capture p-1"]
        paid = card.confirm("p-1")

        assert ["action-required"] == news(asked)
        assert 0 == before
        assert ["submitted", "received"] == news(paid)
        assert [*asked, *paid] == list(card.observations("p-1"))

    def test_confirms_once(self, card, charging):
        """A second confirmation takes nothing more."""
        card.charge(charging(instrument="tok-needs-step"))
        card.confirm("p-1")

        with pytest.raises(OutOfOrderError, match="does not wait"):
            card.confirm("p-1")
        assert 1 == card.ledger.effects["capture p-1"]

    def test_giving_up_declines(self, card, charging):
        """Without the step nothing is paid, now or later."""
        card.charge(charging(instrument="tok-needs-step"))
        seen = card.give_up("p-1")

        assert PaymentNews.DECLINED is seen.news
        with pytest.raises(OutOfOrderError):
            card.confirm("p-1")

    def test_nothing_waits_without_a_charge(self, card):
        """A payment that was never charged cannot be confirmed."""
        with pytest.raises(OutOfOrderError):
            card.confirm("p-1")


class TestRefund:
    """Sending money back to a card."""

    def test_starts_and_arrives(self, card, charging, refunding):
        """A refund is initiated first and done when it has arrived."""
        card.charge(charging())
        (started,) = card.refund(refunding())
        done = card.settle_refund("r-1")

        assert [RefundState.INITIATED, RefundState.DONE] == [started.state, done.state]
        assert (started, done) == card.observations("p-1")[-2:]

    def test_one_operation_is_one_refund(self, card, charging, refunding):
        """Asked again with the same operation id, it sends nothing more."""
        card.charge(charging())
        first = card.refund(refunding())

        assert first == card.refund(refunding())
        assert 1 == card.ledger.effects["refund r-1"]

    @pytest.mark.parametrize(
        ("amount", "currency"), [("292.57", "USD"), ("0", "USD"), ("1", "EUR")]
    )
    def test_sends_back_at_most_what_came(
        self, card, charging, refunding, amount, currency
    ):
        """More than came, nothing, or another currency does not go back."""
        card.charge(charging())

        (seen,) = card.refund(refunding(amount=amount, currency=currency))

        assert RefundState.FAILED is seen.state
        assert "can go back" in seen.reason
        assert 0 == card.ledger.effects["refund r-1"]

    def test_several_refunds_share_one_payment(self, card, charging, refunding):
        """After 200.00 of 292.56 went back, 92.56 can follow and not a cent more."""
        card.charge(charging())
        card.refund(refunding("op-9", refund_id="r-1", amount="200.00"))
        (too_much,) = card.refund(refunding("op-10", refund_id="r-2", amount="92.57"))
        (rest,) = card.refund(refunding("op-11", refund_id="r-3", amount="92.56"))

        assert RefundState.FAILED is too_much.state
        assert RefundState.INITIATED is rest.state

    def test_payments_do_not_share_their_refunds(self, card, charging, refunding):
        """What went back on one payment leaves another whole."""
        card.charge(charging("op-1", payment_id="p-1"))
        card.charge(charging("op-2", payment_id="p-2"))
        card.refund(refunding())

        assert "0.00 USD" == str(card.refundable("p-1", "USD"))
        assert "292.56 USD" == str(card.refundable("p-2", "USD"))

    def test_what_failed_can_go_back_again(self, card, charging, refunding):
        """A refund that came back undelivered frees its amount."""
        card.charge(charging())
        card.refund(refunding("op-9", refund_id="r-1"))
        card.fail_refund("r-1", "The card is closed.")
        (again,) = card.refund(refunding("op-10", refund_id="r-2"))

        assert RefundState.INITIATED is again.state

    def test_arrives_once(self, card, charging, refunding):
        """A refund that has arrived does not arrive again."""
        card.charge(charging())
        card.refund(refunding())
        card.settle_refund("r-1")

        with pytest.raises(OutOfOrderError, match="not on its way"):
            card.settle_refund("r-1")

    def test_what_was_never_ordered_does_not_arrive(self, card):
        """A refund that nobody asked for cannot arrive."""
        with pytest.raises(OutOfOrderError, match="Order it first"):
            card.settle_refund("r-1")

    def test_needs_a_payment(self, card, refunding):
        """What was never paid cannot go back."""
        with pytest.raises(NotFoundError):
            card.refund(refunding())

    def test_a_declined_card_gets_nothing_back(self, card, charging, refunding):
        """A payment that took nothing has nothing to give back."""
        card.charge(charging(instrument="tok-declines"))

        (seen,) = card.refund(refunding(amount="1"))

        assert RefundState.FAILED is seen.state
