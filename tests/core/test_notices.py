"""Who is told what, under which name, and which events need no words."""

from __future__ import annotations

import datetime as dt
import functools

import attrs
import pytest
from tests.core.steps import moves, tills
from tests.core.steps.bookings import booked
from tests.core.steps.roads import (
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    INSPECTOR,
    OPERATOR,
    PM,
    SERVICE,
    SUPPLIER,
    china,
    go,
    on_service,
    opened,
    order_on_from,
    order_road_to,
    received,
    road_to,
    started,
    submitted,
    usd,
)
from tests.core.steps.tills import (
    at_apart,
    at_initial,
    get,
    in_production,
    payable_apart,
    placed,
    see,
    shipped,
    start,
    swept,
)

from pmkit.core.events import Event, fold
from pmkit.core.notices import notices_of
from pmkit.core.order import DaysAfterPayment, OrderStage
from pmkit.core.parties import SYSTEM, Role
from pmkit.core.payment import Purpose, RefundState
from pmkit.core.ports import PaymentNews, RefundObservation
from pmkit.core.roles import Action
from pmkit.core.service import Payer, ServiceStage
from pmkit.core.steps import ask, book, cancel, draft, pay, recheck, refund
from pmkit.core.visit import MissedCause

_BUYER = ("buyer", "Nordlicht")
_SUPPLIER = ("supplier", "Dongguan Lamps")
_AGENCY = ("agency", "Sharp Eye")
_PLATFORM = ("operator", "platform")


def then(outcome, action, actor, at):
    """Take the real step of an action."""
    return go(outcome, functools.partial(moves.take, action), actor=actor, at=china(at))


def step(outcome, action, **changed):
    """Take the real step of an action with other arguments."""
    taken, given = moves.STEPS[action]
    return go(outcome, taken, **{**given, **changed})


def about(outcome, kind):
    """Tell the notices of the last event of a kind in a history."""
    names = [event.name for event in outcome.events]
    last = len(names) - 1 - names[::-1].index(kind)
    return notices_of(fold(outcome.events[:last]), outcome.events[last : last + 1])


def said(outcome, kind):
    """Name the notices of an event: role, company, subject, words."""
    return [
        (notice.to.value, notice.party, notice.subject, notice.text)
        for notice in about(outcome, kind)
    ]


def heard_by(outcome, kind):
    """Name who was told of an event."""
    return [(notice.to.value, notice.party) for notice in about(outcome, kind)]


# ---------------------------------------------------------------- how each comes about


def paying(news, **given):
    """Let the bank say something of the payment of the service."""
    return lambda: see(at_apart(), "pay-pm", news, at="01-14T10:00", **given)


def returned():
    """Let misdirected money go back to the payer."""
    lost = see(at_apart(), "pay-pm", PaymentNews.MISDIRECTED, at="01-15T09:00")
    return see(lost, "pay-pm", PaymentNews.RETURNED, at="01-20T09:00")


def linked():
    """Let the platform say that money without a name is for this order."""
    came = received(at_apart(), "pay-pm", at="01-15T09:00", linked=False)
    return go(
        came,
        pay.link_payment,
        payment_id="pay-pm",
        actor=OPERATOR,
        at=china("01-16T09:00"),
    )


def refunded():
    """Let the processor start a refund."""
    seen = RefundObservation(
        id="r-1",
        order_id="TA-1",
        refund_id="refund-of-pm",
        state=RefundState.INITIATED,
        at=china("01-25T09:00"),
    )
    return go(
        road_to(ServiceStage.CANCELLED),
        refund.observe_refund,
        observation=seen,
        at=china("01-25T09:00"),
        bank_calendar=CHINA,
    )


def ship_date_moved(stage=ServiceStage.AWAITING_PAYMENT):
    """Let the goods ship on Friday 6 March."""
    at = {"actor": SUPPLIER, "at": "01-28T09:00"}
    return then(road_to(stage), Action.MOVE_SHIP_DATE, **at)


def ship_date_fixed():
    """Let the ship date hang on the initial payment, and that arrive."""
    begun = start(
        placed(ship=DaysAfterPayment(days=60)),
        "initial",
        Purpose.INITIAL,
        at="01-07T09:00",
    )
    return get(begun, "initial", tills.INITIAL, at="01-08T09:00")


