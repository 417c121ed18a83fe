"""
The page that explains the service to buyers, sentence by sentence, at a real desk.

Each test names the sentence that it proves.
"""

from __future__ import annotations

import datetime as dt

import pytest

import pmkit
from pmkit.sandbox import World

BUYER = pmkit.Actor(role=pmkit.Role.BUYER, party="Northwind", name="Ann")
SUPPLIER = pmkit.Actor(role=pmkit.Role.SUPPLIER, party="Hengda", name="Bo")
AGENCY = pmkit.Actor(role=pmkit.Role.AGENCY, party="sandbox-agency")
OPERATOR = pmkit.Actor(role=pmkit.Role.OPERATOR, party="platform", name="Kim")


@pytest.fixture(name="world")
def _world():
    return World("2026-01-20T09:00+08:00")


@pytest.fixture(name="desk")
def _desk(world, tmp_path):
    with pmkit.Desk.open(
        tmp_path / "desk.db", panel=world.panel, clock=world.clock
    ) as desk:
        desk.open_order(
            "TA-1",
            actor=SUPPLIER,
            buyer="Northwind",
            supplier="Hengda",
            lines=[pmkit.OrderLine(product="Kettle", quantity=500)],
            initial=pmkit.Money.of("3000", "USD"),
            balance=pmkit.Money.of("7000", "USD"),
            ship=dt.date(2026, 2, 27),
        )
        yield desk


def added(desk, actor=BUYER, **given):
    """Add a service and name it."""
    order = desk.add_service("TA-1", actor=actor, provider="sandbox-agency", **given)
    return order.services[-1].id


def pay_initial(desk):
    """Place the order and pay its initial payment by card."""
    desk.place_order("TA-1", actor=SUPPLIER)
    desk.pay("TA-1", actor=BUYER, method="sandbox-card", instrument="tok-captures")
    desk.work()


def booked(desk):
    """Add a service and pay for it with the initial payment."""
    service = added(desk)
    pay_initial(desk)
    return service


def at(text):
    """Read a moment in China."""
    return dt.datetime.fromisoformat(f"{text}+08:00")


def visited(desk, world, service):
    """Arrange the visit of 5 February and let it end at 17:00."""
    appointment = pmkit.Appointment(
        starts_at=at("2026-02-05T09:00"),
        ends_at=at("2026-02-05T17:00"),
        place="Plant 2, Ningbo",
    )
    desk.propose_appointment("TA-1", service, actor=SUPPLIER, appointment=appointment)
    world.agency.accept_appointment(service, 1)
    desk.work()
    world.set("2026-02-05T09:00+08:00")
    world.agency.arrive(service, 1)
    world.set("2026-02-05T17:00+08:00")
    world.agency.finish_check(service, 1)
    desk.work()


def reported(desk, world):
    """Book a service and bring it to its report."""
    service = booked(desk)
    visited(desk, world, service)
    world.agency.deliver_report(service, 1)
    desk.work()
    return service


def reviewable(desk, world):
    """Book a service and bring it to the buyer's decision."""
    service = reported(desk, world)
    desk.decide_report("TA-1", service, actor=BUYER, decision=pmkit.Decision.RELEASE)
    return service


def section(desk, actor=BUYER):
    """The status section of the one service."""
    return desk.status("TA-1", actor=actor).services[0]


def events(desk):
    """The names of what happened, oldest first."""
    return [entry.event for entry in desk.timeline("TA-1", actor=OPERATOR)]


def notices(world, role):
    """The subjects of what a role was told."""
    return [notice.subject for notice in world.notifier.notices if notice.to is role]


