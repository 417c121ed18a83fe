"""What happens to a PostgreSQL while a journey goes on: refused, kept, and gone on."""

from __future__ import annotations

import contextlib
import os
import shutil

import psycopg
import pytest
import sqlalchemy as sa
from tests.postgresql import Server
from tests.shell.faulty import (
    JOURNEY,
    AtStatements,
    Exhausted,
    Fault,
    Filler,
    Shop,
    drive,
    ended_well,
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
from pmkit.shell.desk import Desk
from pmkit.shell.store import Store, verify
from pmkit.shell.store.engines import postgresql_engine
from pmkit.shell.store.schema import HEAD

#: Makes the tables those of another version, readable from some version on.
VERSION = (
    "UPDATE alembic_version SET version_num = '{}';"
    "UPDATE meta SET value = '{}' WHERE name = 'readable-from'"
)

FULL = ("store", "The disk is full.", "Make room and try again.")
LOST = (
    "lost-connection",
    "The connection to the database was lost.",
    "Give the command again with the same key: it happens once.",
)
POOL = (
    "store",
    "All connections to the database are in use.",
    "Try again, or give the engine a larger pool.",
)
WRITES = ("INSERT", "UPDATE", "DELETE")
READ_ONLY = ("store", "The database cannot be written to.", "Ask its owner.")


@pytest.fixture(name="undisturbed", scope="module")
def _undisturbed():
    """Give a journey to which nothing happened."""
    with Store.memory() as store:
        shop = Shop(store)
        shop.go()
        yield shop


@pytest.fixture(name="administrator")
def _administrator(database):
    """Connect to the database as somebody who may do anything, past all of pmkit."""
    with psycopg.connect(plain(database), autocommit=True) as connection:
        yield connection


def plain(url):
    """Write the URL as the driver reads it."""
    return url.replace("+psycopg", "")


def cut(administrator):
    """End all other connections to this database."""
    administrator.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def narrow(database):
    """Make an engine with one connection."""
    url = sa.make_url(database)
    return postgresql_engine(url, pool_size=1, max_overflow=0, pool_timeout=0.05)


class TestConnections:
    """Connections that end, and that are not to be had."""

    def test_cut_before_every_write_and_commit(
        self, database, administrator, undisturbed
    ):
        """Wherever it is cut, the step is refused whole, and then happens once."""
        with Store.open(database) as store:
            shop = Shop(store)
            fault = AtStatements(store.engine, lambda: cut(administrator), only=WRITES)
            refusals = drive(shop, fault)

            assert {LOST} == words_of(refusals)
            assert {step.name for step in JOURNEY} == {name for name, *_ in refusals}
            ended_well(shop, undisturbed)

    def test_cut_between_commands(self, database, administrator, undisturbed):
        """Who gives the next command does not even notice."""
        with Store.open(database) as store:
            shop = Shop(store)
            for step in JOURNEY:
                shop.take(step)
                cut(administrator)

            ended_well(shop, undisturbed)

    def test_cut_between_commands_of_an_application(
        self, database, administrator, undisturbed
    ):
        """An engine that does not look first says so once, and then goes on."""
        engine = sa.create_engine(database)
        with Store.on(engine) as store:
            shop = Shop(store)
            refusals = drive(shop, Between(administrator))

            assert {LOST} == words_of(refusals)
            ended_well(shop, undisturbed)
        engine.dispose()

    def test_one_connection_is_enough(self, database, undisturbed):
        """No step waits for a second connection while it holds the first."""
        engine = narrow(database)
        with Store.on(engine) as store:
            shop = Shop(store)
            shop.go()

            ended_well(shop, undisturbed)
        engine.dispose()

    def test_one_connection_is_enough_for_the_clock(self, database):
        """The server's clock is asked on the connection that is in use."""
        engine = narrow(database)
        with Store.on(engine) as store:
            desk = Desk(store)

            assert () == desk.orders()
            assert store.clock().now() <= store.clock().now()
        engine.dispose()

    def test_every_step_with_an_exhausted_pool(self, database, undisturbed):
        """It is refused after a bounded wait, and done when a connection is free."""
        engine = narrow(database)
        with Store.on(engine) as store:
            shop = Shop(store)
            refusals = drive(shop, Exhausted(engine))

            assert {POOL} == words_of(refusals)
            assert {step.name for step in JOURNEY} == {name for name, *_ in refusals}
            ended_well(shop, undisturbed)
        engine.dispose()

    def test_a_server_without_a_connection_to_spare(self, postgresql, socket_enabled):
        """A database that lets nobody in is an error that says so, until it does."""
        database = postgresql.database()
        with Store.open(database) as store:
            shop = Shop(store)
            step = shop.until("place_order")
        name = sa.make_url(database).database
        with psycopg.connect(plain(postgresql.url()), autocommit=True) as outside:
            outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            with pytest.raises(StoreError) as caught:
                Store.open(database)
            outside.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

        assert caught.value.remedy
        assert_goes_on(database, shop, step)


class Between(Fault):
    """All connections end before a step, for its first attempt."""

    def __init__(self, administrator) -> None:
        super().__init__()
        self.administrator = administrator

    def begin(self, number: int) -> None:
        """End them."""
        if number == 1:
            cut(self.administrator)

    def end(self) -> None:
        """Do nothing: new ones are let in."""


def assert_goes_on(database, shop, step):
    """Check that a step can be taken on a database, and happens once however often."""
    with Store.open(database) as store:
        again = Shop(store, world=shop.world)
        before = len(again.history())
        again.take(step)
        again.take(step)

        assert before + 1 == len(again.history())
        assert [] == verify(store)


class ReadOnly(Fault):
    """The database may only be read, for the first attempt of a step."""

    def __init__(self, administrator, name) -> None:
        super().__init__()
        self.administrator, self.name = administrator, name

    def begin(self, number: int) -> None:
        """Say so to all sessions that begin."""
        if number == 1:
            self._say("on")

    def end(self) -> None:
        """Let them write again."""
        self._say("off")

    def _say(self, how) -> None:
        change = f'ALTER DATABASE "{self.name}" SET default_transaction_read_only'
        with contextlib.suppress(psycopg.errors.ReadOnlySqlTransaction):
            self.administrator.execute("SET default_transaction_read_only = off")
        self.administrator.execute(f"{change} = {how}")
        cut(self.administrator)


class TestReadOnly:
    """A server that only reads, as one that stands by for another does."""

    def test_every_step(self, database, administrator, undisturbed):
        """It is refused whole, and done when the server takes writes again."""
        name = sa.make_url(database).database
        with Store.open(database) as store:
            shop = Shop(store)
            refusals = drive(shop, ReadOnly(administrator, name))

            assert {READ_ONLY} == words_of(refusals)
            assert len(refusals) >= len(JOURNEY) - 1
            ended_well(shop, undisturbed)

    def test_opening(self, database, administrator):
        """A database without tables is refused where none can be made."""
        fault = ReadOnly(administrator, sa.make_url(database).database)
        with fault.at(1), pytest.raises(StoreError) as caught:
            Store.open(database)

        assert READ_ONLY == told(caught.value)
        Store.open(database).close()


def owned_like(folder, other):
    """Give a folder to whom another one belongs."""
    owner = folder.stat()
    os.chown(other, owner.st_uid, owner.st_gid)


def apart(server, database, place):
    """Give a journey on a database whose tables are in a place of their own."""
    name = sa.make_url(database).database
    with psycopg.connect(plain(server.url()), autocommit=True) as outside:
        outside.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        outside.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')
    store = Store.open(database)
    with store.engine.begin() as connection:
        # A page that holds little is soon followed by a new one.
        for table in store.tables.metadata.tables.values():
            connection.exec_driver_sql(
                f'ALTER TABLE "{table.name}" SET (fillfactor=10)'
            )
    return Shop(store)


def log_apart(server, folder):
    """Have a server keep its log on a disk of its own."""
    server.stop()
    log = server.folder / "data" / "pg_wal"
    there = folder / "log"
    shutil.move(log, there)
    for each in (there, *there.rglob("*")):
        owned_like(server.folder, each)
    there.chmod(0o700)
    log.symlink_to(there)
    server.start()


def give_until_refused(shop, server):
    """Give commands, each with the log's next file, until the server stops."""
    with psycopg.connect(plain(server.url()), autocommit=True) as outside:
        for number in range(20):
            shop.desk.add_file(b"photo %d" % number, "image/jpeg")
            with contextlib.suppress(psycopg.OperationalError):
                outside.execute("SELECT pg_switch_wal()")


class TestFullDisk:
    """There is no room where the tables or the log are."""

    def test_where_the_tables_are(self, undisturbed, socket_enabled):
        """The disk is full at each step: refused whole, and done when there is room."""
        with small_disk("64m") as folder, Server(fsync="off") as server:
            place = folder / "tables"
            place.mkdir()
            owned_like(server.folder, place)
            database = server.database()
            shop, filler = apart(server, database, place), Filler(folder)
            fault = AtStatements(
                shop.store.engine, filler.fill, filler.room, only=WRITES
            )
            refusals = drive(shop, fault)

            assert {FULL} == words_of(refusals)
            assert len(refusals) >= 10
            ended_well(shop, undisturbed)
            shop.store.close()

    def test_where_the_log_is(self, undisturbed, socket_enabled):
        """Without room for the log nothing is taken; with room again, all of it is."""
        with small_disk("96m") as folder, Server(restart_after_crash="off") as server:
            log_apart(server, folder)
            with Store.open(server.database()) as store:
                shop, filler = Shop(store), Filler(folder)
                shop.until("place_order")
                filler.fill()
                with pytest.raises(StoreError) as caught:
                    give_until_refused(shop, server)
                filler.room()
                server.stop(immediate=True)
                server.start()
                shop.go(JOURNEY[2:])

                # It depends on who needed the room: the session, or all of the server.
                assert told(caught.value) in {FULL, LOST}
                ended_well(shop, undisturbed)


class TestDamage:
    """Rows that cannot be read, and tables that are not ours."""

    @pytest.mark.parametrize(
        "damage", ["left(state, 40)", "'null'", "'{}'", "replace(state, 'TA-1', 'T')"]
    )
    def test_an_unreadable_order(self, database, administrator, damage, undisturbed):
        """Its commands are refused, and it goes on when it is mended."""
        with Store.open(database) as store:
            shop = Shop(store)
            step = shop.until("place_order")
            (state,) = administrator.execute("SELECT state FROM orders").fetchone()
            administrator.execute(f"UPDATE orders SET state = {damage}")  # noqa: S608
            before = shop.rows()
            with pytest.raises(CorruptStoreError) as caught:
                shop.take(step)
            assert before == shop.rows()
            troubles = {x.code for x in shop.desk.work().troubles}
            administrator.execute("UPDATE orders SET state = %s", (state,))
            shop.go(JOURNEY[2:])

            assert caught.value.remedy
            assert {"corrupt-store"} == troubles
            ended_well(shop, undisturbed)

    @pytest.mark.parametrize(
        ("there", "back", "kind"),
        [
            (
                VERSION.format("9999", "9999"),
                VERSION.format(HEAD, "0003"),
                NewerStoreError,
            ),
            (
                "ALTER TABLE alembic_version RENAME TO other",
                "ALTER TABLE other RENAME TO alembic_version",
                ForeignStoreError,
            ),
        ],
    )
    def test_of_another_version_or_program(
        self, database, administrator, there, back, kind
    ):
        """It is refused, and goes on when it is ours again."""
        with Store.open(database) as store:
            shop = Shop(store)
            step = shop.until("place_order")
        for statement in there.split(";"):
            administrator.execute(statement)
        with pytest.raises(kind) as caught:
            Store.open(database)
        for statement in back.split(";"):
            administrator.execute(statement)

        assert caught.value.remedy
        assert_goes_on(database, shop, step)
