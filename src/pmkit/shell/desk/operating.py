"""
What the marketplace's own staff do about calls that pmkit cannot settle by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectKind, EffectState
from pmkit.core.errors import (
    InputError,
    NotAllowedError,
    NotYetError,
    OutOfOrderError,
    UnknownPluginError,
)
from pmkit.core.parties import SYSTEM, Actor, Role
from pmkit.core.payment import RefundState
from pmkit.core.steps import pay
from pmkit.effects import recovery
from pmkit.effects.carry import plugin_of
from pmkit.effects.declared import capability_of
from pmkit.shell.desk.choices import choice
from pmkit.shell.desk.open_call import OPEN, standing
from pmkit.shell.desk.operations import (
    OperationOutcome,
    OperationStatus,
    can_do,
    needs_eyes,
    status_of,
)
from pmkit.shell.desk.outcomes import OutcomesDesk
from pmkit.shell.desk.running import load_order
from pmkit.shell.plain import canonical_json
from pmkit.shell.store.rows import Resolution

if TYPE_CHECKING:
    from pmkit.shell.store import Transaction
    from pmkit.shell.store.rows import EffectRow

_GIVEN_UP = "The payment did not go through; no money was taken."
_STATE_AFTER = {
    OperationOutcome.HAPPENED: EffectState.SUCCEEDED,
    OperationOutcome.DID_NOT_HAPPEN: EffectState.REJECTED,
    OperationOutcome.SEND_AGAIN: EffectState.RESERVED,
}
_CERTAIN = {
    OperationOutcome.HAPPENED: Certainty.APPLIED,
    OperationOutcome.DID_NOT_HAPPEN: Certainty.REJECTED,
}
#: With these nothing of the call had an effect, so that it can be sent again.
_HARMLESS = frozenset({Certainty.NOT_SENT, Certainty.REJECTED})


class OperatingDesk(OutcomesDesk):
    """The commands and queries of the marketplace's own staff."""

    def unresolved(self, *, actor: Actor) -> tuple[OperationStatus, ...]:
        """
        List the calls that a person should look at, oldest first.

        Those that wait for a person, those whose outcome is not known, and those
        that have not left for long.

        Args:
            actor: The operator.

        Raises:
            pmkit.NotAllowedError: If somebody else asks.
        """
        require_operator(actor)
        now = self.clock.now()
        with self.store.snapshot() as tx:
            # What cannot be read is shown by `dead`, which reads less of it.
            open_ = tx.due_effects(states=OPEN, spoilt=[])
            rows = [*open_, *tx.parked_effects(spoilt=[])]
        found = {
            row.effect.operation_id: status_of(row, now)
            for row in rows
            if needs_eyes(row, now)
        }
        return tuple(
            sorted(
                found.values(), key=lambda each: (each.decided_at, each.operation_id)
            )
        )

    def operation(self, operation_id: str, *, actor: Actor) -> OperationStatus:
        """
        Tell everything that is known of one call.

        Args:
            operation_id: Its name, such as ``"TA-1/7/book"``.

            actor: The operator.

        Raises:
            pmkit.NotAllowedError: If somebody else asks.

            pmkit.NotFoundError: If there is no such call.
        """
        require_operator(actor)
        with self.store.snapshot() as tx:
            return status_of(tx.effect(_text(operation_id)), self.clock.now())

    def resolve(
        self,
        operation_id: str,
        *,
        actor: Actor,
        outcome: OperationOutcome | str,
        evidence: str,
        reference: str = "",
        force: bool = False,
    ) -> OperationStatus:
        """
        Say what became of a call, as a person who found out.

        Who said it, when, and how they know is kept for ever.  Said twice in the
        same words, it counts once.

        Args:
            operation_id: The call.

            actor: The operator, with a name.

            outcome: ``"happened"``: a booking gets the agency's number; money counts
                only when its processor reports it.  ``"did-not-happen"``: a charge is
                declined and a refund fails on the order.  ``"send-again"``: it is sent
                once more under the same operation id.

            evidence: How they know, such as the name of who said so on the telephone.

            reference: The agency's number, for a booking that happened.

            force: Send it again although that may do it twice.

        Returns:
            The call as it is now.

        Raises:
            pmkit.NotAllowedError: If anybody but the operator says it.

            pmkit.NotFoundError: If there is no such call.

            pmkit.InputError: If the name, the evidence or the number is missing.

            pmkit.OutOfOrderError: If it is settled, or its order knows better.

            pmkit.NotYetError: If its answer may still come, or sending it again may do
                it twice.
        """
        require_operator(actor)
        said = Resolution(
            at=self.clock.now(),
            by=_filled(actor.name, "actor"),
            outcome=choice(OperationOutcome, outcome, field="outcome").value,
            evidence=_filled(evidence, "evidence"),
            reference=_text(reference),
            state=EffectState.UNKNOWN,
            forced=force is True,
        )
        with self.store.transaction() as tx:
            row = tx.effect(_text(operation_id))
            said = attrs.evolve(said, state=row.state)
            if not _repeats(row, said):
                self._resolve(tx, row, said)
            return status_of(tx.effect(operation_id), said.at)

    def _resolve(self, tx: Transaction, row: EffectRow, said: Resolution) -> None:
        outcome = OperationOutcome(said.outcome)
        self._require_open(row, outcome)
        if outcome is OperationOutcome.HAPPENED:
            self._happened_after_all(tx, row, said.reference)
        elif outcome is OperationOutcome.DID_NOT_HAPPEN:
            self._never_happened(tx, row)
        else:
            said = attrs.evolve(said, forced=self._may_send(row, force=said.forced))
        more: dict[str, Any] = {}
        harmless = row.certainty in _HARMLESS
        if outcome is OperationOutcome.SEND_AGAIN:
            more["unsent"] = harmless
            more["certainty"] = row.certainty if harmless else Certainty.UNKNOWN
        else:
            more["certainty"] = _CERTAIN[outcome]
        tx.set_effect_state(
            row.effect.operation_id,
            _STATE_AFTER[outcome],
            at=said.at,
            result="resolved",
            was={row.state},
            **more,
        )
        tx.add_resolution(row.effect.operation_id, said)

    def _require_open(self, row: EffectRow, outcome: OperationOutcome) -> None:
        """Refuse what is settled, and what may be settled at this moment."""
        possible = can_do(row)
        if not possible:
            msg = f"{row.effect.operation_id} is {row.state.value}."
            raise OutOfOrderError(msg, allowed="There is nothing to resolve.")
        sent = row.updated_at + recovery.SETTLING
        if row.state is EffectState.SUBMITTING and self.clock.now() < sent:
            msg = f"{row.effect.operation_id} is being sent at this moment."
            raise NotYetError(msg, allowed="Look again in a minute.")
        if outcome not in possible:
            msg = f"{row.effect.operation_id} is {row.state.value}."
            words = ", ".join(each.value for each in possible)
            raise OutOfOrderError(
                msg, field="outcome", allowed=f"What can be said: {words}."
            )

    def _happened_after_all(
        self, tx: Transaction, row: EffectRow, reference: str
    ) -> None:
        """Give a booking its number; money is believed from its processor only."""
        if row.effect.kind is not EffectKind.BOOK:
            if reference:
                msg = "Only a booking takes the agency's number."
                raise InputError(msg, field="reference", remedy="Leave it out.")
            return
        order = load_order(tx, row.order_id)
        booking = order.service(row.effect.subject).booking
        known = booking.reference if booking else ""
        if not (reference or known):
            msg = "A booking needs the agency's number."
            remedy = "Ask the agency for it, and give it as the reference."
            raise InputError(msg, field="reference", remedy=remedy)
        given = {"service_id": row.effect.subject, "reference": reference or known}
        outcome = self._decide(pay.confirm_booking, order, SYSTEM, given)
        self._commit(tx, order, outcome)

    def _never_happened(self, tx: Transaction, row: EffectRow) -> None:
        """Let the order know, unless the processor has reported otherwise."""
        order = load_order(tx, row.order_id)
        effect = row.effect
        reported = False
        if effect.kind is EffectKind.CHARGE:
            reported = bool(order.payment(effect.subject).receipts)
        elif effect.kind is EffectKind.REFUND:
            state = order.refund(effect.subject).state
            reported = state in {RefundState.INITIATED, RefundState.DONE}
        if reported:
            msg = f"{effect.plugin} has reported that it happened."
            raise OutOfOrderError(msg, field="outcome", allowed="Say: happened.")
        self._give_up(tx, row, _GIVEN_UP)

    def _may_send(self, row: EffectRow, *, force: bool) -> bool:
        """Refuse to do something twice; tell whether force was needed."""
        if row.certainty in _HARMLESS:
            return False
        try:
            plugin = plugin_of(row.effect, self.panel)
            capability = capability_of(plugin, row.effect.kind)
            known = True
        except UnknownPluginError:
            capability, known = None, False
        step: recovery.Step = recovery.Resend()
        if known and capability is not None:
            now = self.clock.now()
            step = recovery.again(standing(row), capability, now=now)
        if known and isinstance(step, recovery.Resend):
            return False
        if force:
            return True
        why = "It may have happened, and the far side may not recognise the key."
        if not known:
            why = f"It may have happened, and {row.effect.plugin} is not attached here."
        remedy = "Ask them first; with force it is sent, and may be done twice."
        raise NotYetError(why, field="force", allowed=remedy)


