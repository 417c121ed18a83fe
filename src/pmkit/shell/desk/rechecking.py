"""
The desk when a calendar is amended: what differs, and nothing moves by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.events.rechecking import DeadlineRechecked
from pmkit.core.parties import SYSTEM
from pmkit.core.rules.open_deadlines import Finding, recheck_order
from pmkit.core.steps.recheck import recheck_deadlines
from pmkit.shell.desk.running import Running, load_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.shell.store import Transaction

#: So many orders are looked at in one transaction that reads.
PAGE = 100


@attrs.frozen(kw_only=True)
class OrderRecheck:
    """
    The open deadlines of one order that a new calendar makes different.

    Args:
        order_id: The order.

        findings: What differs, and what its terms say to do.

        recorded: Whether this was done, and noted as an event, just now.
    """

    order_id: str
    findings: tuple[Finding, ...]
    recorded: bool = False


class RecheckingDesk(Running):
    """What a new calendar makes of the deadlines that were given."""

    def recheck(
        self,
        calendar: WorkingCalendar | None = None,
        *,
        replaces: str | None = None,
        apply: bool = False,
        actor: Actor = SYSTEM,
    ) -> Iterator[OrderRecheck]:
        """
        Go through all orders, and find the open deadlines that would be others now.

        Memory does not grow with the number of orders.  Nothing happens before the
        answers are taken, and what was not taken was not done.

        Args:
            calendar: The new working days; those that this pmkit knows, for the
                country of each order's terms, if left out.

            replaces: The name of the calendar that it replaces; its own if left out.

            apply: Whether to do what the terms of each order say, with one event
                per order.  A second time there is nothing more to do.

            actor: Who applies it: the operator, or the desk itself.

        Returns:
            One answer for each order with a deadline that differs, by their ids.

        Raises:
            pmkit.NotAllowedError: If the role may not apply it.
        """
        last = ""
        while True:
            with self.store.snapshot() as tx:
                rows = tx.list_orders(after=last, limit=PAGE)
                found = [
                    one
                    for row in rows
                    for one in self._found(tx, row.order_id, calendar, replaces)
                ]
            for one in found:
                yield self._applied(one, calendar, replaces, actor) if apply else one
            if len(rows) < PAGE:
                return
            last = rows[-1].order_id

    def _found(
        self,
        tx: Transaction,
        order_id: str,
        calendar: WorkingCalendar | None,
        replaces: str | None,
    ) -> Iterator[OrderRecheck]:
        order = load_order(tx, order_id)
        calendars = self._calendars(order, calendar, replaces)
        findings = recheck_order(order, calendars, at=self.clock.now())
        if findings:
            yield OrderRecheck(order_id=order_id, findings=findings)

    def _applied(
        self,
        found: OrderRecheck,
        calendar: WorkingCalendar | None,
        replaces: str | None,
        actor: Actor,
    ) -> OrderRecheck:
        """Decide anew in a transaction that writes; the order may have gone on."""
        with self.store.transaction() as tx:
            order = load_order(tx, found.order_id)
            calendars = self._calendars(order, calendar, replaces)
            at = self.clock.now()
            outcome = recheck_deadlines(
                order,
                actor=actor,
                at=at,
                calendars=calendars,
                known=_known(tx, found.order_id),
            )
            self._commit(tx, order, outcome)
        if not outcome.events:
            return attrs.evolve(found, findings=recheck_order(order, calendars, at=at))
        done = tuple(
            finding
            for event in outcome.events
            if isinstance(event, DeadlineRechecked)
            for finding in event.findings
        )
        return attrs.evolve(found, findings=done, recorded=True)

    def _calendars(
        self, order: Order, calendar: WorkingCalendar | None, replaces: str | None
    ) -> Mapping[str, WorkingCalendar]:
        """Tell for the name of a calendar which one replaces it."""
        if calendar is not None:
            return {calendar.name if replaces is None else replaces: calendar}
        factory = self.calendar(order.terms)
        bank = self.calendar(order.terms, kind="bank")
        return {factory.name: factory, bank.name: bank}


def _known(tx: Transaction, order_id: str) -> frozenset[Finding]:
    """Collect what was recorded before."""
    return frozenset(
        finding
        for recorded in tx.history(order_id)
        if isinstance(recorded.event, DeadlineRechecked)
        for finding in recorded.event.findings
    )
