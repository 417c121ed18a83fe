"""
Book: the services on an order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.errors import InputError
from pmkit.core.ports import QuoteRequest
from pmkit.core.roles import Action, require_on_order, require_on_service
from pmkit.core.rules.booking import check_line
from pmkit.core.service import EarlierReport, Payer, Price
from pmkit.core.steps import book, change
from pmkit.shell.desk.calling import answered, calling
from pmkit.shell.desk.running import Running

if TYPE_CHECKING:
    from pmkit.core.order import Order
    from pmkit.core.parties import Actor


class BookingDesk(Running):
    """The commands up to an agreed service."""

    def quote(
        self,
        order_id: str,
        *,
        kind: str,
        provider: str,
        planned_visits: int = 1,
        requirements: str = "",
    ) -> Price:
        """
        Ask an agency for its price.

        Args:
            order_id: The order that it is for.

            kind: The code of the service kind.

            provider: The agency's name.

            planned_visits: How many visits.

            requirements: What the agency should mind.

        Returns:
            The price, in the order's currency.

        Raises:
            pmkit.UnknownKindError: If there is no such kind.

            pmkit.InputError: If it has not so many visits.

            pmkit.UnknownPluginError: If there is no such agency.

            pmkit.NotFoundError: If there is no such order.

            pmkit.PluginError: If the agency fails.
        """
        order = self._peek(order_id)
        agency = self.panel.agency(provider)
        wanted = self.catalogue[kind]
        _require_visits(planned_visits)
        check_line(wanted, planned_visits)
        request = QuoteRequest(
            kind=wanted.code,
            lines=order.lines,
            currency=order.currency,
            planned_visits=planned_visits,
            requirements=requirements,
        )
        with calling(provider):
            return answered(provider, agency.quote(request), Price)

    def add_service(
        self,
        order_id: str,
        *,
        actor: Actor,
        provider: str,
        kind: str = "PM",
        payer: Payer | str = Payer.BUYER,
        requirements: str = "",
        planned_visits: int = 1,
        paid_apart: bool = False,
        reinspects: EarlierReport | None = None,
        key: str | None = None,
    ) -> Order:
        """
        Add a service at the agency's price: `pmkit.core.steps.book.add_service`.

        Args:
            order_id: The order.

            actor: The supplier on a draft, or the buyer.

            provider: The agency's name.

            kind: The code of the service kind; production monitoring if not given.

            payer: Who is to pay.

            requirements: What the agency should mind.

            planned_visits: How many visits.

            paid_apart: Whether it gets a payment of its own.

            reinspects: The report that makes it a re-inspection.

            key: The idempotency key.

        Returns:
            The order; the new service is the last one.

        Raises:
            pmkit.TooLateError: If BOOK-1 has passed.

            pmkit.RefusedError: If the role may not, or not at this stage.

            pmkit.InputError: If a value can never be right; the error names it.
        """
        given: dict[str, Any] = {
            "kind": kind,
            "provider": provider,
            "payer": _payer(payer),
            "requirements": requirements,
            "planned_visits": planned_visits,
            "paid_apart": paid_apart,
            "reinspects": reinspects,
        }
        known = self._known(book.add_service, order_id, actor, key, **given)
        if known is not None:
            return known
        require_on_order(self._peek(order_id), actor, Action.ADD_SERVICE)
        price = self.quote(
            order_id,
            kind=kind,
            provider=provider,
            planned_visits=planned_visits,
            requirements=requirements,
        )
        return self._run(
            book.add_service,
            order_id,
            actor=actor,
            key=key,
            given=given,
            service_id=self.ids.new("service"),
            price=price,
            **{**given, "kind": self.catalogue[kind]},
        )

    def approve_service(
        self, order_id: str, service_id: str, *, actor: Actor, key: str | None = None
    ) -> Order:
        """
        Agree to pay for what the supplier proposed.

        Raises:
            pmkit.RefusedError: If it is no proposal, too late, or the role may not.
        """
        return self._run(
            book.approve_service, order_id, actor=actor, key=key, service_id=service_id
        )

    def consent(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        agrees: bool = True,
        key: str | None = None,
    ) -> Order:
        """
        Answer, as the supplier, to a service added after the initial payment.

        Raises:
            pmkit.RefusedError: If nobody asks, too late, or the role may not.
        """
        return self._run(
            book.consent,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            agrees=agrees,
        )

    def edit_service(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        kind: str | None = None,
        provider: str | None = None,
        requirements: str | None = None,
        planned_visits: int | None = None,
        key: str | None = None,
    ) -> Order:
        """
        Change a service that is not paid yet; what is not given stays.

        Args:
            order_id: The order.

            service_id: The service.

            actor: The buyer; or the supplier, on what it pays or proposed.

            kind: Another service kind.

            provider: Another agency.

            requirements: Other requirements.

            planned_visits: Another number of visits.

            key: The idempotency key.

        Returns:
            The order.

        Raises:
            pmkit.RefusedError: If it is paid or being paid, or the role may not.

            pmkit.InputError: If a value can never be right; the error names it.
        """
        given: dict[str, Any] = {
            "service_id": service_id,
            "kind": kind,
            "provider": provider,
            "requirements": requirements,
            "planned_visits": planned_visits,
        }
        known = self._known(book.edit_service, order_id, actor, key, **given)
        if known is not None:
            return known
        order = self._peek(order_id, actor)
        service = require_on_service(order, service_id, actor, Action.EDIT_SERVICE)
        wanted: dict[str, Any] = {
            "kind": service.kind if kind is None else kind,
            "provider": service.provider if provider is None else provider,
            "requirements": (
                service.requirements if requirements is None else requirements
            ),
            "planned_visits": (
                service.planned_visits if planned_visits is None else planned_visits
            ),
        }
        price = self.quote(order_id, **wanted)
        return self._run(
            book.edit_service,
            order_id,
            actor=actor,
            key=key,
            given=given,
            service_id=service_id,
            price=price,
            **{**wanted, "kind": self.catalogue[wanted["kind"]]},
        )

    def deselect_service(
        self, order_id: str, service_id: str, *, actor: Actor, key: str | None = None
    ) -> Order:
        """
        Take a service off the order that is not paid yet.

        Raises:
            pmkit.RefusedError: If it is paid or being paid, or the role may not.
        """
        return self._run(
            book.deselect_service, order_id, actor=actor, key=key, service_id=service_id
        )

    def request_change(
        self,
        order_id: str,
        service_id: str,
        *,
        actor: Actor,
        wish: str,
        key: str | None = None,
    ) -> Order:
        """
        Ask for a change of a service that is paid already.

        Raises:
            pmkit.RefusedError: If it is not paid, asked already, or the role may not.
        """
        return self._run(
            change.request_change,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            wish=wish,
        )

    def answer_change(
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
        Answer the buyer's wish for change, as the agency or the platform.

        Raises:
            pmkit.RefusedError: If there is no wish, or the role may not.
        """
        return self._run(
            change.answer_change,
            order_id,
            actor=actor,
            key=key,
            service_id=service_id,
            granted=granted,
            answer=answer,
        )


def _require_visits(planned: object) -> None:
    """Refuse what no agency can name a price for."""
    if type(planned) is not int or planned < 1:
        msg = f"{planned!r} is not a number of visits."
        raise InputError(msg, field="planned_visits", remedy="Plan at least 1.")


def _payer(payer: Payer | str) -> Payer:
    try:
        return Payer(payer)
    except ValueError:
        msg = f"{payer!r} can not pay for a service."
        raise InputError(msg, field="payer", remedy="Use buyer or supplier.") from None
