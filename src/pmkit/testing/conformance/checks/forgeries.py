"""
Messages that are not from the far side, or not from now.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import TYPE_CHECKING

import attrs

from pmkit.core.plugin_errors import WebhookRejected
from pmkit.effects.webhooks import PlainHmac, StampedHmac, StandardWebhooks
from pmkit.hooks.settings import secrets_in
from pmkit.testing.conformance.checks.webhooks import accepted, message, verify
from pmkit.testing.conformance.registry import check
from pmkit.testing.conformance.results import Level
from pmkit.testing.conformance.verdicts import Failed, Inapplicable, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.effects.webhooks import Delivery
    from pmkit.testing.conformance.case import Case
    from pmkit.testing.conformance.rig import Rig

_FIX = "Use a verifier of pmkit.effects.webhooks: it compares the whole signature."
_LONG = 16
_TOLERANCE = 300


def _refuse(case: Case, delivery: Delivery, words: str) -> None:
    try:
        verify(case.station, delivery)
    except WebhookRejected:
        return
    except Exception as error:
        evidence = f"{words}: {type(error).__name__} instead of WebhookRejected"
        raise Failed(evidence) from error
    evidence = f"{words}: taken for true"
    raise Failed(evidence)


def _with(delivery: Delivery, name: str, value: str | None) -> Delivery:
    pairs = [(key, text) for key, text in delivery.headers if key != name]
    if value is not None:
        pairs.append((name, value))
    return attrs.evolve(delivery, headers=pairs)


def _signatures(delivery: Delivery) -> list[tuple[str, str]]:
    """Name the headers that are long enough to hold a signature."""
    known = ("content-type", "user-agent", "content-length", "host")
    return [
        (name, value)
        for name, value in delivery.headers
        if name not in known and len(value) > _LONG and "id" not in name.split("-")
    ]


def _flipped(text: str, at: int) -> str:
    other = "0" if text[at] != "0" else "1"
    return text[:at] + other + text[at + 1 :]


def _forged(delivery: Delivery) -> Iterator[tuple[Delivery, str]]:
    body = delivery.body
    yield attrs.evolve(delivery, body=body + b" "), "a body with one more space"
    for at in (0, len(body) // 2, len(body) - 1):
        flipped = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        yield attrs.evolve(delivery, body=flipped), "a body with one bit changed"
    for name, value in _signatures(delivery):
        for back in (4, len(value) // 4):
            changed = _flipped(value, len(value) - back)
            words = f"{name} with a character changed {back} from its end"
            yield _with(delivery, name, changed), words
        yield _with(delivery, name, value[:-4]), f"{name} cut short"
        half = value[: len(value) // 2]
        padded = half + "A" * (len(value) - len(half))
        yield _with(delivery, name, padded), f"only the first half of {name}"


@check(
    "PLG-HOOK-005",
    Level.SILVER,
    "A message whose body or signature was changed anywhere is rejected.",
    _FIX,
    needs="webhooks",
)
def changed(rig: Rig) -> None:
    """Change the body and the signature in many places."""
    case, delivery = accepted(rig)
    require(_signatures(delivery), "no header of the message holds a signature")
    for forged, words in _forged(delivery):
        _refuse(case, forged, words)


@check(
    "PLG-HOOK-006",
    Level.SILVER,
    "A message without a signature, or with an empty one, is rejected.",
    _FIX,
    needs="webhooks",
)
def unsigned(rig: Rig) -> None:
    """Take headers away, one by one and all, and empty them."""
    case, delivery = accepted(rig)
    for name, _ in _signatures(delivery):
        _refuse(case, _with(delivery, name, None), f"no {name}")
        _refuse(case, _with(delivery, name, ""), f"an empty {name}")
    _refuse(case, attrs.evolve(delivery, headers=()), "no headers")


@check(
    "PLG-HOOK-007",
    Level.SILVER,
    "A message signed with another secret, or an empty one, is rejected.",
    "Verify with the secret of the instance, and with no other one.",
    needs="webhooks",
)
def wrong_secret(rig: Rig) -> None:
    """Bring the message of another account, and sign with empty secrets."""
    case, delivery = accepted(rig)
    _, other = message(rig, "second")
    _refuse(case, other, "a message for another account")
    for key in (b"", b"\x00"):
        for forged in _resigned(delivery, key):
            _refuse(case, forged, "a message signed with an empty secret")


def _resigned(delivery: Delivery, key: bytes) -> Iterator[Delivery]:
    """Sign by the usual schemes with a key that anybody knows."""
    import base64

    stamp = str(int(delivery.received_at.timestamp()))
    names = dict(delivery.headers)
    for name, value in _signatures(delivery):
        prefix, _, _ = value.rpartition("=" if "=" in value[:-2] else ",")
        for text in (delivery.body, f"{stamp}.".encode() + delivery.body):
            made = hmac.new(key, text, hashlib.sha256)
            yield _with(delivery, name, f"{prefix}={made.hexdigest()}")
            yield _with(delivery, name, f"t={stamp},v1={made.hexdigest()}")
        event = names.get("webhook-id", "")
        made = hmac.new(key, f"{event}.{stamp}.".encode() + delivery.body, "sha256")
        yield _with(delivery, name, f"v1,{base64.b64encode(made.digest()).decode()}")


@check(
    "PLG-HOOK-008",
    Level.SILVER,
    "A message whose stamp is more than 300 seconds off, either way, is rejected.",
    "Compare the signed stamp with the time of receipt, in both directions.",
    needs="webhooks",
)
def old_or_early(rig: Rig) -> None:
    """Let a true message arrive late, and before it was sent."""
    case, delivery = accepted(rig)
    verified = verify(case.station, delivery)
    if verified.sent_at is None:
        reason = "The scheme of the far side signs no instant."
        raise Inapplicable(reason)
    for seconds in (_TOLERANCE + 5, -_TOLERANCE - 5, 86_400, -86_400):
        at = delivery.received_at + dt.timedelta(seconds=seconds)
        words = f"received {seconds} s after it was sent"
        _refuse(case, attrs.evolve(delivery, received_at=at), words)
    for seconds in (_TOLERANCE - 10, 10 - _TOLERANCE):
        at = delivery.received_at + dt.timedelta(seconds=seconds)
        try:
            verify(case.station, attrs.evolve(delivery, received_at=at))
        except WebhookRejected as error:
            evidence = f"received {seconds} s after it was sent: {error.message}"
            raise Failed(evidence) from error


@check(
    "PLG-HOOK-009",
    Level.SILVER,
    "A message signed by another scheme than the far side's is rejected.",
    "Verify one scheme; do not fall back to a weaker one.",
    needs="webhooks",
)
def other_scheme(rig: Rig) -> None:
    """Sign with the true secret by every scheme but that of the far side."""
    case, delivery = accepted(rig)
    own = verify(case.station, delivery).scheme
    for secret in secrets_in(case.station.settings):
        for scheme, headers in _schemes(secret, delivery):
            if scheme == own:
                continue
            forged = attrs.evolve(delivery, headers=headers)
            _refuse(case, forged, f"a message signed by {scheme}")
    for name, value in _signatures(delivery):
        for weak in ("v0", "sha1", "none"):
            replaced = value.replace("v1", weak)
            if replaced != value:
                words = f"a signature that says it is {weak}"
                _refuse(case, _with(delivery, name, replaced), words)


def _schemes(
    secret: str, delivery: Delivery
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    body, at = delivery.body, delivery.received_at
    if len(secret) < 24:  # noqa: PLR2004 - what the verifiers ask for
        return
    for header in ("x-signature", "x-hub-signature-256", "signature"):
        made = PlainHmac(secrets=secret, header=header).sign(body)
        yield PlainHmac.scheme, list(made.items())
    yield (
        StampedHmac.scheme,
        list(StampedHmac(secrets=secret).sign(body, at=at).items()),
    )
    try:
        webhooks = StandardWebhooks(secrets=secret)
    except Exception:  # noqa: BLE001 - the secret is none of this scheme
        return
    signed = webhooks.sign(body, event_id="msg_1", at=at)
    yield StandardWebhooks.scheme, list(signed.items())
