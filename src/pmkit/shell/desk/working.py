"""
What the desk does by itself: call plugins, hear their news, mind the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import PluginError, StaleWriteError
from pmkit.core.events import fold
from pmkit.core.parties import SYSTEM
from pmkit.core.ports import BookingReply, PaymentObservation, RefundObservation
from pmkit.core.steps import pay, sweep
from pmkit.effects.carry import carry_out
from pmkit.shell.desk.receiving import ReceivingDesk
from pmkit.shell.desk.running import load_order
from pmkit.shell.desk.troubles import Trouble, trouble as _trouble
from pmkit.shell.store.rows import DUE

if TYPE_CHECKING:
    from collections.abc import Collection

    from pmkit.core.effects import Effect
    from pmkit.core.order import Order
    from pmkit.effects.carry import News
    from pmkit.shell.store.rows import EffectRow, EffectState


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


class WorkingDesk(ReceivingDesk):
    """The work that nobody asks for."""

    def work(self) -> Work:
        """
        Do everything that is due now, and what follows from it.

        Makes the intended calls, hears the plugins' news, lets time do what
        time alone does, and sends the notices, until nothing is left.  A call
        that fails stays, and the next `work` makes it again with the same
        operation id; one plugin's fault stops no other.

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

    # ------------------------------------------------------------------ calls

    def _carry_out_all(self, tried: set[str], troubles: list[Trouble]) -> int:
        """Make the calls that were not tried yet; count those that went through."""
        with self.store.snapshot() as tx:
            due = tx.due_effects()
        made = 0
        waiting: set[tuple[str, str]] = set()
        for row in due:
            about = (row.order_id, row.effect.subject)
            # Nobody can move or cancel what may not be booked yet.
            if about not in waiting and row.effect.operation_id not in tried:
                tried.add(row.effect.operation_id)
                done = self._carry_out(row, troubles)
                made += done
                if done:
                    continue
            waiting.add(about)
        return made

    def _carry_out(self, row: EffectRow, troubles: list[Trouble]) -> bool:
        """Make one call; the intent was committed before, the outcome is after."""
        order_id, effect = row.order_id, row.effect
        try:
            self._mark(effect, "submitting", "", was=DUE)
        except StaleWriteError:
            return True  # another desk was faster
        try:
            news = carry_out(self._as_decided(row), effect, self.panel)
        except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
            # Nobody knows whether it had an effect: the same id is sent again.
            self._mark(effect, "unknown", type(error).__name__)
            troubles.append(_trouble(order_id, effect.operation_id, error))
            return False
        for item in news:
            self._fold(order_id, effect, item, troubles)
        self._mark(effect, "succeeded", "")
        return True

    def _as_decided(self, row: EffectRow) -> Order:
        """
        Load the order as it was when it asked for a call.

        The same operation id has to be the same request, however late it is sent.
        Only the agency's number is that of today: without it nothing can be moved.
        """
        with self.store.snapshot() as tx:
            now = load_order(tx, row.order_id)
            history = tx.history(row.order_id)[: row.seq]
        order = fold(recorded.event for recorded in history)
        for service in order.services:
            if service.booking is not None:
                booking = now.service(service.id).booking
                order = order.with_service(attrs.evolve(service, booking=booking))
        return order

    def _mark(
        self,
        effect: Effect,
        state: str,
        result: str,
        *,
        was: Collection[EffectState] | None = None,
    ) -> None:
        with self.store.transaction() as tx:
            tx.set_effect_state(
                effect.operation_id, state, at=self.clock.now(), result=result, was=was
            )

    def _fold(
        self, order_id: str, effect: Effect, news: News, troubles: list[Trouble]
    ) -> None:
        try:
            if isinstance(news, BookingReply):
                self._run(
                    pay.confirm_booking,
                    order_id,
                    actor=SYSTEM,
                    key=effect.operation_id,
                    service_id=effect.subject,
                    reference=news.reference,
                )
            else:
                _require_about(self._peek(order_id), effect.subject, news)
                self.observe_payment(order_id, effect.plugin, news)
        except Exception as error:  # noqa: BLE001 - a plugin may say anything
            troubles.append(_trouble(order_id, effect.operation_id, error))

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
            _require_about(order, subject, news)
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


def _require_about(order: Order, subject: str, news: object) -> None:
    """
    Refuse what is no news, and news of what the plugin was not asked about.

    Otherwise one agency could speak for another, and one method for another's money.
    """
    if isinstance(news, RefundObservation):
        about: object = order.refund(news.refund_id).payment_id
        about = news.refund_id if news.refund_id == subject else about
    elif isinstance(news, PaymentObservation):
        about = news.payment_id
    else:
        about = getattr(news, "service_id", None)
    if about != subject:
        msg = f"{type(news).__name__} is no news of {subject}."
        raise PluginError(msg, field="news", remedy="Report what was asked for.")
