"""Hostile messages, some thousands of each scheme."""

from __future__ import annotations

import pytest
from tests.fuzz_webhooks import run, schemes


@pytest.mark.parametrize("name", schemes())
def test_only_rejects(name):
    """Whatever comes is taken as signed, or rejected; nothing else is ever raised."""
    seen, wrong = run(name, count=2000, seed=1)

    assert wrong == []
    assert min(seen["read"], seen["rejected"], seen["verified"]) > 100
