"""
What a database complains of, as errors of pmkit; never with the values of a row.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pmkit.core.errors import (
    CorruptStoreError,
    ForeignStoreError,
    InputError,
    LostConnectionError,
    PmkitError,
    StaleWriteError,
    StoreError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_BACKUP = "Restore a backup."
_LOST = (
    "The connection to the database was lost.",
    "Give the command again with the same key: it happens once.",
)
_STALE = (
    "Another writer was faster; nothing was written.",
    "Load it again and decide anew.",
)

#: Words in the complaints of SQLite, what they mean, and what to do.
_MEANING: tuple[tuple[str, type[PmkitError], str, str], ...] = (
    ("unique constraint failed", StaleWriteError, *_STALE),
    ("connection failed", LostConnectionError, *_LOST),
    ("nul (0x00)", InputError, "A text has a NUL in it.", "Leave it out."),
    ("file is not a database", ForeignStoreError, "It is not a SQLite file.", ""),
    ("malformed", CorruptStoreError, "The database file is damaged.", _BACKUP),
    ("could not decode", CorruptStoreError, "A text in it is damaged.", _BACKUP),
    ("disk i/o error", StoreError, "The disk fails.", "Check the disk."),
    (
        "locked",
        StoreError,
        "Another program is writing to the database.",
        "Try again.",
    ),
    (
        "readonly",
        StoreError,
        "The database cannot be written to.",
        "Check the rights of the file and its folder.",
    ),
    ("disk is full", StoreError, "The disk is full.", "Make room and try again."),
    (
        "unable to open",
        StoreError,
        "The database file cannot be opened.",
        "Check that its folder is there and may be written to.",
    ),
)

#: Beginnings of the codes of PostgreSQL, what they mean, and what to do.
#: https://www.postgresql.org/docs/current/errcodes-appendix.html
_STATES: tuple[tuple[str, type[PmkitError], str, str], ...] = (
    ("08", LostConnectionError, *_LOST),
    ("57P", LostConnectionError, *_LOST),
    ("23505", StaleWriteError, *_STALE),
    ("40", StaleWriteError, *_STALE),
    ("55P03", StaleWriteError, *_STALE),
    ("22003", InputError, "A number is too large to be stored.", "Give a smaller one."),
    ("25006", StoreError, "The database cannot be written to.", "Ask its owner."),
    (
        "3D000",
        StoreError,
        "There is no such database.",
        "Create it, or check the name.",
    ),
    ("28", StoreError, "The database does not let us in.", "Check user and password."),
    ("42501", StoreError, "The database does not let us do that.", "Ask its owner."),
    ("53100", StoreError, "The disk is full.", "Make room and try again."),
    ("53", StoreError, "The database has no room for us.", "Try again later."),
)


def meaning(error: Exception) -> PmkitError:
    """
    Say what a complaint of the database means.

    Args:
        error: What SQLAlchemy or the driver raised.
    """
    orig = getattr(error, "orig", error)
    state = getattr(orig, "sqlstate", None) or ""
    for beginning, kind, message, remedy in _STATES:
        if state.startswith(beginning):
            return kind(message, remedy=remedy)
    if getattr(error, "connection_invalidated", False):
        return LostConnectionError(_LOST[0], remedy=_LOST[1])
    if isinstance(error, sa.exc.TimeoutError):
        msg = "All connections to the database are in use."
        return StoreError(msg, remedy="Try again, or give the engine a larger pool.")
    words = str(orig).lower()
    for piece, kind, message, remedy in _MEANING:
        if piece in words:
            return kind(message, remedy=remedy or None)
    name = type(orig).__name__
    return StoreError(f"The database refused: {name}.", remedy="Nothing was written.")


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """
    Turn what the database raises into errors of pmkit.

    Raises:
        pmkit.StoreError: For every complaint of the database.

        pmkit.InputError: If a text is not Unicode, or a number beyond 64 bits.
    """
    try:
        yield
    except UnicodeEncodeError:
        msg = "A text has half of a surrogate pair in it, which is no character."
        raise InputError(msg, remedy="Decode the text anew from its source.") from None
    except UnicodeDecodeError:
        msg = "A text in the database is damaged."
        raise CorruptStoreError(msg, remedy=_BACKUP) from None
    except OverflowError:
        msg = "A number is too large to be stored."
        raise InputError(msg, remedy="Give a smaller one.") from None
    except (sa.exc.StatementError, sa.exc.TimeoutError, sqlite3.Error) as error:
        own = getattr(error, "orig", None)
        if isinstance(own, PmkitError):
            raise own from None
        # The cause is cut off: its text and its frames hold the values of the row.
        raise meaning(error) from None
