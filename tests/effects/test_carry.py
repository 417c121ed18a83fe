"""How an intended call is made, and what a plugin may answer."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.roads import (
    LAMPS,
    SERVICE,
    VISIT,
    road_to,
    usd,
    with_service,
)

from pmkit.core.effects import Effect, EffectKind
from pmkit.core.errors import PluginError, UnavailableError, UnknownPluginError
from pmkit.core.payment import RefundState
from pmkit.core.ports import (
    BookingReply,
    BookingRequest,
    MoveRequest,
    PaymentNews,
    PaymentObservation,
    RefundObservation,
)
from pmkit.core.service import Booking, EarlierReport, ServiceStage
from pmkit.effects.carry import booking_request, plugin_of, request_of, send
from pmkit.hooks.panel import Panel
from pmkit.sandbox import World

AGENCY_NAME = "sandbox-agency"
CARD = "sandbox-card"


def carry_out(order, effect, panel):
    """Make one call, as a desk does in three steps."""
    return send(plugin_of(effect, panel), effect, request_of(order, effect))


@pytest.fixture(name="world")
def _world():
    """Simulated companies on 15 January 2026."""
    return World("2026-01-15T09:00+08:00")


def call(kind, **changed):
    """Intend a call of a kind."""
    charging = kind in (EffectKind.CHARGE, EffectKind.REFUND)
    given = {
        "operation_id": f"TA-1/11/{kind.value}",
        "plugin": CARD if charging else AGENCY_NAME,
        "subject": "pay-pm" if charging else SERVICE,
        **changed,
    }
    return Effect(kind=kind, **given)


def charge(instrument="tok-captures"):
    """Intend to charge the card for the service."""
    return call(EffectKind.CHARGE, instrument=instrument)


def send_back():
    """Intend the refund of the cancelled service."""
    return call(EffectKind.REFUND, subject="refund-of-pm")


def with_reference(order, reference="SBX-0001"):
    """Note the agency's number, as the desk does once it knows it."""
    service = order.service(SERVICE)
    at = service.booking.at
    return order.with_service(
        attrs.evolve(service, booking=Booking(at=at, reference=reference))
    )


def proposed():
    """Give the order with a proposed visit, and the agency's number."""
    events = road_to(ServiceStage.SCHEDULED).events
    booked = with_service(ServiceStage.BOOKED)
    return with_reference(events[11].apply(booked))


