"""
Leases: who works on a row at this moment, and who may still write about it.

A lease is taken by a conditional update that counts the row's *fence* up.  Whoever
holds it says again and again that they are alive; when they do not, the lease runs out
and the next one takes it, with a higher fence.  Every later write checks the fence in
its own transaction, so that a worker that slept past its lease cannot write any more.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import sqlalchemy as sa

from pmkit.core.errors import StoreError
from pmkit.effects.recovery import SETTLING
from pmkit.shell.store.schema import OPEN_EFFECT
from pmkit.shell.store.waking import Waking

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        table = self._table(tx)
        asked = sa.select(table.c.fence).where(self._row(table)).with_for_update()
        fence: int | None = tx.connection.execute(asked).scalar_one_or_none()
        return fence == self.fence

    def renew(self, tx: Transaction, until: dt.datetime) -> bool:
        """Say that its holder is alive."""
        table = self._table(tx)
        held = self._mine(table) & table.c.lease_until.is_not(None)
        # Who writes the row at this moment is alive: nobody waits for them here.
        there = sa.select(table.c.fence).where(held)
        locked = there.with_for_update(skip_locked=True)
        if tx.connection.execute(locked).first() is None:
            return False
        change = sa.update(table).where(held)
        return tx.connection.execute(change.values(lease_until=until)).rowcount == 1

    def release(self, tx: Transaction) -> None:
        """Give it back, if it is still ours."""
        table = self._table(tx)
        free = sa.update(table).where(self._mine(table)).values(**FREE)
        tx.connection.execute(free)

    def _table(self, tx: Transaction) -> sa.Table:
        found: sa.Table = getattr(tx.tables, self.table)
        return found

    def _row(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(*(table.c[name] == value for name, value in self.key))

    def _mine(self, table: sa.Table) -> sa.ColumnElement[bool]:
        return self._row(table) & (table.c.fence == self.fence)


_BY_OPERATION = ("operation_id",)

#: What the columns of a lease hold where there is none.
FREE: dict[str, Any] = {"lease_owner": "", "lease_until": None}


def lost() -> LeaseLostError:
    """Say that another worker took over."""
    msg = "Another worker took over; nothing was written."
    return LeaseLostError(msg, remedy="What came of it is found out by that one.")


def free(table: sa.FromClause, now: dt.datetime) -> sa.ColumnElement[bool]:
    """
    Say which rows nobody holds.

    Args:
        table: One with the columns of a lease.

        now: The present instant, UTC.
    """
    until = table.c.lease_until
    return until.is_(None) | (until <= now) | (until > now + LONGEST)


class Leasing(Waking):
    """The part of a transaction that takes calls under a lease."""

    def claim_effects(
        self,
        lease: Lease,
        *,
        at: dt.datetime,
        order_id: str | None = None,
        plugin: str | None = None,
        limit: int = 1,
    ) -> list[RowClaim]:
        """
        Take calls about which something may be done now, the oldest first.

        A call waits for the earlier ones about the same subject of its order, and for
        its moment; one that a person has to look at is left alone.

        Args:
            lease: Who takes them, and for how long.

            at: The present instant.

            order_id: Only calls of this order.

            plugin: Only calls to this plugin.

            limit: At most so many.

        Returns:
            The claims; the rows themselves are read by `Ledger.effect`.
        """
        effects = self.tables.effects
        wanted = [
            sa.literal_column(OPEN_EFFECT),
            effects.c.parked == "",
            effects.c.next_at.is_(None) | (effects.c.next_at <= at),
            free(effects, at),
            ~self._earlier(),
            ~self._out(at),
        ]
        for column, value in (
            (effects.c.order_id, order_id),
            (effects.c.plugin, plugin),
        ):
            if value is not None:
                wanted.append(column == value)
        asked = self._effects(*wanted).order_by(effects.c.number).limit(limit)
        return self._take("effects", _BY_OPERATION, asked, lease, at)

    def claim_effect(
        self, operation_id: str, lease: Lease, *, at: dt.datetime
    ) -> RowClaim | None:
        """
        Take one call that is not over, whatever it waits for.

        Args:
            operation_id: The call.

            lease: Who takes it, and for how long.

            at: The present instant.

        Returns:
            The claim; `None` if another worker has the call, or it is over.
        """
        effects = self.tables.effects
        here = (effects.c.operation_id == operation_id) & free(effects, at)
        asked = self._effects(here, sa.literal_column(OPEN_EFFECT))
        claims = self._take("effects", _BY_OPERATION, asked, lease, at)
        return claims[0] if claims else None

    def _effects(self, *wanted: sa.ColumnElement[Any]) -> sa.Select[Any]:
        effects = self.tables.effects
        columns = (effects.c.operation_id, effects.c.fence, effects.c.lease_until)
        return sa.select(*columns).where(*wanted)

    def _out(self, at: dt.datetime) -> sa.ColumnElement[bool]:
        """Say which calls somebody may be making who holds no lease."""
        effects = self.tables.effects
        return (
            (effects.c.state == "submitting")
            & effects.c.lease_until.is_(None)
            & (effects.c.updated_at > at - SETTLING)
        )

    def _earlier(self) -> sa.Exists:
        """Find an open call about the same subject that was decided before."""
        effects = self.tables.effects
        before = effects.alias("earlier")
        return sa.exists().where(
            before.c.order_id == effects.c.order_id,
            before.c.subject == effects.c.subject,
            before.c.number < effects.c.number,
            before.c.state.not_in(["succeeded", "rejected"]),
        )

    def _take(
        self,
        name: str,
        key: Sequence[str],
        asked: sa.Select[Any],
        lease: Lease,
        at: dt.datetime,
    ) -> list[RowClaim]:
        """Write the lease into rows that nobody has, and count their fences up."""
        table: sa.Table = getattr(self.tables, name)
        locked = asked.with_for_update(skip_locked=True, of=table)
        claims = []
        for row in self.connection.execute(locked).all():
            found = tuple((column, getattr(row, column)) for column in key)
            claims.append(
                RowClaim(
                    table=name,
                    key=found,
                    lease=lease,
                    fence=row.fence + 1,
                    was_until=row.lease_until,
                )
            )
        until = lease.until(at)
        for claim in claims:
            here = sa.and_(*(table.c[column] == value for column, value in claim.key))
            self.connection.execute(
                sa.update(table)
                .where(here)
                .values(fence=claim.fence, lease_owner=lease.owner, lease_until=until)
            )
        return claims
