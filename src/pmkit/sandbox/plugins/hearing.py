"""
How a sandbox plugin hears the far side: webhooks by Standard Webhooks.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from pmkit.core.errors import PmkitError
from pmkit.core.plugin_errors import SettingsError, WebhookRejected
from pmkit.effects.webhooks import StandardWebhooks
from pmkit.sandbox.forms import read_news

if TYPE_CHECKING:
    from pmkit.effects.context import CallContext
    from pmkit.effects.webhooks import Delivery, VerifiedWebhook
    from pmkit.sandbox.plugins.settings import SandboxSettings


class Hearing:
    """What the plugins have in common that hear webhooks."""

    #: The name of the company in its messages.
    sender = ""
    #: The news that it can have.
    hears: tuple[type, ...] = ()

    _settings: SandboxSettings

    def verify(self, delivery: Delivery, context: CallContext) -> VerifiedWebhook:
        """
        Prove that a message is from the far side.

        Args:
            delivery: The message.

            context: Nothing of it is needed.

        Raises:
            pmkit.WebhookRejected: If that is not proven.

            pmkit.SettingsError: If no secret is set.
        """
        del context
        return self._webhooks.verify(delivery)

    def parse(self, verified: VerifiedWebhook, context: CallContext) -> list[Any]:
        """
        Read the news of a message; those whose files have to be fetched are left out.

        Args:
            verified: The message.

            context: Nothing of it is needed.

        Raises:
            pmkit.WebhookRejected: If it has no news of this company.
        """
        del context
        said = verified.json()
        if not isinstance(said, dict) or said.get("company") != self.sender:
            msg = "The message is not from this company."
            raise WebhookRejected(msg, field="company")
        try:
            news = read_news(said.get("observation"))
        except PmkitError:
            msg = "The message has no news that can be read."
            raise WebhookRejected(msg, field="observation") from None
        if not isinstance(news, self.hears):
            msg = "The news are not of a kind that this company has."
            raise WebhookRejected(msg, field="observation")
        return [] if getattr(news, "evidence", ()) else [news]

    @functools.cached_property
    def _webhooks(self) -> StandardWebhooks:
        secret = self._settings.webhook_secret
        if secret is None:
            msg = "No webhook secret is set."
            remedy = "Set what was given to /control/webhooks."
            raise SettingsError(msg, field="webhook_secret", remedy=remedy)
        return StandardWebhooks(secrets=secret)
