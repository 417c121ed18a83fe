"""
What is kept beside the orders: answers to commands, and files.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pmkit.core.errors import (
    ConflictError,
    CorruptStoreError,
    NotFoundError,
)
from pmkit.core.order import NOTHING_HERE
from pmkit.shell.store.chain import digest
from pmkit.shell.store.rows import Remembered
from pmkit.shell.store.schema import inserting_into
from pmkit.shell.wire import text_of

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.shell.store.schema import Tables

_REMEDY = "Run pmkit orders verify, and restore a backup."


def read_stored(text: object) -> Any:
    """
    Read JSON that pmkit wrote.

    It was written by `canonical_json`, and whoever changed it could have changed it
    otherwise: here nothing is looked for but JSON; `pmkit orders verify` compares.

    Raises:
        pmkit.CorruptStoreError: If it is not JSON.
    """
    try:
        return json.loads(text if isinstance(text, str) else "")
    except (ValueError, RecursionError):
        msg = "What is stored here is not JSON."
        raise CorruptStoreError(msg, remedy=_REMEDY) from None


# Statements are made once for each store: that costs more than to execute them.


@functools.cache
def _recalling(names: Tables) -> sa.Select[tuple[str, str, str]]:
    commands = names.commands
    asked = sa.select(commands.c.digest, commands.c.order_id, commands.c.answer)
    return asked.where(
        commands.c.scope == sa.bindparam("whose"),
        commands.c.key == sa.bindparam("which"),
    )


class Keeping:
    """The part of a transaction that is not about orders and calls."""

    def __init__(self, connection: sa.Connection, names: Tables) -> None:
        self.connection = connection
        self.tables = names
        #: Scopes and keys that were looked for here and are not there.
        self._unused: set[tuple[str, str]] = set()

    # ----------------------------------------------------------------- commands

    def recall(self, scope: str, key: str) -> Remembered | None:
        """
        Find what a command with this key answered.

        Args:
            scope: Whose key it is; keys of two scopes never meet.

            key: The idempotency key.
        """
        asked = _recalling(self.tables)
        here = {"whose": scope, "which": key}
        row = self.connection.execute(asked, here).one_or_none()
        if row is None:
            self._unused.add((scope, key))
            return None
        return Remembered(
            digest=row.digest,
            order_id=row.order_id or "",
            answer=read_stored(row.answer),
        )

    def remember(  # noqa: PLR0917 - the columns, in their order
        self,
        scope: str,
        key: str,
        digest: str,
        order_id: str,
        answer: Any,
        at: dt.datetime,
    ) -> None:
        """
        Keep what a command answered.

        Args:
            scope: Whose key it is.

            key: The idempotency key.

            digest: The hash of what was asked.

            order_id: The order that it was about.

            answer: Plain JSON values.

            at: The present instant.

        Raises:
            pmkit.ConflictError: If the key was used before.
        """
        if (scope, key) not in self._unused and self.recall(scope, key) is not None:
            msg = "This idempotency key was used before."
            raise ConflictError(msg, field="key", remedy="Use a new key.")
        row = {
            "scope": scope,
            "key": key,
            "digest": digest,
            "order_id": order_id,
            "answer": text_of(answer),
            "at": at,
        }
        self.connection.execute(inserting_into(self.tables.commands), row)
        self._unused.discard((scope, key))

    # -------------------------------------------------------------------- files

    def put_file(self, content: bytes, media_type: str, at: dt.datetime) -> str:
        """
        Keep some bytes under the hash of their content; twice is once.

        Args:
            content: The bytes.

            media_type: Such as ``image/jpeg``.

            at: The present instant.

        Returns:
            Their SHA-256, as 64 lower-case hexadecimal digits.
        """
        files = self.tables.files
        name = digest(content)
        there = sa.select(files.c.sha256).where(files.c.sha256 == name)
        if self.connection.execute(there).one_or_none() is None:
            row = {
                "sha256": name,
                "media_type": media_type,
                "size": len(content),
                "content": content,
                "created_at": at,
            }
            self.connection.execute(inserting_into(files), row)
        return name

    def get_file(self, sha256: str) -> bytes:
        """
        Give the bytes of a file.

        Args:
            sha256: The hash of their content.

        Raises:
            pmkit.NotFoundError: If there are none.

            pmkit.CorruptStoreError: If they are not what their hash says.
        """
        files = self.tables.files
        asked = sa.select(files.c.content).where(files.c.sha256 == sha256)
        content = self.connection.execute(asked).scalar_one_or_none()
        if content is None:
            raise NotFoundError(NOTHING_HERE, field="sha256")
        if not isinstance(content, bytes) or digest(content) != sha256:
            msg = "The stored bytes are not those of this hash."
            raise CorruptStoreError(msg, field="sha256", remedy=_REMEDY)
        return content
