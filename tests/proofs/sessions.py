"""
Proofs that fork run in a process of their own, not in that of pytest.
"""

from __future__ import annotations

import subprocess
import sys

from tests.proofs.far import ROOT


def session(module: str, *options: str) -> tuple[int, str]:
    """Run a proof; give its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.proofs.{module}", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return done.returncode, done.stdout + done.stderr[-4000:]
