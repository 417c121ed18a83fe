"""The same store on PostgreSQL: the same traces, one lock for each order."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time

import pytest
import sqlalchemy as sa
from tests.property.attempts import PROVIDERS, STEPS, Try
from tests.property.market import (
    ASIDE,
    BALANCE,
    BEGINNING,
    BUYER,
    DELAYS,
    INITIAL,
    LAMPS,
    NEXT,
    OPERATOR,
    PEOPLE,
    SHIPS,
    SUPPLIER,
)

from pmkit.core.errors import (
    ForeignStoreError,
    InputError,
    LostConnectionError,
    NewerStoreError,
    PmkitError,
    StaleWriteError,
    StoreError,
)
from pmkit.hooks.panel import Panel
from pmkit.sandbox import (
    MemoryNotifier,
    PayLater,
    SandboxAgency,
    SandboxCard,
    SandboxTransfer,
)
from pmkit.shell import telemetry
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.ids import CountedIds
from pmkit.shell.store import Store, database_clock, verify
from pmkit.shell.store.database_clock import DatabaseClock

ORDER = "TA-1"


class Walk:
    """A desk on some store, and companies of its own, led by chance with a seed."""

    def __init__(self, store: Store) -> None:
        self.clock = SetClock(BEGINNING)
        now = self.clock.now
        self.panel = Panel.of(
            agencies=[SandboxAgency(clock=now, name=x, title=x) for x in PROVIDERS],
            methods=[SandboxCard(clock=now), SandboxTransfer(clock=now), PayLater()],
            notifiers=[MemoryNotifier()],
        )
        self.desk = Desk(store, panel=self.panel, clock=self.clock, ids=CountedIds())
        self.said: list[str] = []

    def open(self, ship) -> None:
        """Open the order of the walk."""
        self.desk.open_order(
            ORDER,
            actor=OPERATOR,
            buyer=BUYER.party,
            supplier=SUPPLIER.party,
            lines=(LAMPS,),
            initial=INITIAL,
            balance=BALANCE,
            ship=ship,
        )

    def go(self, seed: int, steps: int) -> None:
        """Take so many steps; what comes next is drawn, and often what is due."""
        chance = random.Random(seed)  # noqa: S311 - the seed makes the walk
        self.open(chance.choice(SHIPS))
        for number in range(steps):
            if chance.random() < 0.3:
                self.clock.advance(chance.choice(DELAYS))
                self.said.append(repr(self.desk.work()))
                continue
            actor, name = self.choose(chance)
            tried = Try(
                desk=self.desk,
                order_id=ORDER,
                actor=actor,
                service=chance.randint(0, 3),
                visit=chance.randint(1, 2),
                pick=chance.randint(0, 5),
                flag=chance.random() < 0.7,
                key=f"key-{number}",
            )
            if name == "upload_report":
                self.desk.add_file(b"a photo of lamps", "image/jpeg")
            try:
                STEPS[name](tried)
            except PmkitError as error:
                self.said.append(f"{name}: {error.code} {error}")
            else:
                self.said.append(name)

    def choose(self, chance):
        """Draw who does what."""
        services = self.desk.order(ORDER).services
        if services and chance.random() < 0.5:
            due = NEXT.get(services[-1].stage)
            if due is not None:
                return due
        if chance.random() < 0.5:
            name, actor = chance.choice(ASIDE)
            return actor, name
        return chance.choice(PEOPLE), chance.choice(sorted(STEPS))

    def history(self):
        """Read the events of the order, with their hashes."""
        with self.desk.store.snapshot() as tx:
            return tx.history(ORDER)


@pytest.fixture
def store(database):
    """Open a store on a database of its own."""
    opened = Store.open(database)
    yield opened
    opened.close()


@pytest.fixture
def walk(store):
    """Set up a desk on it, with an order."""
    made = Walk(store)
    made.open(SHIPS[0])
    return made


def load_in_a_hurry(store):
    """Load the order, and wait a tenth of a second at most for who has it."""
    with store.transaction() as tx:
        tx.connection.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
        return tx.load(ORDER)


def fail_after_both(store, walk):
    """Write a row of the application and an order, and then fail."""
    with store.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO carts VALUES ('c-1')"))
        walk.desk = walk.desk.within(connection)
        walk.open(SHIPS[0])
        raise ZeroDivisionError


class TestTraces:
    """One code, two databases."""

    @pytest.mark.parametrize("seed", range(12))
    def test_the_same_commands_leave_the_same_history(self, store, tmp_path, seed):
        """Answers, refusals, events and hashes are equal on SQLite and PostgreSQL."""
        here, there = Walk(Store.open(tmp_path / "desk.db")), Walk(store)
        with here.desk:
            here.go(seed, 60)
            there.go(seed, 60)

            assert here.said == there.said
            assert here.history() == there.history()
            assert [] == verify(store)

    def test_walks_come_far(self, tmp_path):
        """The walks that are compared book services and refuse steps."""
        stages, refused = set(), 0
        for seed in range(12):
            with Walk(Store.memory()).desk as desk:
                walk = Walk(desk.store)
                walk.go(seed, 60)
                stages |= {x.stage for x in walk.desk.order(ORDER).services}
                refused += sum(":" in said for said in walk.said)

        assert len(stages) >= 3
        assert refused > 50

    def test_texts_sort_by_their_code_points(self, store):
        """A page of orders begins where the one before ended, in any language."""
        walk = Walk(store)
        for name in ("b", "B", "a", "ä", "Z"):
            walk.desk.open_order(
                name,
                actor=OPERATOR,
                buyer="b",
                supplier="s",
                lines=(LAMPS,),
                initial=INITIAL,
                balance=BALANCE,
                ship=SHIPS[0],
            )
        with store.snapshot() as tx:
            rows = tx.list_orders()

        assert ["B", "Z", "a", "b", "ä"] == [row.order_id for row in rows]


class TestLocks:
    """Two writers of one order, and of two."""

    def test_who_decides_has_the_order_alone(self, store, walk):
        """A second writer waits until the first has committed, and sees its work."""
        seen: list[int] = []

        def second() -> None:
            with store.transaction() as tx:
                seen.append(tx.load(ORDER).seq)

        before = walk.desk.order(ORDER).seq
        with store.transaction() as tx:
            order = tx.load(ORDER)
            other = threading.Thread(target=second)
            other.start()
            time.sleep(0.3)
            waited = list(seen)
            tx.connection.execute(
                sa.text("UPDATE orders SET updated_at = updated_at + 1")
            )
        other.join(10)

        assert [] == waited
        assert [before] == seen
        assert order.seq == before

    def test_readers_do_not_wait(self, store, walk):
        """Who only reads sees the state before, at once."""
        with store.transaction() as tx:
            tx.load(ORDER)
            with store.snapshot() as reader:
                assert reader.load(ORDER) is not None

    def test_a_snapshot_is_one_state(self, store, walk):
        """What is committed meanwhile is not seen half-way."""
        with store.snapshot() as tx:
            first = tx.load(ORDER).seq
            walk.desk.place_order(ORDER, actor=SUPPLIER)

            assert first == tx.load(ORDER).seq

    def test_a_snapshot_writes_nothing(self, store, walk):
        """A reader cannot change anything by mistake."""
        with pytest.raises(StoreError), store.snapshot() as tx:
            tx.put_file(b"x", "text/plain", walk.clock.now())

    def test_a_lock_that_is_never_freed_is_given_up(self, database, walk):
        """A writer that waits for too long is told so, and nothing was written."""
        with Store.open(database) as other, walk.desk.store.transaction() as first:
            first.load(ORDER)
            with pytest.raises(StaleWriteError):
                load_in_a_hurry(other)


class TestSharing:
    """The application's own engine, schema and transaction."""

    def test_a_schema_and_a_prefix(self, database):
        """The tables stand where the application wants them, and nowhere else."""
        with Store.open(database, schema="trade", prefix="pm_") as store:
            Walk(store).open(SHIPS[0])
            names = sa.inspect(store.engine).get_table_names(schema="trade")
            outside = sa.inspect(store.engine).get_table_names()
        with Store.open(
            database, schema="trade", prefix="pm_", must_exist=True
        ) as same:
            kept = [] != verify(same)

        assert "pm_orders" in names
        assert [] == outside
        assert not kept

    def test_both_rows_or_none(self, store):
        """An order of ours and a row of the application are committed together."""
        walk = Walk(store)
        with store.engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE carts (id text PRIMARY KEY)"))
        with pytest.raises(ZeroDivisionError):
            fail_after_both(store, walk)
        with store.snapshot() as tx:
            gone = tx.load(ORDER)
        with store.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO carts VALUES ('c-2')"))
            walk.desk = walk.desk.within(connection)
            walk.open(SHIPS[0])
        with store.engine.connect() as connection:
            carts = connection.execute(sa.text("SELECT id FROM carts")).scalars().all()
        with store.snapshot() as tx:
            there = tx.load(ORDER)

        assert gone is None
        assert ["c-2"] == carts
        assert there is not None

    def test_a_refusal_leaves_the_application_its_transaction(self, store, walk):
        """A command that is refused undoes itself and nothing else."""
        with store.engine.begin() as connection:
            desk = walk.desk.within(connection)
            connection.execute(sa.text("CREATE TABLE carts (id text PRIMARY KEY)"))
            with pytest.raises(PmkitError):
                desk.ship_goods(ORDER, actor=BUYER)
            connection.execute(sa.text("INSERT INTO carts VALUES ('c-1')"))
        with store.engine.connect() as connection:
            carts = connection.execute(sa.text("SELECT id FROM carts")).scalars().all()

        assert ["c-1"] == carts

    def test_tables_of_others_stay(self, database):
        """A database with tables of the application is no foreign database."""
        engine = sa.create_engine(database)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE carts (id text)"))
        with Store.on(engine) as store:
            Walk(store).open(SHIPS[0])

            assert [] == verify(store)
        engine.dispose()


