"""
Messages to the platform, signed by Standard Webhooks.

The scheme and the times of its attempts:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hmac
import http
import json
import logging
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pmkit_agency_http.document import check

if TYPE_CHECKING:
    from pmkit_agency_http.server.backend import Json

_LOG = logging.getLogger(__name__)

#: How long after the attempt before each attempt is made: ten in all.
SCHEDULE: Final[tuple[dt.timedelta, ...]] = (
    dt.timedelta(0),
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
#: How long an attempt may take, in seconds.
PATIENCE = 15.0
#: The most bytes of a message.
MOST_BYTES = 20_000
_SHORTEST, _LONGEST = 24, 64
#: Sends bytes to an address and gives the status; 0, if there is none.
Deliver = Callable[[str, Mapping[str, str], bytes], int]


@dataclasses.dataclass(kw_only=True)
class Message:
    """
    A message on its way.

    Args:
        id: Its name; the same for every attempt.

        body: Its bytes.

        due: When the next attempt is made.

        attempts: How many were made.
    """

    id: str
    body: bytes = dataclasses.field(repr=False)
    due: dt.datetime
    attempts: int = 0


def sign(
    body: bytes, *, message_id: str, at: dt.datetime, keys: Sequence[str]
) -> dict[str, str]:
    """
    Sign a message.

    Args:
        body: Its bytes.

        message_id: Its name.

        at: The instant of this attempt, aware.

        keys: The secrets, ``whsec_`` and Base64; one signature for each.

    Returns:
        The three headers.

    Raises:
        ValueError: If a secret is none.
    """
    stamp = f"{int(at.timestamp())}"
    signed = b".".join((message_id.encode(), stamp.encode(), body))
    made = [
        f"v1,{base64.b64encode(hmac.digest(_key(k), signed, 'sha256')).decode()}"
        for k in keys
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(made),
    }


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not (secret.startswith("whsec_") and _SHORTEST <= len(key) <= _LONGEST):
        msg = f"A secret is whsec_ and the Base64 of {_SHORTEST} to {_LONGEST} bytes."
        raise ValueError(msg)
    return key


def new_secret() -> str:
    """Make a secret for the messages to one platform."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is a failed attempt: the address is the platform's to tell."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def deliver_by_http(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """
    Send a message over HTTP.

    Args:
        url: Where to.

        headers: Its headers.

        body: Its bytes.

    Returns:
        The status, or 0 if there was no answer in time.
    """
    request = urllib.request.Request(  # noqa: S310 - checked by the sender
        url, data=body, headers=dict(headers), method="POST"
    )
    try:
        with urllib.request.build_opener(_NoRedirects).open(
            request, timeout=PATIENCE
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class WebhookSender:
    """
    Sends messages until they are taken, or for more than three days.

    Args:
        url: Where the platform hears them.

        keys: The secrets they are signed with; two while one replaces the other.

        deliver: Sends the bytes; over HTTP, if left out.

        now: Tells the present instant, aware.

        spread: Gives a number from 0 to 1; up to a tenth is added to each pause, so
            that not all messages come back at once.

    Attributes:
        waiting: What is on its way, oldest first.

        given_up: What was not taken by the last attempt; send it again by hand.

        gone: Whether the address answered 410; it gets nothing any more.

    Raises:
        ValueError: If the address is not http, or a secret is none.
    """

    def __init__(
        self,
        url: str,
        *,
        keys: Sequence[str],
        deliver: Deliver = deliver_by_http,
        now: Callable[[], dt.datetime] = _utc_now,
        spread: Callable[[], float] = lambda: secrets.randbelow(1000) / 1000,
    ) -> None:
        if not url.startswith(("https://", "http://")) or not keys:
            msg = "Give an address with http and at least one secret."
            raise ValueError(msg)
        for key in keys:
            _key(key)
        self._url = url
        self._keys = tuple(keys)
        self._deliver = deliver
        self._now = now
        self._spread = spread
        self._lock = threading.Lock()
        self.waiting: list[Message] = []
        self.given_up: list[Message] = []
        self.gone = False

    def send(self, message: Json) -> Message:
        """
        Put a message on its way; `run` makes the attempts.

        Args:
            message: A ``WebhookMessage``.

        Raises:
            pmkit_agency_http.document.MisfitError: If it is none.

            ValueError: If it is longer than the document lets it be.
        """
        check("WebhookMessage", message)
        body = json.dumps(message, ensure_ascii=False).encode()
        if len(body) > MOST_BYTES:
            msg = f"A message has at most {MOST_BYTES} bytes."
            raise ValueError(msg)
        made = Message(id=f"msg_{secrets.token_hex(12)}", body=body, due=self._now())
        with self._lock:
            self.waiting.append(made)
        return made

    def run(self) -> int:
        """
        Make every attempt that is due.

        Returns:
            How many messages were taken.
        """
        now = self._now()
        with self._lock:
            due = [each for each in self.waiting if each.due <= now and not self.gone]
            self.waiting = [each for each in self.waiting if each not in due]
        return sum(self._attempt(each) for each in due)

    def _attempt(self, message: Message) -> bool:
        at = self._now()
        headers = {
            "Content-Type": "application/json",
            **sign(message.body, message_id=message.id, at=at, keys=self._keys),
        }
        status = self._deliver(self._url, headers, message.body)
        message.attempts += 1
        if 200 <= status < 300:  # noqa: PLR2004 - every success is one
            return True
        _LOG.warning("Attempt %d of %s: %d", message.attempts, message.id, status)
        self.gone = self.gone or status == http.HTTPStatus.GONE
        with self._lock:
            if self.gone or message.attempts == len(SCHEDULE):
                self.given_up.append(message)
            else:
                pause = SCHEDULE[message.attempts]
                message.due = self._now() + pause * (1 + self._spread() / 10)
                self.waiting.append(message)
        return False
