"""Starting, sending and linking a payment, and the agency's number."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.tills import (
    AGENCY,
    APART,
    APPROVER,
    BUYER,
    CHINA,
    INITIAL,
    OPERATOR,
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
    opened,
    paid_apart,
    payable_apart,
    payment,
    placed,
    see,
    service,
    shipped,
    start,
    usd,
)

from pmkit.core.clauses import book_by
from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    NotYetError,
    OutOfOrderError,
    TooLateError,
    UnavailableError,
)
from pmkit.core.money import Money
from pmkit.core.parties import SYSTEM, Actor, Role
from pmkit.core.payment import Beneficiary, PaymentState, Purpose
from pmkit.core.ports import Availability, PaymentNews
from pmkit.core.service import Payer
from pmkit.core.steps import book, draft, pay
from pmkit.core.terms import TERMS_2026_01

LIMITED = attrs.evolve(TERMS_2026_01, approval_limit=usd("500.00"))


def start_apart(outcome, **changes):
    given = {"at": "01-14T09:00", "service_id": SERVICE, **changes}
    return start(outcome, "pay-pm", Purpose.SERVICE, **given)


class TestInitial:
    def test_it_carries_the_service(self) -> None:
        """Seed, "Step 2: Make your payment": one payment of goods and service."""
        started = payment(at_initial(), "initial")

        assert started.amount == INITIAL
        assert started.covers == ((SERVICE, APART),)
        assert started.state is PaymentState.CREATED

    def test_its_link_lives_for_72_hours(self) -> None:
        """LINK-1 runs from the start of the payment."""
        assert payment(at_initial(), "initial").link_until.at == china("01-10T09:00")

    def test_a_proposal_is_not_in_it(self) -> None:
        """What the supplier proposed and nobody approved is not charged."""
        begun = go(
            opened(), book.add_service, actor=SUPPLIER, at=china("01-05T10:00"), **PM
        )
        begun = go(begun, pay_placed, at=china("01-06T09:00"))
        started = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")

        assert payment(started, "initial").amount == usd("1000.00")
        assert payment(started, "initial").covers == ()

    def test_what_is_paid_apart_is_not_in_it(self) -> None:
        """A service that the buyer chose to pay apart has a payment of its own."""
        begun = go(
            placed(service=False),
            book.add_service,
            actor=BUYER,
            at=china("01-06T10:00"),
            paid_apart=True,
            **PM,
        )
        started = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")

        assert payment(started, "initial").covers == ()

    def test_what_the_supplier_pays_is_not_in_it(self) -> None:
        """The buyer never pays what the supplier took upon itself."""
        begun = go(
            opened(),
            book.add_service,
            actor=SUPPLIER,
            at=china("01-05T10:00"),
            payer=Payer.SUPPLIER,
            **PM,
        )
        begun = go(begun, pay_placed, at=china("01-06T09:00"))
        started = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")

        assert payment(started, "initial").amount == usd("1000.00")

    def test_what_can_not_be_booked_any_more_is_not_in_it(self) -> None:
        """On the midnight that ends BOOK-1 the service falls out of the amount."""
        last = start(placed(), "initial", Purpose.INITIAL, at="02-11T23:59")
        late = start(placed(), "initial", Purpose.INITIAL, at="02-12T00:00")

        assert payment(last, "initial").amount == INITIAL
        assert payment(late, "initial").amount == usd("1000.00")

    def test_money_that_comes_too_late_is_warned_of(self) -> None:
        """Money expected on the midnight that ends BOOK-1 is warned of, not refused."""
        begun = placed()
        slow = start(
            begun, "t", Purpose.INITIAL, at="02-10T09:00", expected_by="02-12T00:00"
        )
        quick = start(
            begun, "t", Purpose.INITIAL, at="02-10T09:00", expected_by="02-11T23:59"
        )

        assert "could not be booked" in payment(slow, "t").warning
        assert payment(slow, "t").expected_by == china("02-12T00:00")
        assert payment(quick, "t").warning == ""

    def test_it_is_paid_once(self) -> None:
        """After the initial payment there is no other."""
        with pytest.raises(OutOfOrderError, match="received already"):
            start(in_production(), "again", Purpose.INITIAL, at="01-14T09:00")

    def test_nothing_starts_while_money_is_under_way(self) -> None:
        """While one initial payment is processed the table of roles closes the next."""
        sent = see(at_initial(), "initial", PaymentNews.SUBMITTED, at="01-07T10:00")

        with pytest.raises(OutOfOrderError, match="initial-payment-processing"):
            start(sent, "again", Purpose.INITIAL, at="01-07T11:00")

    def test_another_method_can_be_chosen_before_money_is_sent(self) -> None:
        """A started payment binds nobody."""
        again = start(at_initial(), "again", Purpose.INITIAL, at="01-07T11:00")

        assert len(again.order.payments) == 2

    def test_nothing_due_is_nothing_to_pay(self) -> None:
        """An initial payment of zero without services can not be started."""
        begun = placed(service=False, initial=usd("0.00"))

        with pytest.raises(OutOfOrderError, match="Nothing is due"):
            start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")

    def test_the_account_is_shown(self) -> None:
        """Seed, "beneficiary bank account when paying via T/T": shown at checkout."""
        account = Beneficiary(
            name="Market Ltd", account="1", bank="BANKCNBJ", reference="TA-1"
        )
        begun = start(
            placed(), "t", Purpose.INITIAL, at="01-07T09:00", beneficiary=account
        )

        assert payment(begun, "t").beneficiary == account


def pay_placed(order, *, at):
    return draft.place_order(order, actor=SUPPLIER, at=at)


class TestBalance:
    def test_it_is_the_balance(self) -> None:
        """The balance payment is of the balance and of no service."""
        begun = start(in_production(), "rest", Purpose.BALANCE, at="01-14T09:00")

        assert payment(begun, "rest").amount == usd("4000.00")
        assert payment(begun, "rest").covers == ()

    def test_it_comes_second(self) -> None:
        """Before the initial payment has arrived there is no balance to pay."""
        with pytest.raises(NotYetError, match="after the initial"):
            start(placed(), "rest", Purpose.BALANCE, at="01-07T09:00")

    def test_it_is_paid_once(self) -> None:
        """A received balance is not paid again."""
        begun = start(in_production(), "rest", Purpose.BALANCE, at="01-14T09:00")
        paid = get(begun, "rest", usd("4000.00"), at="01-15T09:00")

        with pytest.raises(OutOfOrderError, match="received already"):
            start(paid, "again", Purpose.BALANCE, at="01-16T09:00")

    def test_one_at_a_time(self) -> None:
        """While its money is under way no other is started."""
        begun = start(in_production(), "rest", Purpose.BALANCE, at="01-14T09:00")
        sent = see(begun, "rest", PaymentNews.SUBMITTED, at="01-14T10:00")

        with pytest.raises(OutOfOrderError, match="under way"):
            start(sent, "again", Purpose.BALANCE, at="01-14T11:00")


class TestApart:
    def test_it_is_the_price(self) -> None:
        """Seed, method 3: "add the service, and pay for it separately"."""
        started = payment(at_apart())

        assert started.amount == APART
        assert started.covers == ((SERVICE, APART),)

    def test_the_service_must_be_named(self) -> None:
        """A payment apart names its service, and the others name none."""
        with pytest.raises(InputError, match="service_id"):
            start_apart(payable_apart(in_production()), service_id=None)
        with pytest.raises(InputError, match="service_id"):
            start(placed(), "i", Purpose.INITIAL, at="01-07T09:00", service_id=SERVICE)

    def test_a_stranger_learns_nothing(self) -> None:
        """Somebody else's service does not exist."""
        stranger = Actor(role=Role.BUYER, party="Somebody Else")

        with pytest.raises(NotFoundError):
            start_apart(payable_apart(in_production()), actor=stranger)

    def test_not_what_goes_with_the_initial_payment(self) -> None:
        """Before the initial payment its services can not be paid apart."""
        with pytest.raises(OutOfOrderError, match="with the initial payment"):
            start_apart(placed(), at="01-07T09:00")

    def test_what_the_initial_payment_left_out(self) -> None:
        """A proposal approved after the initial payment is paid apart."""
        begun = go(
            opened(), book.add_service, actor=SUPPLIER, at=china("01-05T10:00"), **PM
        )
        begun = go(begun, pay_placed, at=china("01-06T09:00"))
        begun = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")
        begun = get(begun, "initial", usd("1000.00"), at="01-08T09:00")
        begun = go(
            begun,
            book.approve_service,
            service_id=SERVICE,
            actor=BUYER,
            at=china("01-09T09:00"),
        )

        assert payment(start_apart(begun)).amount == APART

    def test_the_supplier_pays_its_own_only(self) -> None:
        """Who pays is fixed on the service; nobody pays for the other side."""
        own = go(
            opened(),
            book.add_service,
            actor=SUPPLIER,
            at=china("01-05T10:00"),
            payer=Payer.SUPPLIER,
            **PM,
        )

        with pytest.raises(NotAllowedError, match="supplier pays"):
            start_apart(own, actor=BUYER)
        with pytest.raises(NotAllowedError, match="buyer pays"):
            start_apart(payable_apart(in_production()), actor=SUPPLIER)
        assert payment(start_apart(own, actor=SUPPLIER)).started_by == SUPPLIER

    def test_book_1_closes_it(self) -> None:
        """Seed, note 1: "complete your payment at least seven working days before"."""
        begun = payable_apart(in_production())

        assert names(start_apart(begun, at="02-11T23:59"))[-1] == "payment-started"
        with pytest.raises(TooLateError, match="2026-02-27"):
            start_apart(begun, at="02-12T00:00")

    def test_a_slow_method_is_refused(self) -> None:
        """A method whose money comes after BOOK-1 is refused with its reason."""
        begun = payable_apart(in_production())

        with pytest.raises(UnavailableError, match="could not be booked"):
            start_apart(begun, expected_by="02-12T00:00")
        assert payment(start_apart(begun, expected_by="02-11T23:59")).warning == ""

    def test_unless_its_submission_counts(self) -> None:
        """Where the terms count a method from its submission it is never too slow."""
        terms = attrs.evolve(TERMS_2026_01, submitted_counts=("wire",))
        begun = payable_apart(in_production(terms=terms))

        wired = start_apart(begun, expected_by="02-12T00:00", method="wire")

        assert payment(wired).warning == ""

    def test_not_after_the_goods_left(self) -> None:
        """When the goods have shipped there is nothing to check or to pay."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        gone = shipped(sent, at="01-20T09:00")
        declined = see(gone, "pay-pm", PaymentNews.DECLINED, at="01-21T09:00")

        with pytest.raises(TooLateError, match="shipped"):
            start(declined, "b", Purpose.SERVICE, at="01-22T09:00", service_id=SERVICE)

    def test_money_for_another_service_is_no_obstacle(self) -> None:
        """Two services are paid apart side by side."""
        both = payable_apart(at_apart_other(), service_id="pm-2")
        begun = start(
            both, "second", Purpose.SERVICE, at="01-14T11:00", service_id="pm-2"
        )

        assert payment(begun, "second").covers == (("pm-2", APART),)

    def test_one_at_a_time(self) -> None:
        """While part of its money is here no other payment is started."""
        part = get(at_apart(), "pay-pm", usd("10.00"), at="01-14T10:00")

        with pytest.raises(OutOfOrderError, match="payment-processing"):
            start(part, "again", Purpose.SERVICE, at="01-14T11:00", service_id=SERVICE)

    def test_a_name_is_used_once(self) -> None:
        """A payment never takes the place of another."""
        with pytest.raises(InputError, match="payment_id"):
            start_apart(at_apart())

    def test_why_a_method_is_not_available(self) -> None:
        """Seed, "Why is Pay Later temporarily unavailable?": the reason is given."""
        no = Availability(available=False, reason="Pay Later is closed for holidays.")

        with pytest.raises(UnavailableError, match="closed for holidays"):
            start_apart(payable_apart(in_production()), availability=no)


def at_apart_other():
    return see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")


class TestApproval:
    def test_up_to_the_limit_a_buyer_pays(self) -> None:
        """The limit itself is not above the limit."""
        begun = placed(service=False, terms=LIMITED, initial=usd("500.00"))

        paid = start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")

        assert payment(paid, "initial").started_by == BUYER

    def test_above_it_an_approver_pays(self) -> None:
        """A cent above the limit needs the approver."""
        begun = placed(service=False, terms=LIMITED, initial=usd("500.01"))

        with pytest.raises(NotAllowedError, match="an approver"):
            start(begun, "initial", Purpose.INITIAL, at="01-07T09:00")
        paid = start(
            begun, "initial", Purpose.INITIAL, at="01-07T09:00", actor=APPROVER
        )
        assert payment(paid, "initial").started_by == APPROVER

    def test_a_limit_in_another_currency_is_no_way_round(self) -> None:
        """What can not be compared with the limit counts as above it."""
        euros = Money.of("500.00", "EUR")
        terms = attrs.evolve(TERMS_2026_01, approval_limit=euros)

        with pytest.raises(NotAllowedError, match="an approver"):
            at_initial(terms=terms)

    def test_nobody_approves_what_they_added(self) -> None:
        """Above the limit two people are needed, whatever hats one of them wears."""
        ada = attrs.evolve(APPROVER, name="Ada")

        with pytest.raises(NotAllowedError, match="Ada added service pm-1"):
            at_initial_by(ada)
        assert payment(at_initial_by(APPROVER), "initial").started_by == APPROVER

    def test_a_namesake_on_the_other_side_is_another_person(self) -> None:
        """A Grace at the supplier's does not stand in the way of Grace."""
        grace = attrs.evolve(SUPPLIER, name="Grace")
        begun = go(
            opened(terms=LIMITED),
            book.add_service,
            actor=grace,
            at=china("01-05T10:00"),
            **PM,
        )
        begun = go(
            begun,
            book.approve_service,
            service_id=SERVICE,
            actor=BUYER,
            at=china("01-05T11:00"),
        )
        begun = go(begun, pay_placed, at=china("01-06T09:00"))
        paid = start(begun, "i", Purpose.INITIAL, at="01-07T09:00", actor=APPROVER)

        assert payment(paid, "i").amount == INITIAL

    def test_without_names_nobody_can_tell(self) -> None:
        """Where persons have no names only the role is asked for."""
        nameless = attrs.evolve(APPROVER, name="")

        assert payment(at_initial_by(nameless), "initial").started_by == nameless

    def test_the_limit_is_the_buyers(self) -> None:
        """A supplier pays for its own service whatever the buyer's limit is."""
        terms = attrs.evolve(TERMS_2026_01, approval_limit=usd("1.00"))
        own = go(
            opened(terms=terms),
            book.add_service,
            actor=SUPPLIER,
            at=china("01-05T10:00"),
            payer=Payer.SUPPLIER,
            **PM,
        )

        assert payment(start_apart(own, actor=SUPPLIER)).amount == APART


