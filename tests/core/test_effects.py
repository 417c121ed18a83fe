"""Which calls to the outside a decision asks for, and under which ids."""

from __future__ import annotations

import datetime as dt
import functools

import attrs
import pytest
from tests.core.steps import moves, tills
from tests.core.steps.bookings import FRIDAY
from tests.core.steps.roads import (
    AGENCY,
    BUYER,
    CHINA,
    OPERATOR,
    SERVICE,
    SUPPLIER,
    china,
    go,
    on_visit,
    order_road_to,
    road_to,
    usd,
)
from tests.core.steps.tills import (
    at_apart,
    at_initial,
    get,
    in_production,
    payable_apart,
    shipped,
    start,
    swept,
)

from pmkit.core.effects import Effect, EffectKind, effects_of
from pmkit.core.errors import InputError
from pmkit.core.events import fold, happened
from pmkit.core.order import OrderStage
from pmkit.core.parties import Role
from pmkit.core.payment import Purpose, RefundRoute
from pmkit.core.roles import Action
from pmkit.core.service import ServiceStage
from pmkit.core.steps import appoint


def then(outcome, action, actor, at):
    """Take the real step of an action."""
    return go(outcome, functools.partial(moves.take, action), actor=actor, at=china(at))


def moved(actor):
    """Move the confirmed visit to Friday."""
    return on_visit(
        road_to(ServiceStage.SCHEDULED),
        appoint.move_visit,
        actor=actor,
        at=china("01-23T09:00"),
        appointment=FRIDAY,
        reason="The line stands still.",
        calendar=CHINA,
    )


def given_the_states(done, road):
    """Tell the calls of a history but its opening from the states that were kept."""
    return effects_of(fold(road.events[:1]), done.events, states=done.states)


def all_of(outcome, **given):
    """Tell the calls of a whole history but its opening."""
    return effects_of(fold(outcome.events[:1]), outcome.events[1:], **given)


def since(outcome, count, **given):
    """Tell the calls of the last *count* events."""
    before = fold(outcome.events[:-count])
    return effects_of(before, outcome.events[-count:], **given)


def proposal(actor):
    """Propose the visit."""
    return then(
        road_to(ServiceStage.BOOKED), Action.PROPOSE_APPOINTMENT, actor, "01-16T09:00"
    )


def lines(effects):
    """Name calls: the id, the plugin and what it is about."""
    return [(e.operation_id, e.plugin, e.subject) for e in effects]


class TestEachCall:
    def test_a_payment_is_charged(self):
        """Who chose a method is charged by it, with what they chose to pay with."""
        assert (
            Effect(
                operation_id="TA-1/7/charge",
                kind=EffectKind.CHARGE,
                plugin="card",
                subject="pay-pm",
                instrument="tok-1",
            ),
        ) == since(at_apart(), 1, instrument="tok-1")

    def test_a_task_is_booked(self):
        """A paid service goes to its agency."""
        assert (
            Effect(
                operation_id="TA-1/11/book",
                kind=EffectKind.BOOK,
                plugin="Sharp Eye",
                subject=SERVICE,
            ),
        ) == since(road_to(ServiceStage.BOOKED), 1)

    @pytest.mark.parametrize("actor", [SUPPLIER, OPERATOR])
    def test_a_proposal_is_told_to_the_agency(self, actor):
        """The supplier, or the platform for it, says when; the agency has to know."""
        assert (
            Effect(
                operation_id="TA-1/12/move",
                kind=EffectKind.MOVE,
                plugin="Sharp Eye",
                subject=SERVICE,
                visit=1,
            ),
        ) == since(proposal(actor), 1)

    def test_an_agency_s_own_proposal_is_not(self):
        """Nobody is called to hear what they just said."""
        assert () == since(proposal(AGENCY), 1)

    @pytest.mark.parametrize("actor", [BUYER, SUPPLIER, OPERATOR])
    def test_a_moved_visit_is_told_to_the_agency(self, actor):
        """Both sides of the trade and the platform can move a visit."""
        assert [("TA-1/15/move", "Sharp Eye", SERVICE)] == lines(since(moved(actor), 1))

    def test_an_agency_s_own_move_is_not(self):
        """The agency knows that it comes on another day."""
        assert () == since(moved(AGENCY), 1)

    def test_nor_is_an_inspector_s(self):
        """The agency's person is the agency."""
        (event,) = proposal(AGENCY).events[-1:]
        inspector = attrs.evolve(event, by=attrs.evolve(AGENCY, role=Role.INSPECTOR))
        before = road_to(ServiceStage.BOOKED).order

        assert () == effects_of(before, [inspector])

    def test_a_cancelled_service_is_cancelled_and_its_money_goes_back(self):
        """The agency hears of the end; the card gets the refund."""
        assert (
            Effect(
                operation_id="TA-1/16/cancel",
                kind=EffectKind.CANCEL,
                plugin="Sharp Eye",
                subject=SERVICE,
            ),
            Effect(
                operation_id="TA-1/17/refund",
                kind=EffectKind.REFUND,
                plugin="card",
                subject="refund-of-pm",
            ),
        ) == since(road_to(ServiceStage.CANCELLED), 2)

    def test_an_expired_service_that_was_booked_is_cancelled(self):
        """The goods shipped before the visit: nobody has to travel."""
        kinds = [effect.kind for effect in since(road_to(ServiceStage.EXPIRED), 3)]

        assert [EffectKind.CANCEL, EffectKind.REFUND] == kinds

    def test_one_that_was_not_booked_is_nobody_s_task(self):
        """The agency never heard of a service that expired unpaid."""
        expired = swept(payable_apart(in_production()), "02-12T00:00")

        assert "service-expired" == expired.events[-1].name
        assert () == since(expired, 1)


