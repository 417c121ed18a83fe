"""
What a killed worker held, and how long it takes until others have done it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    import random

#: What each row is called by, and when it is done with; a worker's name has its number.
_HELD = """
SELECT 'call', operation_id, '', lease_owner FROM effects WHERE lease_owner LIKE %(of)s
    AND state NOT IN ('succeeded', 'rejected')
UNION ALL SELECT DISTINCT 'timers', order_id, '', lease_owner FROM timers
    WHERE lease_owner LIKE %(of)s
UNION ALL SELECT 'notice', notice_id, notifier, lease_owner FROM deliveries
    WHERE lease_owner LIKE %(of)s AND state NOT IN ('sent', 'dead')
"""
_LEFT = {
    "call": "SELECT 1 FROM effects WHERE operation_id = %s AND parked = '' "
    "AND state NOT IN ('succeeded', 'rejected')",
    "timers": "SELECT 1 FROM timers WHERE order_id = %s AND lease_owner = %s",
    "notice": "SELECT 1 FROM deliveries WHERE notice_id = %s AND notifier = %s "
    "AND state NOT IN ('sent', 'dead')",
}
_PATIENCE = 2.0


class Watch:
    """
    Looks at the leases of workers by a connection that no process shares.

    Args:
        where: The database.

    Attributes:
        held: How many of the killed ones held something.

        done: How many things of theirs were done by others.

        longest: The most seconds between a kill and that; whoever is killed while it
            does what another one held begins the count anew.

        waits: What is not done yet, since when, and who held it last.
    """

    def __init__(self, where: str) -> None:
        self.where = where.replace("+psycopg", "")
        self.held = self.done = 0
        self.longest = 0.0
        self.waits: dict[tuple[str, ...], tuple[float, str]] = {}

    def busy(self, children: list[int], chance: random.Random) -> int:
        """Find one that holds something at this moment; any, if none does."""
        until = time.monotonic() + _PATIENCE
        with self._connected() as connection:
            while time.monotonic() < until:
                owners = {row[3] for row in _of(connection, "%")}
                found = [c for c in children if any(f"-{c}-" in o for o in owners)]
                if found:
                    return chance.choice(found)
                time.sleep(0.01)
        return chance.choice(children)

    def killed(self, child: int) -> None:
        """Note what one held that is dead now."""
        with self._connected() as connection:
            found = _of(connection, f"%-{child}-%")
        self.held += bool(found)
        now = time.monotonic()
        self.waits |= {(*name,): (now, owner) for *name, owner in found}

    def look(self) -> None:
        """See what is done by now."""
        if not self.waits:
            return
        with self._connected() as connection:
            for each, (since, owner) in list(self.waits.items()):
                kind, name, other = each
                about = {"call": [name], "timers": [name, owner]}
                asked = about.get(kind, [name, other])
                if connection.execute(_LEFT[kind], asked).fetchone() is None:
                    self.longest = max(self.longest, time.monotonic() - since)
                    self.done += 1
                    del self.waits[each]

    def waiting(self) -> list[str]:
        """Name some of what is not done."""
        return [" ".join(each) for each in list(self.waits)[:5]]

    def _connected(self) -> Any:
        return psycopg.connect(self.where, autocommit=True)


def _of(connection: Any, like: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = connection.execute(_HELD, {"of": like}).fetchall()
    return [row for row in found if row[3]]
