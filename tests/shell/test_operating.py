"""What the marketplace's own staff see of calls, and what they can say of them."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.shell.counter import BUYER, OPERATOR, ORDER
from tests.shell.far import NEITHER
from tests.shell.test_calls import BOOK, Shop

from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    NotYetError,
    OutOfOrderError,
)
from pmkit.core.money import Money
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import PaymentState, RefundState
from pmkit.core.plugin_errors import UnsupportedError
from pmkit.core.ports import PaymentNews, PaymentObservation
from pmkit.hooks.panel import Panel
from pmkit.shell.desk.operations import OperationOutcome
from pmkit.shell.store import verify

CHARGE = "TA-1/4/charge"
PHONE = "Wang said so on the telephone."


@pytest.fixture
def lost(tmp_path):
    """Give a shop with a booking of which nobody knows anything."""
    shop = Shop(tmp_path, agency=NEITHER, card=NEITHER)
    shop.agency.faults.append("after")
    shop.paid()
    shop.desk.work()
    shop.later(minutes=2)
    return shop


@pytest.fixture
def unpaid(tmp_path):
    """Give a shop with a charge of which nobody knows anything."""
    shop = Shop(tmp_path, card=NEITHER)
    shop.card_side.silent = True
    shop.card_side.faults.append("before")
    shop.paid()
    shop.desk.work()
    shop.later(minutes=2)
    return shop


def say(shop, outcome, name=BOOK, **given):
    """Resolve a call as the operator."""
    said = {"actor": OPERATOR, "evidence": PHONE, **given}
    return shop.desk.resolve(name, outcome=outcome, **said)


class TestSeeing:
    """What is shown."""

    def test_why_and_what_can_be_done(self, lost):
        """Each call says why it waits, and what a person can say of it."""
        (found,) = lost.desk.unresolved(actor=OPERATOR)

        assert (BOOK, ORDER, "book", "far-agency", "srv_1") == (
            found.operation_id,
            found.order_id,
            found.kind,
            found.plugin,
            found.subject,
        )
        assert tuple(OperationOutcome) == found.can_do
        assert "Nobody knows" in found.why
        assert "did-not-happen" in found.remedy
        assert dt.timedelta(minutes=2) == found.age
        assert found == lost.desk.operation(BOOK, actor=OPERATOR)

    def test_what_is_settled_is_not_listed(self, lost):
        """A call that succeeded can be looked at, and there is nothing to do."""
        found = lost.desk.operation(CHARGE, actor=OPERATOR)

        assert (("succeeded", (), "")) == (found.state, found.can_do, found.remedy)

    @pytest.mark.parametrize("actor", [BUYER, SYSTEM, attrs.evolve(BUYER, name="")])
    def test_only_the_operator(self, lost, actor):
        """Nobody else sees calls, or resolves them."""
        for asked in (
            lambda: lost.desk.unresolved(actor=actor),
            lambda: lost.desk.operation(BOOK, actor=actor),
            lambda: say(lost, "happened", actor=actor, reference="F"),
        ):
            with pytest.raises(NotAllowedError):
                asked()

    def test_what_is_not_there(self, lost):
        """A call that nobody made is named as such."""
        with pytest.raises(NotFoundError):
            lost.desk.operation("TA-1/99/book", actor=OPERATOR)
        with pytest.raises(NotFoundError):
            say(lost, "happened", "TA-1/99/book")
        with pytest.raises(InputError):
            lost.desk.unresolved(actor="operator")


class TestHappened:
    """The far side has it."""

    def test_a_booking_gets_its_number(self, lost):
        """The order knows the agency's number, and what waited goes on."""
        found = say(lost, "happened", reference="FAR-1")
        (said,) = found.resolutions

        assert ("succeeded", "applied", "") == lost.booking()
        assert "FAR-1" == lost.reference()
        assert ("Kim", "happened", PHONE, "FAR-1", "unknown") == (
            said.by,
            said.outcome,
            said.evidence,
            said.reference,
            said.state,
        )
        assert {"book srv_1": 1} == lost.agency.effects
        assert [] == verify(lost.desk.store)

    def test_a_booking_without_a_number(self, lost):
        """The number is asked for, and nothing is written."""
        with pytest.raises(InputError) as caught:
            say(lost, "happened")

        assert "reference" == caught.value.field
        assert ("unknown", "unknown", "no-look-up") == lost.booking()

    def test_a_charge_waits_for_its_processor(self, unpaid):
        """No person can say that money arrived."""
        say(unpaid, "happened", CHARGE)

        assert "succeeded" == unpaid.calls()[0][1]
        assert PaymentState.CREATED is unpaid.order.payments[0].state

    def test_only_a_booking_has_a_number(self, unpaid):
        """A number for money is refused."""
        with pytest.raises(InputError):
            say(unpaid, "happened", CHARGE, reference="X")

    def test_a_missing_number(self, tmp_path):
        """A booking that is known to have happened takes its number, nothing else."""
        shop = Shop(tmp_path, agency=NEITHER)
        shop.agency.faults.append("applied")
        shop.paid()
        shop.desk.work()
        with pytest.raises(OutOfOrderError):
            say(shop, "did-not-happen")
        say(shop, "happened", reference="FAR-1")

        assert ("succeeded", "applied", "") == shop.booking()
        assert "FAR-1" == shop.reference()


