"""
Pay: choose a method, start the payment, link what arrived.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import InputError, PmkitError
from pmkit.core.money import Money
from pmkit.core.payment import Beneficiary, Purpose
from pmkit.core.ports import Availability, ChargeRequest, PaymentQuery
from pmkit.core.steps import cancel, pay
from pmkit.core.visit import Liable
from pmkit.shell.desk.calling import answered, calling
from pmkit.shell.desk.choices import choice
from pmkit.shell.desk.running import Running

if TYPE_CHECKING:
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor
    from pmkit.core.ports import PaymentMethod


@attrs.frozen(kw_only=True)
class PaymentOption:
    """
    A payment method as it stands for one payment.

    Args:
        name: What to give to `Desk.pay`.

        title: What to show.

        amount: What would be paid.

        available: Whether it can be used here.

        reason: Why not, or what to mind.

        expected_by: When money sent now should have arrived, UTC.
    """

    name: str
    title: str
    amount: Money
    available: bool
    reason: str
    expected_by: dt.datetime | None


class PayingDesk(Running):
    """The commands for money."""

    def payment_options(
        self,
        order_id: str,
        *,
        actor: Actor,
        service_id: str | None = None,
        purpose: Purpose | str | None = None,
    ) -> tuple[PaymentOption, ...]:
        """
        Tell which payment methods there are, and why some are not available.

        Args:
            order_id: The order.

            actor: Who would pay.

            service_id: The service, if one is paid apart.

            purpose: ``initial`` or ``balance``, if no service is.

        Returns:
            Every attached method, available or with its reason.

        Raises:
            pmkit.RefusedError: If nothing can be paid now, or by somebody else.
        """
        aim = _purpose(purpose, service_id)
        query = self._query(order_id, aim, service_id, actor)
        counted_early = self._peek(order_id).terms.submitted_counts
        return tuple(
            _option(
                name,
                method.title,
                query,
                _availability(method, query),
                counted_early=name in counted_early,
            )
            for name, method in self.panel.methods.items()
        )

    def pay(
        self,
        order_id: str,
        *,
        actor: Actor,
        method: str,
        service_id: str | None = None,
        purpose: Purpose | str | None = None,
        instrument: str = "",
        key: str | None = None,
    ) -> Order:
        """
        Start a payment; the call to the method follows with `work`.

        Args:
            order_id: The order.

            actor: Who pays.

            method: The payment method's name.

            service_id: The service, if one is paid apart.

            purpose: ``initial`` or ``balance``, if no service is.

            instrument: What the payer chose, such as a card token; never a
                card number.

            key: The idempotency key.

        Returns:
            The order; the new payment is the last one, with the beneficiary's
            account where the method has one.

        Raises:
            pmkit.UnknownPluginError: If there is no such method.

            pmkit.UnavailableError: If it can not be used here; with the reason.

            pmkit.PluginError: If it fails.

            pmkit.TooLateError: If BOOK-1 has passed.

            pmkit.RefusedError: If it is paid already, or by somebody else.
        """
        aim = _purpose(purpose, service_id)
        given: dict[str, Any] = {
            "purpose": aim,
            "service_id": service_id,
            "method": method,
            "instrument": instrument,
        }
        known = self._known(pay.start_payment, order_id, actor, key, **given)
        if known is not None:
            return known
        chosen = self.panel.method(method)
        query = self._query(order_id, aim, service_id, actor)
        payment_id = self.ids.new("payment")
        request = ChargeRequest(
            operation_id=f"{order_id}/{payment_id}/beneficiary",
            order_id=order_id,
            payment_id=payment_id,
            amount=query.amount,
        )
        return self._run(
            pay.start_payment,
            order_id,
            actor=actor,
            key=key,
            instrument=instrument,
            given=given,
            payment_id=payment_id,
            purpose=aim,
            service_id=service_id,
            method=method,
            availability=_asked(chosen, query),
            beneficiary=_beneficiary(chosen, request),
        )

    def submit_payment(
        self,
        order_id: str,
        payment_id: str,
        *,
        actor: Actor,
        expected_by: dt.datetime | None = None,
        key: str | None = None,
    ) -> Order:
        """
        Note that the payer sent the money, for methods that cannot see it.

        Raises:
            pmkit.RefusedError: If it is somebody else's, or past its link.
        """
        return self._run(
            pay.submit_payment,
            order_id,
            actor=actor,
            key=key,
            payment_id=payment_id,
            expected_by=expected_by,
        )

    def link_payment(
        self, order_id: str, payment_id: str, *, actor: Actor, key: str | None = None
    ) -> Order:
        """
        Say that money which arrived belongs to this order.

        Raises:
            pmkit.RefusedError: If it is linked already, or the role may not.
        """
        return self._run(
            pay.link_payment, order_id, actor=actor, key=key, payment_id=payment_id
        )

    def request_cancellation(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        cause: str,
        at_fault: Liable | str = Liable.BUYER,
        key: str | None = None,
    ) -> Order:
        """
        Ask to cancel a paid service; its cost stands on the service then.

        Args:
            order_id: The order.

            service_id: The service.

            actor: The buyer, an approver, or the operator for them.

            cause: Why, in words.

            at_fault: Whose doing it is: ``buyer``, ``supplier``, ``agency`` or
                ``platform``; it decides who bears the cost.

            key: The idempotency key.

        Raises:
            pmkit.RefusedError: If it is not paid, or a visit has begun.

            pmkit.InputError: If *cause* is empty or *at_fault* is nobody.
        """
        return self._run(
            cancel.request_cancellation,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            cause=cause,
            at_fault=choice(Liable, at_fault, field="at_fault"),
        )

    def answer_cancellation(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        granted: bool,
        answer: str = "",
        key: str | None = None,
    ) -> Order:
        """
        Grant or refuse a cancellation, as the platform; the money goes back.

        Raises:
            pmkit.RefusedError: If nobody asked, or the role may not.
        """
        given: dict[str, Any] = {
            "service_id": service_id,
            "granted": granted,
            "answer": answer,
        }
        return self._run(
            cancel.answer_cancellation,
            order_id,
            actor=actor,
            key=key,
            given=given,
            refund_id=self.ids.new("refund"),
            **given,
        )

    def _query(
        self, order_id: str, purpose: Purpose, service_id: str | None, actor: Actor
    ) -> PaymentQuery:
        now = self.clock.now()
        amount, due_before = pay.amount_due(
            self._peek(order_id, actor),
            purpose=purpose,
            service_id=service_id,
            actor=actor,
            at=now,
        )
        return PaymentQuery(
            order_id=order_id,
            purpose=purpose,
            amount=amount,
            payer=actor.role,
            now=now,
            due_before=due_before,
        )


def _asked(method: PaymentMethod, query: PaymentQuery) -> Availability:
    """Ask a method whether it can be used; its fault is a `pmkit.PluginError`."""
    with calling(method.name):
        return answered(method.name, method.availability(query), Availability)


def _availability(method: PaymentMethod, query: PaymentQuery) -> Availability:
    """Ask a method among others; one that fails is not available."""
    try:
        return _asked(method, query)
    except PmkitError as error:
        return Availability(available=False, reason=error.message)


def _beneficiary(method: PaymentMethod, request: ChargeRequest) -> Beneficiary | None:
    with calling(method.name):
        account = method.beneficiary(request)
    return None if account is None else answered(method.name, account, Beneficiary)


def _too_slow(query: PaymentQuery, answer: Availability) -> bool:
    if query.due_before is None or answer.expected_by is None:
        return False
    return answer.expected_by >= query.due_before


def _option(
    name: str,
    title: str,
    query: PaymentQuery,
    answer: Availability,
    *,
    counted_early: bool,
) -> PaymentOption:
    """A method that is too slow for the cut-off says so before anybody pays."""
    available, reason = answer.available, answer.reason
    if available and not counted_early and _too_slow(query, answer):
        available = query.purpose is not Purpose.SERVICE
        reason = f"{reason} Its money would come too late for the service.".strip()
    return PaymentOption(
        name=name,
        title=title,
        amount=query.amount,
        available=available,
        reason=reason,
        expected_by=answer.expected_by,
    )


def _purpose(purpose: Purpose | str | None, service_id: str | None) -> Purpose:
    """A service is paid apart; without one the purpose has to be said."""
    if purpose is None:
        return Purpose.INITIAL if service_id is None else Purpose.SERVICE
    try:
        return Purpose(purpose)
    except ValueError:
        msg = f"{purpose!r} is nothing to pay for."
        raise InputError(
            msg, field="purpose", remedy="Use initial, balance or service."
        ) from None
