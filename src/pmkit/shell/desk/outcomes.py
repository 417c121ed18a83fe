"""
What a call came to, and what that means for its order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmkit.core.certainty import Certainty, Retry
from pmkit.core.effects import EffectKind, EffectState
from pmkit.core.errors import PluginError, StoreError
from pmkit.core.lookups import Pending
from pmkit.core.parties import SYSTEM
from pmkit.core.payment import PaymentState, RefundState
from pmkit.core.plugin_errors import PaymentDeclinedError, PluginCallError
from pmkit.core.ports import (
    BookingReply,
    PaymentNews,
    PaymentObservation,
    RefundObservation,
)
from pmkit.core.steps import pay, receive, refund
from pmkit.effects.declared import can_find
from pmkit.effects.recovery import ParkReason, backoff, pause
from pmkit.hooks.capabilities import Idempotency, LookUp
from pmkit.shell.desk.hearing import HearingDesk
from pmkit.shell.desk.open_call import OPEN, Came, OpenCall, result_of
from pmkit.shell.desk.running import load_order

if TYPE_CHECKING:
    import datetime as dt

    from pmkit.core.effects import Effect
    from pmkit.core.lookups import News
    from pmkit.core.order import Order
    from pmkit.shell.store import Transaction
    from pmkit.shell.store.rows import EffectRow

#: A payment in one of these was heard of from its processor.
_REPORTED = frozenset(
    {
        PaymentState.ACTION_REQUIRED,
        PaymentState.PROCESSING,
        PaymentState.PART_RECEIVED,
        PaymentState.RECEIVED_UNLINKED,
        PaymentState.SETTLED,
        PaymentState.DECLINED,
        PaymentState.MISDIRECTED,
        PaymentState.RETURNED,
    }
)
#: A payment in one of these must not be charged any more.
_CLOSED = frozenset(
    {PaymentState.DECLINED, PaymentState.EXPIRED, PaymentState.RETURNED}
)
_DECLINED = "The payment was not accepted; no money was taken."


class OutcomesDesk(HearingDesk):
    """What follows from a call that came to something."""

    def _mark(
        self,
        row: EffectRow,
        state: EffectState,
        *,
        result: str = "",
        certainty: Certainty | None = None,
        **more: Any,
    ) -> None:
        """Move a call on, unless another desk moved it since *row* was read."""
        with self.store.transaction() as tx:
            tx.set_effect_state(
                row.effect.operation_id,
                state,
                at=self.clock.now(),
                result=result,
                was={row.state},
                attempts=row.attempts,
                certainty=certainty,
                known=row,
                **more,
            )

    def _end(
        self,
        call: OpenCall,
        state: EffectState,
        *,
        result: str = "",
        certainty: Certainty | None = None,
        **more: Any,
    ) -> None:
        """
        Note what a call came to.

        That it happened is true whatever was noted meanwhile; everything less must
        not undo what another desk or a person has settled.
        """
        was = None if state is EffectState.SUCCEEDED else OPEN
        with self.store.transaction() as tx:
            tx.set_effect_state(
                call.row.effect.operation_id,
                state,
                at=self.clock.now(),
                result=result,
                was=was,
                certainty=certainty,
                known=call.row,
                **more,
            )

    # ------------------------------------------------------------ it succeeded

    def _answered(self, call: OpenCall, answer: tuple[News, ...] | Pending) -> Came:
        """Fold what a plugin answered, then note that the call is over."""
        if isinstance(answer, Pending):
            now = self.clock.now()
            self._end(
                call,
                EffectState.PENDING,
                reference=answer.reference or call.row.reference,
                next_at=now + pause(call.standing().first_sent_at, now),
            )
            return Came.FURTHER
        parked = ""
        for item in answer:
            error = self._fold(call.row, item)
            if isinstance(error, StoreError):
                call.say(error)
                return Came.NOTHING  # it stays as it is, and is found out about again
            if error is not None:
                call.say(error)
                if isinstance(item, BookingReply):
                    parked = ParkReason.NEWS_REFUSED.value
        if not answer:
            parked = self._missing(call.row)
        self._end(
            call, EffectState.SUCCEEDED, certainty=Certainty.APPLIED, parked=parked
        )
        return Came.SETTLED

    def _missing(self, row: EffectRow) -> str:
        """Tell whether a booking lacks the agency's number, which nobody repeats."""
        if row.effect.kind is not EffectKind.BOOK:
            return ""
        booking = self._peek(row.order_id).service(row.effect.subject).booking
        known = booking is not None and booking.reference
        return "" if known else ParkReason.NEWS_MISSING.value

    def _fold(self, row: EffectRow, news: News) -> Exception | None:
        """Fold one piece of news; give back why it was refused."""
        try:
            if isinstance(news, BookingReply):
                self._run(
                    pay.confirm_booking,
                    row.order_id,
                    actor=SYSTEM,
                    key=row.effect.operation_id,
                    service_id=row.effect.subject,
                    reference=news.reference,
                )
            else:
                require_about(self._peek(row.order_id), row.effect.subject, news)
                self.observe_payment(row.order_id, row.effect.plugin, news)
        except Exception as error:  # noqa: BLE001 - a plugin may say anything
            return error
        return None

    # ------------------------------------------------------------- it did not

    def _failed(self, call: OpenCall, error: Exception, *, doubt: bool) -> Came:
        """
        Note what is certain after an error.

        Args:
            call: The call.

            error: What was raised.

            doubt: Whether an earlier sending may have had its effect: then "not
                sent" says nothing of that one.
        """
        certainty = Certainty.UNKNOWN
        retry = Retry.SAME_KEY
        if isinstance(error, PluginCallError):
            certainty, retry = error.certainty, error.retry
        if certainty is Certainty.APPLIED:
            return self._happened(call, error)
        if doubt and not _believed(call, certainty, retry):
            certainty = Certainty.UNKNOWN
        if certainty is Certainty.UNKNOWN:
            return self._unknown(call, error)
        charge = call.row.effect.kind is EffectKind.CHARGE
        never = retry is Retry.NEVER
        if never and certainty is Certainty.NOT_SENT and not charge:
            reason = ParkReason.CANNOT_BE_SENT.value
            return self._reserve_again(call, error, certainty, parked=reason)
        if never or (charge and certainty is Certainty.REJECTED):
            return self._reject(call, error, certainty)
        return self._reserve_again(call, error, certainty)

    def _happened(self, call: OpenCall, error: Exception) -> Came:
        """It happened, and its answer is missing."""
        given: dict[str, Any] = {
            "certainty": Certainty.APPLIED,
            "result": result_of(error),
        }
        missing = self._missing(call.row)
        capability = call.capability
        asked = capability is not None and capability.look_up is not LookUp.NONE
        if missing and asked and can_find(call.plugin):
            self._end(call, EffectState.PENDING, **given)
            return Came.FURTHER
        self._end(call, EffectState.SUCCEEDED, parked=missing, **given)
        return Came.SETTLED

    def _unknown(self, call: OpenCall, error: Exception) -> Came:
        """Nobody knows whether it had an effect."""
        now = self.clock.now()
        next_at = None
        # A desk without an engine is told when to work, and tries at once.
        pauses = call.capability is not None or call.leased
        if pauses and call.row.attempts:
            next_at = now + pause(call.standing().first_sent_at, now)
        after = getattr(error, "after", None)
        if after is not None:
            next_at = now + after
        self._end(
            call,
            EffectState.UNKNOWN,
            result=result_of(error),
            certainty=Certainty.UNKNOWN,
            next_at=next_at,
        )
        return Came.NOTHING

    def _reserve_again(
        self, call: OpenCall, error: Exception, certainty: Certainty, parked: str = ""
    ) -> Came:
        """Nothing happened, and the same call may be made later."""
        after: dt.timedelta | None = getattr(error, "after", None)
        if not parked and call.row.attempts + 1 >= call.limit:
            parked = ParkReason.TRIED_TOO_OFTEN.value
        later = backoff(call.row.attempts + 1) if after is None else after
        self._end(
            call,
            EffectState.RESERVED,
            result=result_of(error),
            certainty=certainty,
            unsent=True,
            next_at=None if parked else self.clock.now() + later,
            parked=parked,
        )
        return Came.NOTHING

    def _reject(self, call: OpenCall, error: Exception, certainty: Certainty) -> Came:
        """Nothing happened, and the same call would come to the same."""
        effect = call.row.effect
        reason = _DECLINED
        if isinstance(error, PaymentDeclinedError):
            reason = error.message
            call.troubles.pop()  # the payer is told: that is no trouble of ours
        charge = effect.kind is EffectKind.CHARGE
        with self.store.transaction() as tx:
            tx.set_effect_state(
                effect.operation_id,
                EffectState.REJECTED,
                at=self.clock.now(),
                result=result_of(error),
                was=OPEN,
                certainty=certainty,
                known=call.row,
                parked="" if charge else ParkReason.REJECTED.value,
            )
            self._give_up(tx, call.row, reason)
        return Came.SETTLED

    def _give_up(self, tx: Transaction, row: EffectRow, reason: str) -> None:
        """Tell the order that a charge or refund came to nothing."""
        effect = row.effect
        order = load_order(tx, row.order_id)
        now = self.clock.now()
        name = f"{effect.operation_id}/rejected"
        if effect.kind is EffectKind.CHARGE:
            declined = PaymentObservation(
                id=name,
                order_id=order.id,
                payment_id=effect.subject,
                news=PaymentNews.DECLINED,
                at=now,
                reason=reason,
            )
            if self._first_time(tx, effect.plugin, declined, order.id):
                given = {"observation": declined, "refund_id": self.ids.new("refund")}
                outcome = self._decide(receive.observe_payment, order, SYSTEM, given)
                self._commit(tx, order, outcome)
        elif effect.kind is EffectKind.REFUND:
            failed = RefundObservation(
                id=name,
                order_id=order.id,
                refund_id=effect.subject,
                state=RefundState.FAILED,
                at=now,
                reason=reason,
            )
            if self._first_time(tx, effect.plugin, failed, order.id):
                given = {"observation": failed}
                outcome = self._decide(refund.observe_refund, order, SYSTEM, given)
                self._commit(tx, order, outcome)

    # ------------------------------------------------- what is known otherwise

    def _told_already(self, row: EffectRow) -> bool:
        """Tell whether the processor reported what became of a call."""
        if row.state not in {EffectState.UNKNOWN, EffectState.PENDING}:
            return False
        effect = row.effect
        if effect.kind is EffectKind.CHARGE:
            payment = self._peek(row.order_id).payment(effect.subject)
            return payment.state in _REPORTED
        if effect.kind is EffectKind.REFUND:
            found = self._peek(row.order_id).refund(effect.subject)
            return found.state is not RefundState.REQUESTED
        return False

    def _needless(self, effect: Effect, order: Order, *, refused: bool) -> str:
        """
        Tell why a call that never had an effect is not needed any more.

        Args:
            effect: The call.

            order: Its order as it is now.

            refused: Whether the agency refused to take the task that it is about.
        """
        if effect.kind is EffectKind.CHARGE:
            payment = order.payment(effect.subject)
            late = not payment.link_until.allows(self.clock.now())
            over = late and payment.state is PaymentState.CREATED
            return "closed" if over or payment.state in _CLOSED else ""
        about = effect.kind in {EffectKind.MOVE, EffectKind.CANCEL}
        return "not-booked" if about and refused else ""


def _believed(call: OpenCall, certainty: Certainty, retry: Retry) -> bool:
    """
    Tell whether what a repetition came to is true of the first sending as well.

    "Not sent" is true of the repetition only.  A far side that tells repetitions from
    second calls answers what it answered the first time; its "not now" comes before
    it looks.
    """
    if certainty is not Certainty.REJECTED or retry is not Retry.NEVER:
        return False
    capability = call.capability
    return capability is None or capability.idempotency is not Idempotency.NONE


def require_about(order: Order, subject: str, news: object) -> None:
    """
    Refuse what is no news, and news of what the plugin was not asked about.

    Otherwise one agency could speak for another, and one method for another's money.

    Args:
        order: The order.

        subject: What was asked about.

        news: What the plugin said.

    Raises:
        pmkit.PluginError: If it is about anything else.
    """
    if isinstance(news, RefundObservation):
        about: object = order.refund(news.refund_id).payment_id
        about = news.refund_id if news.refund_id == subject else about
    elif isinstance(news, PaymentObservation):
        about = news.payment_id
    else:
        about = getattr(news, "service_id", None)
    if about != subject:
        msg = f"{type(news).__name__} is no news of {subject}."
        raise PluginError(msg, field="news", remedy="Report what was asked for.")