class TestDidNotHappen:
    """The far side does not have it."""

    def test_a_charge_is_declined(self, unpaid):
        """The payer can pay again."""
        say(unpaid, "did-not-happen", CHARGE)

        assert "rejected" == unpaid.calls()[0][1]
        assert PaymentState.DECLINED is unpaid.order.payments[0].state
        assert () == unpaid.desk.unresolved(actor=OPERATOR)

    def test_a_booking_is_over(self, lost):
        """It is not sent again, and not listed any more."""
        say(lost, "did-not-happen")
        lost.later(days=2)

        assert ("rejected", "rejected", "") == lost.booking()
        assert 1 == len(lost.agency.asked)

    def test_a_refund_that_was_rejected_is_taken_note_of(self, tmp_path):
        """The order knows that it failed; the operator says that they know."""
        shop = Shop(tmp_path)
        shop.card_side.excess = Money.of("5", "USD")
        shop.card_side.faults.extend(["", "rejected"])
        shop.paid()
        shop.desk.work()
        (found,) = shop.desk.unresolved(actor=OPERATOR)
        say(shop, "did-not-happen", found.operation_id)

        assert (OperationOutcome.DID_NOT_HAPPEN,) == found.can_do
        assert RefundState.FAILED is shop.order.refunds[0].state
        assert () == shop.desk.unresolved(actor=OPERATOR)

    def test_money_that_came_is_believed(self, unpaid):
        """What a processor has reported cannot be talked away."""
        payment = unpaid.order.payments[0]
        one_dollar = PaymentObservation(
            id="n-1",
            order_id=ORDER,
            payment_id=payment.id,
            news=PaymentNews.RECEIVED,
            at=unpaid.world.now(),
            amount=Money.of("1", "USD"),
        )
        unpaid.desk.observe_payment(ORDER, "far-card", one_dollar)
        with pytest.raises(OutOfOrderError):
            say(unpaid, "did-not-happen", CHARGE)


