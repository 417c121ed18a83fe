"""
The workers that said that they are alive.
"""

from __future__ import annotations

import collections
import datetime as dt
from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.shell.store.waking import Waking, inserting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.shell.store.schema import Tables

#: Who was silent for so long is forgotten; how often it lost a lease is not.
_FORGOTTEN_AFTER = dt.timedelta(days=7)
_LOST_BEFORE = "leases-lost-before"


@attrs.frozen(kw_only=True)
class WorkerRow:
    """
    A worker that was seen.

    Args:
        name: Its name: the machine, the process and a number.

        started_at: When it began, UTC.

        seen_at: When it last said that it is alive, UTC.

        leases_lost: How often another worker took over from it.
    """

    name: str
    started_at: dt.datetime
    seen_at: dt.datetime
    leases_lost: int


class Workers(Waking):
    """The part of a transaction that is about workers."""

    def worker_seen(
        self, name: str, at: dt.datetime, *, started_at: dt.datetime, lost: int
    ) -> None:
        """
        Note that a worker is alive.

        Args:
            name: The worker.

            at: The present instant.

            started_at: When it began, UTC.

            lost: How many leases it has lost so far.
        """
        workers = self.tables.workers
        columns = {"seen_at": at, "leases_lost": lost}
        here = workers.c.name == name
        change = sa.update(workers).where(here).values(**columns)
        if self.connection.execute(change).rowcount == 0:
            row = {"name": name, "started_at": started_at, **columns}
            self.connection.execute(sa.insert(workers), row)
            self._forget_workers(at - _FORGOTTEN_AFTER)

    def leases_lost(self) -> int:
        """Count how often a worker took over from another one, ever."""
        workers, meta = self.tables.workers, self.tables.meta
        counted = sa.select(sa.func.coalesce(sa.func.sum(workers.c.leases_lost), 0))
        before = sa.select(meta.c.value).where(meta.c.name == _LOST_BEFORE)
        earlier = self.connection.execute(before).scalar_one_or_none()
        return int(self.connection.execute(counted).scalar_one()) + int(earlier or 0)

    def _forget_workers(self, before: dt.datetime) -> None:
        """Delete those that were last seen before; keep the sum of what they lost."""
        workers, meta = self.tables.workers, self.tables.meta
        gone = sa.delete(workers).where(workers.c.seen_at < before)
        lost = self.connection.execute(gone.returning(workers.c.leases_lost))
        if not (count := sum(lost.scalars())):
            return
        insert = inserting(self.connection)(meta)
        whole = sa.cast(meta.c.value, sa.BigInteger) + count
        self.connection.execute(
            insert.on_conflict_do_update(
                index_elements=["name"], set_={"value": sa.cast(whole, sa.Text)}
            ),
            {"name": _LOST_BEFORE, "value": str(count)},
        )

    def workers_seen(self) -> list[WorkerRow]:
        """List the workers, the one that was seen last first."""
        workers = self.tables.workers
        asked = sa.select(workers).order_by(workers.c.seen_at.desc(), workers.c.name)
        return [
            WorkerRow(
                name=row.name,
                started_at=row.started_at,
                seen_at=row.seen_at,
                leases_lost=row.leases_lost,
            )
            for row in self.connection.execute(asked)
        ]


def taken_over(
    connection: sa.Connection, names: Tables, owners: Iterable[str], *, by: str
) -> None:
    """
    Count leases that were taken over from workers that did not give them back.

    Whoever is alive after all says by itself how many it has lost.

    Args:
        connection: In the transaction that takes them.

        names: The tables.

        owners: Who had each of them.

        by: Who takes them.
    """
    workers = names.workers
    counted = collections.Counter(name for name in owners if name not in {"", by})
    # In one order, so that two who take over do not wait for each other.
    for name in sorted(counted):
        change = sa.update(workers).where(workers.c.name == name)
        more = workers.c.leases_lost + counted[name]
        connection.execute(change.values(leases_lost=more))
