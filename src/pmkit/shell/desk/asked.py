"""
What can be asked of a desk; nothing here changes anything.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import NotFoundError
from pmkit.core.order import NOTHING_HERE
from pmkit.core.parties import Actor, Role
from pmkit.core.reconciling import book_entries
from pmkit.core.roles import Action, find_service, require_on_order
from pmkit.core.status import status
from pmkit.core.steps import ask, report
from pmkit.shell.desk.running import Running, file_hash, load_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.core.case import Message
    from pmkit.core.order import Order
    from pmkit.core.reconciliation import BookEntry
    from pmkit.core.report import Report
    from pmkit.core.status import OrderStatus


@attrs.frozen(kw_only=True)
class TimelineEntry:
    """
    One line of an order's history.

    Args:
        seq: 1, 2, 3 ... without a gap.

        at: When, UTC.

        event: What happened.

        by: Who did it.

        hash: The entry's link in the chain.
    """

    seq: int
    at: dt.datetime
    event: str
    by: str
    hash: str


class AskedDesk(Running):
    """The queries."""

    def order(self, order_id: str) -> Order:
        """
        Give the whole order, for the marketplace's own code.

        Show people `status` instead: it holds back what is not theirs.

        Raises:
            pmkit.NotFoundError: If there is no such order.
        """
        return self._peek(order_id)

    def orders(self) -> tuple[str, ...]:
        """The ids of all orders, sorted."""
        with self.store.snapshot() as tx:
            return tuple(row.order_id for row in tx.list_orders())

    def book_entries(self) -> Iterator[BookEntry]:
        """
        List what all orders have as arrived or gone back, for `pmkit.reconcile`.

        Returns:
            The entries, order by order; memory does not grow with their number.
        """
        for order_id in self.orders():
            yield from book_entries(self._peek(order_id))

    def status(self, order_id: str, *, actor: Actor) -> OrderStatus:
        """
        Give the status section of an order as one role sees it.

        Args:
            order_id: The order.

            actor: Who asks.

        Returns:
            Stage, next step, who must act, by when, and every deadline with
            its explanation, for each service that the role may see.

        Raises:
            pmkit.NotFoundError: If there is none, or it is none of the actor's.
        """
        return status(self._peek(order_id), actor=actor, at=self.clock.now())

    def timeline(self, order_id: str, *, actor: Actor) -> tuple[TimelineEntry, ...]:
        """
        Give the history of an order, oldest first.

        Raises:
            pmkit.NotFoundError: If there is none, or it is none of the actor's.
        """
        with self.store.snapshot() as tx:
            require_on_order(load_order(tx, order_id), actor, Action.VIEW)
            history = tx.history(order_id)
        return tuple(
            TimelineEntry(
                seq=recorded.seq,
                at=recorded.event.at,
                event=recorded.event.name,
                by=str(_as_seen(recorded.event.by, actor)),
                hash=recorded.hash,
            )
            for recorded in history
        )

    def reports(
        self, order_id: str, service_id: str, *, actor: Actor
    ) -> tuple[Report, ...]:
        """
        Give the reports that a role may read, in the order of their visits.

        Raises:
            pmkit.NotFoundError: If there is none, or it is none of the actor's.
        """
        service = find_service(self._peek(order_id, actor), service_id, actor)
        return tuple(report.reports_seen_by(service, actor))

    def messages(
        self, order_id: str, service_id: str, *, actor: Actor
    ) -> tuple[Message, ...]:
        """
        Give the thread of a service as a role may read it.

        Raises:
            pmkit.NotFoundError: If there is none, or it is none of the actor's.
        """
        service = find_service(self._peek(order_id, actor), service_id, actor)
        return tuple(ask.thread_seen_by(service, actor))

    def add_file(self, content: bytes, media_type: str) -> str:
        """
        Keep a file by the hash of its content.

        Returns:
            The SHA-256 of the bytes, in hexadecimal digits.

        Raises:
            pmkit.InputError: If *content* is anything but bytes.
        """
        file_hash(content, field="content")
        with self.store.transaction() as tx:
            return tx.put_file(content, media_type, self.clock.now())

    def file(self, order_id: str, sha256: str, *, actor: Actor) -> bytes:
        """
        Give the bytes of a picture or of a report's evidence.

        Raises:
            pmkit.NotFoundError: If it is not in what the actor may read.
        """
        order = self._peek(order_id)
        require_on_order(order, actor, Action.VIEW)
        if sha256 not in _files_seen_by(order, actor):
            raise NotFoundError(NOTHING_HERE, field="sha256")
        with self.store.snapshot() as tx:
            return tx.get_file(sha256)


def _as_seen(by: Actor, actor: Actor) -> Actor:
    """The supplier does not learn who of the agency comes."""
    theirs = by.role in (Role.AGENCY, Role.INSPECTOR)
    hidden = theirs and actor.role is Role.SUPPLIER
    return attrs.evolve(by, name="") if hidden else by


def _files_seen_by(order: Order, actor: Actor) -> frozenset[str]:
    """The hashes of all files on an order that an actor may read."""
    found: set[str] = set()
    for service in order.services:
        try:
            find_service(order, service.id, actor)
        except NotFoundError:
            continue
        if service.information is not None:
            found.update(service.information.sample_pictures)
        for seen in report.reports_seen_by(service, actor):
            for version in seen.versions:
                found.update(item.sha256 for item in version.evidence)
    return frozenset(found)
