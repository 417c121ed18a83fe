"""
Minding the clock and the plugins: what is done when a moment of an order has come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.parties import SYSTEM
from pmkit.core.rules.timers import LOOK_EVERY
from pmkit.core.steps import sweep
from pmkit.effects.recovery import backoff
from pmkit.hooks.capabilities import Capabilities
from pmkit.shell.desk.carrying import CarryingDesk
from pmkit.shell.desk.holding import ALONE
from pmkit.shell.desk.outcomes import require_about
from pmkit.shell.desk.receiving import ReceivingDesk
from pmkit.shell.desk.running import load_order
from pmkit.shell.desk.troubles import Trouble, trouble
from pmkit.shell.store.fenced import Fenced
from pmkit.shell.store.leasing import LeaseLostError

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.order import Order
    from pmkit.shell.desk.holding import Holder
    from pmkit.shell.store import Transaction
    from pmkit.shell.store.timers import TimerClaim


@attrs.frozen(kw_only=True)
class Minded:
    """
    What came of looking at an order.

    Args:
        heard: News that changed it.

        swept: Whether time alone changed it.
    """

    heard: int = 0
    swept: bool = False


class MindingDesk(CarryingDesk, ReceivingDesk):
    """What time and plugins do to orders."""

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

    # ------------------------------------------------------------------ timers

    def _pass(
        self,
        order_id: str,
        claim: TimerClaim | None = None,
        *,
        look_in: dt.timedelta = LOOK_EVERY,
    ) -> bool:
        """Let time do what it does, and take its timers away in one transaction."""
        given = {"refund_id": self.ids.new("refund")}

        def take(tx: Transaction) -> bool:
            order = load_order(tx, order_id)
            if claim is not None:
                claim.require(tx)  # before its timers are gone, which nobody checks
            outcome = self._decide(sweep.sweep, order, SYSTEM, given)
            self._commit(tx, order, outcome)
            now = self.clock.now()
            look_at = now + look_in
            tx.timers_fired(outcome.order, now, claim=claim, look_at=look_at)
            return bool(outcome.events)

        return self.store.attempt(take)

    def _fire(
        self,
        claim: TimerClaim,
        troubles: list[Trouble],
        *,
        holder: Holder = ALONE,
        ask_in: dt.timedelta = LOOK_EVERY,
    ) -> Minded:
        """
        Do what is due on an order that was taken: plugins are asked for a look only.

        A moment waits for nobody: what came in time and is heard after it counts as
        in time.

        Args:
            claim: Its timers.

            troubles: What did not go through is added here.

            holder: Who took them.

            ask_in: How soon to look again where a plugin has to be asked for news.
        """
        store = Fenced(self.store, claim)
        here = self._on(store)
        heard, swept = 0, False
        try:
            look_in = LOOK_EVERY
            if claim.look:
                order = here._peek(claim.order_id)  # noqa: SLF001 - this desk, there
                heard = here._hear(order, troubles, holder)  # noqa: SLF001
                look_in = ask_in if self._has_to_ask(order) else LOOK_EVERY
            swept = here._pass(claim.order_id, claim, look_in=look_in)  # noqa: SLF001
        except LeaseLostError as error:
            troubles.append(trouble(claim.order_id, claim.order_id, error))
        except Exception as error:  # noqa: BLE001 - one order stops no other
            troubles.append(trouble(claim.order_id, claim.order_id, error))
            self._put_off(claim, error, holder)
        finally:
            holder.give_back(claim, lost=store.lost)
        return Minded(heard=heard, swept=swept)

    def _put_off(self, claim: TimerClaim, error: Exception, holder: Holder) -> None:
        """Try again later; after many times once a day, and shown, but never never."""
        tried = claim.attempts + 1
        later = backoff(tried) if tried < holder.tries else LOOK_EVERY
        with self.store.transaction() as tx:
            claim.failed(tx, type(error).__name__, self.clock.now() + later)

    def _has_to_ask(self, order: Order) -> bool:
        """Tell whether a plugin of an order sends no messages by itself."""
        agencies, methods = self.panel.agencies, self.panel.methods
        offers: list[object] = [agencies.get(s.provider) for s in order.services]
        offers += [methods.get(payment.method) for payment in order.payments]
        return not all(_sends(offer) for offer in offers)

    # ------------------------------------------------------------------- news

    def _hear(
        self, order: Order, troubles: list[Trouble], holder: Holder = ALONE
    ) -> int:
        """Ask every plugin that has to do with an order what happened."""
        heard = 0
        for payment in order.payments:
            method = payment.method
            if not holder.may_call(method):
                continue
            for news in self._ask_for_news(
                order, method, "method", payment.id, troubles
            ):
                heard += self._try(
                    order, payment.id, news, troubles, self.observe_payment, method
                )
        for service in order.services:
            agency = service.provider
            if service.booking is None or not holder.may_call(agency):
                continue
            for news in self._ask_for_news(
                order, agency, "agency", service.id, troubles
            ):
                heard += self._try(
                    order, service.id, news, troubles, self.observe_agency, agency
                )
        return heard

    def _ask_for_news(
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
            troubles.append(trouble(order.id, subject, error))
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
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin may say anything
            named = str(getattr(news, "id", subject))
            troubles.append(trouble(order.id, named, error))
            return False


def _sends(offer: object) -> bool:
    """Tell whether a plugin sends messages by itself, as far as it declares."""
    declared = getattr(offer, "capabilities", None)
    return isinstance(declared, Capabilities) and declared.webhooks.support.usable
