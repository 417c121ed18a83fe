"""The key of a call on the wire, by hand."""

from __future__ import annotations

import pytest
from tests.effects.tables import answers

from pmkit.effects.keys import wire_key
from pmkit.hooks.capabilities import KEY_ALPHABET, Capability


@pytest.mark.parametrize("row", answers("wire_keys.csv"))
def test_answers(row):
    """An operation has the same key for ever."""
    capability = Capability(
        key_length=int(row["length"]), key_alphabet=row["alphabet"] or KEY_ALPHABET
    )

    assert row["key"] == wire_key(row["operation_id"], capability)
