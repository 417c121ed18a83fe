"""
Orders as people read them in a terminal.
"""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pmkit.core.order import Order
    from pmkit.core.status import OrderStatus, ServiceStatus
    from pmkit.core.visit import Visit
    from pmkit.shell.desk.asked import TimelineEntry


def show_orders(orders: Iterable[Order]) -> None:
    """Print one line for each order."""
    for order in orders:
        services = ", ".join(f"{s.kind} {s.stage.value}" for s in order.services)
        ships = "open" if order.ship_day is None else order.ship_day.isoformat()
        _print(
            f"{order.id}  {order.stage.value}  ships {ships}  "
            f"{order.buyer} from {order.supplier}  [{services or 'no service'}]"
        )


def show_timeline(entries: Iterable[TimelineEntry], zone: str) -> None:
    """Print one line for each event, at the place's own time."""
    place = zoneinfo.ZoneInfo(zone)
    for entry in entries:
        local = entry.at.astimezone(place)
        _print(f"{entry.seq:3}  {local:%a %Y-%m-%d %H:%M}  {entry.event}  {entry.by}")


def show_status(status: OrderStatus) -> None:
    """Print the status section of an order."""
    ships = "is open" if status.ship_day is None else f"is {status.ship_day}"
    _print(f"Order {status.order_id}: {status.stage}; the ship date {ships}.", "bold")
    for section in status.services:
        for text, style in _section(section):
            _print(text, style)


def _section(section: ServiceStatus) -> Iterator[tuple[str, str]]:
    price = "" if section.price is None else f", {section.price}"
    yield "", ""
    yield (
        (
            f"{section.kind} {section.service_id} by {section.provider}{price}: "
            f"{section.stage.value}"
        ),
        "bold",
    )
    who = ", ".join(role.value for role in section.next.who)
    yield f"  Next: {section.next.what}" + (f" ({who})" if who else ""), "green"
    if section.warning:
        yield f"  Mind: {section.warning}", "red"
    for payment in section.payments:
        yield (
            (
                f"  Payment {payment.payment_id} by {payment.method}, "
                f"{payment.amount}, {payment.state}: {payment.reason}"
            ),
            "",
        )
    for refund in section.refunds:
        yield (
            (
                f"  Refund {refund.id} of {refund.amount}, {refund.route.value}, "
                f"{refund.state.value}: {refund.cause}"
            ),
            "",
        )
    for visit in section.visits:
        yield f"  {_visit(visit)}", ""
    if section.report is not None:
        latest = section.report.latest
        yield f"  Report version {latest.number}: {latest.verdict.value.upper()}", ""
    if section.overdue:
        yield "  The report is overdue.", "bold red"
    for due in section.deadlines:
        over = " (passed)" if due.passed else ""
        yield f"  Deadline{over}: {due.what} {due.explanation}", "yellow"


def _visit(visit: Visit) -> str:
    text = f"Visit {visit.number}: {visit.state.value}"
    if visit.appointment is not None:
        text += f", {visit.appointment.starts_at:%Y-%m-%d %H:%M} UTC"
    if visit.failure is not None:
        fee = visit.failure.fee
        text += f"; {visit.failure.cause.value}, {fee.owed_by.value} owes {fee.amount}"
    return text


def _print(text: str, style: str = "") -> None:
    # A line stays a line, so that other programs can read it.
    Console(highlight=False).print(Text(text, style=style), soft_wrap=True)
