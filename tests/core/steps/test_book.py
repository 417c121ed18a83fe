"""Step 1 of the road: a service comes onto the order, and both sides agree."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import (
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    OPERATOR,
    PM,
    PRICE,
    SERVICE,
    SUPPLIER,
    china,
    go,
    opened,
    usd,
)

from pmkit.core.catalogue import CATALOGUE
from pmkit.core.errors import (
    CurrencyError,
    InputError,
    MoneyError,
    NaiveTimeError,
    NotAllowedError,
    NotFoundError,
    OutOfOrderError,
    TooLateError,
)
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, OrderStage
from pmkit.core.payment import PaymentState, Purpose
from pmkit.core.service import (
    Channel,
    Consent,
    EarlierReport,
    Payer,
    Price,
    PriceLine,
    PriceLineKind,
    ServiceStage,
)
from pmkit.core.steps import book


def _added(order, *, actor=BUYER, at="01-05T10:00", **changes):
    """Add the service to an order, with some of it changed."""
    return book.add_service(order, actor=actor, at=china(at), **{**PM, **changes})


def _one(outcome):
    """The service of an outcome."""
    return outcome.order.service(SERVICE)


def _names(outcome):
    return [event.name for event in outcome.events]


def _price(amount):
    """A price of one line."""
    line = PriceLine(kind=PriceLineKind.SERVICE, description="visit", amount=amount)
    return Price(lines=(line,), quote="Q-2")


def _edited(order, *, actor=BUYER, at="01-13T10:00", **changes):
    """Edit the service of an order."""
    words = {
        "kind": CATALOGUE["PM"],
        "provider": "Clear View",
        "requirements": "Weigh a carton.",
        "planned_visits": 2,
        "price": _price(usd("90.00")),
        "calendar": CHINA,
        **changes,
    }
    return book.edit_service(
        order, service_id=SERVICE, actor=actor, at=china(at), **words
    )


def _link(road, purpose, service_id=None):
    """Start a payment that nobody has sent yet."""
    return roads.started(
        road, "link", purpose, at="01-13T09:30", service_id=service_id
    ).order


class TestMethod1:
    """
    The supplier adds it while drafting.

    "Method 1: Ask the supplier to select "Add Service" when they draft the Trade
    Assurance order and select the service provider you would like to use."
    """

    def test_the_supplier_picks_the_provider(self) -> None:
        """The supplier adds a service to the draft and names its agency."""
        service = _one(_added(roads.draft_order(), actor=SUPPLIER))

        assert Channel.SUPPLIER_AT_DRAFTING is service.channel
        assert "Sharp Eye" == service.provider
        assert SUPPLIER == service.added_by
        assert china("01-05T10:00") == service.added_at

    def test_at_the_buyers_cost_it_is_a_proposal(self) -> None:
        """Only the buyer can commit the buyer's money."""
        service = _one(_added(roads.draft_order(), actor=SUPPLIER))

        assert ServiceStage.PROPOSED is service.stage
        assert Payer.BUYER is service.payer
        assert not service.approved
        assert not service.paid_apart

    @pytest.mark.parametrize("actor", [BUYER, APPROVER])
    def test_the_buyer_approves_the_proposal(self, actor) -> None:
        """Approved, it waits for the initial payment like any other."""
        outcome = book.approve_service(
            roads.with_service(ServiceStage.PROPOSED),
            service_id=SERVICE,
            actor=actor,
            at=china("01-05T12:00"),
        )

        assert ServiceStage.AWAITING_PAYMENT is _one(outcome).stage
        assert ["service-approved"] == _names(outcome)

    def test_at_its_own_cost_it_needs_no_approval(self) -> None:
        """What the supplier pays is agreed, and always paid apart."""
        service = _one(
            _added(roads.draft_order(), actor=SUPPLIER, payer=Payer.SUPPLIER)
        )

        assert ServiceStage.AWAITING_PAYMENT is service.stage
        assert service.approved
        assert service.paid_apart

    @pytest.mark.parametrize(
        "stage", [OrderStage.AWAITING_INITIAL_PAYMENT, OrderStage.IN_PRODUCTION]
    )
    def test_only_while_drafting(self, stage) -> None:
        """Once the order is placed the supplier adds nothing any more."""
        with pytest.raises(OutOfOrderError) as caught:
            _added(roads.order_road_to(stage).order, actor=SUPPLIER, at="01-12T09:00")

        assert "Possible while it is: draft." == caught.value.allowed

    def test_a_proposal_is_not_approved_too_late(self) -> None:
        """On the day after BOOK-1 an approval would be for nothing."""
        with pytest.raises(TooLateError, match="has passed"):
            book.approve_service(
                roads.with_service(ServiceStage.PROPOSED),
                service_id=SERVICE,
                actor=BUYER,
                at=china("02-12T00:00"),
            )

    def test_a_proposal_without_a_deadline_can_be_approved(self) -> None:
        """While the ship date is open, no deadline can have passed."""
        order = opened(ship=DaysAfterPayment(days=60)).order
        proposed = _added(order, actor=SUPPLIER).order

        outcome = book.approve_service(
            proposed, service_id=SERVICE, actor=BUYER, at=china("01-06T09:00")
        )

        assert _one(outcome).approved


