"""
How every command runs: load, decide, save, and nothing else.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from pmkit.core.effects import effects_of
from pmkit.core.errors import ConflictError, InputError, NotFoundError
from pmkit.core.events import fold
from pmkit.core.moments import to_utc
from pmkit.core.notices import notices_of
from pmkit.core.order import NOTHING_HERE
from pmkit.core.parties import Actor
from pmkit.core.roles import belongs
from pmkit.facts.calendars import working_calendar
from pmkit.shell import telemetry
from pmkit.shell.desk.choices import require_storable
from pmkit.shell.plain import canonical_json
from pmkit.shell.reserved import reserved_digest
from pmkit.shell.wire import text_of

if TYPE_CHECKING:
    from pmkit.core.calendars import WorkingCalendar
    from pmkit.core.catalogue import Catalogue, ServiceKind
    from pmkit.core.events import Outcome
    from pmkit.core.order import Order
    from pmkit.core.terms import Terms
    from pmkit.facts.calendars import CalendarKind
    from pmkit.hooks.panel import Panel
    from pmkit.shell.clock import Clock
    from pmkit.shell.ids import Ids
    from pmkit.shell.store import Store, Transaction

#: A step of the core: an order in, an outcome out.
Step = Callable[..., "Outcome"]


class Running:
    """
    What all commands of a desk share.

    A command is one transaction: its events, the state they lead to, the calls
    to plugins that they ask for and the notices are committed together or not
    at all.  No plugin is called inside it.
    """

    store: Store
    panel: Panel
    clock: Clock
    ids: Ids
    catalogue: Catalogue
    terms: Terms

    def _on(self, store: Store) -> Self:
        """Give the same desk on another store."""
        here = copy.copy(self)
        here.store = store
        return here

    def calendar(
        self, terms: Terms, *, kind: CalendarKind = "factory"
    ) -> WorkingCalendar:
        """
        The working days that some terms speak of.

        Days that nobody has announced yet count provisionally, and the deadline
        says so.

        Args:
            terms: The terms, with their country and zone.

            kind: ``"factory"``, or ``"bank"`` for the days of banks, which keep
                closed on worked weekends.
        """
        return working_calendar(
            terms.country, kind=kind, zone=terms.zone, beyond_horizon="provisional"
        )

    def _run(
        self,
        step: Step,
        order_id: str,
        *,
        actor: Actor | None,
        key: str | None,
        instrument: str = "",
        given: dict[str, Any] | None = None,
        files: Iterable[tuple[bytes, str]] = (),
        **arguments: Any,
    ) -> Order:
        """
        Take one step.

        Args:
            step: The step of the core.

            order_id: The order.

            actor: Who takes it; `None` for steps that the desk itself takes.

            key: The idempotency key, or `None` for a command that is not repeated.

            instrument: What the payer chose to pay with.

            given: What the caller said, where it differs from *arguments*.

            files: Bytes with their media type, kept if the step is taken.

            arguments: What the step needs beside order, actor, moment and calendar.

        Returns:
            The order after it; for a repeated key, the order as it was then.
        """
        content = {"order": order_id, **(arguments if given is None else given)}
        digest = command_digest(step.__name__, actor, content)
        kept = tuple(files)

        def take(tx: Transaction) -> Order:
            # The order comes first: with it, whoever repeats the key has to wait.
            order = load_order(tx, order_id, actor)
            repeated = self._recalled(tx, actor, key, digest)
            if repeated is not None:
                return repeated
            outcome = self._decide(step, order, actor, arguments)
            self._commit(tx, order, outcome, instrument)
            for data, media_type in kept:
                tx.put_file(data, media_type, self.clock.now())
            self._remember(tx, actor, key, digest, outcome.order)
            return outcome.order

        with telemetry.told("pmkit.command", command=step.__name__, order=order_id):
            return self.store.attempt(take)

    def _decide(
        self,
        step: Step,
        order: Order,
        actor: Actor | None,
        arguments: dict[str, Any],
    ) -> Outcome:
        """Call the step with the moment, the actor and the calendar it asks for."""
        asked = step.__annotations__
        extra: dict[str, Any] = {"at": self.clock.now()}
        if "actor" in asked:
            extra["actor"] = actor
        if "calendar" in asked:
            extra["calendar"] = self.calendar(order.terms)
        if "bank_calendar" in asked:
            extra["bank_calendar"] = self.calendar(order.terms, kind="bank")
        return step(order, **arguments, **extra)

    def _commit(
        self, tx: Transaction, before: Order, outcome: Outcome, instrument: str = ""
    ) -> None:
        """Write what was decided, and what it asks of the outside."""
        if not outcome.events:
            return
        bodies = require_storable(outcome.events)
        at = self.clock.now()
        tx.save(before, outcome.order, outcome.events, at, bodies=bodies)
        self._intend(tx, before, outcome, at, instrument)

    def _intend(
        self,
        tx: Transaction,
        before: Order,
        outcome: Outcome,
        at: dt.datetime,
        instrument: str = "",
    ) -> None:
        states = outcome.states
        effects = effects_of(
            before, outcome.events, instrument=instrument, states=states
        )
        order = outcome.order
        digests = {e.operation_id: reserved_digest(order, e) for e in effects}
        tx.add_effects(before.id, order.seq, effects, at, digests=digests)
        tx.add_notices(notices_of(before, outcome.events, states=states), at)

    def _recalled(
        self, tx: Transaction, actor: Actor | None, key: str | None, digest: str
    ) -> Order | None:
        """Find the answer that a key had, and refuse the key for anything else."""
        if key is None:
            return None
        _require_key(key)
        found = tx.recall(scope_of(actor), key)
        if found is None:
            return None
        if found.digest != digest:
            msg = f"The idempotency key {key!r} was used for another command."
            raise ConflictError(msg, field="key", remedy="Use a new key.")
        seq = int(found.answer["seq"])
        history = tx.history(found.order_id)[:seq]
        return fold(recorded.event for recorded in history)

    def _remember(
        self,
        tx: Transaction,
        actor: Actor | None,
        key: str | None,
        digest: str,
        order: Order,
    ) -> None:
        if key is not None:
            tx.remember(
                scope_of(actor),
                key,
                digest,
                order.id,
                {"seq": order.seq},
                self.clock.now(),
            )

    def _known(
        self, step: Step, order_id: str, actor: Actor, key: str | None, **given: Any
    ) -> Order | None:
        """Find the answer to a repeated command before a plugin is asked again."""
        digest = command_digest(step.__name__, actor, {"order": order_id, **given})
        with self.store.snapshot() as tx:
            return self._recalled(tx, actor, key, digest)

    def _kind_of(self, order_id: str, service_id: str, actor: Actor) -> ServiceKind:
        return self.catalogue[self._peek(order_id, actor).service(service_id).kind]

    def _peek(self, order_id: str, actor: Actor | None = None) -> Order:
        """Load an order to ask plugins about it; decides nothing, waits for nobody."""
        with self.store.snapshot() as tx:
            return load_order(tx, order_id, actor)


def _require_key(key: object) -> None:
    if not isinstance(key, str) or not key.strip():
        msg = f"{key!r} is no idempotency key."
        raise InputError(msg, field="key", remedy="Give a text, or leave it out.")


def load_order(tx: Transaction, order_id: str, actor: Actor | None = None) -> Order:
    """
    Load an order for somebody, or for the desk itself.

    Raises:
        pmkit.NotFoundError: If there is none, or it is none of the actor's: in the
            same words, about the same field.
    """
    order = tx.load(order_id)
    if order is None or (actor is not None and not belongs(order, actor)):
        raise NotFoundError(NOTHING_HERE, field="order_id")
    return order


def file_hash(content: object, *, field: str) -> str:
    """
    Tell the SHA-256 of some bytes.

    Raises:
        pmkit.InputError: If it is anything but bytes.
    """
    if not isinstance(content, bytes):
        msg = f"{type(content).__name__} is not the content of a file."
        raise InputError(msg, field=field, remedy="Give its bytes.")
    return hashlib.sha256(content).hexdigest()


def scope_of(actor: Actor | None) -> str:
    """Tell whose keys those of an actor are: keys of two companies never meet."""
    return "system" if actor is None else f"{actor.role.value}:{actor.party}"


def command_digest(command: str, actor: Actor | None, content: dict[str, Any]) -> str:
    """Tell one command's content from another's; a moment in it has a zone."""
    given: object = actor
    if not isinstance(given, Actor | None):
        msg = f"{type(given).__name__} is no actor."
        raise InputError(msg, field="actor", remedy="Give a pmkit.Actor.")
    for name, value in content.items():
        if isinstance(value, dt.datetime):
            to_utc(value, field=name)
    said = text_of({"command": command, "actor": actor, "content": content})
    return hashlib.sha256(said.encode()).hexdigest()


def digest_of(plain: object) -> str:
    """Tell one JSON value from another."""
    return hashlib.sha256(canonical_json(plain).encode()).hexdigest()
