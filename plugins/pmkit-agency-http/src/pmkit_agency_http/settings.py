"""
What an instance of the plugin is told: where the agency is, and how it knows us.
"""

from __future__ import annotations

import re
from typing import Any

import attrs
from pmkit.core.errors import InputError
from pmkit.hooks.secrets import Secret

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?"
    r"(/[A-Za-z0-9_~][A-Za-z0-9._~-]*)*/?"
)
#: Where nobody can listen in.
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,4096}=*")
_ACCOUNT = re.compile(r"[\x21-\x7e]{0,100}")


def _without_end(url: Any) -> Any:
    return url.rstrip("/") if isinstance(url, str) else url


def _is_base(_: object, attribute: Any, value: Any) -> None:
    found = _URL.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found["scheme"] == "http" and found["host"] not in _LOOPBACK):
        msg = "It is no address of an agency."
        remedy = 'Write "https://agency.example/v1", without a question mark.'
        raise InputError(msg, field=attribute.name, remedy=remedy)


def _is_account(_: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, str) or not _ACCOUNT.fullmatch(value):
        msg = "It is no name of an account."
        remedy = "Give up to 100 printable characters without blanks."
        raise InputError(msg, field=attribute.name, remedy=remedy)


def _is_token(_: object, attribute: Any, value: Any) -> None:
    if not isinstance(value, Secret) or not _TOKEN.fullmatch(value.reveal()):
        msg = "It is no token."
        remedy = "Give a Secret of letters, digits and ._~+/- as the agency shows it."
        raise InputError(msg, field=attribute.name, remedy=remedy)


@attrs.frozen(kw_only=True)
class AgencyHttpSettings:
    """
    The settings of one instance: one account at one agency.

    Args:
        base_url: Where the agency serves the protocol, with its version, such as
            ``"https://agency.example/v1"``; https, except on the loopback.

        token: What the agency gave to call it.

        webhook_secrets: What it signs its messages with, each ``whsec_`` and Base64;
            several while one replaces the other, none if it sends no messages.

        webhook_public_keys: Its ed25519 keys, each ``whpk_`` and Base64.

        account: For which account, where the token is for several.

    Raises:
        pmkit.InputError: If one of them is not what it must be; it names the field and
            never the value.

    Examples:
        >>> from pmkit.hooks.secrets import Secret
        >>> settings = AgencyHttpSettings(
        ...     base_url="https://agency.example/v1/", token=Secret("tok-1")
        ... )
        >>> settings.base_url, settings.token
        ('https://agency.example/v1', Secret('********'))
    """

    base_url: str = attrs.field(validator=_is_base, converter=_without_end)
    token: Secret = attrs.field(validator=_is_token)
    webhook_secrets: tuple[Secret, ...] = attrs.field(default=(), converter=tuple)
    webhook_public_keys: tuple[Secret, ...] = attrs.field(default=(), converter=tuple)
    account: str = attrs.field(default="", validator=_is_account)