def approved():
    """Let the buyer approve what the supplier proposed."""
    return then(
        road_to(ServiceStage.PROPOSED), Action.APPROVE_SERVICE, BUYER, "01-05T11:00"
    )


def edited():
    """Let the buyer add a requirement."""
    unpaid = road_to(ServiceStage.AWAITING_PAYMENT)
    return then(unpaid, Action.EDIT_SERVICE, BUYER, "01-14T09:00")


def booking_confirmed():
    """Let the agency give its number."""
    paid = road_to(ServiceStage.BOOKED)
    return then(paid, Action.CONFIRM_BOOKING, AGENCY, "01-15T10:00")


def informed():
    """Let the buyer give the product information."""
    paid = road_to(ServiceStage.BOOKED)
    return then(paid, Action.GIVE_INFORMATION, BUYER, "01-16T09:00")


def wished():
    """Let the buyer wish for a change of the paid service."""
    paid = road_to(ServiceStage.BOOKED)
    return then(paid, Action.REQUEST_CHANGE, BUYER, "01-16T09:00")


def wish_answered():
    """Let the agency agree to it."""
    return then(wished(), Action.ANSWER_CHANGE, AGENCY, "01-16T10:00")


def moved():
    """Let the supplier move the visit."""
    planned = road_to(ServiceStage.SCHEDULED)
    return then(planned, Action.MOVE_VISIT, SUPPLIER, "01-23T09:00")


def missed():
    """Let the supplier refuse the visit."""
    planned = road_to(ServiceStage.SCHEDULED)
    return then(planned, Action.REFUSE_VISIT, SUPPLIER, "01-23T09:00")


def aborted():
    """Let the inspector find the goods not ready."""
    return step(
        road_to(ServiceStage.ON_SITE),
        Action.FAIL_VISIT,
        actor=INSPECTOR,
        at=china("02-12T10:00"),
        cause=MissedCause.NOT_READY,
    )


def released():
    """Let the buyer share the report."""
    there = road_to(ServiceStage.REPORTED)
    return then(there, Action.RELEASE_REPORT, BUYER, "02-14T09:00")


def overdue():
    """Let the two working days of the report pass."""
    return swept(road_to(ServiceStage.AWAITING_REPORT), "02-15T00:00")


def replied():
    """Let the agency reply to the review."""
    reviewed = road_to(ServiceStage.REVIEWED)
    return then(reviewed, Action.REPLY_REVIEW, AGENCY, "02-17T10:00")


def revised():
    """Let the buyer revise the review."""
    return then(replied(), Action.REVISE_REVIEW, BUYER, "02-18T10:00")


def cancellation_refused():
    """Let the platform refuse to cancel."""
    return on_service(
        road_to(ServiceStage.CANCELLING),
        cancel.answer_cancellation,
        actor=OPERATOR,
        at=china("01-24T09:00"),
        granted=False,
        answer="The inspector is on the way.",
        refund_id="refund-of-pm",
    )


def rechecked():
    """Give back a day of the spring festival, while the service is unpaid."""
    return go(
        order_road_to(OrderStage.DRAFT, with_service=True),
        recheck.recheck_deadlines,
        actor=SYSTEM,
        at=china("01-06T09:00"),
        calendars={"CN": CHINA.with_days(worked=[dt.date(2026, 2, 15)])},
    )


def wrote(actor=BUYER, to=(), text="When do you come?"):
    """Write in the thread of the service."""
    return on_service(
        road_to(ServiceStage.SCHEDULED),
        ask.send_message,
        actor=actor,
        at=china("01-23T09:00"),
        text=text,
        to=to,
    )


def asked(to=Role.SUPPLIER):
    """Ask a question about the report."""
    return step(
        road_to(ServiceStage.REPORTED),
        Action.OPEN_CASE,
        actor=BUYER,
        at=china("02-16T10:00"),
        addressed_to=to,
    )


def answered(actor=SUPPLIER, to=Role.SUPPLIER):
    """Say something in the case."""
    return then(asked(to), Action.ANSWER_CASE, actor, "02-17T10:00")


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
    begun = started(
        order_on_from(added, OrderStage.IN_PRODUCTION),
        "pay-pm",
        Purpose.SERVICE,
        at="01-14T09:00",
        actor=SUPPLIER,
        service_id=SERVICE,
    )
    return received(
        submitted(begun, "pay-pm", at="01-14T10:00"), "pay-pm", at="01-15T09:00"
    )


