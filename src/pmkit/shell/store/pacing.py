"""
How often each instance of a plugin is called, by all workers together.

The row of an instance in `Tables.meta` holds how many calls were begun in each second
of the last minutes.  It is locked by whoever counts, so that workers on many machines
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
#: Counts of other nodes stay for so many seconds, however their clocks differ.
_KEPT = 600
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Pacing(Waking):
    """The part of a transaction that counts calls against a limit."""

    def calls_left(
        self, plugin: str, at: dt.datetime, *, per_minute: int, wait: bool = False
    ) -> int:
        """
        Tell how many calls may be begun now; nobody else is told until this is over.

        Args:
            plugin: The name of the instance.

            at: The present instant.

            per_minute: How many calls the far side takes in any minute.

            wait: Whether to wait for somebody who counts at this moment; if not, none
                is left for now.
        """
        meta, name = self.tables.meta, f"{_ROW}{plugin}"
        asked = sa.select(meta.c.value).where(meta.c.name == name)
        value = self.connection.execute(asked).scalar_one_or_none()
        if value is None:
            insert = inserting(self.connection)(meta).on_conflict_do_nothing()
            self.connection.execute(insert, {"name": name, "value": "{}"})
        elif not _left(value, at, per_minute):
            return 0  # later ones are only more
        locked = asked.with_for_update(skip_locked=not wait)
        value = self.connection.execute(locked).scalar_one_or_none()
        return 0 if value is None else _left(value, at, per_minute)

    def count_calls(self, plugin: str, at: dt.datetime, number: int) -> None:
        """
        Count calls that are begun now, after `calls_left` told that they may be.

        Args:
            plugin: The name of the instance.

            at: The present instant.

            number: How many.
        """
        meta = self.tables.meta
        here = meta.c.name == f"{_ROW}{plugin}"
        value = self.connection.execute(sa.select(meta.c.value).where(here)).scalar()
        second = _second(at)
        begun = _begun(str(value), second, within=_KEPT)
        begun[second] = begun.get(second, 0) + number
        change = sa.update(meta).where(here).values(value=json.dumps(begun))
        self.connection.execute(change)


def _left(value: str, at: dt.datetime, per_minute: int) -> int:
    # What seems to come later was counted before the clock went back.
    begun = _begun(value, _second(at), within=_WINDOW)
    return max(per_minute - sum(begun.values()), 0)


def _begun(value: str, now: int, *, within: int) -> dict[int, int]:
    """Read how many calls were begun in each second near the present one."""
    counted = ((int(second), number) for second, number in json.loads(value).items())
    return {second: number for second, number in counted if abs(now - second) < within}


def _second(at: dt.datetime) -> int:
    return (at - _EPOCH) // dt.timedelta(seconds=1)
