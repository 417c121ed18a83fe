"""What time alone does to an order."""

from __future__ import annotations

import datetime as dt

import attrs
import pytest
from tests.core.steps.tills import (
    AGENCY,
    BUYER,
    CHINA,
    INITIAL,
    SERVICE,
    at_apart,
    at_initial,
    cancelled,
    china,
    get,
    go,
    in_production,
    names,
    paid_apart,
    payable_apart,
    payment,
    refunds,
    see,
    service,
    shipped,
    swept,
    usd,
)

from pmkit.core.case import CaseEntry, CaseState, SupportCase
from pmkit.core.clauses import (
    answer_by,
    escalates_at,
    escalation_opens,
    report_by,
)
from pmkit.core.order import DaysAfterPayment
from pmkit.core.parties import Role
from pmkit.core.payment import PaymentState, Purpose
from pmkit.core.ports import PaymentNews
from pmkit.core.report import Report, ReportVersion, Verdict
from pmkit.core.service import ServiceStage
from pmkit.core.steps import book, sweep
from pmkit.core.visit import Visit, VisitState


def news(outcome, at):
    """Sweep, and name what happened; a second sweep must do nothing."""
    once = swept(outcome, at)
    twice = swept(once, at, refund_id="again")

    assert names(twice, since=once) == []
    return names(once, since=outcome)


class TestLinks:
    def test_72_hours(self) -> None:
        """LINK-1: after 72 hours an unused link is closed."""
        assert news(at_apart(), "01-17T08:59") == []
        assert news(at_apart(), "01-17T09:00") == ["payment-expired"]

    def test_also_while_the_bank_asks(self) -> None:
        """A step that the payer never took keeps no link open."""
        asked = see(at_apart(), "pay-pm", PaymentNews.ACTION_REQUIRED, at="01-14T10:00")

        assert news(asked, "01-17T09:00") == ["payment-expired"]

    def test_what_was_sent_stays(self) -> None:
        """A transfer takes longer than its link."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")

        assert news(sent, "01-17T09:00") == []


class TestBook1:
    def test_unpaid(self) -> None:
        """Seed, note 1: not paid by the seventh working day, the service expires."""
        begun = payable_apart(in_production())

        assert news(begun, "02-11T23:59") == []
        assert news(begun, "02-12T00:00") == ["service-expired"]

    @pytest.mark.parametrize("sent", [PaymentNews.SUBMITTED, PaymentNews.PROCESSING])
    def test_money_under_way_keeps_it(self, sent: PaymentNews) -> None:
        """The money may have arrived in time without anybody having said so."""
        assert (
            news(see(at_apart(), "pay-pm", sent, at="01-14T10:00"), "02-12T00:00") == []
        )

    def test_until_it_is_declined(self) -> None:
        """Money that was declined after the cut-off keeps nothing."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        declined = see(sent, "pay-pm", PaymentNews.DECLINED, at="02-13T09:00")

        assert news(declined, "02-13T10:00") == ["service-expired"]

    def test_a_part_goes_back(self) -> None:
        """A part of the money keeps no service; it goes back, once."""
        part = get(at_apart(), "pay-pm", usd("40.00"), at="01-15T09:00")
        over = swept(part, "02-12T00:00")
        (refund,) = refunds(over)

        assert news(part, "02-12T00:00") == [
            "service-expired",
            "payment-returned",
            "refund-requested",
        ]
        assert refund.amount == usd("40.00")
        assert payment(over).state is PaymentState.RETURNED

    def test_a_part_in_time_waits_for_the_rest(self) -> None:
        """As long as the rest can be in time nothing goes back."""
        part = get(at_apart(), "pay-pm", usd("40.00"), at="01-15T09:00")

        assert news(part, "02-11T23:59") == []

    def test_a_part_of_the_initial_payment_stays(self) -> None:
        """The initial payment is the order's; only its service is lost."""
        part = get(at_initial(), "initial", usd("1000.00"), at="01-08T09:00")
        over = swept(part, "02-12T00:00")
        paid = get(over, "initial", usd("48.00"), at="02-13T09:00")

        assert names(over, since=part) == ["service-expired"]
        assert paid.order.paid(Purpose.INITIAL)
        assert [r.amount for r in refunds(paid)] == [usd("48.00")]

    def test_a_booked_service_stays(self) -> None:
        """What met BOOK-1 is not touched by it any more."""
        assert news(paid_apart(), "02-12T00:00") == []

    def test_deselected_while_it_waits_for_its_day(self) -> None:
        """A paid service that is deselected before its day is known is refunded."""
        begun = at_initial(ship=DaysAfterPayment(days=50, after=Purpose.BALANCE))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")
        gone = go(
            paid,
            book.deselect_service,
            service_id=SERVICE,
            actor=BUYER,
            at=china("01-09T09:00"),
        )

        assert news(gone, "01-09T10:00") == ["refund-requested"]
        assert swept(gone, "01-09T10:00").order.balance == usd("3952.00")

    def test_paid_and_waiting_for_its_day(self) -> None:
        """A paid service without a ship date does not expire."""
        begun = at_initial(ship=DaysAfterPayment(days=50, after=Purpose.BALANCE))
        paid = get(begun, "initial", INITIAL, at="01-08T09:00")

        assert news(paid, "06-01T09:00") == []
        assert service(paid).stage is ServiceStage.AWAITING_PAYMENT


