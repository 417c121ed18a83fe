"""Many orders at once: whole batches, resumed after a crash, on both databases."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from pmkit.core.errors import (
    ConflictError,
    DocumentError,
    InputError,
    MoneyError,
    NotAllowedError,
    ShipDateError,
)
from pmkit.core.order import FixedShipDate
from pmkit.core.parties import Actor, Role
from pmkit.sandbox import World
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.document import read_order_document
from pmkit.shell.store import Store, verify

OPERATOR = Actor(role=Role.OPERATOR, party="Market", name="Kim")
ORDER = {
    "buyer": "Nordwind GmbH",
    "supplier": "Ningbo Hexing",
    "currency": "USD",
    "initial": {"amount": "3600.00", "currency": "USD"},
    "balance": {"amount": "8400.00", "currency": "USD"},
    "ship": {"date": "2026-03-20"},
    "lines": [{"product": "灯", "quantity": 5000}, {"product": "lamp", "quantity": 1}],
}
KILLED = """
import os, signal, sys
from pmkit.core.parties import Actor, Role
from pmkit.shell.desk import Desk

def lines():
    for number, line in enumerate(open(sys.argv[1], "rb")):
        if number == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        yield line

operator = Actor(role=Role.OPERATOR, party="Market", name="Kim")
Desk.open(sys.argv[2]).open_orders(lines(), actor=operator, batch=3, key_prefix="i/")
"""


def line(number, **changed):
    """Write one document."""
    return json.dumps({"id": f"TA-{number}", **ORDER, **changed})


def lines(count):
    """Write so many documents."""
    return [line(number) for number in range(1, count + 1)]


def names(count):
    """Name the orders of so many documents, as they are listed."""
    return tuple(sorted(f"TA-{number}" for number in range(1, count + 1)))


def one_by_one(desk, text, key=None):
    """Open the order of a document by itself."""
    document = read_order_document(text)
    ship = document.ship
    return desk.open_order(
        document.id,
        actor=OPERATOR,
        buyer=document.buyer,
        supplier=document.supplier,
        lines=document.lines,
        initial=document.initial,
        balance=document.balance,
        ship=ship.day if isinstance(ship, FixedShipDate) else ship,
        key=key,
    )


def rows(store):
    """Give every row of every table, sorted."""
    found = {}
    with store.engine.connect() as connection:
        for name, table in store.tables.metadata.tables.items():
            there = connection.execute(sa.select(table)).all()
            found[name] = sorted(map(str, there))
    return found


@pytest.fixture(
    name="store",
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.enable_socket),
    ],
)
def _store(request, tmp_path):
    """An empty store, on each kind of database."""
    if request.param == "sqlite":
        place = tmp_path / "orders.db"
    else:
        place = request.getfixturevalue("database")
    with Store.open(place) as opened:
        yield opened


@pytest.fixture(name="clock")
def _clock():
    """A clock at the beginning of 2026."""
    return SetClock(World("2026-01-05T09:00+08:00").now())


@pytest.fixture(name="desk")
def _desk(store, clock):
    """A desk on the store."""
    return Desk(store, clock=clock)


class TestRows:
    """What a batch writes."""

    def test_are_those_of_orders_opened_one_by_one(self, desk, clock):
        """Orders, events, timers and keys are the same, byte for byte."""
        texts = [*lines(4), line(5, ship={"days": 30, "after": "balance"})]
        desk.open_orders(texts, actor=OPERATOR, batch=2, key_prefix="i/")
        with Desk.open(clock=clock) as alone:
            for text in texts:
                one_by_one(alone, text, key=f"i/{json.loads(text)['id']}")
            expected = rows(alone.store)

        assert 5 == len(expected["commands"])
        assert expected == rows(desk.store)
        assert [] == verify(desk.store)

    def test_go_on_as_any_order(self, desk):
        """An order of a batch can be placed."""
        desk.open_orders(lines(2), actor=OPERATOR)
        buyer = Actor(role=Role.BUYER, party="Nordwind GmbH")

        assert 2 == desk.place_order("TA-2", actor=buyer).seq
        assert [] == verify(desk.store)

    def test_documents_can_be_records(self, desk):
        """A document that was read already counts as one that is a text."""
        texts = lines(3)
        given = [texts[0], read_order_document(texts[1]), texts[2].encode()]
        done = desk.open_orders(given, actor=OPERATOR)

        assert (3, 0, 1) == (done.opened, done.repeated, done.batches)
        assert names(3) == desk.orders()

    def test_no_more_than_a_batch_is_held(self, desk):
        """A document is asked for when all batches before it are written."""
        ahead = []

        def given():
            for number, text in enumerate(lines(10)):
                ahead.append(number - len(desk.orders()))
                yield text

        desk.open_orders(given(), actor=OPERATOR, batch=4)

        assert [0, 1, 2, 3, 0, 1, 2, 3, 0, 1] == ahead

    def test_nothing_to_open(self, desk):
        """Without documents nothing is written."""
        done = desk.open_orders(["", b" \n"], actor=OPERATOR)

        assert (0, 0, 0) == (done.opened, done.repeated, done.batches)


class TestBadLine:
    """A document that is wrong."""

    @pytest.mark.parametrize(
        ("bad", "kind", "said"),
        [
            ("{", DocumentError, "line 6: Column 2: "),
            (
                line(6, buyer=""),
                InputError,
                "line 6: buyer: '' is not a text with something in it. ",
            ),
            (line(6, lines=[{"product": "x"}]), DocumentError, "line 6: lines[0].quan"),
            (
                line(6, initial={"amount": 5, "currency": "USD"}),
                MoneyError,
                "line 6: init",
            ),
            (
                line(6, ship={"date": "2026-01-04"}),
                ShipDateError,
                "line 6: ship_date: The ship date 2026-01-04 has passed; ",
            ),
            (line(1), InputError, "line 6: order_id: There is an order 'TA-1' alread"),
            (line(5), InputError, "line 6: order_id: There is an order 'TA-5' alread"),
            (7, InputError, "line 6: int is no document of an order."),
        ],
    )
    def test_is_named_and_its_batch_is_not_there(self, desk, bad, kind, said):
        """Nothing of its batch is written; what was written before stays."""
        given = [*lines(5), bad, line(7)]
        with pytest.raises(kind) as caught:
            desk.open_orders(given, actor=OPERATOR, batch=2)

        assert str(caught.value).startswith(said)
        assert str(caught.value).endswith("The lines up to 4 are in.")
        assert names(4) == desk.orders()
        assert [] == verify(desk.store)

    def test_is_counted_with_the_empty_ones(self, desk):
        """The number is that of the line in the file."""
        with pytest.raises(DocumentError) as caught:
            desk.open_orders([line(1), "", "[]"], actor=OPERATOR)

        assert "line 3" == caught.value.field
        assert () == desk.orders()

    def test_a_value_of_another_type_in_a_record(self, desk):
        """What could not be read back is not written, as with `open_order`."""
        document = read_order_document(line(1))
        object.__setattr__(document.lines[0], "unit", 5)
        with pytest.raises(InputError, match="line 1: "):
            desk.open_orders([document], actor=OPERATOR)

        assert () == desk.orders()

    @pytest.mark.parametrize("batch", [0, 1001, True, "200", None, 2.0])
    def test_a_batch_that_is_none(self, desk, batch):
        """Each batch has from 1 to 1,000 orders."""
        with pytest.raises(InputError, match="batch: "):
            desk.open_orders(lines(1), actor=OPERATOR, batch=batch)

    @pytest.mark.parametrize(
        "actor", [None, "operator", Actor(role=Role.OPERATOR, party=5)]
    )
    def test_nobody(self, desk, actor):
        """Who opens orders is an actor that can be written down."""
        with pytest.raises(InputError, match="actor: "):
            desk.open_orders(lines(1), actor=actor)

    def test_somebody_else(self, desk):
        """A company opens its own orders, also many."""
        buyer = Actor(role=Role.BUYER, party="Nordwind GmbH")
        given = [line(1), line(2, buyer="Somebody Else")]
        with pytest.raises(NotAllowedError):
            desk.open_orders(given, actor=buyer)

        assert () == desk.orders()


class TestAgain:
    """The same documents again, with the same keys."""

    def test_what_is_there_is_passed_over(self, desk):
        """Only what is new is opened."""
        desk.open_orders(lines(3), actor=OPERATOR, key_prefix="i/")
        done = desk.open_orders(lines(5), actor=OPERATOR, batch=2, key_prefix="i/")

        assert (2, 3, 3) == (done.opened, done.repeated, done.batches)
        assert names(5) == desk.orders()

    def test_twice_in_one_file(self, desk):
        """The same line twice opens one order."""
        given = [line(1), line(1), line(2)]
        done = desk.open_orders(given, actor=OPERATOR, key_prefix="i/")

        assert (2, 1) == (done.opened, done.repeated)

    def test_other_content(self, desk):
        """A changed document is told with its line; nothing changes."""
        desk.open_orders(lines(3), actor=OPERATOR, key_prefix="i/")
        before = rows(desk.store)
        given = [line(4), line(2, buyer="Somebody Else")]
        with pytest.raises(ConflictError) as caught:
            desk.open_orders(given, actor=OPERATOR, key_prefix="i/")

        assert "line 2: key" == caught.value.field
        assert before == rows(desk.store)

    def test_after_the_ship_date(self, desk, clock):
        """What was opened in time stays opened, and is no error later."""
        desk.open_orders(lines(2), actor=OPERATOR, key_prefix="i/")
        clock.set(World("2026-06-01T09:00+08:00").now())
        done = desk.open_orders(lines(2), actor=OPERATOR, key_prefix="i/")

        assert (0, 2) == (done.opened, done.repeated)

    def test_keys_are_those_of_open_order(self, desk):
        """An order that was opened by itself with the same key is a repeat."""
        one_by_one(desk, line(1), key="i/TA-1")
        done = desk.open_orders(lines(2), actor=OPERATOR, key_prefix="i/")
        again = one_by_one(desk, line(2), key="i/TA-2")

        assert (1, 1) == (done.opened, done.repeated)
        assert 1 == again.seq

    def test_after_an_interrupt(self, desk):
        """What was interrupted goes on where it stood, and ends the same."""

        def given():
            yield from lines(7)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            desk.open_orders(given(), actor=OPERATOR, batch=3, key_prefix="i/")
        there = desk.orders()
        done = desk.open_orders(lines(9), actor=OPERATOR, batch=3, key_prefix="i/")

        assert names(6) == there
        assert (3, 6) == (done.opened, done.repeated)
        assert names(9) == desk.orders()
        assert [] == verify(desk.store)

    def test_after_kill_9(self, desk, tmp_path):
        """A process that was killed leaves whole batches, and the next one goes on."""
        file = tmp_path / "orders.jsonl"
        late = [line(n, ship={"days": 30, "after": "initial"}) for n in range(1, 10)]
        file.write_text("\n".join(late), encoding="utf-8")
        url = desk.store.engine.url.render_as_string(hide_password=False)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(file), url],
            check=False,
            env=os.environ | {"PYTHONPATH": str(pathlib.Path("src").absolute())},
        )
        there = desk.orders()
        with file.open("rb") as again:
            done = desk.open_orders(again, actor=OPERATOR, batch=3, key_prefix="i/")

        assert -signal.SIGKILL == killed.returncode
        assert names(6) == there
        assert (3, 6) == (done.opened, done.repeated)
        assert [] == verify(desk.store)

    def test_two_at_once(self, desk):
        """Two that import the same file open each order once."""
        found = []

        def run():
            done = desk.open_orders(lines(60), actor=OPERATOR, batch=5, key_prefix="i/")
            found.append((done.opened, done.repeated))

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert 60 == sum(opened for opened, _ in found)
        assert 60 == sum(repeated for _, repeated in found)
        assert [] == verify(desk.store)
