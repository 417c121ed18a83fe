"""Beside the road: support cases with their clocks, and messages."""

from __future__ import annotations

import attrs
import pytest
from tests.core.steps.bookings import TICK
from tests.core.steps.roads import (
    ACTORS,
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    INSPECTOR,
    OPERATOR,
    SERVICE,
    SUPPLIER,
    china,
    with_service,
)

from pmkit.core.case import CaseState
from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    NotYetError,
    OutOfOrderError,
)
from pmkit.core.parties import SYSTEM, Role
from pmkit.core.service import ServiceStage
from pmkit.core.steps import ask

#: A Monday; day 1 is the 17th.
OPENED = china("02-16T10:00")
#: Day 4 begins.
ESCALATION_OPENS = china("02-20T00:00")
#: Day 8 begins.
ESCALATES = china("02-24T00:00")
ANSWERED = china("02-17T10:00")


def reported():
    return with_service(ServiceStage.REPORTED)


def open_case(order, case_id="c-1", *, to=Role.SUPPLIER, actor=BUYER, **more):
    given = {"question": "Why are 100 not made?", "at": OPENED, **more}
    return ask.open_case(
        order,
        service_id=SERVICE,
        case_id=case_id,
        actor=actor,
        addressed_to=to,
        calendar=CHINA,
        **given,
    )


def opened(to=Role.SUPPLIER):
    return open_case(reported(), to=to).order


def answer(order, *, actor=SUPPLIER, text="They are in paint.", case_id="c-1"):
    return ask.answer_case(
        order,
        service_id=SERVICE,
        case_id=case_id,
        actor=actor,
        at=ANSWERED,
        text=text,
    )


def escalate(order, *, actor=BUYER, at=ESCALATION_OPENS):
    return ask.escalate_case(
        order, service_id=SERVICE, case_id="c-1", actor=actor, at=at
    )


def close(order, *, actor=BUYER, resolution="They came on Friday."):
    return ask.close_case(
        order,
        service_id=SERVICE,
        case_id="c-1",
        actor=actor,
        at=ESCALATES,
        resolution=resolution,
    )


def withdraw(order, *, actor=BUYER):
    return ask.withdraw_case(
        order, service_id=SERVICE, case_id="c-1", actor=actor, at=ESCALATES
    )


def send(order, *, actor=BUYER, to=(), text="Please open ten cartons."):
    return ask.send_message(
        order, service_id=SERVICE, actor=actor, at=OPENED, text=text, to=to
    )


def case_of(outcome):
    return outcome.order.service(SERVICE).case("c-1")


class TestOpen:
    @pytest.mark.parametrize("to", [Role.SUPPLIER, Role.OPERATOR])
    def test_the_buyer_asks_the_supplier_or_the_platform(self, to):
        """ "Please contact the supplier to find a solution or email" the platform."""
        case = case_of(open_case(reported(), to=to))

        assert case.state is CaseState.OPEN
        assert case.addressed_to is to
        assert [entry.text for entry in case.entries] == ["Why are 100 not made?"]

    def test_its_clocks_run_from_the_question(self):
        """Three days to answer, from day 4 to escalate, on day 8 by itself."""
        case = case_of(open_case(reported()))

        assert case.answer_by.at == china("02-20T00:00")
        assert case.escalation_opens.at == ESCALATION_OPENS
        assert case.escalates_at.at == ESCALATES

    def test_the_days_are_those_of_the_terms(self):
        """Terms may be quicker."""
        order = reported()
        quick = attrs.evolve(
            order,
            terms=attrs.evolve(
                order.terms, answer_days=1, escalation_opens_day=2, escalates_day=3
            ),
        )
        case = case_of(open_case(quick))

        assert case.answer_by.at == china("02-18T00:00")
        assert case.escalation_opens.at == china("02-18T00:00")
        assert case.escalates_at.at == china("02-19T00:00")

    @pytest.mark.parametrize("to", [Role.BUYER, Role.AGENCY, Role.SYSTEM])
    def test_nobody_else_is_asked(self, to):
        """A case is for the supplier or the platform."""
        with pytest.raises(InputError) as refused:
            open_case(reported(), to=to)

        assert refused.value.field == "addressed_to"

    def test_a_name_is_given_once(self):
        """A second case of the same name would hide the first."""
        with pytest.raises(InputError) as refused:
            open_case(opened())

        assert refused.value.field == "case_id"

    def test_several_questions_stand_side_by_side(self):
        """One case does not wait for another."""
        both = open_case(opened(), "c-2").order.service(SERVICE)

        assert ["c-1", "c-2"] == [case.id for case in both.cases]

    def test_a_blank_is_no_question(self):
        """There is nothing to answer."""
        with pytest.raises(InputError) as refused:
            open_case(reported(), question=" ")

        assert refused.value.field == "text"

    @pytest.mark.parametrize("stage", [ServiceStage.EXPIRED, ServiceStage.CANCELLED])
    def test_a_service_that_is_over_can_be_asked_about(self, stage):
        """Nobody is left alone with a question about a refund."""
        assert case_of(open_case(with_service(stage))).state is CaseState.OPEN

    def test_only_the_buyer_asks(self):
        """The supplier answers."""
        with pytest.raises(NotAllowedError):
            open_case(reported(), actor=SUPPLIER)


