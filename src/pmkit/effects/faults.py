"""
What went wrong on the way to the far side and back, as an error of a call.
"""

from __future__ import annotations

import datetime as dt
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

import httpx

from pmkit.core import plugin_errors
from pmkit.core.certainty import Blame, Certainty, Retry
from pmkit.core.plugin_errors import (
    AddressRefusedError,
    OutcomeUnknownError,
    PluginCallError,
    PluginFaultError,
    ProtocolViolationError,
    ProviderUnavailableError,
    RequestInvalidError,
)
from pmkit.effects.statuses import LONGEST_WAIT

if TYPE_CHECKING:
    from collections.abc import Mapping

_T = TypeVar("_T")
#: What exceptions of a transport mean; any other one means that an answer got lost.
_TABLE: Final = (
    (
        (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout),
        ProviderUnavailableError,
        "The far side cannot be reached.",
    ),
    (
        (httpx.UnsupportedProtocol,),
        AddressRefusedError,
        "The plugin calls an address that is not https.",
    ),
    (
        (httpx.LocalProtocolError,),
        PluginFaultError,
        "The plugin made a request that breaks HTTP.",
    ),
    (
        (httpx.RemoteProtocolError, httpx.DecodingError),
        ProtocolViolationError,
        "The far side broke HTTP in its answer.",
    ),
)
_LONGEST = 300
_LEAVES: Final[Mapping[str, type[PluginCallError]]] = MappingProxyType(
    {
        found.__name__: found
        for found in vars(plugin_errors).values()
        if isinstance(found, type) and issubclass(found, PluginCallError)
    }
)


def error_of(exception: BaseException, *, mutates: bool) -> PluginCallError:
    """
    Say what an exception of a transport means.

    Args:
        exception: What the transport raised; its words are not used.

        mutates: Whether the request would change something.

    Returns:
        The error, without any of the words of the exception.
    """
    if isinstance(exception, PluginCallError):
        if isinstance(exception, ProtocolViolationError) and not mutates:
            exception.certainty = Certainty.REJECTED
        return exception
    for kinds, leaf, message in _TABLE:
        if isinstance(exception, kinds):
            return leaf(message)
    if mutates:
        return OutcomeUnknownError("The answer of the far side got lost.")
    return ProviderUnavailableError(
        "The answer of the far side got lost.", certainty=Certainty.UNKNOWN
    )


def fault(message: str, *, left: bool) -> PluginFaultError:
    """
    Say that the plugin itself is broken.

    Args:
        message: What it did, in our words.

        left: Whether a request had left this machine by then.
    """
    certainty = Certainty.UNKNOWN if left else Certainty.NOT_SENT
    remedy = "Report it to the tracker of the plugin."
    return PluginFaultError(message, certainty=certainty, remedy=remedy)


def foreign(raised: BaseException, *, left: bool) -> PluginFaultError:
    """
    Name an exception that is not ours, without any of its words.

    Args:
        raised: What the plugin raised; its class is named if it is Python's own.

        left: Whether a request had left this machine by then.
    """
    kind = type(raised)
    name = kind.__name__ if kind.__module__ == "builtins" else "a foreign exception"
    return fault(f"The plugin raised {name}.", left=left)


def copied(error: PluginCallError) -> PluginCallError:
    """
    Copy an error that a plugin raised, without anything else that it holds.

    A class of the plugin becomes ours that it derives from; texts are cut and cleaned;
    what was raised before it, and may quote secrets, is left behind.

    Args:
        error: What the plugin raised.
    """
    kind = next(
        found
        for base in type(error).__mro__
        if (found := _LEAVES.get(base.__name__)) is base
    )
    given = error.__dict__
    fresh = kind(
        _text(given.get("message")) or "The plugin says no.",
        certainty=_one_of(Certainty, given.get("certainty")),
        retry=_one_of(Retry, given.get("retry")),
        blame=_one_of(Blame, given.get("blame")),
        provider_code=_text(given.get("provider_code")),
        field=_text(given.get("field")) or None,
        remedy=_text(given.get("remedy")) or None,
    )
    after = given.get("after")
    if isinstance(after, dt.timedelta):
        fresh.after = min(max(after, dt.timedelta(0)), LONGEST_WAIT)
    fields = given.get("fields")
    if isinstance(fresh, RequestInvalidError) and type(fields) is tuple:
        fresh.fields = tuple(_text(name) for name in fields)
    return fresh


def _text(value: object) -> str:
    if type(value) is not str:
        return ""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", value[:_LONGEST])


def _one_of(kind: type[_T], value: object) -> _T | None:
    return value if isinstance(value, kind) else None
