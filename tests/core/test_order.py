"""The order: its stage is derived, its parts are found and replaced by name."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import SERVICE, china, usd

from pmkit.core.errors import InputError, NotFoundError
from pmkit.core.order import DaysAfterPayment, FixedShipDate, OrderLine, OrderStage
from pmkit.core.parties import Role
from pmkit.core.payment import PaymentState, Purpose, Refund, RefundRoute
from pmkit.core.service import ServiceStage

NOTHING_HERE = "There is no such thing here."

REFUND = Refund(
    id="refund-1",
    payment_id="initial",
    amount=usd("5.00"),
    route=RefundRoute.BACK_TO_METHOD,
    cause="More money arrived than was due.",
    requested_at=china("01-09T09:00"),
)


class TestStage:
    """How far an order has come follows from its records."""

    @pytest.mark.parametrize("stage", list(OrderStage))
    def test_each_stage_can_be_reached(self, stage) -> None:
        """The real steps lead to every stage."""
        assert stage is roads.order_road_to(stage).order.stage

    @pytest.mark.parametrize(
        "state",
        [
            PaymentState.SUBMITTED,
            PaymentState.PROCESSING,
            PaymentState.PART_RECEIVED,
            PaymentState.RECEIVED_UNLINKED,
        ],
    )
    def test_money_under_way_is_processing(self, state) -> None:
        """While any initial money is on its way nothing may be added."""
        order = roads.paying_order()
        moving = attrs.evolve(order.payment("initial"), state=state)

        assert OrderStage.INITIAL_PAYMENT_PROCESSING is (
            order.with_payment(moving).stage
        )

    @pytest.mark.parametrize(
        "state",
        [
            PaymentState.CREATED,
            PaymentState.ACTION_REQUIRED,
            PaymentState.DECLINED,
            PaymentState.EXPIRED,
            PaymentState.MISDIRECTED,
            PaymentState.RETURNED,
        ],
    )
    def test_money_that_does_not_come_is_awaited(self, state) -> None:
        """A payment that was not sent, or failed, leaves the order where it was."""
        order = roads.paying_order()
        failed = attrs.evolve(order.payment("initial"), state=state)

        assert OrderStage.AWAITING_INITIAL_PAYMENT is order.with_payment(failed).stage

    def test_another_payment_under_way_is_not_the_initial_one(self) -> None:
        """Money for the balance does not hold the initial payment up."""
        order = roads.paying_order()
        other = attrs.evolve(order.payment("initial"), purpose=Purpose.BALANCE)

        assert OrderStage.AWAITING_INITIAL_PAYMENT is order.with_payment(other).stage


class TestPaid:
    """When a payment was received in full."""

    def test_not_before_the_money_is_here(self) -> None:
        """Sent is not received."""
        assert roads.paying_order().paid_at(Purpose.INITIAL) is None
        assert not roads.paying_order().paid(Purpose.INITIAL)

    def test_at_the_moment_of_receipt(self) -> None:
        """The initial payment came on 8 January at nine in China."""
        assert china("01-08T09:00") == roads.in_production().paid_at(Purpose.INITIAL)

    def test_each_purpose_by_itself(self) -> None:
        """A paid initial payment says nothing of the balance."""
        assert not roads.in_production().paid(Purpose.BALANCE)

    def test_the_first_of_two_receipts_counts(self) -> None:
        """Paid twice, it was paid when it was paid first."""
        order = roads.in_production()
        again = attrs.evolve(
            order.payment("initial"), id="again", received_at=china("01-07T12:00")
        )

        assert china("01-07T12:00") == (
            order.with_payment(again).paid_at(Purpose.INITIAL)
        )


class TestParts:
    """Services, payments and refunds are found by name."""

    def test_a_service_is_replaced_where_it_stands(self) -> None:
        """The order of services is that of adding them."""
        order = roads.with_service(ServiceStage.BOOKED)
        second = attrs.evolve(order.service(SERVICE), id="second")
        both = order.with_service(second)

        changed = both.with_service(
            attrs.evolve(order.service(SERVICE), requirements="x")
        )

        assert [SERVICE, "second"] == [s.id for s in changed.services]
        assert "x" == changed.service(SERVICE).requirements
        assert second == changed.service("second")

    def test_a_payment_is_replaced_where_it_stands(self) -> None:
        """The order of payments is that of starting them."""
        order = roads.in_production()
        second = attrs.evolve(order.payment("initial"), id="second")
        both = order.with_payment(second)

        changed = both.with_payment(attrs.evolve(order.payment("initial"), reason="x"))

        assert ["initial", "second"] == [p.id for p in changed.payments]
        assert "x" == changed.payment("initial").reason
        assert second == changed.payment("second")

    def test_a_refund_is_replaced_where_it_stands(self) -> None:
        """The order of refunds is that of asking for them."""
        second = attrs.evolve(REFUND, id="refund-2")
        both = roads.in_production().with_refund(REFUND).with_refund(second)

        changed = both.with_refund(attrs.evolve(REFUND, cause="x"))

        assert ["refund-1", "refund-2"] == [r.id for r in changed.refunds]
        assert "x" == changed.refund("refund-1").cause
        assert second == changed.refund("refund-2")

    @pytest.mark.parametrize("part", ["service", "payment", "refund"])
    def test_what_is_absent_reads_alike(self, part) -> None:
        """Absent parts are the same words as an order of somebody else."""
        order = roads.in_production().with_refund(REFUND)

        with pytest.raises(NotFoundError) as caught:
            getattr(order, part)("never")

        assert NOTHING_HERE == caught.value.message
        assert f"{part}_id" == caught.value.field

    def test_a_service_knows_of_money_under_way_for_it(self) -> None:
        """Only what a payment on its way covers is being paid."""
        order = roads.with_service(ServiceStage.AWAITING_PAYMENT)
        other = attrs.evolve(order.service(SERVICE), id="other")
        payment = roads.with_service(ServiceStage.PAYMENT_PROCESSING).payment("pay-pm")

        moving = order.with_service(other).with_payment(payment)
        arrived = moving.with_payment(
            attrs.evolve(payment, state=PaymentState.DECLINED)
        )

        assert moving.service(SERVICE).payment_under_way
        assert not moving.service("other").payment_under_way
        assert not arrived.service(SERVICE).payment_under_way

    def test_the_payments_of_a_service(self) -> None:
        """Payments that cover a service, oldest first, and no other."""
        order = roads.with_service(ServiceStage.BOOKED)

        assert ["pay-pm"] == [p.id for p in order.payments_of(SERVICE)]
        assert () == order.payments_of("other")


@pytest.mark.parametrize(
    ("role", "party"),
    [
        (Role.BUYER, "Nordlicht"),
        (Role.APPROVER, "Nordlicht"),
        (Role.SUPPLIER, "Dongguan Lamps"),
        (Role.AGENCY, None),
        (Role.INSPECTOR, None),
        (Role.OPERATOR, None),
        (Role.SYSTEM, None),
    ],
)
def test_the_two_sides_of_the_trade(role, party) -> None:
    """The approver acts for the buyer; only two companies are named on the order."""
    assert party == roads.draft_order().party_of(role)


@pytest.mark.parametrize("quantity", [0, -1, True, 1.5])
def test_a_line_has_a_quantity(quantity) -> None:
    """Zero, negative and broken quantities are refused."""
    with pytest.raises(InputError) as caught:
        OrderLine(product="lamp", quantity=quantity)

    assert "quantity" == caught.value.field


def test_a_line_has_a_product() -> None:
    """The inspector has to know what to look for."""
    with pytest.raises(InputError) as caught:
        OrderLine(product="", quantity=1)

    assert "product" == caught.value.field


def test_a_ship_date_is_a_day_or_days_after_a_payment() -> None:
    """The initial payment starts the count unless another is named."""
    assert dt.date(2026, 2, 27) == FixedShipDate(day=dt.date(2026, 2, 27)).day
    assert Purpose.INITIAL is DaysAfterPayment(days=30).after


@pytest.mark.parametrize("days", [0, -3, True])
def test_days_after_a_payment_are_at_least_one(days) -> None:
    """Goods do not ship before they are paid."""
    with pytest.raises(InputError) as caught:
        DaysAfterPayment(days=days)

    assert "days" == caught.value.field
