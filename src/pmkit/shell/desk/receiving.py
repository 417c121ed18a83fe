"""
Messages that wait in the inbox: read by their plugin, compared with our own record.

That a message is authentic does not make it true.  It is folded by the same rules as
news that the desk asked for, into the order that itself called the sender about this
service or payment, and into no other.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pmkit.core.errors import InputError, NotFoundError, PluginError, UnknownPluginError
from pmkit.core.order import NOTHING_HERE
from pmkit.core.plugin_errors import PluginFaultError, WebhookRejected
from pmkit.core.ports import AgencyObservation, PaymentObservation, RefundObservation
from pmkit.effects.recovery import backoff
from pmkit.shell.desk.hearing import HearingDesk
from pmkit.shell.desk.open_call import TRIES
from pmkit.shell.desk.troubles import Trouble, trouble
from pmkit.shell.listeners import listeners
from pmkit.shell.messages import ACCOUNT, given_back

if TYPE_CHECKING:
    from pmkit.shell.store import Transaction
    from pmkit.shell.store.inbox import SpoiltMessage
    from pmkit.shell.store.rows import InboxRow

    News = AgencyObservation | PaymentObservation | RefundObservation

#: How long a message may wait for what it is about; the longest of the usual retries
#: of senders ends about then.
PARKED_FOR = dt.timedelta(hours=72)
#: How many messages are read at once; the others come next.
_AT_ONCE = 500


class ReceivingDesk(HearingDesk):
    """The messages that were written down and not applied yet."""

    def _hear_messages(
        self,
        refused: list[Trouble],
        parked: list[Trouble],
        *,
        due: dt.datetime | None = None,
    ) -> int:
        """
        Apply what waits in the inbox.

        What is about something that is not there yet, or comes before its turn,
        waits for up to 72 hours; what can never be right is kept with its reason.

        Args:
            refused: Takes what will not be tried again.

            parked: Takes what goes on waiting.

            due: Only what is not to be tried again after this moment; everything, if
                not given.

        Returns:
            How many pieces of news were new.
        """
        spoilt: list[SpoiltMessage] = []
        with self.store.snapshot() as tx:
            waiting = [
                row
                for row in tx.inbox_waiting(_AT_ONCE, due=due, spoilt=spoilt)
                if row.account == ACCOUNT
            ]
        for each in spoilt:
            over = self._put_aside(each)
            found = trouble("", each.name[-1], each.error)
            (refused if over else parked).append(found)
        read = [(row, *self._read(row)) for row in waiting]
        # What came together is heard in the order in which it happened.
        read.sort(key=lambda message: _happened(message[0], message[1]))
        heard = 0
        for row, said, wrong in read:
            new, order_id, last = self._fold_all(row, said, wrong)
            over = self._settle(row, order_id, last)
            heard += new
            if last is not None:
                found = trouble(order_id, row.event_id, last)
                (refused if over else parked).append(found)
        return heard

    def _put_aside(self, spoilt: SpoiltMessage) -> bool:
        """Count a message that cannot be read; tell whether it is given up."""
        now = self.clock.now()
        tried = spoilt.attempts + 1
        error = spoilt.error.code
        with self.store.transaction() as tx:
            if tried >= TRIES:
                tx.inbox_applied(*spoilt.name, at=now)
            tx.inbox_failed(*spoilt.name, error=error, next_at=now + backoff(tried))
        return tried >= TRIES

    def _read(self, row: InboxRow) -> tuple[tuple[News, ...], Exception | None]:
        """Have a message read by its plugin: what it says, or what went wrong."""
        try:
            found = listeners(self.panel).get(row.provider)
            if found is not None:
                return found.parse(given_back(row), self.clock.now()), None
        except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
            return (), error
        msg = f"Nothing that is attached hears messages for {row.provider!r}."
        return (), UnknownPluginError(msg, field="instance", remedy="Attach it.")

    def _fold_all(
        self, row: InboxRow, said: tuple[News, ...], wrong: Exception | None
    ) -> tuple[int, str, Exception | None]:
        """Fold each piece of news of a message; it counts once, however often."""
        heard = 0
        orders: set[str] = set()
        for news in said:
            try:
                order_id = self._order_of(row.provider, news)
                orders.add(order_id)
                heard += self._observe(order_id, row.provider, news)
            except Exception as error:  # noqa: BLE001 - the rest of it is heard
                wrong = _worse(wrong, error)
        return heard, orders.pop() if len(orders) == 1 else "", wrong

    def _order_of(self, plugin: str, news: News) -> str:
        """Find the order that called this plugin about the subject of the news."""
        subject = _subject(news)
        with self.store.snapshot() as tx:
            found = order_called(tx, plugin, subject, said=_order_said(news))
        if found is None:
            raise NotFoundError(NOTHING_HERE, field="subject")
        return found

    def _observe(self, order_id: str, plugin: str, news: News) -> bool:
        if isinstance(news, AgencyObservation):
            return self.observe_agency(order_id, plugin, news)
        return self.observe_payment(order_id, plugin, news)

    def _settle(self, row: InboxRow, order_id: str, wrong: Exception | None) -> bool:
        """Note what became of a message, and why; tell whether that is its end."""
        now = self.clock.now()
        late = now - row.received_at > PARKED_FOR
        over = wrong is None or late or _final(wrong)
        who = (row.provider, row.account, row.event_id)
        with self.store.transaction() as tx:
            if over:
                tx.inbox_applied(*who, at=now, order_id=order_id or None)
            if wrong is not None:
                code = getattr(wrong, "code", type(wrong).__name__)
                later = now + backoff(row.attempts + 1)
                tx.inbox_failed(*who, error=code, next_at=later)
        return over


def order_called(
    tx: Transaction, plugin: str, subject: str, *, said: str = ""
) -> str | None:
    """
    Find the order that called a plugin about something.

    Args:
        tx: The transaction.

        plugin: The agency's or payment method's name.

        subject: The service, payment or refund.

        said: The order that the plugin speaks of, if it names one: looked at first.

    Returns:
        The order; `None` if no order did, or two did.
    """
    effects = tx.tables.effects
    asked = (
        sa.select(effects.c.order_id)
        .where(effects.c.plugin == plugin, effects.c.subject == subject)
        .distinct()
    )
    orders = set(tx.connection.execute(asked).scalars())
    if said in orders:
        return said
    return orders.pop() if len(orders) == 1 else None


def _order_said(news: News) -> str:
    return "" if isinstance(news, AgencyObservation) else news.order_id


def _happened(row: InboxRow, said: tuple[News, ...]) -> dt.datetime:
    """Tell when the first thing that a message speaks of happened."""
    return min((news.at for news in said), default=row.received_at)


def _subject(news: Any) -> str:
    if isinstance(news, AgencyObservation):
        return news.service_id
    if isinstance(news, RefundObservation):
        return news.refund_id
    return str(news.payment_id)


def _final(wrong: Exception) -> bool:
    """Tell whether waiting cannot help."""
    if isinstance(wrong, PluginFaultError | UnknownPluginError):
        return False  # until the plugin is mended, or attached
    return isinstance(wrong, InputError | PluginError | WebhookRejected)


def _worse(first: Exception | None, second: Exception) -> Exception:
    """Keep what may still turn out well: then the message is tried again."""
    if first is None or (_final(first) and not _final(second)):
        return second
    return first
