"""
What plugins report, and which step of the core it asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import NotFoundError, PluginError, RefusedError
from pmkit.core.events.visiting import AppointmentProposed, VisitMoved
from pmkit.core.order import NOTHING_HERE
from pmkit.core.parties import SYSTEM, Actor, Role
from pmkit.core.ports import (
    AgencyObservation,
    AppointmentAccepted,
    AppointmentOffered,
    ArrivedOnSite,
    CheckDone,
    CheckFailed,
    InspectorNamed,
    PaymentObservation,
    RefundObservation,
    ReportReady,
)
from pmkit.core.steps import appoint, receive, refund, report, visit
from pmkit.shell.desk.running import Running, Step, digest_of, load_order
from pmkit.shell.wire import encode

if TYPE_CHECKING:
    from pmkit.core.order import Order
    from pmkit.core.payment import Payment
    from pmkit.core.service import Service
    from pmkit.shell.store import Transaction

#: Which step each kind of news asks for.
_STEP_OF: dict[type[AgencyObservation], Step] = {
    AppointmentAccepted: appoint.confirm_appointment,
    AppointmentOffered: appoint.propose_appointment,
    InspectorNamed: appoint.assign_inspector,
    ArrivedOnSite: visit.arrive,
    CheckDone: visit.complete_visit,
    CheckFailed: visit.fail_visit,
    ReportReady: report.upload_report,
}

#: What news can say under the same name as the step's argument.
_SAID = (
    "appointment",
    "inspector",
    "progress",
    "checks",
    "cause",
    "note",
    "verdict",
    "sample",
    "findings",
    "evidence",
    "summary",
)


class HearingDesk(Running):
    """The news of the outside; each piece counts once for ever."""

    def observe_payment(
        self, order_id: str, method: str, news: PaymentObservation | RefundObservation
    ) -> bool:
        """
        Fold what a processor says into the order that has the payment.

        Args:
            order_id: The order that has the payment.

            method: The payment method's name.

            news: What it says; each id counts once for ever.

        Returns:
            Whether it was new.

        Raises:
            pmkit.NotFoundError: If the order has no such payment by this method.

            pmkit.InputError: If the news can not be true.

            pmkit.PluginError: If it is of test money and the method is live, or the
                other way round.
        """
        require_same_mode(self.panel.methods.get(method), news)
        step: Step = receive.observe_payment
        extra: dict[str, Any] = {"refund_id": self.ids.new("refund")}
        if isinstance(news, RefundObservation):
            step, extra = refund.observe_refund, {}

        def hear(tx: Transaction) -> bool:
            before = load_order(tx, order_id)
            if _payment_of(before, news).method != method:
                raise NotFoundError(NOTHING_HERE, field="payment_id")
            if not self._first_time(tx, method, news, order_id):
                return False
            outcome = self._decide(step, before, SYSTEM, {"observation": news, **extra})
            self._commit(tx, before, outcome)
            return True

        return self.store.attempt(hear)

    def observe_agency(
        self, order_id: str, agency: str, news: AgencyObservation
    ) -> bool:
        """
        Fold what an agency says into the order that has the service.

        Args:
            order_id: The order that has the service.

            agency: The agency's name.

            news: What it says; each id counts once for ever.

        Returns:
            Whether it was new.

        Raises:
            pmkit.NotFoundError: If the order has no such service by this agency.

            pmkit.RefusedError: If it does not follow the present stage.

            pmkit.InputError: If the news can not be true.
        """

        def hear(tx: Transaction) -> bool:
            before = load_order(tx, order_id)
            service = before.service(news.service_id)
            if service.provider != agency:
                raise NotFoundError(NOTHING_HERE, field="service_id")
            if not self._first_time(tx, service.provider, news, order_id):
                return False
            step, arguments = self._meaning(tx, service, news)
            if isinstance(news, AppointmentAccepted):
                arguments |= self._accepted(tx, before, news)
            actor = Actor(role=Role.AGENCY, party=service.provider, name=news.by)
            arguments = {"service_id": service.id, "visit": news.visit, **arguments}
            outcome = self._decide(step, before, actor, arguments)
            self._commit(tx, before, outcome)
            return True

        return self.store.attempt(hear)

    def _first_time(
        self,
        tx: Transaction,
        provider: str,
        news: AgencyObservation | PaymentObservation | RefundObservation,
        order_id: str,
    ) -> bool:
        """Note that a piece of news was heard; tell whether it is new."""
        if tx.inbox_seen(provider, "", news.id):
            return False
        tx.inbox_add(
            provider,
            "",
            news.id,
            digest=digest_of(encode(_without_files(news))),
            order_id=order_id,
            at=self.clock.now(),
        )
        return True

    def _meaning(
        self, tx: Transaction, service: Service, news: AgencyObservation
    ) -> tuple[Step, dict[str, Any]]:
        """Tell which step a piece of news asks for, and what it says."""
        step = _STEP_OF.get(type(news))
        if step is None:
            msg = f"Nobody knows what {type(news).__name__} means."
            raise RefusedError(msg, field="news")
        said = {
            name: getattr(news, name)
            for name in _SAID
            if name in step.__annotations__ and hasattr(news, name)
        }
        if isinstance(news, CheckDone):
            arrived_at = service.visit(news.visit).arrived_at
            # An arrival whose moment was not believed counts from when it was heard.
            said["ended_at"] = max(news.at, arrived_at or news.at)
        if isinstance(news, ArrivedOnSite):
            said["arrived_at"] = news.at
        if isinstance(news, ReportReady):
            said["delivered_at"] = news.at
            self._keep_files(tx, news)
        if "kind" in step.__annotations__:
            said["kind"] = self.catalogue[service.kind]
        return step, said

    def _accepted(
        self, tx: Transaction, order: Order, news: AppointmentAccepted
    ) -> dict[str, Any]:
        """Tell when the agency agreed, and since when there was what it agreed to."""
        appointment = order.service(news.service_id).visit(news.visit).appointment
        if appointment is None or self.clock.now() < appointment.starts_at:
            return {}  # heard in time: nobody has to know
        proposals = [
            recorded.event.at
            for recorded in tx.history(order.id)
            if isinstance(recorded.event, AppointmentProposed | VisitMoved)
            and (recorded.event.service_id, recorded.event.visit)
            == (news.service_id, news.visit)
        ]
        return {"accepted_at": news.at, "proposed_at": max(proposals, default=None)}

    def _keep_files(self, tx: Transaction, news: ReportReady) -> None:
        """Store the bytes of the evidence; they must be what their hashes say."""
        stored = {
            tx.put_file(content, evidence.media_type, self.clock.now())
            for content, evidence in zip(news.files, news.evidence, strict=True)
        }
        if stored != {evidence.sha256 for evidence in news.evidence}:
            msg = "The files of the report are not those that it names."
            raise RefusedError(msg, field="evidence")


def require_same_mode(
    method: object, news: PaymentObservation | RefundObservation
) -> None:
    """
    Refuse news of test money from a live method, and of real money from a sandbox.

    Args:
        method: The payment method, if it is attached.

        news: What it says; not compared where one of the two does not say its mode.

    Raises:
        pmkit.PluginError: If they differ.
    """
    ours = getattr(method, "environment", None)
    if news.environment is None or ours is None or news.environment == ours:
        return
    msg = f"This is news of {news.environment} money for a {ours} method."
    remedy = "Check which account of the processor sends here, and its keys."
    raise PluginError(msg, field="environment", remedy=remedy)


def _payment_of(order: Order, news: PaymentObservation | RefundObservation) -> Payment:
    """The payment that a piece of news is about."""
    if isinstance(news, RefundObservation):
        return order.payment(order.refund(news.refund_id).payment_id)
    return order.payment(news.payment_id)


def _without_files(
    news: AgencyObservation | PaymentObservation | RefundObservation,
) -> AgencyObservation | PaymentObservation | RefundObservation:
    """The hashes of files stand in the news; their bytes need not be read again."""
    return attrs.evolve(news, files=()) if isinstance(news, ReportReady) else news
