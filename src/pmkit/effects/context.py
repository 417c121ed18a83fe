"""
What a plugin is told beside the request, and what is written down of a call.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.environment import Environment
from pmkit.core.moments import to_utc

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")

#: An HTTP operation: it yields requests, is sent their responses, returns the answer.
Operation = Generator["httpx.Request", "httpx.Response", _T]


@attrs.frozen(kw_only=True)
class CallContext:
    """
    What a plugin is told beside the request.

    Args:
        operation_id: The call, as the core named it; the same for every repetition.

        key: The idempotency key to send, of the length and the characters that the
            plugin declared; the same for every repetition.

        instance: The configured plugin that is called.

        environment: Whether it moves real money and people.

        now: The present instant, UTC.

        seconds: How long the whole call may take from here.
    """

    operation_id: str
    key: str
    instance: str
    environment: Environment = Environment.SANDBOX
    now: dt.datetime = attrs.field(converter=to_utc)
    seconds: float = 30.0


@attrs.frozen(kw_only=True)
class Exchange:
    """
    One request of a call, without anything that could be a secret.

    Args:
        method: Such as ``POST``.

        host: The host and port.

        path: The path, without the query.

        status: The status of the response; 0 if there was none.

        seconds: How long it took.

        size: The bytes of the body that came.

        fault: The class of what went wrong, in a word.
    """

    method: str
    host: str
    path: str
    status: int = 0
    seconds: float = 0.0
    size: int = 0
    fault: str = ""


@attrs.frozen(kw_only=True)
class CallRecord:
    """
    One call to a plugin, as it is written down.

    Args:
        instance: The configured plugin.

        operation: What it was asked to do.

        operation_id: The call, as the core named it.

        certainty: `Certainty.APPLIED` if it succeeded.

        code: The code of the error; empty if it succeeded.

        seconds: How long it took.

        exchanges: Its requests.
    """

    instance: str
    operation: str
    operation_id: str
    certainty: Certainty
    code: str = ""
    seconds: float = 0.0
    exchanges: tuple[Exchange, ...] = ()
