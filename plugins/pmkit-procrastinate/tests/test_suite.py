"""What every engine has to do, asked of this one."""

from __future__ import annotations

import datetime as dt

import pytest
from pmkit.testing.engines.suite import engine_suite

from pmkit_procrastinate import ProcrastinateEngine

#: The server is asked for while a test runs; asyncio needs a pair of sockets besides.
pytestmark = pytest.mark.enable_socket


def make_engine(desk, settings):
    """Make the engine, whose sweeper does not let a test wait."""
    every = dt.timedelta(seconds=0.3)
    return ProcrastinateEngine(desk, settings, sweep_every=every)


@pytest.fixture
def engine_database(database):
    """Give an empty database."""
    return database


@pytest.fixture
def engine_outage(postgresql):
    """Stop the server of the tests at once, and start it again."""
    return postgresql.away


globals().update(engine_suite(make_engine, outage="engine_outage"))