class TestStep1PlaceAnOrder:
    """Add the Production Monitoring Service to your order."""

    def test_method_1(self, desk):
        """
        "Ask the supplier to select "Add Service" when they draft the Trade
        Assurance order and select the service provider you would like to use."
        """
        service = added(desk, actor=SUPPLIER)

        assert section(desk).stage is pmkit.ServiceStage.PROPOSED
        assert section(desk).provider == "sandbox-agency"

        desk.approve_service("TA-1", service, actor=BUYER)

        assert section(desk).stage is pmkit.ServiceStage.AWAITING_PAYMENT

    def test_method_1_spends_nobody_elses_money(self, desk):
        """What the supplier adds at the buyer's cost is paid only once approved."""
        added(desk, actor=SUPPLIER)
        pay_initial(desk)
        (payment,) = desk.order("TA-1").payments

        assert payment.amount == pmkit.Money.of("3000", "USD")
        assert section(desk).stage is pmkit.ServiceStage.PROPOSED

    def test_method_2_on_the_draft(self, desk):
        """
        "Go to the order management page, find "Draft Trade Assurance Order"
        button ... and click "add service"."
        """
        added(desk)

        channel = desk.order("TA-1").services[0].channel
        assert channel is pmkit.Channel.BUYER_ON_DRAFT

    def test_method_2_before_the_initial_payment(self, desk):
        """
        "If supplier didn't add Production Monitoring service for the order,
        buyer could add the service before making initial payment."
        """
        desk.place_order("TA-1", actor=SUPPLIER)
        added(desk)

        channel = desk.order("TA-1").services[0].channel
        assert channel is pmkit.Channel.BUYER_BEFORE_INITIAL_PAYMENT

    def test_not_while_the_initial_payment_is_on_its_way(self, desk, world):
        """Once the initial payment is submitted nothing is added until it arrives."""
        desk.place_order("TA-1", actor=SUPPLIER)
        order = desk.pay("TA-1", actor=BUYER, method="sandbox-transfer")
        desk.work()
        world.transfer.sends(order.payments[0].id)
        desk.work()

        with pytest.raises(pmkit.OutOfOrderError) as refused:
            added(desk)

        assert "in-production" in refused.value.allowed

    def test_method_3(self, desk):
        """
        "Before shipment, go to the "Order Details" page, add the service, and
        pay for it separately."
        """
        pay_initial(desk)
        service = added(desk)

        assert section(desk).stage is pmkit.ServiceStage.AWAITING_CONSENT

        desk.consent("TA-1", service, actor=SUPPLIER)
        desk.pay(
            "TA-1",
            actor=BUYER,
            service_id=service,
            method="sandbox-card",
            instrument="tok-captures",
        )
        desk.work()
        payment = desk.order("TA-1").payments[-1]

        assert payment.purpose is pmkit.Purpose.SERVICE
        assert payment.amount == section(desk).price
        assert section(desk).stage is pmkit.ServiceStage.BOOKED


class TestStep2MakeYourPayment:
    """Make your payment."""

    def test_with_the_initial_payment(self, desk):
        """A service of the draft is paid inside the initial payment."""
        booked(desk)
        (payment,) = desk.order("TA-1").payments

        assert payment.amount == pmkit.Money.of("3000", "USD") + section(desk).price

    def test_a_declined_card(self, desk):
        """A declined card takes no money, says why, and leaves the service unpaid."""
        added(desk)
        desk.place_order("TA-1", actor=SUPPLIER)
        desk.pay("TA-1", actor=BUYER, method="sandbox-card", instrument="tok-declines")
        desk.work()
        (payment,) = section(desk).payments

        assert payment.state == "declined"
        assert payment.received.is_zero
        assert section(desk).stage is pmkit.ServiceStage.AWAITING_PAYMENT

    def test_a_slow_method_warns(self, desk, world):
        """A transfer says when its money can be expected; too late is said before."""
        added(desk)
        desk.place_order("TA-1", actor=SUPPLIER)
        world.set("2026-02-10T09:00+08:00")
        order = desk.pay("TA-1", actor=BUYER, method="sandbox-transfer")

        assert order.payments[0].expected_by > order.services[0].book_by.at
        assert order.payments[0].warning

    def test_a_slow_method_is_refused_with_its_reason(self, desk, world):
        """A service paid apart can not be paid by money that comes too late."""
        pay_initial(desk)
        service = added(desk)
        desk.consent("TA-1", service, actor=SUPPLIER)
        world.set("2026-02-10T09:00+08:00")

        with pytest.raises(pmkit.UnavailableError):
            desk.pay("TA-1", actor=BUYER, service_id=service, method="sandbox-transfer")

        assert len(desk.order("TA-1").payments) == 1


