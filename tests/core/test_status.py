"""The status section: where it stands, what is next, who acts, by when, for whom."""

from __future__ import annotations

import datetime as dt
import functools

import attrs
import pytest
from tests.core.steps import moves
from tests.core.steps.bookings import FRIDAY, TICK, booked, checked
from tests.core.steps.roads import (
    ACTORS,
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    INSPECTOR,
    OPERATOR,
    PM,
    SERVICE,
    STRANGERS,
    SUPPLIER,
    china,
    go,
    later,
    on_service,
    on_visit,
    opened,
    order_on_from,
    order_road_to,
    order_with_service,
    received,
    road_to,
    started,
    submitted,
    usd,
    with_service,
)
from tests.core.steps.tills import APART, at_apart, see

from pmkit.core.errors import NaiveTimeError, NotFoundError
from pmkit.core.events import fold
from pmkit.core.order import OrderStage
from pmkit.core.parties import SYSTEM, Role
from pmkit.core.payment import Purpose
from pmkit.core.ports import PaymentNews
from pmkit.core.roles import Action
from pmkit.core.service import Payer, ServiceStage
from pmkit.core.status import PaymentStatus, next_step, status
from pmkit.core.steps import appoint, ask, book, report, visit
from pmkit.core.visit import MissedCause

OTHER_AGENCY = attrs.evolve(AGENCY, party="Blind Eye")
OTHER_INSPECTOR = attrs.evolve(INSPECTOR, party="Blind Eye")

_BUYING = ["buyer", "approver"]
_VISITING = ["agency", "inspector"]

#: stage -> what happens next, who must act, and the clause and day by which.
NEXT = {
    ServiceStage.PROPOSED: (
        "The buyer approves or declines what the supplier proposed.",
        _BUYING,
        ("BOOK-1", "2026-02-11"),
    ),
    ServiceStage.AWAITING_CONSENT: (
        "The supplier agrees to the visit or not.",
        ["supplier"],
        ("BOOK-1", "2026-02-11"),
    ),
    ServiceStage.AWAITING_PAYMENT: (
        "The service is paid.",
        ["buyer"],
        ("BOOK-1", "2026-02-11"),
    ),
    ServiceStage.PAYMENT_PROCESSING: (
        "The money arrives.",
        [],
        ("BOOK-1", "2026-02-11"),
    ),
    ServiceStage.BOOKED: (
        (
            "The supplier proposes an appointment; the buyer gives product information "
            "and sample pictures."
        ),
        ["supplier", "buyer"],
        None,
    ),
    ServiceStage.SCHEDULED: ("The inspector visits the plant.", _VISITING, None),
    ServiceStage.ON_SITE: ("The inspector finishes the check.", _VISITING, None),
    ServiceStage.AWAITING_REPORT: (
        "The agency uploads the report.",
        ["agency"],
        ("REPORT-1", "2026-02-14"),
    ),
    ServiceStage.REPORTED: ("The buyer reads the report and decides.", _BUYING, None),
    ServiceStage.CLOSED: (
        "The buyer leaves a review.",
        _BUYING,
        ("REVIEW-1", "2026-04-15"),
    ),
    ServiceStage.REVIEWED: ("The agency may reply to the review.", ["agency"], None),
    ServiceStage.CANCELLING: (
        "The platform decides on the cancellation.",
        ["operator"],
        None,
    ),
    ServiceStage.REMOVED: ("Nothing: the service was removed.", [], None),
    ServiceStage.CANCELLED: ("Nothing: the service was cancelled.", [], None),
    ServiceStage.EXPIRED: ("Nothing: the service can not take place.", [], None),
}

_BOOK = ("Book and pay the service.", "BOOK-1", "2026-02-11")
_CHANGE = ("Change visit 1 for nothing.", "CHANGE-1", "2026-02-11")
_EXPECTED = ("Report of visit 1 expected.", "REPORT-1", "2026-02-13")
_LATE = ("Report of visit 1 late.", "REPORT-1", "2026-02-14")
_REVIEW = ("Review the service.", "REVIEW-1", "2026-04-15")

