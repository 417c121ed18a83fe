"""PostgreSQL stopped and cut off; few here, 500 in ``nox -s chaos-pg``."""

from __future__ import annotations

from tests.proofs.sessions import session


def test_a_few_stops_and_cuts():
    """A stopped server or a cut wire loses nothing, and a repetition is one command."""
    code, said = session("chaos_pg", "--rounds", "8")

    assert (0, said) == (code, said)
