"""
What the status of a response means for the operation that asked.

The host reads the status before the plugin sees the response: what is no success
becomes an error by the table below, unless the plugin said that it knows what to do
with that status (`expect`).
"""

from __future__ import annotations

import datetime as dt
import email.utils
from http import HTTPStatus
from typing import TYPE_CHECKING

from pmkit.core.certainty import Blame, Certainty
from pmkit.core.errors import InputError
from pmkit.core.plugin_errors import (
    AuthFailedError,
    OutcomeUnknownError,
    PluginCallError,
    ProtocolViolationError,
    ProviderConflictError,
    ProviderNotFoundError,
    ProviderUnavailableError,
    RateLimitedError,
    RequestInvalidError,
)
from pmkit.effects.certain import Mark

if TYPE_CHECKING:
    import httpx

_EXPECT = "pmkit.expect"
_READS = "pmkit.reads"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NOT_LOOKED_AT = frozenset({HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_AMBIGUOUS = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT})
#: The statuses of success.
SUCCESSES = range(200, 300)
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
_ODD = "which is neither a success nor a refusal; redirects are not followed"
#: Nobody is told to come back later than this.
LONGEST_WAIT = dt.timedelta(days=1)
_USUAL_WAIT = dt.timedelta(seconds=5)


def expect(request: httpx.Request, *statuses: int) -> httpx.Request:
    """
    Ask to see responses with these statuses, instead of an error.

    The plugin then decides what they mean, and raises an error of
    `pmkit.core.plugin_errors` or goes on.

    Args:
        request: The request.

        statuses: From 400 to 599, or 304; other redirects are never shown.

    Returns:
        The same request.

    Raises:
        pmkit.InputError: If a status cannot be asked for.

    Examples:
        >>> import httpx
        >>> request = httpx.Request("POST", "https://api.acme.example/bookings")
        >>> sorted(expected(expect(request, 404, 409)))
        [404, 409]
    """
    for status in statuses:
        if status != HTTPStatus.NOT_MODIFIED and status not in range(400, 600):
            msg = f"{status!r} is no status that a plugin can ask to see."
            raise InputError(msg, field="statuses", remedy="Name 304, or 400 to 599.")
    request.extensions[_EXPECT] = frozenset(statuses)
    return request


def reads(request: httpx.Request) -> httpx.Request:
    """
    Say that a request changes nothing, although its method is not GET or HEAD.

    That is what a request for an access token is, or a search by POST.  A call that
    fails after it can then still be certain.

    Args:
        request: The request.

    Returns:
        The same request.
    """
    request.extensions[_READS] = True
    return request


def expected(request: httpx.Request) -> frozenset[int]:
    """Tell which statuses a request asks to see."""
    found = request.extensions.get(_EXPECT, ())
    try:
        return frozenset(status for status in found if isinstance(status, int))
    except TypeError:
        return frozenset()


def own_words(request: httpx.Request) -> dict[str, object]:
    """
    Take what a request says to the host.

    What else stands in its extensions is for the connection, such as the name that the
    certificate has to be for: a plugin does not say that.
    """
    given = request.extensions
    return {name: given[name] for name in (_EXPECT, _READS) if name in given}


def only_reads(request: httpx.Request) -> bool:
    """Tell whether a request changes nothing, by its method or by its word."""
    return request.method in _SAFE_METHODS or request.extensions.get(_READS) is True


def mark_of(status: int, *, mutates: bool) -> Mark:
    """
    Say what an answered request may have done.

    Args:
        status: The status of the response.

        mutates: Whether the request would change something.
    """
    if not mutates:
        return Mark.SAFE
    if status in SUCCESSES:
        return Mark.DONE
    certain = status in _CLIENT_ERRORS and status not in _AMBIGUOUS
    return Mark.VOID if certain else Mark.OPEN


def error_of(
    response: httpx.Response, *, mutates: bool, now: dt.datetime
) -> PluginCallError | None:
    """
    Say what is wrong with a response, by its status.

    Args:
        response: The response.

        mutates: Whether the request would change something.

        now: The present instant, UTC.

    Returns:
        The error, or `None` if the plugin is to see the response.
    """
    status = response.status_code
    if status in SUCCESSES or status in expected(response.request):
        return None
    after = _wait(response.headers.get("retry-after", ""), now)
    if status in _NOT_LOOKED_AT:
        msg = f"The far side answered {status}: too early."
        return RateLimitedError(
            msg, after=after or _USUAL_WAIT, provider_code=f"{status}"
        )
    error = (_on_mutation if mutates else _on_read)(status)
    error.provider_code = f"{status}"
    error.after = after
    return error


def _on_mutation(status: int) -> PluginCallError:
    """Name the error of a request that would change something."""
    said = f"The far side answered {status}"
    if status == HTTPStatus.CONFLICT:
        return ProviderConflictError(f"{said}: it may have this already.")
    if status == HTTPStatus.REQUEST_TIMEOUT or status in _SERVER_ERRORS:
        msg = f"{said}: nobody knows whether it did what was asked."
        return OutcomeUnknownError(msg, blame=Blame.PROVIDER)
    return _refusal(status, said) or ProtocolViolationError(f"{said}, {_ODD}.")


def _on_read(status: int) -> PluginCallError:
    """Name the error of a request that changes nothing."""
    said = f"The far side answered {status}"
    nothing = Certainty.REJECTED
    if status == HTTPStatus.CONFLICT:
        return ProviderConflictError(f"{said}.", certainty=nothing)
    if status == HTTPStatus.REQUEST_TIMEOUT or status in _SERVER_ERRORS:
        msg = f"{said}: it cannot tell now."
        blame = Blame.PROVIDER
        return ProviderUnavailableError(msg, certainty=nothing, blame=blame)
    violation = ProtocolViolationError(f"{said}, {_ODD}.", certainty=nothing)
    return _refusal(status, said) or violation


def _refusal(status: int, said: str) -> PluginCallError | None:
    """Name the error of a status with which the far side says no for good."""
    if status not in _CLIENT_ERRORS:
        return None
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        remedy = "Check the credentials of the instance, and what they may do."
        return AuthFailedError(f"{said}: not with these credentials.", remedy=remedy)
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return ProviderNotFoundError(f"{said}: it does not know this.")
    return RequestInvalidError(f"{said}: it does not take this request.")


def _wait(text: str, now: dt.datetime) -> dt.timedelta | None:
    """Read Retry-After, in seconds or as a date; None if it says nothing usable."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        seconds = min(int(text[:9]), int(LONGEST_WAIT.total_seconds()))
        return dt.timedelta(seconds=seconds)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return min(max(at - now, dt.timedelta(0)), LONGEST_WAIT)
