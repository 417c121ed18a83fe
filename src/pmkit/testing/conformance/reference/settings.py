"""
The settings of the reference plugins.
"""

from __future__ import annotations

import attrs

from pmkit.hooks.secrets import Secret


@attrs.frozen(kw_only=True)
class ReferenceSettings:
    """
    One account at the reference far side.

    Args:
        base_url: Where it is.

        api_key: What it knows us by.

        webhook_secret: What its messages are signed with.
    """

    base_url: str
    api_key: Secret
    webhook_secret: Secret


@attrs.frozen(kw_only=True)
class MessengerSettings:
    """
    One account at the reference messenger.

    Args:
        base_url: Where it is.

        api_key: What it knows us by.
    """

    base_url: str
    api_key: Secret
