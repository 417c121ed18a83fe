"""
Files that several processes write, and the versions of SQLite that may damage them.
"""

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING

from pmkit.shell import telemetry

if TYPE_CHECKING:
    from collections.abc import Collection

    from pmkit.shell.store.store import Store

#: The first version without the defect; see `Store.warnings`.
FIXED = (3, 51, 3)
#: The stores that were warned of.
_TOLD: weakref.WeakSet[Store] = weakref.WeakSet()


class SharedFileWarning(UserWarning):
    """
    Several processes write one file with a SQLite that may damage it.

    Use SQLite 3.51.3, one writing process, or PostgreSQL.
    """


def doubt(store: Store) -> str:
    """
    Say what is doubtful about the SQLite of a store that several processes write.

    Args:
        store: Where `Store.linked` is the version of SQLite.

    Returns:
        A sentence for people; empty if there is nothing to say: another database, a
        newer version, or a database in memory, which nobody else has.
    """
    engine = store.engine
    private = engine.url.database in {None, "", ":memory:"}
    if engine.dialect.name != "sqlite" or private or store.linked >= FIXED:
        return ""
    version = ".".join(map(str, store.linked))
    said = f"SQLite {version} may damage a file that several processes write"
    return f"{said}: use 3.51.3, one writing process, or PostgreSQL."


def warn_once(store: Store, others: Collection[str]) -> bool:
    """
    Warn of the file of a store, if other processes write it and that may damage it.

    Args:
        store: The store; it is warned of once.

        others: The names of the other processes that write.

    Returns:
        Whether it was warned of now, by `SharedFileWarning` and by the event
        ``pmkit.store.shared``.
    """
    said = doubt(store)
    if not said or not others or store in _TOLD:
        return False
    _TOLD.add(store)
    telemetry.event("pmkit.store.shared", others=len(others), warning=said)
    warnings.warn(said, SharedFileWarning, stacklevel=2)
    return True