#: stage -> the due moments an hour after it was reached, and whether each has passed.
DUES = {
    ServiceStage.PROPOSED: [(*_BOOK, False)],
    ServiceStage.AWAITING_CONSENT: [(*_BOOK, False)],
    ServiceStage.AWAITING_PAYMENT: [(*_BOOK, False)],
    ServiceStage.PAYMENT_PROCESSING: [(*_BOOK, False)],
    ServiceStage.BOOKED: [(*_BOOK, False)],
    ServiceStage.SCHEDULED: [(*_CHANGE, False), (*_BOOK, False)],
    ServiceStage.ON_SITE: [(*_BOOK, True)],
    ServiceStage.AWAITING_REPORT: [
        (*_BOOK, True),
        (*_EXPECTED, False),
        (*_LATE, False),
    ],
    ServiceStage.REPORTED: [(*_BOOK, True), (*_EXPECTED, False), (*_LATE, False)],
    ServiceStage.CLOSED: [
        (*_BOOK, True),
        (*_EXPECTED, True),
        (*_LATE, False),
        (*_REVIEW, False),
    ],
    ServiceStage.REVIEWED: [
        (*_BOOK, True),
        (*_EXPECTED, True),
        (*_LATE, True),
        (*_REVIEW, False),
    ],
    ServiceStage.CANCELLING: [(*_CHANGE, False), (*_BOOK, False)],
    ServiceStage.REMOVED: [],
    ServiceStage.CANCELLED: [],
    ServiceStage.EXPIRED: [],
}


def section(outcome, actor=BUYER, at=None):
    """Give the section of the only service, an hour after the last event."""
    (only,) = status(outcome.order, actor=actor, at=at or later(outcome)).services
    return only


def then(outcome, action, actor, at):
    """Take the real step of an action."""
    return go(outcome, functools.partial(moves.take, action), actor=actor, at=china(at))


def step_of(found):
    """Name a next step: the words, the roles, the clause and the last day."""
    by = found.by and (found.by.clause, found.by.last_day.isoformat())
    return found.what, [role.value for role in found.who], by


def dues_of(found):
    """Name the due moments of a section."""
    return [
        (
            due.what,
            due.deadline.clause,
            due.deadline.last_day.isoformat(),
            due.passed,
        )
        for due in found.deadlines
    ]


def names(value):
    """Name an actor or a stage in the id of a test."""
    return getattr(value, "role", value).value


def paid_by_supplier():
    """Let the supplier add a service at its own cost, and pay for it."""
    added = go(
        opened(),
        book.add_service,
        actor=SUPPLIER,
        at=china("01-05T10:00"),
        payer=Payer.SUPPLIER,
        **PM,
    )
    made = order_on_from(added, OrderStage.IN_PRODUCTION)
    paying = started(
        made,
        "pay-pm",
        Purpose.SERVICE,
        at="01-14T09:00",
        actor=SUPPLIER,
        service_id=SERVICE,
    )
    return received(
        submitted(paying, "pay-pm", at="01-14T10:00"), "pay-pm", at="01-15T09:00"
    )


def two_agencies():
    """Put a second service, by another agency, beside the booked one."""
    return go(
        road_to(ServiceStage.BOOKED),
        book.add_service,
        actor=BUYER,
        at=china("01-16T09:00"),
        **{**PM, "service_id": "pm-2", "provider": OTHER_AGENCY.party},
    )


def replied():
    """Let the agency reply to the review."""
    reviewed = road_to(ServiceStage.REVIEWED)
    return then(reviewed, Action.REPLY_REVIEW, AGENCY, "02-17T10:00")


def moved_late(actor):
    """Move the visit an hour after CHANGE-1."""
    return on_visit(
        road_to(ServiceStage.SCHEDULED),
        appoint.move_visit,
        actor=actor,
        at=china("02-11T14:00"),
        appointment=FRIDAY,
        reason="The line stands still.",
        calendar=CHINA,
    )


