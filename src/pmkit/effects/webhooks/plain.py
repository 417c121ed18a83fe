"""
An HMAC of the body, and nothing else.

The scheme, as one of many: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pmkit.core.errors import InputError
from pmkit.effects.webhooks.proof import (
    Proof,
    any_equal,
    as_secrets,
    check_text_secrets,
    digest,
    event_id_of,
    not_proven,
)
from pmkit.effects.webhooks.verified import Verifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pmkit.effects.webhooks.delivery import Delivery
    from pmkit.hooks.secrets import Secret


class PlainHmac(Verifier):
    """
    Messages that are signed by an HMAC of their body only.

    Nothing signed tells when such a message was sent, so ``sent_at`` is `None` and an
    old message passes for ever: only its id, which counts once, stops a repetition.
    Take the id from the body, where it is signed; one from a header can be
    exchanged by whoever repeats the message.

    Args:
        secrets: The shared secrets, texts of 24 to 256 bytes, used as they are;
            several while one replaces the other.

        header: The header with the signature.

        algorithm: ``"sha256"`` or ``"sha512"``.

        encoding: ``"hex"``, in lower case, or ``"base64"``.

        prefix: What stands before the signature, such as ``"sha256="``.

        id_field: The key of the body that names the message.

        id_header: The header that names it, where the body does not; without either
            it is known by the hash of its body.

    Raises:
        pmkit.SettingsError: If there is no secret, or one is too short or too long.

        pmkit.InputError: If the algorithm or the encoding is none of these, or the id
            is to stand in two places.

    Examples:
        >>> import datetime as dt
        >>> from pmkit.effects.webhooks import Delivery
        >>> webhooks = PlainHmac(
        ...     secrets="0123456789abcdefghijklmn",
        ...     header="x-signature",
        ...     prefix="sha256=",
        ... )
        >>> headers = webhooks.sign(b"{}")
        >>> now = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
        >>> delivery = Delivery(body=b"{}", headers=headers, received_at=now)
        >>> print(webhooks.verify(delivery).sent_at)
        None
    """

    scheme: ClassVar[str] = "plain-hmac"

    def __init__(
        self,
        *,
        secrets: Secret | str | Iterable[Secret | str],
        header: str,
        algorithm: Literal["sha256", "sha512"] = "sha256",
        encoding: Literal["hex", "base64"] = "hex",
        prefix: str = "",
        id_field: str = "",
        id_header: str = "",
    ) -> None:
        self._secrets = as_secrets(secrets, "secrets")
        check_text_secrets(self._secrets)
        _one_of(algorithm, ("sha256", "sha512"), "algorithm")
        _one_of(encoding, ("hex", "base64"), "encoding")
        if id_field and id_header:
            msg = "The id is to stand in the body and in a header."
            raise InputError(msg, field="id_header", remedy="Leave it out.")
        self._header = header
        self._algorithm = algorithm
        self._base64 = encoding == "base64"
        self._prefix = prefix
        self._id_field = id_field
        self._id_header = id_header

    def __repr__(self) -> str:
        return f"PlainHmac(secrets={len(self._secrets)}, header={self._header!r})"

    def prove(self, delivery: Delivery) -> Proof:
        """
        Prove that a message is from the far side.

        Args:
            delivery: The message.

        Returns:
            Its id; when it was sent is not known.

        Raises:
            pmkit.WebhookRejected: If that is not proven.
        """
        given = delivery.headers.one(self._header).encode()
        if not any_equal(self._made(delivery.body), [given]):
            raise not_proven()
        name = event_id_of(delivery, id_field=self._id_field, id_header=self._id_header)
        return Proof(event_id=name)

    def sign(self, body: bytes, *, event_id: str = "") -> dict[str, str]:
        """
        Give the headers of a message, as its sender does.

        Args:
            body: The bytes that are sent.

            event_id: The message's name, where a header has it.

        Returns:
            The signature by the first secret, and the id where it has a header.
        """
        headers = {self._header: self._made(body)[0].decode()}
        if self._id_header:
            headers[self._id_header] = event_id
        return headers

    def _made(self, body: bytes) -> list[bytes]:
        prefix, algorithm = self._prefix.encode(), self._algorithm
        return [
            prefix + digest(secret, body, algorithm, base64_=self._base64)
            for secret in self._secrets
        ]


def _one_of(value: str, known: tuple[str, ...], field: str) -> None:
    if value not in known:
        remedy = f"Use {' or '.join(known)}."
        msg = f"There is no {value!r} here."
        raise InputError(msg, field=field, remedy=remedy)
