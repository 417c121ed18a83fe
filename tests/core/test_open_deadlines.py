"""Which deadlines of an order are open, and where a new one is put."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.roads import CHINA, SERVICE, china, road_to, usd

import pmkit
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import Refund, RefundRoute, RefundState
from pmkit.core.recheck import Advice
from pmkit.core.rules.open_deadlines import (
    Which,
    open_deadlines,
    put_back,
    recheck_order,
)
from pmkit.core.service import ServiceStage
from pmkit.core.steps.recheck import recheck_deadlines

AT = china("02-12T18:00")
BANK = pmkit.working_calendar("CN", kind="bank")
#: 24 February, the first day of work after the spring festival, is closed too.
CLOSED = CHINA.with_days(closed=[dt.date(2026, 2, 24)])
BANK_CLOSED = BANK.with_days(closed=[dt.date(2026, 2, 24)])


def _places(order):
    return [(due.which, due.service_id, due.visit) for due in open_deadlines(order)]


def _refunding(state):
    """An order with a refund that was started on 12 February."""
    due = pmkit.refund_expected_by(AT, calendar=BANK)
    refund = Refund(
        id="refund-1",
        payment_id="initial",
        service_id=SERVICE,
        amount=usd("48.00"),
        route=RefundRoute.BACK_TO_METHOD,
        cause="x",
        requested_at=AT,
        expected_by=due,
        state=state,
    )
    return road_to(ServiceStage.CANCELLED).order.with_refund(refund)


class TestOpen:
    """What is open when."""

    @pytest.mark.parametrize(
        ("stage", "places"),
        [
            (ServiceStage.PROPOSED, [(Which.BOOK_BY, SERVICE, None)]),
            (ServiceStage.AWAITING_PAYMENT, [(Which.BOOK_BY, SERVICE, None)]),
            (ServiceStage.PAYMENT_PROCESSING, [(Which.BOOK_BY, SERVICE, None)]),
            (ServiceStage.BOOKED, []),
            (ServiceStage.ON_SITE, []),
            (
                ServiceStage.AWAITING_REPORT,
                [
                    (Which.REPORT_EXPECTED, SERVICE, 1),
                    (Which.REPORT_LATE, SERVICE, 1),
                ],
            ),
            (ServiceStage.REPORTED, []),
            (ServiceStage.REMOVED, []),
            (ServiceStage.EXPIRED, []),
        ],
    )
    def test_along_the_road(self, stage, places):
        """BOOK-1 until booking, REPORT-1 from the visit until the report."""
        assert places == _places(road_to(stage).order)

    def test_a_report_that_was_noted_as_late(self):
        """What was late is decided: no calendar makes it timely."""
        order = road_to(ServiceStage.AWAITING_REPORT).order
        service = order.service(SERVICE)
        late = attrs.evolve(service.visit(1), overdue_noted=True)

        assert [] == _places(order.with_service(service.with_visit(late)))

    @pytest.mark.parametrize(
        ("state", "is_open"),
        [
            (RefundState.REQUESTED, True),
            (RefundState.INITIATED, True),
            (RefundState.DONE, False),
            (RefundState.FAILED, False),
        ],
    )
    def test_a_refund_on_its_way(self, state, is_open):
        """REFUND-1 is open until the refund arrived or failed, though all is over."""
        found = [
            due
            for due in open_deadlines(_refunding(state))
            if due.refund_id == "refund-1"
        ]

        assert [Which.REFUND_EXPECTED] * is_open == [due.which for due in found]


class TestPuttingBack:
    """Each deadline goes to its own place, and no other changes."""

    @pytest.mark.parametrize(
        "order",
        [
            road_to(ServiceStage.AWAITING_PAYMENT).order,
            road_to(ServiceStage.AWAITING_REPORT).order,
            _refunding(RefundState.INITIATED),
        ],
        ids=["book", "report", "refund"],
    )
    def test_only_its_own_place(self, order):
        """Of the open deadlines the one that was put back is new, the others old."""
        due = open_deadlines(order)
        new = pmkit.book_by(dt.date(2026, 4, 30), calendar=CHINA)

        for number, where in enumerate(due):
            found = open_deadlines(put_back(order, where, new))

            assert [
                new if at == number else each.deadline for at, each in enumerate(due)
            ] == [each.deadline for each in found]


class TestRecheckingAnOrder:
    """Several calendars, and one order."""

    def test_each_deadline_on_its_own_calendar(self):
        """A refund counts a bank's days, whatever the factory's calendar says."""
        order = _refunding(RefundState.INITIATED)

        factory = recheck_order(order, {"CN": CLOSED}, at=AT)
        both = recheck_order(order, {"CN": CLOSED, "CN bank": BANK_CLOSED}, at=AT)

        assert () == factory
        assert [(Which.REFUND_EXPECTED, 1)] == [
            (found.where.which, found.recheck.days_moved) for found in both
        ]

    def test_a_report_that_becomes_final(self):
        """Both REPORT-1 of a forecast year are made final by one event."""
        order = road_to(ServiceStage.AWAITING_REPORT).order
        unannounced = attrs.evolve(
            CHINA, official_until=dt.date(2026, 1, 1), beyond_horizon="provisional"
        )
        for where in open_deadlines(order):
            days = len(where.deadline.counted)
            forecast = pmkit.report_by(
                where.deadline.event_at, calendar=unannounced, working_days=days
            )
            order = put_back(order, where, forecast)

        done = recheck_deadlines(order, actor=SYSTEM, at=AT, calendars={"CN": CHINA})

        assert [True, True] == [d.deadline.provisional for d in open_deadlines(order)]
        assert [False, False] == [
            d.deadline.provisional for d in open_deadlines(done.order)
        ]
        assert [[Advice.MAKE_FINAL] * 2] == [
            [found.recheck.advice for found in event.findings] for event in done.events
        ]

    def test_a_new_moment_that_has_passed_is_for_the_operator(self):
        """Time that the buyer would gain, but that is over already, moves nothing."""
        order = road_to(ServiceStage.AWAITING_PAYMENT).order
        (where,) = open_deadlines(order)
        longer = CHINA.with_days(worked=[dt.date(2026, 2, 15)])
        due = pmkit.book_by(where.deadline.event_day, calendar=longer).at

        before, after = (
            recheck_order(order, {"CN": longer}, at=at)
            for at in (due - dt.timedelta.resolution, due)
        )

        assert [Advice.MOVE] == [found.recheck.advice for found in before]
        assert [Advice.ASK_OPERATOR] == [found.recheck.advice for found in after]

    def test_waiting_is_not_recorded(self):
        """A forecast of other days is told, and leaves no event."""
        order = road_to(ServiceStage.AWAITING_PAYMENT).order
        forecast = attrs.evolve(
            CHINA.with_days(closed=[dt.date(2026, 2, 24)]),
            official_until=dt.date(2026, 1, 1),
            beyond_horizon="provisional",
        )
        calendars = {"CN": forecast}

        told = recheck_order(order, calendars, at=AT)
        done = recheck_deadlines(order, actor=SYSTEM, at=AT, calendars=calendars)

        assert [Advice.WAIT] == [found.recheck.advice for found in told]
        assert () == done.events
        assert order == done.order
