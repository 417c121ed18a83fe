"""PostgreSQL stopped and cut off; 20 times here, 500 in ``nox -s chaos-pg``."""

from __future__ import annotations

import pytest
from tests.proofs.sessions import session


@pytest.mark.parametrize("shard", ["1/2", "2/2"])
def test_twenty_stops_and_cuts(shard):
    """A stopped server or a cut wire loses nothing, and a repetition is one command."""
    code, said = session("chaos_pg", "--rounds", "20", "--shard", shard)

    assert (0, said) == (code, said)
