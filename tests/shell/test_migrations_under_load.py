"""Tables are brought up to date while those of the version before go on writing."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
import sqlalchemy as sa
from tests.postgresql import NoPostgreSQLError

from pmkit.core.errors import StoreError
from pmkit.shell.store import Store
from pmkit.shell.store.engines import postgresql_engine, sqlite_engine
from pmkit.shell.store.faults import understood
from pmkit.shell.store.opening import upgrade
from pmkit.shell.store.schema import APPLICATION_ID, HEAD, REVISIONS, tables

pytestmark = pytest.mark.enable_socket

WRITERS = 16
#: Where each write leaves the name of its order.
WRITTEN = {
    "orders": "id",
    "events": "order_id",
    "effects": "operation_id",
    "outbox": "id",
}

#: What the first pmkit wrote for a command, by the columns that it knew.
ORDER = sa.text(
    "INSERT INTO orders (id, version, head_hash, stage, buyer, supplier, state,"
    " updated_at) VALUES (:id, 1, 'h', 'draft', 'b', 's', '{}', 1)"
)
EVENT = sa.text(
    "INSERT INTO events (order_id, seq, at, name, by_role, by_party, body, prev_hash,"
    " hash) VALUES (:id, 1, 1, 'order-opened', 'buyer', 'b', '{}', 'p', 'h')"
)
EFFECT = sa.text(
    "INSERT INTO effects (operation_id, order_id, seq, kind, plugin, params, state,"
    " attempts, result, created_at, updated_at) VALUES (:id, :id, 1, 'book', 'agency',"
    " :params, 'reserved', 0, '', 1, 1)"
)
NOTICE = sa.text(
    "INSERT INTO outbox (id, order_id, notice, created_at, attempts, error)"
    " VALUES (:id, :id, '{}', 1, 0, '')"
)


class Writers:
    """Sixteen clients of an earlier pmkit that write until they are stopped."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.acknowledged: list[str] = []
        self.failed: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.wait_for(WRITERS)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def wait_for(self, more: int) -> None:
        """Wait until so many more orders were acknowledged."""
        wanted = len(self.acknowledged) + more
        until = time.monotonic() + 60
        while len(self.acknowledged) < wanted and time.monotonic() < until:
            time.sleep(0.01)

    def _write(self, who: int) -> None:
        for number in itertools.count():
            if self._stop.is_set():
                return
            name = f"o-{who}-{number}"
            given = {"id": name, "params": f'{{"subject": "s-{name}"}}'}
            try:
                with self.engine.begin() as connection:
                    for statement in (ORDER, EVENT, EFFECT, NOTICE):
                        connection.execute(statement, given)
            except BaseException as error:  # noqa: BLE001 - none may be lost
                if "database is locked" in str(error):
                    continue  # refused in time, and so nothing was acknowledged
                self.failed.append(error)
                return
            self.acknowledged.append(name)


def made(engine, revision):
    """Make the tables of an earlier revision."""
    with engine.begin() as connection:
        upgrade(connection, tables(), to=revision)
        connection.execute(
            sa.text("INSERT INTO meta (name, value) VALUES ('format', 'pmkit')")
        )
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    return engine


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Name an empty database of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.db")
    try:
        return request.getfixturevalue("database")
    except NoPostgreSQLError as missing:
        pytest.fail(str(missing))


def engine_of(place):
    """Make an engine with room for all writers."""
    if "://" in place:
        return postgresql_engine(sa.make_url(place), pool_size=WRITERS)
    return sqlite_engine(sa.URL.create("sqlite", database=place), pool_size=WRITERS)


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_nobody_loses_a_write(place, revision) -> None:
    """From every earlier revision: all that sixteen writers were told is there."""
    engine = made(engine_of(place), revision)
    with Writers(engine) as writers:
        with Store.open(place) as store:
            writers.wait_for(WRITERS)
        with engine.connect() as connection:
            revisions = connection.execute(
                sa.text("SELECT version_num FROM alembic_version")
            ).scalars()
            assert [HEAD] == list(revisions)
    with store.engine.connect() as connection:
        found = {
            name: set(
                connection.execute(
                    sa.select(sa.column(column)).select_from(sa.table(name))
                ).scalars()
            )
            for name, column in WRITTEN.items()
        }
    store.engine.dispose()
    engine.dispose()

    assert [] == writers.failed
    assert len(writers.acknowledged) >= 2 * WRITERS
    assert {name: set(writers.acknowledged) for name in found} == found


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_a_migration_that_is_cut_off_has_not_begun(place, revision) -> None:
    """Whatever statement it fails at, the tables are the old ones, and it can go on."""
    engine = made(engine_of(place), revision)
    statements: list[str] = []
    sa.event.listen(
        engine, "before_cursor_execute", lambda *given: statements.append(given[2])
    )
    before = described(engine)
    count = whole_length(engine, statements)
    for cut in range(1, count + 1):
        with pytest.raises((ZeroDivisionError, StoreError)):
            run_cut_off(engine, cut)

        assert before == described(engine)
    with Store.open(place) as store:
        names = set(sa.inspect(store.engine).get_table_names())
    engine.dispose()

    assert count > 3
    assert {"timers", "workers"} <= names


def whole_length(engine, statements):
    """Count the statements of the whole migration, which is undone again."""
    statements.clear()
    with engine.connect() as connection, connection.begin() as transaction:
        upgrade(connection, tables())
        transaction.rollback()
    return len(statements)


def run_cut_off(engine, cut):
    """Run the migration; fail at one of its statements."""
    left = itertools.count(1)

    def fail(*_: object) -> None:
        if next(left) == cut:
            raise ZeroDivisionError

    sa.event.listen(engine, "before_cursor_execute", fail)
    try:
        with understood(), engine.begin() as connection:
            upgrade(connection, tables())
    finally:
        sa.event.remove(engine, "before_cursor_execute", fail)


def described(engine):
    """Name the tables and their columns."""
    inspector = sa.inspect(engine)
    return {
        name: sorted(column["name"] for column in inspector.get_columns(name))
        for name in inspector.get_table_names()
    }
