"""Cancelling a paid service: what it costs, and how the rest goes back."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.tills import (
    BUYER,
    INITIAL,
    OPERATOR,
    SERVICE,
    SUPPLIER,
    asked_to_cancel,
    at_apart,
    at_initial,
    cancelled,
    china,
    get,
    go,
    names,
    paid_apart,
    price,
    refunds,
    see,
    service,
    start,
    usd,
    with_visits,
)

from pmkit.core.errors import InputError, NotAllowedError, OutOfOrderError
from pmkit.core.payment import Purpose, Refund, RefundRoute, RefundState
from pmkit.core.ports import PaymentNews
from pmkit.core.rules.cancelling import cancellation_terms
from pmkit.core.service import ServiceStage
from pmkit.core.steps import cancel
from pmkit.core.terms import TERMS_2026_01
from pmkit.core.visit import Liable, VisitState

REQUESTED, CONFIRMED = VisitState.REQUESTED, VisitState.CONFIRMED
COMPLETED, MISSED = VisitState.COMPLETED, VisitState.MISSED


def cost(outcome, at):
    terms = cancellation_terms(outcome.order, service(outcome), china(at))
    return terms.fee.amount, terms.completed, terms.refundable


def answer(outcome, *, granted, words, at="01-20T10:00", actor=OPERATOR):
    return go(
        outcome,
        cancel.answer_cancellation,
        service_id=SERVICE,
        actor=actor,
        at=china(at),
        granted=granted,
        answer=words,
        refund_id="cancelled",
    )


class TestCost:
    """A visit of 48.00 on 12 February; CHANGE-1 ends at 13:00 on the day before."""

    def test_before_a_visit_is_confirmed(self) -> None:
        """Nothing is confirmed, so nothing is owed, at any hour."""
        begun = with_visits(paid_apart(), REQUESTED)

        assert cost(begun, "02-12T08:00") == (usd("0"), usd("0"), usd("48.00"))

    @pytest.mark.parametrize(
        ("side", "owed", "back"),
        [
            (Liable.BUYER, "48.00", "0"),
            (Liable.SUPPLIER, "48.00", "48.00"),
            (Liable.AGENCY, "0", "48.00"),
            (Liable.PLATFORM, "0", "48.00"),
        ],
    )
    def test_who_made_it_necessary_bears_it(self, side, owed, back) -> None:
        """The buyer gets all back for what the supplier or the agency caused."""
        begun = with_visits(paid_apart(), CONFIRMED)
        terms = cancellation_terms(
            begun.order, service(begun), china("02-11T13:00"), side
        )

        assert side is terms.fee.owed_by
        assert usd(owed) == terms.fee.amount
        assert usd(back) == terms.refundable

    @pytest.mark.parametrize(
        "state", [CONFIRMED, VisitState.ASSIGNED, VisitState.ON_SITE]
    )
    def test_the_last_free_minute(self, state: VisitState) -> None:
        """Until 12:59 on the day before it is free, from 13:00 it costs the visit."""
        begun = with_visits(paid_apart(), state)

        assert cost(begun, "02-11T12:59") == (usd("0"), usd("0"), usd("48.00"))
        assert cost(begun, "02-11T13:00") == (usd("48.00"), usd("0"), usd("0"))

    def test_the_terms_say_how_much(self) -> None:
        """A third of 48.00 dollars is 15.84 at 33 percent."""
        begun = with_visits(paid_apart(), CONFIRMED)
        terms = attrs.evolve(TERMS_2026_01, late_change_percent=33)
        begun = attrs.evolve(begun, order=attrs.evolve(begun.order, terms=terms))

        assert cost(begun, "02-11T13:00") == (usd("15.84"), usd("0"), usd("32.16"))

    def test_never_more_than_was_paid(self) -> None:
        """A percentage above a hundred takes the price and no more."""
        begun = with_visits(paid_apart(), CONFIRMED)
        terms = attrs.evolve(TERMS_2026_01, late_change_percent=150)
        begun = attrs.evolve(begun, order=attrs.evolve(begun.order, terms=terms))

        assert cost(begun, "02-11T13:00") == (usd("48.00"), usd("0"), usd("0"))

    def test_only_the_late_visit_costs(self) -> None:
        """Of two confirmed visits only the one that can not be called off is owed."""
        begun = with_visits(paid_apart(), CONFIRMED, CONFIRMED)

        assert cost(begun, "02-11T13:00") == (usd("24.00"), usd("0"), usd("24.00"))
        assert cost(begun, "02-12T13:00") == (usd("48.00"), usd("0"), usd("0"))

    def test_a_visit_that_took_place_is_kept(self) -> None:
        """What was done is paid, what was not done goes back."""
        begun = with_visits(paid_apart(), COMPLETED, REQUESTED)

        assert cost(begun, "02-12T20:00") == (usd("0"), usd("24.00"), usd("24.00"))

    def test_a_missed_visit_is_not_counted_again(self) -> None:
        """A missed visit had its own fee when it was missed."""
        begun = with_visits(paid_apart(), MISSED, REQUESTED)

        assert cost(begun, "02-12T20:00") == (usd("0"), usd("0"), usd("48.00"))

    def test_parts_never_exceed_the_price(self) -> None:
        """Three thirds of 10.00, rounded up to 3.34, are 10.00 and not 10.02."""
        begun = with_visits(paid_apart(), COMPLETED, COMPLETED, COMPLETED)
        dear = attrs.evolve(service(begun), price=price("10.00"))
        begun = attrs.evolve(begun, order=begun.order.with_service(dear))

        assert cost(begun, "02-20T09:00") == (usd("0"), usd("10.00"), usd("0"))


class TestRequest:
    def test_it_stands_still(self) -> None:
        """Seed, note 3, "If you want to cancel": asked for, it waits for the answer."""
        asked = asked_to_cancel(paid_apart(), "01-20T09:00")
        wish = service(asked).cancellation

        assert service(asked).stage is ServiceStage.CANCELLING
        assert wish.in_time
        assert wish.fee.owed_by is Liable.BUYER
        assert wish.fee.amount == usd("0")

    def test_late(self) -> None:
        """Asked after the cut-off, the wish says what it costs and why."""
        begun = with_visits(paid_apart(), CONFIRMED)
        wish = service(asked_to_cancel(begun, "02-11T13:00")).cancellation

        assert not wish.in_time
        assert wish.fee.amount == usd("48.00")
        assert wish.fee.cause == "The time to change was over for visit 1."

    def test_the_supplier_may_not(self) -> None:
        """Only the buyer's side cancels; the supplier can refuse the visit."""
        with pytest.raises(NotAllowedError):
            go(
                paid_apart(),
                cancel.request_cancellation,
                service_id=SERVICE,
                actor=SUPPLIER,
                at=china("01-20T09:00"),
                cause="No.",
            )

    def test_before_it_is_paid(self) -> None:
        """What is not paid is deselected, not cancelled."""
        with pytest.raises(OutOfOrderError):
            asked_to_cancel(at_apart(), "01-14T10:00")

    def test_a_cause_is_given(self) -> None:
        """Nobody cancels without saying why."""
        with pytest.raises(InputError, match="cause"):
            go(
                paid_apart(),
                cancel.request_cancellation,
                service_id=SERVICE,
                actor=BUYER,
                at=china("01-20T09:00"),
                cause=" ",
            )