class TestMethod2:
    """
    The buyer adds it on the draft.

    "Method 2. Go to the order management page, find "Draft Trade Assurance Order"
    button, find "Production Monitoring & Inspection Services" under "Value-Added
    Services" and click "add service"."
    """

    @pytest.mark.parametrize("actor", [BUYER, APPROVER, OPERATOR])
    def test_the_buyer_adds_it_on_the_draft(self, actor) -> None:
        """The buyer, or the platform on its behalf, adds it; nothing is proposed."""
        service = _one(_added(roads.draft_order(), actor=actor))

        assert Channel.BUYER_ON_DRAFT is service.channel
        assert ServiceStage.AWAITING_PAYMENT is service.stage
        assert Consent.NOT_NEEDED is service.consent
        assert actor == service.added_by

    def test_it_goes_with_the_initial_payment(self) -> None:
        """Its price is inside the initial payment: 1,000.00 and 48.00."""
        order = roads.order_with_service(OrderStage.INITIAL_PAYMENT_PROCESSING)
        payment = order.payment("initial")

        assert usd("1048.00") == payment.amount
        assert ((SERVICE, usd("48.00")),) == payment.covers

    def test_it_may_be_paid_apart(self) -> None:
        """The buyer may want a payment of its own."""
        assert _one(_added(roads.draft_order(), paid_apart=True)).paid_apart
        assert not _one(_added(roads.draft_order())).paid_apart


class TestMethod2Again:
    """
    The buyer adds what the supplier did not.

    "Method 2: If supplier didn't add Production monitoring service for the order,
    buyer could add the service before making initial payment."
    """

    def test_the_buyer_adds_it_before_the_initial_payment(self) -> None:
        """On a placed order it is one more part of the initial payment."""
        service = _one(_added(roads.placed_order(), at="01-06T10:00"))

        assert Channel.BUYER_BEFORE_INITIAL_PAYMENT is service.channel
        assert ServiceStage.AWAITING_PAYMENT is service.stage
        assert not service.paid_apart

    def test_not_while_the_payment_is_on_its_way(self) -> None:
        """Before the initial payment ends when that payment is submitted."""
        with pytest.raises(OutOfOrderError) as caught:
            _added(roads.paying_order(), at="01-07T11:00")

        assert caught.value.allowed == (
            "Possible while it is: awaiting-initial-payment, draft, in-production."
        )

    def test_a_link_that_nobody_used_is_closed(self) -> None:
        """The amount of the payment changed, so it is started again."""
        road = roads.order_road_to(OrderStage.AWAITING_INITIAL_PAYMENT)
        order = _link(road, Purpose.INITIAL)

        outcome = _added(order, at="01-13T10:00")

        assert ["service-added", "payment-expired"] == _names(outcome)
        assert PaymentState.EXPIRED is outcome.order.payment("link").state
        assert "The order was changed; start the payment again." == (
            outcome.order.payment("link").reason
        )


