"""The store keeps all of a command or nothing, and shows what was tampered with."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import sqlite3
import subprocess
import sys
import threading

import attrs
import pytest
import sqlalchemy as sa

from pmkit.core import events
from pmkit.core.effects import Effect, EffectKind
from pmkit.core.errors import (
    ConflictError,
    CorruptStoreError,
    ForeignStoreError,
    InputError,
    NaiveTimeError,
    NewerStoreError,
    NotFoundError,
    StaleWriteError,
    StoreError,
)
from pmkit.core.events.base import OrderOpened
from pmkit.core.events.ordering import GoodsShipped, OrderPlaced, ShipDateMoved
from pmkit.core.money import Money
from pmkit.core.order import FixedShipDate, Order, OrderLine
from pmkit.core.parties import Actor, Role
from pmkit.core.ports import Notice
from pmkit.core.terms import TERMS_2026_01
from pmkit.shell.store import EffectState, Store, verify
from pmkit.shell.store.chain import GENESIS, digest, event_hash
from pmkit.shell.store.engines import sqlite_engine
from pmkit.shell.store.opening import prepare, upgrade
from pmkit.shell.store.schema import APPLICATION_ID, HEAD, tables
from pmkit.shell.wire import decode

AT = dt.datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=dt.UTC)
BUYER = Actor(role=Role.BUYER, party="Nordwind GmbH")


def opened(order_id="TA-1"):
    order = Order(
        id=order_id,
        buyer="Nordwind GmbH",
        supplier="Ningbo Hexing",
        lines=(OrderLine(product="lamp", quantity=5000),),
        currency="USD",
        initial=Money.of("3600", "USD"),
        balance=Money.of("8400", "USD"),
        ship=FixedShipDate(day=dt.date(2026, 3, 20)),
        terms=TERMS_2026_01,
        opened_at=AT,
    )
    return events.opened(OrderOpened(at=AT, by=BUYER, order=order))


def moved(order, day):
    """Decide that the ship date moves to a day of March."""
    date = dt.date(2026, 3, day)
    ship = FixedShipDate(day=date)
    return events.happened(order, ShipDateMoved(at=AT, by=BUYER, ship=ship, day=date))


def fill(store, order_id="TA-1"):
    """Store an order with a history of four events."""
    with store.transaction() as tx:
        first = opened(order_id)
        tx.add_order(first.order, first.events, AT)
        more = events.happened(
            first.order,
            OrderPlaced(at=AT, by=BUYER),
            ShipDateMoved(
                at=AT + dt.timedelta(hours=1),
                by=BUYER,
                ship=FixedShipDate(day=dt.date(2026, 3, 25)),
                day=dt.date(2026, 3, 25),
            ),
            GoodsShipped(at=AT + dt.timedelta(hours=2), by=BUYER),
        )
        tx.save(first.order, more.order, more.events, AT)
    return more.order


@pytest.fixture
def store():
    with Store.memory() as opened_store:
        yield opened_store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "pm.db"


def write_and_break_off(store):
    """Write an order, a file and an answer, and be interrupted before the commit."""
    with store.transaction() as tx:
        first = opened()
        tx.add_order(first.order, first.events, AT)
        tx.put_file(b"photo", "image/jpeg", AT)
        tx.remember("s", "k", "d", "TA-1", {}, AT)
        raise KeyboardInterrupt


class TestOrders:
    """What is saved is what is loaded."""

    def test_round_trip(self, store):
        """An order and its history come back equal."""
        order = fill(store)

        with store.snapshot() as tx:
            assert order == tx.load("TA-1")
            history = tx.history("TA-1")
        assert [r.seq for r in history] == [1, 2, 3, 4]
        assert order == events.fold(r.event for r in history)

    def test_absent(self, store):
        """An order that is not there is nothing."""
        with store.snapshot() as tx:
            assert tx.load("TA-1") is None
            assert tx.history("TA-1") == []

    def test_twice(self, store):
        """An id is given once."""
        fill(store)

        first = opened()
        with pytest.raises(ConflictError), store.transaction() as tx:
            tx.add_order(first.order, first.events, AT)

    def test_stale(self, store):
        """Who decided on an older state writes nothing."""
        first = opened()
        with store.transaction() as tx:
            tx.add_order(first.order, first.events, AT)
            won = moved(first.order, 21)
            tx.save(first.order, won.order, won.events, AT)
        lost = moved(first.order, 22)
        with pytest.raises(StaleWriteError), store.transaction() as tx:
            tx.save(first.order, lost.order, lost.events, AT)

        with store.snapshot() as tx:
            assert won.order == tx.load("TA-1")
            assert len(tx.history("TA-1")) == 2

    def test_missing_order_is_stale(self, store):
        """What was never added cannot be saved."""
        first = opened()
        lost = moved(first.order, 22)
        with pytest.raises(StaleWriteError), store.transaction() as tx:
            tx.save(first.order, lost.order, lost.events, AT)

    def test_events_and_order_fit(self, store):
        """An order whose number does not fit its events is refused."""
        first = opened()
        with pytest.raises(StaleWriteError), store.transaction() as tx:
            tx.add_order(attrs.evolve(first.order, seq=5), first.events, AT)

    def test_nothing_happened(self, store):
        """A command without events writes nothing."""
        order = fill(store)
        with store.transaction() as tx:
            tx.save(order, order, (), AT)

        assert verify(store) == []

    def test_an_exception_leaves_nothing(self, store):
        """A transaction that raises is undone whole, also for an interrupt."""
        with pytest.raises(KeyboardInterrupt):
            write_and_break_off(store)

        with store.snapshot() as tx:
            assert tx.load("TA-1") is None
            assert tx.recall("s", "k") is None
            with pytest.raises(NotFoundError):
                tx.get_file(digest(b"photo"))

    def test_list(self, store):
        """Orders are listed by id, filtered and in pages."""
        for order_id in ("c", "a", "b"):
            fill(store, order_id)

        with store.snapshot() as tx:
            assert [r.order_id for r in tx.list_orders()] == ["a", "b", "c"]
            assert [r.order_id for r in tx.list_orders(after="a", limit=1)] == ["b"]
            assert tx.list_orders(stage="draft") == []
            assert len(tx.list_orders(buyer="Nordwind GmbH", supplier="x")) == 0
            assert AT == tx.list_orders()[0].updated_at
            assert tx.list_orders()[0].stage == "shipped"

    def test_settled_ones_do_not_move(self, store):
        """An order to which nothing can happen any more is not come back to."""
        for order_id in ("c", "a", "b"):
            fill(store, order_id)
        with store.transaction() as tx:
            orders = tx.tables.orders
            open_ = sa.update(orders).where(orders.c.id != "b").values(settled=0)
            tx.connection.execute(open_)
            tx.connection.execute(
                sa.update(orders).where(orders.c.id == "b").values(settled=1)
            )

        with store.snapshot() as tx:
            assert ["a", "c"] == tx.moving_orders()

    def test_half_characters_are_refused(self, store):
        """An id that is no Unicode is bad input, not a crash."""
        with pytest.raises(InputError), store.transaction() as tx:
            tx.load("\ud800")

    def test_naive_instant(self, store):
        """An instant without a zone is not stored."""
        first = opened()
        with pytest.raises(NaiveTimeError), store.transaction() as tx:
            tx.add_order(first.order, first.events, AT.replace(tzinfo=None))

    def test_version_is_checked(self, store):
        """A state of another version than its row is not believed."""
        fill(store)
        with store.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE orders SET version = 3")

        with pytest.raises(CorruptStoreError), store.snapshot() as tx:
            tx.load("TA-1")


class TestChain:
    """The hash by hand."""

    def test_by_hand(self):
        """It is the SHA-256 of the canonical JSON of event, order, prev and seq."""
        body = '{"event":"order-placed"}'
        text = (
            '{"event":{"event":"order-placed"},"order":"TA-1",'
            '"prev":"' + "0" * 64 + '","seq":1}'
        )

        assert digest(text.encode()) == event_hash(
            order_id="TA-1", seq=1, body=body, prev=GENESIS
        )


class TestKeys:
    """Idempotency keys."""

    def test_recall(self, store):
        """An answer is found under its scope and key only."""
        with store.transaction() as tx:
            tx.remember("buyer:a", "k1", "digest", "TA-1", {"seq": 2}, AT)

        with store.snapshot() as tx:
            found = tx.recall("buyer:a", "k1")
            assert found.digest == "digest"
            assert {"seq": 2} == found.answer
            assert found.order_id == "TA-1"
            assert tx.recall("buyer:b", "k1") is None
            assert tx.recall("buyer:a", "k2") is None

    def test_once(self, store):
        """A key is used once."""
        with store.transaction() as tx:
            tx.remember("s", "k", "d", "TA-1", None, AT)
        with pytest.raises(ConflictError), store.transaction() as tx:
            tx.remember("s", "k", "d", "TA-1", None, AT)


def effect(name):
    return Effect(
        operation_id=name,
        kind=EffectKind.CHARGE,
        plugin="card",
        subject="pay_1",
        instrument="tok_secret",
    )


class TestEffects:
    """Calls to plugins."""

    def test_come_in_order(self, store):
        """Calls are due in the order in which they were decided."""
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("z"), effect("a")], AT)
            tx.add_effects("TA-2", 1, [effect("m")], AT)

        with store.snapshot() as tx:
            due = tx.due_effects()
            assert [r.effect.operation_id for r in due] == ["z", "a", "m"]
            assert effect("z") == due[0].effect
            assert EffectState.RESERVED is due[0].state
            assert [r.order_id for r in tx.due_effects(order_id="TA-2")] == ["TA-2"]
            assert len(tx.due_effects(limit=1)) == 1

    @pytest.mark.parametrize(
        ("state", "due"),
        [
            ("reserved", 1),
            ("submitting", 1),
            ("pending", 0),
            ("succeeded", 0),
            ("rejected", 0),
            ("unknown", 1),
        ],
    )
    def test_due_by_state(self, store, state, due):
        """A call is due until its outcome is known or promised."""
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("a")], AT)
            tx.set_effect_state("a", state, at=AT)

            assert due == len(tx.due_effects())

    @pytest.mark.parametrize(
        ("state", "kept"), [("unknown", "tok_secret"), ("succeeded", "")]
    )
    def test_forget_what_was_paid_with(self, store, state, kept):
        """A card token is kept while the charge may be made again, no longer."""
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("a")], AT)
            tx.set_effect_state("a", state, at=AT)

        with store.snapshot() as tx:
            (row,) = tx.due_effects(states=[EffectState(state)])
            assert kept == row.effect.instrument

    def test_attempts(self, store):
        """Each sending counts."""
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("a")], AT)
            tx.set_effect_state("a", "submitting", at=AT)
            tx.set_effect_state("a", "unknown", at=AT, result="TimeoutError")
            tx.set_effect_state("a", "submitting", at=AT)

            assert tx.due_effects()[0].attempts == 2

    def test_refuses(self, store):
        """An unknown call, an unknown state and a state that is past are refused."""
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("a")], AT)
            with pytest.raises(NotFoundError):
                tx.set_effect_state("b", "unknown", at=AT)
            with pytest.raises(InputError):
                tx.set_effect_state("a", "lost", at=AT)
            with pytest.raises(StaleWriteError):
                tx.set_effect_state("a", "pending", at=AT, was={EffectState.SUBMITTING})

    def test_the_engine_shows_no_values(self, store):
        """Also an error that SQLAlchemy writes by itself holds no token."""
        with store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("a")], AT)
            with pytest.raises(sa.exc.IntegrityError) as caught:
                tx.add_effects("TA-1", 3, [effect("a")], AT)

        assert "tok_secret" not in str(caught.value)

    def test_an_id_is_used_once(self, store):
        """The same operation twice is refused, and the error shows no token."""
        with pytest.raises(StoreError) as caught, store.transaction() as tx:
            tx.add_effects("TA-1", 3, [effect("a"), effect("a")], AT)

        assert "tok_secret" not in str(caught.value)
        assert caught.value.__cause__ is None
        with store.snapshot() as tx:
            assert tx.due_effects() == []


def notice(name):
    return Notice(
        id=name,
        order_id="TA-1",
        to=Role.BUYER,
        party="Nordwind GmbH",
        at=AT,
        subject="Task received",
        text="Please send pictures.",
    )


class TestOutboxAndInbox:
    """Messages out and in."""

    def test_notices(self, store):
        """Notices keep the order in which they were noted, and are not sent yet."""
        with store.transaction() as tx:
            tx.add_notices([notice("b"), notice("a")], AT)
            outbox = tx.tables.outbox
            asked = sa.select(outbox.c.notice, outbox.c.sent_at)
            rows = tx.connection.execute(asked.order_by(outbox.c.number)).all()

        assert [(notice("b"), None), (notice("a"), None)] == [
            (decode(json.loads(row.notice), Notice), row.sent_at) for row in rows
        ]

    def test_news_counts_once(self, store):
        """A message is new once per provider and account."""
        with store.transaction() as tx:
            new = [
                tx.inbox_add(provider, account, "e1", digest="d", order_id=None, at=AT)
                for provider, account in [("p", ""), ("p", ""), ("q", ""), ("p", "x")]
            ]

            assert [True, False, True, True] == new
            assert tx.inbox_seen("p", "", "e1")
            assert not tx.inbox_seen("p", "", "e2")
            assert [] == tx.inbox_waiting()

    def test_a_message_waits_until_it_is_applied(self, store):
        """What came with its body waits, byte by byte, until it was applied."""
        given = {"digest": "d", "order_id": None, "at": AT}
        kept = {"body": b"\x00{}", "headers": {"X-Sign": "v1"}, "scheme": "plain"}
        with store.transaction() as tx:
            assert tx.inbox_add("p", "", "e1", **given, **kept)
            assert not tx.inbox_add("p", "", "e1", **given, **kept)
            (row,) = tx.inbox_waiting()
            tx.inbox_applied("p", "", "e1", at=AT, order_id="TA-1")

            assert (b"\x00{}", {"X-Sign": "v1"}, "plain") == (
                row.body,
                row.headers,
                row.scheme,
            )
            assert [] == tx.inbox_waiting()
            assert tx.inbox_seen("p", "", "e1")

    def test_a_message_that_fails_holds_up_no_other(self, store):
        """What failed most often comes last, and can be left out."""
        with store.transaction() as tx:
            for name in ("e1", "e2"):
                tx.inbox_add(
                    "p", "", name, digest="d", order_id=None, at=AT, body=b"{}"
                )
            tx.inbox_failed("p", "", "e1", error="NotFoundError")
            found = [(r.event_id, r.attempts, r.error) for r in tx.inbox_waiting()]

            assert [("e2", 0, ""), ("e1", 1, "NotFoundError")] == found
            assert ["e2"] == [r.event_id for r in tx.inbox_waiting(5, attempts_below=1)]
            assert ["e2"] == [r.event_id for r in tx.inbox_waiting(1)]

    def test_only_what_was_kept_can_be_applied(self, store):
        """A message that was never kept is named."""
        with store.transaction() as tx:
            with pytest.raises(NotFoundError):
                tx.inbox_applied("p", "", "e1", at=AT)
            with pytest.raises(NotFoundError):
                tx.inbox_failed("p", "", "e1", error="Boom")


class TestFiles:
    """Bytes under the hash of their content."""

    def test_round_trip(self, store):
        """The name is the SHA-256, and twice is once."""
        with store.transaction() as tx:
            name = tx.put_file(b"abc", "image/jpeg", AT)

            assert name == tx.put_file(b"abc", "image/png", AT)
            assert name.startswith("ba7816bf8f01cfea")
            assert tx.get_file(name) == b"abc"

    def test_changed_bytes_are_not_given(self, store):
        """Bytes that are not those of their name are an error without the bytes."""
        with store.transaction() as tx:
            name = tx.put_file(b"abc", "image/jpeg", AT)
            tx.connection.exec_driver_sql("UPDATE files SET content = x'736563726574'")
            with pytest.raises(CorruptStoreError) as caught:
                tx.get_file(name)

        assert "secret" not in str(caught.value)


TAMPERING = {
    "edit a body": "UPDATE events SET body = replace(body, '03-25', '03-26')",
    "reformat a body": "UPDATE events SET body = body || ' ' WHERE seq = 3",
    "a body that is no JSON": "UPDATE events SET body = 'x' WHERE seq = 2",
    "a body that is no text": "UPDATE events SET body = x'ff00' WHERE seq = 2",
    "a body that is no Unicode": (
        "UPDATE events SET body = CAST(x'ff7b' AS TEXT) WHERE seq = 2"
    ),
    "another event in it": (
        "UPDATE events SET body = replace(body, 'order-placed', 'goods-shipped')"
    ),
    "drop the first": "DELETE FROM events WHERE seq = 1",
    "drop one between": "DELETE FROM events WHERE seq = 2",
    "drop the last": "DELETE FROM events WHERE seq = 4",
    "drop all": "DELETE FROM events",
    "drop the order": "DELETE FROM orders",
    "insert at the end": (
        "INSERT INTO events SELECT order_id, 5, at, name, by_role, by_party, body,"
        " hash, hash FROM events WHERE seq = 4"
    ),
    "swap two": (
        "UPDATE events SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END"
        " WHERE seq IN (2, 3); UPDATE events SET seq = -seq WHERE seq < 0"
    ),
    "leave a gap": "UPDATE events SET seq = 9 WHERE seq = 4",
    "a number that is a text": "UPDATE events SET seq = 'x' WHERE seq = 4",
    "another hash": "UPDATE events SET hash = 'x' WHERE seq = 2",
    "another hash before": "UPDATE events SET prev_hash = 'x' WHERE seq = 2",
    "another instant": "UPDATE events SET at = at + 1 WHERE seq = 2",
    "an instant that is a text": "UPDATE events SET at = 'noon' WHERE seq = 2",
    "another name": "UPDATE events SET name = 'goods-shipped' WHERE seq = 2",
    "another role": "UPDATE events SET by_role = 'operator' WHERE seq = 2",
    "another party": "UPDATE events SET by_party = 'x' WHERE seq = 2",
    "another version": "UPDATE orders SET version = 5",
    "another head": "UPDATE orders SET head_hash = 'x'",
    "another stage": "UPDATE orders SET stage = 'draft'",
    "another buyer": "UPDATE orders SET buyer = 'x'",
    "another supplier": "UPDATE orders SET supplier = 'x'",
    "edit the state": "UPDATE orders SET state = replace(state, '8400', '8401')",
    "reformat the state": "UPDATE orders SET state = state || ' '",
    "a state that is no JSON": "UPDATE orders SET state = ''",
    "another id": (
        "UPDATE orders SET id = 'TA-2'; UPDATE events SET order_id = 'TA-2'"
    ),
    "an id that is no text": "UPDATE orders SET id = x'ff'",
    "other bytes": "UPDATE files SET content = x'00'",
    "another name of bytes": "UPDATE files SET sha256 = 'x'",
    "another size": "UPDATE files SET size = 5",
}


class TestVerify:
    """Whatever is changed behind the store's back is shown."""

    def test_untouched(self, store):
        """A store that nobody touched has no differences."""
        fill(store)
        fill(store, "TA-2")

        assert verify(store) == []
        assert verify(store, "TA-1") == []

    @pytest.mark.parametrize("how", TAMPERING)
    def test_tampering(self, path, how):
        """This change is found, and reported instead of raised."""
        with Store.open(path) as store:
            fill(store)
            with store.transaction() as tx:
                tx.put_file(b"abc", "image/jpeg", AT)
        with sqlite3.connect(path) as outside:
            outside.executescript(TAMPERING[how])
        outside.close()

        with Store.open(path, must_exist=True) as store:
            assert verify(store)

    def test_an_edit_that_fits_everything_else(self, store):
        """A body edited together with its column is betrayed by its hash alone."""
        fill(store)
        with store.transaction() as tx:
            tx.connection.exec_driver_sql(
                "UPDATE events SET by_party = 'x',"
                " body = replace(body, 'Nordwind GmbH', 'x') WHERE seq = 2"
            )

        assert [(2, "events.hash")] == [(d.seq, d.what) for d in verify(store)]

    def test_names_the_place(self, store):
        """A difference says where, what was expected and what was found."""
        fill(store)
        with store.transaction() as tx:
            tx.connection.exec_driver_sql(TAMPERING["edit the state"])

        (difference,) = verify(store)

        assert difference.order_id == "TA-1"
        assert difference.what == "orders.state.balance.amount"
        assert difference.expected == "8400.00"
        assert difference.found == "8401.00"

    def test_one_order(self, store):
        """Asked about one order, it speaks of that one."""
        fill(store)
        fill(store, "TA-2")
        with store.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE orders SET stage='x' WHERE id='TA-2'")

        assert verify(store, "TA-1") == []
        assert [d.what for d in verify(store, "TA-2")] == ["orders.stage"]
        with pytest.raises(NotFoundError):
            verify(store, "TA-3")

    def test_a_link_that_was_made_anew_is_still_seen(self, store):
        """An event with a fresh hash of its own does not fit the one after it."""
        fill(store)
        with store.transaction() as tx:
            row = tx.history("TA-1")[1]
            body = '{"at":"2026-01-06T00:00:00Z","by":{"party":"x","role":"buyer"}'
            body += ',"event":"order-placed"}'
            fresh = event_hash(order_id="TA-1", seq=2, body=body, prev=row.prev_hash)
            events_table = tx.tables.events
            tx.connection.execute(
                sa.update(events_table).where(events_table.c.seq == 2),
                {"body": body, "hash": fresh},
            )

        assert (3, "events.prev_hash") in {(d.seq, d.what) for d in verify(store)}


