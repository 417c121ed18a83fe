"""
How a sandbox plugin speaks with the far side: requests, replies, refusals, news.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from pmkit.core.errors import PmkitError
from pmkit.core.lookups import Absent, Found
from pmkit.core.plugin_errors import (
    PluginCallError,
    ProtocolViolationError,
    ProviderConflictError,
    RequestInvalidError,
)
from pmkit.core.strict_json import read_json
from pmkit.effects.statuses import expect, reads
from pmkit.sandbox.forms import read, read_news, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.lookups import FindRequest
    from pmkit.effects.context import CallContext, Operation
    from pmkit.sandbox.plugins.settings import SandboxSettings

T = TypeVar("T")

_REFUSED = 422
_CONFLICTS = frozenset({"conflict", "key-reused"})
_LONGEST_CODE = 40


class Speaking:
    """
    What the plugins have in common.

    Args:
        settings: Where the far side is, and what it knows us by.
    """

    #: The path of the company.
    company = ""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings

    def ask(self, path: str, **query: str) -> Operation[dict[str, Any]]:
        """
        Ask what there is.

        Args:
            path: Below that of the company.

            query: What is asked about.

        Returns:
            The reply.
        """
        url = f"{self._settings.base_url}{self.company}{path}"
        response = yield httpx.Request(
            "GET", url, params=query, headers=self._headers()
        )
        return reply_of(response)

    def inquire(self, path: str, record: object) -> Operation[dict[str, Any]]:
        """
        Ask a question that is too long for an address; it changes nothing.

        Args:
            path: Below that of the company.

            record: The question.

        Returns:
            The reply.
        """
        return (yield from self._post(path, record, self._headers(), changes=False))

    def tell(
        self, path: str, record: object, context: CallContext
    ) -> Operation[dict[str, Any]]:
        """
        Have something done; a repeated key is done once.

        Args:
            path: Below that of the company.

            record: What.

            context: Has the key.

        Returns:
            The reply.
        """
        headers = self._headers() | {"Idempotency-Key": context.key}
        return (yield from self._post(path, record, headers, changes=True))

    def look_up(
        self, request: FindRequest, news: Callable[[dict[str, Any]], Found]
    ) -> Operation[Found | Absent]:
        """
        Ask what became of a call.

        Args:
            request: The call.

            news: Reads what it was answered.
        """
        said = yield from self.ask("/operations", operation_id=request.operation_id)
        if said.get("found") is False:
            return Absent()
        reply = said.get("reply")
        if said.get("found") is not True or not isinstance(reply, dict):
            raise violation()
        return news(reply)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._settings.api_key.reveal()}"}

    def _post(
        self, path: str, record: object, headers: dict[str, str], *, changes: bool
    ) -> Operation[dict[str, Any]]:
        request = httpx.Request(
            "POST",
            f"{self._settings.base_url}{self.company}{path}",
            content=json.dumps(write(record)).encode(),
            headers={**headers, "Content-Type": "application/json"},
        )
        response = yield expect(request if changes else reads(request), _REFUSED)
        if response.status_code == _REFUSED:
            raise self.refused(*_code_of(response))
        return reply_of(response)

    def refused(self, code: str, field: str) -> PluginCallError:
        """
        Give the error of a refusal.

        Args:
            code: The word of the far side for it.

            field: What it finds wrong.
        """
        if code in _CONFLICTS:
            msg = "The far side has something else under this name."
            return ProviderConflictError(msg, provider_code=code)
        msg = "The far side does not take this request."
        fields = (field,) if field else ()
        return RequestInvalidError(msg, fields=fields, provider_code=code)


def violation(*, field: str = "") -> ProtocolViolationError:
    """
    Give the error of a reply that cannot be read.

    Args:
        field: What of it.
    """
    msg = "The far side answered something that cannot be read."
    return ProtocolViolationError(msg, field=field or None)


def reply_of(response: httpx.Response) -> dict[str, Any]:
    """
    Read a reply.

    Args:
        response: The response.

    Raises:
        pmkit.ProtocolViolationError: If it is no JSON object.
    """
    try:
        said = read_json(response.content)
    except PmkitError:
        raise violation() from None
    if not isinstance(said, dict):
        raise violation()
    return said


def said_as(value: object, kind: type[T]) -> T:
    """
    Read a record of a reply.

    Args:
        value: What was said.

        kind: What it has to be.

    Raises:
        pmkit.ProtocolViolationError: If it is something else.
    """
    try:
        return read(value, kind, exact=False)
    except PmkitError as error:
        raise violation(field=error.field or "") from None


def news_of(said: dict[str, Any]) -> list[Any]:
    """
    Read the news of a reply.

    Args:
        said: The reply.

    Raises:
        pmkit.ProtocolViolationError: If there are none, or others than there can be.
    """
    given = said.get("observations")
    if not isinstance(given, list):
        raise violation(field="observations")
    try:
        return [read_news(each) for each in given]
    except PmkitError as error:
        raise violation(field=error.field or "") from None


def require_done(said: dict[str, Any]) -> None:
    """
    Take a reply that says nothing but that it was done.

    Args:
        said: The reply.

    Raises:
        pmkit.ProtocolViolationError: If it does not say so.
    """
    if said.get("done") is not True:
        raise violation(field="done")


def _code_of(response: httpx.Response) -> tuple[str, str]:
    """Read the code and the field of a problem; a refusal may say nothing."""
    try:
        said = reply_of(response)
    except ProtocolViolationError:
        return "", ""
    code, field = said.get("code"), said.get("field")
    return (
        code[:_LONGEST_CODE] if isinstance(code, str) else "",
        field[:_LONGEST_CODE] if isinstance(field, str) else "",
    )
