"""
How one intended call is made: an `Effect` becomes a request to a plugin.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from pmkit.core.effects import Effect, EffectKind
from pmkit.core.errors import PluginError
from pmkit.core.lookups import News, Pending
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
    from pmkit.core.ports import Agency, PaymentMethod
    from pmkit.core.service import Service
    from pmkit.hooks.panel import Panel

_T = TypeVar("_T")


#: What each call is made with.
Request = BookingRequest | MoveRequest | CancelRequest | ChargeRequest | RefundOrder

#: What each kind of call must answer; the others answer nothing.
_NEWS: dict[EffectKind, type[News]] = {
    EffectKind.BOOK: BookingReply,
    EffectKind.CHARGE: PaymentObservation,
    EffectKind.REFUND: RefundObservation,
}
_MANY = frozenset({EffectKind.CHARGE, EffectKind.REFUND})


def plugin_of(effect: Effect, panel: Panel) -> Agency | PaymentMethod:
    """
    Find the plugin that a call is for.

    Args:
        effect: The call.

        panel: The attached plugins.

    Raises:
        pmkit.UnknownPluginError: If it is not attached any more.
    """
    if effect.kind in _MANY:
        return panel.method(effect.plugin)
    return panel.agency(effect.plugin)


def request_of(order: Order, effect: Effect) -> Request | None:
    """
    Say what a call is made with.

    Args:
        order: The order as it was when it asked for the call.

        effect: The call.

    Returns:
        The request; `None` if there is nothing to say any more.
    """
    if effect.kind is EffectKind.CHARGE:
        return _charge_request(order, effect)
    if effect.kind is EffectKind.REFUND:
        return _refund_order(order, effect)
    service = order.service(effect.subject)
    if effect.kind is EffectKind.BOOK:
        return booking_request(order, service, effect.operation_id)
    if effect.kind is EffectKind.MOVE:
        return _move_request(service, effect)
    return CancelRequest(
        operation_id=effect.operation_id,
        service_id=service.id,
        reference=_reference(service),
        cause=service.ended.cause if service.ended else "",
    )


def send(
    plugin: Agency | PaymentMethod, effect: Effect, request: Request | None
) -> tuple[News, ...] | Pending:
    """
    Hand a request to a plugin, and take what it answers.

    Args:
        plugin: Whom to ask.

        effect: The call.

        request: What it is made with; nothing is asked without one.

    Returns:
        What the plugin observed, or that it will tell later.

    Raises:
        pmkit.PluginError: If it answers with something else than it must.
    """
    if request is None:
        return ()
    answer = getattr(plugin, effect.kind.value)(request)
    if isinstance(answer, Pending):
        return answer
    if effect.kind not in _NEWS:
        return ()
    return news_of(effect, answer if effect.kind in _MANY else (answer,))


def news_of(effect: Effect, found: object) -> tuple[News, ...]:
    """
    Take what came of a call, each piece of it of the right kind.

    Args:
        effect: The call.

        found: What the plugin gave.

    Raises:
        pmkit.PluginError: If it is anything else.
    """
    kind = _NEWS.get(effect.kind)
    if kind is None:
        return ()
    if not isinstance(found, Iterable):
        msg = f"{effect.plugin} answered {type(found).__name__} to {effect.kind.value}."
        raise PluginError(msg, field="plugin", remedy="The contract asks for a list.")
    return tuple(_checked(news, kind, effect) for news in found)


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


def _charge_request(order: Order, effect: Effect) -> ChargeRequest:
    payment = order.payment(effect.subject)
    return ChargeRequest(
        operation_id=effect.operation_id,
        order_id=order.id,
        payment_id=payment.id,
        amount=payment.amount,
        instrument=effect.instrument,
    )


def _refund_order(order: Order, effect: Effect) -> RefundOrder:
    refund = order.refund(effect.subject)
    return RefundOrder(
        operation_id=effect.operation_id,
        order_id=order.id,
        refund_id=refund.id,
        payment_id=refund.payment_id,
        amount=refund.amount,
    )


def _checked(news: object, kind: type[_T], effect: Effect) -> _T:
    if isinstance(news, kind):
        return news
    msg = f"{effect.plugin} answered {type(news).__name__} to {effect.kind.value}."
    raise PluginError(
        msg, field="plugin", remedy=f"The contract asks for {kind.__name__}."
    )
