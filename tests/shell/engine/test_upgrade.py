"""The tables of before, on a server, are brought up to date with what they hold."""

from __future__ import annotations

import pathlib

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from pmkit.core.rules.timers import TimerKind
from pmkit.shell.store import Store, opening
from pmkit.shell.store.engines import postgresql_engine
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