class TestAnswer:
    def test_refused(self) -> None:
        """A refused wish leaves the service where it was."""
        asked = asked_to_cancel(paid_apart(), "01-20T09:00")
        refused = answer(asked, granted=False, words="The visit is under way.")

        assert service(refused).stage is ServiceStage.BOOKED
        assert refunds(refused) == ()

    def test_a_refusal_has_a_reason(self) -> None:
        """Nobody is refused without a word."""
        asked = asked_to_cancel(paid_apart(), "01-20T09:00")

        with pytest.raises(InputError, match="answer"):
            answer(asked, granted=False, words=" ")

    def test_only_the_operator_answers(self) -> None:
        """The buyer does not grant the own wish."""
        asked = asked_to_cancel(paid_apart(), "01-20T09:00")

        with pytest.raises(NotAllowedError):
            answer(asked, granted=True, words="Yes.", actor=BUYER)

    def test_granted_without_words(self) -> None:
        """A grant needs no reason; the history says that it was cancelled."""
        asked = asked_to_cancel(paid_apart(), "01-20T09:00")
        granted = answer(asked, granted=True, words="")

        assert service(granted).ended.cause == "The service was cancelled."

    def test_paid_apart_goes_back_to_the_card(self) -> None:
        """Paid apart: back to where the money came from."""
        (refund,) = refunds(cancelled(paid_apart(), "01-20T09:00"))

        assert refund.id == "cancelled"
        assert refund.amount == usd("48.00")
        assert refund.route is RefundRoute.BACK_TO_METHOD
        assert refund.state is RefundState.REQUESTED

    def test_the_open_balance_falls(self) -> None:
        """Paid with the initial payment, balance open: the balance falls at once."""
        paid = get(at_initial(), "initial", INITIAL, at="01-08T09:00")
        done = cancelled(paid, "01-20T09:00")
        (refund,) = refunds(done)

        assert refund.route is RefundRoute.REDUCE_BALANCE
        assert refund.state is RefundState.DONE
        assert done.order.balance == usd("3952.00")

    def test_the_supplier_refunds_what_is_fully_paid(self) -> None:
        """Fully paid: there is no balance to lower, so the supplier refunds."""
        paid = get(at_initial(), "initial", INITIAL, at="01-08T09:00")
        rest = start(paid, "rest", Purpose.BALANCE, at="01-14T09:00")
        full = get(rest, "rest", usd("4000.00"), at="01-15T09:00")
        done = cancelled(full, "01-20T09:00")
        (refund,) = refunds(done)

        assert refund.route is RefundRoute.SUPPLIER_REFUND
        assert refund.state is RefundState.REQUESTED
        assert done.order.balance == usd("4000.00")

    def test_nor_does_a_balance_under_way_fall(self) -> None:
        """Money on its way has its amount already."""
        paid = get(at_initial(), "initial", INITIAL, at="01-08T09:00")
        rest = start(paid, "rest", Purpose.BALANCE, at="01-14T09:00")
        sent = see(rest, "rest", PaymentNews.SUBMITTED, at="01-14T10:00")
        (refund,) = refunds(cancelled(sent, "01-20T09:00"))

        assert refund.route is RefundRoute.SUPPLIER_REFUND

    @pytest.mark.parametrize(
        ("balance", "route"),
        [
            ("48.00", RefundRoute.REDUCE_BALANCE),
            ("47.99", RefundRoute.SUPPLIER_REFUND),
        ],
    )
    def test_a_balance_does_not_fall_below_zero(
        self, balance: str, route: RefundRoute
    ) -> None:
        """A balance that is smaller than the refund can not carry it."""
        begun = at_initial(balance=usd(balance))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")
        (refund,) = refunds(cancelled(paid, "01-20T09:00"))

        assert refund.route is route

    def test_the_fee_is_kept(self) -> None:
        """Half of the price is owed for the late visit, half goes back."""
        done = cancelled(with_visits(paid_apart(), CONFIRMED, CONFIRMED), "02-11T13:00")

        assert [r.amount for r in refunds(done)] == [usd("24.00")]
        assert service(done).fees_of(Liable.BUYER) == usd("24.00")
        assert {v.state for v in service(done).visits} == {VisitState.CANCELLED}

    def test_what_happened_stays(self) -> None:
        """Cancelling stands down what is to come, not what is over."""
        done = cancelled(with_visits(paid_apart(), MISSED, REQUESTED), "02-12T20:00")

        assert [v.state for v in service(done).visits] == [
            MISSED,
            VisitState.CANCELLED,
        ]

    def test_the_moment_of_the_wish_decides(self) -> None:
        """Asked for in time and answered late, it is free."""
        begun = with_visits(paid_apart(), CONFIRMED)
        asked = asked_to_cancel(begun, "02-11T12:59")
        granted = answer(asked, granted=True, words="Yes.", at="02-11T18:00")

        assert [r.amount for r in refunds(granted)] == [usd("48.00")]

    def test_nothing_left_is_no_refund(self) -> None:
        """Where the fee takes all, no refund of zero is made."""
        begun = with_visits(paid_apart(), CONFIRMED)
        asked = asked_to_cancel(begun, "02-11T13:00")
        granted = answer(asked, granted=True, words="Yes.", at="02-11T18:00")

        assert names(granted, since=asked) == ["service-cancelled"]

    def test_what_went_back_before_does_not_go_back_again(self) -> None:
        """A refund is never of more than is left of the payment."""
        begun = paid_apart()
        earlier = Refund(
            id="earlier",
            payment_id="pay-pm",
            service_id=SERVICE,
            amount=usd("40.00"),
            route=RefundRoute.BACK_TO_METHOD,
            cause="A favour.",
            requested_at=china("01-16T09:00"),
        )
        order = begun.order.with_refund(earlier)
        done = cancelled(attrs.evolve(begun, order=order), "01-20T09:00")

        assert [r.amount for r in refunds(done)] == [usd("40.00"), usd("8.00")]

    def test_without_a_payment_nothing_goes_back(self) -> None:
        """Where no money came no money goes."""
        begun = paid_apart()
        bare = attrs.evolve(begun, order=attrs.evolve(begun.order, payments=()))

        assert refunds(cancelled(bare, "01-20T09:00")) == ()
