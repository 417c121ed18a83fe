"""A real PostgreSQL, started when it is wanted, with a store and the jobs' tables."""

from __future__ import annotations

import pathlib
import sys
from typing import TYPE_CHECKING

import pytest
from pmkit.shell.desk import Desk
from pmkit.shell.store import Store
from tests.postgresql import Server, server

from pmkit_procrastinate.installing import install

sys.path.insert(0, str(pathlib.Path(__file__).parent))  # far_market is a program too

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Run a server for all tests of this process."""
    with server() as running:
        yield running


@pytest.fixture
def database(postgresql: Server, socket_enabled: None) -> str:
    """Make an empty database; give its URL."""
    del socket_enabled  # the driver asks for the address of the server
    return postgresql.database()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """Open a store with the tables of the jobs beside its own."""
    with Store.open(database) as opened:
        install(opened)
        yield opened


@pytest.fixture
def desk(database, tmp_path):
    """Open a desk whose companies keep their journals in a folder."""
    import far_market

    with Desk.open(database, panel=far_market.panel(tmp_path)) as opened:
        yield opened


@pytest.fixture
def journal(tmp_path):
    """Give the journal of those companies."""
    import far_market

    return far_market.Journal(tmp_path)
