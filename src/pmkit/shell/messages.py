"""
Messages of the far side in the inbox: written down once, and given back as verified.
"""

from __future__ import annotations

import datetime as dt
import enum
from typing import TYPE_CHECKING

import sqlalchemy as sa

from pmkit.core.errors import CorruptStoreError
from pmkit.effects.webhooks.verified import VerifiedWebhook, stored
from pmkit.shell.store.chain import digest

if TYPE_CHECKING:
    from pmkit.shell.store import Store, Transaction
    from pmkit.shell.store.rows import InboxRow

#: Where messages stand in the inbox, apart from the news that they bring.
ACCOUNT = "webhook"
_SENT_AT = "sent-at"


class Kept(enum.Enum):
    """What became of a message that came in."""

    NEW = "new"
    #: The same id with the same content: nothing to do.
    KNOWN = "known"
    #: The same id with other content: refused.
    OTHER = "other"


def keep(
    store: Store, instance: str, verified: VerifiedWebhook, *, at: dt.datetime
) -> Kept:
    """
    Write a message down, in a transaction that is over when this returns.

    Args:
        store: Where messages are kept.

        instance: The configured plugin whose message it is.

        verified: The message.

        at: The present instant.

    Returns:
        Whether it is new; nothing is written if it is not.

    Raises:
        pmkit.StoreError: If the database fails; nothing was written.
    """
    own = digest(verified.body)
    sent_at = verified.sent_at

    def write(tx: Transaction) -> tuple[bool, str]:
        new = tx.inbox_add(
            instance,
            ACCOUNT,
            verified.event_id,
            digest=own,
            order_id=None,
            at=at,
            body=verified.body,
            headers={} if sent_at is None else {_SENT_AT: sent_at.isoformat()},
            scheme=verified.scheme,
        )
        return new, own if new else _digest_of(tx, instance, verified.event_id)

    # Its twin may be written at this moment: then it is looked at once more.
    new, known = store.attempt(write)
    if new:
        return Kept.NEW
    return Kept.KNOWN if known == own else Kept.OTHER


def _digest_of(tx: Transaction, instance: str, event_id: str) -> str:
    inbox = tx.tables.inbox
    here = (
        (inbox.c.provider == instance)
        & (inbox.c.account == ACCOUNT)
        & (inbox.c.event_id == event_id)
    )
    return str(tx.connection.execute(sa.select(inbox.c.digest).where(here)).scalar())


def given_back(row: InboxRow) -> VerifiedWebhook:
    """
    Give back a message as it was verified.

    Args:
        row: The message in the inbox.

    Raises:
        pmkit.CorruptStoreError: If it is not what was written down.
    """
    text = row.headers.get(_SENT_AT)
    try:
        sent_at = None if text is None else dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        sent_at = None
        text = ""
    if text == "" or digest(row.body) != row.digest:
        msg = "A message that was kept is not what was written down."
        raise CorruptStoreError(msg, field="inbox", remedy="Restore a backup.")
    return stored(
        event_id=row.event_id, body=row.body, sent_at=sent_at, scheme=row.scheme
    )
