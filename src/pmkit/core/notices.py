"""
Whom an event has to be told to, and in which words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.events import (
    Event,
    asking,
    booking,
    leaving,
    ordering,
    paying,
    reporting,
    reviewing,
    visiting,
)
from pmkit.core.parties import Role
from pmkit.core.payment import PLAIN_REASON, Payment
from pmkit.core.ports import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pmkit.core.order import Order
    from pmkit.core.service import Service

#: (role, subject, text)
_Words = tuple[Role, str, str]


def notices_of(before: Order, events: Iterable[Event]) -> tuple[Notice, ...]:
    """
    Tell what has to be said to whom about some events.

    Args:
        before: The order before the events.

        events: What was decided, oldest first.

    Returns:
        One notice for each role that has to know, in the order of the events.
    """
    found = []
    order = before
    for event in events:
        order = attrs.evolve(event.apply(order), seq=order.seq + 1)
        for number, (role, subject, text) in enumerate(_words(order, event), start=1):
            found.append(
                Notice(
                    id=f"{order.id}/{order.seq}/notice-{number}",
                    order_id=order.id,
                    to=role,
                    party=_party(order, event, role),
                    at=event.at,
                    subject=subject,
                    text=text,
                )
            )
    return tuple(found)


def _party(order: Order, event: Event, role: Role) -> str:
    known = order.party_of(role)
    if known is not None:
        return known
    if role is Role.AGENCY:
        return order.service(getattr(event, "service_id", "")).provider
    return "platform"


def _words(order: Order, event: Event) -> Iterable[_Words]:
    """Find the words for an event; most events need none."""
    speak = _SPEAK.get(type(event))
    if speak is not None:
        return speak(order, event)
    if isinstance(event, ordering.ShipDateMoved):
        return _ship_date_moved(order)
    return ()


def _service(order: Order, event: Event) -> Service:
    return order.service(getattr(event, "service_id", ""))


def _payment(order: Order, event: Event) -> Payment:
    return order.payment(getattr(event, "payment_id", ""))


def _task_received(order: Order, event: Event) -> Iterable[_Words]:
    service = _service(order, event)
    yield (
        Role.BUYER,
        "Your service was received",
        (
            f"{service.provider} has received the task {service.kind} for order "
            f"{order.id}. Please give the product information and sample pictures."
        ),
    )
    yield (
        Role.SUPPLIER,
        "Please propose an appointment",
        (
            f"An on-site check ({service.kind}) of order {order.id} is booked. "
            f"Please fill in the appointment form: when, and at which plant."
        ),
    )


def _proposed(order: Order, event: Event) -> Iterable[_Words]:
    service = event.service if isinstance(event, booking.ServiceAdded) else None
    if service is None:
        return
    if not service.approved:
        yield (
            Role.BUYER,
            "Your supplier proposes a service",
            (
                f"{service.kind} by {service.provider} for {service.price.total} "
                f"on order "
                f"{order.id}. Nothing is paid unless you approve it."
            ),
        )
    if service.consent.value == "asked":
        yield (
            Role.SUPPLIER,
            "The buyer asks for an on-site check",
            (
                f"The buyer of order {order.id} added {service.kind} by "
                f"{service.provider}. Do you agree?"
            ),
        )
    if service.warning:
        yield (Role.BUYER, "Mind the ship date", service.warning)


def _payment_news(order: Order, event: Event) -> Iterable[_Words]:
    payment = _payment(order, event)
    plain = PLAIN_REASON[payment.state]
    extra = " ".join(part for part in (payment.reason, payment.warning) if part)
    role = Role.SUPPLIER if payment.started_by.role is Role.SUPPLIER else Role.BUYER
    yield (
        role,
        f"Your payment is {payment.state.value}",
        f"{payment.amount} for order {order.id}: {plain} {extra}".rstrip(),
    )


def _refund(order: Order, event: Event) -> Iterable[_Words]:
    if isinstance(event, paying.RefundRequested):
        refund = event.refund
        yield (
            Role.BUYER,
            "Money goes back",
            (
                f"{refund.amount} of order {order.id}, {refund.route.value}: "
                f"{refund.cause}"
            ),
        )


def _one(role: Role, subject: str, text: str) -> Callable[..., Iterable[_Words]]:
    """Make the words for an event on a service that one role has to know."""

    def speak(order: Order, event: Event) -> Iterable[_Words]:
        service = _service(order, event)
        yield (
            role,
            subject,
            text.format(order=order.id, kind=service.kind, agency=service.provider),
        )

    return speak


def _both(*words: Callable[..., Iterable[_Words]]) -> Callable[..., Iterable[_Words]]:
    def speak(order: Order, event: Event) -> Iterable[_Words]:
        for word in words:
            yield from word(order, event)

    return speak


def _ship_date_moved(order: Order) -> Iterable[_Words]:
    for service in order.services:
        if service.over:
            continue
        if service.booking is None and service.book_by is not None:
            yield (
                Role.BUYER,
                "The ship date moved",
                (
                    f"Order {order.id} ships on {order.ship_day}. {service.kind} must "
                    f"now "
                    f"be booked and paid by {service.book_by.last_day}."
                ),
            )
        elif service.booking is not None:
            yield (
                Role.OPERATOR,
                "Ask the agency to reconfirm",
                (
                    f"Order {order.id} ships on {order.ship_day}; {service.kind} by "
                    f"{service.provider} was booked for another date."
                ),
            )


def _message(order: Order, event: Event) -> Iterable[_Words]:
    if isinstance(event, asking.MessageSent):
        for role in event.message.to:
            yield (role, f"A message about order {order.id}", event.message.text)


def _case(order: Order, event: Event) -> Iterable[_Words]:
    if isinstance(event, asking.CaseOpened):
        yield (
            event.case.addressed_to,
            f"A question about order {order.id}",
            event.case.entries[0].text,
        )


_BUYER, _SUPPLIER, _AGENCY = Role.BUYER, Role.SUPPLIER, Role.AGENCY

_SPEAK: dict[type[Event], Callable[..., Iterable[_Words]]] = {
    booking.ServiceAdded: _proposed,
    booking.ConsentGiven: _one(
        _BUYER, "Your supplier agrees", "You can pay for {kind} on order {order} now."
    ),
    booking.ServiceRemoved: _one(
        _BUYER, "A service was removed", "{kind} is no longer on order {order}."
    ),
    booking.ChangeRequested: _one(
        _AGENCY,
        "The buyer asks for a change",
        "{kind} on order {order}: see its status.",
    ),
    booking.ChangeAnswered: _one(
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
        _one(_BUYER, "The visit has a date", "{kind} of order {order} is confirmed."),
        _one(
            _SUPPLIER,
            "The visit has a date",
            (
                "{agency} comes for order {order}. Have the goods, space, light and a "
                "helper ready, and do not ship before the buyer releases."
            ),
        ),
    ),
    visiting.VisitMoved: _one(
        _AGENCY, "A visit is to move", "{kind} of order {order}: see the new proposal."
    ),
    visiting.VisitMissed: _both(
        _one(_BUYER, "The visit was missed", "{kind} of order {order}: see the cause."),
        _one(
            _SUPPLIER, "The visit was missed", "{kind} of order {order}: see the cause."
        ),
    ),
    visiting.VisitAborted: _one(
        _BUYER, "The visit was broken off", "{kind} of order {order}: see the cause."
    ),
    visiting.VisitRequested: _one(
        _SUPPLIER, "Another visit is needed", "Please propose a date for order {order}."
    ),
    reporting.ReportUploaded: _one(
        _BUYER, "Your report is there", "The report of {kind} is on order {order}."
    ),
    reporting.ReportReleased: _one(
        _SUPPLIER, "The buyer shares the report", "See {kind} on order {order}."
    ),
    reporting.ReportOverdue: _both(
        _one(_BUYER, "Your report is late", "{agency} owes the report of {order}."),
        _one(_AGENCY, "A report is late", "{kind} of order {order}: upload it now."),
    ),
    reviewing.ServiceClosed: _one(
        _BUYER, "Leave a review", "{kind} of order {order} is done: how was it?"
    ),
    reviewing.ServiceReviewed: _one(
        _AGENCY, "You were reviewed", "{kind} of order {order}: you may reply."
    ),
    reviewing.ReviewReplied: _one(
        _BUYER, "The agency replied", "You may revise your review of {order} once."
    ),
    leaving.CancellationRequested: _one(
        Role.OPERATOR, "A cancellation to decide", "{kind} of order {order}."
    ),
    leaving.CancellationRefused: _one(
        _BUYER, "Your cancellation was refused", "{kind} of order {order} goes on."
    ),
    leaving.ServiceCancelled: _one(
        _BUYER, "The service was cancelled", "{kind} of order {order} is cancelled."
    ),
    leaving.ServiceExpired: _one(
        _BUYER,
        "The service can not take place",
        "{kind} of order {order} expired; money that was paid for it goes back.",
    ),
    asking.MessageSent: _message,
    asking.CaseOpened: _case,
    asking.CaseAnswered: _one(
        _BUYER, "Your question was answered", "See the case on order {order}."
    ),
    asking.CaseEscalated: _one(
        Role.OPERATOR, "A case was escalated", "See the case on order {order}."
    ),
}
