"""The kit proves the plugin right, by what the reference server did."""

from __future__ import annotations

from pmkit.testing.conformance.results import Level, Verdict
from pmkit.testing.conformance.runner import check_plugin

from pmkit_agency_http.harness import AgencyHttpHarness


class TestGold:
    """The level of the plugin."""

    def test_passes_gold_without_waivers(self):
        """No check of bronze, silver or gold fails, and none is waived."""
        record = check_plugin(AgencyHttpHarness())
        failed = [
            f"{each.check}: {each.detail}"
            for each in record.results
            if each.verdict in {Verdict.FAIL, Verdict.WAIVED}
        ]

        assert [] == failed
        assert Level.GOLD is record.level
