"""A marketplace at random; 200 runs of 50 here, 200,000 steps in ``nox -s state``."""

from __future__ import annotations

import pytest
from tests.proofs import state


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6, 7, 8])
def test_some_histories(seed):
    """Whatever people, companies and the nemesis do, everything ends or is shown."""
    assert [] == state.prove(f"{seed}", runs=25, steps=50)
