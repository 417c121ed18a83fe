"""
Reading what the far side answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.plugin_errors import ProtocolViolationError, WebhookRejected
from pmkit.effects.webhooks.body import read_body

if TYPE_CHECKING:
    import httpx


def read_json(response: httpx.Response) -> Any:
    """
    Read the JSON of a response, strictly.

    Unlike ``response.json()`` it refuses what two readers could read as two things:
    keys that stand twice, NaN, and nesting or integers without end.  Fractions come as
    `decimal.Decimal`, so that no money passes through a float.

    Args:
        response: The response that the plugin was sent.

    Returns:
        What it says.

    Raises:
        pmkit.ProtocolViolationError: If it cannot be read.

    Examples:
        >>> import httpx
        >>> read_json(httpx.Response(200, text='{"price": 300.10}'))
        {'price': Decimal('300.10')}
    """
    try:
        return read_body(response.content)
    except WebhookRejected:
        pass
    msg = "The far side answered something that is no proper JSON."
    raise ProtocolViolationError(msg)
