"""
Bugs of settings, and secrets that get out.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import attrs
import httpx

from pmkit.core.plugin_errors import RequestInvalidError
from pmkit.hooks.secrets import Secret
from pmkit.testing.conformance.harness import canary
from pmkit.testing.conformance.reference import (
    AgencyHarness,
    CardHarness,
    MessengerHarness,
    ReferenceAgency,
    ReferenceCard,
    ReferenceMessenger,
)
from pmkit.testing.conformance.saboteurs.planting import plant, planted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pmkit.core import ports
    from pmkit.core.ports import BookingReply, Notice
    from pmkit.effects.context import CallContext, Operation
    from pmkit.testing.conformance.reference.settings import (
        MessengerSettings,
        ReferenceSettings,
    )

_HERE = "pmkit.testing.conformance.saboteurs.of_settings"
_LOG = logging.getLogger("saboteur")
_WHOLE = 48


@attrs.define(kw_only=True)
class OpenSettings:
    """Settings that can be changed."""

    base_url: str
    api_key: Secret


plant(
    "settings-can-be-changed",
    MessengerHarness,
    "The settings are not frozen.",
    must=("PLG-SET-001",),
    manifest={"settings": f"{_HERE}:OpenSettings"},
)


@attrs.frozen(kw_only=True)
class PlainSettings:
    """Settings whose key is a text like any other."""

    base_url: str
    api_key: str


def _plain_settings(_: object, account: str = "first") -> Mapping[str, object]:
    return {
        "base_url": "https://api.reference.example",
        "api_key": canary("api_key", account),
    }


@planted(
    "key-is-plain-text",
    MessengerHarness,
    "The key is a str, and printing the settings shows it.",
    must=("PLG-SET-002", "PLG-SET-004"),
    manifest={"settings": f"{_HERE}:PlainSettings"},
    harness={"settings": _plain_settings},
)
class PlainKey(ReferenceMessenger):
    """Send notices with a key that is plain text."""

    def __init__(self, settings: PlainSettings) -> None:
        key = Secret(settings.api_key)
        self._url = settings.base_url
        super().__init__(attrs.evolve(_as_secret(settings), api_key=key))


def _as_secret(settings: PlainSettings) -> MessengerSettings:
    from pmkit.testing.conformance.reference.settings import MessengerSettings

    key = Secret(settings.api_key)
    return MessengerSettings(base_url=settings.base_url, api_key=key)


@attrs.frozen(kw_only=True)
class DefaultedSettings:
    """Settings with a secret that everybody knows."""

    base_url: str
    api_key: Secret
    webhook_secret: Secret = Secret("whsec_" + "0" * 32)


plant(
    "secret-with-a-default",
    AgencyHarness,
    "Messages are verified with a secret that everybody knows, if none is set.",
    must=("PLG-SET-003",),
    manifest={"settings": f"{_HERE}:DefaultedSettings"},
)


@planted(
    "secret-in-repr",
    CardHarness,
    "Printing the plugin shows its key.",
    must=("PLG-SET-004",),
)
class Talkative(ReferenceCard):
    """Show the key when printed."""

    def __repr__(self) -> str:
        return f"Talkative(key={self._settings.api_key.reveal()})"


@planted(
    "secret-in-the-settings-error",
    AgencyHarness,
    "A key of the wrong length is quoted in the error.",
    must=("PLG-SET-005",),
)
class Quoting(ReferenceAgency):
    """Quote the key that is wrong."""

    def __init__(self, settings: ReferenceSettings) -> None:
        key = settings.api_key.reveal()
        if len(key) != _WHOLE:
            msg = f"The key {key} is too short."
            raise ValueError(msg)
        super().__init__(settings)


@planted(
    "secret-in-an-error",
    AgencyHarness,
    "What the far side refuses is told with the header that was sent.",
    must=("PLG-SEC-001",),
)
class Telling(ReferenceAgency):
    """Tell the header in the error of a refused booking."""

    def book(
        self, request: ports.BookingRequest, context: CallContext
    ) -> Operation[BookingReply]:
        """Take the task."""
        try:
            return (yield from super().book(request, context))
        except RequestInvalidError:
            key = self._settings.api_key.reveal()
            msg = f"Refused: Authorization: Bearer {key}"
            raise RequestInvalidError(msg) from None


@planted(
    "secret-in-the-log",
    CardHarness,
    "Each request is logged with its headers.",
    must=("PLG-SEC-002",),
)
class Logging(ReferenceCard):
    """Log whole requests."""

    def _request(
        self, method: str, path: str, body: object, context: CallContext
    ) -> httpx.Request:
        request = super()._request(method, path, body, context)
        _LOG.debug("sending %s", dict(request.headers))
        return request


@planted(
    "secret-in-the-address",
    MessengerHarness,
    "The key is sent in the query, where every log keeps it.",
    must=("PLG-SEC-003",),
)
class InTheAddress(ReferenceMessenger):
    """Send the key in the address."""

    def _message(self, notice: Notice, context: CallContext) -> httpx.Request:
        request = super()._message(notice, context)
        key = self._settings.api_key.reveal()
        url = request.url.copy_add_param("key", key)
        headers = {k: v for k, v in request.headers.items() if k != "host"}
        return httpx.Request("POST", url, headers=headers, content=request.content)
