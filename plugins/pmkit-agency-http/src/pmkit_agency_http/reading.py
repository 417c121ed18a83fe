"""
What the agency answers, read by its document and by nothing else.
"""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from pmkit.core.certainty import Blame, Certainty, Retry
from pmkit.core.errors import DocumentError
from pmkit.core.plugin_errors import (
    AuthFailedError,
    OutcomeUnknownError,
    OutOfCoverageError,
    PluginCallError,
    ProtocolViolationError,
    ProviderConflictError,
    ProviderDeadlineError,
    ProviderNotFoundError,
    ProviderUnavailableError,
    RateLimitedError,
    RequestInvalidError,
    SlotUnavailableError,
)
from pmkit.core.strict_json import read_json

from pmkit_agency_http.document import MisfitError, check, codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

#: The statuses whose problem says more than the status itself.
TELLING: Final = (400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503)
_CONFLICT, _TOO_MANY, _BROKEN = 409, 429, 500

#: The error for each code of a problem.
ERRORS: Final[Mapping[str, type[PluginCallError]]] = MappingProxyType(
    {
        "malformed": RequestInvalidError,
        "unauthorized": AuthFailedError,
        "forbidden": AuthFailedError,
        "not-found": ProviderNotFoundError,
        "method-not-allowed": ProtocolViolationError,
        "key-reused": ProviderConflictError,
        "reference-taken": ProviderConflictError,
        "in-progress": OutcomeUnknownError,
        "too-large": RequestInvalidError,
        "media-type": RequestInvalidError,
        "invalid": RequestInvalidError,
        "kind-unsupported": OutOfCoverageError,
        "currency-unsupported": OutOfCoverageError,
        "out-of-coverage": OutOfCoverageError,
        "slot-unavailable": SlotUnavailableError,
        "too-late": ProviderDeadlineError,
        "task-over": ProviderConflictError,
        "declined": OutOfCoverageError,
        "rate-limited": RateLimitedError,
        "internal": OutcomeUnknownError,
        "unavailable": ProviderUnavailableError,
    }
)
#: The error for a status whose problem cannot be read.
_BY_STATUS: Final[Mapping[int, type[PluginCallError]]] = MappingProxyType(
    {
        401: AuthFailedError,
        403: AuthFailedError,
        404: ProviderNotFoundError,
        409: ProviderConflictError,
        429: RateLimitedError,
        500: OutcomeUnknownError,
        503: OutcomeUnknownError,
    }
)
_USUAL_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = 86_400


def body_of(
    response: httpx.Response, schema: str, *, changes: bool, statuses: Any = (200,)
) -> Any:
    """
    Read the body of a success.

    Args:
        response: What came.

        schema: What the document calls it.

        changes: Whether the request was to change something.

        statuses: The statuses that the document knows.

    Returns:
        What the schema says, and perhaps keys that nobody knows.

    Raises:
        pmkit.PluginCallError: If the agency says that it did not go well, or if it is
            not what the document says; that error names the field.
    """
    if response.status_code not in statuses:
        raise _refused(response, changes=changes)
    try:
        require_type(response, "application/json")
        found = read_json(response.content)
        check(schema, found)
    except MisfitError as error:
        raise violation(
            field=error.field, reason=error.reason, changes=changes
        ) from None
    except DocumentError:
        raise violation(field="body", reason="no JSON", changes=changes) from None
    return found


def file_of(response: httpx.Response) -> bytes:
    """
    Read the bytes of a file.

    Args:
        response: What came.

    Raises:
        pmkit.PluginCallError: If the agency says that it did not go well.
    """
    if response.status_code != 200:  # noqa: PLR2004 - the one success of the document
        raise _refused(response, changes=False)
    return response.content


def violation(*, field: str, reason: str, changes: bool) -> ProtocolViolationError:
    """
    Say that the agency breaks its own document.

    Args:
        field: Where.

        reason: How, in our words.

        changes: Whether the request was to change something; then nobody knows
            whether it did.
    """
    return ProtocolViolationError(
        f"The agency does not keep to its protocol: {reason}.",
        field=field,
        certainty=Certainty.UNKNOWN if changes else Certainty.REJECTED,
        remedy="Tell the agency; nothing was guessed.",
    )


def require_type(response: httpx.Response, wanted: str) -> None:
    """
    Refuse a body of another media type.

    Args:
        response: What came.

        wanted: The media type, in lower case.

    Raises:
        MisfitError: If it is another one.
    """
    given = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        field = "Content-Type"
        raise MisfitError(field, "another media type than the document says")


def _refused(response: httpx.Response, *, changes: bool) -> PluginCallError:
    """Say what a problem means, or its status where it cannot be read."""
    status = response.status_code
    if status < 400:  # noqa: PLR2004 - a success that is in no document, or a redirect
        return violation(field="status", reason=f"it answers {status}", changes=changes)
    problem = _problem(response)
    code = problem.get("code", "")
    kind = ERRORS[code] if code else _BY_STATUS.get(status, RequestInvalidError)
    said = f"The agency answers {status}" + (f" ({code})" if code else "")
    means = f": {codes()[code]['means']}" if code else "."
    more: dict[str, Any] = {}
    if issubclass(kind, RequestInvalidError):
        more["fields"] = tuple(problem.get("fields", ()))
    if kind in (RateLimitedError, ProviderUnavailableError):
        more |= {
            "retry": Retry.AFTER,
            "after": _wait(response),
            "blame": Blame.PROVIDER,
        }
    certainty = _certainty(status, code, changes=changes)
    return kind(said + means, provider_code=code, certainty=certainty, **more)


def _certainty(status: int, code: str, *, changes: bool) -> Certainty:
    if code:
        found = Certainty(codes()[code]["certainty"])
    elif status in (_CONFLICT, 408) or status >= _BROKEN:
        found = Certainty.UNKNOWN
    else:
        found = Certainty.NOT_SENT if status in (425, _TOO_MANY) else Certainty.REJECTED
    # What changes nothing cannot have had an effect.
    return Certainty.REJECTED if found is Certainty.UNKNOWN and not changes else found


def _problem(response: httpx.Response) -> dict[str, Any]:
    """Read a problem; one that is not by the document says nothing."""
    try:
        require_type(response, "application/problem+json")
        found = read_json(response.content)
        check("Problem", found)
    except (MisfitError, DocumentError):
        return {}
    fits = codes()[found["code"]]["status"] == found["status"] == response.status_code
    return dict(found) if fits else {}


def _wait(response: httpx.Response) -> dt.timedelta:
    text = response.headers.get("retry-after", "")
    if not (text.isascii() and text.isdigit()):
        return _USUAL_WAIT
    return dt.timedelta(seconds=min(int(text[:6]), _LONGEST_WAIT))