class TestMethod3:
    """
    The buyer adds it before shipment.

    "Method 3: Before shipment, go to the "Order Details" page, add the service, and
    pay for it separately."
    """

    def test_it_needs_the_suppliers_consent(self) -> None:
        """After the initial payment the supplier is asked first."""
        service = _one(_added(roads.in_production(), at="01-12T09:00"))

        assert Channel.BUYER_BEFORE_SHIPMENT is service.channel
        assert ServiceStage.AWAITING_CONSENT is service.stage
        assert Consent.ASKED is service.consent

    def test_its_payment_is_its_own(self) -> None:
        """It is paid for separately, whatever was asked for."""
        service = _one(
            _added(roads.in_production(), at="01-12T09:00", paid_apart=False)
        )
        payment = roads.with_service(ServiceStage.PAYMENT_PROCESSING).payment("pay-pm")

        assert service.paid_apart
        assert usd("48.00") == payment.amount
        assert Purpose.SERVICE is payment.purpose

    def test_the_supplier_agrees(self) -> None:
        """Agreed to, it waits for its payment."""
        service = roads.with_service(ServiceStage.AWAITING_PAYMENT).service(SERVICE)

        assert Consent.GIVEN is service.consent
        assert ServiceStage.AWAITING_PAYMENT is service.stage

    def test_the_supplier_does_not_agree(self) -> None:
        """Not agreed to, it is off the order, with the reason."""
        outcome = book.consent(
            roads.with_service(ServiceStage.AWAITING_CONSENT),
            service_id=SERVICE,
            actor=SUPPLIER,
            at=china("01-13T09:00"),
            agrees=False,
        )

        assert ServiceStage.REMOVED is _one(outcome).stage
        assert "The supplier did not agree to the service." == _one(outcome).ended.cause
        assert ["service-removed"] == _names(outcome)

    def test_a_late_consent_is_refused(self) -> None:
        """Agreeing after BOOK-1 would be for nothing."""
        with pytest.raises(TooLateError):
            book.consent(
                roads.with_service(ServiceStage.AWAITING_CONSENT),
                service_id=SERVICE,
                actor=SUPPLIER,
                at=china("02-12T00:00"),
                agrees=True,
            )

    def test_a_late_no_is_still_an_answer(self) -> None:
        """Not agreeing is possible at any time."""
        outcome = book.consent(
            roads.with_service(ServiceStage.AWAITING_CONSENT),
            service_id=SERVICE,
            actor=SUPPLIER,
            at=china("02-12T00:00"),
            agrees=False,
        )

        assert _one(outcome).over

    def test_a_link_for_something_else_stays(self) -> None:
        """A service that is paid apart changes no payment that was started."""
        road = roads.road_to(ServiceStage.AWAITING_PAYMENT)
        order = _link(road, Purpose.SERVICE, SERVICE)

        outcome = _added(order, at="01-13T10:00", service_id="other")

        assert ["service-added"] == _names(outcome)
        assert PaymentState.CREATED is outcome.order.payment("link").state

    def test_not_after_shipment(self) -> None:
        """Goods that left can not be visited."""
        with pytest.raises(OutOfOrderError):
            _added(roads.shipped_order(), at="02-28T09:00")


