"""
What an engine is: *wake me for this order, not before that moment*.

The rows of the store are the truth, and an engine only a way to come to them in time: a
wake that is lost is found by the next look at the rows, one that comes twice does
nothing the second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import datetime as dt

    import sqlalchemy as sa

    from pmkit.shell.engine.worker import Done


@runtime_checkable
class Waker(Protocol):
    """Something that is told what has to be come back to; see `Store.waker`."""

    def wake(
        self,
        order_id: str,
        not_before: dt.datetime,
        *,
        connection: sa.Connection | None = None,
    ) -> None:
        """
        Come back to an order.

        Args:
            order_id: The order; empty for messages and notices, which belong to none.

            not_before: Not before this moment, UTC.

            connection: The transaction that decides it: what is noted on it counts if
                and only if the transaction is committed.
        """


@runtime_checkable
class Engine(Waker, Protocol):
    """Something that comes back to orders by itself."""

    def run(self, *, once: bool = False) -> Done:
        """
        Work until it is stopped.

        Args:
            once: Whether to do only what is due now and what follows from it.

        Returns:
            What was done.
        """

    def stop(self) -> None:
        """Finish what is in hand, give back the rest, and return from `run`."""
