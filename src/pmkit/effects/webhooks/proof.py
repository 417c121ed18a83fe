"""
What every scheme proves in the same way: who, which, and when.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from pmkit.core.plugin_errors import SettingsError, WebhookRejected
from pmkit.effects.webhooks.body import read_body
from pmkit.hooks.secrets import Secret

if TYPE_CHECKING:
    from pmkit.effects.webhooks.delivery import Delivery

#: How far the stamp of a message may be from our clock, either way.
TOLERANCE = dt.timedelta(seconds=300)

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EVENT_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
#: Of one length each, so that a stamp and what stands behind it cannot be told apart
#: in a second way, and seconds never pass for milliseconds.
_SECONDS = re.compile(r"[1-9][0-9]{9}")
_MILLISECONDS = re.compile(r"[1-9][0-9]{12}")
#: Enough for any rotation; more would only be work for us.
_MOST_SECRETS = 8


@attrs.frozen(kw_only=True)
class Proof:
    """
    What the signature of a message proves.

    Args:
        event_id: The sender's name for the message; the same for every repetition.

        sent_at: The sender's instant, UTC; `None` where nothing signed tells it.
    """

    event_id: str
    sent_at: dt.datetime | None = None


def not_proven() -> WebhookRejected:
    """Give the one error for a signature that does not fit, whatever the reason."""
    return WebhookRejected("The signature does not fit.", field="signature")


def event_id(value: object, field: str) -> str:
    """
    Check the sender's name for a message.

    Args:
        value: The name.

        field: Where it stands.

    Raises:
        pmkit.WebhookRejected: If it is not 1 to 128 letters, digits, dots, hyphens
            and underscores.
    """
    if not isinstance(value, str) or not _EVENT_ID.fullmatch(value):
        msg = "It is no id of 1 to 128 letters, digits, dots, hyphens, underscores."
        raise WebhookRejected(msg, field=field)
    return value


def event_id_of(delivery: Delivery, *, id_field: str, id_header: str = "") -> str:
    """
    Find the name of a message whose signature was checked before.

    Args:
        delivery: The message.

        id_field: The key of the body that has it; none, if empty.

        id_header: The header that has it; none, if empty.

    Returns:
        The name; the hash of the body where neither is given.

    Raises:
        pmkit.WebhookRejected: If it is not there, or is none.
    """
    if id_header:
        return event_id(delivery.headers.one(id_header), id_header)
    if id_field:
        said = read_body(delivery.body)
        return event_id(said.get(id_field) if isinstance(said, dict) else None, "body")
    return hashlib.sha256(delivery.body).hexdigest()


def sent_at(
    stamp: str, now: dt.datetime, *, milliseconds: bool, field: str
) -> dt.datetime:
    """
    Read the stamp of a message, and compare it with our clock.

    Args:
        stamp: Whole seconds or milliseconds since 1970, UTC: ten digits, or thirteen.

        now: When the message came.

        milliseconds: Which of both.

        field: Where it stands.

    Raises:
        pmkit.WebhookRejected: If it is no such number, or more than 300 s off.
    """
    form = _MILLISECONDS if milliseconds else _SECONDS
    if not form.fullmatch(stamp):
        msg = "It is no stamp of this scheme."
        raise WebhookRejected(msg, field=field)
    count = int(stamp)
    since = (
        dt.timedelta(milliseconds=count)
        if milliseconds
        else dt.timedelta(seconds=count)
    )
    at = _EPOCH + since
    if abs(now - at) > TOLERANCE:
        msg = "It was sent more than 300 seconds ago, or in the future."
        raise WebhookRejected(msg, field=field)
    return at


def stamp_of(at: dt.datetime, *, milliseconds: bool = False) -> str:
    """
    Write the stamp of a message.

    Args:
        at: When it is sent; with a zone.

        milliseconds: Whether in milliseconds; else in seconds.
    """
    unit = dt.timedelta(milliseconds=1) if milliseconds else dt.timedelta(seconds=1)
    return str((at - _EPOCH) // unit)


def any_equal(expected: Iterable[bytes], given: Iterable[bytes]) -> bool:
    """
    Compare each with each; the time tells only how many there are.

    Args:
        expected: Our signatures.

        given: Those of the message.
    """
    candidates = tuple(given)
    found = False
    for own in expected:
        for other in candidates:
            found |= hmac.compare_digest(own, other)
    return found


def digest(secret: Secret, message: bytes, algorithm: str, *, base64_: bool) -> bytes:
    """
    Sign with a secret that is used as the text that it is.

    Args:
        secret: The secret.

        message: What is signed.

        algorithm: ``sha256`` or ``sha512``.

        base64_: Whether the signature is written in Base64; else in lower-case
            hexadecimal digits.
    """
    made = hmac.digest(secret.reveal().encode(), message, algorithm)
    return base64.b64encode(made) if base64_ else made.hex().encode()


def as_secrets(given: object, field: str) -> tuple[Secret, ...]:
    """
    Check that there are secrets, and wrap those that are plain texts.

    Args:
        given: One secret, or several.

        field: Which setting it is.

    Raises:
        pmkit.SettingsError: If one is no text or is empty, or they are too many.
    """
    several = (given,) if isinstance(given, str | Secret) else given
    if not isinstance(several, Iterable) or isinstance(several, bytes):
        msg = "It is no list of secrets."
        raise _wrong(msg, field)
    found = tuple(several)
    if len(found) > _MOST_SECRETS:
        msg = f"More than {_MOST_SECRETS} are given."
        raise _wrong(msg, field)
    for one in found:
        if not isinstance(one, Secret) and not (isinstance(one, str) and one.strip()):
            msg = "A secret is empty, or no text."
            raise _wrong(msg, field)
    return tuple(one if isinstance(one, Secret) else Secret(one) for one in found)


def check_text_secrets(secrets: tuple[Secret, ...], field: str = "secrets") -> None:
    """
    Check secrets that are used as the texts that they are.

    Args:
        secrets: The secrets.

        field: Which setting it is.

    Raises:
        pmkit.SettingsError: If there is none, or one is not 24 to 256 bytes of UTF-8.
    """
    if not secrets:
        msg = "No secret is given."
        raise _wrong(msg, field)
    if not all(_long_enough(secret) for secret in secrets):
        msg = "A secret is not 24 to 256 bytes long."
        raise _wrong(msg, field)


def _long_enough(secret: Secret) -> bool:
    shortest, longest = 24, 256
    try:
        return shortest <= len(secret.reveal().encode()) <= longest
    except UnicodeEncodeError:
        return False


def key_bytes(secret: Secret, prefix: str) -> bytes | None:
    """
    Decode a key that is written in Base64, with or without its prefix.

    Args:
        secret: The key.

        prefix: What stands before it.

    Returns:
        The bytes; `None` if it is not Base64 or has the prefix of another kind.
    """
    text = secret.reveal().removeprefix(prefix)
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None


def _wrong(message: str, field: str) -> SettingsError:
    remedy = "Set what the sender shows for this endpoint."
    return SettingsError(message, field=field, remedy=remedy)
