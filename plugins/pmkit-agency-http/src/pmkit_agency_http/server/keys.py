"""
Which requests came before: what makes a repetition harmless.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

#: How long a key is kept at least; the document promises it.
WINDOW = dt.timedelta(days=30)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Earlier:
    """
    A request that came before under the same key.

    Args:
        digest: What it asked for.

        answer: What was answered; `None` while it is being worked on.
    """

    digest: str
    answer: bytes | None = None


class KeyStore(Protocol):
    """
    Keeps the keys; a server of more than one process keeps them in its database.

    `begin` is the one moment that decides: of two requests with one key, exactly one
    gets `None`.
    """

    def begin(self, account: str, key: str, digest: str) -> Earlier | None:
        """Reserve a key, or give what came before under it."""

    def finish(self, account: str, key: str, answer: bytes) -> None:
        """Keep what was answered."""

    def forget(self, account: str, key: str) -> None:
        """Free a key whose request had no effect."""


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class MemoryKeys:
    """
    Keeps keys in memory; they are gone when the process ends.

    Args:
        now: Tells the present instant, aware.

        window: How long a key is kept.

    Examples:
        >>> keys = MemoryKeys()
        >>> keys.begin("a", "key-1", "digest")
        >>> keys.begin("a", "key-1", "digest")
        Earlier(digest='digest', answer=None)
    """

    def __init__(
        self,
        *,
        now: Callable[[], dt.datetime] = _utc_now,
        window: dt.timedelta = WINDOW,
    ) -> None:
        self._now = now
        self._window = window
        self._kept: dict[tuple[str, str], tuple[Earlier, dt.datetime]] = {}
        self._lock = threading.Lock()

    def begin(self, account: str, key: str, digest: str) -> Earlier | None:
        """Reserve a key, or give what came before under it."""
        now = self._now()
        with self._lock:
            earlier, since = self._kept.get((account, key), (None, now))
            if earlier is not None and now - since <= self._window:
                return earlier
            self._kept[account, key] = (Earlier(digest=digest), now)
            return None

    def finish(self, account: str, key: str, answer: bytes) -> None:
        """Keep what was answered."""
        with self._lock:
            earlier, since = self._kept[account, key]
            kept = dataclasses.replace(earlier, answer=answer)
            self._kept[account, key] = (kept, since)

    def forget(self, account: str, key: str) -> None:
        """Free a key whose request had no effect."""
        with self._lock:
            self._kept.pop((account, key), None)