def case(action, at="02-17T10:00"):
    """Let the buyer go on with the case."""
    return lambda: then(asked(), action, BUYER, at)


_NO_VISIT = "PM of order TA-1 does not take place any more."
_SEE_CAUSE = "PM of order TA-1: see the cause."

#: event -> how it comes about, and who is told what of it.
TOLD = {
    "ship-date-moved": (
        ship_date_moved,
        [
            (
                *_BUYER,
                "The ship date moved",
                (
                    "Order TA-1 ships on 2026-03-06. PM must be booked and paid by "
                    "2026-02-26."
                ),
            )
        ],
    ),
    "service-added": (
        lambda: road_to(ServiceStage.PROPOSED),
        [
            (
                *_BUYER,
                "Your supplier proposes a service",
                (
                    "PM by Sharp Eye for 48.00 USD on order TA-1. Nothing is paid "
                    "unless you approve it."
                ),
            )
        ],
    ),
    "consent-given": (
        lambda: road_to(ServiceStage.AWAITING_PAYMENT),
        [(*_BUYER, "Your supplier agrees", "You can pay for PM on order TA-1 now.")],
    ),
    "service-removed": (
        lambda: road_to(ServiceStage.REMOVED),
        [(*_BUYER, "A service was removed", "PM is no longer on order TA-1.")],
    ),
    "change-requested": (
        wished,
        [
            (
                *_AGENCY,
                "The buyer asks for a change",
                "PM on order TA-1: see its status.",
            )
        ],
    ),
    "change-answered": (
        wish_answered,
        [(*_BUYER, "Your wish was answered", "PM on order TA-1: see its status.")],
    ),
    "task-received": (
        lambda: road_to(ServiceStage.BOOKED),
        [
            (
                *_BUYER,
                "Your service was received",
                (
                    "Sharp Eye has received the task PM for order TA-1. Please give "
                    "the product information and sample pictures."
                ),
            ),
            (
                *_SUPPLIER,
                "Please propose an appointment",
                (
                    "An on-site check (PM) of order TA-1 is booked. Please fill in "
                    "the appointment form: when, and at which plant."
                ),
            ),
        ],
    ),
    "payment-submitted": (
        paying(PaymentNews.SUBMITTED),
        [
            (
                *_BUYER,
                "Your payment is submitted",
                (
                    "48.00 USD for order TA-1: You have sent the payment; it has not "
                    "arrived yet."
                ),
            )
        ],
    ),
    "payment-action-required": (
        paying(PaymentNews.ACTION_REQUIRED, reason="Open your banking app."),
        [
            (
                *_BUYER,
                "Your payment is action-required",
                (
                    "48.00 USD for order TA-1: Your bank asks for one more step "
                    "before it pays. Open your banking app."
                ),
            )
        ],
    ),
    "payment-processing": (
        paying(PaymentNews.PROCESSING),
        [
            (
                *_BUYER,
                "Your payment is processing",
                "48.00 USD for order TA-1: The bank is working on the payment.",
            )
        ],
    ),
    "payment-declined": (
        paying(PaymentNews.DECLINED, reason="The card has expired."),
        [
            (
                *_BUYER,
                "Your payment is declined",
                (
                    "48.00 USD for order TA-1: The payment was declined and no money "
                    "was taken. The card has expired."
                ),
            )
        ],
    ),
    "payment-expired": (
        lambda: swept(at_apart(), "01-17T09:00"),
        [
            (
                *_BUYER,
                "Your payment is expired",
                (
                    "48.00 USD for order TA-1: The payment link ran out before any "
                    "money came."
                ),
            )
        ],
    ),
    "payment-misdirected": (
        paying(PaymentNews.MISDIRECTED),
        [
            (
                *_BUYER,
                "Your payment is misdirected",
                (
                    "48.00 USD for order TA-1: The money went to another account than "
                    "the one shown at checkout; that bank sends it back and you have "
                    "to pay again."
                ),
            )
        ],
    ),
    "payment-returned": (
        returned,
        [
            (
                *_BUYER,
                "Your payment is returned",
                "48.00 USD for order TA-1: The money was sent back to you.",
            )
        ],
    ),
    "money-received": (
        lambda: road_to(ServiceStage.BOOKED),
        [
            (
                *_BUYER,
                "Your payment is settled",
                (
                    "48.00 USD for order TA-1: The money arrived and belongs to this "
                    "order."
                ),
            )
        ],
    ),
    "payment-linked": (
        linked,
        [
            (
                *_BUYER,
                "Your payment is settled",
                (
                    "48.00 USD for order TA-1: The money arrived and belongs to this "
                    "order."
                ),
            )
        ],
    ),
    "refund-requested": (
        lambda: road_to(ServiceStage.CANCELLED),
        [
            (
                *_BUYER,
                "Money goes back",
                "48.00 USD of order TA-1, back-to-method: Cancelled as you wished.",
            )
        ],
    ),
    "appointment-confirmed": (
        lambda: road_to(ServiceStage.SCHEDULED),
        [
            (*_BUYER, "The visit has a date", "PM of order TA-1 is confirmed."),
            (
                *_SUPPLIER,
                "The visit has a date",
                (
                    "Sharp Eye comes for order TA-1. Have the goods, space, light and "
                    "a helper ready, and do not ship before the buyer releases."
                ),
            ),
        ],
    ),
    "visit-moved": (
        moved,
        [
            (
                *side,
                "A visit is to move",
                "PM of order TA-1: see the new proposal.",
            )
            for side in (_BUYER, _AGENCY)
        ],
    ),
    "visit-missed": (
        missed,
        [
            (*_BUYER, "The visit was missed", _SEE_CAUSE),
            (*_SUPPLIER, "The visit was missed", _SEE_CAUSE),
        ],
    ),
    "visit-aborted": (
        aborted,
        [
            (*side, "The visit was broken off", _SEE_CAUSE)
            for side in (_BUYER, _SUPPLIER)
        ],
    ),
    "visit-requested": (
        missed,
        [
            (
                *_SUPPLIER,
                "Another visit is needed",
                "Please propose a date for order TA-1.",
            )
        ],
    ),
    "report-uploaded": (
        lambda: road_to(ServiceStage.REPORTED),
        [(*_BUYER, "Your report is there", "The report of PM is on order TA-1.")],
    ),
    "report-released": (
        released,
        [(*_SUPPLIER, "The buyer shares the report", "See PM on order TA-1.")],
    ),
    "report-overdue": (
        overdue,
        [
            (*_BUYER, "Your report is late", "Sharp Eye owes the report of TA-1."),
            (*_AGENCY, "A report is late", "PM of order TA-1: upload it now."),
        ],
    ),
    "service-closed": (
        lambda: road_to(ServiceStage.CLOSED),
        [(*_BUYER, "Leave a review", "PM of order TA-1 is done: how was it?")],
    ),
    "service-reviewed": (
        lambda: road_to(ServiceStage.REVIEWED),
        [(*_AGENCY, "You were reviewed", "PM of order TA-1: you may reply.")],
    ),
    "review-replied": (
        replied,
        [
            (
                *_BUYER,
                "The agency replied",
                "You may revise your review of TA-1 once.",
            )
        ],
    ),
    "cancellation-requested": (
        lambda: road_to(ServiceStage.CANCELLING),
        [(*_PLATFORM, "A cancellation to decide", "PM of order TA-1.")],
    ),
    "cancellation-refused": (
        cancellation_refused,
        [
            (
                *_BUYER,
                "Your cancellation was refused",
                "PM of order TA-1 goes on.",
            )
        ],
    ),
    "service-cancelled": (
        lambda: road_to(ServiceStage.CANCELLED),
        [
            (*_BUYER, "The service was cancelled", "PM of order TA-1 is cancelled."),
            (*_SUPPLIER, "No visit any more", _NO_VISIT),
        ],
    ),
    "service-expired": (
        lambda: road_to(ServiceStage.EXPIRED),
        [
            (
                *_BUYER,
                "The service can not take place",
                "PM of order TA-1 expired; money that was paid for it goes back.",
            ),
            (*_SUPPLIER, "No visit any more", _NO_VISIT),
        ],
    ),
    "deadline-rechecked": (
        rechecked,
        [
            (
                *_BUYER,
                "A deadline was rechecked",
                "BOOK-1 of order TA-1 ends with 2026-02-12 now, and that is final.",
            )
        ],
    ),
    "message-sent": (
        wrote,
        [(*_AGENCY, "A message about order TA-1", "When do you come?")],
    ),
    "case-opened": (
        asked,
        [(*_SUPPLIER, "A question about order TA-1", "Why 400?")],
    ),
    "case-answered": (
        answered,
        [(*_BUYER, "A word on your case about order TA-1", "The line was down.")],
    ),
    "case-escalated": (
        case(Action.ESCALATE_CASE, "02-20T10:00"),
        [(*_PLATFORM, "A case was escalated", "See the case on order TA-1.")],
    ),
}

