"""Events: what each one does to an order, and how a history becomes one."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.moves import take
from tests.core.steps.roads import (
    AGENCY,
    BUYER,
    OPERATOR,
    SERVICE,
    SUPPLIER,
    china,
    usd,
)

from pmkit.core.errors import InputError, NaiveTimeError, NotYetError, OutOfOrderError
from pmkit.core.events import Event, Outcome, fold, happened, opened, then
from pmkit.core.events.asking import _CaseEvent as CaseEvent
from pmkit.core.events.base import OrderOpened, ServiceEvent, VisitEvent
from pmkit.core.events.booking import ChangeAnswered
from pmkit.core.events.leaving import CancellationRefused, ServiceCancelled
from pmkit.core.events.ordering import GoodsShipped, ShipDateFixed, ShipDateMoved
from pmkit.core.events.paying import (
    BookingConfirmed,
    MoneyReceived,
    PaymentExpired,
    RefundMoved,
    RefundRequested,
)
from pmkit.core.events.reporting import ReportDecided, ReportReleased
from pmkit.core.events.reviewing import ReviewReplied, ReviewRevised
from pmkit.core.events.visiting import VisitRequested
from pmkit.core.order import DaysAfterPayment, FixedShipDate, OrderStage
from pmkit.core.payment import (
    PaymentState,
    Receipt,
    Refund,
    RefundRoute,
    RefundState,
)
from pmkit.core.report import BuyerDecision, Decision
from pmkit.core.review import Opinion, Reply
from pmkit.core.roles import Action
from pmkit.core.service import ServiceStage
from pmkit.core.visit import VisitState

AT = china("03-01T09:00")
BY_BUYER = {"at": AT, "by": BUYER}
ON_SERVICE = {**BY_BUYER, "service_id": SERVICE}

NAMES = [
    "appointment-confirmed",
    "appointment-proposed",
    "booking-confirmed",
    "cancellation-refused",
    "cancellation-requested",
    "case-answered",
    "case-closed",
    "case-escalated",
    "case-opened",
    "case-withdrawn",
    "change-answered",
    "change-requested",
    "consent-given",
    "deadline-rechecked",
    "goods-shipped",
    "information-given",
    "inspector-arrived",
    "inspector-assigned",
    "message-sent",
    "money-received",
    "order-opened",
    "order-placed",
    "payment-action-required",
    "payment-declined",
    "payment-expired",
    "payment-linked",
    "payment-misdirected",
    "payment-processing",
    "payment-returned",
    "payment-started",
    "payment-submitted",
    "refund-moved",
    "refund-requested",
    "report-decided",
    "report-overdue",
    "report-released",
    "report-uploaded",
    "review-replied",
    "review-revised",
    "service-added",
    "service-approved",
    "service-cancelled",
    "service-closed",
    "service-edited",
    "service-expired",
    "service-removed",
    "service-reviewed",
    "ship-date-fixed",
    "ship-date-moved",
    "task-received",
    "visit-aborted",
    "visit-completed",
    "visit-missed",
    "visit-moved",
    "visit-requested",
]


def _service(order):
    return order.service(SERVICE)


def _refund(**changes):
    """A refund of the service's price by some route."""
    words = {
        "id": "refund-1",
        "payment_id": "initial",
        "service_id": SERVICE,
        "amount": usd("48.00"),
        "route": RefundRoute.BACK_TO_METHOD,
        "cause": "x",
        "requested_at": AT,
        **changes,
    }
    return Refund(**words)


