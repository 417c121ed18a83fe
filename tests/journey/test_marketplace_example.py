"""The example that shows how a marketplace integrates pmkit runs as it stands."""

from __future__ import annotations

import pathlib
import subprocess
import sys

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "marketplace.py"


def test_runs_and_shows_each_role_its_section(tmp_path):
    """The shop's order ends booked; the buyer sees the price, the supplier does not."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLE)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    methods, buyer, supplier = done.stdout.split("\n\n")

    assert (0, "") == (done.returncode, done.stderr)
    assert "Pay Later: Pay Later is temporarily unavailable" in methods
    assert buyer.startswith("buyer:\n  PM, 292.56 USD: booked. ")
    assert supplier.startswith("supplier:\n  PM: booked. ")
    assert "Book and pay by the end of Wed 2026-02-11" in supplier
    assert [] == list(tmp_path.iterdir())
