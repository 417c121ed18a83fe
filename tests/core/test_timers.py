"""When an order wakes: every due moment is listed, and time does nothing in between."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps import roads
from tests.core.steps.roads import BUYER, CHINA, china, go, in_production, road_to

from pmkit.core.case import CaseState
from pmkit.core.clauses import pay_link_until
from pmkit.core.order import OrderStage
from pmkit.core.parties import Role
from pmkit.core.payment import Purpose, RefundState
from pmkit.core.rules.timers import TimerKind, settled, timers_of
from pmkit.core.service import ServiceStage
from pmkit.core.steps import ask, review
from pmkit.core.steps.sweep import sweep

#: By hand, on the clocks of China: BOOK-1 ends with 11 February, the visit is on the
#: 12th from nine to five and free to move until 13:00 the day before, its report is
#: expected on the 13th and late after the 14th, a review is due 60 days after the 16th.
BOOK_BY = {("book-by", "pm-1", "02-12T00:00")}
VISIT = {
    ("change-by", "pm-1/1", "02-11T13:00"),
    ("visit-begins", "pm-1/1", "02-12T09:00"),
    ("visit-ends", "pm-1/1", "02-12T17:00"),
}
WAKES = {
    ServiceStage.PROPOSED: BOOK_BY,
    ServiceStage.AWAITING_CONSENT: BOOK_BY,
    ServiceStage.AWAITING_PAYMENT: BOOK_BY,
    ServiceStage.PAYMENT_PROCESSING: BOOK_BY,
    ServiceStage.BOOKED: set(),
    ServiceStage.SCHEDULED: VISIT,
    ServiceStage.ON_SITE: VISIT,
    ServiceStage.AWAITING_REPORT: {
        ("report-expected", "pm-1/1", "02-14T00:00"),
        ("report-late", "pm-1/1", "02-15T00:00"),
    },
    ServiceStage.REPORTED: set(),
    ServiceStage.CLOSED: {("review-ends", "pm-1", "04-16T00:00")},
    ServiceStage.REVIEWED: set(),
    ServiceStage.CANCELLING: VISIT,
    ServiceStage.REMOVED: set(),
    ServiceStage.CANCELLED: set(),
    ServiceStage.EXPIRED: set(),
}


def wakes(order):
    """List the timers of an order, by kind, subject and moment in China."""
    return {(x.kind.value, x.subject, x.due_at) for x in timers_of(order)}


@pytest.mark.parametrize("stage", ServiceStage)
def test_each_stage_has_the_timers_of_the_table(stage) -> None:
    """What an order waits for at each stage stands in a table made by hand."""
    expected = {(kind, what, china(at)) for kind, what, at in WAKES[stage]}

    assert expected == wakes(road_to(stage).order)


def test_a_started_payment_wakes_when_its_link_ends() -> None:
    """LINK-1: 72 hours after it was made, the link of a payment is closed."""
    made = roads.order_road_to(OrderStage.AWAITING_INITIAL_PAYMENT)
    begun = roads.started(made, "p-1", Purpose.INITIAL, at="01-12T09:00")

    assert {("link-expires", "p-1", china("01-15T09:00"))} == wakes(begun.order)


def test_money_on_its_way_wakes_when_it_is_expected() -> None:
    """A transfer that was sent is asked about when it should have come."""
    order = roads.paying_order()
    (payment,) = order.payments
    slow = attrs.evolve(payment, expected_by=china("01-14T18:00"))

    assert {("money-expected", payment.id, china("01-14T18:00"))} == wakes(
        attrs.evolve(order, payments=(slow,))
    )
    assert not settled(order)


def asked_about_a_report():
    """Walk to a report that the buyer asks the platform about."""
    return go(
        road_to(ServiceStage.REPORTED),
        ask.open_case,
        actor=BUYER,
        service_id="pm-1",
        case_id="case-1",
        addressed_to=Role.OPERATOR,
        question="Which line?",
        at=china("02-17T09:00"),
        calendar=CHINA,
    ).order


def test_an_open_case_wakes_twice() -> None:
    """A case wakes when its answer is due, and when it goes to the platform."""
    order = asked_about_a_report()
    (case,) = order.service("pm-1").cases

    assert wakes(order) == {
        ("case-answer", "pm-1/case-1", case.answer_by.at),
        ("case-escalates", "pm-1/case-1", case.escalates_at.at),
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CaseState.ANSWERED, {"case-escalates"}),
        (CaseState.ESCALATED, set()),
        (CaseState.CLOSED, set()),
    ],
)
def test_a_case_wakes_as_long_as_time_does_something(state, expected) -> None:
    """An answered case may still escalate; an escalated one has nowhere to go."""
    order = asked_about_a_report()
    service = order.service("pm-1")
    (case,) = service.cases
    changed = attrs.evolve(service, cases=(attrs.evolve(case, state=state),))

    assert expected == {kind for kind, *_ in wakes(order.with_service(changed))}


def test_a_refund_on_its_way_wakes_when_it_should_have_come() -> None:
    """REFUND-1: a refund that has not arrived by then is asked about."""
    order = road_to(ServiceStage.CANCELLED).order
    (refund,) = order.refunds
    due = pay_link_until(china("03-02T09:00"))
    open_one = attrs.evolve(refund, state=RefundState.INITIATED, expected_by=due)

    assert {("refund-expected", refund.id, due.at)} == wakes(
        order.with_refund(open_one)
    )


def test_an_answered_review_wakes_when_its_revision_ends() -> None:
    """REVIEW-1: after the agency's reply the buyer has thirty days to revise."""
    replied = go(
        road_to(ServiceStage.REVIEWED),
        review.reply_review,
        actor=roads.AGENCY,
        service_id="pm-1",
        text="Thank you.",
        at=china("03-01T09:00"),
        calendar=CHINA,
    )

    assert {("revision-ends", "pm-1", china("04-01T00:00"))} == wakes(replied.order)


