"""
What an instance of a sandbox plugin has to know.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from pmkit.core.errors import InputError
from pmkit.hooks.fields import setting
from pmkit.hooks.secrets import Secret
from pmkit.sandbox.plugins.manifests import IN_PROCESS

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-]+(:\d{1,5})?", re.ASCII)


def _address(_: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        msg = "It is no address of a server."
        remedy = "Write it like http://127.0.0.1:8080, as pmkit sandbox serve says it."
        raise InputError(msg, field=attribute.name, remedy=remedy)


_KEY = setting(title="API key", note="As given to pmkit sandbox serve.")
_WHERE = setting(
    title="Address",
    default=f"https://{IN_PROCESS}",
    validator=_address,
    placeholder="http://127.0.0.1:8080",
    shown=True,
)
_SIGNED = setting(
    title="Webhook secret", note="As given to /control/webhooks.", default=None
)


@attrs.frozen(kw_only=True)
class SandboxSettings:
    """
    Where the far side is, and what it knows the caller by.

    Args:
        api_key: What is sent as ``Authorization: Bearer ...``.

        base_url: Where it is, without a slash at the end.

        webhook_secret: What its webhooks are signed with, ``whsec_`` and Base64.

    Raises:
        pmkit.InputError: If the address is none.
    """

    api_key: Secret = _KEY
    base_url: str = _WHERE
    webhook_secret: Secret | None = _SIGNED
