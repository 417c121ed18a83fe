"""
What the far side really did: the record that tells once from twice.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from pmkit.core.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")


@attrs.frozen
class Ledger:
    """
    The operations that a simulated company has carried out.

    Args:
        effects: How often each thing was really done, such as ``"book s-1"``; a
            count above 1 is a booking, a charge or a refund that happened twice.
    """

    effects: Counter[str] = attrs.field(factory=Counter)
    _replies: dict[str, tuple[object, Any]] = attrs.field(factory=dict, init=False)

    def once(self, operation_id: str, request: object, act: Callable[[], _T]) -> _T:
        """
        Carry out an operation, or repeat the reply of the first time.

        Args:
            operation_id: The caller's name for the operation.

            request: What is asked for; it belongs to the id for ever.

            act: Does it and gives the reply.

        Returns:
            The reply of the one time that it was done.

        Raises:
            pmkit.ConflictError: If the id was used for another request.
        """
        if operation_id in self._replies:
            before, reply = self._replies[operation_id]
            if before != request:
                msg = f"Operation {operation_id!r} was something else before."
                raise ConflictError(
                    msg, field="operation_id", remedy="Use a new id for a new request."
                )
            kept: _T = reply
            return kept
        done = act()
        self._replies[operation_id] = (request, done)
        return done

    def done(self, operation_id: str) -> tuple[Any] | None:
        """
        Look an operation up by the caller's name for it.

        Args:
            operation_id: The name.

        Returns:
            The reply of the one time that it was done, alone in a tuple; `None` if
            it was never done.
        """
        kept = self._replies.get(operation_id)
        return None if kept is None else (kept[1],)
