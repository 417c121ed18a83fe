"""
Does the database still say what was written?  Everything is computed anew.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any

import attrs
import sqlalchemy as sa

from pmkit.core.errors import NotFoundError
from pmkit.core.events import Event, fold
from pmkit.core.order import NOTHING_HERE, Order
from pmkit.shell.plain import canonical_json, read_json
from pmkit.shell.store.chain import GENESIS, digest, event_hash
from pmkit.shell.store.verify_calls import verify_calls, verify_strays
from pmkit.shell.wire import decode_event, encode_event, encode_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pmkit.shell.store.store import Store
    from pmkit.shell.store.transaction import Transaction

# How much of a value a difference shows.
_SHOWN = 80
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@attrs.frozen(kw_only=True)
class Difference:
    """
    One thing that is not as it was written.

    Args:
        order_id: The order, or the hash of a file; empty for the database itself.

        seq: The event, if it is about one.

        what: The table and column, such as ``events.hash``.

        expected: What should stand there, shortened.

        found: What stands there, shortened.
    """

    order_id: str
    seq: int | None = None
    what: str
    expected: str
    found: str


def verify(store: Store, order_id: str | None = None) -> list[Difference]:
    """
    Compute the hash chain and the state of orders anew, and compare.

    Shows what was edited, dropped (also at the end), inserted or swapped, in events,
    in the states, in their columns, in the calls that they ask for, and in files.  A
    consistent rewrite of everything can only be seen with an anchor outside the
    database.

    Args:
        store: The database.

        order_id: Only this order; otherwise all orders and files.

    Returns:
        Every difference found; empty if all is as it was written.

    Raises:
        pmkit.NotFoundError: If there is nothing of *order_id*.

        pmkit.CorruptStoreError: If the file cannot be read at all.
    """
    with store.snapshot() as tx, _as_it_is(tx.connection):
        if order_id is not None:
            if order_id not in _order_ids(tx):
                raise NotFoundError(NOTHING_HERE, field="order_id")
            return list(_verify_order(tx, order_id))
        found = list(_verify_pages(tx))
        for each in _order_ids(tx):
            found.extend(_verify_order(tx, each))
        strays = [
            _different(each, None, what, expected, found_there)
            for each, what, expected, found_there in verify_strays(tx)
        ]
        return [*found, *strays, *_verify_timers(tx), *_verify_files(tx)]


def _verify_timers(tx: Transaction) -> Iterator[Difference]:
    """Check that no order on which something can still happen is forgotten."""
    for order_id in tx.without_timer():
        yield _different(order_id, None, "timers", "a look", "nothing")


@contextlib.contextmanager
def _as_it_is(connection: sa.Connection) -> Iterator[None]:
    """Read also texts that are no Unicode any more, where there can be any."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection
    usual = raw.text_factory
    raw.text_factory = lambda found: found.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = usual


def _raw(table: sa.Table) -> sa.Select[Any]:
    """Select what stands there, not what its type would make of it."""
    columns: list[Any] = [
        sa.type_coerce(column, sa.BigInteger).label(column.name) for column in table.c
    ]
    return sa.select(*columns)


def _order_ids(tx: Transaction) -> list[Any]:
    orders, events = tx.tables.orders, tx.tables.events
    both = sa.union(sa.select(orders.c.id), sa.select(events.c.order_id))
    return list(tx.connection.execute(both).scalars())


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _different(
    order_id: object, seq: int | None, what: str, expected: object, found: object
) -> Difference:
    return Difference(
        order_id=_shown(order_id),
        seq=seq,
        what=what,
        expected=_shown(expected),
        found=_shown(found),
    )