class TestAnswer:
    @pytest.mark.parametrize("actor", [SUPPLIER, OPERATOR])
    def test_an_answer_answers(self, actor):
        """The supplier that was asked, or the platform for it."""
        case = case_of(answer(opened(), actor=actor))

        assert case.state is CaseState.ANSWERED
        assert case.entries[-1].text == "They are in paint."
        assert case.entries[-1].by == actor

    @pytest.mark.parametrize("actor", [BUYER, APPROVER])
    def test_a_follow_up_opens_it_again(self, actor):
        """The buyer is not content with the answer."""
        answered = answer(opened()).order

        assert case_of(answer(answered, actor=actor)).state is CaseState.OPEN

    @pytest.mark.parametrize("actor", [BUYER, SUPPLIER, OPERATOR])
    def test_an_escalated_case_stays_escalated(self, actor):
        """Only its resolution takes it from the platform."""
        escalated = escalate(opened()).order

        assert case_of(answer(escalated, actor=actor)).state is CaseState.ESCALATED

    def test_a_case_for_the_platform_is_none_of_the_suppliers(self):
        """To the supplier it reads as if it did not exist."""
        order = opened(Role.OPERATOR)
        with pytest.raises(NotFoundError) as not_yours:
            answer(order)
        with pytest.raises(NotFoundError) as absent:
            answer(order, case_id="none")

        assert str(absent.value) == str(not_yours.value)

    def test_a_case_that_is_over_is_not_answered(self):
        """Its resolution was the last word."""
        with pytest.raises(OutOfOrderError, match="is closed"):
            answer(close(opened()).order)

    def test_a_blank_is_no_answer(self):
        """It would stop the clock for nothing."""
        with pytest.raises(InputError):
            answer(opened(), text="")

    def test_the_agency_is_not_asked(self):
        """The agency is written to in the thread."""
        with pytest.raises(NotAllowedError):
            answer(opened(), actor=AGENCY)


class TestEscalate:
    @pytest.mark.parametrize("actor", [BUYER, APPROVER, SUPPLIER])
    def test_from_day_4_either_side_may(self, actor):
        """At 00:00 on the 20th in China it opens; a tick earlier not."""
        with pytest.raises(NotYetError) as early:
            escalate(opened(), actor=actor, at=ESCALATION_OPENS - TICK)
        first = escalate(opened(), actor=actor, at=ESCALATION_OPENS)

        assert case_of(first).state is CaseState.ESCALATED
        assert early.value.allowed == "Possible from 2026-02-19T16:00:00+00:00 on."

    def test_on_day_8_the_clock_does(self):
        """At 00:00 on the 24th in China it goes by itself; a tick earlier not."""
        with pytest.raises(NotYetError) as early:
            escalate(opened(), actor=SYSTEM, at=ESCALATES - TICK)
        first = escalate(opened(), actor=SYSTEM, at=ESCALATES)

        assert case_of(first).state is CaseState.ESCALATED
        assert early.value.allowed == "Possible from 2026-02-23T16:00:00+00:00 on."

    def test_a_side_may_after_that_as_well(self):
        """Should the clock have been late."""
        assert case_of(escalate(opened(), at=ESCALATES)).state is CaseState.ESCALATED

    def test_an_answer_does_not_settle_it(self):
        """An answered case that was not closed can be escalated."""
        answered = answer(opened()).order

        assert case_of(escalate(answered)).state is CaseState.ESCALATED

    def test_it_escalates_once(self):
        """The platform has it already."""
        with pytest.raises(OutOfOrderError):
            escalate(escalate(opened()).order)

    def test_a_case_for_the_platform_is_none_of_the_suppliers(self):
        """The supplier does not find it."""
        with pytest.raises(NotFoundError):
            escalate(opened(Role.OPERATOR), actor=SUPPLIER)

    def test_a_case_that_is_over_does_not_escalate(self):
        """It was settled."""
        with pytest.raises(OutOfOrderError):
            escalate(close(opened()).order)