class TestStep3Processing:
    """Production monitoring service is under processing."""

    def test_what_happens_after_payment(self, desk, world):
        """
        "What happens after payment is completed for Production Monitoring
        Service?": the buyer hears that the task was received and is asked for
        product information and sample pictures, the supplier for an appointment.
        """
        service = booked(desk)

        assert "Your service was received" in notices(world, pmkit.Role.BUYER)
        assert "Please propose an appointment" in notices(world, pmkit.Role.SUPPLIER)

        desk.give_information(
            "TA-1",
            service,
            actor=BUYER,
            product_details="Steel, 1.7 l, brushed",
            sample_pictures=[b"a picture"],
        )
        (picture,) = desk.order("TA-1").services[0].information.sample_pictures

        assert desk.file("TA-1", picture, actor=AGENCY) == b"a picture"

    def test_check_the_status(self, desk):
        """
        "To check the status of your service, go to "My Orders," find the order
        ... and check the status under the "Production Monitoring Service" section."
        """
        added(desk)
        seen = section(desk)

        assert seen.stage is pmkit.ServiceStage.AWAITING_PAYMENT
        assert seen.next.by.last_day == dt.date(2026, 2, 11)
        assert "2026-02-11" in seen.deadlines[0].explanation

    def test_each_role_has_its_own_view(self, desk, world):
        """The supplier sees neither the buyer's price nor an unreleased report."""
        service = reported(desk, world)

        assert section(desk, SUPPLIER).price is None
        assert section(desk, SUPPLIER).report is None
        assert section(desk, BUYER).report is not None

        desk.release_report("TA-1", service, actor=BUYER)

        assert section(desk, SUPPLIER).report is not None

    def test_edit(self, desk):
        """
        "Please sign into My orders, find the order and click "Edit" or
        "Deselect" under Production Monitoring Service section"
        """
        service = added(desk)
        desk.edit_service("TA-1", service, actor=BUYER, kind="PSI", requirements="Drop")

        assert section(desk).kind == "PSI"
        assert desk.order("TA-1").services[0].requirements == "Drop"

    def test_deselect(self, desk):
        """An unpaid service can be deselected, and costs nothing then."""
        service = added(desk)
        desk.deselect_service("TA-1", service, actor=BUYER)
        pay_initial(desk)

        assert section(desk).stage is pmkit.ServiceStage.REMOVED
        assert desk.order("TA-1").payments[0].amount == pmkit.Money.of("3000", "USD")

    def test_after_payment_an_edit_is_a_wish(self, desk):
        """A paid service is not edited: the wish goes to the agency, who answers."""
        service = booked(desk)

        with pytest.raises(pmkit.OutOfOrderError):
            desk.edit_service("TA-1", service, actor=BUYER, kind="PSI")

        desk.request_change("TA-1", service, actor=BUYER, wish="Check the lids")
        desk.answer_change("TA-1", service, actor=AGENCY, granted=True)

        assert desk.order("TA-1").services[0].requirements == "Check the lids"