class TestCharge:
    def test_a_card_that_captures(self, world):
        """The amount of the payment is captured; the card says so in two news."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        news = carry_out(order, charge(), world.panel)

        assert [PaymentNews.SUBMITTED, PaymentNews.RECEIVED] == [n.news for n in news]
        assert ("TA-1", "pay-pm", usd("48.00")) == (
            news[1].order_id,
            news[1].payment_id,
            news[1].amount,
        )
        assert {"capture pay-pm": 1} == dict(world.card.ledger.effects)

    def test_a_card_that_declines(self, world):
        """What the payer chose goes with the call."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        (news,) = carry_out(order, charge("tok-declines"), world.panel)

        assert PaymentNews.DECLINED is news.news
        assert "The card was declined: insufficient funds." == news.reason

    def test_a_transfer_says_nothing_yet(self, world):
        """Nothing is observed before the payer sends money."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        by_bank = attrs.evolve(charge(), plugin="sandbox-transfer")

        assert () == carry_out(order, by_bank, world.panel)
        assert {"expect pay-pm": 1} == dict(world.transfer.ledger.effects)

    def test_twice_is_once(self, world):
        """The same id again: the same news, and one charge."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        once = carry_out(order, charge(), world.panel)
        again = carry_out(order, charge(), world.panel)

        assert once == again
        assert {"capture pay-pm": 1} == dict(world.card.ledger.effects)

    def test_a_method_that_refuses(self, world):
        """A plugin's own refusal is handed on as it is."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        later = attrs.evolve(charge(), plugin="sandbox-pay-later")

        with pytest.raises(UnavailableError):
            carry_out(order, later, world.companies)


class TestRefund:
    def test_it_goes_back_to_the_card(self, world):
        """The refund names its payment, its amount and itself."""
        order = with_service(ServiceStage.CANCELLED)
        carry_out(order, charge(), world.panel)
        (news,) = carry_out(order, send_back(), world.panel)

        assert ("TA-1", "refund-of-pm", RefundState.INITIATED) == (
            news.order_id,
            news.refund_id,
            news.state,
        )
        assert usd("0.00") == world.card.refundable("pay-pm", "USD")

    def test_twice_is_once(self, world):
        """The same id again sends nothing more."""
        order = with_service(ServiceStage.CANCELLED)
        carry_out(order, charge(), world.panel)
        once = carry_out(order, send_back(), world.panel)
        again = carry_out(order, send_back(), world.panel)

        assert once == again
        assert 1 == world.card.ledger.effects["refund refund-of-pm"]


class TestBook:
    def test_the_agency_gets_its_task(self, world):
        """What is to be checked, where the id comes from, and how often."""
        order = with_service(ServiceStage.BOOKED)
        news = carry_out(order, call(EffectKind.BOOK), world.panel)
        (task,) = world.agency.tasks

        assert (BookingReply(reference="SBX-0001"),) == news
        assert (
            BookingRequest(
                operation_id="TA-1/11/book",
                order_id="TA-1",
                service_id=SERVICE,
                kind="PM",
                lines=(LAMPS,),
                planned_visits=1,
                requirements="",
                earlier_report="",
            )
            == task.request
        )

    def test_a_re_inspection_names_the_earlier_report(self):
        """Which version of which visit of which service made it necessary."""
        order = with_service(ServiceStage.BOOKED)
        service = attrs.evolve(
            order.service(SERVICE),
            requirements="Weigh one.",
            planned_visits=2,
            reinspects=EarlierReport(service_id="pm-0", visit=3, version=2),
        )
        request = booking_request(order, service, "op-1")

        assert "pm-0/3/2" == request.earlier_report
        assert ("Weigh one.", 2) == (request.requirements, request.planned_visits)

    def test_twice_is_once(self, world):
        """The same id again: the same number, and one task."""
        order = with_service(ServiceStage.BOOKED)
        once = carry_out(order, call(EffectKind.BOOK), world.panel)
        again = carry_out(order, call(EffectKind.BOOK), world.panel)

        assert once == again
        assert 1 == len(world.agency.tasks)


class TestMove:
    def test_the_agency_hears_the_proposed_time(self, world):
        """Which visit, by the agency's own number, and when it is wanted."""
        carry_out(with_service(ServiceStage.BOOKED), call(EffectKind.BOOK), world.panel)
        effect = call(EffectKind.MOVE, visit=1)

        assert () == carry_out(proposed(), effect, world.panel)
        assert [
            MoveRequest(
                operation_id="TA-1/11/move",
                service_id=SERVICE,
                reference="SBX-0001",
                visit=1,
                appointment=VISIT,
            )
        ] == world.agency.tasks[0].moves

    def test_a_proposal_that_is_gone_is_not_told(self, world):
        """Without a time there is nothing to ask the agency for."""
        order = with_service(ServiceStage.BOOKED)
        carry_out(order, call(EffectKind.BOOK), world.panel)

        assert () == carry_out(order, call(EffectKind.MOVE, visit=1), world.panel)
        assert [] == world.agency.tasks[0].moves


class TestCancel:
    def test_the_agency_hears_the_cause(self, world):
        """By its own number, in the platform's words."""
        carry_out(with_service(ServiceStage.BOOKED), call(EffectKind.BOOK), world.panel)
        order = with_reference(with_service(ServiceStage.CANCELLED))

        assert () == carry_out(order, call(EffectKind.CANCEL), world.panel)
        assert "Cancelled as you wished." == world.agency.tasks[0].cancelled

    def test_before_the_agency_gave_a_number(self):
        """A cancellation that overtakes the answer has no number yet."""
        told = Says()
        order = with_service(ServiceStage.CANCELLED)
        carry_out(order, call(EffectKind.CANCEL, plugin="says"), told.panel())

        assert ("", "Cancelled as you wished.") == (
            told.asked.reference,
            told.asked.cause,
        )

    def test_of_what_nobody_booked(self):
        """Even without a booking and an end the call has its shape."""
        told = Says()
        order = with_service(ServiceStage.AWAITING_PAYMENT)
        carry_out(order, call(EffectKind.CANCEL, plugin="says"), told.panel())

        assert ("", "") == (told.asked.reference, told.asked.cause)


@attrs.define
class Says:
    """A plugin that answers what it was told to, and keeps what it was asked."""

    answer: object = None
    asked: object = None

    def book(self, request):
        self.asked = request
        return self.answer

    move = cancel = charge = refund = book

    def panel(self):
        """Attach it as everything."""
        return Panel(agencies={"says": self}, methods={"says": self})