def _is_text(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(value.encode())
    except UnicodeEncodeError:
        return False


def _verify_pages(tx: Transaction) -> Iterator[Difference]:
    """Let the file look at its own pages; a server has tools of its own for that."""
    if tx.connection.dialect.name != "sqlite":
        return
    found = tx.connection.exec_driver_sql("PRAGMA integrity_check").scalars()
    for said in found:
        if said != "ok":
            yield _different("", None, "database", "ok", said)


# ----------------------------------------------------------------------- orders


def _verify_order(tx: Transaction, order_id: object) -> Iterator[Difference]:
    if not _is_text(order_id):
        yield _different(order_id, None, "orders.id", "a text", order_id)
        return
    orders, events = tx.tables.orders, tx.tables.events
    asked = _raw(events).where(events.c.order_id == order_id).order_by(events.c.seq)
    rows = list(tx.connection.execute(asked))
    history: list[Event] = []
    for expected, row in enumerate(rows, start=1):
        yield from _verify_event(row, expected, rows[expected - 2] if history else None)
        event = _event_of(row.body)
        if event is None:
            yield _different(order_id, expected, "events.body", "an event", row.body)
            break
        yield from _verify_columns(row, event, expected)
        history.append(event)
    order = tx.connection.execute(_raw(orders).where(orders.c.id == order_id)).first()
    folded = _folded(history) if rows and len(history) == len(rows) else None
    if order is None:
        yield _different(order_id, None, "orders", "the order of its events", "nothing")
    else:
        yield from _verify_state(order, rows, folded)
    if folded is not None:
        yield from _verify_named_files(tx, folded)
        for number, what, wanted, there in verify_calls(tx, str(order_id), history):
            yield _different(order_id, number, what, wanted, there)


def _verify_event(row: Any, expected: int, before: Any) -> Iterator[Difference]:
    """Check the number of an event, its own hash, and its tie to the one before."""
    if row.seq != expected:
        yield _different(row.order_id, expected, "events.seq", expected, row.seq)
    prev = GENESIS if before is None else before.hash
    if row.prev_hash != prev:
        what = "events.prev_hash"
        yield _different(row.order_id, expected, what, prev, row.prev_hash)
    if _is_text(row.body) and _is_text(row.prev_hash):
        own = event_hash(
            order_id=row.order_id, seq=expected, body=row.body, prev=row.prev_hash
        )
        if row.hash != own:
            yield _different(row.order_id, expected, "events.hash", own, row.hash)


def _event_of(body: object) -> Event | None:
    """Read an event, if it is written in exactly the one way that it can be."""
    try:
        event = decode_event(read_json(body if isinstance(body, str) else ""))
        return event if canonical_json(encode_event(event)) == body else None
    except Exception:  # noqa: BLE001 - whatever it is, the row is not ours
        return None


def _verify_columns(row: Any, event: Event, seq: int) -> Iterator[Difference]:
    """Check the columns that repeat what the body says."""
    said = {
        "at": (event.at - _EPOCH) // _MICROSECOND,
        "name": event.name,
        "by_role": event.by.role.value,
        "by_party": event.by.party,
    }
    for name, expected in said.items():
        found = getattr(row, name)
        if found != expected:
            yield _different(row.order_id, seq, f"events.{name}", expected, found)


def _verify_state(
    order: Any, rows: list[Any], folded: Order | None
) -> Iterator[Difference]:
    """Check an order against the fold of its whole history."""
    head = rows[-1].hash if rows else "the hash of an event"
    if order.head_hash != head:
        yield _different(order.id, None, "orders.head_hash", head, order.head_hash)
    if order.version != len(rows):
        yield _different(order.id, None, "orders.version", len(rows), order.version)
    if folded is None:
        yield _different(
            order.id, None, "orders.state", "a history that makes an order", "none"
        )
        return
    said = {
        "id": folded.id,
        "stage": folded.stage.value,
        "buyer": folded.buyer,
        "supplier": folded.supplier,
    }
    for name, expected in said.items():
        found = getattr(order, name)
        if found != expected:
            yield _different(order.id, None, f"orders.{name}", expected, found)
    state = canonical_json(encode_order(folded))
    if order.state != state:
        yield _where(order.id, state, order.state)


def _folded(history: list[Event]) -> Order | None:
    try:
        return fold(history)
    except Exception:  # noqa: BLE001 - events that do not follow each other
        return None


def _where(order_id: str, expected: str, found: object) -> Difference:
    """Name the first place where a state differs."""
    try:
        seen = read_json(found if isinstance(found, str) else "")
    except Exception:  # noqa: BLE001 - it is no JSON any more
        return _different(order_id, None, "orders.state", "JSON", found)
    path, wanted, got = _first(read_json(expected), seen, "orders.state")
    return _different(order_id, None, path, wanted, got)


def _first(expected: Any, found: Any, path: str) -> tuple[str, Any, Any]:
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            if expected.get(key) != found.get(key):
                return _first(expected.get(key), found.get(key), f"{path}.{key}")
    if isinstance(expected, list) and isinstance(found, list):
        for place, (one, other) in enumerate(zip(expected, found, strict=False)):
            if one != other:
                return _first(one, other, f"{path}[{place}]")
    return path, expected, found


# ------------------------------------------------------------------------ files


def _verify_named_files(tx: Transaction, order: Order) -> Iterator[Difference]:
    """Check that every photo and picture that an order speaks of is there."""
    files = tx.tables.files
    for name in sorted(_files_of(order)):
        there = sa.select(files.c.sha256).where(files.c.sha256 == name)
        if tx.connection.execute(there).first() is None:
            yield _different(order.id, None, "files", name, "nothing")


def _files_of(order: Order) -> set[str]:
    found: set[str] = set()
    for service in order.services:
        if service.information is not None:
            found.update(service.information.sample_pictures)
        for visit in service.visits:
            for version in () if visit.report is None else visit.report.versions:
                found.update(item.sha256 for item in version.evidence)
    return found


def _verify_files(tx: Transaction) -> Iterator[Difference]:
    """Check every file against its hash, one at a time."""
    files = tx.tables.files
    for name in list(tx.connection.execute(sa.select(files.c.sha256)).scalars()):
        if not _is_text(name):
            yield _different(name, None, "files.sha256", "a hash", name)
            continue
        row = tx.connection.execute(_raw(files).where(files.c.sha256 == name)).first()
        if row is None:
            # A damaged index names a row that the table does not find.
            yield _different(name, None, "files", "the file of this hash", "nothing")
            continue
        content = row.content if isinstance(row.content, bytes) else b""
        if digest(content) != name:
            yield _different(name, None, "files.content", name, digest(content))
        if row.size != len(content):
            yield _different(name, None, "files.size", len(content), row.size)
