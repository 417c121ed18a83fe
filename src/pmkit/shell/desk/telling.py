"""
Telling people: each notice by each notifier, one independent of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.effects.recovery import backoff
from pmkit.shell.desk.holding import ALONE
from pmkit.shell.desk.minding import MindingDesk
from pmkit.shell.desk.troubles import Trouble, trouble
from pmkit.shell.store.fenced import Fenced
from pmkit.shell.store.leasing import LeaseLostError

if TYPE_CHECKING:
    from pmkit.shell.desk.holding import Holder
    from pmkit.shell.store.deliveries import Delivery


class TellingDesk(MindingDesk):
    """The notices that people have not been told yet."""

    def _tell_all(self, troubles: list[Trouble]) -> int:
        """Send every notice that is left, and count those that went."""
        told = self._hand_out()
        with self.store.transaction() as tx:
            now = self.clock.now()
            waiting = [
                delivery
                for name in self.panel.notifiers
                for delivery in tx.claim_deliveries(
                    ALONE.lease, notifier=name, at=now, early=True
                )
            ]
        waiting.sort(key=lambda each: each.number)
        return told + sum(self._tell(each, troubles) for each in waiting)

    def _hand_out(self) -> int:
        """Make a row for each notice and notifier; count the notices for nobody."""
        with self.store.transaction() as tx:
            return tx.hand_out(tuple(self.panel.notifiers), self.clock.now())

    def _tell(
        self, delivery: Delivery, troubles: list[Trouble], holder: Holder = ALONE
    ) -> bool:
        """Have a notifier send a notice; tell whether all have sent it now."""
        store = Fenced(self.store, delivery.claim)
        failed: Exception | None = None
        try:
            if not holder.alive(delivery.claim):
                return False
            try:
                self.panel.notifier(delivery.notifier).send(delivery.notice)
            except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
                failed = error
            return self._told(store, delivery, failed, troubles, holder)
        except LeaseLostError as error:
            order_id, name = delivery.notice.order_id, delivery.notice.id
            troubles.append(trouble(order_id, name, error))
            return False
        finally:
            holder.give_back(delivery.claim, lost=store.lost)

    def _told(
        self,
        store: Fenced,
        delivery: Delivery,
        failed: Exception | None,
        troubles: list[Trouble],
        holder: Holder,
    ) -> bool:
        now = self.clock.now()
        if failed is None:
            with store.transaction() as tx:
                return tx.delivered(delivery, now)
        notice = delivery.notice
        troubles.append(trouble(notice.order_id, notice.id, failed))
        tried = delivery.attempts + 1
        later = None if tried >= holder.tries else now + backoff(tried)
        with store.transaction() as tx:
            tx.undelivered(delivery, type(failed).__name__, later)
        return False
