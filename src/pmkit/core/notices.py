"""
Whom an event has to be told to, and in which words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from pmkit.core.events import (
    Event,
    asking,
    booking,
    leaving,
    ordering,
    paying,
    rechecking,
    reporting,
    reviewing,
    visiting,
)
from pmkit.core.events.base import after_each
from pmkit.core.parties import Role
from pmkit.core.payment import PLAIN_REASON, RefundRoute
from pmkit.core.ports import Notice
from pmkit.core.recheck import Advice
from pmkit.core.service import Consent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmkit.core.order import Order
    from pmkit.core.service import Service

#: Finds the words for an event of its kind; *order* is the order after it.
_Speak = Callable[["Order", Any], "Iterator[_Words]"]


class _Words(NamedTuple):
    """What one role is told; *agency* says which, where an event is on no service."""

    role: Role
    subject: str
    text: str
    agency: str = ""


def notices_of(
    before: Order, events: Sequence[Event], *, states: Sequence[Order] = ()
) -> tuple[Notice, ...]:
    """
    Tell what has to be said to whom about some events.

    Args:
        before: The order before the events.

        events: What was decided, oldest first.

        states: The order after each event, if somebody knows them already.

    Returns:
        One notice for each role that has to know, in the order of the events.
    """
    found = []
    after = states or after_each(before, events)
    for order, event in zip(after, events, strict=True):
        speak = _SPEAK.get(type(event))
        for number, words in enumerate(speak(order, event) if speak else (), start=1):
            found.append(
                Notice(
                    id=f"{order.id}/{order.seq}/notice-{number}",
                    order_id=order.id,
                    to=words.role,
                    party=_party(order, event, words),
                    at=event.at,
                    subject=words.subject,
                    text=words.text,
                )
            )
    return tuple(found)


def _party(order: Order, event: Event, words: _Words) -> str:
    """The company behind a role."""
    if words.role in (Role.AGENCY, Role.INSPECTOR):
        return words.agency or _service(order, event).provider
    return order.party_of(words.role) or "platform"


def _service(order: Order, event: Event) -> Service:
    return order.service(getattr(event, "service_id", ""))


def _task_received(order: Order, event: Event) -> Iterator[_Words]:
    service = _service(order, event)
    yield _Words(
        Role.BUYER,
        "Your service was received",
        f"{service.provider} has received the task {service.kind} for order "
        f"{order.id}. Please give the product information and sample pictures.",
    )
    yield _Words(
        Role.SUPPLIER,
        "Please propose an appointment",
        f"An on-site check ({service.kind}) of order {order.id} is booked. "
        f"Please fill in the appointment form: when, and at which plant.",
    )


def _added(order: Order, event: booking.ServiceAdded) -> Iterator[_Words]:
    service = event.service
    what = f"{service.kind} by {service.provider}"
    if not service.approved:
        yield _Words(
            Role.BUYER,
            "Your supplier proposes a service",
            f"{what} for {service.price.total} on order {order.id}. Nothing is paid "
            f"unless you approve it.",
        )
    if service.consent is Consent.ASKED:
        yield _Words(
            Role.SUPPLIER,
            "The buyer asks for an on-site check",
            f"The buyer of order {order.id} added {what}. Do you agree?",
        )
    if service.warning:
        yield _Words(Role.BUYER, "Mind the ship date", service.warning)


def _payment_news(order: Order, event: Event) -> Iterator[_Words]:
    payment = order.payment(getattr(event, "payment_id", ""))
    plain = PLAIN_REASON[payment.state]
    extra = " ".join(part for part in (payment.reason, payment.warning) if part)
    role = Role.SUPPLIER if payment.started_by.role is Role.SUPPLIER else Role.BUYER
    yield _Words(
        role,
        f"Your payment is {payment.state.value}",
        f"{payment.amount} for order {order.id}: {plain} {extra}".rstrip(),
    )


def _refund(order: Order, event: paying.RefundRequested) -> Iterator[_Words]:
    refund = event.refund
    payer = order.payment(refund.payment_id).started_by.role
    yield _Words(
        Role.SUPPLIER if payer is Role.SUPPLIER else Role.BUYER,
        "Money goes back",
        f"{refund.amount} of order {order.id}, {refund.route.value}: {refund.cause}",
    )
    if refund.route is RefundRoute.SUPPLIER_REFUND:
        yield _Words(
            Role.SUPPLIER,
            "Please refund the buyer",
            f"{refund.amount} of order {order.id}: {refund.cause}",
        )


def _ship_date_moved(order: Order, _: Event) -> Iterator[_Words]:
    for service in order.services:
        if service.over or service.closed_at is not None:
            continue
        if service.booking is not None:
            yield _Words(
                Role.AGENCY,
                "Please reconfirm",
                f"Order {order.id} now ships on {order.ship_day}. Can {service.kind} "
                f"still take place as booked?",
                service.provider,
            )
        elif service.book_by is not None:
            yield _Words(
                Role.BUYER,
                "The ship date moved",
                f"Order {order.id} ships on {order.ship_day}. {service.kind} must be "
                f"booked and paid by {service.book_by.last_day}.",
            )


def _message(order: Order, event: asking.MessageSent) -> Iterator[_Words]:
    for role in event.message.to:
        yield _Words(role, f"A message about order {order.id}", event.message.text)


def _case(order: Order, event: asking.CaseOpened) -> Iterator[_Words]:
    question = event.case.entries[0].text
    to = event.case.addressed_to
    yield _Words(to, f"A question about order {order.id}", question)


def _case_answer(order: Order, event: asking.CaseAnswered) -> Iterator[_Words]:
    """An answer is for the buyer; what the buyer adds is for who was asked."""
    case = _service(order, event).case(event.case_id)
    buying = event.by.role in (Role.BUYER, Role.APPROVER)
    to = case.addressed_to if buying else Role.BUYER
    yield _Words(to, f"A word on your case about order {order.id}", event.entry.text)


def _rechecked(order: Order, event: rechecking.DeadlineRechecked) -> Iterator[_Words]:
    """Who has to act by a deadline that moved hears of it, and who waits for it."""
    for found in event.findings:
        where, new = found.where, found.recheck.new
        what = f"{where.deadline.clause} of order {order.id}"
        if found.recheck.advice is Advice.ASK_OPERATOR:
            yield _Words(Role.OPERATOR, "A deadline to decide", f"{what}.")
        if not found.replaces or new is None:
            continue
        text = f"{what} ends with {new.last_day} now, and that is final."
        yield _Words(Role.BUYER, "A deadline was rechecked", text)
        if where.visit is not None:
            agency = order.service(where.service_id).provider
            yield _Words(Role.AGENCY, "A deadline was rechecked", text, agency)


def _visit_moved(order: Order, event: visiting.VisitMoved) -> Iterator[_Words]:
    """A visit that one side moves is news for the two others."""
    side = _SIDE.get(event.by.role, event.by.role)
    kind = _service(order, event).kind
    for role in (Role.BUYER, Role.SUPPLIER, Role.AGENCY):
        if role is not side:
            text = f"{kind} of order {order.id}: see the new proposal."
            yield _Words(role, "A visit is to move", text)


def _stand_down(
    order: Order, event: leaving.ServiceCancelled | leaving.ServiceExpired
) -> Iterator[_Words]:
    """The supplier need not prepare for a visit that was booked."""
    service = _service(order, event)
    if service.booking is not None:
        text = f"{service.kind} of order {order.id} does not take place any more."
        yield _Words(Role.SUPPLIER, "No visit any more", text)


#: Who acts for whom.
_SIDE = {Role.APPROVER: Role.BUYER, Role.INSPECTOR: Role.AGENCY}


def _tell(role: Role, subject: str, text: str) -> _Speak:
    """Make the words for an event on a service that one role has to know."""

    def speak(order: Order, event: Event) -> Iterator[_Words]:
        service = _service(order, event)
        names = {"order": order.id, "kind": service.kind, "agency": service.provider}
        yield _Words(role, subject, text.format(**names))

    return speak


def _both(*speakers: _Speak) -> _Speak:
    """Tell two roles of one event."""

    def speak(order: Order, event: Event) -> Iterator[_Words]:
        for one in speakers:
            yield from one(order, event)

    return speak


_BUYER, _SUPPLIER, _AGENCY = Role.BUYER, Role.SUPPLIER, Role.AGENCY

_SPEAK: dict[type[Event], _Speak] = {
    ordering.ShipDateMoved: _ship_date_moved,
    booking.ServiceAdded: _added,
    booking.ConsentGiven: _tell(
        _BUYER, "Your supplier agrees", "You can pay for {kind} on order {order} now."
    ),
    booking.ServiceRemoved: _tell(
        _BUYER, "A service was removed", "{kind} is no longer on order {order}."
    ),
    booking.ChangeRequested: _tell(
        _AGENCY,
        "The buyer asks for a change",
        "{kind} on order {order}: see its status.",
    ),
    booking.ChangeAnswered: _tell(
        _BUYER, "Your wish was answered", "{kind} on order {order}: see its status."
    ),
    paying.TaskReceived: _task_received,
    paying.PaymentSubmitted: _payment_news,
    paying.PaymentActionRequired: _payment_news,
    paying.PaymentProcessing: _payment_news,
    paying.PaymentDeclined: _payment_news,
    paying.PaymentExpired: _payment_news,
    paying.PaymentMisdirected: _payment_news,
    paying.PaymentReturned: _payment_news,
    paying.MoneyReceived: _payment_news,
    paying.PaymentLinked: _payment_news,
    paying.RefundRequested: _refund,
    visiting.AppointmentConfirmed: _both(
        _tell(_BUYER, "The visit has a date", "{kind} of order {order} is confirmed."),
        _tell(
            _SUPPLIER,
            "The visit has a date",
            (
                "{agency} comes for order {order}. Have the goods, space, light and a "
                "helper ready, and do not ship before the buyer releases."
            ),
        ),
    ),
    visiting.VisitMoved: _visit_moved,
    visiting.VisitMissed: _both(
        _tell(
            _BUYER, "The visit was missed", "{kind} of order {order}: see the cause."
        ),
        _tell(
            _SUPPLIER, "The visit was missed", "{kind} of order {order}: see the cause."
        ),
    ),
    visiting.VisitAborted: _both(
        _tell(
            _BUYER,
            "The visit was broken off",
            "{kind} of order {order}: see the cause.",
        ),
        _tell(
            _SUPPLIER,
            "The visit was broken off",
            "{kind} of order {order}: see the cause.",
        ),
    ),
    visiting.VisitRequested: _tell(
        _SUPPLIER, "Another visit is needed", "Please propose a date for order {order}."
    ),
    reporting.ReportUploaded: _tell(
        _BUYER, "Your report is there", "The report of {kind} is on order {order}."
    ),
    reporting.ReportReleased: _tell(
        _SUPPLIER, "The buyer shares the report", "See {kind} on order {order}."
    ),
    reporting.ReportOverdue: _both(
        _tell(_BUYER, "Your report is late", "{agency} owes the report of {order}."),
        _tell(_AGENCY, "A report is late", "{kind} of order {order}: upload it now."),
    ),
    reviewing.ServiceClosed: _tell(
        _BUYER, "Leave a review", "{kind} of order {order} is done: how was it?"
    ),
    reviewing.ServiceReviewed: _tell(
        _AGENCY, "You were reviewed", "{kind} of order {order}: you may reply."
    ),
    reviewing.ReviewReplied: _tell(
        _BUYER, "The agency replied", "You may revise your review of {order} once."
    ),
    leaving.CancellationRequested: _tell(
        Role.OPERATOR, "A cancellation to decide", "{kind} of order {order}."
    ),
    leaving.CancellationRefused: _tell(
        _BUYER, "Your cancellation was refused", "{kind} of order {order} goes on."
    ),
    leaving.ServiceCancelled: _both(
        _tell(
            _BUYER, "The service was cancelled", "{kind} of order {order} is cancelled."
        ),
        _stand_down,
    ),
    leaving.ServiceExpired: _both(
        _tell(
            _BUYER,
            "The service can not take place",
            "{kind} of order {order} expired; money that was paid for it goes back.",
        ),
        _stand_down,
    ),
    rechecking.DeadlineRechecked: _rechecked,
    asking.MessageSent: _message,
    asking.CaseOpened: _case,
    asking.CaseAnswered: _case_answer,
    asking.CaseEscalated: _tell(
        Role.OPERATOR, "A case was escalated", "See the case on order {order}."
    ),
}