#: event -> how it comes about.  Nobody is told of these: who has to know did it, or
#: is called as a plugin, or hears of what follows.
SILENT = {
    "order-placed": lambda: order_road_to(OrderStage.AWAITING_INITIAL_PAYMENT),
    "ship-date-fixed": ship_date_fixed,
    "goods-shipped": lambda: order_road_to(OrderStage.SHIPPED),
    "service-approved": approved,
    "service-edited": edited,
    "payment-started": at_apart,
    "booking-confirmed": booking_confirmed,
    "refund-moved": refunded,
    "information-given": informed,
    "appointment-proposed": lambda: road_to(ServiceStage.SCHEDULED),
    "inspector-assigned": lambda: road_to(ServiceStage.SCHEDULED),
    "inspector-arrived": lambda: road_to(ServiceStage.ON_SITE),
    "visit-completed": lambda: road_to(ServiceStage.AWAITING_REPORT),
    "report-decided": lambda: road_to(ServiceStage.CLOSED),
    "review-revised": revised,
    "case-closed": case(Action.CLOSE_CASE),
    "case-withdrawn": case(Action.WITHDRAW_CASE),
}

#: Before it there is no order, so nobody is told of it.
FIRST = "order-opened"


class TestEveryKind:
    @pytest.mark.parametrize("kind", TOLD)
    def test_who_is_told_what(self, kind):
        """The roles, their companies, the subject and the words."""
        outcome, notices = TOLD[kind]

        assert notices == said(outcome(), kind)

    @pytest.mark.parametrize("kind", SILENT)
    def test_what_needs_no_words(self, kind):
        """Nobody is told of these."""
        assert [] == said(SILENT[kind](), kind)

    def test_no_kind_was_forgotten(self):
        """Whoever adds a kind of event says whom it concerns."""
        ours = {
            name
            for name, kind in Event.kinds.items()
            if kind.__module__.startswith("pmkit.")
        }

        assert ours == {*TOLD, *SILENT, FIRST}
        assert not TOLD.keys() & SILENT.keys()