def failed(cause):
    """Let the visit fail at the gate."""
    return on_visit(
        road_to(ServiceStage.SCHEDULED),
        visit.fail_visit,
        actor=INSPECTOR,
        at=china("02-12T10:00"),
        cause=cause,
        note="Seen at the gate.",
    )


def asked(to):
    """Ask a question about the report on Monday 16 February."""
    return on_service(
        road_to(ServiceStage.REPORTED),
        ask.open_case,
        case_id="c-1",
        actor=BUYER,
        at=china("02-16T10:00"),
        addressed_to=to,
        question="Why are 100 not made?",
        calendar=CHINA,
    )


class TestOrder:
    @pytest.mark.parametrize("stage", list(OrderStage))
    def test_it_says_how_the_order_stands(self, stage):
        """ "My Orders": the order, its stage and the day on which it ships."""
        outcome = order_road_to(stage)
        seen = status(outcome.order, actor=BUYER, at=later(outcome))

        assert ("TA-1", stage.value) == (seen.order_id, seen.stage)
        assert dt.date(2026, 2, 27) == seen.ship_day
        assert () == seen.services

    @pytest.mark.parametrize("actor", STRANGERS.values(), ids=names)
    def test_a_stranger_learns_nothing(self, actor):
        """An order of others reads like one that does not exist."""
        with pytest.raises(NotFoundError, match="There is no such thing here") as no:
            status(
                with_service(ServiceStage.REPORTED),
                actor=actor,
                at=china("02-14T10:00"),
            )

        assert "order_id" == no.value.field

    def test_the_moment_has_a_zone(self):
        """Without a zone nobody can tell what has passed."""
        with pytest.raises(NaiveTimeError):
            status(
                with_service(ServiceStage.BOOKED),
                actor=BUYER,
                at=china("01-16T09:00").replace(tzinfo=None),
            )

    @pytest.mark.parametrize("actor", [AGENCY, INSPECTOR], ids=names)
    def test_an_agency_sees_its_own_service(self, actor):
        """Of two services with two agencies each sees its own."""
        order = two_agencies().order
        seen = status(order, actor=actor, at=china("01-17T09:00"))

        assert [SERVICE] == [service.service_id for service in seen.services]

    @pytest.mark.parametrize("actor", [OTHER_AGENCY, OTHER_INSPECTOR], ids=names)
    def test_and_the_other_agency_the_other(self, actor):
        """The second service is the second agency's, and so is its inspector's."""
        order = two_agencies().order
        seen = status(order, actor=actor, at=china("01-17T09:00"))

        assert ["pm-2"] == [service.service_id for service in seen.services]

    @pytest.mark.parametrize(
        "actor", [BUYER, APPROVER, SUPPLIER, OPERATOR, SYSTEM], ids=names
    )
    def test_the_others_see_both(self, actor):
        """Both sides of the trade and the platform see every service."""
        order = two_agencies().order
        seen = status(order, actor=actor, at=china("01-17T09:00"))

        assert [SERVICE, "pm-2"] == [service.service_id for service in seen.services]


