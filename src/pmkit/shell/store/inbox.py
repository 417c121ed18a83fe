"""
Messages of the outside: each counts once for ever, whenever it is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import sqlalchemy as sa

from pmkit.core.errors import CorruptStoreError, NotFoundError
from pmkit.core.order import NOTHING_HERE
from pmkit.shell.plain import canonical_json
from pmkit.shell.store.keeping import read_stored
from pmkit.shell.store.rows import InboxRow
from pmkit.shell.store.waking import Waking

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from typing import Any


@attrs.frozen(kw_only=True)
class SpoiltMessage:
    """
    A message whose row cannot be read back.

    Args:
        name: Who sent it, which of our accounts it is about, and their name for it.

        attempts: How often it was tried.

        error: What is wrong with it.
    """

    name: tuple[str, str, str]
    attempts: int
    error: CorruptStoreError


def refused(inbox: sa.FromClause) -> sa.ColumnElement[bool]:
    """
    Say which messages were kept and will not be tried again, for a reason.

    Args:
        inbox: The table.
    """
    over = inbox.c.applied_at.is_not(None) & inbox.c.body.is_not(None)
    return over & (inbox.c.error > "")


def hear_again(inbox: sa.Table, name: tuple[str, str], at: dt.datetime) -> sa.Update:
    """
    Have a message that was refused heard again, as if for the first time.

    Args:
        inbox: The table.

        name: Who sent it, and their name for it.

        at: The present instant.
    """
    here = (inbox.c.provider == name[0]) & (inbox.c.event_id == name[1])
    again = {"applied_at": None, "attempts": 0, "error": "", "next_at": at}
    return sa.update(inbox).where(here, refused(inbox)).values(**again)


class Inbox(Waking):
    """The part of a transaction that is about what others tell us."""

    def inbox_seen(self, provider: str, account: str, event_id: str) -> bool:
        """
        Tell whether a message was heard before.

        Args:
            provider: Who sent it.

            account: Which of our accounts with them it is about; may be empty.

            event_id: Their name for it; it counts once for ever.
        """
        here = self._here(provider, account, event_id)
        asked = sa.select(self.tables.inbox.c.event_id).where(here)
        return self.connection.execute(asked).one_or_none() is not None

    def inbox_add(
        self,
        provider: str,
        account: str,
        event_id: str,
        *,
        digest: str,
        order_id: str | None,
        at: dt.datetime,
        applied_at: dt.datetime | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        scheme: str = "",
    ) -> bool:
        """
        Note that a message was heard.

        A message with its *body* waits to be applied; any other one was folded into
        its order by this very transaction.

        Args:
            provider: Who sent it.

            account: Which of our accounts with them it is about; may be empty.

            event_id: Their name for it.

            digest: The hash of what it says.

            order_id: The order that it is about, if that is known.

            at: The present instant.

            applied_at: When it was folded into the order.  If it is not given: *at*,
                or not yet where there is a *body*.

            body: What came, byte by byte, to be applied later.

            headers: What stood above the body and is needed to read it.

            scheme: How the message was verified.

        Returns:
            Whether it is new; nothing is written if it is not.
        """
        if self.inbox_seen(provider, account, event_id):
            return False
        if applied_at is None and body is None:
            applied_at = at
        row = {
            "provider": provider,
            "account": account,
            "event_id": event_id,
            "digest": digest,
            "order_id": order_id,
            "received_at": at,
            "applied_at": applied_at,
            "body": body,
            "headers": "" if headers is None else canonical_json(dict(headers)),
            "scheme": scheme,
            "attempts": 0,
            "error": "",
        }
        self.connection.execute(sa.insert(self.tables.inbox), row)
        if applied_at is None:
            self.wake("", at)
        return True

    def inbox_waiting(
        self,
        limit: int | None = None,
        *,
        attempts_below: int | None = None,
        due: dt.datetime | None = None,
        spoilt: list[SpoiltMessage] | None = None,
    ) -> list[InboxRow]:
        """
        List the messages that were kept and not applied yet.

        Those that failed least often come first, then the oldest: one that can never
        be applied holds up no other.

        Args:
            limit: At most so many.

            attempts_below: Only those that failed less often than this.

            due: Only those that are not to be tried later than this moment.

            spoilt: Takes the rows that cannot be read back.

        Raises:
            pmkit.CorruptStoreError: If one cannot be read back and nobody takes it.
        """
        inbox = self.tables.inbox
        waits = inbox.c.applied_at.is_(None) & inbox.c.body.is_not(None)
        asked = sa.select(inbox).where(waits)
        if attempts_below is not None:
            asked = asked.where(inbox.c.attempts < attempts_below)
        if due is not None:
            asked = asked.where(inbox.c.next_at.is_(None) | (inbox.c.next_at <= due))
        order = (
            inbox.c.attempts,
            inbox.c.received_at,
            inbox.c.provider,
            inbox.c.account,
            inbox.c.event_id,
        )
        rows = self.connection.execute(asked.order_by(*order).limit(limit))
        found = []
        for row in rows:
            try:
                found.append(_message(row))
            except CorruptStoreError as error:
                if spoilt is None:
                    raise
                name = (row.provider, row.account, row.event_id)
                spoilt.append(
                    SpoiltMessage(name=name, attempts=row.attempts, error=error)
                )
        return found

    def inbox_applied(
        self,
        provider: str,
        account: str,
        event_id: str,
        *,
        at: dt.datetime,
        order_id: str | None = None,
    ) -> None:
        """
        Note that a message was folded into its order, or means nothing here.

        Args:
            provider: Who sent it.

            account: Which of our accounts with them it is about.

            event_id: Their name for it.

            at: The present instant.

            order_id: The order that it was about, now that this is known.

        Raises:
            pmkit.NotFoundError: If there is no such message.
        """
        columns: dict[str, Any] = {"applied_at": at, "error": ""}
        if order_id is not None:
            columns["order_id"] = order_id
        self._change(provider, account, event_id, columns)

    def inbox_failed(
        self,
        provider: str,
        account: str,
        event_id: str,
        *,
        error: str,
        next_at: dt.datetime | None = None,
    ) -> None:
        """
        Note that a message could not be applied; it goes on waiting.

        Args:
            provider: Who sent it.

            account: Which of our accounts with them it is about.

            event_id: Their name for it.

            error: The class or code of what went wrong; never its words.

            next_at: When it is tried again, UTC.

        Raises:
            pmkit.NotFoundError: If there is no such message.
        """
        attempts = self.tables.inbox.c.attempts + 1
        columns = {"attempts": attempts, "error": error, "next_at": next_at}
        if next_at is not None:
            self.wake("", next_at)
        self._change(provider, account, event_id, columns)

    def _change(
        self, provider: str, account: str, event_id: str, columns: dict[str, Any]
    ) -> None:
        here = self._here(provider, account, event_id)
        change = sa.update(self.tables.inbox).where(here).values(**columns)
        if self.connection.execute(change).rowcount != 1:
            raise NotFoundError(NOTHING_HERE, field="event_id")

    def _here(
        self, provider: str, account: str, event_id: str
    ) -> sa.ColumnElement[bool]:
        inbox = self.tables.inbox
        return (
            (inbox.c.provider == provider)
            & (inbox.c.account == account)
            & (inbox.c.event_id == event_id)
        )


def _message(row: Any) -> InboxRow:
    headers = read_stored(row.headers) if row.headers else {}
    if not isinstance(headers, dict) or not isinstance(row.body, bytes):
        msg = "A message that was kept cannot be read back."
        raise CorruptStoreError(msg, field="inbox", remedy="Restore a backup.")
    return InboxRow(
        provider=row.provider,
        account=row.account,
        event_id=row.event_id,
        digest=row.digest,
        order_id=row.order_id,
        received_at=row.received_at,
        body=row.body,
        headers=headers,
        scheme=row.scheme,
        attempts=row.attempts,
        error=row.error,
    )
