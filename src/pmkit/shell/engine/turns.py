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

        share: How many threads one may have at a time.

        single: Those that may have only one.

    Examples:
        >>> turns = Turns(["a", "b"], share=1)
        >>> turns.begin("a")
        >>> list(turns.free())
        ['b']
        >>> turns.end("a")
        >>> list(turns.free())
        ['b', 'a']
    """

    def __init__(
        self, receivers: Sequence[str], *, share: int, single: Collection[str] = ()
    ) -> None:
        self._row = collections.deque(receivers)
        self._shares = {name: 1 if name in single else share for name in receivers}
        self._busy: collections.Counter[str] = collections.Counter()

    def free(self) -> Iterator[str]:
        """List who may have a turn now, who had none for longest first."""
        return (n for n in tuple(self._row) if self._busy[n] < self._shares[n])

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
