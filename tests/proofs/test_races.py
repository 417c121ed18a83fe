"""Races; one of each kind here, 500 in ``nox -s races``."""

from __future__ import annotations

import pytest
from tests.proofs.sessions import session


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_one_race_of_each_kind(database):
    """64 callers, two workers, one message four times, a sleeper: one effect each."""
    code, said = session("races", "--rounds", "6", "--databases", database)

    assert (0, said) == (code, said)
