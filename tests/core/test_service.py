"""The service: its price, its stage, its visits, cases and fees."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import BUYER, CHINA, SERVICE, china, usd

from pmkit.core.case import CaseState
from pmkit.core.errors import CurrencyError, InputError, MoneyError, NotFoundError
from pmkit.core.money import Money
from pmkit.core.parties import Role
from pmkit.core.service import (
    BuyerInformation,
    ChangeRequest,
    EarlierReport,
    Ended,
    EndKind,
    Price,
    PriceLine,
    PriceLineKind,
    ServiceStage,
    visit_price,
)
from pmkit.core.steps import ask
from pmkit.core.visit import Fee, Liable, Visit, VisitState


def _line(kind, amount):
    return PriceLine(kind=kind, description=kind.value, amount=amount)


def _service(stage=ServiceStage.BOOKED, **changes):
    """The service at a stage, with some of it changed."""
    return attrs.evolve(roads.with_service(stage).service(SERVICE), **changes)


def _visits(*states):
    """Visits in some states, with the report of those that are called reported."""
    reported = _service(ServiceStage.REPORTED).visits[0]
    return tuple(
        attrs.evolve(reported, number=number)
        if state == "reported"
        else Visit(number=number, state=VisitState(state))
        for number, state in enumerate(states, start=1)
    )


class TestPrice:
    """A price is lines in one currency with a total."""

    def test_the_total_is_the_sum(self) -> None:
        """Service, travel, surcharge and tax add up."""
        price = Price(
            lines=(
                _line(PriceLineKind.SERVICE, usd("240.00")),
                _line(PriceLineKind.TRAVEL, usd("35.50")),
                _line(PriceLineKind.SURCHARGE, usd("20.00")),
                _line(PriceLineKind.TAX, usd("17.73")),
            )
        )

        assert usd("313.23") == price.total

    def test_no_lines_are_no_price(self) -> None:
        """A price of nothing is refused."""
        with pytest.raises(MoneyError, match="at least one line") as caught:
            Price(lines=())

        assert "lines" == caught.value.field

    def test_a_line_below_zero_is_refused(self) -> None:
        """A discount is a lower line, never a negative one."""
        with pytest.raises(MoneyError, match="negative"):
            Price(lines=(_line(PriceLineKind.TAX, usd("-0.01")),))

    def test_a_line_of_zero_is_a_line(self) -> None:
        """Free travel may be named."""
        assert Price(lines=(_line(PriceLineKind.TRAVEL, usd("0.00")),)).total.is_zero

    def test_two_currencies_are_no_price(self) -> None:
        """Nobody knows what dollars and euros add up to."""
        with pytest.raises(CurrencyError, match="several currencies") as caught:
            Price(
                lines=(
                    _line(PriceLineKind.SERVICE, usd("1.00")),
                    _line(PriceLineKind.TAX, Money.of("1.00", "EUR")),
                )
            )

        assert "lines" == caught.value.field


class TestStage:
    """How far a service has come follows from its records."""

    @pytest.mark.parametrize("stage", list(ServiceStage))
    def test_each_stage_can_be_reached(self, stage) -> None:
        """The real steps lead to every stage."""
        assert stage is roads.with_service(stage).service(SERVICE).stage

    @pytest.mark.parametrize(
        ("states", "stage"),
        [
            (["requested"], ServiceStage.BOOKED),
            (["proposed"], ServiceStage.BOOKED),
            (["confirmed"], ServiceStage.SCHEDULED),
            (["assigned"], ServiceStage.SCHEDULED),
            (["on-site"], ServiceStage.ON_SITE),
            (["completed"], ServiceStage.AWAITING_REPORT),
            (["reported"], ServiceStage.REPORTED),
            (["reported", "requested"], ServiceStage.BOOKED),
            (["completed", "confirmed"], ServiceStage.AWAITING_REPORT),
            (["missed", "requested"], ServiceStage.BOOKED),
            (["aborted", "confirmed"], ServiceStage.SCHEDULED),
            (["missed", "reported"], ServiceStage.REPORTED),
            (["cancelled"], ServiceStage.REPORTED),
        ],
    )
    def test_the_first_visit_that_owes_something_decides(self, states, stage) -> None:
        """A failed visit owes nothing; what makes up for it does."""
        assert stage is _service(visits=_visits(*states)).stage

    @pytest.mark.parametrize("kind", list(EndKind))
    def test_what_is_over_is_over(self, kind) -> None:
        """The end hides every earlier record."""
        ended = Ended(kind=kind, at=china("03-01T09:00"), cause="x")

        service = _service(ServiceStage.REVIEWED, ended=ended)

        assert kind.value == service.stage.value
        assert service.over

    def test_a_live_service_is_not_over(self) -> None:
        """A reviewed service has come to its end and did not leave the road."""
        assert not _service(ServiceStage.REVIEWED).over


class TestVisits:
    """Visits are found by number and kept in its order."""

    def test_an_absent_visit(self) -> None:
        """A number that no visit has is an error that names the field."""
        with pytest.raises(NotFoundError, match="no visit 2") as caught:
            _service().visit(2)

        assert "visit" == caught.value.field

    def test_a_visit_is_replaced(self) -> None:
        """The visit of a number stands once."""
        service = _service(visits=_visits("missed", "requested"))

        changed = service.with_visit(Visit(number=1, state=VisitState.ABORTED))

        assert [1, 2] == [visit.number for visit in changed.visits]
        assert VisitState.ABORTED is changed.visit(1).state

    @pytest.mark.parametrize(
        ("states", "number"),
        [
            (["requested"], 1),
            (["missed", "on-site"], 2),
            (["completed", "aborted", "confirmed"], 3),
        ],
    )
    def test_the_current_visit(self, states, number) -> None:
        """The first visit that is not over is the current one."""
        assert number == _service(visits=_visits(*states)).current_visit().number

    def test_no_current_visit(self) -> None:
        """When all visits are over none is current."""
        visits = _visits("completed", "missed", "cancelled", "aborted")

        assert _service(visits=visits).current_visit() is None

    @pytest.mark.parametrize(
        ("visits", "price"), [(1, "48.00"), (2, "24.00"), (7, "6.86")]
    )
    def test_the_price_of_one_visit(self, visits, price) -> None:
        """48.00 in seven is six of 6.86 and one of 6.84: the largest part counts."""
        assert usd(price) == visit_price(_service(planned_visits=visits))


class TestCases:
    """Support cases are found by name."""

    def _asked(self, *names):
        """The service with some open cases."""
        road = roads.road_to(ServiceStage.REPORTED)
        for name in names:
            road = roads.on_service(
                road,
                ask.open_case,
                case_id=name,
                actor=BUYER,
                at=china("02-16T10:00"),
                addressed_to=Role.SUPPLIER,
                question="Why 400?",
                calendar=CHINA,
            )
        return road.order.service(SERVICE)

    def test_an_absent_case(self) -> None:
        """A name that no case has is an error that names the field."""
        with pytest.raises(NotFoundError, match="no such case") as caught:
            self._asked("one").case("two")

        assert "case_id" == caught.value.field

    def test_a_case_is_replaced_where_it_stands(self) -> None:
        """The order of cases is that of opening them."""
        service = self._asked("one", "two")
        closed = attrs.evolve(service.case("one"), state=CaseState.CLOSED)

        changed = service.with_case(closed)

        assert ["one", "two"] == [case.id for case in changed.cases]
        assert closed == changed.case("one")

    @pytest.mark.parametrize(
        ("state", "opens"),
        [
            (CaseState.OPEN, True),
            (CaseState.ANSWERED, True),
            (CaseState.ESCALATED, True),
            (CaseState.CLOSED, False),
            (CaseState.WITHDRAWN, False),
        ],
    )
    def test_open_cases(self, state, opens) -> None:
        """A closed or withdrawn case is not open any more."""
        service = self._asked("one")

        changed = service.with_case(attrs.evolve(service.case("one"), state=state))

        assert opens is bool(changed.open_cases())


def test_fees_are_summed_by_side() -> None:
    """Each side owes the fees that it caused."""
    fees = (
        Fee(owed_by=Liable.BUYER, amount=usd("10.00"), cause="x"),
        Fee(owed_by=Liable.SUPPLIER, amount=usd("20.00"), cause="x"),
        Fee(owed_by=Liable.BUYER, amount=usd("5.50"), cause="x"),
    )

    service = _service(fees=fees)

    assert usd("15.50") == service.fees_of(Liable.BUYER)
    assert usd("20.00") == service.fees_of(Liable.SUPPLIER)
    assert usd("0.00") == service.fees_of(Liable.AGENCY)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: _service(id=""), "id"),
        (lambda: _service(provider=" "), "provider"),
        (lambda: _service(planned_visits=0), "planned_visits"),
        (
            lambda: BuyerInformation(product_details="", at=china("01-16T09:00")),
            "product_details",
        ),
        (lambda: ChangeRequest(at=china("01-16T09:00"), by=BUYER, wish=""), "wish"),
        (lambda: EarlierReport(service_id=SERVICE, visit=0, version=1), "visit"),
        (lambda: EarlierReport(service_id=SERVICE, visit=1, version=0), "version"),
    ],
)
def test_what_can_never_be_right(make, field) -> None:
    """Records without a name, words or numbers of at least one are refused."""
    with pytest.raises(InputError) as caught:
        make()

    assert field == caught.value.field
