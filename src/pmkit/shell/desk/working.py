"""
What the desk does by itself: call plugins, hear their news, mind the clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import CorruptStoreError
from pmkit.effects import recovery
from pmkit.shell.desk.holding import ALONE
from pmkit.shell.desk.leased import ROUNDS, LeasedDesk, Work
from pmkit.shell.desk.open_call import OPEN, Came, OpenCall
from pmkit.shell.desk.troubles import Trouble, trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.shell.store.effect_rows import SpoiltCall
    from pmkit.shell.store.rows import EffectRow

__all__ = ["Trouble", "Work", "WorkingDesk"]


class WorkingDesk(LeasedDesk):
    """The work that nobody asks for."""

    def work(self) -> Work:
        """
        Do everything that is due now, and what follows from it.

        Makes the intended calls, hears the plugins' news, lets time do what
        time alone does, and sends the notices, until nothing is left.  A call
        whose outcome is not known is looked up, made again with the same
        operation id, or left to a person (`Desk.unresolved`), as the plugin's
        capabilities allow; one plugin's fault stops no other.  What a worker
        (`pmkit.LocalEngine`) holds at this moment is left to it.

        Returns:
            What was done, and what did not go through.
        """
        self.store.mender.mend(self.clock.now())
        done = Work()
        tried: set[str] = set()
        troubles: dict[str, Trouble] = {}
        parked: list[Trouble] = []
        for _ in range(ROUNDS):
            found: list[Trouble] = []
            carried = self._carry_out_all(tried, found)
            heard = self._hear_all(found)
            parked = []
            heard += self._hear_messages(found, parked)
            swept = self._sweep_all(found)
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
        notified = self._tell_all(late)
        return attrs.evolve(
            done, notified=notified, troubles=(*troubles.values(), *parked, *late)
        )

    # ------------------------------------------------------------------- calls

    def _carry_out_all(self, tried: set[str], troubles: list[Trouble]) -> int:
        """Make the calls that were not tried yet; count those that came further."""
        spoilt: list[SpoiltCall] = []
        with self.store.snapshot() as tx:
            due = tx.due_effects(states=OPEN, spoilt=spoilt)
        made = 0
        # What waits behind a call that cannot be read waits on.
        waiting = {(each.order_id, each.subject) for each in spoilt}
        for each in spoilt:
            if each.operation_id not in tried:
                tried.add(each.operation_id)
                self._put_aside_call(each, troubles)
        for row in due:
            about = (row.order_id, row.effect.subject)
            # Nobody can move or cancel what may not be booked yet.
            if about not in waiting and row.effect.operation_id not in tried:
                tried.add(row.effect.operation_id)
                came = self._carry_out(row, troubles)
                made += came is not Came.NOTHING
                if came is Came.SETTLED:
                    continue
            waiting.add(about)
        return made

    def _put_aside_call(self, spoilt: SpoiltCall, troubles: list[Trouble]) -> None:
        """Say that a call cannot be read, and count it unless a worker has it."""
        name = spoilt.operation_id
        troubles.append(trouble(spoilt.order_id, name, spoilt.error))
        if spoilt.parked:
            return  # a person knows of it
        now = self.clock.now()
        with self.store.transaction() as tx:
            if tx.claim_effect(name, ALONE.lease, at=now) is not None:
                tx.put_aside(spoilt, now, tries=ALONE.tries)

    def _carry_out(self, row: EffectRow, troubles: list[Trouble]) -> Came:
        """Take a call, if anything may be done about it now, and do that."""
        name = row.effect.operation_id
        try:
            call = self._call_of(row, troubles)
            if call is None or self._waits(call):
                return Came.NOTHING
            now = self.clock.now()
            with self.store.transaction() as tx:
                claim = tx.claim_effect(name, ALONE.lease, at=now)
            if claim is None:
                return Came.NOTHING  # a worker has it, or it is over
            return self._carry_held(call, claim, ALONE)
        except CorruptStoreError as error:  # one order that is damaged stops no other
            troubles.append(trouble(row.order_id, name, error))
            return Came.NOTHING

    def _waits(self, call: OpenCall) -> bool:
        """Tell whether there is nothing to be done about a call now."""
        if call.capability is not None and self._told_already(call.row):
            return False
        step = self._step(call)
        parked = isinstance(step, recovery.Park) and bool(call.row.parked)
        return parked or isinstance(step, recovery.Wait)

    # ------------------------------------------------------------ news and time

    def _hear_all(self, troubles: list[Trouble]) -> int:
        return self._each(
            troubles, lambda order_id: self._hear(self._peek(order_id), troubles)
        )

    def _sweep_all(self, troubles: list[Trouble]) -> int:
        """Let time do what it does on every order; take the due timers away."""
        with self.store.snapshot() as tx:
            due = set(tx.due_orders(self.clock.now()))
        return self._each(
            troubles,
            lambda order_id: (
                self._pass(order_id) if order_id in due else self.sweep(order_id)
            ),
        )

    def _each(self, troubles: list[Trouble], do: Callable[[str], int]) -> int:
        """Do something on every order; one that cannot be read stops no other."""
        done = 0
        for order_id in self._moving():
            try:
                done += do(order_id)
            except CorruptStoreError as error:
                troubles.append(trouble(order_id, order_id, error))
        return done

    def _moving(self) -> tuple[str, ...]:
        """The orders that something can still happen to."""
        with self.store.snapshot() as tx:
            return tuple(tx.moving_orders())
