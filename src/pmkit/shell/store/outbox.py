"""
Messages out: what people are to be told, committed with the decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from pmkit.core.ports import Notice
from pmkit.shell.plain import canonical_json
from pmkit.shell.store.keeping import read_stored
from pmkit.shell.store.waking import Waking
from pmkit.shell.wire import decode, encode

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable


class Outbox(Waking):
    """The part of a transaction that is about what people are told."""

    def add_notices(self, notices: Iterable[Notice], at: dt.datetime) -> None:
        """
        Note what people are to be told.

        Args:
            notices: What and whom, in order.

            at: The present instant.

        Raises:
            pmkit.StoreError: If the id of a notice was used before.
        """
        rows = [
            {
                "id": notice.id,
                "order_id": notice.order_id,
                "notice": canonical_json(encode(notice)),
                "created_at": at,
                "sent_at": None,
                "attempts": 0,
                "error": "",
            }
            for notice in notices
        ]
        if rows:
            self.connection.execute(sa.insert(self.tables.outbox), rows)
            self.wake("", at)

    def unsent_notices(self, *, limit: int | None = None) -> list[Notice]:
        """
        List what people have not been told yet, oldest first.

        Args:
            limit: At most so many.

        Raises:
            pmkit.CorruptStoreError: If a row cannot be read back.
        """
        outbox = self.tables.outbox
        asked = sa.select(outbox.c.notice).where(outbox.c.sent_at.is_(None))
        rows = self.connection.execute(asked.order_by(outbox.c.number).limit(limit))
        return [decode(read_stored(row.notice), Notice) for row in rows]

    def mark_sent(self, notice_id: str, at: dt.datetime) -> None:
        """
        Note that a notice was sent.

        Args:
            notice_id: The notice.

            at: The present instant.
        """
        self._tried(notice_id, sent_at=at, error="")

    def mark_failed(self, notice_id: str, error: str) -> None:
        """
        Note that a notice could not be sent; it stays unsent.

        Args:
            notice_id: The notice.

            error: The class of what went wrong; never its words.
        """
        self._tried(notice_id, error=error)

    def _tried(self, notice_id: str, **columns: object) -> None:
        outbox = self.tables.outbox
        change = sa.update(outbox).where(outbox.c.id == notice_id)
        counted = change.values(attempts=outbox.c.attempts + 1, **columns)
        self.connection.execute(counted)