class TestSevenWorkingDays:
    """
    BOOK-1 when a service is added.

    "Please make sure to book the service and complete your payment at least seven
    working days before the shipment date of your Trade Assurance order."
    """

    @pytest.mark.parametrize("at", ["01-12T09:00", "02-11T23:59"])
    def test_up_to_the_seventh_working_day(self, at) -> None:
        """
        Back from Friday 27 February: 26, 25, 24, 14 (worked), 13, 12 and 11.

        The spring festival closes 15 to 23 February; Saturday the 14th is worked.
        """
        service = _one(_added(roads.in_production(), at=at))

        assert dt.date(2026, 2, 11) == service.book_by.last_day
        assert china("02-12T00:00") == service.book_by.at
        assert "BOOK-1" == service.book_by.clause

    def test_not_from_the_sixth_on(self) -> None:
        """From midnight in China on it is too late, and the days say why."""
        with pytest.raises(TooLateError, match="too late to book") as caught:
            _added(roads.in_production(), at="02-12T00:00")

        assert "2026-02-11" in caught.value.allowed

    def test_without_a_ship_day_there_is_no_deadline_yet(self) -> None:
        """N days after a payment: pending until the receipt."""
        order = opened(ship=DaysAfterPayment(days=60)).order

        service = _one(_added(order))

        assert service.book_by is None
        assert "" == service.warning

    @pytest.mark.parametrize(
        ("days", "warned"), [(1, True), (8, True), (9, False), (60, False)]
    )
    def test_too_few_days_after_the_payment_are_warned_of(self, days, warned) -> None:
        """
        A period that can not hold seven working days is warned of when adding.

        Paid on Monday 5 January 2026 and shipped 9 days later, on Wednesday 14: back
        from there 13, 12, 9, 8, 7, 6 and 5 January, which is that Monday itself.
        One day less leaves the 4th, a worked Sunday that is over.
        """
        order = opened(ship=DaysAfterPayment(days=days)).order

        warning = _one(_added(order)).warning

        assert warned is ("fewer than 7 working days" in warning)
        assert warned is bool(warning)

    def test_the_warning_names_the_payment(self) -> None:
        """The buyer reads which payment the days count from."""
        ship = DaysAfterPayment(days=5, after=Purpose.BALANCE)

        warning = _one(_added(opened(ship=ship).order)).warning

        assert warning.startswith("The goods ship 5 days after the balance payment;")


class TestAddAnything:
    """What holds for every method."""

    def test_the_words_are_kept(self) -> None:
        """Kind, price, requirements and visits stand on the service."""
        service = _one(
            _added(roads.draft_order(), requirements="Weigh.", planned_visits=3)
        )

        assert "PM" == service.kind
        assert PRICE == service.price
        assert "Weigh." == service.requirements
        assert 3 == service.planned_visits

    def test_an_order_carries_several(self) -> None:
        """A second service stands behind the first."""
        order = _added(roads.draft_order()).order

        outcome = _added(order, service_id="psi-1", kind=CATALOGUE["PSI"])

        assert [SERVICE, "psi-1"] == [s.id for s in outcome.order.services]

    @pytest.mark.parametrize(
        ("changes", "error", "field"),
        [
            ({"service_id": ""}, InputError, "id"),
            ({"provider": ""}, InputError, "provider"),
            ({"planned_visits": 0}, InputError, "planned_visits"),
            ({"planned_visits": True}, InputError, "planned_visits"),
            (
                {"kind": CATALOGUE["PSI"], "planned_visits": 2},
                InputError,
                "planned_visits",
            ),
            ({"price": _price(Money.of("40", "EUR"))}, CurrencyError, "price"),
            ({"price": _price(usd("0"))}, InputError, "price"),
        ],
    )
    def test_what_can_never_be_right(self, changes, error, field) -> None:
        """A nameless service, no visit, foreign or no money are refused."""
        with pytest.raises(error) as caught:
            _added(roads.draft_order(), **changes)

        assert field == caught.value.field
        assert caught.value.remedy is not None

    def test_a_name_is_given_once(self) -> None:
        """Two services of one name could not be told apart."""
        with pytest.raises(InputError, match="already") as caught:
            _added(_added(roads.draft_order()).order)

        assert "service_id" == caught.value.field

    @pytest.mark.parametrize("actor", [BUYER, APPROVER, OPERATOR])
    def test_nobody_else_commits_the_suppliers_money(self, actor) -> None:
        """Only the supplier says that the supplier pays."""
        with pytest.raises(NotAllowedError, match="supplier's money"):
            _added(roads.draft_order(), actor=actor, payer=Payer.SUPPLIER)

    def test_a_naive_moment_is_refused(self) -> None:
        """Nobody knows when a datetime without a zone is."""
        with pytest.raises(NaiveTimeError):
            book.add_service(
                roads.draft_order(),
                actor=BUYER,
                at=dt.datetime.fromisoformat("2026-01-05T10:00"),
                **PM,
            )

    def test_nothing_is_mutated(self) -> None:
        """The order that went in is the order that was."""
        order = roads.draft_order()
        before = attrs.asdict(order)

        _added(order)

        assert before == attrs.asdict(order)


