"""
The workers that said that they are alive.
"""

from __future__ import annotations

import datetime as dt

import attrs
import sqlalchemy as sa

from pmkit.shell.store.waking import Waking


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
