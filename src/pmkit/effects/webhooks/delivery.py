"""
A message as it came in, before anybody knows who sent it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from pmkit.core.errors import InputError
from pmkit.core.moments import to_utc
from pmkit.core.plugin_errors import WebhookRejected

#: The longest body that anybody looks at, in bytes.
LONGEST_BODY = 1024 * 1024
#: Far more than any sender needs; what is beyond is not looked at.
_MOST_HEADERS = 200
_LONGEST_VALUE = 4096

_Text = str | bytes


class Headers:
    """
    The headers of a message: names in any case, and each as often as it was sent.

    Args:
        pairs: Names and values, as pairs or as a mapping; texts, or bytes as ASGI
            has them.

    Raises:
        pmkit.WebhookRejected: If there are more than 200.

        pmkit.InputError: If they are no pairs of texts or bytes.

    Examples:
        >>> headers = Headers([("Webhook-Id", "msg_1"), (b"x-tag", b"a")])
        >>> headers.one("webhook-id"), headers.all("X-Tag"), headers.all("other")
        ('msg_1', ('a',), ())
    """

    __slots__ = ("_pairs",)

    def __init__(
        self, pairs: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = ()
    ) -> None:
        given = pairs.items() if isinstance(pairs, Mapping) else pairs
        self._pairs = tuple(_pairs(given))
        if len(self._pairs) > _MOST_HEADERS:
            msg = f"More than {_MOST_HEADERS} headers."
            raise WebhookRejected(msg, field="headers")

    def all(self, name: str) -> tuple[str, ...]:
        """
        Give every value of one header, in the order in which they came.

        Args:
            name: Its name, in any case.
        """
        wanted = name.lower()
        return tuple(value for key, value in self._pairs if key == wanted)

    def one(self, name: str) -> str:
        """
        Give the value of a header that has to be there once.

        Args:
            name: Its name, in any case.

        Returns:
            Printable ASCII.

        Raises:
            pmkit.WebhookRejected: If it is missing, empty, there twice, longer than
                4096 characters, or not printable ASCII.
        """
        values = self.all(name)
        if not values:
            msg = "The header is missing."
        elif len(values) > 1:
            msg = "The header is there twice."
        elif len(values[0]) > _LONGEST_VALUE:
            msg = "The header is too long."
        elif not (values[0] and values[0].isascii() and values[0].isprintable()):
            msg = "The header is empty, or not printable ASCII."
        else:
            return values[0]
        raise WebhookRejected(msg, field=name)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return self._pairs == other._pairs

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # A value can be a signature, or a token that somebody sends in clear.
        return f"Headers({len(self._pairs)} headers)"


def _pairs(given: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for pair in given:
        if not isinstance(pair, tuple | list) or len(pair) != 2:  # noqa: PLR2004
            break
        name, value = pair
        if not isinstance(name, _Text) or not isinstance(value, _Text):
            break
        yield _text(name).lower(), _text(value).strip(" \t")
    else:
        return
    msg = "Headers are pairs of a name and a value."
    raise InputError(msg, field="headers", remedy="Give texts, or bytes.")


def _text(value: _Text) -> str:
    # Every byte is a character of Latin-1; `Headers.one` refuses what is not ASCII.
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _headers(value: Any) -> Headers:
    return value if isinstance(value, Headers) else Headers(value)


def _fits(_: object, __: object, value: Any) -> None:
    if not isinstance(value, bytes):
        msg = f"A body is bytes, not {type(value).__name__}."
        remedy = "Give the bytes as they came, before anything read them."
        raise InputError(msg, field="body", remedy=remedy)
    if len(value) > LONGEST_BODY:
        msg = f"The body is longer than {LONGEST_BODY} bytes."
        raise WebhookRejected(msg, field="body")


@attrs.frozen(kw_only=True)
class Delivery:
    """
    A message as it came in: anybody can have sent it.

    Args:
        body: Its bytes, as they came; at most 1 MiB.

        headers: Its headers, as pairs, as a mapping, or `Headers`.

        received_at: When it came, in any zone.

    Raises:
        pmkit.WebhookRejected: If the body or the headers are too many.

        pmkit.InputError: If the body is no bytes, or the headers no pairs.

    Examples:
        >>> delivery = Delivery(
        ...     body=b"{}",
        ...     headers={"Webhook-Id": "msg_1"},
        ...     received_at=dt.datetime(2026, 1, 5, tzinfo=dt.UTC),
        ... )
        >>> delivery.headers.one("webhook-id")
        'msg_1'
    """

    body: bytes = attrs.field(validator=_fits, repr=False)
    headers: Headers = attrs.field(converter=_headers)
    received_at: dt.datetime = attrs.field(converter=to_utc)