class TestRefunds:
    def test_more_than_was_due_goes_back_by_the_method(self):
        """Fifty arrived for forty-eight: two go back to the card."""
        more = get(at_apart(), "pay-pm", usd("50.00"), at="01-15T09:00")
        (refund,) = more.order.refunds
        kinds = [effect.kind for effect in since(more, 3)]

        assert RefundRoute.BACK_TO_METHOD is refund.route
        assert [EffectKind.REFUND, EffectKind.BOOK] == kinds

    def test_a_lower_balance_is_no_call(self):
        """Paid with the initial payment: the balance falls, no plugin is called."""
        paid = get(at_initial(), "initial", tills.INITIAL, at="01-08T09:00")
        over = shipped(paid, "02-27T18:00")
        (refund,) = over.order.refunds
        kinds = [effect.kind for effect in since(over, 3)]

        assert RefundRoute.REDUCE_BALANCE is refund.route
        assert [EffectKind.CANCEL] == kinds

    def test_a_refund_by_the_supplier_is_no_call(self):
        """All is paid: the supplier refunds, no plugin is called."""
        paid = get(at_initial(), "initial", tills.INITIAL, at="01-08T09:00")
        begun = start(paid, "rest", Purpose.BALANCE, at="02-01T09:00")
        full = get(begun, "rest", usd("4000.00"), at="02-02T09:00")
        over = shipped(full, "02-27T18:00")
        (refund,) = over.order.refunds
        kinds = [effect.kind for effect in since(over, 3)]

        assert RefundRoute.SUPPLIER_REFUND is refund.route
        assert [EffectKind.CANCEL] == kinds


class TestIds:
    def test_the_calls_of_a_whole_road(self):
        """Each call is named by its order and by the number of its event."""
        assert [
            ("TA-1/3/charge", "card", "initial"),
            ("TA-1/8/charge", "card", "pay-pm"),
            ("TA-1/11/book", "Sharp Eye", SERVICE),
            ("TA-1/12/move", "Sharp Eye", SERVICE),
            ("TA-1/16/cancel", "Sharp Eye", SERVICE),
            ("TA-1/17/refund", "card", "refund-of-pm"),
        ] == lines(all_of(road_to(ServiceStage.CANCELLED)))

    def test_deciding_twice_is_calling_once(self):
        """The same events on the same order give the same calls."""
        road = road_to(ServiceStage.CANCELLED)

        assert all_of(road) == all_of(road)

    @pytest.mark.parametrize("cut", range(1, 17))
    def test_however_the_history_is_cut(self, cut):
        """Told in one batch or in two, the calls are the same."""
        events = road_to(ServiceStage.CANCELLED).events
        first = effects_of(fold(events[:1]), events[1:cut])
        rest = effects_of(fold(events[:cut]), events[cut:])

        assert all_of(road_to(ServiceStage.CANCELLED)) == first + rest

    def test_with_the_states_that_were_kept(self):
        """Whoever kept the states between the events gets the same calls."""
        road = road_to(ServiceStage.CANCELLED)
        done = happened(fold(road.events[:1]), *road.events[1:])

        assert all_of(road) == given_the_states(done, road)

    def test_neither_the_moment_nor_the_actor_is_in_them(self):
        """Somebody else, later, asks for the same call by the same id."""
        before = road_to(ServiceStage.BOOKED).order
        (event,) = proposal(SUPPLIER).events[-1:]
        other = attrs.evolve(event, at=event.at + dt.timedelta(days=1), by=OPERATOR)

        assert effects_of(before, [event]) == effects_of(before, [other])

    def test_nor_is_what_was_chosen_to_pay_with(self):
        """A card token changes the call, never its name."""
        with_token, without = all_of(at_apart(), instrument="tok-1"), all_of(at_apart())

        assert [e.operation_id for e in without] == [e.operation_id for e in with_token]

    def test_another_order_has_other_ids(self):
        """The order's name stands in front."""
        other = attrs.evolve(road_to(ServiceStage.BOOKED).order, id="TA-2")
        (call,) = effects_of(other, proposal(SUPPLIER).events[-1:])

        assert "TA-2/12/move" == call.operation_id

    def test_the_same_again_later_is_another_call(self):
        """A second proposal of the same time is the thirteenth event."""
        once = proposal(SUPPLIER)
        twice = then(once, Action.PROPOSE_APPOINTMENT, SUPPLIER, "01-17T09:00")

        assert ["TA-1/12/move", "TA-1/13/move"] == [
            effect.operation_id for effect in since(twice, 2)
        ]

    def test_an_empty_one_is_none(self):
        """A call without a name could be made twice."""
        with pytest.raises(InputError) as refused:
            Effect(
                operation_id="", kind=EffectKind.BOOK, plugin="Sharp Eye", subject="s"
            )

        assert "operation_id" == refused.value.field


class TestNothingToCall:
    def test_what_only_the_order_knows(self):
        """Drafting, consent, visits, reports and reviews call nobody."""
        names = {
            effect.operation_id.rpartition("/")[2]
            for effect in all_of(road_to(ServiceStage.REVIEWED))
        }
        after_the_proposal = since(road_to(ServiceStage.REVIEWED), 8)

        assert {"charge", "book", "move"} == names
        assert () == after_the_proposal

    def test_no_events_no_calls(self):
        """Where nothing was decided nothing is done."""
        order = order_road_to(OrderStage.DRAFT).order

        assert () == effects_of(order, [])

    def test_what_is_paid_with_is_not_shown(self):
        """A token does not get into logs by way of a printed call."""
        (_, charge) = all_of(at_apart(), instrument="tok-secret")

        assert "tok-secret" == charge.instrument
        assert "tok-secret" not in repr(charge)
