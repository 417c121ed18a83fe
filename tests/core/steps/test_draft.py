"""The order itself: opened, placed, its ship date moved, shipped."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import (
    ACTORS,
    AGENCY,
    BUYER,
    CHINA,
    OPERATOR,
    PM,
    SERVICE,
    STRANGERS,
    SUPPLIER,
    Role,
    china,
    go,
    opened,
    usd,
)

from pmkit.core.errors import (
    CurrencyError,
    InputError,
    NaiveTimeError,
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    ShipDateError,
)
from pmkit.core.events.base import OrderOpened
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, OrderStage
from pmkit.core.parties import Actor
from pmkit.core.payment import Purpose, RefundRoute, RefundState
from pmkit.core.service import Payer, ServiceStage
from pmkit.core.steps import book, draft


def _moved(order, day, *, at="01-20T09:00", actor=SUPPLIER):
    """Move the ship date of an order to a fixed day."""
    return draft.move_ship_date(
        order,
        ship=FixedShipDate(day=dt.date.fromisoformat(day)),
        actor=actor,
        at=china(at),
        calendar=CHINA,
    )


def _shipped(order, *, at="02-20T09:00"):
    """Ship the goods of an order."""
    return draft.ship_goods(
        order, actor=SUPPLIER, at=china(at), refund_id="refund-of-shipping"
    )


def _names(outcome):
    return [event.name for event in outcome.events]


def _paid_with_two_services(balance):
    """An order in production whose initial payment paid two services."""
    road = opened(balance=usd(balance))
    for name in (SERVICE, "pm-2"):
        road = go(
            road,
            book.add_service,
            actor=BUYER,
            at=china("01-05T10:00"),
            **{**PM, "service_id": name},
        )
    return roads.order_on_from(road, OrderStage.IN_PRODUCTION).order


class TestOpen:
    """An order comes as a draft."""

    def test_it_is_a_draft_with_one_event(self) -> None:
        """A new order is a draft whose history is its opening."""
        outcome = opened()

        assert OrderStage.DRAFT is outcome.order.stage
        assert ["order-opened"] == _names(outcome)
        assert 1 == outcome.order.seq
        assert isinstance(outcome.events[0], OrderOpened)

    def test_a_fixed_ship_date_is_known_at_once(self) -> None:
        """The day of a fixed ship date is the day it says."""
        order = opened().order

        assert dt.date(2026, 2, 27) == order.ship_day
        assert dt.date(2026, 2, 27) == order.first_ship_day

    def test_a_ship_date_after_a_payment_is_open(self) -> None:
        """N days after a payment are no day before that payment."""
        order = opened(ship=DaysAfterPayment(days=30)).order

        assert order.ship_day is None
        assert order.first_ship_day is None

    def test_not_more_than_two_years_after_a_payment(self) -> None:
        """A payment must not meet a ship date that no calendar reaches."""
        longest = opened(ship=DaysAfterPayment(days=730)).order

        assert longest.ship == DaysAfterPayment(days=730)
        with pytest.raises(ShipDateError, match="too far ahead") as caught:
            opened(ship=DaysAfterPayment(days=731))

        assert "days" == caught.value.field

    def test_the_currency_is_that_of_the_initial_payment(self) -> None:
        """The order's one currency is the initial payment's."""
        order = opened(
            initial=Money.of("900", "EUR"), balance=Money.of("0", "EUR")
        ).order

        assert "EUR" == order.currency

    def test_any_zone_is_kept_in_utc(self) -> None:
        """09:00 in China is 01:00 UTC."""
        order = opened(at=dt.datetime.fromisoformat("2026-01-05T09:00+08:00")).order

        assert dt.datetime(2026, 1, 5, 1, tzinfo=dt.UTC) == order.opened_at
        assert dt.timedelta(0) == order.opened_at.utcoffset()

    @pytest.mark.parametrize("at", ["02-27T00:00", "02-27T23:59"])
    def test_it_may_ship_today(self, at) -> None:
        """A ship date of today has not passed, up to midnight at the place."""
        assert dt.date(2026, 2, 27) == opened(at=china(at)).order.ship_day

    @pytest.mark.parametrize(
        "day", [None, "2026-02-27", 20260227, dt.datetime(2026, 2, 27, tzinfo=dt.UTC)]
    )
    def test_a_ship_date_is_a_date(self, day) -> None:
        """Nothing, a text, a number and an instant are no day at the place."""
        with pytest.raises(InputError, match="not a date") as caught:
            FixedShipDate(day=day)

        assert "ship_date" == caught.value.field

    @pytest.mark.parametrize("role", [Role.BUYER, Role.APPROVER, Role.SUPPLIER])
    def test_a_company_opens_its_own_orders(self, role) -> None:
        """A company that is neither side of an order may not open it."""
        stranger = Actor(role=role, party="Elsewhere")

        with pytest.raises(NotAllowedError, match="order of another company"):
            opened(actor=stranger)

    def test_it_may_not_have_shipped_yesterday(self) -> None:
        """From midnight at the place on, the ship date has passed."""
        with pytest.raises(ShipDateError, match="has passed") as caught:
            opened(at=china("02-28T00:00"))

        assert "ship_date" == caught.value.field
        assert "Give a later date." == caught.value.remedy

    def test_a_moment_is_no_ship_date(self) -> None:
        """A ship date is a day at the place, not an instant."""
        with pytest.raises(InputError, match="not a date") as caught:
            opened(ship=FixedShipDate(day=china("02-27T09:00")))

        assert "ship_date" == caught.value.field

    @pytest.mark.parametrize(
        ("changes", "error", "field"),
        [
            ({"order_id": ""}, InputError, "id"),
            ({"buyer": " "}, InputError, "buyer"),
            ({"supplier": ""}, InputError, "supplier"),
            ({"lines": ()}, InputError, "lines"),
            ({"initial": usd("-0.01")}, InputError, "initial"),
            ({"balance": usd("-0.01")}, InputError, "balance"),
            ({"balance": Money.of("1", "EUR")}, CurrencyError, "balance"),
        ],
    )
    def test_what_can_never_be_right(self, changes, error, field) -> None:
        """An order without a name, a side, a line or sound money is refused."""
        with pytest.raises(error) as caught:
            opened(**changes)

        assert field == caught.value.field
        assert caught.value.remedy is not None

    def test_a_naive_moment_is_refused(self) -> None:
        """Nobody knows when a datetime without a zone is."""
        with pytest.raises(NaiveTimeError):
            opened(at=dt.datetime.fromisoformat("2026-01-05T09:00"))


class TestPlace:
    """The draft is agreed on."""

    def test_the_initial_payment_is_due(self) -> None:
        """A placed order waits for its initial payment."""
        order = roads.placed_order()

        assert OrderStage.AWAITING_INITIAL_PAYMENT is order.stage
        assert china("01-06T09:00") == order.placed_at

    def test_twice_is_refused(self) -> None:
        """An order is placed once."""
        with pytest.raises(OutOfOrderError, match="place order now"):
            draft.place_order(
                roads.placed_order(), actor=BUYER, at=china("01-07T09:00")
            )

    def test_a_naive_moment_is_refused(self) -> None:
        """Nobody knows when a datetime without a zone is."""
        with pytest.raises(NaiveTimeError):
            draft.place_order(
                roads.draft_order(),
                actor=BUYER,
                at=dt.datetime.fromisoformat("2026-01-06T09:00"),
            )


class TestMoveShipDate:
    """Deadlines are checked again when the ship date moves."""

    def test_an_unpaid_service_gets_the_new_deadline(self) -> None:
        """
        The seven working days run back from the new ship date.

        "Please make sure to book the service and complete your payment at least
        seven working days before the shipment date of your Trade Assurance order."
        Back from Friday 6 March: 5, 4, 3, 2 March, 28 (a worked Saturday), 27 and 26
        February.
        """
        order = roads.with_service(ServiceStage.AWAITING_PAYMENT)

        outcome = _moved(order, "2026-03-06")
        service = outcome.order.service(SERVICE)

        assert dt.date(2026, 2, 11) == order.service(SERVICE).book_by.last_day
        assert dt.date(2026, 2, 26) == service.book_by.last_day
        assert dt.date(2026, 3, 6) == outcome.order.ship_day
        assert ["ship-date-moved"] == _names(outcome)

    def test_the_new_deadline_may_have_passed(self) -> None:
        """Moved to the next week, an unpaid service can not be booked any more."""
        order = roads.with_service(ServiceStage.AWAITING_PAYMENT)

        moved = _moved(order, "2026-01-26", at="01-20T09:00").order

        assert dt.date(2026, 1, 15) == moved.service(SERVICE).book_by.last_day
        assert not moved.service(SERVICE).book_by.allows(china("01-20T09:00"))

    def test_a_paid_service_keeps_its_deadline(self) -> None:
        """A service that met BOOK-1 keeps it, wherever the date goes."""
        order = roads.with_service(ServiceStage.BOOKED)

        outcome = _moved(order, "2026-01-26")

        assert order.service(SERVICE) == outcome.order.service(SERVICE)
        assert () == outcome.events[0].book_by

    def test_a_removed_service_stays_as_it_is(self) -> None:
        """What is off the road gets no new deadline."""
        order = roads.with_service(ServiceStage.REMOVED)

        outcome = _moved(order, "2026-03-06")

        assert order.service(SERVICE) == outcome.order.service(SERVICE)

    def test_a_date_that_hangs_on_a_payment_takes_the_deadline_away(self) -> None:
        """While the day is open BOOK-1 is pending, the old one is not kept."""
        order = roads.with_service(ServiceStage.AWAITING_PAYMENT)
        ship = DaysAfterPayment(days=30, after=Purpose.BALANCE)

        outcome = draft.move_ship_date(
            order, ship=ship, actor=SUPPLIER, at=china("01-20T09:00"), calendar=CHINA
        )

        assert outcome.order.ship_day is None
        assert ship == outcome.order.ship
        assert outcome.order.service(SERVICE).book_by is None
        assert dt.date(2026, 2, 27) == outcome.order.first_ship_day

    def test_a_date_after_a_payment_that_came_is_refused(self) -> None:
        """Days after the initial payment, which was received, are a fixed date."""
        with pytest.raises(OutOfOrderError, match="initial payment was received"):
            draft.move_ship_date(
                roads.in_production(),
                ship=DaysAfterPayment(days=30),
                actor=SUPPLIER,
                at=china("01-20T09:00"),
                calendar=CHINA,
            )

    @pytest.mark.parametrize("day", ["2026-05-28", "2026-01-20"])
    def test_it_moves_by_ninety_days_in_all(self, day) -> None:
        """27 February and ninety days is 28 May; earlier is free, up to today."""
        assert dt.date.fromisoformat(day) == (
            _moved(roads.in_production(), day).order.ship_day
        )

    def test_it_does_not_move_further(self) -> None:
        """The ninety-first day is refused, and the last one is named."""
        with pytest.raises(ShipDateError, match="more than 90 days") as caught:
            _moved(roads.in_production(), "2026-05-29")

        assert "ship_date" == caught.value.field
        assert "At the latest 2026-05-28." == caught.value.remedy

    def test_small_moves_add_up(self) -> None:
        """The ninety days count from the first date, not from the last move."""
        once = _moved(roads.in_production(), "2026-05-28").order

        with pytest.raises(ShipDateError, match="more than 90 days"):
            _moved(once, "2026-05-29")

    def test_the_first_known_day_counts_where_none_was_fixed(self) -> None:
        """A date fixed for the first time can be any day; the next is held to it."""
        order = opened(ship=DaysAfterPayment(days=30)).order

        fixed = _moved(order, "2026-09-30").order

        assert dt.date(2026, 9, 30) == fixed.first_ship_day
        with pytest.raises(ShipDateError):
            _moved(fixed, "2026-12-30")

    def test_it_does_not_move_into_the_past(self) -> None:
        """A new date that has passed is refused."""
        with pytest.raises(ShipDateError, match="has passed"):
            _moved(roads.in_production(), "2026-01-19")

    def test_not_after_shipping(self) -> None:
        """Goods that left have no ship date to move."""
        with pytest.raises(OutOfOrderError):
            _moved(roads.shipped_order(), "2026-03-06", at="02-28T09:00")

    def test_the_buyer_does_not_move_it(self) -> None:
        """Deadlines hang on the date, so who is held by them does not move it."""
        with pytest.raises(NotAllowedError):
            _moved(roads.in_production(), "2026-03-06", actor=BUYER)

    def test_the_platform_moves_it_on_behalf(self) -> None:
        """The operator may enter what both sides agreed."""
        moved = _moved(roads.in_production(), "2026-03-06", actor=OPERATOR)

        assert OPERATOR == moved.events[0].by


class TestShip:
    """The goods leave; what can not take place any more expires."""

    def test_the_goods_are_gone(self) -> None:
        """An order without services ships by one event."""
        outcome = _shipped(roads.in_production())

        assert OrderStage.SHIPPED is outcome.order.stage
        assert china("02-20T09:00") == outcome.order.shipped_at
        assert ["goods-shipped"] == _names(outcome)

    @pytest.mark.parametrize(
        "stage",
        [ServiceStage.AWAITING_CONSENT, ServiceStage.AWAITING_PAYMENT],
    )
    def test_an_unpaid_service_expires(self, stage) -> None:
        """Nobody paid for it, so nothing goes back."""
        outcome = _shipped(roads.with_service(stage))
        ended = outcome.order.service(SERVICE).ended

        assert ServiceStage.EXPIRED is outcome.order.service(SERVICE).stage
        assert "The goods shipped before the on-site check." == ended.cause
        assert ["goods-shipped", "service-expired"] == _names(outcome)

    @pytest.mark.parametrize("stage", [ServiceStage.BOOKED, ServiceStage.SCHEDULED])
    def test_a_paid_service_expires_and_its_money_goes_back(self, stage) -> None:
        """Paid apart by card: back to that card."""
        outcome = _shipped(roads.with_service(stage), at="02-11T09:00")
        (refund,) = outcome.order.refunds

        assert ServiceStage.EXPIRED is outcome.order.service(SERVICE).stage
        assert "refund-of-shipping" == refund.id
        assert usd("48.00") == refund.amount
        assert RefundRoute.BACK_TO_METHOD is refund.route
        assert ["goods-shipped", "service-expired", "refund-requested"] == (
            _names(outcome)
        )

    @pytest.mark.parametrize(
        "stage",
        [
            ServiceStage.PAYMENT_PROCESSING,
            ServiceStage.ON_SITE,
            ServiceStage.AWAITING_REPORT,
            ServiceStage.REPORTED,
            ServiceStage.CLOSED,
            ServiceStage.REVIEWED,
            ServiceStage.REMOVED,
            ServiceStage.CANCELLED,
        ],
    )
    def test_what_was_seen_or_is_over_goes_on(self, stage) -> None:
        """
        Shipping ends no check that took place, and nothing twice.

        Money that is still under way decides for itself when it comes.
        """
        order = roads.with_service(stage)

        outcome = _shipped(order)

        assert order.services == outcome.order.services
        assert ["goods-shipped"] == _names(outcome)

    def test_the_balance_falls_by_each_fee(self) -> None:
        """Two services paid with the initial payment lower the balance twice."""
        outcome = _shipped(_paid_with_two_services("4000.00"))

        assert usd("3904.00") == outcome.order.balance
        assert ["refund-of-shipping", "refund-of-shipping-2"] == [
            refund.id for refund in outcome.order.refunds
        ]

    def test_a_small_balance_falls_once(self) -> None:
        """
        A balance of 60 carries one fee of 48; the supplier refunds the other.

        Each refund is decided on the balance that the one before it left.
        """
        outcome = _shipped(_paid_with_two_services("60.00"))

        assert usd("12.00") == outcome.order.balance
        assert [
            (RefundRoute.REDUCE_BALANCE, RefundState.DONE),
            (RefundRoute.SUPPLIER_REFUND, RefundState.REQUESTED),
        ] == [(refund.route, refund.state) for refund in outcome.order.refunds]

    def test_a_supplier_paid_service_expires_too(self) -> None:
        """Who pays does not matter when nobody paid."""
        road = go(
            opened(),
            book.add_service,
            actor=SUPPLIER,
            at=china("01-05T10:00"),
            payer=Payer.SUPPLIER,
            **PM,
        )
        order = roads.order_on_from(road, OrderStage.IN_PRODUCTION).order

        assert ServiceStage.EXPIRED is _shipped(order).order.service(SERVICE).stage

    def test_only_in_production(self) -> None:
        """Goods that nobody has paid for do not ship."""
        with pytest.raises(OutOfOrderError, match="awaiting-initial-payment"):
            _shipped(roads.placed_order())

    def test_nothing_is_mutated(self) -> None:
        """The order that went in is the order that was."""
        order = roads.with_service(ServiceStage.BOOKED)
        before = attrs.asdict(order)

        _shipped(order)

        assert before == attrs.asdict(order)


@pytest.mark.parametrize("role", [Role.BUYER, Role.SUPPLIER, Role.AGENCY])
def test_strangers_find_no_order(role) -> None:
    """Another company's order is not there."""
    with pytest.raises(NotFoundError):
        draft.place_order(
            roads.draft_order(), actor=STRANGERS[role], at=china("01-06T09:00")
        )


def test_an_agency_without_service_finds_no_order() -> None:
    """An agency that has no service on it has nothing to do with an order."""
    assert AGENCY == ACTORS[Role.AGENCY]
    with pytest.raises(NotFoundError):
        draft.place_order(roads.draft_order(), actor=AGENCY, at=china("01-06T09:00"))
