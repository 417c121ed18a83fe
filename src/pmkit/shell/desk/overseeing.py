"""
What the marketplace's own staff see of the work that nobody asks for, and can do.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import attrs

from pmkit.core.errors import NotFoundError
from pmkit.core.order import NOTHING_HERE
from pmkit.shell import telemetry
from pmkit.shell.desk.operating import require_operator
from pmkit.shell.desk.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.core.parties import Actor
    from pmkit.shell.store.due import Metrics
    from pmkit.shell.store.standing import Left
    from pmkit.shell.store.workers import WorkerRow

#: What is due for longer than this, nobody seems to work on.
STUCK_AFTER = dt.timedelta(minutes=5)


@attrs.frozen(kw_only=True)
class Retried:
    """
    What is tried again.

    Args:
        names: Of the calls, notices, messages and orders.
    """

    names: tuple[str, ...]


class OverseeingDesk(Running):
    """The queries and commands about work that is due, stuck or given up."""

    def metrics(self) -> Metrics:
        """
        Count what is due, open, unknown and given up; for a monitoring system.

        Returns:
            The numbers, at one moment.

        Examples:
            >>> from pmkit.shell.desk import Desk
            >>> Desk.open().metrics().dead_letters
            0
        """
        with self.store.snapshot() as tx:
            return tx.metrics(self.clock.now())

    def workers(self, *, actor: Actor) -> tuple[WorkerRow, ...]:
        """
        List the workers that were seen, the last one first.

        Args:
            actor: The operator.

        Raises:
            pmkit.NotAllowedError: If somebody else asks.
        """
        require_operator(actor)
        with self.store.snapshot() as tx:
            return tuple(tx.workers_seen())

    def stuck(
        self, *, actor: Actor, after: dt.timedelta = STUCK_AFTER
    ) -> tuple[Left, ...]:
        """
        List what has been due for long without anybody seeing to it, oldest first.

        Args:
            actor: The operator.

            after: For how long.

        Raises:
            pmkit.NotAllowedError: If somebody else asks.
        """
        require_operator(actor)
        now = self.clock.now()
        with self.store.snapshot() as tx:
            return tuple(tx.left_lying(now, now - after))

    def dead(self, *, actor: Actor) -> tuple[Left, ...]:
        """
        List what was given up after many attempts, or refused; oldest first.

        Messages that can never be right are among it, with the reason as their error.

        Args:
            actor: The operator.

        Raises:
            pmkit.NotAllowedError: If somebody else asks.
        """
        require_operator(actor)
        with self.store.snapshot() as tx:
            return tuple(tx.given_up())

    def retry(self, names: Iterable[str] | None = None, *, actor: Actor) -> Retried:
        """
        Have what was given up tried again, from the first attempt.

        Args:
            names: As `dead` lists them; all, if left out.

            actor: The operator.

        Raises:
            pmkit.NotAllowedError: If somebody else asks.

            pmkit.NotFoundError: If nothing of this name was given up; nothing is
                tried again then.
        """
        require_operator(actor)
        now = self.clock.now()
        with self.store.transaction() as tx:
            known = {each.name: each for each in tx.given_up()}
            wanted = tuple(known) if names is None else tuple(dict.fromkeys(names))
            for name in wanted:
                if name not in known:
                    raise NotFoundError(NOTHING_HERE, field="names")
                tx.revive(known[name], now)
        for name in wanted:
            telemetry.event("pmkit.retried", subject=name, by=actor.name)
        return Retried(names=wanted)
