"""A marketplace at random; a few runs here, 200,000 steps in ``nox -s state``."""

from __future__ import annotations

from tests.proofs import state


def test_a_few_histories():
    """Whatever people, companies and the nemesis do, everything ends or is shown."""
    assert [] == state.prove("1", runs=3, steps=30)