@pytest.mark.parametrize("stage", ServiceStage)
def test_time_does_nothing_between_timers(stage) -> None:
    """LAW: until the next due moment a sweep changes nothing, however often."""
    order = road_to(stage).order
    moments = sorted(x.due_at for x in timers_of(order))
    now = china("02-16T10:00") if stage in LATE else china("01-10T10:00")
    for moment in [m for m in moments if m > now] or [now]:
        just_before = moment - dt.timedelta(microseconds=1)

        assert () == swept(order, max(now, just_before)).events
        order = swept(order, moment).order


def test_a_late_report_is_noted_once() -> None:
    """What was noted as overdue does not wake the order again."""
    order = road_to(ServiceStage.AWAITING_REPORT).order
    noted = swept(order, china("02-15T00:00")).order

    assert ["report-overdue"] == [
        e.name for e in swept(order, china("02-15T00:00")).events
    ]
    assert {("report-expected", "pm-1/1", china("02-14T00:00"))} == wakes(noted)


def test_a_visit_without_promises_wakes_nobody() -> None:
    """A report with no expected day has no timer of its own."""
    order = road_to(ServiceStage.AWAITING_REPORT).order
    service = order.service("pm-1")
    bare = attrs.evolve(
        service.visit(1), report_expected_by=None, report_late_after=None
    )

    assert set() == wakes(order.with_service(service.with_visit(bare)))


LATE = {ServiceStage.REPORTED, ServiceStage.CLOSED, ServiceStage.REVIEWED}


def swept(order, moment):
    """Let it become a moment."""
    return sweep(order, at=moment, calendar=CHINA, refund_id="re-1")


class TestSettled:
    """Whether an order still has to be looked at."""

    @pytest.mark.parametrize("stage", OrderStage)
    def test_an_order_without_services_rests_when_it_has_shipped(self, stage):
        """Before the goods are gone a service may still be added."""
        order = roads.order_road_to(stage).order

        assert (stage is OrderStage.SHIPPED) == settled(order)

    def test_a_service_on_its_road_keeps_its_order_awake(self):
        """What is booked is looked after until it is closed or over."""
        assert not settled(road_to(ServiceStage.BOOKED).order)
        assert not settled(in_production())

    @pytest.mark.parametrize(
        ("stage", "expected"),
        [
            (ServiceStage.BOOKED, False),
            (ServiceStage.REPORTED, False),
            (ServiceStage.CLOSED, True),
            (ServiceStage.REVIEWED, True),
        ],
    )
    def test_shipped_goods_rest_when_their_service_does(self, stage, expected):
        """A report that nobody has decided on keeps a shipped order awake."""
        order = road_to(stage).order
        paid = attrs.evolve(
            order, shipped_at=china("02-27T09:00"), payments=order.payments
        )

        assert expected == settled(paid)

    def test_an_open_question_keeps_shipped_goods_awake(self):
        """A closed service with an open case is not done with."""
        order = attrs.evolve(
            road_to(ServiceStage.CLOSED).order, shipped_at=china("02-27T09:00")
        )
        cases = asked_about_a_report().service("pm-1").cases
        asked = attrs.evolve(order.service("pm-1"), cases=cases)

        assert not settled(order.with_service(asked))

    def test_kinds_are_words(self):
        """A timer is stored by a word that stays."""
        assert "look" == TimerKind.LOOK.value
