"""
Which calls to the outside a decision asks for: intent before effect.

The core names each call with an operation id that depends only on the order and
the event, so that deciding twice can not mean calling twice.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import attrs

from pmkit.core.checked import filled
from pmkit.core.events.base import after_each
from pmkit.core.events.leaving import ServiceCancelled, ServiceExpired
from pmkit.core.events.paying import PaymentStarted, RefundRequested, TaskReceived
from pmkit.core.events.visiting import AppointmentProposed, VisitMoved
from pmkit.core.parties import Role
from pmkit.core.payment import RefundRoute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmkit.core.events import Event
    from pmkit.core.order import Order


class EffectKind(enum.StrEnum):
    """What can be asked of a plugin that changes the outside world."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    CHARGE = "charge"
    REFUND = "refund"


class EffectState(enum.StrEnum):
    """How far a call to a plugin has come."""

    #: Decided and committed; nothing was sent yet, or nothing that had an effect.
    RESERVED = "reserved"
    #: About to be sent, or sent: a crash leaves it here.
    SUBMITTING = "submitting"
    #: The far side took it and will tell the outcome later.
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    REJECTED = "rejected"
    #: Nobody knows whether it had an effect.
    UNKNOWN = "unknown"

    @property
    def over(self) -> bool:
        """Whether it is never sent again by itself."""
        return self in (EffectState.SUCCEEDED, EffectState.REJECTED)


@attrs.frozen(kw_only=True)
class Effect:
    """
    One call to a plugin, to be made at most once.

    Args:
        operation_id: The same id is the same call, for ever.

        kind: What is asked.

        plugin: The agency's or payment method's name.

        subject: The service, payment or refund that it is about.

        visit: The visit, where it is about one.

        instrument: What the payer chose to pay with, such as a card token.
    """

    operation_id: str = attrs.field(validator=filled)
    kind: EffectKind
    plugin: str
    subject: str
    visit: int = 0
    instrument: str = attrs.field(default="", repr=False)


def effects_of(
    before: Order,
    events: Sequence[Event],
    *,
    instrument: str = "",
    states: Sequence[Order] = (),
) -> tuple[Effect, ...]:
    """
    Tell which calls some events ask for.

    Args:
        before: The order before the events.

        events: What was decided, oldest first.

        instrument: What the payer chose to pay with, for a charge.

        states: The order after each event, if somebody knows them already.

    Returns:
        The calls, in the order of their events.
    """
    befores = (before, *(states or after_each(before, events)))
    found = (
        _effect_of(order, event, instrument)
        for order, event in zip(befores, events, strict=False)
    )
    return tuple(effect for effect in found if effect is not None)


def _effect_of(order: Order, event: Event, instrument: str) -> Effect | None:
    """The call that one event asks for; *order* is the order before it."""
    operation = f"{order.id}/{order.seq + 1}"
    if isinstance(event, PaymentStarted):
        return Effect(
            operation_id=f"{operation}/charge",
            kind=EffectKind.CHARGE,
            plugin=event.payment.method,
            subject=event.payment.id,
            instrument=instrument,
        )
    if isinstance(event, RefundRequested):
        if event.refund.route is not RefundRoute.BACK_TO_METHOD:
            return None
        return Effect(
            operation_id=f"{operation}/refund",
            kind=EffectKind.REFUND,
            plugin=order.payment(event.refund.payment_id).method,
            subject=event.refund.id,
        )
    return _agency_effect(order, event, operation)


def _agency_effect(order: Order, event: Event, operation: str) -> Effect | None:
    if isinstance(event, TaskReceived):
        kind, visit = EffectKind.BOOK, 0
    elif isinstance(event, AppointmentProposed | VisitMoved):
        if event.by.role in (Role.AGENCY, Role.INSPECTOR):
            return None
        kind, visit = EffectKind.MOVE, event.visit
    elif isinstance(event, ServiceCancelled | ServiceExpired):
        if order.service(event.service_id).booking is None:
            return None
        kind, visit = EffectKind.CANCEL, 0
    else:
        return None
    return Effect(
        operation_id=f"{operation}/{kind.value}",
        kind=kind,
        plugin=order.service(event.service_id).provider,
        subject=event.service_id,
        visit=visit,
    )
