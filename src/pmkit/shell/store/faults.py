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
    PmkitError,
    StoreError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_BACKUP = "Restore a backup."

#: Words in the complaints of SQLite, what they mean, and what to do.
_MEANING: tuple[tuple[str, type[StoreError], str, str], ...] = (
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


def meaning(error: Exception) -> PmkitError:
    """
    Say what a complaint of the database means.

    Args:
        error: What SQLAlchemy or the driver raised.
    """
    words = str(getattr(error, "orig", error)).lower()
    for piece, kind, message, remedy in _MEANING:
        if piece in words:
            return kind(message, remedy=remedy or None)
    name = type(getattr(error, "orig", error)).__name__
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
