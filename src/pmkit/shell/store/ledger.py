"""
Intent before effect: calls to plugins and notices, committed with their decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.core.effects import Effect
from pmkit.core.errors import InputError, NotFoundError, StaleWriteError
from pmkit.core.order import NOTHING_HERE
from pmkit.core.ports import Notice
from pmkit.shell.plain import canonical_json
from pmkit.shell.store.keeping import read_stored
from pmkit.shell.store.rows import DUE, EffectRow, EffectState
from pmkit.shell.wire import decode, encode

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from pmkit.shell.store.schema import Tables


#: A call in one of these is never made again.
_OVER = frozenset({EffectState.SUCCEEDED, EffectState.REJECTED})


class Ledger:
    """The part of a transaction that is about the outside world."""

    connection: sa.Connection
    tables: Tables

    # ------------------------------------------------------------------ effects

    def add_effects(
        self, order_id: str, seq: int, effects: Iterable[Effect], at: dt.datetime
    ) -> None:
        """
        Note calls that are to be made.

        Args:
            order_id: The order.

            seq: Its version, which decided them.

            effects: The calls, in the order in which they are to be made.

            at: The present instant.

        Raises:
            pmkit.StoreError: If an operation id was used before.
        """
        rows = [
            {
                "operation_id": effect.operation_id,
                "order_id": order_id,
                "seq": seq,
                "kind": effect.kind.value,
                "plugin": effect.plugin,
                "params": canonical_json(encode(effect)),
                "state": EffectState.RESERVED.value,
                "attempts": 0,
                "result": "",
                "created_at": at,
                "updated_at": at,
            }
            for effect in effects
        ]
        if rows:
            self.connection.execute(sa.insert(self.tables.effects), rows)

    def due_effects(
        self,
        *,
        order_id: str | None = None,
        states: Collection[EffectState] = DUE,
        limit: int | None = None,
    ) -> list[EffectRow]:
        """
        List the calls that are to be made, oldest first.

        Args:
            order_id: Only those of this order.

            states: Only those in one of these states.

            limit: At most so many.

        Raises:
            pmkit.CorruptStoreError: If a row cannot be read back.
        """
        effects = self.tables.effects
        wanted = sorted(state.value for state in states)
        asked = sa.select(effects).where(effects.c.state.in_(wanted))
        if order_id is not None:
            asked = asked.where(effects.c.order_id == order_id)
        rows = self.connection.execute(asked.order_by(effects.c.number).limit(limit))
        return [
            EffectRow(
                order_id=row.order_id,
                seq=row.seq,
                effect=decode(read_stored(row.params), Effect),
                state=EffectState(row.state),
                attempts=row.attempts,
                result=row.result,
                created_at=row.created_at,
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    def set_effect_state(
        self,
        operation_id: str,
        state: EffectState | str,
        *,
        at: dt.datetime,
        result: str = "",
        was: Collection[EffectState] | None = None,
    ) -> None:
        """
        Note how far a call has come; one about to be sent counts as an attempt.

        Args:
            operation_id: The call.

            state: Its state from now on.

            at: The present instant.

            result: What came of it, in a word.

            was: Only from one of these states.

        Raises:
            pmkit.NotFoundError: If there is no such call.

            pmkit.StaleWriteError: If it is in none of the states *was*.
        """
        effects = self.tables.effects
        here = effects.c.operation_id == operation_id
        asked = sa.select(effects.c.state, effects.c.params).where(here)
        row = self.connection.execute(asked).one_or_none()
        if row is None:
            raise NotFoundError(NOTHING_HERE, field="operation_id")
        if was is not None and row.state not in {wanted.value for wanted in was}:
            msg = "The call has come further meanwhile."
            raise StaleWriteError(msg, field="operation_id", remedy="Look at it again.")
        wanted = _state(state)
        sending = wanted is EffectState.SUBMITTING
        columns = {"state": wanted.value, "result": result, "updated_at": at}
        change = sa.update(effects).where(here).values(**columns)
        if sending:
            change = change.values(attempts=effects.c.attempts + 1)
        if wanted in _OVER:
            # What the payer chose to pay with is not needed any more: it is forgotten.
            call = decode(read_stored(row.params), Effect)
            settled = attrs.evolve(call, instrument="")
            change = change.values(params=canonical_json(encode(settled)))
        self.connection.execute(change)

    # ------------------------------------------------------------------- outbox

    def add_notices(self, notices: Iterable[Notice], at: dt.datetime) -> None:
        """
        Note what people are to be told.

        Args:
            notices: What and whom, in order.

            at: The present instant.

        Raises:
            pmkit.StoreError: If the id of a notice was used before.
        """
        rows = [
            {
                "id": notice.id,
                "order_id": notice.order_id,
                "notice": canonical_json(encode(notice)),
                "created_at": at,
                "sent_at": None,
                "attempts": 0,
                "error": "",
            }
            for notice in notices
        ]
        if rows:
            self.connection.execute(sa.insert(self.tables.outbox), rows)

    def unsent_notices(self, *, limit: int | None = None) -> list[Notice]:
        """
        List what people have not been told yet, oldest first.

        Args:
            limit: At most so many.

        Raises:
            pmkit.CorruptStoreError: If a row cannot be read back.
        """
        outbox = self.tables.outbox
        asked = sa.select(outbox.c.notice).where(outbox.c.sent_at.is_(None))
        rows = self.connection.execute(asked.order_by(outbox.c.number).limit(limit))
        return [decode(read_stored(row.notice), Notice) for row in rows]

    def mark_sent(self, notice_id: str, at: dt.datetime) -> None:
        """
        Note that a notice was sent.

        Args:
            notice_id: The notice.

            at: The present instant.
        """
        self._tried(notice_id, sent_at=at, error="")

    def mark_failed(self, notice_id: str, error: str) -> None:
        """
        Note that a notice could not be sent; it stays unsent.

        Args:
            notice_id: The notice.

            error: The class of what went wrong; never its words.
        """
        self._tried(notice_id, error=error)

    def _tried(self, notice_id: str, **columns: object) -> None:
        outbox = self.tables.outbox
        change = sa.update(outbox).where(outbox.c.id == notice_id)
        counted = change.values(attempts=outbox.c.attempts + 1, **columns)
        self.connection.execute(counted)


def _state(name: EffectState | str) -> EffectState:
    try:
        return EffectState(name)
    except ValueError:
        msg = "There is no such state of a call."
        known = ", ".join(state.value for state in EffectState)
        raise InputError(msg, field="state", remedy=f"Use one of {known}.") from None