class TestOpening:
    """What is believed to be a database of pmkit."""

    def test_new_and_again(self, path):
        """A new file is made; opened again it has what was written."""
        with Store.open(path) as store:
            order = fill(store)

        with Store.open(str(path), must_exist=True) as store, store.snapshot() as tx:
            assert order == tx.load("TA-1")

    def test_url(self, path):
        """A URL of SQLAlchemy names the file as well."""
        with Store.open(f"sqlite:///{path}") as store:
            fill(store)

        assert path.exists()

    @pytest.mark.parametrize(
        "url", ["mysql://u:geheim@h/d", "x://", "sqlite+z://", "u:geheim://"]
    )
    def test_other_url(self, url):
        """Another database is refused without showing a password."""
        with pytest.raises(StoreError) as caught:
            Store.open(url)

        assert "geheim" not in str(caught.value)

    def test_pragmas(self, path):
        """Each connection is durable and checks its keys; the file says whose it is."""
        with Store.open(path) as store, store.engine.connect() as connection:
            asked = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in (
                    "journal_mode",
                    "synchronous",
                    "foreign_keys",
                    "busy_timeout",
                    "application_id",
                )
            }

        assert asked == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 15000,
            "application_id": APPLICATION_ID,
        }

    def test_missing(self, path):
        """A file that must be there is not made."""
        with pytest.raises(StoreError, match="There is no file"):
            Store.open(path, must_exist=True)

        assert not path.exists()

    def test_no_folder(self, path):
        """A folder is not made either."""
        with pytest.raises(StoreError):
            Store.open(path / "deeper" / "pm.db")

    def test_a_folder(self, tmp_path):
        """A folder is no database."""
        with pytest.raises(StoreError, match="is a folder"):
            Store.open(tmp_path)

    def test_empty(self, path):
        """An empty file may become a database, but is none."""
        path.touch()

        with pytest.raises(CorruptStoreError):
            Store.open(path, must_exist=True)
        Store.open(path).close()

    def test_not_sqlite(self, path):
        """Another file is left as it was."""
        path.write_bytes(b"PK\x03\x04" + b"x" * 5000)

        with pytest.raises(ForeignStoreError):
            Store.open(path)

        assert path.read_bytes()[:4] == b"PK\x03\x04"

    @pytest.mark.parametrize("sql", ["CREATE TABLE x (y)", "PRAGMA application_id=5"])
    def test_foreign(self, path, sql):
        """The database of another program is left as it was, byte by byte."""
        with sqlite3.connect(path) as other:
            other.execute(sql)
        other.close()
        before = path.read_bytes()

        with pytest.raises(ForeignStoreError):
            Store.open(path)

        assert before == path.read_bytes()

    def test_foreign_with_migrations(self, path):
        """Another program may use alembic too, with the same revision even."""
        Store.open(path).close()
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA application_id=0")
        other.close()

        with pytest.raises(ForeignStoreError):
            Store.open(path)

    def test_somebody_was_faster(self, path):
        """Tables that another process made since the file was looked at are kept."""
        with Store.open(path) as store:
            order = fill(store)
            prepare(store.engine, store.tables, fresh=True)
            with store.snapshot() as tx:
                assert order == tx.load("TA-1")

    def test_another_prefix(self, path):
        """Tables under another prefix are not ours."""
        Store.open(path, prefix="pm_").close()

        with pytest.raises(ForeignStoreError):
            Store.open(path)

    @pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.9])
    def test_truncated(self, path, share):
        """A file that was cut off is refused."""
        with Store.open(path) as store:
            fill(store)
        whole = path.read_bytes()
        path.write_bytes(whole[: max(20, int(len(whole) * share))])

        with pytest.raises(CorruptStoreError, match="truncated"):
            Store.open(path)

    def test_damaged(self, path):
        """A file with rubbish in its pages is refused when it is read."""
        with Store.open(path) as store:
            fill(store)
        whole = bytearray(path.read_bytes())
        whole[4096:] = b"\xa5" * (len(whole) - 4096)
        path.write_bytes(whole)

        with pytest.raises(CorruptStoreError):
            Store.open(path)

    def test_newer(self, path):
        """A database of a later pmkit is refused, and left as it was."""
        Store.open(path).close()
        with sqlite3.connect(path) as later:
            later.execute("UPDATE alembic_version SET version_num = '9999'")
            later.execute("UPDATE meta SET value = '9998' WHERE name LIKE 'readable%'")
        later.close()

        with pytest.raises(NewerStoreError):
            Store.open(path)

    def test_no_revision(self, path):
        """A database that does not say its revision is refused."""
        Store.open(path).close()
        with sqlite3.connect(path) as broken:
            broken.execute("DELETE FROM alembic_version")
        broken.close()

        with pytest.raises(CorruptStoreError):
            Store.open(path)

    def test_odd_name(self, tmp_path):
        """A name with signs that mean something in a URL is just a name."""
        odd = tmp_path / "a b%20?#&.db"
        Store.open(odd).close()
        Store.open(odd, must_exist=True).close()

        assert odd.exists()

    def test_locked(self, path):
        """A lock that is never let go is an error that says what to do."""
        with Store.open(path) as store, sqlite3.connect(path) as other:
            with store.engine.connect() as connection:
                # The pool gives this connection to the transaction below.
                connection.exec_driver_sql("PRAGMA busy_timeout=10")
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="Another"), store.transaction():
                pass
            other.rollback()
        other.close()