class TestEvent:
    """What every event is."""

    def test_names_are_for_the_timeline(self) -> None:
        """Each kind of event has its name; the stored histories are read by them."""
        assert sorted(NAMES) == sorted(Event.kinds)

    def test_a_name_leads_to_its_kind(self) -> None:
        """The class with slots is found, the one that is really used."""
        assert Event.kinds["goods-shipped"] is GoodsShipped
        assert "goods-shipped" == GoodsShipped(**BY_BUYER).name

    def test_a_moment_is_in_utc(self) -> None:
        """A naive or local moment is refused."""
        with pytest.raises(NaiveTimeError):
            GoodsShipped(at=dt.datetime.fromisoformat("2026-03-01T09:00"), by=BUYER)
        with pytest.raises(InputError, match="not in UTC"):
            GoodsShipped(
                at=dt.datetime.fromisoformat("2026-03-01T09:00+08:00"), by=BUYER
            )

    def test_an_event_is_frozen(self) -> None:
        """Nobody rewrites what happened."""
        event = GoodsShipped(**BY_BUYER)

        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            event.at = AT

    @pytest.mark.parametrize(
        "effect",
        [
            lambda order: Event(**BY_BUYER).apply(order),
            lambda order: ServiceEvent(**ON_SERVICE).apply(order),
            lambda order: VisitEvent(**ON_SERVICE, visit=1).apply(order),
            lambda order: CaseEvent(**ON_SERVICE, case_id="case-1").apply(
                take(Action.OPEN_CASE, order, actor=BUYER, at=AT).order
            ),
        ],
    )
    def test_an_abstract_event_does_nothing(self, effect) -> None:
        """Only events that say what they change can be applied."""
        with pytest.raises(NotImplementedError):
            effect(roads.with_service(ServiceStage.BOOKED))


class TestHistory:
    """A history is folded into an order."""

    @pytest.mark.parametrize("stage", list(ServiceStage))
    def test_the_fold_of_all_events_is_the_order(self, stage) -> None:
        """Replaying what happened gives what is, at every stage of a service."""
        road = roads.road_to(stage)

        assert road.order == fold(road.events)

    @pytest.mark.parametrize("stage", list(OrderStage))
    def test_the_sequence_is_dense(self, stage) -> None:
        """The order counts its events, one by one."""
        road = roads.order_road_to(stage, with_service=True)

        assert len(road.events) == road.order.seq
        assert road.order == fold(road.events)

    def test_a_history_begins_with_the_opening(self) -> None:
        """Without its first event a history is nothing."""
        road = roads.road_to(ServiceStage.BOOKED)

        with pytest.raises(OutOfOrderError, match="begins with the opening"):
            fold(road.events[1:])

    def test_an_empty_history_is_no_order(self) -> None:
        """Nothing happened to nothing."""
        with pytest.raises(OutOfOrderError, match="begins with the opening"):
            fold(())

    def test_an_order_is_opened_once(self) -> None:
        """A second opening inside a history is refused."""
        road = roads.order_road_to(OrderStage.DRAFT)

        with pytest.raises(OutOfOrderError, match="TA-1 is open already"):
            fold([*road.events, road.events[0]])

    def test_opening_is_the_first_event(self) -> None:
        """Whatever number the record carries, its history begins with one."""
        order = attrs.evolve(roads.in_production(), seq=99)

        outcome = opened(OrderOpened(**BY_BUYER, order=order))

        assert 1 == outcome.order.seq
        assert 1 == len(outcome.events)

    def test_nothing_happened(self) -> None:
        """No event changes no order."""
        order = roads.draft_order()

        assert Outcome(order=order) == happened(order)

    def test_then_decides_on_the_order_as_it_is(self) -> None:
        """What follows sees what was decided before; both stand in the outcome."""
        seen = []
        first = happened(roads.in_production(), GoodsShipped(**BY_BUYER))
        more = VisitRequested(**ON_SERVICE, number=2)

        def decide(order):
            seen.append(order)
            return ()

        outcome = then(first, decide)

        assert [first.order] == seen
        assert first == outcome
        assert "visit-requested" == more.name

    def test_then_adds_its_events(self) -> None:
        """The events of both stand in the outcome, the older ones first."""
        first = happened(
            roads.with_service(ServiceStage.BOOKED),
            VisitRequested(**ON_SERVICE, number=2),
        )

        outcome = then(first, lambda _: [VisitRequested(**ON_SERVICE, number=3)])

        assert [2, 3] == [event.number for event in outcome.events]
        assert 3 == len(_service(outcome.order).visits)
        assert first.order.seq + 1 == outcome.order.seq