class TestShipped:
    def test_money_under_way_keeps_nothing(self) -> None:
        """When the goods have left even money in time can book nothing."""
        sent = see(at_apart(), "pay-pm", PaymentNews.SUBMITTED, at="01-14T10:00")
        gone = shipped(sent, at="01-20T09:00")

        assert news(gone, "01-20T10:00") == ["service-expired"]

    def test_a_part_goes_back(self) -> None:
        """A part of the price of what can not be checked goes back."""
        part = get(at_apart(), "pay-pm", usd("40.00"), at="01-15T09:00")
        gone = swept(shipped(part, at="01-20T09:00"), "01-20T10:00")

        assert [r.amount for r in refunds(gone)] == [usd("40.00")]

    def test_a_paid_service_is_refunded_once(self) -> None:
        """What shipping expired and refunded the sweep leaves alone."""
        gone = shipped(paid_apart(), at="01-20T09:00")

        assert [r.amount for r in refunds(gone)] == [usd("48.00")]
        assert news(gone, "01-20T10:00") == []

    def test_a_cancelled_service_keeps_its_fee(self) -> None:
        """What was settled with a fee is not refunded by time."""
        assert news(cancelled(paid_apart(), "01-20T09:00"), "02-28T09:00") == []


def with_visit(**changes):
    """Give the booked service one visit that ended on Friday 13 February."""
    ended = china("02-13T17:30")
    visit = Visit(
        number=1,
        state=VisitState.COMPLETED,
        ended_at=ended,
        report_late_after=report_by(ended, calendar=CHINA, working_days=2),
        **changes,
    )
    begun = paid_apart()
    changed = attrs.evolve(service(begun), visits=(visit,))
    return attrs.evolve(begun, order=begun.order.with_service(changed))


class TestReports:
    def test_late_after_two_working_days(self) -> None:
        """Seed, step 4, "within one to two working days": late from the 25th."""
        assert news(with_visit(), "02-24T23:59") == []
        assert news(with_visit(), "02-25T00:00") == ["report-overdue"]

    def test_a_report_is_not_overdue(self) -> None:
        """A report that is there is not waited for."""
        version = ReportVersion(
            number=1,
            uploaded_at=china("02-14T09:00"),
            by=AGENCY,
            claimed=Verdict.PASS,
            verdict=Verdict.PASS,
        )

        assert news(with_visit(report=Report(versions=(version,))), "02-25T00:00") == []

    def test_a_service_that_is_over_owes_none(self) -> None:
        """Nobody waits for the report of a service that ended."""
        begun = with_visit()
        ended = attrs.evolve(
            begun.order.services[0],
            ended=service(cancelled(paid_apart(), "01-20T09:00")).ended,
        )
        over = attrs.evolve(begun, order=begun.order.with_service(ended))

        assert news(over, "02-25T00:00") == []


def with_case(state):
    """Give the booked service a case that was opened on Monday 2 March."""
    opened = china("03-02T09:00")
    case = SupportCase(
        id="c-1",
        addressed_to=Role.SUPPLIER,
        entries=(CaseEntry(at=opened, by=BUYER, text="Where is the report?"),),
        state=state,
        answer_by=answer_by(opened, zone=CHINA.zone),
        escalation_opens=escalation_opens(opened, zone=CHINA.zone),
        escalates_at=escalates_at(opened, zone=CHINA.zone),
    )
    begun = paid_apart()
    changed = service(begun).with_case(case)
    return attrs.evolve(begun, order=begun.order.with_service(changed))


class TestCases:
    @pytest.mark.parametrize("state", [CaseState.OPEN, CaseState.ANSWERED])
    def test_the_eighth_day(self, state: CaseState) -> None:
        """A case that is not closed goes to the platform when day 8 begins."""
        assert news(with_case(state), "03-09T23:59") == []
        assert news(with_case(state), "03-10T00:00") == ["case-escalated"]

    @pytest.mark.parametrize(
        "state", [CaseState.ESCALATED, CaseState.CLOSED, CaseState.WITHDRAWN]
    )
    def test_what_is_settled_stays(self, state: CaseState) -> None:
        """What is with the platform, or over, does not go there again."""
        assert news(with_case(state), "03-10T00:00") == []


def test_the_moment_is_utc() -> None:
    """A sweep can be asked for in any zone."""
    begun = at_apart()
    tokyo = dt.datetime.fromisoformat("2026-01-17T10:00:00+09:00")

    done = go(begun, sweep.sweep, at=tokyo, calendar=CHINA, refund_id="x")

    assert done.events[-1].at == china("01-17T09:00")
