"""Races; 20 rounds here, 500 in ``nox -s races``."""

from __future__ import annotations

import pytest
from tests.proofs.sessions import session


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_races_of_each_kind(database):
    """64 callers, two workers, one message four times, sleepers: one effect each."""
    code, said = session("races", "--rounds", "10", "--databases", database)

    assert (0, said) == (code, said)
