"""
One call after the other: sent, looked up, or left to a person.

A call is committed as *reserved* with its decision and as *submitting* before a byte
of it leaves; what came of it is committed after.  Whatever stops between two of these
is found again by the next round, and settled by the rules of `pmkit.effects.recovery`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import attrs

from pmkit.core.certainty import Certainty
from pmkit.core.effects import EffectState
from pmkit.core.errors import PluginError, StaleWriteError, UnknownPluginError
from pmkit.core.events import fold
from pmkit.core.lookups import Absent, FindRequest, Found, Pending
from pmkit.core.plugin_errors import UnsupportedError
from pmkit.effects import recovery
from pmkit.effects.carry import news_of, plugin_of, request_of, send
from pmkit.effects.declared import can_find, capability_of
from pmkit.effects.recovery import ParkReason
from pmkit.shell import telemetry
from pmkit.shell.desk.open_call import Begun, Came, OpenCall, result_of
from pmkit.shell.desk.outcomes import OutcomesDesk
from pmkit.shell.desk.troubles import trouble
from pmkit.shell.reserved import request_digest
from pmkit.shell.store.fenced import Fenced
from pmkit.shell.store.leasing import LeaseLostError, lost
from pmkit.shell.store.transaction import stored_order

if TYPE_CHECKING:
    from collections.abc import Callable

    from pmkit.core.order import Order
    from pmkit.effects.carry import Request
    from pmkit.shell.desk.holding import Holder
    from pmkit.shell.desk.troubles import Trouble
    from pmkit.shell.store import Transaction
    from pmkit.shell.store.claiming import Locked
    from pmkit.shell.store.leasing import RowClaim
    from pmkit.shell.store.rows import EffectRow


class CarryingDesk(OutcomesDesk):
    """The calls to plugins that are due."""

    def _call_of(self, row: EffectRow, troubles: list[Trouble]) -> OpenCall | None:
        """Find whom a call is for."""
        try:
            plugin = plugin_of(row.effect, self.panel)
        except UnknownPluginError as error:
            name = row.effect.operation_id
            troubles.append(trouble(row.order_id, name, error))
            return None
        return OpenCall(
            row=row,
            plugin=plugin,
            capability=capability_of(plugin, row.effect.kind),
            troubles=troubles,
        )

    def _carry_held(
        self,
        call: OpenCall,
        claim: RowClaim,
        holder: Holder,
        *,
        begun: Begun | None = None,
        then: Callable[[Transaction], None] | None = None,
    ) -> Came:
        """
        Do the one thing that may be done about a call that was taken.

        Every transaction in here checks the fence of the claim.

        Args:
            call: The call.

            claim: On it.

            holder: Who took it.

            begun: That it is committed as about to be sent, if it is.

            then: Done in the transaction that ends it.
        """
        store = Fenced(self.store, claim)
        here = self._on(store)
        held = attrs.evolve(
            call,
            row=attrs.evolve(call.row, lease_until=claim.was_until),
            alive=functools.partial(holder.alive, claim),
            limit=holder.tries,
            leased=bool(claim.lease.length),
            sent=functools.partial(setattr, store, "then", then),
        )
        gone = False
        name, plugin = call.row.effect.operation_id, call.row.effect.plugin
        try:
            with telemetry.span("pmkit.effect", operation=name, plugin=plugin):
                came = here._go_on(held, begun)  # noqa: SLF001 - this desk, there
        except LeaseLostError:
            came, gone = Came.NOTHING, True
        except StaleWriteError:
            came = Came.SETTLED  # another desk was faster
        finally:
            holder.give_back(claim, lost=gone or store.lost)
        telemetry.event("pmkit.effect", operation=name, came=came.name.lower())
        if claim.lease.length and not (store.freed or store.lost or gone):
            self._put_back(call, claim)
        return came

    def _put_back(self, call: OpenCall, claim: RowClaim) -> None:
        """Give back a call that nothing was written of, until its moment comes."""
        step = self._step(call)
        with self.store.transaction() as tx:
            if isinstance(step, recovery.Wait) and claim.holds(tx):
                until = step.until or self.clock.now() + recovery.LONGEST
                tx.put_off(call.row.effect.operation_id, until)
            else:
                claim.release(tx)

    def _step(self, call: OpenCall) -> recovery.Step:
        return recovery.next_step(
            call.standing(),
            call.capability,
            can_find=can_find(call.plugin),
            now=self.clock.now(),
        )

    def _go_on(self, call: OpenCall, begun: Begun | None) -> Came:
        row = call.row
        if begun is not None:
            return self._sent(call, begun.request, doubt=False)
        if call.capability is not None and self._told_already(row):
            self._mark(row, EffectState.SUCCEEDED, result="reported")
            return Came.SETTLED
        step = self._step(call)
        if isinstance(step, recovery.Ask):
            return self._ask(call)
        return self._take(call, step)

    def _take(self, call: OpenCall, step: recovery.Step) -> Came:
        """Take a step that asks nobody."""
        row = call.row
        if isinstance(step, recovery.Send):
            return self._send(call, doubt=row.certainty is Certainty.UNKNOWN)
        if isinstance(step, recovery.Resend):
            return self._send(call, doubt=True)
        if isinstance(step, recovery.Park) and not row.parked:
            self._park(call, step.reason)
        return Came.NOTHING

    # ---------------------------------------------------------------- sending

    def _send(self, call: OpenCall, *, doubt: bool) -> Came:
        """
        Send a call; the intent was committed before, the outcome is after.

        Args:
            call: The call.

            doubt: Whether an earlier sending may have had its effect.
        """
        row = call.row
        with self.store.transaction() as tx:
            locked = tx.lock_effect(row.effect.operation_id)
            if locked is None:
                raise lost()
            begun = self._submit(tx, row, locked, doubt=doubt)
        if isinstance(begun, Begun):
            return self._sent(call, begun.request, doubt=doubt)
        if begun == ParkReason.DIGEST_DIFFERS:
            self._park(call, ParkReason.DIGEST_DIFFERS)
            return Came.NOTHING
        self._mark(row, EffectState.REJECTED, result=begun)
        return Came.SETTLED

    def _submit(
        self, tx: Transaction, row: EffectRow, locked: Locked, *, doubt: bool
    ) -> Begun | str:
        """Note that a call is about to be sent; or say why it must not be."""
        now = stored_order(row.order_id, locked.version, locked.state)
        decided = self._as_decided(tx, row, now)
        request = request_of(decided, row.effect)
        digest = request_digest(row.effect, request)
        if row.digest not in {"", digest}:
            return ParkReason.DIGEST_DIFFERS
        why = self._needless(row.effect, now, refused=locked.refused)
        if why and not doubt:
            return why
        tx.set_effect_state(
            row.effect.operation_id,
            EffectState.SUBMITTING,
            at=self.clock.now(),
            was={row.state},
            attempts=row.attempts,
            certainty=Certainty.UNKNOWN if doubt else None,
            digest=digest,
            known=row,
        )
        return Begun(request)

    def _submit_next(
        self, tx: Transaction, row: EffectRow, claim: RowClaim
    ) -> Begun | None:
        """
        Begin a call in the transaction that ends another one, if that is all it needs.

        Nothing is waited for here, and nothing else written.
        """
        call = self._call_of(attrs.evolve(row, lease_until=claim.was_until), [])
        if call is None or row.state is not EffectState.RESERVED:
            return None
        known = row.certainty is not Certainty.UNKNOWN
        if not known or not isinstance(self._step(call), recovery.Send):
            return None
        locked = tx.lock_effect(row.effect.operation_id, wait=False)
        if locked is None:
            return None
        tx.claim = claim
        begun = self._submit(tx, row, locked, doubt=False)
        return begun if isinstance(begun, Begun) else None

    def _sent(self, call: OpenCall, request: Request | None, *, doubt: bool) -> Came:
        row = call.row
        if not call.alive():
            raise lost()  # whoever takes it next finds out, and nothing was sent
        try:
            answer = send(call.plugin, row.effect, request)
        except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
            call.say(error)
            call.sent()
            came = self._failed(call, error, doubt=doubt)
        else:
            call.sent()
            came = self._answered(call, answer)
        return came

    def _as_decided(self, tx: Transaction, row: EffectRow, now: Order) -> Order:
        """
        Give the order as it was when it asked for a call.

        The same operation id has to be the same request, however late it is sent.
        Only the agency's number is that of today: without it nothing can be moved.
        """
        if now.seq == row.seq:
            return now
        history = tx.history(row.order_id)[: row.seq]
        order = fold(recorded.event for recorded in history)
        for service in order.services:
            if service.booking is not None:
                booking = now.service(service.id).booking
                order = order.with_service(attrs.evolve(service, booking=booking))
        return order

    # ------------------------------------------------------------- looking up

    def _ask(self, call: OpenCall) -> Came:
        """Ask the far side what became of a call."""
        row = call.row
        asked = FindRequest(
            operation_id=row.effect.operation_id,
            kind=row.effect.kind,
            order_id=row.order_id,
            subject=row.effect.subject,
            reference=row.reference,
            sent_at=call.standing().first_sent_at,
        )
        try:
            found = call.plugin.find(asked)
            if isinstance(found, Found):
                found = attrs.evolve(found, news=news_of(row.effect, found.news))
        except UnsupportedError:
            return self._without_asking(call)
        except Exception as error:  # noqa: BLE001 - a plugin's fault is its own
            return self._defer(call, error)
        if isinstance(found, Found):
            return self._answered(call, found.news)
        if isinstance(found, Pending):
            return self._answered(call, found)
        if isinstance(found, Absent):
            return self._absent(call)
        msg = f"{row.effect.plugin} answered {type(found).__name__} to find."
        remedy = "The contract asks for Found, Absent or Pending."
        return self._defer(call, PluginError(msg, field="plugin", remedy=remedy))

    def _absent(self, call: OpenCall) -> Came:
        """Go on after the far side said that it does not have a call."""
        capability = call.capability
        assert capability is not None  # noqa: S101 - who declares nothing is not asked
        now = self.clock.now()
        step = recovery.after_absence(call.standing(), capability, now=now)
        if isinstance(step, recovery.Send):
            # Proof: nothing of it ever had an effect.
            self._mark(
                call.row,
                EffectState.RESERVED,
                result="absent",
                certainty=Certainty.NOT_SENT,
                unsent=True,
            )
            with self.store.snapshot() as tx:
                row = tx.effect(call.row.effect.operation_id)
            return self._send(attrs.evolve(call, row=row), doubt=False)
        if isinstance(step, recovery.Wait):
            return self._defer(call, None, until=step)
        return self._take(call, step)

    def _without_asking(self, call: OpenCall) -> Came:
        """Go on where the plugin declares a look-up and does not have it."""
        if call.capability is None or call.row.state is EffectState.PENDING:
            return self._defer(call, None)
        now = self.clock.now()
        step = recovery.again(call.standing(), call.capability, now=now)
        return self._take(call, step)

    # --------------------------------------------------------- leaving it alone

    def _defer(
        self,
        call: OpenCall,
        error: Exception | None,
        until: recovery.Wait = recovery.Wait(),  # noqa: B008 - it is frozen
    ) -> Came:
        """Leave a call as it is for a while."""
        row = call.row
        now = self.clock.now()
        later = now + recovery.pause(call.standing().first_sent_at, now)
        pending = row.state is EffectState.PENDING
        self._mark(
            row,
            EffectState.PENDING if pending else EffectState.UNKNOWN,
            result=row.result if error is None else result_of(error),
            next_at=until.until or later,
            certainty=None if pending else Certainty.UNKNOWN,
        )
        if error is not None:
            call.say(error)
        return Came.NOTHING

    def _park(self, call: OpenCall, reason: ParkReason) -> None:
        """Leave a call to a person, and say so once."""
        row = call.row
        state = row.state
        if state in {EffectState.SUBMITTING, EffectState.PENDING}:
            state = EffectState.UNKNOWN
        self._mark(row, state, result=row.result, parked=reason.value)
        msg = f"The call {row.effect.operation_id} waits for a person: {reason.value}."
        call.say(PluginError(msg, remedy="See pmkit ops unresolved."))
