"""
Sample requests of every operation, for harnesses that need no others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from pmkit.core import lookups, ports
from pmkit.core.effects import EffectKind
from pmkit.core.money import Money
from pmkit.core.order import OrderLine
from pmkit.core.parties import Role
from pmkit.core.payment import Purpose
from pmkit.core.visit import Appointment
from pmkit.hooks.manifest import PluginKind
from pmkit.testing.conformance.simulator import START

_Given = Mapping[str, Any]

#: What is checked in the samples.
LINES = (OrderLine(product="Steel bottle 500 ml", quantity=1200),)


def order_id(number: int) -> str:
    """Name the order of a sample."""
    return f"PO-{1000 + number}"


def subject_of(kind: PluginKind, operation: str, number: int) -> str:
    """
    Name what a sample request is about.

    Args:
        kind: The kind of plugin.

        operation: The operation.

        number: Which sample.
    """
    if kind is PluginKind.NOTIFIER:
        return f"{order_id(number)}/N1"
    if operation == "refund":
        return f"{order_id(number)}-R1"
    mark = "S" if kind is PluginKind.AGENCY else "P"
    return f"{order_id(number)}-{mark}1"


def _operation_id(operation: str, number: int, given: _Given) -> str:
    return str(given.get("operation_id") or f"{order_id(number)}/7/{operation}")


def _quote(_: int, __: _Given) -> object:
    return ports.QuoteRequest(kind="PM", lines=LINES, currency="USD", planned_visits=1)


def _visit_days(_: int, __: _Given) -> object:
    return lookups.VisitDaysRequest(
        kind="PM",
        lines=LINES,
        first=dt.date(2031, 3, 10),
        last=dt.date(2031, 3, 21),
    )


def _book(number: int, given: _Given) -> object:
    return ports.BookingRequest(
        operation_id=_operation_id("book", number, given),
        order_id=order_id(number),
        service_id=subject_of(PluginKind.AGENCY, "book", number),
        kind="PM",
        lines=LINES,
        planned_visits=1,
        requirements="Check the drop test: 5 pieces from 1 m.",
    )


def _move(number: int, given: _Given) -> object:
    starts = START + dt.timedelta(days=9 + int(given.get("later", 0)))
    return ports.MoveRequest(
        operation_id=_operation_id("move", number, given),
        service_id=subject_of(PluginKind.AGENCY, "move", number),
        reference=str(given.get("reference", "")),
        visit=1,
        appointment=Appointment(
            starts_at=starts,
            ends_at=starts + dt.timedelta(hours=4),
            place="18 Keji Road, Shenzhen",
        ),
    )


def _cancel(number: int, given: _Given) -> object:
    return ports.CancelRequest(
        operation_id=_operation_id("cancel", number, given),
        service_id=subject_of(PluginKind.AGENCY, "cancel", number),
        reference=str(given.get("reference", "")),
        cause="The buyer cancelled it.",
    )


def _observations_of(kind: PluginKind) -> Callable[[int, _Given], object]:
    def build(number: int, given: _Given) -> object:
        return lookups.ObservationsRequest(
            subject=subject_of(kind, "observations", number),
            reference=str(given.get("reference", "")),
        )

    return build


def _find_of(kind: PluginKind) -> Callable[[int, _Given], object]:
    first = "book" if kind is PluginKind.AGENCY else "charge"

    def build(number: int, given: _Given) -> object:
        operation = str(given.get("operation", first))
        return lookups.FindRequest(
            operation_id=_operation_id(operation, number, given),
            kind=EffectKind(operation),
            order_id=order_id(number),
            subject=subject_of(kind, operation, number),
            reference=str(given.get("reference", "")),
            sent_at=START,
        )

    return build


def _availability(number: int, _: _Given) -> object:
    return ports.PaymentQuery(
        order_id=order_id(number),
        purpose=Purpose.SERVICE,
        amount=Money.of("148.29", "USD"),
        payer=Role.BUYER,
        now=START,
    )


def _charge(number: int, given: _Given) -> object:
    return ports.ChargeRequest(
        operation_id=_operation_id("charge", number, given),
        order_id=order_id(number),
        payment_id=subject_of(PluginKind.PAYMENT, "charge", number),
        amount=given.get("amount", Money.of("148.29", "USD")),
        instrument="tok_sample",
    )


def _refund(number: int, given: _Given) -> object:
    return ports.RefundOrder(
        operation_id=_operation_id("refund", number, given),
        order_id=order_id(number),
        refund_id=subject_of(PluginKind.PAYMENT, "refund", number),
        payment_id=subject_of(PluginKind.PAYMENT, "charge", number),
        amount=given.get("amount", Money.of("148.29", "USD")),
    )


def _send(number: int, _: _Given) -> object:
    return ports.Notice(
        id=subject_of(PluginKind.NOTIFIER, "send", number),
        order_id=order_id(number),
        to=Role.SUPPLIER,
        party="Ningbo Bottle Works",
        at=START,
        subject="A visit was confirmed",
        text="The inspector comes on 12 March 2031 at 09:00 in Shenzhen (深圳).",
    )


_BUILDERS: Mapping[tuple[PluginKind, str], Callable[[int, _Given], object]] = {
    (PluginKind.AGENCY, "quote"): _quote,
    (PluginKind.AGENCY, "visit_days"): _visit_days,
    (PluginKind.AGENCY, "book"): _book,
    (PluginKind.AGENCY, "move"): _move,
    (PluginKind.AGENCY, "cancel"): _cancel,
    (PluginKind.AGENCY, "observations"): _observations_of(PluginKind.AGENCY),
    (PluginKind.AGENCY, "find"): _find_of(PluginKind.AGENCY),
    (PluginKind.PAYMENT, "availability"): _availability,
    (PluginKind.PAYMENT, "beneficiary"): _charge,
    (PluginKind.PAYMENT, "charge"): _charge,
    (PluginKind.PAYMENT, "refund"): _refund,
    (PluginKind.PAYMENT, "observations"): _observations_of(PluginKind.PAYMENT),
    (PluginKind.PAYMENT, "find"): _find_of(PluginKind.PAYMENT),
    (PluginKind.NOTIFIER, "send"): _send,
}


def request(kind: PluginKind, operation: str, number: int, given: _Given) -> object:
    """
    Give a sample request.

    Args:
        kind: The kind of plugin.

        operation: The operation.

        number: Which one; other numbers are about other orders.

        given: What calls before it gave, as `Harness.request` says.
    """
    return _BUILDERS[kind, operation](number, given)
