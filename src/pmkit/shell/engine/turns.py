"""
Whose turn it is: one receiver that is slow or has a lot takes no more than its share.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


class Turns:
    """
    Receivers in a row; who had a turn goes to the end.

    Args:
        receivers: Their names.

        spare: How many turns all may have at a time beside the first one of each.

        single: Those that may have only one.

    Examples:
        >>> turns = Turns(["a", "b"], spare=0)
        >>> turns.begin("a")
        >>> list(turns.free())
        ['b']
        >>> turns.end("a")
        >>> list(turns.free())
        ['b', 'a']
    """

    def __init__(
        self, receivers: Sequence[str], *, spare: int, single: Collection[str] = ()
    ) -> None:
        self._row = collections.deque(receivers)
        self._spare = spare
        self._single = frozenset(single)
        self._busy: collections.Counter[str] = collections.Counter()

    def free(self) -> Iterator[str]:
        """List who may have a turn now, who had none for longest first."""
        more = sum(max(0, n - 1) for n in self._busy.values()) < self._spare
        return (
            name
            for name in tuple(self._row)
            if not self._busy[name] or (more and name not in self._single)
        )

    def begin(self, receiver: str) -> None:
        """
        Give a turn.

        Args:
            receiver: Who has it.
        """
        self._busy[receiver] += 1
        self._row.remove(receiver)
        self._row.append(receiver)

    def end(self, receiver: str) -> None:
        """
        Take note that a turn is over.

        Args:
            receiver: Who had it.
        """
        self._busy[receiver] -= 1

    @property
    def busy(self) -> int:
        """How many turns are not over."""
        return self._busy.total()
