"""What happens to a SQLite file while a journey goes on: refused, kept, and gone on."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.shell.counter import BUYER, OPEN, SUPPLIER
from tests.shell.faulty import (
    JOURNEY,
    AtStatements,
    Exhausted,
    Fault,
    Filler,
    Shop,
    as_nobody,
    drive,
    ended_well,
    open_folder,
    small_disk,
    told,
    words_of,
)

from pmkit.core.errors import (
    CorruptStoreError,
    ForeignStoreError,
    NewerStoreError,
    StoreError,
)
from pmkit.core.service import ServiceStage
from pmkit.shell.desk import Desk
from pmkit.shell.engine.local import LocalEngine
from pmkit.shell.engine.settings import WorkerSettings
from pmkit.shell.store import Store, verify
from pmkit.shell.store.engines import sqlite_engine
from pmkit.shell.store.schema import APPLICATION_ID, HEAD

if TYPE_CHECKING:
    import pathlib

#: Makes the tables those of another version, readable from some version on.
VERSION = (
    "UPDATE alembic_version SET version_num = '{}';"
    "UPDATE meta SET value = '{}' WHERE name = 'readable-from'"
)

MENDED = "UPDATE orders SET state = ? WHERE id = 'TA-1'"
BOUNDLESS = 1 << 30
SWIFT = WorkerSettings(
    lease=dt.timedelta(seconds=1),
    heartbeat=dt.timedelta(seconds=0.2),
    poll=dt.timedelta(seconds=0.05),
)
FULL = ("store", "The disk is full.", "Make room and try again.")
POOL = (
    "store",
    "All connections to the database are in use.",
    "Try again, or give the engine a larger pool.",
)
READ_ONLY = (
    "store",
    "The database cannot be written to.",
    "Check the rights of the file and its folder.",
)


@pytest.fixture(name="path")
def _path(tmp_path):
    """Name a file."""
    return tmp_path / "pm.db"


@pytest.fixture(name="undisturbed", scope="module")
def _undisturbed():
    """Give a journey to which nothing happened."""
    with Store.memory() as store:
        shop = Shop(store)
        shop.go()
        yield shop


class Capped(Fault):
    """The file may not grow: by so many small pages, and one less, at the step."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__()
        raw = sqlite3.connect(path, isolation_level=None)
        raw.execute("PRAGMA page_size=512")
        raw.execute("VACUUM")
        raw.close()
        self.store = Store.open(path)
        self.most = BOUNDLESS
        sa.event.listen(self.store.engine, "checkout", self._cap)

    def _cap(self, connection, *_) -> None:
        connection.execute(f"PRAGMA max_page_count={self.most}").close()

    def begin(self, number: int) -> None:
        """Leave room for so many pages less one."""
        with self.store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        self.most = pages + number - 1

    def end(self) -> None:
        """Leave room for all."""
        self.most = BOUNDLESS


class Switched(Fault):
    """All connections of an engine may only read, from the beginning of the step."""

    def __init__(self, engine) -> None:
        super().__init__()
        self.engine, self.on = engine, 0
        sa.event.listen(engine, "checkout", self._switch)

    def _switch(self, connection, *_) -> None:
        connection.execute(f"PRAGMA query_only={self.on}").close()

    def begin(self, number: int) -> None:
        """Switch it on, for the first attempt only."""
        self.on = int(number == 1)

    def end(self) -> None:
        """Switch it off."""
        self.on = 0


def raw(path, statement, *values):
    """Do something with the file, past all of pmkit."""
    opened = sqlite3.connect(path)
    opened.text_factory = bytes
    try:
        with opened:
            return opened.execute(statement, values).fetchall()
    finally:
        opened.close()