class TestOrdering:
    """Events on the order itself."""

    def test_a_fixed_ship_day_gives_the_deadlines_that_waited(self) -> None:
        """The receipt of a payment makes the day and BOOK-1 known."""
        order = roads.opened(ship=DaysAfterPayment(days=50)).order
        order = roads.book.add_service(
            order, actor=BUYER, at=china("01-05T10:00"), **roads.PM
        ).order
        known = _service(roads.with_service(ServiceStage.AWAITING_PAYMENT)).book_by

        fixed = ShipDateFixed(
            **BY_BUYER, day=roads.SHIP_DAY, book_by=((SERVICE, known),)
        ).apply(order)

        assert roads.SHIP_DAY == fixed.ship_day
        assert roads.SHIP_DAY == fixed.first_ship_day
        assert known == _service(fixed).book_by
        assert DaysAfterPayment(days=50) == fixed.ship

    @pytest.mark.parametrize(
        "event",
        [
            ShipDateFixed(**BY_BUYER, day=dt.date(2026, 3, 9)),
            ShipDateMoved(
                **BY_BUYER,
                ship=FixedShipDate(day=dt.date(2026, 3, 9)),
                day=dt.date(2026, 3, 9),
            ),
        ],
    )
    def test_the_first_day_is_kept(self, event) -> None:
        """How far a date has moved in all is counted from the first one."""
        order = event.apply(roads.in_production())

        assert dt.date(2026, 3, 9) == order.ship_day
        assert roads.SHIP_DAY == order.first_ship_day


class TestPaying:
    """Events on money."""

    def test_the_first_complete_moment_is_kept(self) -> None:
        """Money that comes when all is paid does not make the payment later."""
        order = roads.in_production()
        receipt = Receipt(
            id="more",
            amount=usd("5.00"),
            counted=usd("0.00"),
            held=usd("5.00"),
            received_at=AT,
            observed_at=AT,
        )

        paid = MoneyReceived(
            **BY_BUYER,
            payment_id="initial",
            receipt=receipt,
            state=PaymentState.SETTLED,
            linked=True,
            complete_at=AT,
        ).apply(order)

        assert china("01-08T09:00") == paid.payment("initial").received_at
        assert 2 == len(paid.payment("initial").receipts)

    def test_a_closed_link_keeps_its_moment(self) -> None:
        """What was sent before a link was closed still counts."""
        closed = PaymentExpired(
            **BY_BUYER, payment_id="initial", reason="The order was changed."
        ).apply(roads.in_production())

        assert PaymentState.EXPIRED is closed.payment("initial").state
        assert AT == closed.payment("initial").expired_at
        assert "The order was changed." == closed.payment("initial").reason

    @pytest.mark.parametrize(
        ("route", "balance"),
        [
            (RefundRoute.REDUCE_BALANCE, "3952.00"),
            (RefundRoute.BACK_TO_METHOD, "4000.00"),
            (RefundRoute.SUPPLIER_REFUND, "4000.00"),
        ],
    )
    def test_only_one_route_lowers_the_balance(self, route, balance) -> None:
        """Paid with the initial payment, balance open: it falls by the fee."""
        order = RefundRequested(**BY_BUYER, refund=_refund(route=route)).apply(
            roads.in_production()
        )

        assert usd(balance) == order.balance
        assert route is order.refund("refund-1").route

    def test_a_refund_keeps_its_clock(self) -> None:
        """REFUND-1 runs from the start and is not lost when the money is there."""
        clock = _service(roads.with_service(ServiceStage.BOOKED)).book_by
        order = roads.in_production().with_refund(_refund())
        begun = RefundMoved(
            **BY_BUYER,
            refund_id="refund-1",
            state=RefundState.INITIATED,
            expected_by=clock,
        ).apply(order)

        done = RefundMoved(
            **BY_BUYER, refund_id="refund-1", state=RefundState.DONE
        ).apply(begun)

        assert RefundState.INITIATED is begun.refund("refund-1").state
        assert clock == begun.refund("refund-1").expected_by
        assert RefundState.DONE is done.refund("refund-1").state
        assert clock == done.refund("refund-1").expected_by

    def test_the_agency_gives_its_number(self) -> None:
        """The moment that met the cut-off stays when the number comes."""
        order = roads.with_service(ServiceStage.BOOKED)

        confirmed = BookingConfirmed(
            at=AT, by=AGENCY, service_id=SERVICE, reference="SE-1"
        ).apply(order)

        assert "SE-1" == _service(confirmed).booking.reference
        assert _service(order).booking.at == _service(confirmed).booking.at