class TestGarbage:
    @pytest.mark.parametrize("answer", [None, "SBX-0001", {"reference": "1"}, ()])
    def test_a_booking_without_a_number(self, answer):
        """What is no reply is refused, with the names of both."""
        order = with_service(ServiceStage.BOOKED)
        with pytest.raises(PluginError, match=r"says answered \w+ to book\.") as no:
            carry_out(order, call(EffectKind.BOOK, plugin="says"), Says(answer).panel())

        assert "plugin" == no.value.field
        assert "The contract asks for BookingReply." == no.value.remedy

    def test_it_says_what_came(self):
        """The kind of the answer is named, never its content."""
        order = with_service(ServiceStage.BOOKED)
        secret = {"password": "tok-secret"}
        with pytest.raises(PluginError) as no:
            carry_out(order, call(EffectKind.BOOK, plugin="says"), Says(secret).panel())

        assert "says answered dict to book." == no.value.message

    @pytest.mark.parametrize(
        "answer", ["settled", [None], [{"news": "received"}], [BookingReply]]
    )
    def test_a_charge_without_news(self, answer):
        """Only observations of payments are news of a charge."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        effect = attrs.evolve(charge(), plugin="says")
        with pytest.raises(PluginError, match="to charge") as no:
            carry_out(order, effect, Says(answer).panel())

        assert "The contract asks for PaymentObservation." == no.value.remedy

    @pytest.mark.parametrize("answer", [None, 1])
    def test_a_charge_answered_with_no_list(self, answer):
        """An answer that holds no pieces is refused by name, and nothing is done."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        effect = attrs.evolve(charge(), plugin="says")
        with pytest.raises(PluginError, match="to charge") as no:
            carry_out(order, effect, Says(answer).panel())

        assert "The contract asks for a list." == no.value.remedy

    def test_one_bad_piece_spoils_all(self, world):
        """Good news before garbage is not believed: the id is asked again."""
        order = with_service(ServiceStage.PAYMENT_PROCESSING)
        good = carry_out(order, charge(), world.panel)
        effect = attrs.evolve(charge(), plugin="says")

        with pytest.raises(PluginError):
            carry_out(order, effect, Says([*good, "done"]).panel())

    def test_a_refund_with_news_of_a_payment(self):
        """Each kind of call has its own kind of news."""
        order = with_service(ServiceStage.CANCELLED)
        effect = attrs.evolve(send_back(), plugin="says")
        wrong = PaymentObservation(
            id="n-1",
            order_id="TA-1",
            payment_id="pay-pm",
            news=PaymentNews.RETURNED,
            at=order.opened_at,
        )
        with pytest.raises(PluginError, match="PaymentObservation to refund") as no:
            carry_out(order, effect, Says([wrong]).panel())

        assert "The contract asks for RefundObservation." == no.value.remedy

    def test_what_a_move_or_cancel_answers_is_not_read(self):
        """They are told, not asked."""
        says = Says("whatever")

        assert () == carry_out(
            proposed(), call(EffectKind.MOVE, plugin="says", visit=1), says.panel()
        )
        assert () == carry_out(
            with_service(ServiceStage.CANCELLED),
            call(EffectKind.CANCEL, plugin="says"),
            says.panel(),
        )

    def test_a_list_or_a_generator_is_fine(self):
        """Any iterable of news will do."""
        order = with_service(ServiceStage.CANCELLED)
        effect = attrs.evolve(send_back(), plugin="says")
        news = RefundObservation(
            id="n-1",
            order_id="TA-1",
            refund_id="refund-of-pm",
            state=RefundState.DONE,
            at=order.opened_at,
        )

        assert (news,) == carry_out(order, effect, Says([news]).panel())
        assert (news,) == carry_out(order, effect, Says(iter([news])).panel())


class TestNotAttached:
    @pytest.mark.parametrize("kind", [EffectKind.CHARGE, EffectKind.REFUND])
    def test_a_method_that_is_gone(self, kind):
        """A payment method that was taken off the panel is named."""
        with pytest.raises(UnknownPluginError) as no:
            carry_out(with_service(ServiceStage.CANCELLED), call(kind), Panel())

        assert "method" == no.value.field

    @pytest.mark.parametrize(
        "kind", [EffectKind.BOOK, EffectKind.MOVE, EffectKind.CANCEL]
    )
    def test_an_agency_that_is_gone(self, kind):
        """An agency that was taken off the panel is named."""
        with pytest.raises(UnknownPluginError) as no:
            carry_out(with_service(ServiceStage.CANCELLED), call(kind), Panel())

        assert "provider" == no.value.field