class TestStep4CheckTheReport:
    """Check the report."""

    def test_within_one_to_two_working_days(self, desk, world):
        """
        "A report will be generated and usually uploaded to your Trade Assurance
        order details page within one to two working days after the on-site check."
        """
        service = booked(desk)
        visited(desk, world, service)
        (visit,) = section(desk).visits

        assert visit.report_expected_by.last_day == dt.date(2026, 2, 6)
        assert visit.report_late_after.last_day == dt.date(2026, 2, 9)

    def test_an_overdue_report_is_visible(self, desk, world):
        """A report that is late is a state that all can see, not silence."""
        service = booked(desk)
        visited(desk, world, service)
        world.set("2026-02-10T00:00+08:00")
        desk.work()

        assert section(desk).overdue
        assert "report-overdue" in events(desk)
        assert "Your report is late" in notices(world, pmkit.Role.BUYER)

    def test_versions_never_overwrite(self, desk, world):
        """A correction stands beside the report that it corrects."""
        service = reported(desk, world)
        world.agency.deliver_report(service, 1, summary="Corrected a typing error.")
        desk.work()
        (report,) = desk.reports("TA-1", service, actor=BUYER)

        assert [version.number for version in report.versions] == [1, 2]

    def test_only_the_agency_uploads(self, desk, world):
        """Neither supplier nor buyer nor operator can upload a report."""
        service = booked(desk)
        visited(desk, world, service)

        for actor in (SUPPLIER, BUYER, OPERATOR):
            with pytest.raises(pmkit.NotAllowedError):
                desk.upload_report(
                    "TA-1", service, actor=actor, verdict=pmkit.Verdict.PASS
                )


class TestStep5LeaveFeedback:
    """Leave feedback."""

    def test_review(self, desk, world):
        """
        "Go to My orders, find the order and click "Review" under Production
        Monitoring Service section to leave your feedback"
        """
        service = reviewable(desk, world)
        desk.review("TA-1", service, actor=BUYER, rating=4, text="Good photos.")
        desk.reply_review("TA-1", service, actor=AGENCY, text="Thank you.")
        desk.revise_review("TA-1", service, actor=BUYER, rating=5)

        assert section(desk).stage is pmkit.ServiceStage.REVIEWED
        assert desk.order("TA-1").services[0].review.standing.rating == 5

        with pytest.raises(pmkit.OutOfOrderError):
            desk.revise_review("TA-1", service, actor=BUYER, rating=1)

    def test_its_window(self, desk, world):
        """The review is open for 60 days after the service was closed."""
        service = reviewable(desk, world)
        window = desk.order("TA-1").services[0].review_until
        world.set(window.at)

        with pytest.raises(pmkit.TooLateError):
            desk.review("TA-1", service, actor=BUYER, rating=4)


class TestNote1SevenWorkingDays:
    """Book and pay at least seven working days before the shipment date."""

    def test_the_last_moment(self, desk, world):
        """
        "Please make sure to book the service and complete your payment at least
        seven working days before the shipment date of your Trade Assurance order."
        """
        world.set("2026-02-11T23:59:59+08:00")
        booked(desk)

        assert section(desk).stage is pmkit.ServiceStage.BOOKED

    def test_a_moment_later(self, desk, world):
        """At the deadline itself it is too late, and the refusal says why."""
        world.set("2026-02-12T00:00+08:00")

        with pytest.raises(pmkit.TooLateError) as refused:
            added(desk)

        assert "2026-02-11" in str(refused.value)

    def test_booked_in_time_and_paid_late(self, desk, world):
        """Money that comes too late expires the service and goes back."""
        pay_initial(desk)
        service = added(desk)
        desk.consent("TA-1", service, actor=SUPPLIER)
        order = desk.pay(
            "TA-1", actor=BUYER, service_id=service, method="sandbox-transfer"
        )
        payment = order.payments[-1]
        desk.work()
        world.transfer.sends(payment.id)
        desk.work()
        world.set("2026-02-12T09:00+08:00")
        world.transfer.arrives(payment.id)
        desk.work()
        (refund,) = desk.order("TA-1").refunds

        assert section(desk).stage is pmkit.ServiceStage.EXPIRED
        assert refund.amount == payment.amount
        assert refund.route is pmkit.RefundRoute.BACK_TO_METHOD

    def test_the_ship_date_moves(self, desk):
        """An unpaid service gets the deadline of the new date, nothing is kept."""
        added(desk)
        desk.move_ship_date("TA-1", actor=SUPPLIER, ship=dt.date(2026, 3, 1))

        assert section(desk).next.by.last_day == dt.date(2026, 2, 13)

    def test_a_paid_service_keeps_its_deadline(self, desk, world):
        """A paid service keeps the deadline it met; the agency has to reconfirm."""
        booked(desk)
        desk.move_ship_date("TA-1", actor=SUPPLIER, ship=dt.date(2026, 2, 28))
        desk.work()

        assert section(desk).deadlines[0].deadline.last_day == dt.date(2026, 2, 11)
        assert "Please reconfirm" in notices(world, pmkit.Role.AGENCY)

    def test_the_goods_shipped_first(self, desk):
        """A service that was not visited when the goods left expires, with refund."""
        booked(desk)
        desk.ship_goods("TA-1", actor=SUPPLIER)
        (refund,) = desk.order("TA-1").refunds

        assert section(desk).stage is pmkit.ServiceStage.EXPIRED
        assert refund.route is pmkit.RefundRoute.REDUCE_BALANCE
        assert (
            desk.order("TA-1").balance == pmkit.Money.of("7000", "USD") - refund.amount
        )


