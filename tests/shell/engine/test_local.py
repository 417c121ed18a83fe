"""The engine in process passes the suite for engines, on a file."""

from __future__ import annotations

import pytest

from pmkit.shell.engine.local import LocalEngine
from pmkit.testing.engines.suite import engine_suite


def make_engine(desk, settings):
    """Make the engine that is always there."""
    return LocalEngine(desk, settings)


@pytest.fixture
def engine_database(tmp_path):
    """Name an empty database."""
    return str(tmp_path / "desk.db")


globals().update(engine_suite(make_engine))
