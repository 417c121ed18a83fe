"""
Many orders at once: whole batches, each written wholly or not at all.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import attrs

from pmkit.core.errors import (
    ConflictError,
    CorruptStoreError,
    InputError,
    PmkitError,
)
from pmkit.core.parties import Actor
from pmkit.core.steps import draft
from pmkit.shell.desk.choices import require_storable
from pmkit.shell.desk.running import Running, command_digest, scope_of
from pmkit.shell.document import OrderDocument, read_order_document
from pmkit.shell.plain import canonical_json, read_json
from pmkit.shell.store.batches import (
    NewOrder,
    add_new_orders,
    present_orders,
    recall_digests,
)
from pmkit.shell.wire import decode, encode

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from pmkit.core.calendars import WorkingCalendar
    from pmkit.shell.store import Transaction

#: A statement asks for all keys of a batch at once; databases bound their number.
_LARGEST = 1_000
_FIRST_LINE = "Line 1, column"


@attrs.frozen(kw_only=True)
class OpenedOrders:
    """
    What an import did.

    Args:
        opened: Orders that were not there before.

        repeated: Orders that an earlier import with the same keys had opened.

        batches: Transactions.
    """

    opened: int = 0
    repeated: int = 0
    batches: int = 0


@attrs.frozen(kw_only=True)
class _Line:
    """A document, and where it stands."""

    number: int
    document: OrderDocument
    #: Whether it was read here, so that each value is known to be of its type.
    read: bool = False


class ImportingDesk(Running):
    """The command that brings many orders."""

    def open_orders(
        self,
        documents: Iterable[OrderDocument | str | bytes],
        *,
        actor: Actor,
        batch: int = 200,
        key_prefix: str | None = None,
    ) -> OpenedOrders:
        """
        Bring many orders to pmkit, as drafts; each as `open_order` would.

        Each batch is one transaction.  If a document is wrong, nothing of its batch
        is written, what was written before stays, and the error names its line.
        With *key_prefix* the same documents can be given again after that, or after
        a crash: what is there already is passed over.

        Args:
            documents: One by one, such as a file of JSON Lines opened for bytes; no
                more than a batch is held in memory.  Empty lines are passed over.

            actor: Who opens them.

            batch: How many orders one transaction opens, 1 to 1,000.

            key_prefix: What the idempotency key of each order begins with; its id
                follows.  `None` for no keys: then an order that is there already is
                an error.

        Returns:
            How many were opened, and how many were there already.

        Raises:
            pmkit.InputError: If a document can never be right, or its order exists;
                the field begins with its line, counted from 1.

            pmkit.ConflictError: If a key was used for an order with other content.

            pmkit.RefusedError: If the role may not open orders.

        Examples:
            >>> import pmkit
            >>> line = (
            ...     '{"id": "TA-1", "buyer": "Nordwind", "supplier": "Hexing",'
            ...     ' "currency": "USD", "ship": {"days": 45, "after": "initial"},'
            ...     ' "initial": {"amount": "3600.00", "currency": "USD"},'
            ...     ' "balance": {"amount": "8400.00", "currency": "USD"},'
            ...     ' "lines": [{"product": "LED desk lamp", "quantity": 5000}]}'
            ... )
            >>> operator = pmkit.Actor(role=pmkit.Role.OPERATOR, party="platform")
            >>> desk = pmkit.Desk.open()
            >>> desk.open_orders([line], actor=operator, key_prefix="import/")
            OpenedOrders(opened=1, repeated=0, batches=1)
            >>> desk.open_orders([line], actor=operator, key_prefix="import/").repeated
            1
        """
        _require_batch(batch)
        _require_actor(actor)
        done = OpenedOrders()
        lines = _lines(documents)
        last = 0
        while True:
            try:
                group = list(itertools.islice(lines, batch))
                if not group:
                    return done
                opened = self._open_batch(group, actor, key_prefix)
            except PmkitError as error:
                _say_what_is_in(error, last)
                raise
            last = group[-1].number
            done = OpenedOrders(
                opened=done.opened + opened,
                repeated=done.repeated + len(group) - opened,
                batches=done.batches + 1,
            )

    def _open_batch(
        self, group: list[_Line], actor: Actor, key_prefix: str | None
    ) -> int:
        """Open what is not there yet, in one transaction; tell how many that was."""
        asked = [(line, *self._asked(line, actor, key_prefix)) for line in group]

        def begin(tx: Transaction) -> int:
            at = self.clock.now()
            calendar = self.calendar(self.terms)
            scope = scope_of(actor)
            keys = [key for _, key, _ in asked if key]
            # The orders first: whoever commits one in between has committed its key.
            there = present_orders(tx, {line.document.id for line in group})
            known = recall_digests(tx, scope, keys) if keys else {}
            new = []
            for line, key, digest in asked:
                with _at_line(line.number):
                    if _repeated(known, key, digest):
                        continue
                    _require_absent(line.document.id, there)
                    found = self._opened(line, actor, at, calendar)
                new.append(attrs.evolve(found, key=key, digest=digest))
                there.add(line.document.id)
                known |= {key: digest} if key else {}
            add_new_orders(tx, new, at, scope=scope)
            return len(new)

        return self.store.attempt(begin)

    def _asked(
        self, line: _Line, actor: Actor, key_prefix: str | None
    ) -> tuple[str, str]:
        """Give the key of a document and the hash of its content, if it has one."""
        if key_prefix is None:
            return "", ""
        document = line.document
        content = {"order": document.id, **_given(document)}
        with _at_line(line.number):
            digest = command_digest("open_order", actor, content)
        return f"{key_prefix}{document.id}", digest

    def _opened(
        self, line: _Line, actor: Actor, at: dt.datetime, calendar: WorkingCalendar
    ) -> NewOrder:
        outcome = draft.open_order(
            order_id=line.document.id,
            terms=self.terms,
            actor=actor,
            at=at,
            calendar=calendar,
            **_given(line.document),
        )
        if not line.read:
            require_storable(outcome.events)
        (event,) = outcome.events
        return NewOrder(order=outcome.order, event=event)


def _lines(documents: Iterable[object]) -> Iterator[_Line]:
    for number, each in enumerate(documents, start=1):
        if isinstance(each, OrderDocument):
            yield _Line(number=number, document=each)
            continue
        with _at_line(number):
            if not isinstance(each, str | bytes):
                msg = f"{type(each).__name__} is no document of an order."
                raise InputError(msg, remedy="Give its JSON, or an OrderDocument.")
            if text := each.rstrip():
                document = read_order_document(text)
                yield _Line(number=number, document=document, read=True)


def _given(document: OrderDocument) -> dict[str, Any]:
    """What `open_order` is given, so that its keys and these are the same."""
    return {
        "buyer": document.buyer,
        "supplier": document.supplier,
        "lines": document.lines,
        "initial": document.initial,
        "balance": document.balance,
        "ship": document.ship,
    }


def _repeated(known: dict[str, str], key: str, digest: str) -> bool:
    """Tell whether an order was opened before, and refuse its key for another one."""
    if not key or key not in known:
        return False
    if known[key] != digest:
        msg = f"The idempotency key {key!r} was used for another order."
        remedy = "Compare the document with the order that is there."
        raise ConflictError(msg, field="key", remedy=remedy)
    return True


def _require_absent(order_id: str, there: set[str]) -> None:
    if order_id in there:
        msg = f"There is an order {order_id!r} already."
        raise InputError(msg, field="order_id", remedy="Open it once.")


def _require_actor(actor: object) -> None:
    """Refuse what could be written into each event but never be read back."""
    try:
        plain = read_json(canonical_json(encode(actor)))
        known = isinstance(actor, Actor) and decode(plain, Actor) == actor
    except CorruptStoreError:
        known = False
    if not known:
        msg = f"{type(actor).__name__} is no actor whose role and party are known."
        raise InputError(msg, field="actor", remedy="Give a pmkit.Actor.")


def _require_batch(batch: object) -> None:
    whole = isinstance(batch, int) and not isinstance(batch, bool)
    if not whole or batch not in range(1, _LARGEST + 1):
        msg = f"{batch!r} is no number of orders for one transaction."
        raise InputError(msg, field="batch", remedy=f"Give 1 to {_LARGEST}.")


@contextlib.contextmanager
def _at_line(number: int) -> Iterator[None]:
    """Name the line in the error of a document."""
    try:
        yield
    except PmkitError as error:
        if error.message.startswith(_FIRST_LINE):
            error.message = error.message.replace(_FIRST_LINE, "Column", 1)
        where = f": {error.field}" if error.field else ""
        error.field = f"line {number}{where}"
        raise


def _say_what_is_in(error: PmkitError, last: int) -> None:
    """Tell somebody who has to try again how far it came."""
    if last:
        done = f"The lines up to {last} are in."
        error.remedy = f"{error.remedy} {done}" if error.remedy else done