class TestNote2Questions:
    """Problems or questions regarding the report."""

    def test_contact_the_supplier(self, desk, world):
        """
        "If you have any problems or questions regarding your Production
        Monitoring Report, please contact the supplier to find a solution"
        """
        service = reported(desk, world)
        order = desk.open_case(
            "TA-1",
            service,
            actor=BUYER,
            addressed_to=pmkit.Role.SUPPLIER,
            question="Why are only 400 packed?",
        )
        case = order.services[0].cases[0].id
        desk.answer_case("TA-1", service, case, actor=SUPPLIER, text="Tomorrow.")
        desk.close_case("TA-1", service, case, actor=BUYER, resolution="Packed now.")

        assert events(desk)[-3:] == ["case-opened", "case-answered", "case-closed"]

    def test_get_further_assistance(self, desk, world):
        """ "or email ... to get further assistance": the case goes to the platform."""
        service = reported(desk, world)
        order = desk.open_case(
            "TA-1",
            service,
            actor=BUYER,
            addressed_to=pmkit.Role.SUPPLIER,
            question="Where is the report?",
        )
        case = order.services[0].cases[0]

        with pytest.raises(pmkit.NotYetError):
            desk.escalate_case("TA-1", service, case.id, actor=BUYER)

        world.set(case.escalates_at.at)
        desk.work()

        assert "A case was escalated" in notices(world, pmkit.Role.OPERATOR)


