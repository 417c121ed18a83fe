"""Engines and connections of the application that begin no transaction."""

from __future__ import annotations

import contextlib

import pytest
import sqlalchemy as sa
from tests.property.market import BALANCE, BEGINNING, INITIAL, LAMPS, OPERATOR, SHIPS

from pmkit.core.errors import StoreError
from pmkit.shell.clock import SetClock
from pmkit.shell.desk import Desk
from pmkit.shell.store import Store
from pmkit.shell.store.engines import sqlite_engine

ORDER = "TA-1"
AUTOCOMMIT = {"isolation_level": "AUTOCOMMIT"}


@pytest.fixture(name="file")
def _file(tmp_path):
    """Name a file with the tables."""
    path = tmp_path / "shop.db"
    Store.open(path).close()
    return path


@pytest.fixture(name="plain")
def _plain(file):
    """Make an engine as the application would, whose driver begins transactions."""
    engine = sa.create_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def desk_on(place):
    """Open a desk whose clock is set."""
    return Desk.open(place, clock=SetClock(BEGINNING))


def open_order(desk) -> None:
    """Open an order."""
    desk.open_order(
        ORDER,
        actor=OPERATOR,
        buyer="b",
        supplier="s",
        lines=(LAMPS,),
        initial=INITIAL,
        balance=BALANCE,
        ship=SHIPS[0],
    )


def orders(file):
    """List the orders that are committed."""
    with desk_on(file) as desk:
        return desk.orders()


class TestSQLite:
    """The driver of SQLite begins a transaction late, or never."""

    def test_no_transaction_was_begun(self, file, plain):
        """What could not be rolled back is refused before anything is written."""
        with desk_on(file) as desk, plain.connect() as connection:
            with pytest.raises(StoreError, match="no transaction") as caught:
                open_order(desk.within(connection))
            connection.rollback()

        assert "connection" == caught.value.field
        assert "sqlite_engine" in caught.value.remedy
        assert () == orders(file)

    def test_in_a_begun_block(self, file, plain):
        """A block that the driver has not begun is refused at once."""
        with (
            desk_on(file) as desk,
            plain.begin() as connection,
            pytest.raises(StoreError, match="no transaction"),
        ):
            desk.within(connection)

        assert () == orders(file)

    def test_after_a_row_of_the_application(self, file, plain):
        """Where the driver has begun because of a row, it all goes or stays."""
        with plain.begin() as connection:
            connection.execute(sa.text("CREATE TABLE carts (id TEXT)"))
        with (
            desk_on(file) as desk,
            contextlib.suppress(ZeroDivisionError),
            plain.begin() as connection,
        ):
            connection.execute(sa.text("INSERT INTO carts VALUES ('c-1')"))
            open_order(desk.within(connection))
            raise ZeroDivisionError
        gone = orders(file)
        with desk_on(file) as desk, plain.begin() as connection:
            connection.execute(sa.text("INSERT INTO carts VALUES ('c-1')"))
            open_order(desk.within(connection))

        assert () == gone
        assert (ORDER,) == orders(file)

    def test_a_store_on_such_an_engine(self, plain):
        """An engine whose transactions do not begin makes no store."""
        with pytest.raises(StoreError, match="no transaction") as caught:
            Store.on(plain)

        assert "engine" == caught.value.field

    def test_a_connection_that_begins_later(self, file):
        """The first command begins the transaction of an engine made for pmkit."""
        engine = sqlite_engine(sa.URL.create("sqlite", database=str(file)))
        desk = Desk(Store.on(engine), clock=SetClock(BEGINNING))
        with engine.connect() as connection:
            open_order(desk.within(connection))
            connection.rollback()
        gone = desk.orders()
        with engine.connect() as connection:
            open_order(desk.within(connection))
            connection.commit()
        there = desk.orders()
        engine.dispose()

        assert () == gone
        assert (ORDER,) == there


class TestPostgreSQL:
    """AUTOCOMMIT commits each statement by itself."""

    def test_a_connection(self, database):
        """A connection without transactions is refused, with the remedy."""
        with (
            desk_on(database) as desk,
            desk.store.engine.connect() as each,
            pytest.raises(StoreError, match="no transaction") as caught,
        ):
            open_order(desk.within(each.execution_options(**AUTOCOMMIT)))

        assert "AUTOCOMMIT" in caught.value.remedy

    def test_an_engine(self, database):
        """An engine without transactions makes no store, and no tables."""
        engine = sa.create_engine(database, **AUTOCOMMIT)
        with pytest.raises(StoreError, match="no transaction"):
            Store.on(engine)
        names = sa.inspect(engine).get_table_names()
        engine.dispose()

        assert [] == names