class TestNext:
    @pytest.mark.parametrize("actor", ACTORS.values(), ids=names)
    @pytest.mark.parametrize("stage", list(ServiceStage), ids=names)
    def test_what_who_and_by_when(self, stage, actor):
        """Each role is told the stage, the next step, who acts, and until when."""
        found = section(road_to(stage), actor)

        assert (stage, "PM", "Sharp Eye") == (found.stage, found.kind, found.provider)
        assert NEXT[stage] == step_of(found.next)

    @pytest.mark.parametrize(
        ("stage", "what", "who"),
        [
            (OrderStage.DRAFT, "The order is placed.", ["buyer", "supplier"]),
            (
                OrderStage.AWAITING_INITIAL_PAYMENT,
                "The service is paid with the initial payment.",
                ["buyer"],
            ),
            (OrderStage.INITIAL_PAYMENT_PROCESSING, "The money arrives.", []),
        ],
    )
    def test_paid_with_the_order(self, stage, what, who):
        """Methods 1 and 2: first the order is placed, then all is paid together."""
        order = order_with_service(stage)
        found = next_step(order, order.service(SERVICE))

        assert (what, who, ("BOOK-1", "2026-02-11")) == step_of(found)

    @pytest.mark.parametrize("until", ["01-05T11:00", "01-14T09:00"])
    def test_the_supplier_pays_what_it_gives(self, until):
        """What it pays apart it can pay on the draft already, and in production."""
        order = fold(
            event for event in paid_by_supplier().events if event.at < china(until)
        )
        found = next_step(order, order.service(SERVICE))

        assert ("The service is paid.", ["supplier"]) == step_of(found)[:2]

    def test_with_the_information_only_the_supplier_is_asked(self):
        """The buyer, who gave the product information, has nothing to do."""
        told = then(
            road_to(ServiceStage.BOOKED),
            Action.GIVE_INFORMATION,
            BUYER,
            "01-16T09:00",
        )

        assert (
            "The supplier proposes an appointment.",
            ["supplier"],
            None,
        ) == step_of(section(told).next)

    def test_a_proposal_waits_for_the_agency(self):
        """The supplier filled in the form; the agency agrees or not."""
        proposed = then(
            road_to(ServiceStage.BOOKED),
            Action.PROPOSE_APPOINTMENT,
            SUPPLIER,
            "01-16T09:00",
        )

        assert ("The agency confirms the date.", ["agency"], None) == step_of(
            section(proposed).next
        )

    def test_a_missed_visit_is_passed_over(self):
        """The first visit was refused; the second, which is done, owes the report."""
        refused = then(
            checked(booked("PM", 2), number=2),
            Action.REFUSE_VISIT,
            SUPPLIER,
            "02-12T18:00",
        )

        assert [1, 2, 3] == [v.number for v in section(refused).visits]
        assert (
            "The agency uploads the report.",
            ["agency"],
            ("REPORT-1", "2026-02-14"),
        ) == step_of(section(refused).next)

    def test_a_reply_lets_the_buyer_revise(self):
        """REVISE-1: once, within 30 days of the agency's reply."""
        assert (
            "The buyer may revise the review once.",
            _BUYING,
            ("REVISE-1", "2026-03-19"),
        ) == step_of(section(replied()).next)

    def test_then_it_is_done(self):
        """After the one revision there is nothing left to do."""
        revised = then(replied(), Action.REVISE_REVIEW, BUYER, "02-18T10:00")

        assert ("Nothing: the service is done.", [], None) == step_of(
            section(revised).next
        )

    @pytest.mark.parametrize(
        ("outcome", "first_too_late", "open_step"),
        [
            (
                road_to(ServiceStage.CLOSED),
                "04-16T00:00",
                "The buyer leaves a review.",
            ),
            (replied(), "03-20T00:00", "The buyer may revise the review once."),
        ],
        ids=["REVIEW-1", "REVISE-1"],
    )
    def test_a_review_whose_time_is_over_is_no_step(
        self, outcome, first_too_late, open_step
    ):
        """Nobody is sent to a form that refuses."""
        over = china(first_too_late)
        before = section(outcome, at=over - TICK).next
        after = section(outcome, at=over).next

        assert open_step == before.what
        assert ("Nothing: the time for a review is over.", [], None) == step_of(after)