class TestEnd:
    @pytest.mark.parametrize("actor", [BUYER, APPROVER, OPERATOR])
    def test_it_ends_with_its_resolution(self, actor):
        """The side that asked, or the platform, closes it."""
        case = case_of(close(opened(), actor=actor))

        assert case.state is CaseState.CLOSED
        assert case.resolution == "They came on Friday."

    def test_a_blank_is_no_resolution(self):
        """A case is not closed in silence."""
        with pytest.raises(InputError) as refused:
            close(opened(), resolution=" ")

        assert refused.value.field == "resolution"

    def test_the_supplier_does_not_close_it(self):
        """The one who is asked does not decide that it was answered."""
        with pytest.raises(NotAllowedError):
            close(opened(), actor=SUPPLIER)

    def test_an_escalated_case_can_be_withdrawn(self):
        """The buyer may let it go at any time."""
        case = case_of(withdraw(escalate(opened()).order))

        assert case.state is CaseState.WITHDRAWN

    @pytest.mark.parametrize("step", [answer, escalate, close, withdraw])
    def test_a_withdrawn_case_can_not_be_opened_again(self, step):
        """A withdrawn complaint stays withdrawn."""
        with pytest.raises(OutOfOrderError) as refused:
            step(withdraw(opened()).order)

        assert refused.value.allowed == "Open a new one."

    def test_only_the_buyer_withdraws(self):
        """It is the buyer's question."""
        with pytest.raises(NotAllowedError):
            withdraw(opened(), actor=OPERATOR)


class TestMessages:
    @pytest.mark.parametrize(
        ("role", "to"),
        [
            (Role.BUYER, Role.AGENCY),
            (Role.APPROVER, Role.AGENCY),
            (Role.AGENCY, Role.BUYER),
            (Role.INSPECTOR, Role.BUYER),
            (Role.SUPPLIER, Role.AGENCY),
            (Role.OPERATOR, Role.BUYER),
        ],
    )
    def test_without_a_name_it_is_for_the_other_side(self, role, to):
        """ "How can I talk directly to the agent working on my order?"."""
        sent = send(with_service(ServiceStage.BOOKED), actor=ACTORS[role])

        assert sent.order.service(SERVICE).messages[-1].to == (to,)

    def test_messages_are_numbered(self):
        """1, 2, 3 within the service."""
        twice = send(send(reported()).order, actor=AGENCY).order.service(SERVICE)

        assert [(1, BUYER), (2, AGENCY)] == [
            (message.number, message.by) for message in twice.messages
        ]

    def test_a_role_named_twice_is_named_once(self):
        """Nobody gets a message twice."""
        sent = send(reported(), to=(Role.SUPPLIER, Role.AGENCY, Role.SUPPLIER))

        assert sent.order.service(SERVICE).messages[0].to == (
            Role.SUPPLIER,
            Role.AGENCY,
        )

    @pytest.mark.parametrize(
        ("actor", "to"),
        [
            (BUYER, Role.BUYER),
            (BUYER, Role.APPROVER),
            (APPROVER, Role.BUYER),
            (AGENCY, Role.AGENCY),
            (AGENCY, Role.INSPECTOR),
            (INSPECTOR, Role.AGENCY),
            (SUPPLIER, Role.SUPPLIER),
            (SUPPLIER, Role.OPERATOR),
            (OPERATOR, Role.OPERATOR),
            (BUYER, Role.SYSTEM),
        ],
    )
    def test_nobody_writes_to_the_own_side(self, actor, to):
        """The supplier does not write to the platform here either."""
        with pytest.raises(InputError) as refused:
            send(reported(), actor=actor, to=(Role.AGENCY, Role.BUYER, to))

        assert refused.value.field == "to"

    def test_a_blank_is_no_message(self):
        """There is nothing to read."""
        with pytest.raises(InputError):
            send(reported(), text="")

    def test_an_unpaid_service_has_no_thread(self):
        """The agency has no task yet."""
        with pytest.raises(OutOfOrderError):
            send(with_service(ServiceStage.AWAITING_PAYMENT))
