"""
The lists of processors and banks, in the outside form that pmkit reads.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from pmkit.core.errors import DocumentError, InputError, PmkitError
from pmkit.core.reconciliation import Flow, ProcessorEntry, StatementLine
from pmkit.shell.document import theirs
from pmkit.shell.plain import problem, read_json

if TYPE_CHECKING:
    import cattrs

_T = TypeVar("_T")


@attrs.frozen(kw_only=True)
class _ProcessorList:
    entries: list[ProcessorEntry]


@attrs.frozen(kw_only=True)
class _Statement:
    lines: list[StatementLine]


def read_processor_list(text: str | bytes) -> tuple[ProcessorEntry, ...]:
    """
    Read what processors list.

    ::

        {"entries": [{
          "id": "CARD-pay_1-2", "method": "sandbox-card", "flow": "in",
          "amount": {"amount": "48.00", "currency": "USD"},
          "at": "2026-02-03T08:00:00Z", "payout": "PO-7",
          "fee": {"amount": "0.50", "currency": "USD"}
        }]}

    ``payout`` and ``fee`` may be left out.

    Args:
        text: One JSON object; bytes are UTF-8.

    Raises:
        pmkit.DocumentError: If it is malformed, or a key is missing or unknown.

        pmkit.InputError: If a value is not as documented; the field is its path.
    """
    return tuple(_read(text, _ProcessorList).entries)


def read_statement(text: str | bytes) -> tuple[StatementLine, ...]:
    """
    Read a bank statement.

    ::

        {"lines": [{
          "id": "2026-02-04/17", "reference": "PO-7",
          "amount": {"amount": "47.50", "currency": "USD"},
          "booked_at": "2026-02-04T00:00:00Z"
        }]}

    An amount that left the account is negative: ``"-48.00"``.

    Args:
        text: One JSON object; bytes are UTF-8.

    Raises:
        pmkit.DocumentError: If it is malformed, or a key is missing or unknown.

        pmkit.InputError: If a value is not as documented; the field is its path.
    """
    return tuple(_read(text, _Statement).lines)


def _read(text: str | bytes, kind: type[_T]) -> _T:
    value = read_json(text)
    if not isinstance(value, dict):
        msg = "It is not a JSON object."
        raise DocumentError(msg, remedy="Send one JSON object, in UTF-8.")
    try:
        return _converter().structure(value, kind)
    except PmkitError:
        raise
    except Exception as error:  # noqa: BLE001 - a group of whatever was wrong
        raise problem(error, DocumentError) from None


@functools.cache
def _converter() -> cattrs.Converter:
    converter = theirs().copy()
    converter.register_structure_hook(dt.datetime, _instant)
    converter.register_structure_hook(Flow, _flow)
    return converter


def _instant(value: object, _: Any) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        msg = "It is not an instant with a zone."
        raise InputError(msg, remedy="Write it like 2026-02-13T09:30:00Z.")
    return at.astimezone(dt.UTC)


def _flow(value: object, _: Any) -> Flow:
    if value not in {flow.value for flow in Flow}:
        msg = "It is not a way that money goes."
        raise DocumentError(msg, remedy='Write "in" or "out".')
    return Flow(value)
