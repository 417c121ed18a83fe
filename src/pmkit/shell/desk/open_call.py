"""
One call that something can still happen to, while a round looks at it.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import attrs

from pmkit.core.effects import EffectState
from pmkit.effects.carry import Request
from pmkit.effects.recovery import ParkReason, Standing
from pmkit.hooks.capabilities import Capability
from pmkit.shell.desk.troubles import Trouble, trouble
from pmkit.shell.store.rows import EffectRow

#: How often a call or a notice is tried before a person has to look at it.
TRIES = 20

#: The calls that something can still happen to by itself.
OPEN = frozenset(state for state in EffectState if not state.over)


class Came(enum.Enum):
    """What a round made of one call."""

    #: Its outcome is known; what waits behind it may go on.
    SETTLED = enum.auto()
    #: It came further; what is behind it waits.
    FURTHER = enum.auto()
    #: Nothing came of it.
    NOTHING = enum.auto()


def _always() -> bool:
    return True


@attrs.frozen
class Begun:
    """
    A call that is committed as about to be sent.

    Args:
        request: What it is made with.
    """

    request: Request | None


@attrs.frozen(kw_only=True)
class OpenCall:
    """
    One call, whom it is for, and where to say what did not go through.

    Args:
        row: How it stands in the ledger.

        plugin: Whom it is for.

        capability: What the plugin declares of it; `None` if it declares nothing.

        troubles: What did not go through is added here.

        alive: Tells whether whoever makes the call still holds it.

        limit: How often it is tried before a person has to look at it.

        leased: Whether an engine makes the call, which comes again by itself.

        sent: Called when the far side has answered, or has not.
    """

    row: EffectRow
    plugin: Any
    capability: Capability | None
    troubles: list[Trouble]
    alive: Callable[[], bool] = _always
    limit: int = TRIES
    leased: bool = False
    sent: Callable[[], object] = _always

    def standing(self) -> Standing:
        """Tell how it stands, as far as recovery has to know."""
        return standing(self.row)

    def say(self, error: Exception) -> None:
        """Note what did not go through."""
        name = self.row.effect.operation_id
        self.troubles.append(trouble(self.row.order_id, name, error))


def standing(row: EffectRow) -> Standing:
    """
    Tell how a call stands, as far as recovery has to know.

    Args:
        row: Its row in the ledger.
    """
    return Standing(
        state=row.state,
        # Calls of an earlier pmkit do not say when they were first sent.
        first_sent_at=row.first_sent_at or row.created_at,
        changed_at=row.updated_at,
        next_at=row.next_at,
        parked=ParkReason(row.parked) if row.parked else None,
        reference=row.reference,
        held_until=row.lease_until,
    )


def result_of(error: Exception) -> str:
    """
    Name what went wrong, without its words.

    Args:
        error: What was raised.
    """
    return type(error).__name__
