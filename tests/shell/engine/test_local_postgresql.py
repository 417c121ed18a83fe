"""The engine in process passes the suite for engines, on a server."""

from __future__ import annotations

import pytest

from pmkit.shell.engine.local import LocalEngine
from pmkit.testing.engines.suite import engine_suite

pytestmark = pytest.mark.enable_socket


def make_engine(desk, settings):
    """Make the engine that is always there."""
    return LocalEngine(desk, settings)


@pytest.fixture
def engine_database(database):
    """Name an empty database on the server of the tests."""
    return database


@pytest.fixture
def engine_outage(postgresql):
    """Stop the server of the tests at once, and start it again."""
    return postgresql.away


globals().update(engine_suite(make_engine, outage="engine_outage"))