def at_initial_by(actor):
    begun = placed(terms=LIMITED)
    return start(begun, "initial", Purpose.INITIAL, at="01-07T09:00", actor=actor)


def placed_with_two():
    return go(
        placed(),
        book.add_service,
        actor=BUYER,
        at=china("01-06T10:00"),
        **{**PM, "service_id": "pm-2"},
    )


def swapped(order):
    return attrs.evolve(order, services=order.services[::-1])


class TestAmountDue:
    def test_amount_and_cut_off(self) -> None:
        """The amount comes with the moment at which its money would be too late."""
        due = pay.amount_due(
            placed().order,
            purpose=Purpose.INITIAL,
            service_id=None,
            actor=BUYER,
            at=china("01-07T09:00"),
        )

        assert due == (INITIAL, china("02-12T00:00"))

    def test_the_earliest_cut_off_counts(self) -> None:
        """Of two services the one that closes first says when money is too late."""
        begun = placed_with_two().order
        second = attrs.evolve(
            begun.service("pm-2"),
            book_by=book_by(dt.date(2026, 3, 27), calendar=CHINA),
        )

        for order in (begun.with_service(second), swapped(begun.with_service(second))):
            _, cut_off = pay.amount_due(
                order,
                purpose=Purpose.INITIAL,
                service_id=None,
                actor=BUYER,
                at=china("01-07T09:00"),
            )
            assert cut_off == china("02-12T00:00")

    def test_goods_alone_have_no_cut_off(self) -> None:
        """Without a service in it no booking deadline hangs on the money."""
        due = pay.amount_due(
            placed(service=False).order,
            purpose=Purpose.INITIAL,
            service_id=None,
            actor=BUYER,
            at=china("01-07T09:00"),
        )

        assert due == (usd("1000.00"), None)


