"""
How one intended call is made: an `Effect` becomes a request to a plugin.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from pmkit.core.effects import Effect, EffectKind
from pmkit.core.errors import PluginError
from pmkit.core.ports import (
    BookingReply,
    BookingRequest,
    CancelRequest,
    ChargeRequest,
    MoveRequest,
    PaymentObservation,
    RefundObservation,
    RefundOrder,
)

if TYPE_CHECKING:
    from pmkit.core.order import Order
    from pmkit.core.service import Service
    from pmkit.hooks.panel import Panel

_T = TypeVar("_T")

#: What a plugin can answer to a call.
News = BookingReply | PaymentObservation | RefundObservation


def carry_out(order: Order, effect: Effect, panel: Panel) -> tuple[News, ...]:
    """
    Make one call.

    Args:
        order: The order as it is now.

        effect: The call.

        panel: The attached plugins.

    Returns:
        What the plugin observed; only the core decides what that means.

    Raises:
        pmkit.UnknownPluginError: If the plugin is not attached any more.

        pmkit.PluginError: If it answers with something else than it must.
    """
    if effect.kind in (EffectKind.CHARGE, EffectKind.REFUND):
        return _pay(order, effect, panel)
    service = order.service(effect.subject)
    agency = panel.agency(effect.plugin)
    if effect.kind is EffectKind.BOOK:
        reply = agency.book(booking_request(order, service, effect.operation_id))
        return (_checked(reply, BookingReply, effect),)
    if effect.kind is EffectKind.MOVE:
        request = _move_request(service, effect)
        if request is not None:
            agency.move(request)
        return ()
    agency.cancel(
        CancelRequest(
            operation_id=effect.operation_id,
            service_id=service.id,
            reference=_reference(service),
            cause=service.ended.cause if service.ended else "",
        )
    )
    return ()


def booking_request(
    order: Order, service: Service, operation_id: str
) -> BookingRequest:
    """
    Tell an agency its task.

    Args:
        order: The order.

        service: The booked service.

        operation_id: The name of the call.
    """
    earlier = service.reinspects
    return BookingRequest(
        operation_id=operation_id,
        order_id=order.id,
        service_id=service.id,
        kind=service.kind,
        lines=order.lines,
        planned_visits=service.planned_visits,
        requirements=service.requirements,
        earlier_report=(
            f"{earlier.service_id}/{earlier.visit}/{earlier.version}" if earlier else ""
        ),
    )


def _move_request(service: Service, effect: Effect) -> MoveRequest | None:
    """Name the time that is proposed now; a proposal may be gone by now."""
    appointment = service.visit(effect.visit).appointment
    if appointment is None:
        return None
    return MoveRequest(
        operation_id=effect.operation_id,
        service_id=service.id,
        reference=_reference(service),
        visit=effect.visit,
        appointment=appointment,
    )


def _reference(service: Service) -> str:
    return service.booking.reference if service.booking else ""


def _pay(order: Order, effect: Effect, panel: Panel) -> tuple[News, ...]:
    method = panel.method(effect.plugin)
    if effect.kind is EffectKind.CHARGE:
        payment = order.payment(effect.subject)
        charged = method.charge(
            ChargeRequest(
                operation_id=effect.operation_id,
                order_id=order.id,
                payment_id=payment.id,
                amount=payment.amount,
                instrument=effect.instrument,
            )
        )
        return _all_checked(charged, PaymentObservation, effect)
    refund = order.refund(effect.subject)
    refunded = method.refund(
        RefundOrder(
            operation_id=effect.operation_id,
            order_id=order.id,
            refund_id=refund.id,
            payment_id=refund.payment_id,
            amount=refund.amount,
        )
    )
    return _all_checked(refunded, RefundObservation, effect)


def _all_checked(found: object, kind: type[_T], effect: Effect) -> tuple[_T, ...]:
    """Take what came of a call, each piece of it of the right kind."""
    if not isinstance(found, Iterable):
        msg = f"{effect.plugin} answered {type(found).__name__} to {effect.kind.value}."
        raise PluginError(msg, field="plugin", remedy="The contract asks for a list.")
    return tuple(_checked(news, kind, effect) for news in found)


def _checked(news: object, kind: type[_T], effect: Effect) -> _T:
    if isinstance(news, kind):
        return news
    msg = f"{effect.plugin} answered {type(news).__name__} to {effect.kind.value}."
    raise PluginError(
        msg, field="plugin", remedy=f"The contract asks for {kind.__name__}."
    )
