"""
Whether an answer is one that the operation may give, and to what was asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from pmkit.core import lookups, ports
from pmkit.core.effects import EffectKind

if TYPE_CHECKING:
    from pmkit.hooks.operations import OperationSpec


def misfit(spec: OperationSpec, answer: object) -> str:
    """
    Say what is wrong with the type of an answer.

    Args:
        spec: The operation.

        answer: What the plugin answered; a tuple where it answers many.

    Returns:
        A part of a sentence, empty if nothing is wrong.
    """
    items = answer if spec.many else (answer,)
    if not isinstance(items, tuple):
        return f"answered {type(answer).__name__} instead of a list"
    for item in items:
        # A datetime is a date to Python, and a day with a time is none to us.
        if not isinstance(item, spec.answers) or type(item) is dt.datetime:
            wanted = " or ".join(kind.__name__ for kind in spec.answers)
            return f"answered {type(item).__name__} instead of {wanted}"
    return ""


def materialised(answer: object, most: int) -> tuple[object, ...] | None:
    """
    Take all items of an answer; this runs code of the plugin.

    Args:
        answer: What the plugin answered.

        most: How many items it may have.

    Returns:
        The items, at most one more than it may have; `None` if it is no list.
    """
    if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
        return None
    return tuple(islice(iter(answer), most + 1))


def stranger(request: object, answer: object) -> str:
    """
    Say what an answer is about, if not about what was asked.

    Args:
        request: What was asked.

        answer: An answer, or one item of it.

    Returns:
        A part of a sentence, empty if it is about what was asked.
    """
    if isinstance(answer, lookups.Found):
        return next(filter(None, (_foreign(request, item) for item in answer.news)), "")
    items = answer if isinstance(answer, tuple) else (answer,)
    return next(filter(None, (_foreign(request, item) for item in items)), "")


def _foreign(request: Any, item: object) -> str:
    if isinstance(item, ports.AgencyObservation):
        return _differs("service", _subject(request), item.service_id)
    if isinstance(item, ports.PaymentObservation):
        wrong = _differs("payment", _subject(request), item.payment_id)
        return wrong or _differs("order", _order(request), item.order_id)
    if isinstance(item, ports.RefundObservation):
        about = None if isinstance(request, lookups.ObservationsRequest) else request
        wrong = _differs("refund", _subject(about), item.refund_id)
        return wrong or _differs("order", _order(request), item.order_id)
    if isinstance(request, lookups.FindRequest) and isinstance(
        item, ports.BookingReply
    ):
        return "" if request.kind is EffectKind.BOOK else "answered with a booking"
    if isinstance(request, lookups.VisitDaysRequest) and isinstance(item, dt.date):
        inside = request.first <= item <= request.last
        return "" if inside else "answered with a day that was not asked about"
    return ""


def _subject(request: Any) -> str:
    for name in ("subject", "refund_id", "payment_id", "service_id"):
        found = getattr(request, name, "")
        if found:
            return str(found)
    return ""


def _order(request: Any) -> str:
    return str(getattr(request, "order_id", ""))


def _differs(what: str, asked: str, said: str) -> str:
    return f"answered for another {what}" if asked and asked != said else ""