class TestVisitingAndReporting:
    """Events on visits and their reports."""

    @pytest.mark.parametrize(
        "event",
        [
            ReportReleased(**ON_SERVICE, visit=1),
            ReportDecided(
                **ON_SERVICE,
                visit=1,
                decision=BuyerDecision(
                    decision=Decision.RELEASE, version=1, at=AT, by=BUYER
                ),
            ),
        ],
    )
    def test_without_a_report_nothing_is_decided(self, event) -> None:
        """A decision or a release needs the report that it is about."""
        with pytest.raises(NotYetError, match="Visit 1 has no report yet"):
            event.apply(roads.with_service(ServiceStage.AWAITING_REPORT))

    def test_a_further_visit(self) -> None:
        """It stands behind the others and says what it makes up for."""
        order = VisitRequested(**ON_SERVICE, number=2, replaces=1).apply(
            roads.with_service(ServiceStage.BOOKED)
        )

        assert [1, 2] == [visit.number for visit in _service(order).visits]
        assert 1 == _service(order).visit(2).replaces


class TestReviewing:
    """Events on the review."""

    def test_reply_and_revision_stand_beside_the_first(self) -> None:
        """Nothing that was said is overwritten."""
        until = _service(roads.with_service(ServiceStage.REVIEWED)).review_until
        replied = ReviewReplied(
            at=AT,
            by=AGENCY,
            service_id=SERVICE,
            reply=Reply(text="Thank you.", at=AT),
            revise_until=until,
        ).apply(roads.with_service(ServiceStage.REVIEWED))

        revised = ReviewRevised(**ON_SERVICE, opinion=Opinion(rating=4, at=AT)).apply(
            replied
        )
        review = _service(revised).review

        assert 5 == review.first.rating
        assert "Thank you." == review.reply.text
        assert until == review.revise_until
        assert 4 == review.standing.rating


class TestLeaving:
    """Events on services that leave the road."""

    def test_a_refused_cancellation_goes_on(self) -> None:
        """The service is where it was, and the answer is kept."""
        order = CancellationRefused(
            at=AT, by=OPERATOR, service_id=SERVICE, answer="The inspector is there."
        ).apply(roads.with_service(ServiceStage.CANCELLING))
        service = _service(order)

        assert ServiceStage.SCHEDULED is service.stage
        assert service.cancellation.granted is False
        assert "The inspector is there." == service.cancellation.answer
        assert () == service.fees

    def test_a_granted_cancellation_stands_the_visits_down(self) -> None:
        """Visits that are not over are cancelled, and the fee is kept."""
        service = _service(roads.with_service(ServiceStage.CANCELLED))

        assert [VisitState.CANCELLED] == [visit.state for visit in service.visits]
        assert service.cancellation.granted
        assert (service.cancellation.fee,) == service.fees
        assert "Cancelled as you wished." == service.ended.cause

    def test_a_cancellation_that_nobody_asked_for(self) -> None:
        """The platform may end a service by itself: without a fee."""
        order = ServiceCancelled(
            at=AT, by=OPERATOR, service_id=SERVICE, answer="The agency closed."
        ).apply(roads.with_service(ServiceStage.BOOKED))
        service = _service(order)

        assert ServiceStage.CANCELLED is service.stage
        assert () == service.fees
        assert service.cancellation is None

    def test_what_took_place_stays(self) -> None:
        """A visit that is over is not cancelled afterwards."""
        order = ServiceCancelled(
            at=AT, by=OPERATOR, service_id=SERVICE, answer="x"
        ).apply(roads.with_service(ServiceStage.AWAITING_REPORT))

        assert VisitState.COMPLETED is _service(order).visit(1).state


def test_an_answer_without_a_wish_changes_only_the_words() -> None:
    """An old history may hold an answer whose wish is gone; nothing breaks."""
    order = ChangeAnswered(
        at=AT,
        by=SUPPLIER,
        service_id=SERVICE,
        granted=True,
        answer="x",
        requirements="Weigh.",
    ).apply(roads.with_service(ServiceStage.BOOKED))

    assert _service(order).change_request is None
    assert "Weigh." == _service(order).requirements
