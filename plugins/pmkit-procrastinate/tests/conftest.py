"""A real PostgreSQL, started when it is wanted, with a store and the jobs' tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pmkit.shell.store import Store
from tests.postgresql import Server, server

from pmkit_procrastinate.installing import install

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