class TestReinspection:
    """A re-inspection refers to the report that made it necessary."""

    def test_it_names_an_uploaded_version(self) -> None:
        """The first version of the report of the first visit is there."""
        earlier = EarlierReport(service_id=SERVICE, visit=1, version=1)

        order = _added(
            roads.with_service(ServiceStage.REPORTED),
            at="01-30T09:00",
            service_id="again",
            reinspects=earlier,
        ).order

        assert earlier == order.service("again").reinspects

    @pytest.mark.parametrize(
        ("stage", "version"),
        [(ServiceStage.REPORTED, 2), (ServiceStage.AWAITING_REPORT, 1)],
    )
    def test_not_one_that_is_not_there(self, stage, version) -> None:
        """A version that nobody uploaded can not be referred to."""
        earlier = EarlierReport(service_id=SERVICE, visit=1, version=version)

        with pytest.raises(InputError, match="does not exist") as caught:
            _added(
                roads.with_service(stage),
                at="01-30T09:00",
                service_id="again",
                reinspects=earlier,
            )

        assert "reinspects" == caught.value.field

    @pytest.mark.parametrize(("service_id", "visit"), [("other", 1), (SERVICE, 2)])
    def test_not_of_a_service_or_visit_that_is_not_there(
        self, service_id, visit
    ) -> None:
        """A report stands on a visit of a service of the same order."""
        earlier = EarlierReport(service_id=service_id, visit=visit, version=1)

        with pytest.raises(NotFoundError):
            _added(
                roads.with_service(ServiceStage.REPORTED),
                at="01-30T09:00",
                service_id="again",
                reinspects=earlier,
            )


