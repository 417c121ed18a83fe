"""The plugins of pmkit itself keep the contract that everybody's have to keep."""

from __future__ import annotations

import pytest

from pmkit.sandbox.plugins import manifests
from pmkit.testing import sandbox
from pmkit.testing.conformance.results import Level, Verdict
from pmkit.testing.conformance.runner import check_plugin

HARNESSES = (
    sandbox.AgencyHarness,
    sandbox.CardHarness,
    sandbox.TransferHarness,
    sandbox.PayLaterHarness,
    sandbox.MessagesHarness,
)


@pytest.mark.parametrize("harness", HARNESSES)
def test_is_gold(harness):
    """No check fails, none is waived, and the level is gold."""
    record = check_plugin(harness())
    failed = {
        result.check: result.detail
        for result in record.results
        if result.verdict in (Verdict.FAIL, Verdict.WAIVED)
    }

    assert {} == failed
    assert Level.GOLD == record.level


def test_every_plugin_has_its_harness():
    """No plugin of pmkit goes untested."""
    assert manifests.ALL == tuple(harness.manifest for harness in HARNESSES)
