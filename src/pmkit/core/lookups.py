"""
Asking the far side what it has: what became of a call, and what is new.
"""

from __future__ import annotations

import datetime as dt

import attrs

from pmkit.core.checked import filled
from pmkit.core.effects import EffectKind
from pmkit.core.moments import to_utc
from pmkit.core.order import OrderLine
from pmkit.core.ports import BookingReply, PaymentObservation, RefundObservation

#: What a plugin can answer to a call that changes the outside world.
News = BookingReply | PaymentObservation | RefundObservation


@attrs.frozen(kw_only=True)
class FindRequest:
    """
    What became of a call whose answer was lost?

    Args:
        operation_id: The call, as the core named it.

        kind: What was asked.

        order_id: The order.

        subject: The service, payment or refund that it was about.

        reference: The far side's own number, where one is known.

        sent_at: When it was first sent, UTC.
    """

    operation_id: str = attrs.field(validator=filled)
    kind: EffectKind
    order_id: str
    subject: str
    reference: str = ""
    sent_at: dt.datetime = attrs.field(converter=to_utc)


@attrs.frozen(kw_only=True)
class Found:
    """
    The far side has it.

    Args:
        news: What the lost answer would have said.
    """

    news: tuple[News, ...] = ()


@attrs.frozen(kw_only=True)
class Absent:
    """
    The far side does not have it.

    That is proof only where the plugin declares `LookUp.AUTHORITATIVE_ABSENCE`.
    """


@attrs.frozen(kw_only=True)
class Pending:
    """
    The far side took it and will tell the outcome later.

    Args:
        reference: Its own number for it, if it gave one.
    """

    reference: str = ""


@attrs.frozen(kw_only=True)
class ObservationsRequest:
    """
    What happened?

    Args:
        subject: The service, or the payment.

        reference: The far side's own number, where one is known.
    """

    subject: str = attrs.field(validator=filled)
    reference: str = ""


@attrs.frozen(kw_only=True)
class VisitDaysRequest:
    """
    On which days could an inspector come?

    Args:
        kind: The kind of service.

        lines: What is to be checked.

        first: The first day asked about, at the place of production.

        last: The last such day.
    """

    kind: str
    lines: tuple[OrderLine, ...]
    first: dt.date
    last: dt.date
