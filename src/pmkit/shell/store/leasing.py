"""
Leases: who works on a row at this moment, and who may still write about it.

A lease is taken by a conditional update that counts the row's *fence* up.  Whoever
holds it says again and again that they are alive; when they do not, the lease runs out
and the next one takes it, with a higher fence.  Every later write checks the fence in
its own transaction, so that a worker that slept past its lease cannot write any more.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import sqlalchemy as sa

from pmkit.core.errors import StoreError

if TYPE_CHECKING:
    from pmkit.shell.store.transaction import Transaction

#: No lease is longer.  One that seems to end later was written before the clock went
#: back, and is void.
LONGEST = dt.timedelta(minutes=10)


class LeaseLostError(StoreError):
    """Another worker took over; nothing of this was written."""

    code = "lease-lost"


@attrs.frozen(kw_only=True)
class Lease:
    """
    Who takes rows, and for how long.

    Args:
        owner: The name of a worker, unlike that of any other one.

        length: How long it holds a row without saying that it is alive; zero for a
            single pass that nobody renews: then others may take the row at once.

        ask_in: How soon after a call its order is looked at for news.
    """

    owner: str = ""
    length: dt.timedelta = dt.timedelta()
    ask_in: dt.timedelta | None = None

    def until(self, now: dt.datetime) -> dt.datetime | None:
        """
        Tell when a row that is taken now is free again.

        Args:
            now: The present instant, UTC.
        """
        return now + self.length if self.length else None


class Claim(Protocol):
    """Something that was taken under a lease."""

    @property
    def lease(self) -> Lease:
        """Who holds it."""

    def require(self, tx: Transaction) -> None:
        """
        Check that it is still ours; it then stays so until the transaction ends.

        Args:
            tx: The transaction that writes.

        Raises:
            LeaseLostError: If another worker took over.
        """

    def fence_of(self, operation_id: str) -> int | None:
        """
        Give the number under which a call is held.

        Args:
            operation_id: The call.

        Returns:
            Its fence; `None` if this is no claim on the call.
        """

    def renew(self, tx: Transaction, until: dt.datetime) -> bool:
        """
        Say that its holder is alive.

        Args:
            tx: A transaction that writes.

            until: When it is free again, unless this is said again.

        Returns:
            Whether it was still held.
        """

    def release(self, tx: Transaction) -> None:
        """
        Give it back, if it is still ours.

        Args:
            tx: A transaction that writes.
        """


@attrs.frozen(kw_only=True)
class RowClaim:
    """
    A claim on one row.

    Args:
        table: The name of the table in `Tables`.

        key: What finds the row.

        lease: Who holds it.

        fence: The number that every write of it checks.

        was_until: Until when somebody else had it who did not give it back, UTC.
    """

    table: str
    key: tuple[tuple[str, Any], ...]
    lease: Lease
    fence: int
    was_until: dt.datetime | None = None

    def require(self, tx: Transaction) -> None:
        """Check that it is still ours; it then stays so until the transaction ends."""
        if not self.holds(tx):
            raise lost()

    def fence_of(self, operation_id: str) -> int | None:
        """Give the number under which a call is held."""
        mine = self.key == (("operation_id", operation_id),)
        return self.fence if mine else None

    def holds(self, tx: Transaction) -> bool:
        """
        Tell whether it is still ours; it then stays so until the transaction ends.

        Args:
            tx: A transaction that writes.
        """
        asked = statements(self._table(tx), self._names()).holds
        found = tx.connection.execute(asked, self.here())
        fence: int | None = found.scalar_one_or_none()
        return fence == self.fence

    def renew(self, tx: Transaction, until: dt.datetime) -> bool:
        """Say that its holder is alive."""
        row = statements(self._table(tx), self._names())
        here = {**self.here(), "own": self.fence}
        # Who writes the row at this moment is alive: nobody waits for them here.
        if tx.connection.execute(row.held, here).first() is None:
            return False
        again = {**here, "lease_until": until}
        return tx.connection.execute(row.renew, again).rowcount == 1

    def release(self, tx: Transaction) -> None:
        """Give it back, if it is still ours."""
        row = statements(self._table(tx), self._names())
        given = {**self.here(), "own": self.fence, **FREE}
        tx.connection.execute(row.change, given)

    def _table(self, tx: Transaction) -> sa.Table:
        found: sa.Table = getattr(tx.tables, self.table)
        return found

    def _names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.key)

    def here(self) -> dict[str, Any]:
        """Give the parameters that find the row."""
        return {f"key_{name}": value for name, value in self.key}


@attrs.frozen(kw_only=True)
class Statements:
    """The statements about one row; made once, for that costs more than to execute."""

    holds: sa.Select[Any]
    held: sa.Select[Any]
    renew: sa.Update
    change: sa.Update
    take: sa.Update


@functools.cache
def statements(table: sa.Table, key: tuple[str, ...]) -> Statements:
    """
    Give the statements about one row of a table.

    Args:
        table: One with the columns of a lease.

        key: The columns that find the row; the parameters are those of
            `RowClaim.here`.
    """
    here = sa.and_(*(table.c[name] == sa.bindparam(f"key_{name}") for name in key))
    mine = here & (table.c.fence == sa.bindparam("own"))
    held = mine & table.c.lease_until.is_not(None)
    asked = sa.select(table.c.fence)
    return Statements(
        holds=asked.where(here).with_for_update(),
        held=asked.where(held).with_for_update(skip_locked=True),
        renew=sa.update(table).where(held),
        change=sa.update(table).where(mine),
        take=sa.update(table).where(here),
    )


#: What the columns of a lease hold where there is none.
FREE: dict[str, Any] = {"lease_owner": "", "lease_until": None}


def lost() -> LeaseLostError:
    """Say that another worker took over."""
    msg = "Another worker took over; nothing was written."
    return LeaseLostError(msg, remedy="What came of it is found out by that one.")


def free(table: sa.FromClause, now: Any, *, far: Any = None) -> sa.ColumnElement[bool]:
    """
    Say which rows nobody holds.

    Args:
        table: One with the columns of a lease.

        now: The present instant, UTC, or a parameter for it.

        far: The parameter for `LONGEST` after that, where *now* is one.
    """
    until = table.c.lease_until
    far = now + LONGEST if far is None else far
    return sa.or_(until.is_(None), until <= now, until > far)
