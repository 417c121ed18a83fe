"""
A message whose sender is known, and what makes one.
"""

from __future__ import annotations

import abc
import datetime as dt
from typing import Any, ClassVar

import attrs

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc
from pmkit.effects.webhooks.body import read_body
from pmkit.effects.webhooks.delivery import Delivery
from pmkit.effects.webhooks.proof import Proof, event_id

_ONLY_HERE = object()


def _made_here(_: object, __: object, value: object) -> None:
    if value is not _ONLY_HERE:
        msg = "Only a verifier makes a VerifiedWebhook."
        remedy = "Call verify() of a Verifier, such as StandardWebhooks."
        raise InputError(msg, field="verified", remedy=remedy)


@attrs.frozen(kw_only=True)
class VerifiedWebhook:
    """
    A message that is from the far side; made by a verifier, never directly.

    That it is authentic does not make it true: what it says of money and orders is
    compared with our own record of them.

    Args:
        event_id: The sender's name for it; the same for every repetition.

        body: Its bytes, as they were signed.

        sent_at: The sender's signed instant, UTC; `None` where the scheme has none.

        scheme: How it was verified, such as ``"standard-webhooks"``.

    Raises:
        pmkit.InputError: If anything but a verifier makes it.
    """

    event_id: str
    body: bytes = attrs.field(repr=False)
    sent_at: dt.datetime | None
    scheme: str
    _by: object = attrs.field(default=None, validator=_made_here, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        # What made it is not kept, or a changed copy would pass as verified, too.
        object.__setattr__(self, "_by", None)

    def json(self) -> Any:
        """
        Read its body as JSON, strictly; see `read_body`.

        Raises:
            pmkit.WebhookRejected: If it is not JSON as it has to be.
        """
        return read_body(self.body)


class Verifier(abc.ABC):
    """
    What turns a message of anybody into one of the far side.

    A plugin whose far side signs in a way of its own derives a class from this one
    and says in ``prove`` what it takes; it must raise `pmkit.WebhookRejected` for
    everything else, and compare with `hmac.compare_digest`.
    """

    #: A name for the way of signing; it is written down with each message.
    scheme: ClassVar[str]

    @abc.abstractmethod
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

    def verify(self, delivery: Delivery) -> VerifiedWebhook:
        """
        Prove that a message is from the far side, and hand it on.

        Args:
            delivery: The message.

        Returns:
            The message, for ``parse``.

        Raises:
            pmkit.WebhookRejected: If that is not proven.

            pmkit.InputError: If it is no `Delivery`.
        """
        given: object = delivery
        if not isinstance(given, Delivery):
            msg = f"{type(given).__name__} is no Delivery."
            raise InputError(msg, field="delivery", remedy="Give a Delivery.")
        proof = self.prove(delivery)
        return VerifiedWebhook(
            event_id=event_id(proof.event_id, "event_id"),
            body=delivery.body,
            sent_at=proof.sent_at and to_utc(proof.sent_at),
            scheme=self.scheme,
            by=_ONLY_HERE,
        )


def stored(
    *, event_id: str, body: bytes, sent_at: dt.datetime | None, scheme: str
) -> VerifiedWebhook:
    """
    Give back a message that was verified before it was stored.

    Only for what the endpoint of pmkit wrote itself: nothing is verified again,
    because by then the stamp is old and the secret may be another.

    Args:
        event_id: As verified.

        body: As verified.

        sent_at: As verified, UTC.

        scheme: As verified.
    """
    return VerifiedWebhook(
        event_id=event_id, body=body, sent_at=sent_at, scheme=scheme, by=_ONLY_HERE
    )