def raw_rows(path):
    """Read every row of every table as bytes, past all of pmkit."""
    names = [
        name.decode()
        for (name,) in raw(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    return {name: raw(path, f'SELECT * FROM "{name}" ORDER BY 1') for name in names}  # noqa: S608


def narrow(path):
    """Make an engine with one connection."""
    url = sa.URL.create("sqlite", database=str(path))
    return sqlite_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05)


def in_an_engine(desk):
    """Let an engine work until nothing is due."""
    return LocalEngine(desk, SWIFT).run(once=True)


def second(shop):
    """Have another order come as far as its payment; give its name."""
    shop.desk.open_order("TA-2", **OPEN)
    shop.desk.add_service("TA-2", actor=BUYER, provider="sandbox-agency")
    shop.desk.place_order("TA-2", actor=SUPPLIER)
    card = {"method": "sandbox-card", "instrument": "tok-captures"}
    shop.desk.pay("TA-2", actor=BUYER, **card)
    return "TA-2"


def assert_goes_on(path, shop, step):
    """Check that a step can be taken on a file, and happens once however often."""
    with Store.open(path) as store:
        again = Shop(store, world=shop.world)
        before = len(again.history())
        again.take(step)
        again.take(step)

        assert before + 1 == len(again.history())
        assert [] == verify(store)


def worked(shop, steps=400):
    """Let time pass until nothing is due any more; tell whether that came."""
    for _ in range(steps):
        metrics = shop.desk.metrics()
        if not (metrics.calls_open or metrics.notices_waiting):
            return True
        shop.world.advance(minutes=1)
        time.sleep(0.05)
    return False


class TestFullDisk:
    """There is no room for one page more."""

    def test_at_every_page_of_every_step(self, path, undisturbed):
        """Wherever the room ends, the step is refused whole, and then goes through."""
        capped = Capped(path)
        with capped.store as store:
            shop = Shop(store)
            refusals = drive(shop, capped)

            assert {FULL} == words_of(refusals)
            assert len(refusals) >= 40
            ended_well(shop, undisturbed)

    def test_a_disk_that_is_really_full_at_every_write(self, undisturbed):
        """The disk is found full at each write and each commit of each step, once."""
        with small_disk("16m") as folder, Store.open(folder / "pm.db") as store:
            shop, filler = Shop(store), Filler(folder)
            full = AtStatements(
                store.engine, filler.fill, filler.room, only=("INSERT", "UPDATE")
            )
            refusals = drive(shop, full)

            assert {FULL} == words_of(refusals)
            assert {step.name for step in JOURNEY} == {name for name, *_ in refusals}
            ended_well(shop, undisturbed)

    def test_a_new_file_on_a_full_disk(self):
        """No half of a database is left behind where there is no room for one."""
        with small_disk("16m") as folder:
            filler = Filler(folder)
            filler.fill()
            with pytest.raises(StoreError) as caught:
                Store.open(folder / "pm.db")
            filler.room()
            with Store.open(folder / "pm.db") as store:
                Shop(store).go()

                assert [] == verify(store)
            assert "store" == caught.value.code
            assert caught.value.remedy

    def test_a_worker_goes_on_when_there_is_room(self, undisturbed):
        """What a worker could not write down happens once, when there is room again."""
        with small_disk("16m") as folder, Store.open(folder / "pm.db") as store:
            shop, filler = Shop(store), Filler(folder)
            shop.until("work")
            filler.fill()
            engine = LocalEngine(shop.desk, SWIFT)
            with pytest.raises(StoreError):
                engine.run(once=True)
            filler.room()
            full, charge = threading.Event(), shop.world.card.charge

            def charge_and_fill(request):
                answer = charge(request)
                if not full.is_set():
                    filler.fill()
                    full.set()
                return answer

            shop.world.card.charge = charge_and_fill
            thread = threading.Thread(target=engine.run)
            thread.start()
            assert full.wait(20)
            time.sleep(0.5)
            filler.room()
            done = worked(shop)
            engine.stop()
            thread.join(30)
            shop.go(JOURNEY[5:])

            assert done
            ended_well(shop, undisturbed)


class TestReadOnly:
    """Nobody may write."""

    def test_a_file_that_may_only_be_read(self):
        """It is refused when it is opened, and opens when its rights are back."""
        with open_folder() as folder:
            path = folder / "pm.db"
            with Store.open(path) as store:
                shop = Shop(store)
                step = shop.until("place_order")
            kept = path.read_bytes()
            path.chmod(0o444)
            folder.chmod(0o555)
            with as_nobody(), pytest.raises(StoreError) as caught:
                Desk.open(path, panel=shop.world.companies)
            folder.chmod(0o755)
            path.chmod(0o644)

            assert READ_ONLY == told(caught.value)
            assert kept == path.read_bytes()
            with Store.open(path) as store:
                again = Shop(store, world=shop.world)
                again.take(step)
                again.take(step)

                assert 1 == again.happened("order-placed")
                assert [] == verify(store)

    def test_connections_that_may_only_read(self, path, undisturbed):
        """Every step is refused whole where its connection may not write."""
        with Store.open(path) as store:
            shop = Shop(store)
            refusals = drive(shop, Switched(store.engine))

            assert {READ_ONLY} == words_of(refusals)
            assert len(refusals) >= len(JOURNEY) - 1
            ended_well(shop, undisturbed)


class TestPool:
    """All connections are in use."""

    def test_one_connection_is_enough(self, path, undisturbed):
        """No step waits for a second connection while it holds the first."""
        with Store.on(narrow(path)) as store:
            shop = Shop(store)
            shop.go()

            ended_well(shop, undisturbed)
            store.engine.dispose()

    def test_every_step_with_an_exhausted_pool(self, path, undisturbed):
        """It is refused after a bounded wait, and done when a connection is free."""
        with Store.on(narrow(path)) as store:
            shop = Shop(store)
            refusals = drive(shop, Exhausted(store.engine))

            assert {POOL} == words_of(refusals)
            assert {step.name for step in JOURNEY} == {name for name, *_ in refusals}
            ended_well(shop, undisturbed)
            store.engine.dispose()


class TestDamage:
    """Rows and files that cannot be read."""

    @pytest.mark.parametrize(
        "damage",
        [
            "substr(state, 1, 40)",
            "CAST(x'ff41' AS TEXT)",
            "x'00'",
            "'null'",
            "'[]'",
            "'{}'",
            """replace(state, '"seq":2', '"seq":1')""",
            "replace(state, 'TA-1', 'TA-7')",
            "replace(state, 'USD', 'U')",
        ],
    )
    def test_an_unreadable_order(self, path, damage, undisturbed):
        """Its commands are refused, others go on, and it goes on when it is mended."""
        with Store.open(path) as store:
            shop = Shop(store)
            step = shop.until("place_order")
            shop.desk.open_order("TA-2", **OPEN)
            ((state,),) = raw(path, "SELECT state FROM orders WHERE id = 'TA-1'")
            raw(path, f"UPDATE orders SET state = {damage} WHERE id = 'TA-1'")  # noqa: S608
            before = raw_rows(path)
            with pytest.raises(CorruptStoreError) as caught:
                shop.take(step)
            assert before == raw_rows(path)
            shop.desk.place_order("TA-2", actor=SUPPLIER)
            troubles = {x.order_id: x.code for x in shop.desk.work().troubles}
            raw(path, MENDED, state.decode())
            shop.go(JOURNEY[2:])

            assert caught.value.remedy
            assert {"TA-1": "corrupt-store"} == troubles
            ended_well(shop, undisturbed)

    @pytest.mark.parametrize("act", [Desk.work, in_an_engine])
    @pytest.mark.parametrize("column", ["params", "state", "evidence"])
    def test_an_unreadable_call(self, path, column, act, undisturbed):
        """Nothing leaves of it, and it is made once when it is mended."""
        with Store.open(path) as store:
            shop = Shop(store)
            shop.until("work")
            ((kept,),) = raw(path, f"SELECT {column} FROM effects")  # noqa: S608
            raw(path, f"UPDATE effects SET {column} = '{{'")  # noqa: S608
            with contextlib.suppress(CorruptStoreError):
                act(shop.desk)
            done = shop.done()
            raw(path, f"UPDATE effects SET {column} = ?", kept.decode())  # noqa: S608
            shop.world.advance(hours=2)
            shop.go(JOURNEY[4:])

            assert {} == done
            assert [] == verify(store)
            assert undisturbed.history() == shop.history()
            assert undisturbed.done() == shop.done()

    @pytest.mark.parametrize("act", [Desk.work, in_an_engine])
    def test_one_unreadable_order_stops_no_other(self, path, act, undisturbed):
        """What is due on another order is done, and on this one when it is mended."""
        with Store.open(path) as store:
            shop = Shop(store)
            shop.until("work")
            other = second(shop)
            ((state,),) = raw(path, "SELECT state FROM orders WHERE id = 'TA-1'")
            raw(path, "UPDATE orders SET state = '{' WHERE id = 'TA-1'")
            troubles = {x.code for x in act(shop.desk).troubles}
            reached = shop.desk.order(other).services[0].stage
            raw(path, MENDED, state.decode())
            shop.world.advance(hours=2)
            shop.go(JOURNEY[4:])

            assert {"corrupt-store"} == troubles
            assert ServiceStage.BOOKED is reached
            assert [] == verify(store)
            assert undisturbed.history() == shop.history()

    def test_a_file_that_was_cut_off(self, path):
        """It is refused as it is; from its backup the command goes on."""
        with Store.open(path) as store:
            shop = Shop(store)
            step = shop.until("place_order")
        kept = path.read_bytes()
        path.write_bytes(kept[:-4096])
        with pytest.raises(CorruptStoreError) as caught:
            Store.open(path)
        assert kept[:-4096] == path.read_bytes()
        path.write_bytes(kept)

        assert caught.value.remedy
        assert_goes_on(path, shop, step)

    def test_a_page_of_rubbish(self, path):
        """A page in the middle that is no page is refused, and mended by a backup."""
        with Store.open(path) as store:
            shop = Shop(store)
            step = shop.until("confirm_appointment")
        kept = path.read_bytes()
        rubbish = bytearray(kept)
        for page in range(4, len(kept) // 4096):
            rubbish[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
        path.write_bytes(rubbish)
        with pytest.raises(StoreError) as caught, Store.open(path) as store:
            Shop(store, world=shop.world).take(step)
        path.write_bytes(kept)

        assert isinstance(caught.value, CorruptStoreError)
        assert caught.value.remedy
        assert_goes_on(path, shop, step)


class TestOthers:
    """Databases that are not, or not yet, ours."""

    @pytest.mark.parametrize(
        ("there", "back", "kind"),
        [
            (
                VERSION.format("9999", "9999"),
                VERSION.format(HEAD, "0003"),
                NewerStoreError,
            ),
            (
                "PRAGMA application_id = 4711",
                f"PRAGMA application_id = {APPLICATION_ID}",
                ForeignStoreError,
            ),
            (
                "ALTER TABLE alembic_version RENAME TO other",
                "ALTER TABLE other RENAME TO alembic_version",
                ForeignStoreError,
            ),
        ],
    )
    def test_of_another_version_or_program(self, path, there, back, kind):
        """It is refused, left as it is, and goes on when it is ours again."""
        with Store.open(path) as store:
            shop = Shop(store)
            step = shop.until("place_order")
        for statement in there.split(";"):
            raw(path, statement)
        before = raw_rows(path)
        with pytest.raises(kind) as caught:
            Store.open(path)
        assert before == raw_rows(path)
        for statement in back.split(";"):
            raw(path, statement)

        assert caught.value.remedy
        assert_goes_on(path, shop, step)
