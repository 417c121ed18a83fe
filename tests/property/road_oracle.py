"""
What has to hold at every moment, said without the code that is to hold to it.

Money is counted from what the simulated companies say they did, stages from a table
by hand, and histories from the rows of the file.
"""

from __future__ import annotations

import collections
import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.property.attempts import INSPECTORS
from tests.property.market import BALANCE, STRANGERS, SUPPLIER

from pmkit.core.errors import NotFoundError
from pmkit.core.events.base import OrderOpened
from pmkit.core.events.visiting import VisitAborted, VisitMissed
from pmkit.core.order import Order
from pmkit.core.payment import RefundRoute
from pmkit.core.ports import PaymentNews, PaymentObservation, RefundObservation
from pmkit.core.report import Verdict
from pmkit.core.service import Payer, Service, ServiceStage as S
from pmkit.core.visit import VisitState
from pmkit.shell.store import verify

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.property.market import Market

    from pmkit.core.money import Money
    from pmkit.core.payment import Payment

_ROAD = {S.BOOKED, S.SCHEDULED, S.ON_SITE, S.AWAITING_REPORT, S.REPORTED}
#: From where to where one event may take a service; by hand from the road.
MOVES: dict[S, set[S]] = {
    S.PROPOSED: {S.AWAITING_PAYMENT, S.REMOVED, S.EXPIRED},
    S.AWAITING_CONSENT: {S.AWAITING_PAYMENT, S.REMOVED, S.EXPIRED},
    # An edit after the initial payment asks the supplier anew.
    S.AWAITING_PAYMENT: {
        S.AWAITING_CONSENT,
        S.PAYMENT_PROCESSING,
        S.BOOKED,
        S.REMOVED,
        S.EXPIRED,
    },
    S.PAYMENT_PROCESSING: {S.AWAITING_PAYMENT, S.BOOKED, S.EXPIRED},
    S.BOOKED: {*_ROAD, S.CANCELLING, S.EXPIRED},
    S.SCHEDULED: {*_ROAD, S.CANCELLING, S.EXPIRED},
    S.ON_SITE: {*_ROAD},
    S.AWAITING_REPORT: {*_ROAD},
    S.REPORTED: {S.CLOSED},
    S.CLOSED: {S.REVIEWED},
    S.REVIEWED: set(),
    S.CANCELLING: {S.BOOKED, S.SCHEDULED, S.CANCELLED, S.EXPIRED},
    S.CANCELLED: set(),
    S.REMOVED: set(),
    S.EXPIRED: set(),
}
_SEEN = {VisitState.ON_SITE, VisitState.COMPLETED, VisitState.ABORTED}


@attrs.define
class Memory:
    """What an order was before, to hold against what it is."""

    seq: int = 0
    order: Order | None = None
    reached: collections.Counter[S] = attrs.field(factory=collections.Counter)
    frozen: dict[tuple[str, str, int], Any] = attrs.field(factory=dict)


def check_rows(market: Market) -> None:
    """Hold the rows of the file against each other, and `verify` against them."""
    rows = market.dump()
    by_order = collections.defaultdict(list)
    for row in rows["events"]:
        by_order[row[0]].append(row[1])
    for numbers in by_order.values():
        assert list(range(1, len(numbers) + 1)) == numbers
    assert {row[0]: row[1] for row in rows["orders"]} == {
        order_id: len(numbers) for order_id, numbers in by_order.items()
    }
    assert [] == verify(market.desks[0].store)
    used = [json.loads(row[6])["operation_id"] for row in rows["effects"]]
    assert len(set(used)) == len(used)


def check_moves(market: Market, order_id: str, memory: Memory) -> None:
    """Follow each new event, and hold every change of a stage against the table."""
    with market.desks[0].store.snapshot() as tx:
        history = tx.history(order_id)
    before = after = memory.order
    for recorded in history[memory.seq :]:
        event = recorded.event
        after = event.order if isinstance(event, OrderOpened) else event.apply(after)
        if isinstance(event, VisitMissed | VisitAborted):
            continue  # the same step asks for another visit: one move, two events
        for service in after.services:
            memory.reached[service.stage] += 1
            was = _old(before, service.id)
            if was is not None and was.stage is not service.stage:
                assert service.stage in MOVES[was.stage], (was.stage, event)
            _check_report_grows(was, service)
        before = after
    memory.order = after
    memory.seq = len(history)


def _old(order: Order | None, service_id: str) -> Service | None:
    services = order.services if order else ()
    return next((s for s in services if s.id == service_id), None)


def _check_report_grows(was: Service | None, service: Service) -> None:
    for visit in was.visits if was else ():
        old = visit.report.versions if visit.report else ()
        now = service.visit(visit.number).report
        assert old == (now.versions if now else ())[: len(old)]