def submit(outcome, payment_id="pay-pm", *, at="01-14T10:00", actor=BUYER, by=None):
    return go(
        outcome,
        pay.submit_payment,
        payment_id=payment_id,
        actor=actor,
        at=china(at),
        expected_by=china(by) if by else None,
    )


class TestSubmit:
    def test_the_payer_says_so(self) -> None:
        """The payer can say that a transfer was sent, and when it should arrive."""
        sent = submit(at_apart(), by="01-16T09:00")

        assert payment(sent).state is PaymentState.SUBMITTED
        assert payment(sent).submitted_at == china("01-14T10:00")
        assert payment(sent).expected_by == china("01-16T09:00")
        assert payment(sent).warning == ""

    def test_colleagues_are_one_side(self) -> None:
        """What the buyer started the buyer's approver may send."""
        sent = submit(at_apart(), actor=APPROVER)

        assert payment(sent).state is PaymentState.SUBMITTED

    @pytest.mark.parametrize("actor", [SUPPLIER, OPERATOR, SYSTEM], ids=str)
    def test_others_may_not(self, actor: Actor) -> None:
        """Nobody says for the payer that the payer has paid."""
        with pytest.raises(NotAllowedError, match="Another party"):
            submit(at_apart(), actor=actor)

    def test_a_stranger_learns_nothing(self) -> None:
        """Somebody else's payment does not exist."""
        with pytest.raises(NotFoundError):
            submit(at_apart(), actor=attrs.evolve(BUYER, party="Somebody Else"))

    def test_once(self) -> None:
        """What was sent is not sent again."""
        with pytest.raises(OutOfOrderError, match="submitted"):
            submit(submit(at_apart()))

    def test_while_the_link_lives(self) -> None:
        """LINK-1: the 72nd hour is the first instant that is too late."""
        sent = submit(at_apart(), at="01-17T08:59")

        assert payment(sent).state is PaymentState.SUBMITTED
        with pytest.raises(TooLateError, match="run out"):
            submit(at_apart(), at="01-17T09:00")

    def test_late_money_is_warned_of(self) -> None:
        """Who sends money that will come after BOOK-1 is told so."""
        assert (
            "could not be booked"
            in payment(submit(at_apart(), by="02-12T00:00")).warning
        )

    def test_also_without_a_word_on_its_arrival(self) -> None:
        """What is only sent after BOOK-1 can not arrive before it."""
        begun = start_apart(payable_apart(in_production()), at="02-11T20:00")

        assert payment(submit(begun, at="02-11T23:59")).warning == ""
        assert "could not be booked" in payment(submit(begun, at="02-12T00:00")).warning


