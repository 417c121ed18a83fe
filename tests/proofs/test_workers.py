"""Workers that are killed; some seconds here, minutes in ``nox -s workers``."""

from __future__ import annotations

from tests.proofs.sessions import session


def test_workers_are_killed():
    """Orders that many workers share lose nothing when workers are killed."""
    code, said = session("workers", "--seconds", "5", "--workers", "3")

    assert (0, said) == (code, said)
