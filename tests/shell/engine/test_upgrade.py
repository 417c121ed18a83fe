"""The tables of before, on a server, are brought up to date with what they hold."""

from __future__ import annotations

import pathlib

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from pmkit.core.rules.timers import TimerKind
from pmkit.shell.store import Store, opening
from pmkit.shell.store.engines import postgresql_engine, sqlite_engine
from pmkit.shell.store.schema import HEAD, tables

pytestmark = pytest.mark.enable_socket

ORDER = """
INSERT INTO orders (id, version, head_hash, stage, buyer, supplier, state, updated_at)
VALUES ('TA-1', 1, 'h', 'draft', 'b', 's', '{}', 1768870800000000)
"""
CALL = """
INSERT INTO effects (operation_id, order_id, seq, kind, plugin, params, state,
                     attempts, result, created_at, updated_at)
VALUES ('TA-1/7/book', 'TA-1', 7, 'book', 'agency',
        '{"kind":"book","operation_id":"TA-1/7/book","plugin":"agency","subject":"srv_1"}',
        'unknown', 1, '', 1768870800000000, 1768870800000000)
"""


def upgraded_to(connection, revision):
    """Run the migrations up to one."""
    config = Config()
    folder = pathlib.Path(opening.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["tables"] = tables()
    command.upgrade(config, revision)


def test_from_the_revision_before(database):
    """Calls get their subjects, and each order a look that is due at once."""
    engine = postgresql_engine(sa.make_url(database))
    with engine.begin() as connection:
        upgraded_to(connection, "0002")
        connection.execute(sa.text(ORDER))
        connection.execute(sa.text(CALL))
    engine.dispose()
    with Store.open(database) as store, store.snapshot() as tx:
        effects = tx.tables.effects
        asked = sa.select(effects.c.subject, effects.c.fence, effects.c.lease_until)
        (call,) = tx.connection.execute(asked).all()
        timers = tx.timers("TA-1")
        (revision,) = tx.connection.execute(sa.select(tx.tables.revision)).scalars()

    assert ("srv_1", 0, None) == tuple(call)
    assert [TimerKind.LOOK] == [timer.kind for timer in timers]
    assert HEAD == revision


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("spoilt", "reads"),
    [
        pytest.param("", 0, id="in one statement"),
        pytest.param("{{{", 1, id="one by one, where one cannot be read"),
    ],
)
def test_subjects_of_many_calls(request, tmp_path, kind, spoilt, reads):
    """The database fills all subjects itself; a damaged call stops no upgrade."""
    place = f"sqlite:///{tmp_path / 'old.db'}"
    if kind == "postgresql":
        place = request.getfixturevalue("database")
    make = postgresql_engine if kind == "postgresql" else sqlite_engine
    engine = make(sa.make_url(place))
    read: list[str] = []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("SELECT") and "effects.params" in statement:
            read.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    with engine.begin() as connection:
        upgraded_to(connection, "0002")
        connection.execute(sa.text(ORDER))
        for number in range(50):
            connection.execute(sa.text(CALL.replace("/7/", f"/{number}/")))
        if spoilt:
            broken = "UPDATE effects SET params = :text WHERE number = 1"
            connection.execute(sa.text(broken), {"text": spoilt})
        upgraded_to(connection, "0003")
        asked = sa.text("SELECT subject, count(*) FROM effects GROUP BY subject")
        found = {row[0]: row[1] for row in connection.execute(asked)}
    engine.dispose()

    assert reads == len(read)
    assert found == ({"": 1, "srv_1": 49} if spoilt else {"srv_1": 50})