class TestAdded:
    def test_on_a_draft_by_the_buyer(self):
        """Method 2: the buyer needs no notice of what it did itself."""
        outcome = order_road_to(OrderStage.DRAFT, with_service=True)

        assert [] == said(outcome, "service-added")

    def test_before_shipment(self):
        """Method 3: the supplier is asked."""
        assert [
            (
                *_SUPPLIER,
                "The buyer asks for an on-site check",
                "The buyer of order TA-1 added PM by Sharp Eye. Do you agree?",
            )
        ] == said(road_to(ServiceStage.AWAITING_CONSENT), "service-added")

    def test_too_few_days(self):
        """Five days after the payment can not hold seven working days."""
        (notice,) = said(
            placed(ship=DaysAfterPayment(days=5)),
            "service-added",
        )

        assert (*_BUYER, "Mind the ship date") == notice[:3]
        assert notice[3].startswith("The goods ship 5 days after the initial payment")


class TestMoney:
    def test_the_supplier_s_payment_is_the_supplier_s_news(self):
        """A gift of the supplier is paid by the supplier, who is told."""
        outcome = paid_by_supplier()

        assert [_SUPPLIER] == heard_by(outcome, "payment-submitted")
        assert [_SUPPLIER] == heard_by(outcome, "money-received")

    def test_an_approver_s_payment_is_the_buyer_s_news(self):
        """Buyer and approver are one company."""
        begun = started(
            payable_apart(in_production()),
            "pay-pm",
            Purpose.SERVICE,
            at="01-14T09:00",
            actor=APPROVER,
            service_id=SERVICE,
        )
        outcome = submitted(begun, "pay-pm", at="01-14T10:00")

        assert [_BUYER] == heard_by(outcome, "payment-submitted")

    def test_a_warning_is_told(self):
        """A slow method says when its money comes, and that this is too late."""
        slow = paying(PaymentNews.SUBMITTED, expected_by=china("02-13T09:00"))()
        ((*_, text),) = said(slow, "payment-submitted")

        assert text.endswith("the service could not be booked.")

    def test_the_supplier_s_refund_is_the_supplier_s(self):
        """What the supplier paid goes back to the supplier."""
        outcome = shipped(paid_by_supplier(), "02-27T18:00")

        assert [
            (
                *_SUPPLIER,
                "Money goes back",
                (
                    "48.00 USD of order TA-1, back-to-method: The goods shipped "
                    "before the on-site check."
                ),
            )
        ] == said(outcome, "refund-requested")

    def test_a_lower_balance_is_the_buyer_s_news(self):
        """Paid with the initial payment: only the buyer is told."""
        paid = get(at_initial(), "initial", tills.INITIAL, at="01-08T09:00")

        assert [
            (
                *_BUYER,
                "Money goes back",
                (
                    "48.00 USD of order TA-1, reduce-balance: The goods shipped "
                    "before the on-site check."
                ),
            )
        ] == said(shipped(paid, "02-27T18:00"), "refund-requested")

    def test_the_supplier_is_asked_to_refund(self):
        """Fully paid: the money is with the supplier, who sends it back."""
        paid = get(at_initial(), "initial", tills.INITIAL, at="01-08T09:00")
        begun = start(paid, "rest", Purpose.BALANCE, at="02-01T09:00")
        full = get(begun, "rest", usd("4000.00"), at="02-02T09:00")
        outcome = shipped(full, "02-27T18:00")
        cause = "The goods shipped before the on-site check."

        assert [
            (
                *_BUYER,
                "Money goes back",
                f"48.00 USD of order TA-1, supplier-refund: {cause}",
            ),
            (
                *_SUPPLIER,
                "Please refund the buyer",
                f"48.00 USD of order TA-1: {cause}",
            ),
        ] == said(outcome, "refund-requested")


