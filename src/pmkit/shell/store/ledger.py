"""
Intent before effect: calls to plugins, committed with the decision that asks for them.

The states and who may move a call from which to which are those of
`pmkit.effects.recovery` and `pmkit.shell.desk.carrying`; here they are only kept.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.effects import Effect, EffectState
from pmkit.core.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    StaleWriteError,
)
from pmkit.core.order import NOTHING_HERE
from pmkit.shell.plain import canonical_json
from pmkit.shell.store.effect_rows import SpoiltCall, effect_row, readable
from pmkit.shell.store.leasing import FREE, lost
from pmkit.shell.store.rows import DUE, EffectRow, Resolution
from pmkit.shell.store.schema import inserting_into
from pmkit.shell.store.waking import Waking
from pmkit.shell.wire import encode, text_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

    from pmkit.core.certainty import Certainty
    from pmkit.shell.store.leasing import Claim
    from pmkit.shell.store.schema import Tables


class Ledger(Waking):
    """The part of a transaction that is about calls to plugins."""

    #: Under what this transaction writes; see `pmkit.shell.store.fenced`.
    claim: Claim | None = None
    #: Whether the call that this transaction wrote about was given back with it.
    freed: bool | None = None
    #: Whether what was written last has checked the fence of the claim.
    fenced: bool = False

    def add_effects(
        self,
        order_id: str,
        seq: int,
        effects: Iterable[Effect],
        at: dt.datetime,
        *,
        digests: Mapping[str, str] | None = None,
    ) -> None:
        """
        Reserve calls that are to be made.

        Args:
            order_id: The order.

            seq: Its version, which decided them.

            effects: The calls, in the order in which they are to be made.

            at: The present instant.

            digests: The hash of what each is made with, by operation id.

        Raises:
            pmkit.ConflictError: If an operation id was reserved for something else.

            pmkit.StoreError: If an operation id was used before.
        """
        known = {} if digests is None else digests
        rows = [
            {
                "operation_id": effect.operation_id,
                "order_id": order_id,
                "seq": seq,
                "kind": effect.kind.value,
                "plugin": effect.plugin,
                "params": text_of(effect),
                "state": EffectState.RESERVED.value,
                "attempts": 0,
                "result": "",
                "created_at": at,
                "updated_at": at,
                "digest": known.get(effect.operation_id, ""),
                "subject": effect.subject,
            }
            for effect in effects
        ]
        if rows:
            self._require_same({row["operation_id"]: row["digest"] for row in rows})
            self.connection.execute(inserting_into(self.tables.effects), rows)
            self.wake(order_id, at)

    def _require_same(self, digests: Mapping[Any, Any]) -> None:
        """Refuse an operation id that was reserved for something else."""
        asked = _same_names(self.tables)
        for row in self.connection.execute(asked, {"names": sorted(digests)}):
            if row.digest != digests[row.operation_id]:
                msg = f"The operation {row.operation_id} was reserved for another call."
                remedy = "Decide anew: each decision has an operation id of its own."
                raise ConflictError(msg, field="operation_id", remedy=remedy)

    def due_effects(
        self,
        *,
        order_id: str | None = None,
        states: Collection[EffectState] = DUE,
        limit: int | None = None,
        spoilt: list[SpoiltCall] | None = None,
    ) -> list[EffectRow]:
        """
        List the calls in some states, oldest first.

        Args:
            order_id: Only those of this order.

            states: Only those in one of these states; by default those that are to
                be made or found out about.

            limit: At most so many.

            spoilt: Takes the rows that cannot be read back.

        Raises:
            pmkit.CorruptStoreError: If one cannot be read back and nobody takes it.
        """
        effects = self.tables.effects
        wanted = sorted(state.value for state in states)
        asked = sa.select(effects).where(effects.c.state.in_(wanted))
        if order_id is not None:
            asked = asked.where(effects.c.order_id == order_id)
        rows = self.connection.execute(asked.order_by(effects.c.number).limit(limit))
        return readable(rows, spoilt)

    def parked_effects(
        self, *, spoilt: list[SpoiltCall] | None = None
    ) -> list[EffectRow]:
        """
        List the calls that wait for a person, oldest first, whatever their state.

        Args:
            spoilt: Takes the rows that cannot be read back.

        Raises:
            pmkit.CorruptStoreError: If one cannot be read back and nobody takes it.
        """
        effects = self.tables.effects
        asked = sa.select(effects).where(effects.c.parked > "")
        rows = self.connection.execute(asked.order_by(effects.c.number))
        return readable(rows, spoilt)

    def effect(self, operation_id: str) -> EffectRow:
        """
        Read one call.

        Args:
            operation_id: Its name.

        Raises:
            pmkit.NotFoundError: If there is no such call.

            pmkit.CorruptStoreError: If the row cannot be read back.
        """
        asked = _one(self.tables)
        row = self.connection.execute(asked, {"here": operation_id}).one_or_none()
        if row is None:
            raise NotFoundError(NOTHING_HERE, field="operation_id")
        return effect_row(row)

    def set_effect_state(
        self,
        operation_id: str,
        state: EffectState | str,
        *,
        at: dt.datetime,
        result: str = "",
        was: Collection[EffectState] | None = None,
        attempts: int | None = None,
        certainty: Certainty | None = None,
        unsent: bool = False,
        next_at: dt.datetime | None = None,
        reference: str | None = None,
        parked: str = "",
        digest: str | None = None,
        known: EffectRow | None = None,
    ) -> None:
        """
        Note how far a call has come; one about to be sent counts as an attempt.

        Args:
            operation_id: The call.

            state: Its state from now on.

            at: The present instant.

            result: What came of it, in a word.

            was: Only from one of these states.

            attempts: Only if it was about to be sent so often.

            certainty: What is known of its effect; as before if not given.

            unsent: Whether it is certain that nothing of it had an effect, so that
                the window of its key has not begun.

            next_at: Not to be sent or asked about before.

            reference: The far side's number; as before if not given.

            parked: Why it waits for a person from now on; it does not, if empty.

            digest: The hash of what is sent, for a call that has none yet.

            known: The call as it was read before; what of it may have changed since
                is checked.  It is read here, if left out.

        Raises:
            pmkit.NotFoundError: If there is no such call.

            pmkit.StaleWriteError: If it has come further meanwhile.
        """
        before = self.effect(operation_id) if known is None else known
        wanted = _state(state)
        columns: dict[str, Any] = {
            "state": wanted.value,
            "result": result,
            "updated_at": at,
            "next_at": next_at,
            "parked": parked,
            **FREE,
        }
        given = {"certainty": certainty, "reference": reference, "digest": digest}
        columns |= {name: value for name, value in given.items() if value is not None}
        if unsent:
            columns["first_sent_at"] = None
        if wanted is EffectState.SUBMITTING:
            attempts = before.attempts if attempts is None else attempts
            columns["attempts"] = attempts + 1
            columns["first_sent_at"] = before.first_sent_at or at
            columns |= self._held(at)
        if wanted.over and before.effect.instrument:
            # What the payer chose to pay with is not needed any more: it is forgotten.
            settled = attrs.evolve(before.effect, instrument="")
            columns["params"] = canonical_json(encode(settled))
        self._write(operation_id, columns, was=was, attempts=attempts)
        self.freed = columns["lease_until"] is None
        if self.freed and self.claim is not None and self.claim.lease.ask_in:
            self.look_soon(before.order_id, at + self.claim.lease.ask_in)
        if not parked and wanted is not EffectState.SUBMITTING:
            # What waits behind a call that is over may go on now.
            self.wake(before.order_id, next_at or at)

    def _held(self, at: dt.datetime) -> dict[str, Any]:
        """Keep the lease while a call is out; everything else gives it back."""
        if self.claim is None:
            return {}
        lease = self.claim.lease
        return {"lease_owner": lease.owner, "lease_until": lease.until(at)}

    def add_resolution(self, operation_id: str, resolution: Resolution) -> None:
        """
        Note what a person said of a call; what was said before is kept.

        Args:
            operation_id: The call.

            resolution: What they said.

        Raises:
            pmkit.NotFoundError: If there is no such call.
        """
        said = (*self.effect(operation_id).resolutions, resolution)
        columns = {
            "resolution": resolution.outcome,
            "resolved_by": resolution.by,
            "resolved_at": resolution.at,
            "evidence": canonical_json([encode(each) for each in said]),
        }
        self._write(operation_id, columns)

    def _write(
        self,
        operation_id: str,
        columns: dict[str, Any],
        *,
        was: Collection[EffectState] | None = None,
        attempts: int | None = None,
    ) -> None:
        """Write about a call that is still held, and still as far as it was."""
        own = None if self.claim is None else self.claim.fence_of(operation_id)
        given: dict[str, Any] = {"own": own, "tried": attempts}
        if was is not None:
            states = sorted(state.value for state in was)
            given |= {"was": states[0]} if len(states) == 1 else {"were": states}
        given = {name: value for name, value in given.items() if value is not None}
        change = _changing(self.tables, tuple(given))
        given |= columns | {"here": operation_id}
        if self.connection.execute(change, given).rowcount != 1:
            before = self.effect(operation_id)
            if own is None or (was is not None and before.state not in was):
                raise _further()
            raise _further() if attempts not in {None, before.attempts} else lost()
        self.fenced = own is not None


@functools.cache
def _one(names: Tables) -> sa.Select[Any]:
    here = names.effects.c.operation_id == sa.bindparam("here")
    return sa.select(names.effects).where(here)


@functools.cache
def _changing(names: Tables, given: tuple[str, ...]) -> sa.Update:
    effects = names.effects
    checks = {
        "own": effects.c.fence == sa.bindparam("own"),
        "tried": effects.c.attempts == sa.bindparam("tried"),
        "was": effects.c.state == sa.bindparam("was"),
        "were": effects.c.state.in_(sa.bindparam("were", expanding=True)),
    }
    here = effects.c.operation_id == sa.bindparam("here")
    return sa.update(effects).where(here, *(checks[name] for name in given))


def _further() -> StaleWriteError:
    msg = "The call has come further meanwhile."
    return StaleWriteError(msg, field="operation_id", remedy="Look at it again.")


@functools.cache
def _same_names(names: Tables) -> sa.Select[tuple[str, str]]:
    """Make the statement once for each store: that costs more than to execute it."""
    effects = names.effects
    return sa.select(effects.c.operation_id, effects.c.digest).where(
        effects.c.operation_id.in_(sa.bindparam("names", expanding=True))
    )


def _state(name: EffectState | str) -> EffectState:
    try:
        return EffectState(name)
    except ValueError:
        msg = "There is no such state of a call."
        known = ", ".join(state.value for state in EffectState)
        raise InputError(msg, field="state", remedy=f"Use one of {known}.") from None
