"""What the tests of the store share: a real PostgreSQL, started when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.postgresql import Server, server

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
