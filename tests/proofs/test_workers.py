"""Workers that are killed; 30 s here, minutes in ``nox -s workers``."""

from __future__ import annotations

import pytest
from tests.proofs.sessions import session


@pytest.mark.parametrize("engine", ["local", "procrastinate"])
def test_workers_are_killed(engine):
    """Orders that eight workers share lose nothing when workers are killed."""
    code, said = session("workers", "--engines", engine, "--seconds", "15")

    assert (0, said) == (code, said)
