"""
What engines drive: one thing that is due, taken under a lease and done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.core.rules.timers import LOOK_EVERY
from pmkit.effects.recovery import ParkReason, backoff
from pmkit.shell.desk.open_call import Begun, Came
from pmkit.shell.desk.telling import TellingDesk
from pmkit.shell.desk.troubles import Trouble, trouble
from pmkit.shell.store.leasing import RowClaim
from pmkit.shell.store.rows import EffectRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.shell.desk.holding import Holder
    from pmkit.shell.store import Transaction
    from pmkit.shell.store.deliveries import Delivery
    from pmkit.shell.store.timers import TimerClaim

#: News can lead to calls, and calls to news; more rounds than a road has steps mean
#: that a plugin never stops talking.
ROUNDS = 100


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

    def plus(self, other: Work) -> Work:
        """
        Add what another one did.

        Args:
            other: What it did.
        """
        return attrs.evolve(
            self,
            carried_out=self.carried_out + other.carried_out,
            heard=self.heard + other.heard,
            swept=self.swept + other.swept,
            notified=self.notified + other.notified,
            troubles=(*self.troubles, *other.troubles),
        )


@attrs.frozen(kw_only=True)
class HeldCall:
    """
    A call that was taken under a lease.

    Args:
        row: How it stood then.

        claim: Under what it is held.
    """

    row: EffectRow
    claim: RowClaim


def _nothing() -> None:
    """Say that no call follows."""


class _Chain:
    """The call that is done next, begun where the one before is ended."""

    def __init__(
        self,
        begin: Callable[[Transaction, EffectRow, RowClaim], Begun | None],
        following: Callable[[], HeldCall | None],
    ) -> None:
        self._begin = begin
        self._following = following
        self.held: HeldCall | None = None
        self.begun: Begun | None = None
        self.asked = False
        #: Whether what the one before came to is committed, and this with it.
        self.done = False

    def __call__(self, tx: Transaction) -> None:
        self.asked = True
        self.held = held = self._following()
        if held is None:
            return
        try:
            self.begun = self._begin(tx, held.row, held.claim)
        except sa.exc.SQLAlchemyError:
            raise  # nothing of the transaction can be committed
        except Exception:  # noqa: BLE001 - it is met again, and said, when it is done
            self.begun = None


class LeasedDesk(TellingDesk):
    """The work of engines: what they take, nobody else works on meanwhile."""

    # ------------------------------------------------------------------- calls

    def take_calls(
        self, holder: Holder, *, plugin: str, limit: int = 1
    ) -> list[HeldCall]:
        """
        Take calls to a plugin that are due; one only, if it limits how many it takes.

        Args:
            holder: Who works.

            plugin: The name of the instance.

            limit: At most so many.
        """
        now = self.clock.now()
        with self.store.transaction() as tx:
            found = tx.take_effects(
                holder.lease,
                at=now,
                plugin=plugin,
                limit=limit,
                per_minute=holder.per_minute(plugin),
                tries=holder.tries,
            )
        held = [HeldCall(row=row, claim=claim) for row, claim in found]
        for each in held:
            holder.take(each.claim)
        return held

    def carry(
        self,
        held: HeldCall,
        holder: Holder,
        *,
        following: Callable[[], HeldCall | None] = _nothing,
    ) -> Work:
        """
        Do the one thing that may be done about a call that was taken.

        Args:
            held: The call.

            holder: Who took it.

            following: Gives a call that was taken too and is done next: where it can
                be, it is begun in the transaction that ends the one before.
        """
        work, begun = Work(), None
        more: HeldCall | None = held
        while more is not None:
            chain = _Chain(self._submit_next, following)
            work = work.plus(self._carry(more, holder, chain, begun))
            more, begun = chain.held, chain.begun
            if more is not None and not chain.done:
                # What ends the one before may not have been committed.
                self.leave(more, holder)
                break
            if not chain.asked:
                more = following()
        return work

    def _carry(
        self, held: HeldCall, holder: Holder, chain: _Chain, begun: Begun | None
    ) -> Work:
        troubles: list[Trouble] = []
        # Until when somebody else had it, not until when we do.
        row = attrs.evolve(held.row, lease_until=held.claim.was_until)
        call = self._call_of(row, troubles)
        if call is None:
            self.leave(held, holder)
            return Work(troubles=tuple(troubles))
        try:
            came = self._carry_held(call, held.claim, holder, begun=begun, then=chain)
            chain.done = True
        except Exception as error:  # noqa: BLE001 - one call stops no other
            troubles.append(trouble(row.order_id, row.effect.operation_id, error))
            self._fail(held, error, holder)
            came = Came.NOTHING
        made = int(came is not Came.NOTHING)
        return Work(carried_out=made, troubles=tuple(troubles))

    def _fail(self, held: HeldCall, error: Exception, holder: Holder) -> None:
        """Count a call that cannot even be looked at; after many times it is shown."""
        tried = held.row.attempts + 1
        over = tried >= holder.tries
        with self.store.transaction() as tx:
            if held.claim.holds(tx):
                tx.put_off(
                    held.row.effect.operation_id,
                    self.clock.now() + backoff(tried),
                    error=type(error).__name__,
                    parked=ParkReason.TRIED_TOO_OFTEN.value if over else "",
                )

    def leave(self, held: HeldCall | Delivery, holder: Holder) -> None:
        """
        Give back what was taken and not begun.

        Args:
            held: What was taken.

            holder: Who took it.
        """
        holder.give_back(held.claim, lost=False)
        with self.store.transaction() as tx:
            held.claim.release(tx)

    # ------------------------------------------------------------------ timers

    def take_timers(
        self, holder: Holder, *, order_id: str | None = None, looks: bool = False
    ) -> TimerClaim | None:
        """
        Take the due moments, or the look, of the order that has waited longest.

        Args:
            holder: Who works.

            order_id: Only those of this order.

            looks: Whether to take looks, which ask plugins; moments, if not.

        Returns:
            The claim; `None` if nothing is due.
        """
        now = self.clock.now()
        with self.store.transaction() as tx:
            claim = tx.claim_timers(
                holder.lease, at=now, order_id=order_id, looks=looks
            )
        if claim is not None:
            holder.take(claim)
        return claim

    def fire(self, claim: TimerClaim, holder: Holder) -> Work:
        """
        Do what is due on an order: let time do what it does.

        Where it is the look, its plugins are asked for news before.

        Args:
            claim: Its timers.

            holder: Who took them.
        """
        troubles: list[Trouble] = []
        ask_in = holder.lease.ask_in or LOOK_EVERY
        minded = self._fire(claim, troubles, holder=holder, ask_in=ask_in)
        swept = int(minded.swept)
        return Work(heard=minded.heard, swept=swept, troubles=tuple(troubles))

    # ----------------------------------------------------- messages and notices

    def hear_inbox(self) -> Work:
        """Apply the messages whose moment has come."""
        refused: list[Trouble] = []
        parked: list[Trouble] = []
        heard = self._hear_messages(refused, parked, due=self.clock.now())
        return Work(heard=heard, troubles=(*refused, *parked))

    def hand_out(self) -> Work:
        """
        Give each new notice to each notifier, as rows.

        Where there is no notifier, it waits for a worker that has one.
        """
        if self.panel.notifiers:
            self._hand_out()
        return Work()

    def take_deliveries(
        self, holder: Holder, *, notifier: str, limit: int = 1
    ) -> list[Delivery]:
        """
        Take what a notifier has to send now.

        Args:
            holder: Who works.

            notifier: Its name.

            limit: At most so many.
        """
        now = self.clock.now()
        with self.store.transaction() as tx:
            found = tx.claim_deliveries(
                holder.lease,
                notifier=notifier,
                at=now,
                limit=limit,
                tries=holder.tries,
            )
        for delivery in found:
            holder.take(delivery.claim)
        return found

    def deliver(self, delivery: Delivery, holder: Holder) -> Work:
        """
        Have a notifier send a notice.

        Args:
            delivery: What was taken.

            holder: Who took it.
        """
        troubles: list[Trouble] = []
        told = self._tell(delivery, troubles, holder)
        return Work(notified=int(told), troubles=tuple(troubles))
