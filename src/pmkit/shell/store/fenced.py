"""
A store that writes only while a claim is still held.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from pmkit.shell.store.leasing import LeaseLostError
from pmkit.shell.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pmkit.shell.clock import Clock
    from pmkit.shell.store.leasing import Claim
    from pmkit.shell.store.transaction import Transaction


class Fenced(Store):
    """
    A store whose every transaction that writes checks the fence of a claim.

    Args:
        store: Where to write.

        claim: Under what.
    """

    def __init__(self, store: Store, claim: Claim) -> None:
        super().__init__(store.engine, store.tables, owned=False)
        self.waker = store.waker
        #: Whether a transaction was refused because another worker took over.
        self.lost = False
        #: Whether what was written gave the claim back.
        self.freed = False
        #: Done in the transaction that gives the claim back, once that is written.
        self.then: Callable[[Transaction], None] | None = None
        self._store = store
        self._claim = claim

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """
        Begin a transaction that writes; see `Store.transaction`.

        Raises:
            LeaseLostError: If another worker took over; nothing was written.
        """
        with self._noticing(), self._store.transaction() as tx:
            tx.claim = self._claim
            yield tx
            # Last, and locked until the commit: nobody can take over in between.
            if not tx.fenced:
                self._claim.require(tx)
            freed = tx.freed
            if freed and self.then is not None:
                self.then(tx)
        if freed is not None:
            self.freed = freed

    @contextlib.contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except LeaseLostError:
            self.lost = True
            raise

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """Begin a transaction that only reads; see `Store.snapshot`."""
        with self._store.snapshot() as tx:
            yield tx

    def clock(self) -> Clock:
        """Give the clock that all who share the database have in common."""
        return self._store.clock()