class TestLink:
    def test_it_settles_what_arrived(self) -> None:
        """Seed, "Why was my payment not received in my order": linked, it is."""
        here = get(at_apart(), "pay-pm", APART, at="01-15T09:00", linked=False)
        linked = link(here)

        assert payment(here).state is PaymentState.RECEIVED_UNLINKED
        assert payment(linked).state is PaymentState.SETTLED
        assert payment(linked).received_at == china("01-15T09:00")

    def test_a_part_stays_a_part(self) -> None:
        """Linking half of the money does not make it all."""
        here = get(at_apart(), "pay-pm", usd("8.00"), at="01-15T09:00", linked=False)

        assert payment(link(here)).state is PaymentState.PART_RECEIVED
        assert payment(link(here)).linked

    def test_nothing_to_link(self) -> None:
        """A payment that is linked is not linked again."""
        with pytest.raises(OutOfOrderError, match="linked"):
            link(paid_apart())

    def test_not_by_the_buyer(self) -> None:
        """The payer does not decide what money is for whom."""
        with pytest.raises(NotAllowedError):
            link(paid_apart(), actor=BUYER)


def link(outcome, actor=OPERATOR):
    return go(
        outcome,
        pay.link_payment,
        payment_id="pay-pm",
        actor=actor,
        at=china("02-20T09:00"),
    )


