"""
How often each instance of a plugin is called, by all workers together.

The row of an instance in `Tables.meta` holds how many calls were begun in each second
of the last minute.  It is locked by whoever counts, so that workers on many machines
never begin more together than the far side takes.  Only instances that declare a limit
have one.
"""

from __future__ import annotations

import datetime as dt
import json

import sqlalchemy as sa

from pmkit.shell.store.waking import Waking, inserting

_ROW = "calls-begun:"
#: The seconds that a minute can touch: it need not begin with one.
_WINDOW = 61
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Pacing(Waking):
    """The part of a transaction that counts calls against a limit."""

    def calls_left(self, plugin: str, at: dt.datetime, *, per_minute: int) -> int:
        """
        Tell how many calls may be begun now; nobody else is told until this is over.

        Args:
            plugin: The name of the instance.

            at: The present instant.

            per_minute: How many calls the far side takes in any minute.
        """
        return max(per_minute - sum(self._begun(plugin, at).values()), 0)

    def count_calls(self, plugin: str, at: dt.datetime, number: int) -> None:
        """
        Count calls that are begun now.

        Args:
            plugin: The name of the instance.

            at: The present instant.

            number: How many.
        """
        begun, second = self._begun(plugin, at), _second(at)
        begun[second] = begun.get(second, 0) + number
        meta = self.tables.meta
        change = sa.update(meta).where(meta.c.name == f"{_ROW}{plugin}")
        self.connection.execute(change.values(value=json.dumps(begun)))

    def _begun(self, plugin: str, at: dt.datetime) -> dict[int, int]:
        """Lock the row of an instance; give what was begun in each recent second."""
        meta, name = self.tables.meta, f"{_ROW}{plugin}"
        asked = sa.select(meta.c.value).where(meta.c.name == name).with_for_update()
        value = self.connection.execute(asked).scalar_one_or_none()
        if value is None:
            insert = inserting(self.connection)(meta).on_conflict_do_nothing()
            self.connection.execute(insert, {"name": name, "value": "{}"})
            value = self.connection.execute(asked).scalar_one()
        now = _second(at)
        counted = ((int(second), n) for second, n in json.loads(value).items())
        # What seems to come much later was counted before the clock went back.
        return {second: n for second, n in counted if abs(now - second) < _WINDOW}


def _second(at: dt.datetime) -> int:
    return (at - _EPOCH) // dt.timedelta(seconds=1)