class TestDeadlines:
    @pytest.mark.parametrize("stage", list(ServiceStage), ids=names)
    def test_every_one_the_earliest_first(self, stage):
        """All that is due of the service, and whether it is too late already."""
        assert DUES[stage] == dues_of(section(road_to(stage)))

    @pytest.mark.parametrize("stage", list(ServiceStage), ids=names)
    def test_each_explains_itself(self, stage):
        """The clause and the last day stand in the words of every due moment."""
        for due in section(road_to(stage)).deadlines:
            assert f"clause {due.deadline.clause}" in due.explanation
            assert due.deadline.last_day.isoformat() in due.explanation

    @pytest.mark.parametrize(
        ("at", "passed"), [("02-11T12:59", False), ("02-11T13:00", True)]
    )
    def test_passed_at_the_first_instant_too_late(self, at, passed):
        """CHANGE-1 ends at 13:00 on the day before the visit."""
        change = section(road_to(ServiceStage.SCHEDULED), at=china(at)).deadlines[0]

        assert passed is change.passed

    def test_a_visit_that_is_proposed_has_no_cut_off(self):
        """What nobody has confirmed can be changed without asking."""
        dues = dues_of(section(moved_late(BUYER)))

        assert [(*_BOOK, False)] == dues

    def test_the_revision(self):
        """REVISE-1 is on the list from the agency's reply on."""
        assert (
            "Revise the review.",
            "REVISE-1",
            "2026-03-19",
            False,
        ) in dues_of(section(replied()))

    def test_a_question_has_two_clocks(self):
        """CASE-1, three days for an answer; CASE-2, to the platform on day 8."""
        assert [
            ("Answer case c-1.", "CASE-1", "2026-02-19", False),
            ("Case c-1 escalates by itself.", "CASE-2", "2026-02-23", False),
        ] == dues_of(section(asked(Role.SUPPLIER)))[-2:]

    def test_an_answer_stops_the_first(self):
        """What was answered still goes to the platform if nobody settles it."""
        answered = on_service(
            asked(Role.SUPPLIER),
            ask.answer_case,
            case_id="c-1",
            actor=SUPPLIER,
            at=china("02-17T10:00"),
            text="They are in paint.",
        )
        whats = [due.what for due in section(answered).deadlines]

        assert "Answer case c-1." not in whats
        assert "Case c-1 escalates by itself." in whats

    def test_a_case_that_is_over_has_none(self):
        """A question that was taken back waits for nobody."""
        withdrawn = on_service(
            asked(Role.SUPPLIER),
            ask.withdraw_case,
            case_id="c-1",
            actor=BUYER,
            at=china("02-17T10:00"),
        )

        assert [_BOOK[0], _EXPECTED[0], _LATE[0]] == [
            due.what for due in section(withdrawn).deadlines
        ]

    @pytest.mark.parametrize(
        ("to", "seen"), [(Role.SUPPLIER, True), (Role.OPERATOR, False)]
    )
    def test_the_supplier_sees_the_clocks_of_its_own_cases(self, to, seen):
        """A question to the platform is not the supplier's, nor are its clocks."""
        whats = [due.what for due in section(asked(to), SUPPLIER).deadlines]

        assert seen is ("Answer case c-1." in whats)


class TestOverdue:
    @pytest.mark.parametrize("actor", ACTORS.values(), ids=names)
    def test_from_the_first_instant_after_the_second_working_day(self, actor):
        """REPORT-1: Saturday the 14th is worked; with Sunday the report is overdue."""
        waiting = road_to(ServiceStage.AWAITING_REPORT)
        sunday = china("02-15T00:00")

        assert not section(waiting, actor, at=sunday - TICK).overdue
        assert section(waiting, actor, at=sunday).overdue

    def test_a_report_that_is_there_is_not(self):
        """What was uploaded owes nothing any more."""
        done = road_to(ServiceStage.REPORTED)

        assert not section(done, at=china("02-20T09:00")).overdue


class TestPrice:
    @pytest.mark.parametrize("stage", list(ServiceStage), ids=names)
    def test_what_the_buyer_pays_is_hidden_from_the_supplier(self, stage):
        """At no stage does the supplier learn the buyer's price."""
        assert section(road_to(stage), SUPPLIER).price is None

    @pytest.mark.parametrize(
        "actor", [BUYER, APPROVER, AGENCY, INSPECTOR, OPERATOR, SYSTEM], ids=names
    )
    def test_the_others_see_it(self, actor):
        """Who pays, who is paid and the platform see the total."""
        assert usd("48.00") == section(road_to(ServiceStage.BOOKED), actor).price

    @pytest.mark.parametrize("actor", ACTORS.values(), ids=names)
    def test_what_the_supplier_pays_everybody_sees(self, actor):
        """A service that the supplier gives away has no secret price."""
        assert usd("48.00") == section(paid_by_supplier(), actor).price


