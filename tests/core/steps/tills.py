"""
Orders at the till: a payment was started, and now something happens to it.

Two orders with one service of 48.00 USD.  On the first it is paid with the initial
payment of 1,000.00 USD, started on 7 January 2026 at nine.  On the second it is paid
apart, started on 14 January at nine.  Both ship on 27 February, so that BOOK-1 ends
with 11 February; a payment link lives for 72 hours.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs
from tests.core.steps.roads import (
    AGENCY,
    APPROVER,
    BUYER,
    CHINA,
    OPERATOR,
    PM,
    SERVICE,
    SUPPLIER,
    china,
    go,
    opened,
    usd,
)

from pmkit.core.clauses import change_by
from pmkit.core.payment import Payment, Purpose, Refund
from pmkit.core.ports import Availability, PaymentNews, PaymentObservation
from pmkit.core.service import Price, PriceLine, PriceLineKind, Service
from pmkit.core.steps import book, cancel, draft, pay, receive, sweep
from pmkit.core.visit import Visit, VisitState

if TYPE_CHECKING:
    from pmkit.core.events import Outcome
    from pmkit.core.money import Money

__all__ = [
    "AGENCY",
    "APPROVER",
    "BUYER",
    "CHINA",
    "OPERATOR",
    "PM",
    "SERVICE",
    "SUPPLIER",
    "china",
    "go",
    "opened",
    "usd",
]

#: The amount of the service paid apart, and of the initial payment with it.
APART = usd("48.00")
INITIAL = usd("1048.00")


def price(amount: str) -> Price:
    """Quote a price of one line."""
    line = PriceLine(
        kind=PriceLineKind.SERVICE, description="man-days", amount=usd(amount)
    )
    return Price(lines=(line,))


def placed(*, service: bool = True, **changes: Any) -> Outcome:
    """Place an order on which the buyer put the service while it was a draft."""
    outcome = opened(**changes)
    if service:
        outcome = go(
            outcome, book.add_service, actor=BUYER, at=china("01-05T10:00"), **PM
        )
    return go(outcome, draft.place_order, actor=SUPPLIER, at=china("01-06T09:00"))


def start(
    outcome: Outcome,
    payment_id: str,
    purpose: Purpose,
    *,
    at: str,
    service_id: str | None = None,
    expected_by: str | None = None,
    method: str = "card",
    **changes: Any,
) -> Outcome:
    """Start a payment."""
    arrives = china(expected_by) if expected_by else None
    given = {
        "actor": BUYER,
        "availability": Availability(available=True, expected_by=arrives),
        "beneficiary": None,
        **changes,
    }
    return go(
        outcome,
        pay.start_payment,
        payment_id=payment_id,
        purpose=purpose,
        service_id=service_id,
        method=method,
        at=china(at),
        **given,
    )


def at_initial(**changes: Any) -> Outcome:
    """Start the initial payment with the service in it."""
    return start(placed(**changes), "initial", Purpose.INITIAL, at="01-07T09:00")


def see(
    outcome: Outcome,
    payment_id: str,
    news: PaymentNews,
    *,
    at: str,
    heard: str | None = None,
    **changes: Any,
) -> Outcome:
    """Let a processor say something of a payment, heard at once or later."""
    given = {
        "id": f"{payment_id}/{news.value}/{at}",
        "order_id": outcome.order.id,
        **changes,
    }
    seen = PaymentObservation(payment_id=payment_id, news=news, at=china(at), **given)
    return observe(outcome, seen, heard=china(heard or at))


def observe(
    outcome: Outcome, seen: PaymentObservation, *, heard: dt.datetime
) -> Outcome:
    """Hear one observation; refunds are named after it."""
    return go(
        outcome,
        receive.observe_payment,
        observation=seen,
        at=heard,
        calendar=CHINA,
        refund_id=f"back-{seen.id}",
    )


def get(
    outcome: Outcome, payment_id: str, amount: Money | None, *, at: str, **changes: Any
) -> Outcome:
    """Let money arrive."""
    given = {"amount": amount, **changes}
    return see(outcome, payment_id, PaymentNews.RECEIVED, at=at, **given)


def in_production(**changes: Any) -> Outcome:
    """Receive the initial payment of an order without services."""
    begun = at_initial(service=False, **changes)
    return get(begun, "initial", usd("1000.00"), at="01-08T09:00")


def payable_apart(outcome: Outcome, **changes: Any) -> Outcome:
    """Add a service after the initial payment, with the supplier's consent."""
    outcome = go(
        outcome,
        book.add_service,
        actor=BUYER,
        at=china("01-12T09:00"),
        **{**PM, **changes},
    )
    return go(
        outcome,
        book.consent,
        service_id=changes.get("service_id", SERVICE),
        actor=SUPPLIER,
        at=china("01-13T09:00"),
        agrees=True,
    )


def at_apart(**changes: Any) -> Outcome:
    """Start the payment of a service that is paid apart."""
    begun = payable_apart(in_production(**changes))
    return start(begun, "pay-pm", Purpose.SERVICE, at="01-14T09:00", service_id=SERVICE)


def paid_apart() -> Outcome:
    """Receive the payment of a service that is paid apart."""
    return get(at_apart(), "pay-pm", APART, at="01-15T09:00")


def swept(outcome: Outcome, at: str, refund_id: str = "swept") -> Outcome:
    """Let time do its work."""
    return go(outcome, sweep.sweep, at=china(at), calendar=CHINA, refund_id=refund_id)


def shipped(outcome: Outcome, at: str) -> Outcome:
    """Ship the goods."""
    return go(
        outcome,
        draft.ship_goods,
        actor=SUPPLIER,
        at=china(at),
        refund_id="shipping",
    )


def with_visits(outcome: Outcome, *states: VisitState) -> Outcome:
    """Give the service visits in some states, on 12, 13, 14 February and so on."""
    service = outcome.order.service(SERVICE)
    visits = tuple(
        Visit(
            number=number,
            state=state,
            change_by=change_by(dt.date(2026, 2, 11 + number), zone=CHINA.zone),
        )
        for number, state in enumerate(states, start=1)
    )
    changed = attrs.evolve(service, visits=visits, planned_visits=max(1, len(visits)))
    return attrs.evolve(outcome, order=outcome.order.with_service(changed))


def asked_to_cancel(outcome: Outcome, at: str) -> Outcome:
    """Ask to cancel the service."""
    return go(
        outcome,
        cancel.request_cancellation,
        service_id=SERVICE,
        actor=BUYER,
        at=china(at),
        cause="The order changed.",
    )


def cancelled(outcome: Outcome, at: str) -> Outcome:
    """Ask to cancel the service, and grant it an hour later."""
    return go(
        asked_to_cancel(outcome, at),
        cancel.answer_cancellation,
        service_id=SERVICE,
        actor=OPERATOR,
        at=china(at) + dt.timedelta(hours=1),
        granted=True,
        answer="Granted.",
        refund_id="cancelled",
    )


def service(outcome: Outcome) -> Service:
    """Give the service."""
    return outcome.order.service(SERVICE)


def payment(outcome: Outcome, payment_id: str = "pay-pm") -> Payment:
    """Give a payment."""
    return outcome.order.payment(payment_id)


def names(outcome: Outcome, since: Outcome | None = None) -> list[str]:
    """Name the events, or those since an earlier outcome."""
    skip = len(since.events) if since else 0
    return [event.name for event in outcome.events[skip:]]


def refunds(outcome: Outcome) -> tuple[Refund, ...]:
    """Give all refunds."""
    return outcome.order.refunds
