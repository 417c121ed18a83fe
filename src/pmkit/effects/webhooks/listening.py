"""
Asking a plugin who sent a message and what it says, without believing the plugin.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.environment import Environment
from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import PluginCallError, PluginFaultError
from pmkit.core.ports import AgencyObservation, PaymentObservation, RefundObservation
from pmkit.effects import faults
from pmkit.effects.context import CallContext
from pmkit.effects.conversation import NEVER_SWALLOWED
from pmkit.effects.webhooks.verified import VerifiedWebhook
from pmkit.hooks.manifest import PluginKind

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from pmkit.effects.webhooks.delivery import Delivery

#: What one message may say at most.
MOST_OBSERVATIONS = 100
#: They have nobody to wait for.
_SECONDS = 5.0

_SAYS: dict[PluginKind, tuple[type, ...]] = {
    PluginKind.AGENCY: (AgencyObservation,),
    PluginKind.PAYMENT: (PaymentObservation, RefundObservation),
}


@attrs.frozen(kw_only=True)
class Listener:
    """
    A configured plugin that hears messages; see `listener`.

    Args:
        name: The configured plugin's name.

        kind: What it is for.

        implementation: What has ``verify`` and ``parse``.

        environment: Whether it moves real money and people.
    """

    name: str
    kind: PluginKind
    implementation: Any = attrs.field(repr=False)
    environment: Environment = Environment.SANDBOX

    def verify(self, delivery: Delivery) -> VerifiedWebhook:
        """
        Have a message verified.

        Args:
            delivery: The message.

        Raises:
            pmkit.WebhookRejected: If it is not from the far side.

            pmkit.PluginFaultError: If the plugin fails, or answers with anything but
                a verified message of the same bytes.
        """
        context = self._context(delivery.received_at)
        found = self._asked("verify", lambda said: said.verify(delivery, context))
        if type(found) is not VerifiedWebhook or found.body != delivery.body:
            raise self._fault(
                operation="verify", message="The plugin gave no verified message."
            )
        return found

    def parse(self, verified: VerifiedWebhook, now: dt.datetime) -> tuple[Any, ...]:
        """
        Have a verified message read.

        Args:
            verified: The message; of no other type.

            now: The present instant, UTC.

        Returns:
            What it says: observations of the kind of the plugin, at most 100.

        Raises:
            pmkit.InputError: If the message is not a `VerifiedWebhook`.

            pmkit.WebhookRejected: If it cannot be read.

            pmkit.PluginFaultError: If the plugin fails, or says anything else.
        """
        given: object = verified
        if not isinstance(given, VerifiedWebhook):
            msg = "What was not verified is not read."
            remedy = "Give what verify() returned."
            raise InputError(msg, field="verified", remedy=remedy)
        context = self._context(now)
        said: tuple[Any, ...] | None = self._asked(
            "parse",
            lambda it: _some(it.parse(verified, context), _SAYS[self.kind]),
        )
        if said is None:
            words = f"The plugin said something that is no news of its {self.kind}."
            raise self._fault(operation="parse", message=words)
        return said

    def _context(self, now: dt.datetime) -> CallContext:
        return CallContext(
            operation_id="",
            key="",
            instance=self.name,
            environment=self.environment,
            now=now,
            seconds=_SECONDS,
        )

    def _asked(self, operation: str, ask: Callable[[Any], Any]) -> Any:
        raised: PluginCallError
        try:
            return ask(self.implementation)
        except NEVER_SWALLOWED:
            raise
        except PluginCallError as error:
            raised = faults.copied(error)
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            raised = faults.foreign(error, left=False)
        raised.instance, raised.operation = self.name, operation
        # What a foreign exception says can hold a secret, or the body.
        raise raised from None

    def _fault(self, *, operation: str, message: str) -> PluginFaultError:
        return PluginFaultError(message, instance=self.name, operation=operation)


def _some(said: Any, kinds: tuple[type, ...]) -> tuple[Any, ...] | None:
    """Take what a plugin says, but not for ever; `None` if it is no list of these."""
    if isinstance(said, str | bytes | dict) or not isinstance(said, Iterable):
        return None
    found = []
    for item in said:
        found.append(item)
        if len(found) > MOST_OBSERVATIONS or not isinstance(item, kinds):
            return None
    return tuple(found)


def listener(name: str, kind: PluginKind, offer: object) -> Listener | None:
    """
    Find out whether an offer hears messages.

    Args:
        name: Its name on the panel.

        kind: What it is for.

        offer: A configured plugin, or an object that the application attached.

    Returns:
        The listener; `None` if it has no ``verify`` and ``parse``, or says that it
        does not hear messages.
    """
    if kind not in _SAYS:
        return None
    capabilities = getattr(offer, "capabilities", None)
    webhooks = getattr(capabilities, "webhooks", None)
    if webhooks is not None and not webhooks.support.usable:
        return None
    implementation = getattr(offer, "implementation", offer)
    methods = (getattr(implementation, said, None) for said in ("verify", "parse"))
    if not all(callable(method) for method in methods):
        return None
    environment = getattr(offer, "environment", Environment.SANDBOX)
    return Listener(
        name=name, kind=kind, implementation=implementation, environment=environment
    )
