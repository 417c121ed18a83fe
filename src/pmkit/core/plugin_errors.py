"""
What can go wrong with a call to a plugin; each error says what is certain.

A plugin raises these, and the host turns everything else that happens into one of
them::

    PluginCallError                  the base: certainty, retry, blame
    ├── SettingsError                the instance's settings are wrong
    ├── AuthFailedError              the far side does not accept our credentials
    ├── UnsupportedError             this plugin cannot do that
    ├── RequestInvalidError          the far side finds fields of the request wrong
    ├── OutOfCoverageError           not in this place, or not for these goods
    ├── SlotUnavailableError         not at this time
    ├── ProviderDeadlineError        too late for the far side
    ├── PaymentDeclinedError         the payer's bank says no
    ├── ProviderConflictError        the far side has this under other terms
    ├── ProviderNotFoundError        the far side does not know it
    ├── RateLimitedError             too many calls; come back later
    ├── ProviderUnavailableError     the far side cannot be reached
    ├── OutcomeUnknownError          sent, and no answer that tells
    ├── ProtocolViolationError       an answer that cannot be read
    ├── AddressRefusedError          an address that must not be called
    ├── WebhookRejected              a message that is not from the far side
    └── PluginFaultError             the plugin itself is broken
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pmkit.core.certainty import Blame, Certainty, Retry
from pmkit.core.errors import PluginError

if TYPE_CHECKING:
    import datetime as dt


class PluginCallError(PluginError):
    """
    A call to a plugin that did not simply succeed.

    Args:
        message: What happened, safe to show: never what the far side said verbatim.

        certainty: What is known of its effect.

        retry: Whether the same call may be made again.

        after: How long to wait before that.

        blame: Who has to do something about it.

        provider_code: The far side's own word for it, such as ``"slot_taken"``.

        instance: The configured plugin that was called.

        operation: What it was asked to do, such as ``"book"``.

        field: The argument or key that is wrong, if it is one.

        remedy: What to do about it.

    Examples:
        >>> error = RateLimitedError("Too many calls.", instance="acme-cn")
        >>> error.certainty.value, error.retry.value, error.blame.value
        ('not-sent', 'after', 'provider')
    """

    code = "plugin-call"
    _certainty: ClassVar[Certainty] = Certainty.UNKNOWN
    _retry: ClassVar[Retry] = Retry.NEVER
    _blame: ClassVar[Blame] = Blame.PROVIDER

    def __init__(
        self,
        message: str,
        *,
        certainty: Certainty | None = None,
        retry: Retry | None = None,
        after: dt.timedelta | None = None,
        blame: Blame | None = None,
        provider_code: str = "",
        instance: str = "",
        operation: str = "",
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.certainty = self._certainty if certainty is None else certainty
        self.retry = self._retry if retry is None else retry
        self.after = after
        self.blame = self._blame if blame is None else blame
        self.provider_code = provider_code
        self.instance = instance
        self.operation = operation

    def __str__(self) -> str:
        who = " ".join(part for part in (self.instance, self.operation) if part)
        return f"{who}: {super().__str__()}" if who else super().__str__()


class SettingsError(PluginCallError):
    """The settings of an instance are wrong; nothing was called."""

    code = "plugin-settings"
    _certainty = Certainty.NOT_SENT
    _blame = Blame.CONFIG


class AuthFailedError(PluginCallError):
    """The far side does not accept the credentials."""

    code = "plugin-auth"
    _certainty = Certainty.REJECTED
    _retry = Retry.SAME_KEY
    _blame = Blame.CONFIG


class UnsupportedError(PluginCallError):
    """The plugin does not do this; nothing was called."""

    code = "plugin-unsupported"
    _certainty = Certainty.NOT_SENT
    _blame = Blame.CALLER


class RequestInvalidError(PluginCallError):
    """
    The far side looked at the request and finds parts of it wrong.

    Args:
        fields: The names of these parts, as pmkit calls them.

        more: What every `PluginCallError` takes.
    """

    code = "plugin-request"
    _certainty = Certainty.REJECTED
    _blame = Blame.CALLER

    def __init__(
        self, message: str, *, fields: tuple[str, ...] = (), **more: Any
    ) -> None:
        super().__init__(message, **more)
        self.fields = fields


class OutOfCoverageError(PluginCallError):
    """The agency does not go there, or does not check such goods."""

    code = "plugin-coverage"
    _certainty = Certainty.REJECTED
    _blame = Blame.CALLER


class SlotUnavailableError(PluginCallError):
    """The agency has nobody at this time."""

    code = "plugin-slot"
    _certainty = Certainty.REJECTED
    _blame = Blame.CALLER


class ProviderDeadlineError(PluginCallError):
    """It is too late for the far side, by its own clock and rules."""

    code = "plugin-deadline"
    _certainty = Certainty.REJECTED
    _blame = Blame.CALLER


class PaymentDeclinedError(PluginCallError):
    """The payer's bank says no; the message is for the payer."""

    code = "plugin-declined"
    _certainty = Certainty.REJECTED
    _blame = Blame.CALLER


class ProviderConflictError(PluginCallError):
    """The far side has something under this name, and it is not the same."""

    code = "plugin-conflict"
    _certainty = Certainty.UNKNOWN
    _blame = Blame.PLUGIN


class ProviderNotFoundError(PluginCallError):
    """The far side does not know what the call is about."""

    code = "plugin-not-found"
    _certainty = Certainty.REJECTED
    _blame = Blame.CALLER


class RateLimitedError(PluginCallError):
    """Too many calls; the far side did not look at this one."""

    code = "plugin-rate"
    _certainty = Certainty.NOT_SENT
    _retry = Retry.AFTER
    _blame = Blame.PROVIDER


class ProviderUnavailableError(PluginCallError):
    """The far side cannot be reached; nothing was sent."""

    code = "plugin-unavailable"
    _certainty = Certainty.NOT_SENT
    _retry = Retry.SAME_KEY
    _blame = Blame.NETWORK


class OutcomeUnknownError(PluginCallError):
    """It was sent, and no answer tells whether it had an effect."""

    code = "plugin-unknown"
    _certainty = Certainty.UNKNOWN
    _retry = Retry.SAME_KEY
    _blame = Blame.NETWORK


class ProtocolViolationError(PluginCallError):
    """The far side answered something that its own contract does not know."""

    code = "plugin-protocol"
    _certainty = Certainty.UNKNOWN
    _retry = Retry.SAME_KEY
    _blame = Blame.PROVIDER


class AddressRefusedError(PluginCallError):
    """The plugin wants to call an address that must not be called."""

    code = "plugin-address"
    _certainty = Certainty.NOT_SENT
    _blame = Blame.CONFIG


class WebhookRejected(PluginCallError):  # noqa: N818 - a verdict, as in the documents of the senders
    """A message that does not prove where it is from, or cannot be read; drop it."""

    code = "webhook-rejected"
    _certainty = Certainty.NOT_SENT
    _blame = Blame.PROVIDER


class PluginFaultError(PluginCallError):
    """The plugin itself is broken: a foreign exception, a wrong type, no end."""

    code = "plugin-fault"
    _certainty = Certainty.UNKNOWN
    _blame = Blame.PLUGIN