class TestEdit:
    """
    An unpaid service is edited.

    "Manage Production monitoring order: Please sign into My orders, find the order
    and click "Edit" or "Deselect" under Production Monitoring Service section as
    below"
    """

    def test_kind_provider_and_requirements(self) -> None:
        """The new words stand in the place of the old ones."""
        order = roads.with_service(ServiceStage.AWAITING_PAYMENT)

        outcome = _edited(order, kind=CATALOGUE["DUPRO"], planned_visits=1)
        service = _one(outcome)

        assert "DUPRO" == service.kind
        assert "Clear View" == service.provider
        assert "Weigh a carton." == service.requirements
        assert usd("90.00") == service.price.total
        assert dt.date(2026, 2, 11) == service.book_by.last_day
        assert ["service-edited"] == _names(outcome)

    @pytest.mark.parametrize("actor", [BUYER, APPROVER])
    def test_a_buyer_who_edits_a_proposal_approves_it(self, actor) -> None:
        """Who pays has said what it wants."""
        service = _one(_edited(roads.with_service(ServiceStage.PROPOSED), actor=actor))

        assert ServiceStage.AWAITING_PAYMENT is service.stage
        assert 2 == service.planned_visits

    @pytest.mark.parametrize("actor", [SUPPLIER, OPERATOR])
    def test_a_proposal_stays_one_otherwise(self, actor) -> None:
        """The supplier and the platform can not approve for the buyer."""
        service = _one(_edited(roads.with_service(ServiceStage.PROPOSED), actor=actor))

        assert ServiceStage.PROPOSED is service.stage

    def test_the_supplier_edits_what_it_pays(self) -> None:
        """A line that the supplier pays is the supplier's."""
        order = _added(roads.draft_order(), actor=SUPPLIER, payer=Payer.SUPPLIER).order

        assert "Clear View" == _one(_edited(order, actor=SUPPLIER)).provider

    def test_the_buyer_does_not_edit_what_the_supplier_pays(self) -> None:
        """The supplier's money is the supplier's to spend."""
        order = _added(roads.draft_order(), actor=SUPPLIER, payer=Payer.SUPPLIER).order

        with pytest.raises(NotAllowedError) as caught:
            _edited(order, actor=BUYER)

        assert "Allowed to: supplier, operator." == caught.value.allowed

    @pytest.mark.parametrize(
        ("changes", "stage"),
        [
            ({"kind": CATALOGUE["DUPRO"]}, ServiceStage.AWAITING_CONSENT),
            ({"provider": "Somebody else"}, ServiceStage.AWAITING_CONSENT),
            ({"requirements": "Count twice."}, ServiceStage.AWAITING_PAYMENT),
        ],
    )
    def test_the_supplier_agreed_to_one_kind_by_one_agency(
        self, changes, stage
    ) -> None:
        """Another kind or agency needs the supplier's consent again."""
        order = roads.with_service(ServiceStage.AWAITING_PAYMENT)
        before = order.service(SERVICE)
        same = {
            "kind": CATALOGUE[before.kind],
            "provider": before.provider,
            "planned_visits": 1,
        }

        service = _one(_edited(order, **{**same, **changes}))

        assert stage is service.stage

    @pytest.mark.parametrize(
        ("amount", "stage"),
        [
            ("36.00", ServiceStage.AWAITING_PAYMENT),
            ("5000.00", ServiceStage.PROPOSED),
        ],
    )
    def test_the_platform_makes_nothing_dearer(self, amount, stage) -> None:
        """What costs more after an operator's edit waits for the buyer again."""
        order = _added(roads.draft_order()).order

        service = _one(_edited(order, actor=OPERATOR, price=_price(usd(amount))))

        assert stage is service.stage

    def test_the_supplier_does_not_edit_what_the_buyer_agreed_to(self) -> None:
        """The buyer pays for it and has agreed to exactly this."""
        with pytest.raises(NotAllowedError, match="has agreed to it") as caught:
            _edited(roads.with_service(ServiceStage.AWAITING_PAYMENT), actor=SUPPLIER)

        assert "Allowed to: buyer, approver, operator." == caught.value.allowed

    @pytest.mark.parametrize(
        ("changes", "error", "field"),
        [
            ({"provider": " "}, InputError, "provider"),
            ({"planned_visits": 0}, InputError, "planned_visits"),
            ({"kind": CATALOGUE["CLC"]}, InputError, "planned_visits"),
            ({"price": _price(Money.of("40", "EUR"))}, CurrencyError, "price"),
            ({"price": _price(usd("0.00"))}, InputError, "price"),
        ],
    )
    def test_what_can_never_be_right(self, changes, error, field) -> None:
        """An edited service is held to the same as a new one."""
        with pytest.raises(error) as caught:
            _edited(roads.with_service(ServiceStage.AWAITING_PAYMENT), **changes)

        assert field == caught.value.field

    def test_its_own_link_is_closed(self) -> None:
        """A link for the old price can not be paid by any more."""
        order = _link(
            roads.road_to(ServiceStage.AWAITING_PAYMENT), Purpose.SERVICE, SERVICE
        )

        outcome = _edited(order)

        assert ["service-edited", "payment-expired"] == _names(outcome)
        assert PaymentState.EXPIRED is outcome.order.payment("link").state

    def test_another_services_link_stays(self) -> None:
        """What does not cover the service is not touched."""
        road = go(
            roads.road_to(ServiceStage.AWAITING_PAYMENT),
            book.add_service,
            actor=BUYER,
            at=china("01-13T09:10"),
            **{**PM, "service_id": "other"},
        )
        order = _link(road, Purpose.SERVICE, SERVICE)

        outcome = book.deselect_service(
            order, service_id="other", actor=BUYER, at=china("01-13T10:00")
        )

        assert ["service-removed"] == _names(outcome)

    def test_not_while_its_money_is_on_its_way(self) -> None:
        """What is being paid can not be changed under the payer."""
        with pytest.raises(OutOfOrderError, match="payment-processing"):
            _edited(roads.with_service(ServiceStage.PAYMENT_PROCESSING))

    def test_not_after_payment(self) -> None:
        """Paid, it takes a change request."""
        with pytest.raises(OutOfOrderError, match="booked"):
            _edited(roads.with_service(ServiceStage.BOOKED))