class TestSendAgain:
    """Once more under the same operation id."""

    def test_needs_force_where_it_may_be_done_twice(self, lost):
        """A far side that cannot tell is sent it again only by force."""
        with pytest.raises(NotYetError) as caught:
            say(lost, "send-again")
        found = say(lost, "send-again", force=True)

        assert "force" == caught.value.field
        assert found.resolutions[-1].forced
        assert ("reserved", "unknown", "") == lost.booking()

    def test_is_sent(self, tmp_path):
        """What was never sent is sent again without force."""
        shop = Shop(tmp_path, agency=NEITHER)
        shop.agency.faults.append(UnsupportedError("Not yet."))
        shop.paid()
        shop.desk.work()
        found = say(shop, "send-again", evidence="The plugin was mended.")
        shop.desk.work()

        assert not found.resolutions[-1].forced
        assert ("succeeded", "applied", "") == shop.booking()
        assert {"book srv_1": 1} == shop.agency.effects

    def test_a_rejected_booking_is_sent_again(self, tmp_path):
        """The cause was repaired at the agency; nothing of it had an effect."""
        shop = Shop(tmp_path, agency=NEITHER)
        shop.agency.faults.append("rejected")
        shop.paid()
        shop.desk.work()
        say(shop, "send-again")
        shop.desk.work()

        assert {"book srv_1": 1} == shop.agency.effects
        assert "FAR-1" == shop.reference()

    def test_a_forced_one_that_was_not_sent_proves_nothing(self, lost):
        """Whether the first one had its effect is as unknown as before."""
        say(lost, "send-again", force=True)
        lost.agency.faults.append("not-sent")
        lost.desk.work()

        assert ("unknown", "unknown") == lost.booking()[:2]

    def test_where_the_plugin_is_not_attached(self, tmp_path):
        """Nobody here knows the window of the key."""
        shop = Shop(tmp_path)
        shop.agency.faults.append("after")
        shop.paid()
        shop.desk.work()
        shop.panel = Panel.of()
        shop.desk = shop.again()
        with pytest.raises(NotYetError, match="not attached"):
            say(shop, "send-again")

    def test_inside_the_window(self, tmp_path):
        """A far side that knows the key takes it without force."""
        shop = Shop(tmp_path)
        shop.agency.faults.append("after")
        shop.paid()
        shop.desk.work()
        say(shop, "send-again")
        shop.desk.work()

        assert {"book srv_1": 1} == shop.agency.effects
        assert "FAR-1" == shop.reference()


class TestSaying:
    """How it is said."""

    def test_twice_is_once(self, lost):
        """The same words again change nothing."""
        first = say(lost, "happened", reference="FAR-1")
        lost.later(minutes=5)
        again = say(lost, "happened", reference="FAR-1")

        assert first.resolutions == again.resolutions

    def test_otherwise_is_refused(self, lost):
        """What is settled cannot be resolved in other words."""
        say(lost, "happened", reference="FAR-1")
        for outcome in OperationOutcome:
            with pytest.raises(OutOfOrderError):
                say(lost, outcome, reference="FAR-2")

    def test_what_was_said_before_is_kept(self, lost):
        """Every resolution stays, oldest first."""
        say(lost, "send-again", force=True)
        lost.agency.faults.append("before")
        lost.desk.work()
        lost.later(minutes=5)
        found = say(lost, "did-not-happen", evidence="Their list of tasks.")

        assert ["send-again", "did-not-happen"] == [
            said.outcome for said in found.resolutions
        ]

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"outcome": "perhaps"}, "outcome"),
            ({"evidence": " "}, "evidence"),
            ({"evidence": None}, None),
            ({"evidence": "\ud800"}, None),
            ({"actor": attrs.evolve(OPERATOR, name="")}, "actor"),
        ],
    )
    def test_bad_input(self, lost, given, field):
        """Who, what and how they know are needed; nothing is written without."""
        before = lost.dump()
        with pytest.raises(InputError) as caught:
            lost.desk.resolve(
                BOOK,
                **{
                    "actor": OPERATOR,
                    "outcome": "did-not-happen",
                    "evidence": PHONE,
                    **given,
                },
            )

        assert field == caught.value.field
        assert before == lost.dump()

    def test_not_while_it_is_sent(self, tmp_path):
        """The answer may still come: a minute is waited for it."""
        shop = Shop(tmp_path)
        shop.paid()
        with shop.desk.store.transaction() as tx:
            tx.set_effect_state(CHARGE, "submitting", at=shop.world.now())
        with pytest.raises(NotYetError):
            say(shop, "did-not-happen", CHARGE)

    def test_a_late_answer_undoes_nothing(self, tmp_path):
        """An error that comes after a person has settled a call changes nothing."""
        shop = Shop(tmp_path)
        other = shop.again()
        book = shop.agency.book

        def slow(request):
            shop.world.set(shop.world.now() + dt.timedelta(minutes=5))
            other.resolve(
                request.operation_id,
                actor=OPERATOR,
                outcome="happened",
                evidence=PHONE,
                reference="FAR-9",
            )
            shop.agency.faults.append("before")
            return book(request)

        shop.agency.book = slow
        shop.paid()
        shop.desk.work()

        assert ("succeeded", "applied", "") == shop.booking()
        assert "FAR-9" == shop.reference()