class TestShipDate:
    def test_a_booked_service_asks_its_agency(self):
        """Nothing is silently kept: can you still come?"""
        assert [
            (
                *_AGENCY,
                "Please reconfirm",
                (
                    "Order TA-1 now ships on 2026-03-06. Can PM still take place as "
                    "booked?"
                ),
            )
        ] == said(ship_date_moved(ServiceStage.SCHEDULED), "ship-date-moved")

    def test_each_agency_for_its_own_service(self):
        """Two booked services of two agencies: each is asked about its own."""
        second = {**PM, "service_id": "pm-2", "provider": "Blind Eye"}
        both = payable_apart(booked(), **second)
        begun = start(
            both, "second", Purpose.SERVICE, at="01-16T09:00", service_id="pm-2"
        )
        paid = get(begun, "second", usd("48.00"), at="01-17T09:00")
        outcome = then(paid, Action.MOVE_SHIP_DATE, SUPPLIER, "01-28T09:00")

        assert [_AGENCY, ("agency", "Blind Eye")] == heard_by(
            outcome, "ship-date-moved"
        )

    @pytest.mark.parametrize(
        "stage", [ServiceStage.REMOVED, ServiceStage.CANCELLED, ServiceStage.CLOSED]
    )
    def test_what_is_over_concerns_nobody(self, stage):
        """A service that left the road, or is done, does not care when goods ship."""
        outcome = then(road_to(stage), Action.MOVE_SHIP_DATE, SUPPLIER, "02-15T09:00")

        assert [] == said(outcome, "ship-date-moved")

    def test_an_open_day_is_no_news_yet(self):
        """While the day hangs on a payment there is no day to book by."""
        outcome = go(
            road_to(ServiceStage.AWAITING_PAYMENT),
            draft.move_ship_date,
            ship=DaysAfterPayment(days=30, after=Purpose.BALANCE),
            actor=SUPPLIER,
            at=china("01-20T09:00"),
            calendar=CHINA,
        )

        assert [] == said(outcome, "ship-date-moved")