class TestNote3Cancel:
    """Cancel a Production Monitoring order."""

    def test_cancel(self, desk):
        """
        "If you want to cancel your Production Monitoring order, please email":
        a request with its cost, answered by the platform, with its refund.
        """
        service = booked(desk)
        desk.request_cancellation("TA-1", service, actor=BUYER, cause="Not needed.")
        cost = desk.order("TA-1").services[0].cancellation.fee.amount
        desk.answer_cancellation("TA-1", service, actor=OPERATOR, granted=True)
        (refund,) = desk.order("TA-1").refunds

        assert cost.is_zero
        assert refund.amount == section(desk).price
        assert section(desk).stage is pmkit.ServiceStage.CANCELLED

    def test_its_cost_depends_on_the_cause(self, desk, world):
        """After the cut-off the supplier's fault costs the supplier, not the buyer."""
        service = booked(desk)
        appointment = pmkit.Appointment(
            starts_at=at("2026-02-05T09:00"),
            ends_at=at("2026-02-05T17:00"),
            place="Plant 2, Ningbo",
        )
        desk.propose_appointment(
            "TA-1", service, actor=SUPPLIER, appointment=appointment
        )
        world.agency.accept_appointment(service, 1)
        desk.work()
        world.set("2026-02-04T13:00+08:00")
        desk.request_cancellation(
            "TA-1",
            service,
            actor=BUYER,
            cause="The plant is shut.",
            at_fault="supplier",
        )
        desk.answer_cancellation("TA-1", service, actor=OPERATOR, granted=True)
        (fee,) = desk.order("TA-1").services[0].fees
        (refund,) = desk.order("TA-1").refunds

        assert fee.owed_by.value == "supplier"
        assert fee.amount == section(desk).price
        assert refund.amount == section(desk).price

    def test_the_refund_arrives_in_days_of_banks(self, desk, world):
        """A refund to a card takes seven working days of banks, which rest on 14
        and 28 February although factories work.
        """
        pay_initial(desk)
        service = added(desk)
        desk.consent("TA-1", service, actor=SUPPLIER)
        desk.pay(
            "TA-1",
            actor=BUYER,
            service_id=service,
            method="sandbox-card",
            instrument="tok-captures",
        )
        desk.work()
        world.set("2026-02-12T09:00+08:00")
        desk.request_cancellation("TA-1", service, actor=BUYER, cause="Not needed.")
        desk.answer_cancellation("TA-1", service, actor=OPERATOR, granted=True)
        desk.work()
        (refund,) = desk.order("TA-1").refunds

        assert refund.state is pmkit.RefundState.INITIATED
        assert refund.expected_by.last_day == dt.date(2026, 3, 3)


class TestQuestions:
    """The frequent questions at the end of the page."""

    def test_talk_to_the_agent(self, desk):
        """
        "How can I talk directly to the agent working on my ... order?": one
        thread per service; the supplier reads only what is addressed to it.
        """
        service = booked(desk)
        desk.send_message("TA-1", service, actor=BUYER, text="Please weigh ten.")
        desk.send_message(
            "TA-1",
            service,
            actor=AGENCY,
            text="We need a table.",
            to=(pmkit.Role.SUPPLIER,),
        )
        read = desk.messages("TA-1", service, actor=SUPPLIER)

        assert [message.text for message in read] == ["We need a table."]
        assert len(desk.messages("TA-1", service, actor=BUYER)) == 2

    def test_which_payment_methods(self, desk):
        """
        "Which payment methods does the Production Monitoring Service support?"
        and "Why is Pay Later temporarily unavailable?": each says it, and why.
        """
        desk.place_order("TA-1", actor=SUPPLIER)
        options = {
            option.name: option for option in desk.payment_options("TA-1", actor=BUYER)
        }

        assert options["sandbox-card"].available
        assert not options["sandbox-pay-later"].available
        assert options["sandbox-pay-later"].reason

    def test_the_beneficiary(self, desk):
        """
        "How to check supplier's beneficiary bank account when paying via T/T?":
        the account is shown at checkout, with the reference to write.
        """
        desk.place_order("TA-1", actor=SUPPLIER)
        order = desk.pay("TA-1", actor=BUYER, method="sandbox-transfer")
        account = order.payments[0].beneficiary

        assert account.account
        assert account.reference

    def test_paid_but_not_received(self, desk, world):
        """
        "Why was my payment not received in my order after I paid?": it arrived
        and was not linked; linked later, it counts from the day it arrived.
        """
        added(desk)
        desk.place_order("TA-1", actor=SUPPLIER)
        payment = desk.pay("TA-1", actor=BUYER, method="sandbox-transfer").payments[0]
        desk.work()
        world.transfer.sends(payment.id)
        world.set("2026-02-11T12:00+08:00")
        world.transfer.arrives_unlinked(payment.id)
        desk.work()
        (seen,) = section(desk).payments

        assert seen.state == "received-unlinked"
        assert "has not been linked" in seen.reason

        world.set("2026-02-13T12:00+08:00")
        desk.link_payment("TA-1", payment.id, actor=SUPPLIER)

        assert section(desk).payments[0].state == "settled"
        assert section(desk).stage is pmkit.ServiceStage.BOOKED

    def test_after_the_initial_payment(self, desk):
        """
        "Can I add the Production Monitoring & Inspection Service to my order
        after I have made the initial p[ayment]": if the supplier agrees.
        """
        pay_initial(desk)
        service = added(desk)
        desk.consent("TA-1", service, actor=SUPPLIER, agrees=False)

        assert section(desk).stage is pmkit.ServiceStage.REMOVED

    def test_what_is_checked_on_site(self, desk, world):
        """
        "What happens at the on-site check for Production Monitoring service?":
        progress, product name, quantity, marks and packaging are checked.
        """
        service = booked(desk)
        visited(desk, world, service)
        checked = {check.checkpoint.value for check in section(desk).visits[0].checks}

        assert checked == {
            "progress",
            "product-name",
            "quantity",
            "shipping-mark",
            "packaging",
            "inner-carton-mark",
        }


