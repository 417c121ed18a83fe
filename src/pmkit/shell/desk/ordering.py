"""
The order itself: bring it to pmkit, place it, move its ship date, ship it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.errors import ConflictError, InputError, MoneyError, StaleWriteError
from pmkit.core.money import Money
from pmkit.core.order import DaysAfterPayment, FixedShipDate, Order, OrderLine
from pmkit.core.steps import draft
from pmkit.shell.desk.choices import require_storable
from pmkit.shell.desk.importing import ImportingDesk
from pmkit.shell.desk.running import command_digest

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from pmkit.core.parties import Actor
    from pmkit.shell.store import Transaction


class OrderingDesk(ImportingDesk):
    """The commands on the order itself."""

    def open_order(
        self,
        order_id: str,
        *,
        actor: Actor,
        buyer: str,
        supplier: str,
        lines: Iterable[OrderLine],
        initial: Money,
        balance: Money,
        ship: dt.date | DaysAfterPayment,
        key: str | None = None,
    ) -> Order:
        """
        Bring an order to pmkit, as a draft.

        Args:
            order_id: Its name at the marketplace; unique in the store.

            actor: Who opens it.

            buyer: The buying company.

            supplier: The selling company.

            lines: What is traded.

            initial: What the buyer pays before production; sets the currency.

            balance: What the buyer pays later.

            ship: The ship date at the place of the terms, or N calendar days
                after a payment.

            key: The idempotency key.

        Returns:
            The draft.

        Raises:
            pmkit.ShipDateError: If the ship date has passed.

            pmkit.InputError: If a value can never be right, or the order exists.

            pmkit.ConflictError: If *key* was used for something else.
        """
        _require_money(initial=initial, balance=balance)
        when = ship if isinstance(ship, DaysAfterPayment) else FixedShipDate(day=ship)
        given: dict[str, Any] = {
            "buyer": buyer,
            "supplier": supplier,
            "lines": tuple(lines),
            "initial": initial,
            "balance": balance,
            "ship": when,
        }
        return self.store.attempt(
            lambda tx: self._begin(tx, order_id, actor, key, given)
        )

    def _begin(
        self,
        tx: Transaction,
        order_id: str,
        actor: Actor,
        key: str | None,
        given: dict[str, Any],
    ) -> Order:
        digest = command_digest("open_order", actor, {"order": order_id, **given})
        at = self.clock.now()
        # In this order: whoever repeats the key waits for the first to commit.
        there = tx.load(order_id)
        repeated = self._recalled(tx, actor, key, digest)
        if repeated is not None:
            return repeated
        if there is not None:
            msg = f"There is an order {order_id!r} already."
            raise InputError(msg, field="order_id", remedy="Open it once.")
        outcome = draft.open_order(
            order_id=order_id,
            terms=self.terms,
            actor=actor,
            at=at,
            calendar=self.calendar(self.terms),
            **given,
        )
        require_storable(outcome.events)
        try:
            tx.add_order(outcome.order, outcome.events, at)
        except ConflictError:
            # It was not there a moment ago: it is decided anew.
            msg = "Another writer opened the order first."
            raise StaleWriteError(msg, remedy="Load it.") from None
        self._remember(tx, actor, key, digest, outcome.order)
        return outcome.order

    def place_order(
        self, order_id: str, *, actor: Actor, key: str | None = None
    ) -> Order:
        """
        Agree on the draft: `pmkit.core.steps.draft.place_order`.

        Raises:
            pmkit.RefusedError: If it is not a draft, or the role may not.
        """
        return self._run(draft.place_order, order_id, actor=actor, key=key)

    def move_ship_date(
        self,
        order_id: str,
        *,
        actor: Actor,
        ship: dt.date | DaysAfterPayment,
        key: str | None = None,
    ) -> Order:
        """
        Move the ship date: `pmkit.core.steps.draft.move_ship_date`.

        Raises:
            pmkit.ShipDateError: If the date has passed or moves too far.

            pmkit.RefusedError: If the role may not, or the goods have shipped.
        """
        when = ship if isinstance(ship, DaysAfterPayment) else FixedShipDate(day=ship)
        return self._run(
            draft.move_ship_date, order_id, actor=actor, key=key, ship=when
        )

    def ship_goods(
        self, order_id: str, *, actor: Actor, key: str | None = None
    ) -> Order:
        """
        Note that the goods left: `pmkit.core.steps.draft.ship_goods`.

        Raises:
            pmkit.RefusedError: If the role may not, or it is too early.
        """
        return self._run(
            draft.ship_goods,
            order_id,
            actor=actor,
            key=key,
            given={},
            refund_id=self.ids.new("refund"),
        )


def _require_money(**amounts: object) -> None:
    for field, amount in amounts.items():
        if not isinstance(amount, Money):
            msg = f"{type(amount).__name__} is no exact money."
            raise MoneyError(msg, field=field, remedy='Use Money.of("48.00", "USD").')