class TestPayments:
    @pytest.mark.parametrize("actor", [BUYER, APPROVER, OPERATOR, SYSTEM], ids=names)
    def test_the_buyer_sees_what_it_paid(self, actor):
        """The payer's side and the platform see the payment and its state."""
        assert (
            PaymentStatus(
                payment_id="pay-pm",
                method="card",
                amount=usd("48.00"),
                received=usd("48.00"),
                state="settled",
                reason="The money arrived and belongs to this order.",
            ),
        ) == section(road_to(ServiceStage.BOOKED), actor).payments

    @pytest.mark.parametrize("actor", [SUPPLIER, AGENCY, INSPECTOR], ids=names)
    def test_nobody_else_does(self, actor):
        """How the buyer pays is nobody's business."""
        assert () == section(road_to(ServiceStage.BOOKED), actor).payments

    @pytest.mark.parametrize("actor", [SUPPLIER, OPERATOR, SYSTEM], ids=names)
    def test_the_supplier_sees_what_it_paid(self, actor):
        """The supplier's own payment is shown to the supplier."""
        (seen,) = section(paid_by_supplier(), actor).payments

        assert ("pay-pm", "settled") == (seen.payment_id, seen.state)

    @pytest.mark.parametrize("actor", [BUYER, APPROVER, AGENCY, INSPECTOR], ids=names)
    def test_and_the_buyer_does_not(self, actor):
        """How the supplier pays is nobody's business either."""
        assert () == section(paid_by_supplier(), actor).payments

    def test_the_initial_payment_is_shown_where_it_carries_the_service(self):
        """Paid together: 1,000.00 for the goods and 48.00 for the service."""
        paying = order_road_to(OrderStage.INITIAL_PAYMENT_PROCESSING, with_service=True)
        (seen,) = section(paying).payments

        assert ("initial", "submitted") == (seen.payment_id, seen.state)
        assert (usd("1048.00"), usd("0.00")) == (seen.amount, seen.received)

    def test_a_part(self):
        """Forty of forty-eight arrived."""
        part = received(at_apart(), "pay-pm", at="01-15T09:00", amount=usd("40.00"))
        (seen,) = section(part).payments

        assert (APART, usd("40.00")) == (seen.amount, seen.received)
        assert "Some of the money arrived; the rest is still due." == seen.reason
        assert ("The rest of the money is sent.", ["buyer"]) == step_of(
            section(part).next
        )[:2]

    def test_a_decline_has_the_words_of_the_bank(self):
        """What the state means, then why."""
        declined = see(
            at_apart(),
            "pay-pm",
            PaymentNews.DECLINED,
            at="01-14T10:00",
            reason="The card has expired.",
        )
        (seen,) = section(declined).payments

        assert "declined" == seen.state
        assert (
            "The payment was declined and no money was taken. The card has expired."
            == seen.reason
        )

    def test_money_that_comes_too_late_is_warned_of(self):
        """A transfer that is expected on 13 February misses the 11th."""
        slow = see(
            at_apart(),
            "pay-pm",
            PaymentNews.SUBMITTED,
            at="01-14T10:00",
            expected_by=china("02-13T09:00"),
        )
        (seen,) = section(slow).payments

        assert china("02-13T09:00") == seen.expected_by
        assert seen.reason.startswith(
            "You have sent the payment; it has not arrived yet. Money by card is "
            "expected at 2026-02-13T01:00:00+00:00"
        )

    def test_once_it_came_there_is_nothing_to_warn_of(self):
        """The whole price arrived in time after all: the state is all there is."""
        slow = see(
            at_apart(),
            "pay-pm",
            PaymentNews.SUBMITTED,
            at="01-14T10:00",
            expected_by=china("02-13T09:00"),
        )
        came = received(slow, "pay-pm", at="01-15T09:00", amount=APART)
        (seen,) = section(came).payments

        assert "The money arrived and belongs to this order." == seen.reason