def index(found):
    """Describe an index, and which rows it has."""
    options = {name: str(told) for name, told in found["dialect_options"].items()}
    return str(found | {"dialect_options": options})


def shape(connection):
    """Describe all tables and indexes, without how their SQL is laid out."""
    inspector = sa.inspect(connection)
    return {
        name: (
            [
                (c["name"], str(c["type"]), c["nullable"], c["primary_key"])
                for c in inspector.get_columns(name)
            ],
            sorted(map(index, inspector.get_indexes(name))),
            sorted(map(str, inspector.get_unique_constraints(name))),
            inspector.get_foreign_keys(name),
        )
        for name in inspector.get_table_names()
    }


class TestMigrations:
    """The tables made at once are those that the migrations make."""

    @pytest.mark.parametrize("prefix", ["", "pm_"])
    def test_same_tables(self, prefix):
        """From nothing, the migrations lead to exactly the tables of today."""
        migrated = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        with Store.memory(prefix=prefix) as store, migrated.begin() as connection:
            upgrade(connection, tables(prefix))
            with store.engine.connect() as made:
                assert shape(made) == shape(connection)
            version = sa.select(tables(prefix).revision.c.version_num)
            assert connection.execute(version).scalar() == HEAD
        migrated.dispose()

    def test_alembic_is_not_loaded_for_nothing(self, path):
        """Opening a new or current file does not cost the import of alembic."""
        script = (
            "import sys; from pmkit.shell.store import Store;"
            f"Store.open({str(path)!r}).close(); Store.open({str(path)!r}).close();"
            "print('alembic' in sys.modules)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, check=True, text=True
        )

        assert done.stdout.strip() == "False"


WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
import test_store
test_store.write_often(sys.argv[1], int(sys.argv[2]))
"""


def write_often(path, rounds):
    """Move the ship date so often, each time on what was loaded."""
    with Store.open(path) as store:
        for number in range(rounds):
            with store.transaction() as tx:
                order = tx.load("TA-1")
                outcome = moved(order, 1 + number % 30)
                tx.save(order, outcome.order, outcome.events, AT)


class TestRaces:
    """Two stores on one file never lose an update."""

    def test_threads(self, path):
        """Four threads, each with its own store: every one of 120 writes counts."""
        with Store.open(path) as store:
            fill(store)
        threads = [
            threading.Thread(target=write_often, args=(path, 30)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with Store.open(path) as store, store.snapshot() as tx:
            assert len(tx.history("TA-1")) == 4 + 4 * 30
        with Store.open(path) as store:
            assert verify(store) == []

    def test_threads_on_one_store(self, store):
        """Threads that share a store in memory wait for each other."""
        first = opened()
        with store.transaction() as tx:
            tx.add_order(first.order, first.events, AT)

        def work():
            for day in range(1, 21):
                with store.transaction() as tx:
                    order = tx.load("TA-1")
                    outcome = moved(order, day)
                    tx.save(order, outcome.order, outcome.events, AT)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with store.snapshot() as tx:
            assert tx.load("TA-1").seq == 1 + 3 * 20

    def test_processes(self, path):
        """Three processes: every one of 90 writes counts, and the chain holds."""
        with Store.open(path) as store:
            fill(store)
        here = str(pathlib.Path(__file__).parent)
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(path), "30", here])
            for _ in range(3)
        ]

        assert [0, 0, 0] == [writer.wait(timeout=120) for writer in writers]
        with Store.open(path) as store:
            assert verify(store) == []
            with store.snapshot() as tx:
                assert tx.load("TA-1").seq == 4 + 3 * 30

    def test_who_opens_first(self, path):
        """Processes that make the same new file at once all get it."""
        script = (
            f"from pmkit.shell.store import Store;Store.open({str(path)!r}).close()"
        )
        makers = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(4)]

        assert [0, 0, 0, 0] == [maker.wait(timeout=60) for maker in makers]

    def test_a_snapshot_does_not_wait(self, path):
        """Who only reads sees the last commit while somebody writes."""
        with Store.open(path) as writer, Store.open(path) as reader:
            order = fill(writer)
            with writer.transaction() as tx:
                outcome = moved(order, 30)
                tx.save(order, outcome.order, outcome.events, AT)
                with reader.snapshot() as seen:
                    assert order == seen.load("TA-1")


class TestBesideOthers:
    """A file that the application shares with pmkit."""

    def test_tables_of_the_application_stay(self, path):
        """The tables of pmkit are made beside those that are there already."""
        engine = sqlite_engine(sa.URL.create("sqlite", database=str(path)))
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE carts (id TEXT)"))
        with Store.on(engine, prefix="pm_") as store:
            fill(store)

            assert [] == verify(store)
        names = sa.inspect(engine).get_table_names()
        engine.dispose()

        assert {"carts", "pm_orders"} <= set(names)

    def test_a_table_of_the_same_name_is_another_program(self, path):
        """A table called orders that is not ours is left alone."""
        engine = sqlite_engine(sa.URL.create("sqlite", database=str(path)))
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE orders (id TEXT)"))
        with pytest.raises(ForeignStoreError):
            Store.on(engine)
        engine.dispose()