class TestDeselect:
    """
    An unpaid service is deselected.

    "Manage Production monitoring order: Please sign into My orders, find the order
    and click "Edit" or "Deselect" under Production Monitoring Service section as
    below"
    """

    @pytest.mark.parametrize(
        "stage",
        [
            ServiceStage.PROPOSED,
            ServiceStage.AWAITING_CONSENT,
            ServiceStage.AWAITING_PAYMENT,
        ],
    )
    def test_while_it_is_unpaid(self, stage) -> None:
        """It is off the road, stays in the history, and costs nothing."""
        outcome = book.deselect_service(
            roads.with_service(stage),
            service_id=SERVICE,
            actor=BUYER,
            at=china("01-14T09:00"),
            cause="Too dear.",
        )

        assert ServiceStage.REMOVED is _one(outcome).stage
        assert "Too dear." == _one(outcome).ended.cause
        assert () == outcome.order.refunds

    def test_it_says_something_by_itself(self) -> None:
        """Nobody has to give a reason."""
        service = roads.with_service(ServiceStage.REMOVED).service(SERVICE)

        assert "Deselected." == service.ended.cause

    def test_the_supplier_takes_its_proposal_back(self) -> None:
        """A proposal is the supplier's until the buyer approves it."""
        outcome = book.deselect_service(
            roads.with_service(ServiceStage.PROPOSED),
            service_id=SERVICE,
            actor=SUPPLIER,
            at=china("01-05T11:00"),
        )

        assert ServiceStage.REMOVED is _one(outcome).stage

    def test_the_supplier_does_not_take_off_what_the_buyer_wants(self) -> None:
        """The buyer pays for it and has agreed to it."""
        with pytest.raises(NotAllowedError):
            book.deselect_service(
                roads.with_service(ServiceStage.AWAITING_PAYMENT),
                service_id=SERVICE,
                actor=SUPPLIER,
                at=china("01-14T09:00"),
            )

    def test_it_does_not_go_with_the_initial_payment(self) -> None:
        """A deselected service is not charged for."""
        road = roads.order_road_to(OrderStage.DRAFT, with_service=True)
        road = go(
            road,
            book.deselect_service,
            service_id=SERVICE,
            actor=BUYER,
            at=china("01-05T11:00"),
        )

        order = roads.order_on_from(road, OrderStage.IN_PRODUCTION).order

        assert usd("1000.00") == order.payment("initial").amount

    def test_a_started_initial_payment_is_started_again(self) -> None:
        """A link whose amount holds the service is closed."""
        road = roads.order_road_to(
            OrderStage.AWAITING_INITIAL_PAYMENT, with_service=True
        )
        order = _link(road, Purpose.INITIAL)

        outcome = book.deselect_service(
            order, service_id=SERVICE, actor=BUYER, at=china("01-13T10:00")
        )

        assert ["service-removed", "payment-expired"] == _names(outcome)

    @pytest.mark.parametrize(
        "stage", [ServiceStage.PAYMENT_PROCESSING, ServiceStage.BOOKED]
    )
    def test_not_once_it_is_paid(self, stage) -> None:
        """After payment it takes a cancellation with its refund route."""
        with pytest.raises(OutOfOrderError) as caught:
            book.deselect_service(
                roads.with_service(stage),
                service_id=SERVICE,
                actor=BUYER,
                at=china("01-16T09:00"),
            )

        assert caught.value.allowed == (
            "Possible while it is: awaiting-consent, awaiting-payment, proposed."
        )


def test_the_agency_sells_nothing_by_itself() -> None:
    """An agency on the order can not add a further service."""
    with pytest.raises(NotAllowedError, match="agency may not add service"):
        _added(
            roads.with_service(ServiceStage.BOOKED),
            actor=AGENCY,
            at="01-16T09:00",
            service_id="more",
        )


def test_a_price_is_never_negative() -> None:
    """A line below zero would take money out of the order."""
    with pytest.raises(MoneyError, match="negative"):
        _price(usd("-1.00"))
