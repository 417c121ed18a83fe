"""
Rows of the ledger as records, and those that cannot be read any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.effects import Effect, EffectState
from pmkit.core.errors import CorruptStoreError
from pmkit.shell.store.keeping import read_stored
from pmkit.shell.store.rows import EffectRow, Resolution
from pmkit.shell.wire import decode

if TYPE_CHECKING:
    from collections.abc import Iterable


@attrs.frozen(kw_only=True)
class SpoiltCall:
    """
    A call whose row cannot be read back; nothing is sent of it.

    Args:
        order_id: Its order.

        operation_id: Its name.

        subject: What it is about.

        attempts: How often it was tried.

        parked: Why it waits for a person; empty if it does not.

        error: What is wrong with it.
    """

    order_id: str
    operation_id: str
    subject: str
    attempts: int
    parked: str
    error: CorruptStoreError


def effect_row(row: Any) -> EffectRow:
    """
    Read a row of the ledger.

    Args:
        row: With all its columns.

    Raises:
        pmkit.CorruptStoreError: If it cannot be read back.
    """
    try:
        state = EffectState(row.state)
        certainty = Certainty(row.certainty) if row.certainty else None
    except ValueError:
        msg = "The state of a call cannot be read back."
        remedy = "Run pmkit orders verify, and restore a backup."
        raise CorruptStoreError(msg, field="effects.state", remedy=remedy) from None
    said = read_stored(row.evidence) if row.evidence else []
    return EffectRow(
        order_id=row.order_id,
        seq=row.seq,
        effect=decode(read_stored(row.params), Effect),
        state=state,
        attempts=row.attempts,
        result=row.result,
        created_at=row.created_at,
        updated_at=row.updated_at,
        digest=row.digest,
        certainty=certainty,
        first_sent_at=row.first_sent_at,
        next_at=row.next_at,
        reference=row.reference,
        parked=row.parked,
        resolutions=tuple(decode(each, Resolution) for each in said),
        lease_until=row.lease_until,
        lease_owner=row.lease_owner,
    )


def readable(rows: Iterable[Any], spoilt: list[SpoiltCall] | None) -> list[EffectRow]:
    """
    Read rows of the ledger, one independent of the other.

    Args:
        rows: With all their columns.

        spoilt: Takes those that cannot be read back.

    Raises:
        pmkit.CorruptStoreError: If one cannot be read back and nobody takes it.
    """
    found = []
    for row in rows:
        try:
            found.append(effect_row(row))
        except CorruptStoreError as error:
            if spoilt is None:
                raise
            spoilt.append(
                SpoiltCall(
                    order_id=row.order_id,
                    operation_id=row.operation_id,
                    subject=row.subject,
                    attempts=row.attempts,
                    parked=row.parked,
                    error=error,
                )
            )
    return found
