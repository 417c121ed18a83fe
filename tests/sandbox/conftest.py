"""Requests as the desk makes them."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Role
from pmkit.core.payment import Purpose
from pmkit.core.ports import (
    BookingRequest,
    ChargeRequest,
    PaymentQuery,
    QuoteRequest,
    RefundOrder,
)
from pmkit.sandbox import World
from pmkit.sandbox.far.app import SandboxApp
from pmkit.sandbox.far.transport import InProcess

CUPS = OrderLine(product="Cup", quantity=3000)
LIDS = OrderLine(product="Lid", quantity=2000)


@pytest.fixture
def world():
    """Give a world at 09:00 in China on 20 January 2026."""
    return World("2026-01-20T09:00+08:00")


@pytest.fixture
def booking():
    """Give a function that makes bookings."""

    def make(operation_id="op-1", *, service_id="s-1", kind="PM", lines=(CUPS, LIDS)):
        return BookingRequest(
            operation_id=operation_id,
            order_id="o-1",
            service_id=service_id,
            kind=kind,
            lines=lines,
            planned_visits=1,
            requirements="",
        )

    return make


@pytest.fixture
def quoting():
    """Give a function that asks for prices."""

    def make(kind="PM", *, currency="USD", planned_visits=1):
        return QuoteRequest(
            kind=kind, lines=(CUPS,), currency=currency, planned_visits=planned_visits
        )

    return make


@pytest.fixture
def charging():
    """Give a function that makes charges."""

    def make(
        operation_id="op-1",
        *,
        instrument="tok-captures",
        payment_id="p-1",
        amount="292.56",
    ):
        return ChargeRequest(
            operation_id=operation_id,
            order_id="o-1",
            payment_id=payment_id,
            amount=Money.of(amount, "USD"),
            instrument=instrument,
        )

    return make


@pytest.fixture
def refunding():
    """Give a function that orders refunds."""

    def make(operation_id="op-9", *, refund_id="r-1", amount="292.56", currency="USD"):
        return RefundOrder(
            operation_id=operation_id,
            order_id="o-1",
            refund_id=refund_id,
            payment_id="p-1",
            amount=Money.of(amount, currency),
        )

    return make


@pytest.fixture
def asking():
    """Give a function that asks whether something can be paid."""

    def make(amount="292.56", currency="USD"):
        return PaymentQuery(
            order_id="o-1",
            purpose=Purpose.SERVICE,
            amount=Money.of(amount, currency),
            payer=Role.BUYER,
            now=dt.datetime(2026, 1, 20, 1, 0, tzinfo=dt.UTC),
        )

    return make


@pytest.fixture
def app(world):
    """Give the far side of the world as an application that asks for a key."""
    return SandboxApp(world, api_key="key-1")


@pytest.fixture
def caller(app):
    """Give a client that calls the application in this process."""
    headers = {"Authorization": "Bearer key-1"}
    transport = InProcess(app)
    with httpx.Client(
        base_url="https://far.invalid", headers=headers, transport=transport
    ) as client:
        yield client
