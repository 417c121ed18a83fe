"""
Taking what is due: conditional updates that give a row to one worker at a time.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.effects import EffectKind, EffectState
from pmkit.effects.recovery import SETTLING
from pmkit.shell.store.leasing import LONGEST, RowClaim, free, statements
from pmkit.shell.store.schema import OPEN_EFFECT
from pmkit.shell.store.waking import Waking
from pmkit.shell.store.workers import taken_over

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pmkit.shell.store.leasing import Lease
    from pmkit.shell.store.schema import Tables

_BY_OPERATION = ("operation_id",)


@attrs.frozen(kw_only=True)
class Locked:
    """
    What a call is made of.

    Args:
        refused: Whether the booking that it is about was refused.

        version: How many events have made its order by now.

        state: The order as it is now, as it is stored.
    """

    refused: bool
    version: int
    state: str = attrs.field(repr=False)


class Claiming(Waking):
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
        rows = self._claim_effects(
            lease, at=at, order_id=order_id, plugin=plugin, limit=limit
        )
        return [claim for _, claim in rows]

    def _claim_effects(
        self,
        lease: Lease,
        *,
        at: dt.datetime,
        order_id: str | None,
        plugin: str | None,
        limit: int,
    ) -> list[tuple[Any, RowClaim]]:
        """Take calls; give their rows, as they were before, with the claims."""
        given = {"order_id": order_id, "plugin": plugin}
        given = {name: value for name, value in given.items() if value is not None}
        moments = {"now": at, "far": at + LONGEST, "settling": at - SETTLING}
        rows = self.connection.execute(
            _claimable(self.tables, tuple(given)), {**given, **moments, "most": limit}
        ).all()
        claims = self._hold("effects", _BY_OPERATION, rows, lease, at)
        return list(zip(rows, claims, strict=True))

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
        columns = (effects.c.operation_id, effects.c.fence, effects.c.lease_until)
        asked = sa.select(*columns).where(
            effects.c.operation_id == operation_id,
            free(effects, at),
            sa.literal_column(OPEN_EFFECT),
        )
        claims = self._take("effects", _BY_OPERATION, asked, lease, at)
        return claims[0] if claims else None

    def lock_effect(self, operation_id: str, *, wait: bool = True) -> Locked | None:
        """
        Have a call alone until the transaction ends, and see what it is made of.

        Nobody else waits for its order meanwhile.

        Args:
            operation_id: The call.

            wait: Whether to wait for somebody who has it at this moment.

        Returns:
            What it is made of; `None` if somebody has it, or there is none.
        """
        asked = _locking(self.tables, wait=wait)
        row = self.connection.execute(asked, {"here": operation_id}).one_or_none()
        if row is None:
            return None
        return Locked(
            refused=bool(row.refused), version=row.version, state=row.order_state
        )

    def _out(self, at: dt.datetime) -> sa.ColumnElement[bool]:
        """Say which calls somebody may be making who holds no lease."""
        return _out(self.tables.effects, at - SETTLING)

    def _earlier(self) -> sa.Exists:
        """Find an open call about the same subject that was decided before."""
        return _earlier(self.tables.effects)

    def _take(
        self,
        name: str,
        key: Sequence[str],
        asked: sa.Select[Any],
        lease: Lease,
        at: dt.datetime,
    ) -> list[RowClaim]:
        """Take rows that nobody has."""
        table: sa.Table = getattr(self.tables, name)
        locked = asked.with_for_update(skip_locked=True, of=table)
        rows = self.connection.execute(locked).all()
        return self._hold(name, key, rows, lease, at)

    def _hold(
        self,
        name: str,
        key: Sequence[str],
        rows: Sequence[Any],
        lease: Lease,
        at: dt.datetime,
    ) -> list[RowClaim]:
        """Write the lease into locked rows, and count their fences up."""
        claims = []
        for row in rows:
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
        held = {"lease_owner": lease.owner, "lease_until": lease.until(at)}
        self._count_lost([claim for claim in claims if claim.was_until is not None])
        if claims:
            self.connection.execute(
                statements(getattr(self.tables, name), tuple(key)).take,
                [{**claim.here(), "fence": claim.fence, **held} for claim in claims],
            )
        return claims

    def _count_lost(self, claims: list[RowClaim]) -> None:
        """Count what is taken over, before it is written whose it is now."""
        owners, by = [], ""
        for claim in claims:
            table: sa.Table = getattr(self.tables, claim.table)
            here = [table.c[name] == value for name, value in claim.key]
            asked = sa.select(table.c.lease_owner).where(*here)
            owners.append(self.connection.execute(asked).scalar_one())
            by = claim.lease.owner
        if owners:
            taken_over(self.connection, self.tables, owners, by=by)


# Statements are made once for each store: that costs more than to execute them.


@functools.cache
def _claimable(names: Tables, given: tuple[str, ...]) -> sa.Select[Any]:
    effects = names.effects
    now, far, settling = (
        sa.bindparam(name, type_=effects.c.next_at.type)
        for name in ("now", "far", "settling")
    )
    wanted = (
        sa.literal_column(OPEN_EFFECT),
        effects.c.parked == "",
        effects.c.next_at.is_(None) | (effects.c.next_at <= now),
        free(effects, now, far=far),
        ~_earlier(effects),
        ~_out(effects, settling),
        *(effects.c[name] == sa.bindparam(name) for name in given),
    )
    asked = sa.select(effects).where(*wanted).order_by(effects.c.number)
    most = asked.limit(sa.bindparam("most", type_=sa.Integer))
    return most.with_for_update(skip_locked=True, of=effects)


@functools.cache
def _locking(names: Tables, *, wait: bool) -> sa.Select[Any]:
    effects, orders = names.effects, names.orders
    book = effects.alias("book")
    refused = sa.exists().where(
        book.c.order_id == effects.c.order_id,
        book.c.subject == effects.c.subject,
        book.c.kind == EffectKind.BOOK.value,
        book.c.state == EffectState.REJECTED.value,
    )
    here = effects.c.operation_id == sa.bindparam("here")
    asked = (
        sa.select(
            refused.label("refused"),
            orders.c.version,
            orders.c.state.label("order_state"),
        )
        .join_from(effects, orders, orders.c.id == effects.c.order_id)
        .where(here)
    )
    return asked.with_for_update(of=effects, skip_locked=not wait)


def _out(effects: sa.Table, since: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        effects.c.state == "submitting",
        effects.c.lease_until.is_(None),
        effects.c.updated_at > since,
    )


def _earlier(effects: sa.Table) -> sa.Exists:
    before = effects.alias("earlier")
    return sa.exists().where(
        before.c.order_id == effects.c.order_id,
        before.c.subject == effects.c.subject,
        before.c.number < effects.c.number,
        before.c.state.not_in(["succeeded", "rejected"]),
    )
