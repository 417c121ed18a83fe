"""What news of a payment means: counted, held, too late, paid twice, ignored."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.tills import (
    APART,
    BUYER,
    CHINA,
    INITIAL,
    PM,
    SERVICE,
    SUPPLIER,
    at_apart,
    at_initial,
    china,
    get,
    go,
    in_production,
    names,
    paid_apart,
    payable_apart,
    payment,
    placed,
    price,
    refunds,
    see,
    service,
    shipped,
    start,
    swept,
    usd,
)

from pmkit.core.errors import InputError, NotFoundError
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, OrderStage
from pmkit.core.payment import (
    Beneficiary,
    HeldReason,
    PaymentState,
    Purpose,
    RefundRoute,
    RefundState,
)
from pmkit.core.ports import PaymentNews
from pmkit.core.service import ServiceStage
from pmkit.core.steps import book, draft
from pmkit.core.terms import TERMS_2026_01

SUBMITTED_COUNTS = attrs.evolve(TERMS_2026_01, submitted_counts=("card",))
SENT = [PaymentNews.SUBMITTED, PaymentNews.PROCESSING]


def receipt(outcome, payment_id="pay-pm"):
    return payment(outcome, payment_id).receipts[-1]


def shown():
    """Start the payment of a service, with the account shown to the payer."""
    account = Beneficiary(name="Escrow", account="DE89 3704", bank="B", reference="R")
    return start(
        payable_apart(in_production()),
        "apart",
        Purpose.SERVICE,
        at="01-14T09:00",
        service_id=SERVICE,
        beneficiary=account,
    )


def again(outcome, payment_id="pay-2", at="01-14T09:30"):
    return start(outcome, payment_id, Purpose.SERVICE, at=at, service_id=SERVICE)


class TestExact:
    def test_the_service_is_booked(self) -> None:
        """Seed, "What happens after payment is completed": the task is received."""
        begun = at_apart()
        paid = get(begun, "pay-pm", APART, at="01-15T09:00")

        assert names(paid, since=begun) == ["money-received", "task-received"]
        assert payment(paid).state is PaymentState.SETTLED
        assert payment(paid).received_at == china("01-15T09:00")
        assert service(paid).stage is ServiceStage.BOOKED
        assert len(service(paid).visits) == 1

    def test_with_the_initial_payment(self) -> None:
        """The initial payment puts the order into production and books its service."""
        paid = get(at_initial(), "initial", INITIAL, at="01-08T09:00")

        assert paid.order.stage is OrderStage.IN_PRODUCTION
        assert service(paid).stage is ServiceStage.BOOKED
        assert refunds(paid) == ()

    def test_the_balance_books_nothing(self) -> None:
        """The balance pays for goods alone."""
        begun = start(in_production(), "rest", Purpose.BALANCE, at="01-14T09:00")
        paid = get(begun, "rest", usd("4000.00"), at="01-15T09:00")

        assert names(paid, since=begun) == ["money-received"]
        assert paid.order.paid(Purpose.BALANCE)


class TestBook1:
    def test_the_last_minute_is_in_time(self) -> None:
        """Seed, note 1: paid on the seventh working day before the ship date."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at="02-11T23:59")

        assert service(paid).stage is ServiceStage.BOOKED

    def test_midnight_is_too_late(self) -> None:
        """A minute later the service expires and its money goes back to the card."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at="02-12T00:00")
        (refund,) = refunds(paid)

        assert names(paid, since=sent) == [
            "money-received",
            "service-expired",
            "refund-requested",
        ]
        assert payment(paid).state is PaymentState.SETTLED
        assert refund.amount == APART
        assert refund.route is RefundRoute.BACK_TO_METHOD
        assert refund.service_id == SERVICE

    def test_heard_late_is_not_late(self) -> None:
        """What counts is when the processor had the money, not when pmkit heard."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at="02-11T23:59", heard="02-20T09:00")

        assert service(paid).booking.at == china("02-11T23:59")
        assert receipt(paid).observed_at == china("02-20T09:00")

    @pytest.mark.parametrize("claimed", ["01-14T08:59", "02-20T09:01"])
    def test_an_impossible_instant_is_not_believed(self, claimed: str) -> None:
        """Nobody saw money before it was started or after it was reported."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at=claimed, heard="02-20T09:00")

        assert receipt(paid).received_at == china("02-20T09:00")
        assert service(paid).stage is ServiceStage.EXPIRED

    def test_nor_one_before_the_submission(self) -> None:
        """Money does not arrive before it was sent."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at="01-14T09:59", heard="01-20T09:00")

        assert receipt(paid).received_at == china("01-20T09:00")

    @pytest.mark.parametrize("claimed", ["01-14T09:00", "01-16T09:00"])
    def test_both_ends_are_possible(self, claimed: str) -> None:
        """Money may arrive at the instant of the start and be reported at once."""
        paid = get(at_apart(), "pay-pm", APART, at=claimed, heard="01-16T09:00")

        assert receipt(paid).received_at == china(claimed)

    def test_the_terms_may_count_the_submission(self) -> None:
        """Where a method counts from its submission, late money is in time."""
        begun = at_apart(terms=SUBMITTED_COUNTS)
        sent = see(begun, "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at="02-20T09:00")

        assert service(paid).booking.at == china("01-14T10:00")

    def test_but_only_a_submission_counts(self) -> None:
        """Without a submission the receipt is what there is."""
        begun = at_apart(terms=SUBMITTED_COUNTS)
        paid = get(begun, "pay-pm", APART, at="01-15T09:00")

        assert service(paid).booking.at == china("01-15T09:00")

    def test_and_only_of_that_method(self) -> None:
        """Another method than the named one counts from its receipt."""
        terms = attrs.evolve(TERMS_2026_01, submitted_counts=("wire",))
        begun = at_apart(terms=terms)
        sent = see(begun, "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", APART, at="02-20T09:00")

        assert service(paid).stage is ServiceStage.EXPIRED

    def test_late_with_the_initial_payment(self) -> None:
        """The order goes on; the price of the late service lowers the balance."""
        sent = see(at_initial(), "initial", PaymentNews.SUBMITTED, at="01-07T10:00")
        paid = get(sent, "initial", INITIAL, at="02-12T00:00")
        (refund,) = refunds(paid)

        assert paid.order.stage is OrderStage.IN_PRODUCTION
        assert service(paid).stage is ServiceStage.EXPIRED
        assert refund.route is RefundRoute.REDUCE_BALANCE
        assert refund.state is RefundState.DONE
        assert paid.order.balance == usd("3952.00")

    def test_each_service_by_its_own_deadline(self) -> None:
        """Two late services of one payment go back each with its own price."""
        begun = go(
            placed(),
            book.add_service,
            actor=BUYER,
            at=china("01-06T10:00"),
            **{**PM, "service_id": "pm-2", "price": price("60.00")},
        )
        begun = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")
        sent = see(begun, "initial", PaymentNews.SUBMITTED, at="01-07T10:00")
        paid = get(sent, "initial", usd("1108.00"), at="02-12T00:00", id="r")

        assert [(r.id, r.service_id, r.amount) for r in refunds(paid)] == [
            ("back-r", SERVICE, APART),
            ("back-r-2", "pm-2", usd("60.00")),
        ]
        assert paid.order.balance == usd("3892.00")

    def test_goods_that_left_are_not_checked(self) -> None:
        """Money that was in time books nothing when the goods have shipped."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        gone = shipped(sent, at="01-20T09:00")
        paid = get(gone, "pay-pm", APART, at="01-19T09:00", heard="01-21T09:00")

        assert service(paid).stage is ServiceStage.EXPIRED
        assert [r.amount for r in refunds(paid)] == [APART]


class TestShort:
    def test_a_part_waits_for_the_rest(self) -> None:
        """Less than is due counts, and books nothing."""
        part = get(at_apart(), "pay-pm", usd("47.99"), at="01-15T09:00")

        assert payment(part).state is PaymentState.PART_RECEIVED
        assert payment(part).missing == usd("0.01")
        assert payment(part).received_at is None
        assert service(part).stage is ServiceStage.PAYMENT_PROCESSING

    def test_the_rest_completes_it(self) -> None:
        """Received is the moment at which the sum reached the price."""
        part = get(at_apart(), "pay-pm", usd("40.00"), at="01-15T09:00")
        paid = get(part, "pay-pm", usd("8.00"), at="01-16T09:00")

        assert payment(paid).received_at == china("01-16T09:00")
        assert service(paid).stage is ServiceStage.BOOKED

    def test_heard_in_the_wrong_order(self) -> None:
        """If the earlier part is heard last the later part still decides."""
        part = get(at_apart(), "pay-pm", usd("8.00"), at="01-16T09:00")
        paid = get(part, "pay-pm", usd("40.00"), at="01-15T09:00", heard="01-17T09:00")

        assert payment(paid).received_at == china("01-16T09:00")

    def test_a_held_receipt_does_not_delay(self) -> None:
        """Money that does not count has no part in when the sum was reached."""
        odd = get(at_apart(), "pay-pm", Money.of("9.00", "EUR"), at="01-16T09:00")
        paid = get(odd, "pay-pm", APART, at="01-15T09:00", heard="01-17T09:00")

        assert payment(paid).received_at == china("01-15T09:00")


class TestHeld:
    def test_more_than_due(self) -> None:
        """What is above the price goes back, and the service is booked."""
        paid = get(at_apart(), "pay-pm", usd("50.00"), at="01-15T09:00")
        (refund,) = refunds(paid)

        assert receipt(paid).counted == APART
        assert receipt(paid).held == usd("2.00")
        assert receipt(paid).held_reason is HeldReason.EXCESS
        assert refund.amount == usd("2.00")
        assert refund.service_id is None
        assert refund.state is RefundState.REQUESTED
        assert service(paid).stage is ServiceStage.BOOKED

    def test_two_refunds_have_two_names(self) -> None:
        """Too much and too late: both parts go back, each under its name."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        paid = get(sent, "pay-pm", usd("50.00"), at="02-12T00:00", id="r")

        assert [(r.id, r.amount) for r in refunds(paid)] == [
            ("back-r", usd("2.00")),
            ("back-r-2", APART),
        ]

    def test_a_name_that_is_taken(self) -> None:
        """A refund never takes the place of another that has its name."""
        first = get(paid_apart(), "pay-pm", usd("1.00"), at="01-16T09:00", id="x-2")
        second = get(first, "pay-pm", usd("1.00"), at="01-16T09:00", id="x")
        order = attrs.evolve(
            second.order,
            refunds=tuple(attrs.evolve(r, id="back-y") for r in second.order.refunds),
        )
        third = get(
            attrs.evolve(second, order=order),
            "pay-pm",
            usd("1.00"),
            at="01-16T09:00",
            id="y",
        )

        assert refunds(third)[-1].id == "back-y-2"

    def test_the_same_receipt_twice(self) -> None:
        """One id counts once for ever."""
        once = get(at_apart(), "pay-pm", usd("8.00"), at="01-15T09:00", id="r")
        twice = get(once, "pay-pm", usd("8.00"), at="01-15T09:00", id="r")

        assert names(twice, since=once) == []
        assert twice.order == once.order

    def test_the_same_receipt_on_another_payment(self) -> None:
        """One id counts once, also if it comes back for another payment."""
        begun = again(at_apart())
        once = get(begun, "pay-pm", usd("8.00"), at="01-15T09:00", id="r")

        assert (
            names(get(once, "pay-2", usd("8.00"), at="01-15T09:00", id="r"), since=once)
            == []
        )

    def test_paid_again(self) -> None:
        """A second transfer on a paid payment goes back in full."""
        twice = get(paid_apart(), "pay-pm", APART, at="01-16T09:00")

        assert receipt(twice).held_reason is HeldReason.DUPLICATE
        assert receipt(twice).counted == usd("0.00")
        assert payment(twice).state is PaymentState.SETTLED
        assert [r.amount for r in refunds(twice)] == [APART]

    def test_paid_by_two_payments(self) -> None:
        """Card and transfer for one service: the second to arrive goes back."""
        begun = again(at_apart())
        begun = see(begun, "pay-2", PaymentNews.SUBMITTED, at="01-14T10:00")
        first = get(begun, "pay-pm", APART, at="01-15T09:00")
        second = get(first, "pay-2", APART, at="01-16T09:00")

        assert receipt(second, "pay-2").held_reason is HeldReason.DUPLICATE
        assert payment(second, "pay-2").state is PaymentState.RETURNED
        assert [(r.payment_id, r.amount) for r in refunds(second)] == [("pay-2", APART)]

    def test_a_part_that_became_needless(self) -> None:
        """A part on one payment goes back when another pays in full."""
        part = get(again(at_apart()), "pay-2", usd("8.00"), at="01-15T09:00")
        paid = get(part, "pay-pm", APART, at="01-16T09:00")
        rest = get(paid, "pay-2", usd("40.00"), at="01-17T09:00")

        assert payment(paid, "pay-2").state is PaymentState.RETURNED
        assert [(r.payment_id, r.amount) for r in refunds(rest)] == [
            ("pay-2", usd("8.00")),
            ("pay-2", usd("40.00")),
        ]

    def test_the_initial_payment_twice(self) -> None:
        """Two initial payments in full: the second goes back with its service."""
        begun = start(at_initial(), "second", Purpose.INITIAL, at="01-07T11:00")
        first = get(begun, "initial", INITIAL, at="01-08T09:00")
        second = get(first, "second", INITIAL, at="01-08T10:00")

        assert receipt(second, "second").held == INITIAL
        assert [r.amount for r in refunds(second)] == [INITIAL]

    def test_another_service_is_no_duplicate(self) -> None:
        """Two services of one price are not one service paid twice."""
        both = payable_apart(paid_apart(), service_id="pm-2")
        begun = start(
            both, "second", Purpose.SERVICE, at="01-16T09:00", service_id="pm-2"
        )
        paid = get(begun, "second", APART, at="01-17T09:00")

        assert refunds(paid) == ()
        assert paid.order.service("pm-2").stage is ServiceStage.BOOKED

    def test_another_currency(self) -> None:
        """Euros for a price in dollars go back as euros; the price is still due."""
        euros = Money.of("48.00", "EUR")
        paid = get(at_apart(), "pay-pm", euros, at="01-15T09:00")

        assert receipt(paid).held_reason is HeldReason.WRONG_CURRENCY
        assert receipt(paid).counted == usd("0.00")
        assert payment(paid).state is PaymentState.CREATED
        assert [r.amount for r in refunds(paid)] == [euros]

    def test_another_order(self) -> None:
        """Money that names another order pays for nothing here."""
        paid = get(at_apart(), "pay-pm", APART, at="01-15T09:00", order_id="TA-2")

        assert receipt(paid).held_reason is HeldReason.WRONG_ORDER
        assert service(paid).stage is ServiceStage.AWAITING_PAYMENT
        assert [r.amount for r in refunds(paid)] == [APART]

    def test_another_account(self) -> None:
        """Money that came to another account than the one shown pays for nothing."""
        paid = get(shown(), "apart", APART, at="01-15T09:00", payee="DE89 9999")

        assert receipt(paid, "apart").held_reason is HeldReason.WRONG_PAYEE
        assert service(paid).stage is ServiceStage.AWAITING_PAYMENT
        assert [r.amount for r in refunds(paid)] == [APART]

    @pytest.mark.parametrize("payee", ["DE89 3704", "de893704", "DE89-3704", ""])
    def test_the_account_shown(self, payee: str) -> None:
        """An account is the same however it is spaced; a method need not name it."""
        paid = get(shown(), "apart", APART, at="01-15T09:00", payee=payee)

        assert receipt(paid, "apart").held_reason is None

    def test_no_account_was_shown(self) -> None:
        """Where the payer was shown no account there is none to compare."""
        paid = get(at_apart(), "pay-pm", APART, at="01-15T09:00", payee="DE89 9999")

        assert receipt(paid).held_reason is None

    @pytest.mark.parametrize(
        "closing",
        [PaymentNews.DECLINED, PaymentNews.MISDIRECTED, PaymentNews.RETURNED],
    )
    def test_after_the_payment_was_closed(self, closing: PaymentNews) -> None:
        """Money on a payment that is closed goes back as late."""
        closed = see(at_apart(), "pay-pm", closing, at="01-14T10:00")
        paid = get(closed, "pay-pm", APART, at="01-15T09:00")

        assert receipt(paid).held_reason is HeldReason.LATE
        assert payment(paid).state is payment(closed).state
        assert [r.amount for r in refunds(paid)] == [APART]

    def test_after_the_link_ran_out(self) -> None:
        """Money that arrived after the link had run out goes back."""
        closed = swept(at_apart(), "01-17T09:00")
        paid = get(closed, "pay-pm", APART, at="01-17T09:00", heard="01-18T09:00")

        assert receipt(paid).held_reason is HeldReason.LATE

    def test_before_the_link_ran_out(self) -> None:
        """Money that arrived before it counts, though nobody had heard of it."""
        closed = swept(at_apart(), "01-17T09:00")
        paid = get(closed, "pay-pm", APART, at="01-17T08:59", heard="01-18T09:00")

        assert payment(closed).state is PaymentState.EXPIRED
        assert payment(paid).state is PaymentState.SETTLED
        assert service(paid).stage is ServiceStage.BOOKED

    def test_after_a_change_closed_the_link(self) -> None:
        """When the order changed, money sent by the old link is late from then on."""
        begun = at_initial()
        changed = go(
            begun,
            book.add_service,
            actor=BUYER,
            at=china("01-07T12:00"),
            **{**PM, "service_id": "pm-2"},
        )
        late = get(changed, "initial", INITIAL, at="01-07T12:00", heard="01-07T13:00")
        early = get(changed, "initial", INITIAL, at="01-07T11:59", heard="01-07T13:00")

        assert payment(changed, "initial").state is PaymentState.EXPIRED
        assert receipt(late, "initial").held_reason is HeldReason.LATE
        assert payment(early, "initial").state is PaymentState.SETTLED
        assert early.order.service("pm-2").stage is ServiceStage.AWAITING_PAYMENT

    @pytest.mark.parametrize("amount", [None, usd("0.00"), usd("-1.00")], ids=str)
    def test_money_is_above_zero(self, amount: Money | None) -> None:
        """Money that arrived has an amount."""
        with pytest.raises(InputError, match="amount"):
            get(at_apart(), "pay-pm", amount, at="01-15T09:00")

    def test_money_for_nothing_here(self) -> None:
        """A payment that the order does not have is not found."""
        with pytest.raises(NotFoundError):
            get(at_apart(), "nothing", APART, at="01-15T09:00")

    def test_what_arrives_is_counted_or_held(self) -> None:
        """The parts of every receipt add up to what arrived."""
        part = get(at_apart(), "pay-pm", usd("40.00"), at="01-15T09:00")
        paid = get(part, "pay-pm", usd("10.00"), at="01-16T09:00")

        assert [(r.amount, r.counted, r.held) for r in payment(paid).receipts] == [
            (usd("40.00"), usd("40.00"), usd("0.00")),
            (usd("10.00"), usd("8.00"), usd("2.00")),
        ]


class TestUnlinked:
    def test_it_counts_from_its_arrival(self) -> None:
        """Seed, "payment not received in my order after I paid": it counts anyway."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        here = get(sent, "pay-pm", APART, at="02-11T23:59", linked=False)

        assert payment(here).state is PaymentState.RECEIVED_UNLINKED
        assert service(here).booking.at == china("02-11T23:59")

    @pytest.mark.parametrize("unlinked", [1, 2])
    def test_one_unlinked_part_is_enough(self, unlinked: int) -> None:
        """As long as a part is unlinked the whole is, whichever part came first."""
        part = get(
            at_apart(), "pay-pm", usd("8.00"), at="01-15T09:00", linked=unlinked != 1
        )
        both = get(part, "pay-pm", usd("40.00"), at="01-16T09:00", linked=unlinked != 2)

        assert payment(both).state is PaymentState.RECEIVED_UNLINKED

    def test_held_money_changes_nothing(self) -> None:
        """An unlinked receipt that goes back leaves a settled payment settled."""
        twice = get(paid_apart(), "pay-pm", APART, at="01-16T09:00", linked=False)

        assert payment(twice).linked


class TestOnTheWay:
    def test_submitted(self) -> None:
        """The processor says that the money was sent and when to expect it."""
        sent = see(
            at_apart(),
            "pay-pm",
            PaymentNews.SUBMITTED,
            at="01-14T10:00",
            expected_by=china("02-12T00:00"),
        )

        assert payment(sent).state is PaymentState.SUBMITTED
        assert payment(sent).submitted_at == china("01-14T10:00")
        assert "could not be booked" in payment(sent).warning

    def test_what_was_expected_stays_expected(self) -> None:
        """A submission that says nothing of the arrival leaves what the method said."""
        begun = payable_apart(in_production())
        begun = start(
            begun,
            "pay-pm",
            Purpose.SERVICE,
            at="01-14T09:00",
            service_id=SERVICE,
            expected_by="01-16T09:00",
        )
        sent = see(begun, "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")

        assert payment(sent).expected_by == china("01-16T09:00")

    def test_processing_was_submitted(self) -> None:
        """What a bank works on was sent."""
        begun = at_apart()
        working = see(begun, "pay-pm", PaymentNews.PROCESSING, at="01-14T10:00")

        assert names(working, since=begun) == [
            "payment-submitted",
            "payment-processing",
        ]
        assert payment(working).submitted_at == china("01-14T10:00")

    def test_processing_after_submitted(self) -> None:
        """The bank takes up what was sent; when it was sent stays as it is."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        working = see(sent, "pay-pm", PaymentNews.PROCESSING, at="01-14T11:00")

        assert payment(working).state is PaymentState.PROCESSING
        assert payment(working).submitted_at == china("01-14T10:00")

    def test_action_required(self) -> None:
        """The payer's bank asks for one more step, and the payer reads why."""
        asked = see(
            at_apart(),
            "pay-pm",
            PaymentNews.ACTION_REQUIRED,
            at="01-14T10:00",
            reason="Confirm in your banking app.",
        )

        assert payment(asked).state is PaymentState.ACTION_REQUIRED
        assert payment(asked).reason == "Confirm in your banking app."

    def test_declined(self) -> None:
        """A declined card frees the service for another attempt."""
        declined = see(
            at_apart(),
            "pay-pm",
            PaymentNews.DECLINED,
            at="01-14T10:00",
            reason="The limit of the card is reached.",
        )

        assert payment(declined).state is PaymentState.DECLINED
        assert payment(declined).reason == "The limit of the card is reached."
        assert service(again(declined)).stage is ServiceStage.AWAITING_PAYMENT

    def test_misdirected_then_returned(self) -> None:
        """A transfer to a wrong account is misdirected until its bank returns it."""
        lost = see(at_apart(), "pay-pm", PaymentNews.MISDIRECTED, at="01-15T09:00")
        back = see(lost, "pay-pm", PaymentNews.RETURNED, at="01-20T09:00")

        assert payment(lost).state is PaymentState.MISDIRECTED
        assert payment(back).state is PaymentState.RETURNED
        assert refunds(back) == ()

    @pytest.mark.parametrize("news", SENT)
    def test_sent_before_the_link_ran_out(self, news: PaymentNews) -> None:
        """A submission in time opens a link again that was closed too soon."""
        closed = swept(at_apart(), "01-17T09:00")
        sent = see(closed, "pay-pm", news, at="01-17T08:59", heard="01-17T12:00")

        assert payment(closed).state is PaymentState.EXPIRED
        assert payment(sent).submitted_at == china("01-17T08:59")

    @pytest.mark.parametrize("news", SENT)
    def test_sent_after_the_link_ran_out(self, news: PaymentNews) -> None:
        """LINK-1: what is sent in the 73rd hour finds the link closed."""
        begun = at_apart()
        sent = see(begun, "pay-pm", news, at="01-17T09:00")
        told = see(sent, "pay-pm", news, at="01-17T09:00", heard="01-17T10:00")

        assert names(told, since=begun) == ["payment-expired"]
        assert payment(told).state is PaymentState.EXPIRED

    @pytest.mark.parametrize(
        "news", [x for x in PaymentNews if x is not PaymentNews.RECEIVED]
    )
    def test_old_news_after_the_money(self, news: PaymentNews) -> None:
        """Nothing that is heard late takes a received payment back."""
        paid = paid_apart()
        told = see(paid, "pay-pm", news, at="01-14T10:00", heard="01-16T09:00")

        assert names(told, since=paid) == []

    @pytest.mark.parametrize(
        ("first", "then"),
        [
            (PaymentNews.SUBMITTED, PaymentNews.ACTION_REQUIRED),
            (PaymentNews.SUBMITTED, PaymentNews.SUBMITTED),
            (PaymentNews.PROCESSING, PaymentNews.SUBMITTED),
            (PaymentNews.PROCESSING, PaymentNews.PROCESSING),
            (PaymentNews.DECLINED, PaymentNews.SUBMITTED),
            (PaymentNews.DECLINED, PaymentNews.DECLINED),
            (PaymentNews.RETURNED, PaymentNews.MISDIRECTED),
        ],
    )
    def test_a_payment_goes_forward_only(
        self, first: PaymentNews, then: PaymentNews
    ) -> None:
        """News that is behind the payment changes nothing."""
        begun = see(at_apart(), "pay-pm", first, at="01-14T10:00")
        told = see(begun, "pay-pm", then, at="01-14T11:00")

        assert names(told, since=begun) == []

    def test_news_of_another_order(self) -> None:
        """What is said of another order means nothing here."""
        begun = at_apart()
        told = see(
            begun, "pay-pm", PaymentNews.DECLINED, at="01-14T10:00", order_id="TA-2"
        )

        assert names(told, since=begun) == []


def open_ship_date(after, days=50):
    return DaysAfterPayment(days=days, after=after)


class TestShipDateAfterPayment:
    def test_the_initial_payment_fixes_it(self) -> None:
        """50 days after 8 January is 27 February; BOOK-1 follows, and is met."""
        begun = at_initial(ship=open_ship_date(Purpose.INITIAL))
        paid = get(begun, "initial", INITIAL, at="01-08T23:59")

        assert names(paid, since=begun) == [
            "money-received",
            "ship-date-fixed",
            "task-received",
        ]
        assert paid.order.ship_day.isoformat() == "2026-02-27"
        assert service(paid).book_by.last_day.isoformat() == "2026-02-11"

    def test_the_day_is_the_factorys(self) -> None:
        """Midnight in China is the next day there, whatever day it is in UTC."""
        begun = at_initial(ship=open_ship_date(Purpose.INITIAL))
        paid = get(begun, "initial", INITIAL, at="01-09T00:00")

        assert paid.order.ship_day.isoformat() == "2026-02-28"

    def test_too_few_days_are_missed(self) -> None:
        """Three days hold no seven working days: the service is not activated."""
        begun = at_initial(ship=open_ship_date(Purpose.INITIAL, days=3))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")

        assert service(paid).stage is ServiceStage.EXPIRED
        assert paid.order.balance == usd("3952.00")

    def test_a_paid_service_waits_for_the_balance(self) -> None:
        """Paid at first, it is booked when the balance fixes the day."""
        begun = at_initial(ship=open_ship_date(Purpose.BALANCE))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")
        rest = start(paid, "rest", Purpose.BALANCE, at="01-14T09:00")
        fixed = get(rest, "rest", usd("4000.00"), at="01-15T09:00")

        assert service(paid).booking is None
        assert refunds(paid) == ()
        assert fixed.order.ship_day.isoformat() == "2026-03-06"
        assert service(fixed).booking.at == china("01-08T09:00")

    def test_or_expires_when_that_was_too_late(self) -> None:
        """If the balance leaves too few days, the earlier money takes its route."""
        begun = at_initial(ship=open_ship_date(Purpose.BALANCE, days=1))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")
        rest = start(paid, "rest", Purpose.BALANCE, at="01-09T08:00")
        fixed = get(rest, "rest", usd("4000.00"), at="01-09T09:00")
        (refund,) = refunds(fixed)

        assert service(fixed).stage is ServiceStage.EXPIRED
        assert refund.route is RefundRoute.SUPPLIER_REFUND
        assert refund.payment_id == "initial"

    def test_a_waiting_service_is_not_paid_twice(self) -> None:
        """What is paid and waits for its day can not be paid apart as well."""
        begun = at_initial(ship=open_ship_date(Purpose.BALANCE))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")

        with pytest.raises(Exception, match="booked when the ship date is known"):
            again(paid)

    def test_a_fixed_date_books_it_too(self) -> None:
        """If the parties agree on a day meanwhile, the next sweep books it."""
        begun = at_initial(ship=open_ship_date(Purpose.BALANCE))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")
        moved = go(
            paid,
            draft.move_ship_date,
            ship=FixedShipDate(day=china("02-27T09:00").date()),
            actor=SUPPLIER,
            at=china("01-09T09:00"),
            calendar=CHINA,
        )

        assert service(swept(moved, "01-09T10:00")).booking.at == china("01-08T09:00")

    def test_what_is_booked_or_over_keeps_its_deadline(self) -> None:
        """A new ship date gives no new deadline to what is booked or has left."""
        begun = go(
            placed(),
            book.add_service,
            actor=BUYER,
            at=china("01-06T10:00"),
            **{**PM, "service_id": "pm-2"},
        )
        begun = go(
            begun,
            book.deselect_service,
            service_id="pm-2",
            actor=BUYER,
            at=china("01-06T11:00"),
        )
        begun = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")
        moved = go(
            paid,
            draft.move_ship_date,
            ship=open_ship_date(Purpose.BALANCE),
            actor=SUPPLIER,
            at=china("01-09T09:00"),
            calendar=CHINA,
        )
        rest = start(moved, "rest", Purpose.BALANCE, at="01-14T09:00")
        fixed = get(rest, "rest", usd("4000.00"), at="01-15T09:00")

        assert fixed.order.ship_day.isoformat() == "2026-03-06"
        assert [s.book_by.last_day.isoformat() for s in fixed.order.services] == [
            "2026-02-11",
            "2026-02-11",
        ]

    def test_other_services_get_their_deadline(self) -> None:
        """A service that is not paid yet learns its BOOK-1 from the same payment."""
        begun = go(
            placed(service=False, ship=open_ship_date(Purpose.INITIAL)),
            book.add_service,
            actor=BUYER,
            at=china("01-06T10:00"),
            paid_apart=True,
            **PM,
        )
        begun = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")
        paid = get(begun, "initial", usd("1000.00"), at="01-08T09:00")

        assert service(paid).book_by.last_day.isoformat() == "2026-02-11"


def edited(outcome, amount, at="01-14T10:00"):
    """Change the price of the service; the old link is closed, its money counts."""
    return go(
        outcome,
        book.edit_service,
        service_id=SERVICE,
        actor=BUYER,
        at=china(at),
        kind=PM["kind"],
        provider=PM["provider"],
        requirements="",
        planned_visits=1,
        price=price(amount),
        calendar=CHINA,
    )


class TestChangedMeanwhile:
    def test_removed(self) -> None:
        """Money for a service that was deselected meanwhile goes back."""
        gone = go(
            at_apart(),
            book.deselect_service,
            service_id=SERVICE,
            actor=BUYER,
            at=china("01-14T10:00"),
        )
        paid = get(gone, "pay-pm", APART, at="01-14T09:30", heard="01-14T11:00")

        assert service(paid).stage is ServiceStage.REMOVED
        assert [r.amount for r in refunds(paid)] == [APART]

    def test_dearer(self) -> None:
        """Money for the old price does not book the new one; it goes back."""
        dear = edited(at_apart(), "60.00")
        paid = get(dear, "pay-pm", APART, at="01-14T09:30", heard="01-14T11:00")
        anew = again(paid, at="01-15T09:00")
        booked = get(anew, "pay-2", usd("60.00"), at="01-16T09:00")

        assert service(paid).booking is None
        assert [r.amount for r in refunds(paid)] == [APART]
        assert service(booked).stage is ServiceStage.BOOKED
        assert len(refunds(booked)) == 1

    def test_cheaper(self) -> None:
        """Money for the old price books the new one, and the difference goes back."""
        cheap = edited(at_apart(), "40.00")
        paid = get(cheap, "pay-pm", APART, at="01-14T09:30", heard="01-14T11:00")

        assert service(paid).stage is ServiceStage.BOOKED
        assert [r.amount for r in refunds(paid)] == [usd("8.00")]

    def test_the_balance_fell(self) -> None:
        """Who pays the old balance gets back by what it had fallen."""
        begun = start(
            get(at_initial(), "initial", INITIAL, at="01-08T09:00"),
            "rest",
            Purpose.BALANCE,
            at="01-14T09:00",
        )
        fallen = attrs.evolve(
            begun, order=attrs.evolve(begun.order, balance=usd("3952.00"))
        )
        paid = get(fallen, "rest", usd("4000.00"), at="01-15T09:00")

        assert [(r.payment_id, r.amount) for r in refunds(paid)] == [
            ("rest", usd("48.00"))
        ]
