"""
Webhooks of the simulated companies: news, signed by Standard Webhooks.

Nothing is sent by itself: who plays the far side says when.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from pmkit.core.errors import InputError, PmkitError
from pmkit.effects.webhooks import StandardWebhooks
from pmkit.sandbox.forms import write_news
from pmkit.shell.plain import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.sandbox.world import World

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})
_SECONDS = 5.0
_DONE = range(200, 300)
#: The companies that have news.
SENDERS = ("agency", "card", "transfer")


@attrs.frozen(kw_only=True, eq=False)
class Subscription:
    """
    Where the news of one company go.

    Args:
        company: Whose.

        url: Where to.

        signer: Signs them.

        delivered: The ids of the messages that were taken.
    """

    company: str
    url: str
    signer: StandardWebhooks = attrs.field(repr=False)
    delivered: set[str] = attrs.field(factory=set)


@attrs.frozen(kw_only=True)
class Message:
    """
    One message, signed and not yet taken.

    Args:
        id: Its name; the same for every repetition.

        url: Where it goes.

        headers: Its signature and what belongs to it.

        body: Its bytes.
    """

    id: str
    url: str
    headers: dict[str, str]
    body: bytes

    def plain(self) -> dict[str, Any]:
        """Show it as plain JSON values, the body as text."""
        return {
            "id": self.id,
            "url": self.url,
            "headers": self.headers,
            "body": self.body.decode(),
        }


class Sender:
    """
    Signs and sends the news of the companies.

    Args:
        world: The companies and the clock that messages are stamped by.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._subscriptions: list[Subscription] = []

    def subscribe(self, company: str, url: str, secret: str) -> None:
        """
        Have the news of a company go somewhere, also those that there are already.

        Args:
            company: ``"agency"``, ``"card"`` or ``"transfer"``.

            url: Where to, on this machine.

            secret: The shared secret, ``whsec_`` and Base64 of 24 bytes or more.

        Raises:
            pmkit.InputError: If one of them cannot be used.
        """
        if company not in SENDERS:
            msg = f"There is no company {company!r} that has news."
            remedy = f"There are: {', '.join(SENDERS)}."
            raise InputError(msg, field="company", remedy=remedy)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname not in _HERE:
            msg = "The sandbox sends to this machine alone."
            remedy = "Give an address such as http://127.0.0.1:8000/webhooks."
            raise InputError(msg, field="url", remedy=remedy)
        try:
            signer = StandardWebhooks(secrets=secret)
        except PmkitError as error:
            raise InputError(
                error.message, field="secret", remedy=error.remedy
            ) from None
        self._subscriptions.append(
            Subscription(company=company, url=url, signer=signer)
        )

    def waiting(self) -> list[Message]:
        """Give each message that was not taken yet, signed now, oldest first."""
        return [message for _, message in self._waiting()]

    def deliver(self) -> list[dict[str, Any]]:
        """
        Send each message that was not taken yet.

        Returns:
            For each its id, where it went, and the status of the answer; 0 if there
            was none.
        """
        import httpx

        sent = []
        with httpx.Client(timeout=_SECONDS, trust_env=False) as client:
            for subscription, message in self._waiting():
                try:
                    status = client.post(
                        message.url, content=message.body, headers=message.headers
                    ).status_code
                except httpx.TransportError:
                    status = 0
                if status in _DONE:
                    subscription.delivered.add(message.id)
                sent.append({"id": message.id, "url": message.url, "status": status})
        return sent

    def _waiting(self) -> Iterator[tuple[Subscription, Message]]:
        now = self._world.now()
        for subscription in list(self._subscriptions):
            for news in self._news(subscription.company):
                body = canonical_json(
                    {"company": subscription.company, "observation": write_news(news)}
                ).encode()
                # Some ids have characters in them that an id of a message may not have.
                name = f"msg_{hashlib.sha256(news.id.encode()).hexdigest()[:32]}"
                if name in subscription.delivered:
                    continue
                headers = subscription.signer.sign(body, event_id=name, at=now)
                headers["content-type"] = "application/json"
                message = Message(
                    id=name, url=subscription.url, headers=headers, body=body
                )
                yield subscription, message

    def _news(self, company: str) -> list[Any]:
        if company == "agency":
            tasks = self._world.agency.tasks
            return [news for task in tasks for news in task.observations]
        return list(getattr(self._world, company).journal)