def check_services(market: Market, order: Order, memory: Memory) -> None:
    """Hold visits, reports and deadlines of the services to their order."""
    for service in order.services:
        booked = sum(
            agency.ledger.effects[f"book {service.id}"]
            for agency in market.agencies.values()
        )
        assert booked <= 1
        _freeze(memory, service)
        if service.booking is None:
            assert booked == 0
            assert not any(v.state in _SEEN or v.report for v in service.visits)
        else:
            _check_paid_in_time(market, order, service)
        for visit in service.visits:
            for version in visit.report.versions if visit.report else ():
                performed = visit.state is VisitState.COMPLETED
                assert performed is (version.verdict is not Verdict.NOT_PERFORMED)


def _freeze(memory: Memory, service: Service) -> None:
    """What was once due stays due at that moment."""
    due: dict[tuple[str, str, int], Any] = {}
    if service.booking is not None:
        due[service.id, "book", 0] = service.book_by
    if service.review_until is not None:
        due[service.id, "review", 0] = service.review_until
    for visit in service.visits:
        if visit.report_late_after is not None:
            due[service.id, "report", visit.number] = visit.report_late_after
    for case in service.cases:
        due[case.id, "case", 0] = case.escalates_at
    for name, deadline in due.items():
        assert memory.frozen.setdefault(name, deadline) == deadline


def _arrivals(market: Market, payment: Payment) -> list[PaymentObservation]:
    """Ask the bank itself what arrived."""
    return [
        news
        for news in market.methods[payment.method].observations(payment.id)
        if isinstance(news, PaymentObservation) and news.news is PaymentNews.RECEIVED
    ]


def _check_paid_in_time(market: Market, order: Order, service: Service) -> None:
    assert service.booking is not None
    assert service.book_by is not None
    assert service.booking.at < service.book_by.at
    full = [
        payment
        for payment in order.payments_of(service.id)
        if _sum(
            n.amount
            for n in _arrivals(market, payment)
            if n.at <= service.booking.at and n.order_id == order.id
        )["USD"]
        >= payment.amount.minor
    ]
    assert full != []


def _sum(amounts: Iterable[Money | None]) -> collections.Counter[str]:
    total: collections.Counter[str] = collections.Counter()
    for amount in amounts:
        if amount is not None:
            total[amount.currency] += amount.minor
    return total


def check_money(market: Market, order: Order, undelivered: set[str]) -> None:
    """Count the money of an order by the books of the bank and the card company."""
    for payment in order.payments:
        came = {n.id: n.amount for n in _arrivals(market, payment)}
        for receipt in payment.receipts:
            assert came[receipt.id] == receipt.amount
            _check_receipt(receipt, payment)
        assert len({r.id for r in payment.receipts}) == len(payment.receipts)
        assert _sum(r.counted for r in payment.receipts)["USD"] <= payment.amount.minor
        back = [r for r in order.refunds if r.payment_id == payment.id]
        refunded, here = (
            _sum(r.amount for r in back),
            _sum(r.amount for r in payment.receipts),
        )
        assert all(refunded[c] <= here[c] for c in refunded)
        held = _sum(r.held for r in payment.receipts)
        assert all(held[c] <= refunded[c] for c in held)
        assert market.card.ledger.effects[f"capture {payment.id}"] <= 1
    _check_sent_back(market, order, undelivered)
    less = _sum(
        r.amount for r in order.refunds if r.route is RefundRoute.REDUCE_BALANCE
    )
    assert BALANCE.minor - less["USD"] == order.balance.minor >= 0


def _check_receipt(receipt: Any, payment: Payment) -> None:
    if receipt.held_reason is None:
        assert receipt.counted == receipt.amount
    assert receipt.counted.currency == payment.amount.currency
    parts = _sum([receipt.counted, receipt.held])
    assert +_sum([receipt.amount]) == +parts


def _check_sent_back(market: Market, order: Order, undelivered: set[str]) -> None:
    """Nothing goes back twice, and nothing is sent back that is not here."""
    for refund in order.refunds:
        sent = sum(
            method.ledger.effects[f"refund {refund.id}"]
            for method in market.methods.values()
        )
        assert sent <= (refund.route is RefundRoute.BACK_TO_METHOD)
    for payment in order.payments:
        failed = {
            n.refund_id
            for n in market.methods[payment.method].observations(payment.id)
            if isinstance(n, RefundObservation) and n.state.value == "failed"
        }
        assert failed <= undelivered


def check_sight(market: Market, order: Order) -> None:
    """Nobody sees what is not theirs."""
    desk = market.desks[0]
    for stranger in STRANGERS:
        with pytest.raises(NotFoundError):
            desk.status(order.id, actor=stranger)
    for shown in desk.status(order.id, actor=SUPPLIER).services:
        service = order.service(shown.service_id)
        if service.payer is Payer.BUYER:
            assert shown.price is None
            assert shown.payments == ()
        words = repr(shown)
        assert not any(name in words for name in INSPECTORS)
        for visit in service.visits:
            report = visit.report
            for version in report.versions[report.released :] if report else ():
                assert version.summary not in words
    lines = desk.timeline(order.id, actor=SUPPLIER)
    assert not any(name in line.by for line in lines for name in INSPECTORS)