class TestReport:
    @pytest.mark.parametrize(
        "actor", [BUYER, APPROVER, AGENCY, INSPECTOR, OPERATOR, SYSTEM], ids=names
    )
    def test_it_is_uploaded_to_the_order(self, actor):
        """Who may see the report finds it on the service and on its visit."""
        found = section(road_to(ServiceStage.REPORTED), actor)

        assert "On schedule." == found.report.latest.summary
        assert found.report == found.visits[0].report

    def test_the_supplier_waits_for_its_release(self):
        """Until the buyer releases it the supplier sees no report anywhere."""
        found = section(road_to(ServiceStage.REPORTED), SUPPLIER)

        assert found.report is None
        assert found.visits[0].report is None

    def test_then_it_sees_it(self):
        """A released report is on the supplier's page too."""
        released = on_visit(
            road_to(ServiceStage.REPORTED),
            report.release_report,
            actor=BUYER,
            at=china("02-14T09:00"),
        )
        found = section(released, SUPPLIER)

        assert "On schedule." == found.report.latest.summary
        assert found.report == found.visits[0].report

    def test_before_it_there_is_none(self):
        """The check is done and the report not uploaded."""
        assert section(road_to(ServiceStage.AWAITING_REPORT)).report is None

    def test_another_inspector_of_the_agency_does_not_see_it(self):
        """A visit's report is its own inspector's."""
        colleague = attrs.evolve(INSPECTOR, name="Zhao")
        found = section(road_to(ServiceStage.REPORTED), colleague)

        assert found.report is None
        assert found.visits[0].report is None


class TestInspector:
    @pytest.mark.parametrize(
        "actor", [BUYER, APPROVER, AGENCY, INSPECTOR, OPERATOR, SYSTEM], ids=names
    )
    def test_who_comes(self, actor):
        """The buyer's side, the agency and the platform know the name."""
        (seen,) = section(road_to(ServiceStage.SCHEDULED), actor).visits

        assert "Chen" == seen.inspector

    def test_the_supplier_does_not_know(self):
        """Whose name is not known beforehand can not be bribed beforehand."""
        (seen,) = section(road_to(ServiceStage.SCHEDULED), SUPPLIER).visits

        assert "" == seen.inspector
        assert "Shijie, Dongguan" == seen.appointment.place


class TestFees:
    @pytest.mark.parametrize("actor", [BUYER, AGENCY, OPERATOR], ids=names)
    def test_a_late_move_is_shown_with_its_fee(self, actor):
        """The buyer moved it after the cut-off and owes the price of the visit."""
        (move,) = section(moved_late(BUYER), actor).visits[0].moves

        assert ("buyer", usd("48.00")) == (move.fee.owed_by.value, move.fee.amount)

    def test_the_supplier_does_not_see_what_others_owe(self):
        """The buyer's fee would give the buyer's price away."""
        (move,) = section(moved_late(BUYER), SUPPLIER).visits[0].moves

        assert usd("0.00") == move.fee.amount
        assert "Nothing for you to pay." == move.fee.cause

    def test_the_supplier_sees_what_it_owes(self):
        """Who owes a fee is told how much and why."""
        (move,) = section(moved_late(SUPPLIER), SUPPLIER).visits[0].moves

        assert usd("48.00") == move.fee.amount
        assert "supplier moved the visit after the cut-off" == move.fee.cause

    def test_a_move_in_time_has_no_fee_for_anybody(self):
        """Before CHANGE-1 there is nothing to hide."""
        moved = then(
            road_to(ServiceStage.SCHEDULED), Action.MOVE_VISIT, BUYER, "01-23T09:00"
        )
        (move,) = section(moved, SUPPLIER).visits[0].moves

        assert move.in_time
        assert move.fee is None

    @pytest.mark.parametrize(
        ("cause", "shown"),
        [
            (MissedCause.NOT_READY, "48.00"),
            (MissedCause.BUYER_PAPERS_MISSING, "0.00"),
        ],
    )
    def test_a_missed_visit(self, cause, shown):
        """The supplier sees its own fee for goods that were not ready, no other."""
        missed = failed(cause)
        whole = section(missed, BUYER).visits[0].failure
        own = section(missed, SUPPLIER).visits[0].failure

        assert usd("48.00") == whole.fee.amount
        assert (cause, usd(shown)) == (own.cause, own.fee.amount)
