"""
The order: who trades what, when it ships, what was paid, which services it has.
"""

from __future__ import annotations

import datetime as dt
import enum

import attrs

from pmkit.core.checked import filled, positive, utc
from pmkit.core.errors import CurrencyError, InputError, NotFoundError
from pmkit.core.evolving import evolve
from pmkit.core.moments import plain_date
from pmkit.core.money import Money
from pmkit.core.parties import Role
from pmkit.core.payment import UNDER_WAY, Payment, Purpose, Refund
from pmkit.core.service import Service
from pmkit.core.terms import Terms


class OrderStage(enum.StrEnum):
    """How far the order itself has come; derived, never stored."""

    DRAFT = "draft"
    AWAITING_INITIAL_PAYMENT = "awaiting-initial-payment"
    INITIAL_PAYMENT_PROCESSING = "initial-payment-processing"
    IN_PRODUCTION = "in-production"
    SHIPPED = "shipped"


@attrs.frozen(kw_only=True)
class OrderLine:
    """
    One product of the order, as it must be found on site.

    Args:
        product: Its name.

        quantity: How many, at least 1.

        unit: Of what, for example ``"pieces"``.

        packaging: How it is to be packed.

        shipping_mark: What stands on the outer carton.

        inner_carton_mark: What stands on the inner carton.
    """

    product: str = attrs.field(validator=filled)
    quantity: int = attrs.field(validator=positive)
    unit: str = "pieces"
    packaging: str = ""
    shipping_mark: str = ""
    inner_carton_mark: str = ""


def _ship_date(_: object, __: object, value: dt.date) -> None:
    plain_date(value, field="ship_date")


@attrs.frozen(kw_only=True)
class FixedShipDate:
    """The goods ship on one day, a date at the place of the terms."""

    day: dt.date = attrs.field(validator=_ship_date)


@attrs.frozen(kw_only=True)
class DaysAfterPayment:
    """
    The goods ship N calendar days after a payment was received.

    Args:
        days: How many calendar days, at least 1.

        after: Which payment starts the count.
    """

    days: int = attrs.field(validator=positive)
    after: Purpose = Purpose.INITIAL


@attrs.frozen(kw_only=True)
class Order:
    """
    A protected trade order with its services.

    Args:
        id: Its name at the marketplace.

        buyer: The buying company.

        supplier: The selling company.

        currency: The one currency of everything on it, ISO 4217.

        initial: What the buyer pays before production, without services.

        balance: What the buyer pays later.

        ship: When the goods ship.

        terms: The terms it was opened under, for ever.

        seq: How many events made it.
    """

    id: str = attrs.field(validator=filled)
    buyer: str = attrs.field(validator=filled)
    supplier: str = attrs.field(validator=filled)
    lines: tuple[OrderLine, ...]
    currency: str
    initial: Money
    balance: Money
    ship: FixedShipDate | DaysAfterPayment
    terms: Terms
    opened_at: dt.datetime = attrs.field(validator=utc)
    placed_at: dt.datetime | None = None
    shipped_at: dt.datetime | None = None
    ship_day: dt.date | None = None
    first_ship_day: dt.date | None = None
    services: tuple[Service, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    seq: int = 0

    def __attrs_post_init__(self) -> None:
        if not self.lines:
            msg = "An order needs at least one line."
            raise InputError(msg, field="lines", remedy="Add what is traded.")
        for name, money in (("initial", self.initial), ("balance", self.balance)):
            if money.currency != self.currency:
                msg = f"{money} is not in the order's currency {self.currency}."
                raise CurrencyError(msg, field=name, remedy="Use one currency.")
            if money.minor < 0:
                msg = f"{money} is negative."
                raise InputError(msg, field=name, remedy="Give 0 or more.")

    @property
    def stage(self) -> OrderStage:
        """How far the order has come."""
        if self.shipped_at is not None:
            return OrderStage.SHIPPED
        if self.placed_at is None:
            return OrderStage.DRAFT
        if self.paid(Purpose.INITIAL):
            return OrderStage.IN_PRODUCTION
        if any(
            p.state in UNDER_WAY for p in self.payments if p.purpose is Purpose.INITIAL
        ):
            return OrderStage.INITIAL_PAYMENT_PROCESSING
        return OrderStage.AWAITING_INITIAL_PAYMENT

    def paid(self, purpose: Purpose) -> bool:
        """Tell whether the initial payment or the balance has arrived in full."""
        return self.paid_at(purpose) is not None

    def paid_at(self, purpose: Purpose) -> dt.datetime | None:
        """When the initial payment or the balance was received in full, UTC."""
        moments = [
            p.received_at
            for p in self.payments
            if p.purpose is purpose and p.received_at is not None
        ]
        return min(moments, default=None)

    def service(self, service_id: str) -> Service:
        """
        Find a service by its id.

        Raises:
            pmkit.NotFoundError: If the order has no such service.
        """
        for service in self.services:
            if service.id == service_id:
                return service
        raise NotFoundError(NOTHING_HERE, field="service_id")

    def with_service(self, service: Service) -> Order:
        """Put a service in the place of the one with its id, or at the end."""
        if any(s.id == service.id for s in self.services):
            services = tuple(
                service if s.id == service.id else s for s in self.services
            )
        else:
            services = (*self.services, service)
        return evolve(self, services=services)

    def payment(self, payment_id: str) -> Payment:
        """
        Find a payment by its id.

        Raises:
            pmkit.NotFoundError: If the order has no such payment.
        """
        for payment in self.payments:
            if payment.id == payment_id:
                return payment
        raise NotFoundError(NOTHING_HERE, field="payment_id")

    def with_payment(self, payment: Payment) -> Order:
        """
        Put a payment in the place of the one with its id, or at the end.

        Each service learns whether money for it is under way.
        """
        if any(p.id == payment.id for p in self.payments):
            payments = tuple(
                payment if p.id == payment.id else p for p in self.payments
            )
        else:
            payments = (*self.payments, payment)
        moving = {
            covered for p in payments if p.state in UNDER_WAY for covered, _ in p.covers
        }
        services = tuple(
            evolve(s, payment_under_way=s.id in moving) for s in self.services
        )
        return evolve(self, payments=payments, services=services)

    def refund(self, refund_id: str) -> Refund:
        """
        Find a refund by its id.

        Raises:
            pmkit.NotFoundError: If the order has no such refund.
        """
        for refund in self.refunds:
            if refund.id == refund_id:
                return refund
        raise NotFoundError(NOTHING_HERE, field="refund_id")

    def with_refund(self, refund: Refund) -> Order:
        """Put a refund in the place of the one with its id, or at the end."""
        if any(r.id == refund.id for r in self.refunds):
            refunds = tuple(refund if r.id == refund.id else r for r in self.refunds)
        else:
            refunds = (*self.refunds, refund)
        return evolve(self, refunds=refunds)

    def payments_of(self, service_id: str) -> tuple[Payment, ...]:
        """The payments that cover a service, oldest first."""
        return tuple(p for p in self.payments if p.covers_service(service_id))

    def party_of(self, role: Role) -> str | None:
        """The company that plays buyer or supplier; `None` for other roles."""
        if role in (Role.BUYER, Role.APPROVER):
            return self.buyer
        return self.supplier if role is Role.SUPPLIER else None


#: "Absent" and "not yours" in the same words.
NOTHING_HERE = "There is no such thing here."