class TestWords:
    def test_a_message_goes_to_everybody_it_names(self):
        """Each role hears at its own company; the platform's is the platform."""
        outcome = wrote(AGENCY, (Role.BUYER, Role.SUPPLIER, Role.OPERATOR))

        assert [_BUYER, _SUPPLIER, _PLATFORM] == heard_by(outcome, "message-sent")

    def test_and_to_nobody_else(self):
        """What the buyer writes to the agency the supplier does not hear."""
        assert [_AGENCY] == heard_by(wrote(BUYER), "message-sent")

    @pytest.mark.parametrize(
        ("to", "who"), [(Role.SUPPLIER, _SUPPLIER), (Role.OPERATOR, _PLATFORM)]
    )
    def test_a_question_goes_to_whom_it_is_addressed(self, to, who):
        """The supplier or the platform, never both."""
        assert [who] == heard_by(asked(to), "case-opened")

    @pytest.mark.parametrize("actor", [SUPPLIER, OPERATOR])
    def test_an_answer_goes_to_the_buyer(self, actor):
        """Whoever answers, the buyer asked."""
        assert [_BUYER] == heard_by(answered(actor), "case-answered")

    @pytest.mark.parametrize("actor", [BUYER, APPROVER])
    @pytest.mark.parametrize(
        ("to", "who"), [(Role.SUPPLIER, _SUPPLIER), (Role.OPERATOR, _PLATFORM)]
    )
    def test_a_follow_up_goes_to_who_was_asked(self, actor, to, who):
        """What the buyer's side adds is for the other one."""
        assert [who] == heard_by(answered(actor, to), "case-answered")


def whole(outcome):
    """Tell the notices of a whole history but its opening."""
    return notices_of(fold(outcome.events[:1]), outcome.events[1:])


class TestIds:
    def test_by_order_event_and_number(self):
        """The eleventh event has two notices, each with a name."""
        notices = about(road_to(ServiceStage.BOOKED), "task-received")

        assert ["TA-1/11/notice-1", "TA-1/11/notice-2"] == [n.id for n in notices]

    @pytest.mark.parametrize("stage", list(ServiceStage))
    def test_no_two_are_alike(self, stage):
        """On no road does one name stand for two notices."""
        ids = [notice.id for notice in whole(road_to(stage))]

        assert len(ids) == len(set(ids))

    @pytest.mark.parametrize("cut", range(1, 17))
    def test_however_the_history_is_cut(self, cut):
        """Told in one batch or in two, the notices are the same."""
        events = road_to(ServiceStage.CANCELLED).events
        first = notices_of(fold(events[:1]), events[1:cut])
        rest = notices_of(fold(events[:cut]), events[cut:])

        assert whole(road_to(ServiceStage.CANCELLED)) == first + rest

    def test_another_order_has_other_ids(self):
        """The order's name stands in front."""
        booked_here = road_to(ServiceStage.BOOKED)
        before = attrs.evolve(fold(booked_here.events[:-1]), id="TA-2")
        notices = notices_of(before, booked_here.events[-1:])

        assert ["TA-2/11/notice-1", "TA-2/11/notice-2"] == [n.id for n in notices]
        assert {"TA-2"} == {n.order_id for n in notices}

    def test_the_moment_is_that_of_the_event(self):
        """When it happened, not when somebody is told."""
        notices = about(road_to(ServiceStage.BOOKED), "task-received")

        assert {china("01-15T09:00")} == {n.at for n in notices}

    def test_no_events_no_notices(self):
        """Where nothing happened nobody is told anything."""
        assert () == notices_of(order_road_to(OrderStage.DRAFT).order, [])


class TestRechecked:
    """A new calendar makes a provisional deadline final."""

    def test_who_waits_for_the_report_and_who_owes_it(self):
        """The buyer and the agency hear when the report is late, both of them."""
        order = road_to(ServiceStage.AWAITING_REPORT).order
        (service,) = order.services
        (visit,) = service.visits
        late = attrs.evolve(visit.report_late_after, provisional=True)
        waiting = order.with_service(
            service.with_visit(attrs.evolve(visit, report_late_after=late))
        )
        done = recheck.recheck_deadlines(
            waiting, actor=SYSTEM, at=visit.ended_at, calendars={"CN": CHINA}
        )
        told = notices_of(waiting, done.events)
        final = f"REPORT-1 of order TA-1 ends with {late.last_day} now"

        assert [Role.BUYER, Role.AGENCY] == [notice.to for notice in told]
        assert {service.provider} == {told[1].party}
        assert {f"{final}, and that is final."} == {notice.text for notice in told}
