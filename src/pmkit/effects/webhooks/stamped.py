"""
A stamp and an HMAC of stamp and body: ``t=1614265330,v1=5257a8…`` and its kin.

The scheme: https://docs.stripe.com/webhooks#verify-manually
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks.proof import (
    Proof,
    any_equal,
    as_secrets,
    check_text_secrets,
    digest,
    event_id_of,
    not_proven,
    sent_at,
    stamp_of,
)
from pmkit.effects.webhooks.verified import Verifier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.effects.webhooks.delivery import Delivery
    from pmkit.hooks.secrets import Secret

_MOST_PARTS = 16


class StampedHmac(Verifier):
    """
    Messages that are signed by HMAC-SHA256 over a stamp and the body.

    The id is one that is signed: that of the body, or the hash of the body.

    Args:
        secrets: The shared secrets, texts of 24 to 256 bytes, used as they are, with
            any prefix; several while one replaces the other.

        header: The header with ``t=<stamp>,v1=<signature>``, and further ``v1`` while
            one secret replaces the other.

        timestamp_header: The header with the stamp, where it has one of its own; the
            other then is the signature alone.

        separator: What stands between stamp and body in what is signed.

        milliseconds: Whether the stamp counts milliseconds; else seconds.

        id_field: The key of the body that names the message; empty, if none does:
            then it is known by the hash of its body.

    Raises:
        pmkit.SettingsError: If there is no secret, or one is too short or too long.

    Examples:
        >>> import datetime as dt
        >>> from pmkit.effects.webhooks import Delivery
        >>> webhooks = StampedHmac(secrets="whsec_0123456789abcdefghijkl")
        >>> now = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
        >>> body = b'{"id": "evt_1"}'
        >>> headers = webhooks.sign(body, at=now)
        >>> headers["stripe-signature"][:16]
        't=1767603600,v1='
        >>> delivery = Delivery(body=body, headers=headers, received_at=now)
        >>> webhooks.verify(delivery).event_id
        'evt_1'
    """

    scheme: ClassVar[str] = "stamped-hmac"

    def __init__(
        self,
        *,
        secrets: Secret | str | Iterable[Secret | str],
        header: str = "stripe-signature",
        timestamp_header: str = "",
        separator: str = ".",
        milliseconds: bool = False,
        id_field: str = "id",
    ) -> None:
        self._secrets = as_secrets(secrets, "secrets")
        check_text_secrets(self._secrets)
        self._header = header
        self._timestamp_header = timestamp_header
        self._separator = separator.encode()
        self._milliseconds = milliseconds
        self._id_field = id_field

    def __repr__(self) -> str:
        return f"StampedHmac(secrets={len(self._secrets)}, header={self._header!r})"

    def prove(self, delivery: Delivery) -> Proof:
        """
        Prove that a message is from the far side.

        Args:
            delivery: The message.

        Returns:
            Its id, and when it was sent.

        Raises:
            pmkit.WebhookRejected: If that is not proven.
        """
        stamp, given = self._said(delivery)
        at = sent_at(
            stamp,
            delivery.received_at,
            milliseconds=self._milliseconds,
            field=self._timestamp_header or self._header,
        )
        if not any_equal(self._made(stamp, delivery.body), given):
            raise not_proven()
        name = event_id_of(delivery, id_field=self._id_field)
        return Proof(event_id=name, sent_at=at)

    def sign(self, body: bytes, *, at: dt.datetime) -> dict[str, str]:
        """
        Give the headers of a message, as its sender does.

        Args:
            body: The bytes that are sent.

            at: When this attempt is sent, in any zone.

        Returns:
            One header or two; one signature for each secret where the scheme has
            room for several, else that of the first.
        """
        stamp = stamp_of(at, milliseconds=self._milliseconds)
        made = [signature.decode() for signature in self._made(stamp, body)]
        if self._timestamp_header:
            return {self._timestamp_header: stamp, self._header: made[0]}
        return {self._header: ",".join([f"t={stamp}", *(f"v1={x}" for x in made)])}

    def _said(self, delivery: Delivery) -> tuple[str, list[bytes]]:
        """Take the headers apart: the stamp, and the signatures."""
        value = delivery.headers.one(self._header)
        if self._timestamp_header:
            return delivery.headers.one(self._timestamp_header), [value.encode()]
        parts = [part.partition("=") for part in value.split(",")]
        stamps = [text for name, _, text in parts if name == "t"]
        if len(stamps) != 1 or len(parts) > _MOST_PARTS:
            msg = "It has no stamp, several, or too many parts."
            raise WebhookRejected(msg, field=self._header)
        return stamps[0], [text.encode() for name, _, text in parts if name == "v1"]

    def _made(self, stamp: str, body: bytes) -> list[bytes]:
        message = b"%b%b%b" % (stamp.encode(), self._separator, body)
        return [digest(x, message, "sha256", base64_=False) for x in self._secrets]