class TestConfirmBooking:
    def test_the_number_is_kept(self) -> None:
        """The agency answers a booking with a number of its own."""
        booking = service(confirm(paid_apart(), "SE-7")).booking

        assert booking is not None
        assert booking.reference == "SE-7"

    def test_again_changes_nothing(self) -> None:
        """The same answer heard twice is one answer."""
        once = confirm(paid_apart(), "SE-7")

        assert names(confirm(once, "SE-7"), since=once) == []

    def test_one_booking_has_one_number(self) -> None:
        """Another number would be another booking, which somebody must look at."""
        with pytest.raises(OutOfOrderError, match="SE-7"):
            confirm(confirm(paid_apart(), "SE-7"), "SE-8")

    def test_an_empty_number_is_none(self) -> None:
        """An agency that answers nothing has not answered."""
        with pytest.raises(InputError, match="reference"):
            confirm(paid_apart(), " ")

    def test_before_the_booking(self) -> None:
        """What is not booked can not be confirmed."""
        with pytest.raises(OutOfOrderError):
            confirm(at_apart(), "SE-7")


def confirm(outcome, reference):
    return go(
        outcome,
        pay.confirm_booking,
        service_id=SERVICE,
        actor=AGENCY,
        at=china("01-15T10:00"),
        reference=reference,
    )
