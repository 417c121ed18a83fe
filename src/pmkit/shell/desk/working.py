"""
What the desk does by itself: call plugins, hear their news, mind the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.parties import SYSTEM
from pmkit.core.steps import sweep
from pmkit.shell.desk.carrying import CarryingDesk
from pmkit.shell.desk.outcomes import require_about
from pmkit.shell.desk.receiving import ReceivingDesk
from pmkit.shell.desk.troubles import Trouble, trouble as _trouble

if TYPE_CHECKING:
    from pmkit.core.order import Order

__all__ = ["Trouble", "Work", "WorkingDesk"]


@attrs.frozen(kw_only=True)
class Work:
    """
    What one round of work did.

    Args:
        carried_out: Calls to plugins that were made.

        heard: News that changed an order.

        swept: Orders that time alone changed.

        notified: Notices that were sent.

        troubles: What did not go through; it stays and is tried again.
    """

    carried_out: int = 0
    heard: int = 0
    swept: int = 0
    notified: int = 0
    troubles: tuple[Trouble, ...] = ()

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.carried_out or self.heard or self.swept or self.notified)


#: News can lead to calls, and calls to news; more rounds than a road has steps mean
#: that a plugin never stops talking.
_ROUNDS = 100


class WorkingDesk(CarryingDesk, ReceivingDesk):
    """The work that nobody asks for."""

    def work(self) -> Work:
        """
        Do everything that is due now, and what follows from it.

        Makes the intended calls, hears the plugins' news, lets time do what
        time alone does, and sends the notices, until nothing is left.  A call
        whose outcome is not known is looked up, made again with the same
        operation id, or left to a person (`Desk.unresolved`), as the plugin's
        capabilities allow; one plugin's fault stops no other.

        Returns:
            What was done, and what did not go through.
        """
        done = Work()
        tried: set[str] = set()
        troubles: dict[str, Trouble] = {}
        parked: list[Trouble] = []
        for _ in range(_ROUNDS):
            found: list[Trouble] = []
            carried = self._carry_out_all(tried, found)
            heard = self._hear_all(found)
            parked = []
            heard += self._hear_messages(found, parked)
            swept = sum(self.sweep(order_id) for order_id in self._moving())
            troubles |= {trouble.subject: trouble for trouble in found}
            done = attrs.evolve(
                done,
                carried_out=done.carried_out + carried,
                heard=done.heard + heard,
                swept=done.swept + swept,
            )
            if not (carried or heard or swept):
                break
        late: list[Trouble] = []
        notified = self._notify_all(late)
        return attrs.evolve(
            done, notified=notified, troubles=(*troubles.values(), *parked, *late)
        )

    def sweep(self, order_id: str) -> bool:
        """
        Let time do on one order what time alone does.

        Links run out, services expire, reports become overdue, cases escalate.

        Args:
            order_id: The order.

        Returns:
            Whether anything changed.

        Raises:
            pmkit.NotFoundError: If there is no such order.
        """
        before = self._peek(order_id)
        after = self._run(
            sweep.sweep,
            order_id,
            actor=SYSTEM,
            key=None,
            refund_id=self.ids.new("refund"),
        )
        return after.seq != before.seq

    # ------------------------------------------------------------------- news

    def _hear_all(self, troubles: list[Trouble]) -> int:
        return sum(self._hear(order_id, troubles) for order_id in self._moving())

    def _hear(self, order_id: str, troubles: list[Trouble]) -> int:
        """Ask every plugin that has to do with an order what happened."""
        order = self._peek(order_id)
        heard = 0
        for payment in order.payments:
            method = payment.method
            for news in self._asked(order, method, "method", payment.id, troubles):
                heard += self._try(
                    order, payment.id, news, troubles, self.observe_payment, method
                )
        for service in order.services:
            if service.booking is None:
                continue
            for news in self._asked(
                order, service.provider, "agency", service.id, troubles
            ):
                heard += self._try(
                    order,
                    service.id,
                    news,
                    troubles,
                    self.observe_agency,
                    service.provider,
                )
        return heard

    def _asked(
        self,
        order: Order,
        plugin: str,
        kind: str,
        subject: str,
        troubles: list[Trouble],
    ) -> tuple[Any, ...]:
        try:
            found = getattr(self.panel, kind)(plugin)
            return tuple(found.observations(subject))
        except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
            troubles.append(_trouble(order.id, subject, error))
            return ()

    def _try(
        self,
        order: Order,
        subject: str,
        news: Any,
        troubles: list[Trouble],
        observe: Any,
        *who: str,
    ) -> bool:
        """Fold one piece of news; what is refused stays with who reported it."""
        try:
            require_about(order, subject, news)
            return bool(observe(order.id, *who, news))
        except Exception as error:  # noqa: BLE001 - a plugin may say anything
            named = str(getattr(news, "id", subject))
            troubles.append(_trouble(order.id, named, error))
            return False

    # ---------------------------------------------------------------- notices

    def _notify_all(self, troubles: list[Trouble]) -> int:
        with self.store.snapshot() as tx:
            waiting = tx.unsent_notices()
        sent = 0
        for notice in waiting:
            sent += self._notify(notice, troubles)
        return sent

    def _notify(self, notice: Any, troubles: list[Trouble]) -> bool:
        """Tell every notifier; one that fails stops no other."""
        failed = ""
        for notifier in self.panel.notifiers.values():
            try:
                notifier.send(notice)
            except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
                failed = type(error).__name__
                troubles.append(_trouble(notice.order_id, notice.id, error))
        with self.store.transaction() as tx:
            if failed:
                tx.mark_failed(notice.id, failed)
            else:
                tx.mark_sent(notice.id, self.clock.now())
        return not failed

    def _moving(self) -> tuple[str, ...]:
        """The orders that something can still happen to."""
        with self.store.snapshot() as tx:
            return tuple(row.order_id for row in tx.list_orders())
