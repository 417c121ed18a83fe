"""
What the desk does by itself: call plugins, hear their news, mind the clock.
"""

from __future__ import annotations

import attrs

from pmkit.shell.desk.telling import TellingDesk
from pmkit.shell.desk.troubles import Trouble

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


class WorkingDesk(TellingDesk):
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
            swept = self._sweep_all()
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

    def _hear_all(self, troubles: list[Trouble]) -> int:
        return sum(
            self._hear(self._peek(order_id), troubles) for order_id in self._moving()
        )

    def _sweep_all(self) -> int:
        """Let time do what it does on every order; take the due timers away."""
        with self.store.snapshot() as tx:
            due = set(tx.due_orders(self.clock.now()))
        return sum(
            self._pass(order_id) if order_id in due else self.sweep(order_id)
            for order_id in self._moving()
        )

    def _moving(self) -> tuple[str, ...]:
        """The orders that something can still happen to."""
        with self.store.snapshot() as tx:
            return tuple(row.order_id for row in tx.list_orders())
