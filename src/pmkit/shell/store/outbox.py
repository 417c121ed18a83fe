"""
Messages out: what people are to be told, committed with the decision.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pmkit.shell.store.schema import inserting_into
from pmkit.shell.store.waking import Waking
from pmkit.shell.wire import text_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.ports import Notice


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
                "notice": text_of(notice),
                "created_at": at,
                "sent_at": None,
                "attempts": 0,
                "error": "",
            }
            for notice in notices
        ]
        if rows:
            self.connection.execute(inserting_into(self.tables.outbox), rows)
            self.wake("", at)