class TestOpening:
    """What is there already."""

    def test_a_table_of_another_program(self, database):
        """A table called orders that is not ours is left alone."""
        engine = sa.create_engine(database)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE orders (id text)"))
        with pytest.raises(ForeignStoreError):
            Store.on(engine)
        engine.dispose()

    def test_nothing_there(self, database):
        """Who expects tables is told that there are none."""
        with pytest.raises(StoreError, match="none of the tables"):
            Store.open(database, must_exist=True)

    def test_a_newer_pmkit(self, database):
        """A revision from the future is refused."""
        with Store.open(database) as store, store.engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num='9999'"))
            connection.execute(sa.text("DELETE FROM meta"))
        with pytest.raises(NewerStoreError):
            Store.open(database)

    def test_many_open_it_at_once(self, database):
        """Sixteen threads that find an empty database make its tables once."""
        stores: list[Store] = []
        threads = [
            threading.Thread(target=lambda: stores.append(Store.open(database)))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        for store in stores:
            store.close()

        assert 16 == len(stores)

    def test_no_such_server(self, socket_enabled):
        """A server that is not there is a lost connection; no password is shown."""
        with pytest.raises(LostConnectionError) as caught:
            Store.open("postgresql://u:geheim@127.0.0.1:1/none")

        assert "geheim" not in str(caught.value)

    def test_no_such_database(self, postgresql, socket_enabled):
        """A database that is not there is named as the cause."""
        with pytest.raises(StoreError):
            Store.open(postgresql.url("nowhere"))

    def test_migrations_lead_to_the_same_tables(self, postgresql, socket_enabled):
        """An upgrade from the first revision and a fresh start have equal columns."""
        from pmkit.shell.store.opening import upgrade
        from pmkit.shell.store.schema import tables

        engine = sa.create_engine(postgresql.database())
        with engine.begin() as connection:
            upgrade(connection, tables())
        old = described(engine)
        engine.dispose()
        with Store.open(postgresql.database()) as store:
            fresh = described(store.engine)

        assert old == fresh


def described(engine):
    """Describe all tables, as the database itself does."""
    asked = sa.text(
        "SELECT table_name, column_name, data_type, is_nullable, collation_name,"
        " column_default FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    indexes = sa.text(
        "SELECT tablename, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' ORDER BY 1, 2"
    )
    with engine.connect() as connection:
        columns = connection.execute(asked).all()
        return columns, connection.execute(indexes).all()


class TestFaults:
    """What the server complains of."""

    def test_a_server_that_is_stopped_and_comes_back(self, database, postgresql):
        """A command fails with a lost connection, and works when the server is back."""
        with Store.open(database) as store:
            walk = Walk(store)
            walk.open(SHIPS[0])
            postgresql.stop(immediate=True)
            with pytest.raises(LostConnectionError):
                walk.desk.place_order(ORDER, actor=SUPPLIER)
            postgresql.start()
            walk.desk.place_order(ORDER, actor=SUPPLIER)

            assert [] == verify(store)

    def test_a_nul_in_a_text(self, store):
        """A text that the server cannot hold is the caller's mistake."""
        with pytest.raises(InputError), store.transaction() as tx:
            tx.remember("a\0b", "k", "d", "o", {}, BEGINNING)

    def test_the_same_key_at_once(self, store, walk):
        """A key that another writer used first is a stale write, not a crash."""
        with store.transaction() as tx:
            tx.remember("s", "k", "d", "o", {}, BEGINNING)
            failed: list[type] = []

            def second() -> None:
                try:
                    with store.transaction() as other:
                        other.remember("s", "k", "d", "o", {}, BEGINNING)
                except PmkitError as error:
                    failed.append(type(error))

            thread = threading.Thread(target=second)
            thread.start()
            time.sleep(0.3)
        thread.join(10)

        assert [StaleWriteError] == failed


def at_once(count, act):
    """Have so many threads do something at the same moment; give what came of it."""
    gate, found = threading.Barrier(count), []

    def one(number: int) -> None:
        gate.wait()
        try:
            found.append(act(number))
        except PmkitError as error:
            found.append(error)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


class TestRaces:
    """Many clients, one order."""

    def test_one_key_is_one_command(self, walk):
        """Sixteen repetitions at once get the answer of the one that happened."""
        answers = at_once(
            16, lambda _: walk.desk.place_order(ORDER, actor=SUPPLIER, key="k")
        )

        assert 16 == len(answers)
        assert [answers[0]] * 16 == answers
        assert 1 == sum(x.event.name == "order-placed" for x in walk.history())

    def test_one_key_opens_one_order(self, store):
        """Sixteen clients that open the same order at once have it once."""
        walk = Walk(store)

        def begin(_: int):
            return walk.desk.open_order(
                ORDER,
                actor=OPERATOR,
                buyer=BUYER.party,
                supplier=SUPPLIER.party,
                lines=(LAMPS,),
                initial=INITIAL,
                balance=BALANCE,
                ship=SHIPS[0],
                key="open",
            )

        answers = at_once(16, begin)

        assert [answers[0]] * 16 == answers
        assert 1 == len(walk.history())

    def test_only_one_of_many_decides(self, walk):
        """Of sixteen that place the order, each with a key of its own, one does."""
        answers = at_once(
            16, lambda n: walk.desk.place_order(ORDER, actor=SUPPLIER, key=f"k-{n}")
        )
        refused = [x for x in answers if isinstance(x, PmkitError)]

        assert 15 == len(refused)
        assert {"out-of-order"} == {x.code for x in refused}
        assert 1 == sum(x.event.name == "order-placed" for x in walk.history())


class TestClock:
    """The server's clock."""

    def test_a_desk_on_a_server_has_its_clock(self, store):
        """Without a clock of its own a desk decides by the server's."""
        with store.engine.connect() as connection:
            before = connection.execute(sa.text("SELECT clock_timestamp()")).scalar()
        now = Desk(store).clock.now()

        assert before <= now <= before + dt.timedelta(seconds=5)
        assert dt.UTC == now.tzinfo

    def test_it_counts_by_itself(self, store):
        """Between two questions the seconds are counted, and never backwards."""
        counted = [0.0]
        clock = DatabaseClock(store.engine, counter=lambda: counted[0])
        first = clock.now()
        counted[0] = 30.0
        later = clock.now()
        counted[0] = 20.0

        assert dt.timedelta(seconds=30) == later - first
        assert later == clock.now()

    def test_it_asks_again_when_a_transaction_begins(self, store):
        """A machine that counted too fast is put right at the next transaction."""
        counted = [0.0]
        clock = DatabaseClock(
            store.engine, every=dt.timedelta(seconds=1), counter=lambda: counted[0]
        )
        first = clock.now()
        time.sleep(0.2)
        counted[0] = 1.1
        with store.transaction():
            pass
        asked = clock.now()

        assert dt.timedelta(seconds=0.2) <= asked - first < dt.timedelta(seconds=1)

    def test_a_server_that_is_gone_is_an_error(self, database, postgresql):
        """Nobody guesses the time when the server does not tell it."""
        with Store.open(database) as store:
            clock = DatabaseClock(store.engine)
            postgresql.stop(immediate=True)
            try:
                with pytest.raises(LostConnectionError):
                    clock.now()
            finally:
                postgresql.start()

    def test_all_desks_on_an_engine_have_one_clock(self, database):
        """However many desks an application makes, the server is asked once."""
        engine = sa.create_engine(database)
        asked: list[str] = []
        Store.on(engine).close()
        clocks = {id(Desk(Store.on(engine)).clock): None for _ in range(20)}
        sa.event.listen(
            engine,
            "before_cursor_execute",
            lambda _c, _cursor, statement, *_: asked.append(statement),
        )
        with engine.begin() as connection:
            connection.execute(sa.text("SELECT 1"))
        engine.dispose()

        assert 1 == len(clocks)
        assert sum("clock_timestamp" in statement for statement in asked) <= 1

    def test_a_server_whose_clock_is_put_back(self, store, monkeypatch):
        """A clock that went back for long is believed; a little is not seen at all."""
        counted, shown = [0.0], [0.0]
        told: list[str] = []
        asked = "SELECT clock_timestamp() + make_interval(secs => {})"
        monkeypatch.setattr(
            telemetry, "event", lambda name, **_: told.append(name), raising=True
        )

        def set_to(seconds: float):
            shown[0] = seconds
            question = sa.text(asked.format(seconds))
            monkeypatch.setattr(database_clock, "_ASKED", question)
            counted[0] += 61.0
            with store.transaction():
                return clock.now()

        clock = DatabaseClock(store.engine, counter=lambda: counted[0])
        first = set_to(0.0)
        a_little = set_to(-30.0)
        quiet = list(told)
        ahead = set_to(365 * 86400.0)
        back = set_to(0.0)

        assert first <= a_little
        assert [] == quiet
        assert ahead > first + dt.timedelta(days=364)
        assert abs(back - first) < dt.timedelta(minutes=1)
        assert ["pmkit.clock.went_back"] == told