class TestBesideTheRoad:
    """What else the service needs to survive."""

    def test_a_missed_visit_has_a_cause_and_a_payer(self, desk, world):
        """Goods that are not ready: the supplier pays, and another visit is asked."""
        service = booked(desk)
        appointment = pmkit.Appointment(
            starts_at=at("2026-02-05T09:00"),
            ends_at=at("2026-02-05T17:00"),
            place="Plant 2, Ningbo",
        )
        desk.propose_appointment(
            "TA-1", service, actor=SUPPLIER, appointment=appointment
        )
        world.agency.accept_appointment(service, 1)
        desk.work()
        world.set("2026-02-05T10:00+08:00")
        world.agency.miss(service, 1, pmkit.MissedCause.NOT_READY, "Nothing is made.")
        desk.work()
        first, second = section(desk).visits

        assert first.state is pmkit.VisitState.MISSED
        assert first.failure.fee.owed_by.value == "supplier"
        assert second.replaces == 1

    def test_a_reinspection_names_the_earlier_report(self, desk, world):
        """A re-inspection refers to the report that made it necessary."""
        service = reported(desk, world)
        earlier = pmkit.EarlierReport(service_id=service, visit=1, version=1)
        added(desk, reinspects=earlier)

        assert desk.order("TA-1").services[1].reinspects == earlier

    def test_several_visits_each_with_a_report(self, desk):
        """Production monitoring can plan several visits along the run."""
        added(desk, planned_visits=3)
        pay_initial(desk)

        assert [visit.number for visit in section(desk).visits] == [1, 2, 3]

    def test_the_status_shows_money_that_goes_back(self, desk):
        """Who paid sees the refund; the supplier sees one that it has to pay."""
        booked(desk)
        desk.pay(
            "TA-1",
            actor=BUYER,
            method="sandbox-card",
            purpose="balance",
            instrument="tok-captures",
        )
        desk.work()
        desk.ship_goods("TA-1", actor=SUPPLIER)
        (refund,) = section(desk).refunds

        assert refund.route is pmkit.RefundRoute.SUPPLIER_REFUND
        assert section(desk, SUPPLIER).refunds == (refund,)
        assert section(desk, AGENCY).refunds == ()

    def test_the_options_warn_before_anybody_pays(self, desk, world):
        """A transfer that comes too late for the service says so among the ways to
        pay, and can not be chosen for a service that is paid apart.
        """
        pay_initial(desk)
        service = added(desk)
        desk.consent("TA-1", service, actor=SUPPLIER)
        world.set("2026-02-10T09:00+08:00")
        options = desk.payment_options("TA-1", actor=BUYER, service_id=service)
        slow = {option.name: option for option in options}["sandbox-transfer"]

        assert not slow.available
        assert "too late" in slow.reason