def require_operator(actor: object) -> None:
    """
    Refuse everybody but the marketplace's own staff.

    Args:
        actor: Who asks.

    Raises:
        pmkit.NotAllowedError: If it is not the operator.
    """
    if not isinstance(actor, Actor):
        msg = f"{type(actor).__name__} is no actor."
        raise InputError(msg, field="actor", remedy="Give a pmkit.Actor.")
    if actor.role is not Role.OPERATOR:
        msg = "Only the marketplace's own staff see calls to plugins."
        raise NotAllowedError(msg, field="actor", allowed="Allowed to: operator.")


def _repeats(row: EffectRow, said: Resolution) -> bool:
    """Tell whether the same was said before, and nothing has happened since."""
    if not row.resolutions or row.parked:
        return False
    last = row.resolutions[-1]
    same = attrs.evolve(said, at=last.at, state=last.state, forced=last.forced) == last
    return same and row.state is _STATE_AFTER[OperationOutcome(last.outcome)]


def _text(value: object) -> str:
    """Take a text that can be stored."""
    if not isinstance(value, str):
        msg = f"{type(value).__name__} is no text."
        raise InputError(msg, remedy="Give a text.")
    canonical_json(value)
    return value.strip()


def _filled(value: object, field: str) -> str:
    text = _text(value)
    if not text:
        msg = "Who resolves a call has to be named." if field == "actor" else "Missing."
        remedy = "Say who you are." if field == "actor" else "Say how you know it."
        raise InputError(msg, field=field, remedy=remedy)
    return text
