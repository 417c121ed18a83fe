"""
Standard Webhooks 1.0: an id, a stamp and one or more signatures.

The scheme: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import TYPE_CHECKING, Any, ClassVar

from pmkit.core.plugin_errors import SettingsError, WebhookRejected
from pmkit.effects.webhooks.proof import (
    Proof,
    any_equal,
    as_secrets,
    key_bytes,
    not_proven,
    sent_at,
    stamp_of,
)
from pmkit.effects.webhooks.verified import Verifier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pmkit.effects.webhooks.delivery import Delivery
    from pmkit.hooks.secrets import Secret

#: Without dots: they part the id from the stamp in what is signed.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SHORTEST, _LONGEST = 24, 64
_ED25519_BYTES = 32
#: Each may cost one check with a public key.
_MOST_SIGNATURES = 16


class StandardWebhooks(Verifier):
    """
    Messages that are signed by Standard Webhooks.

    Args:
        secrets: The shared secrets, each ``whsec_`` and Base64 of 24 to 64 bytes;
            several while one replaces the other.

        public_keys: The sender's ed25519 keys, each ``whpk_`` and Base64 of 32 bytes;
            they need the extra ``webhooks``.

        prefix: What the names of the three headers begin with.

    Raises:
        pmkit.SettingsError: If nothing is given, or one of them is none.

    Examples:
        >>> import datetime as dt
        >>> from pmkit.effects.webhooks import Delivery
        >>> webhooks = StandardWebhooks(secrets="whsec_" + 8 * "c2VjcmV0")
        >>> now = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
        >>> headers = webhooks.sign(b"{}", event_id="msg_1", at=now)
        >>> sorted(headers)
        ['webhook-id', 'webhook-signature', 'webhook-timestamp']
        >>> delivery = Delivery(body=b"{}", headers=headers, received_at=now)
        >>> webhooks.verify(delivery).event_id
        'msg_1'
    """

    scheme: ClassVar[str] = "standard-webhooks"

    def __init__(
        self,
        *,
        secrets: Secret | str | Iterable[Secret | str] = (),
        public_keys: Secret | str | Iterable[Secret | str] = (),
        prefix: str = "webhook",
    ) -> None:
        self._secrets = as_secrets(secrets, "secrets")
        self._keys = as_secrets(public_keys, "public_keys")
        self._prefix = prefix
        if not self._secrets and not self._keys:
            msg = "Neither a secret nor a public key is given."
            remedy = "Set what the sender shows for this endpoint."
            raise SettingsError(msg, field="secrets", remedy=remedy)
        if not all(_is_secret(secret) for secret in self._secrets):
            msg = (
                f"A secret is not whsec_ and Base64 of {_SHORTEST} to {_LONGEST} bytes."
            )
            remedy = "Copy it anew from the sender."
            raise SettingsError(msg, field="secrets", remedy=remedy)
        self._public = tuple(_public_key(key) for key in self._keys)

    def __repr__(self) -> str:
        found = f"secrets={len(self._secrets)}, public_keys={len(self._keys)}"
        return f"StandardWebhooks({found})"

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
        name = delivery.headers.one(f"{self._prefix}-id")
        stamp = delivery.headers.one(f"{self._prefix}-timestamp")
        given = delivery.headers.one(f"{self._prefix}-signature").split(" ")
        if not _ID.fullmatch(name):
            msg = "It is no id of 1 to 128 letters, digits, hyphens and underscores."
            raise WebhookRejected(msg, field=f"{self._prefix}-id")
        if len(given) > _MOST_SIGNATURES:
            msg = f"More than {_MOST_SIGNATURES} signatures."
            raise WebhookRejected(msg, field=f"{self._prefix}-signature")
        at = sent_at(
            stamp,
            delivery.received_at,
            milliseconds=False,
            field=f"{self._prefix}-timestamp",
        )
        message = _signed(name, stamp, delivery.body)
        if not (self._by_secret(message, given) | self._by_key(message, given)):
            raise not_proven()
        return Proof(event_id=name, sent_at=at)

    def sign(
        self,
        body: bytes,
        *,
        event_id: str,
        at: dt.datetime,
        private_keys: Secret | str | Iterable[Secret | str] = (),
    ) -> dict[str, str]:
        """
        Give the headers of a message, as its sender does.

        Args:
            body: The bytes that are sent.

            event_id: The message's name; the same for every repetition.

            at: When this attempt is sent, in any zone.

            private_keys: The sender's ed25519 keys, each ``whsk_`` and Base64 of 32
                bytes; they need the extra ``webhooks``.

        Returns:
            Three headers; one signature for each secret and each private key.

        Raises:
            pmkit.SettingsError: If a private key is none.
        """
        stamp = stamp_of(at)
        message = _signed(event_id, stamp, body)
        signatures = [f"v1,{made.decode()}" for made in self._made(message)]
        for key in as_secrets(private_keys, "private_keys"):
            made = _private_key(key).sign(message)
            signatures.append(f"v1a,{base64.b64encode(made).decode()}")
        return {
            f"{self._prefix}-id": event_id,
            f"{self._prefix}-timestamp": stamp,
            f"{self._prefix}-signature": " ".join(signatures),
        }

    def _made(self, message: bytes) -> Iterator[bytes]:
        for secret in self._secrets:
            key = key_bytes(secret, "whsec_") or b""
            yield base64.b64encode(hmac.digest(key, message, "sha256"))

    def _by_secret(self, message: bytes, given: list[str]) -> bool:
        # Texts are compared, not bytes: Base64 has several texts for the same bytes.
        return any_equal(self._made(message), _of_version("v1", given))

    def _by_key(self, message: bytes, given: list[str]) -> bool:
        found = False
        for text in _of_version("v1a", given) if self._public else ():
            for key in self._public:
                found |= _fits(key, text, message)
        return found


def _signed(name: str, stamp: str, body: bytes) -> bytes:
    return b"%b.%b.%b" % (name.encode(), stamp.encode(), body)


def _of_version(version: str, given: list[str]) -> list[bytes]:
    """Pick the signatures of one algorithm; one never passes for the other."""
    parted = (entry.partition(",") for entry in given)
    return [text.encode() for named, _, text in parted if named == version]


def _is_secret(secret: Secret) -> bool:
    key = key_bytes(secret, "whsec_")
    return key is not None and _SHORTEST <= len(key) <= _LONGEST


def _fits(key: Any, text: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        made = base64.b64decode(text, validate=True)
        key.verify(made, message)
    except (InvalidSignature, ValueError):
        return False
    return base64.b64encode(made) == text


def _public_key(key: Secret) -> Any:
    raw = key_bytes(key, "whpk_")
    if raw is None or len(raw) != _ED25519_BYTES:
        msg = "A public key is not whpk_ and Base64 of 32 bytes."
        remedy = "Copy it anew from the sender."
        raise SettingsError(msg, field="public_keys", remedy=remedy)
    return _ed25519().Ed25519PublicKey.from_public_bytes(raw)


def _private_key(key: Secret) -> Any:
    raw = key_bytes(key, "whsk_")
    if raw is None or len(raw) != _ED25519_BYTES:
        msg = "A private key is not whsk_ and Base64 of 32 bytes."
        raise SettingsError(msg, field="private_keys", remedy="Give the key itself.")
    return _ed25519().Ed25519PrivateKey.from_private_bytes(raw)


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        msg = "Messages that are signed with ed25519 need cryptography."
        remedy = "Install pmkit with its extra 'webhooks'."
        raise SettingsError(msg, field="public_keys", remedy=remedy) from None
    return ed25519
